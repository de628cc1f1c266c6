"""Seconds: expiry, 30 days, flush_all, last access, and what time does to the segments."""

from __future__ import annotations

import pytest

from tests.memcached.checks import check
from tests.memcached.conftest import START_US, Machine

MONTH_S = 60 * 60 * 24 * 30


def test_an_item_is_gone_when_its_second_has_come(machine: Machine) -> None:
    machine.set(b"k", exptime=10)
    machine.clock.move(9)
    assert machine.say(b"get k") == [b"VALUE k 0 1", b"v", b"END"]
    machine.clock.move(1)
    assert machine.say(b"get k") == [b"END"]
    assert machine.store.tallies.get_expired == 1
    check(machine.store)


@pytest.mark.parametrize(
    ("exptime", "lives_s"),
    [
        (MONTH_S, MONTH_S),
        (MONTH_S + 1, 0),
        (-1, 0),
        (START_US // 1_000_000 + 100, 100),
        (START_US // 1_000_000 - 100, 0),
    ],
)
def test_beyond_thirty_days_a_number_is_a_moment(
    machine: Machine, exptime: int, lives_s: int
) -> None:
    assert machine.set(b"k", exptime=exptime) == [b"STORED"]
    if lives_s:
        machine.clock.move(lives_s - 1)
        assert machine.say(b"get k")[0] == b"VALUE k 0 1"
        machine.clock.move(1)
    assert machine.say(b"get k") == [b"END"]


def test_flush_all_waits_for_its_second(machine: Machine) -> None:
    machine.set(b"old")
    machine.say(b"flush_all 10")
    machine.clock.move(5)
    machine.set(b"young")
    assert machine.say(b"get old")[0] == b"VALUE old 0 1"
    machine.clock.move(5)
    machine.set(b"new")
    assert machine.say(b"get old", b"get young", b"get new") == [
        *(b"END", b"END", b"VALUE new 0 1", b"v", b"END")
    ]


def test_flush_all_spares_what_comes_in_the_same_second(machine: Machine) -> None:
    machine.set(b"old")
    machine.say(b"flush_all")
    machine.set(b"new")
    assert machine.say(b"get old", b"get new") == [b"END", b"VALUE new 0 1", b"v", b"END"]


def test_touch_and_gat_give_another_life(machine: Machine) -> None:
    machine.set(b"k", exptime=5)
    machine.say(b"touch k 100")
    machine.clock.move(50)
    assert machine.say(b"mg k t") == [b"HD t50"]
    machine.say(b"gat 0 k")
    assert machine.say(b"mg k t") == [b"HD t-1"]
    assert machine.say(b"me k")[0].startswith(b"ME k exp=-1 ")


def test_the_second_read_of_a_warm_item_notes_the_time(machine: Machine) -> None:
    for number in range(10):
        machine.set(b"k%d" % number)
    machine.clock.move(2)
    machine.say(b"get k0", b"get k0")  # from COLD
    machine.clock.move(0.1)
    machine.cache.catch_up()
    assert machine.store.segment_keys(1, "warm") == (b"k0",)
    machine.clock.move(7)
    assert machine.say(b"mg k0 l h u", b"mg k0 l h", b"mg k0 l h") == [
        *(b"HD l7 h1", b"HD l7 h1", b"HD l0 h1")
    ]


def test_the_clock_never_goes_back(machine: Machine) -> None:
    machine.set(b"k", exptime=10)
    machine.clock.move(5)
    machine.say(b"mn")
    machine.clock.move(-4)
    assert machine.say(b"mg k t") == [b"HD t5"]


def test_the_crawler_finds_what_nobody_asks_for(machine: Machine) -> None:
    for number in range(50):
        machine.set(b"short%d" % number, exptime=5)
        machine.set(b"long%d" % number)
    for _ in range(200):
        machine.clock.move(1)
        machine.cache.catch_up()
    assert len(machine.store.index) == 50
    assert machine.store.tallies.crawler_starts
    check(machine.store)
