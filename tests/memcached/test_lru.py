"""Segments: who sinks, who rises, who goes."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from tests.memcached.checks import check
from tests.memcached.conftest import Machine
from tutor.memcached.layout import StoreEvent


def segments(machine: Machine, number: int) -> dict[str, int]:
    found = {one.number: dict(one.segments) for one in machine.store.layout().classes}
    return found[number]


def rest(machine: Machine, seconds: int = 3) -> None:
    """Let the maintainer do all there is to do."""
    for _ in range(seconds * 10):
        machine.clock.move(0.1)
        machine.cache.catch_up()


def test_new_items_stand_in_hot_and_sink_to_cold(machine: Machine) -> None:
    for number in range(10):
        machine.set(b"k%d" % number)
    assert segments(machine, 1) == {"hot": 10, "warm": 0, "cold": 0, "temp": 0}
    rest(machine)
    assert segments(machine, 1) == {"hot": 0, "warm": 0, "cold": 10, "temp": 0}
    assert machine.store.segment_keys(1, "cold", 0, 3) == (b"k9", b"k8", b"k7")


def test_what_is_read_twice_in_cold_goes_to_warm(machine: Machine) -> None:
    for number in range(10):
        machine.set(b"k%d" % number)
    rest(machine)
    machine.say(b"get k3 k4", b"get k3")
    rest(machine)
    assert machine.store.segment_keys(1, "warm") == (b"k3",)
    layout = machine.store.item_layout(b"k4")
    assert layout is not None
    assert (layout.segment, layout.fetched, layout.active) == ("cold", True, False)


def test_a_read_with_u_and_a_look_leave_no_mark(machine: Machine) -> None:
    machine.set(b"k")
    machine.say(b"mg k u v", b"me k", b"mg k u")
    layout = machine.store.item_layout(b"k")
    assert layout is not None
    assert not layout.fetched


def test_short_lives_stand_apart_in_temp(machine: Machine) -> None:
    machine.say(b"lru temp_ttl 60")
    machine.set(b"short", exptime=30)
    machine.set(b"long", exptime=90)
    machine.set(b"ever")
    assert machine.store.segment_keys(1, "temp") == (b"short",)
    machine.clock.move(40)
    rest(machine)
    assert machine.store.segment_keys(1, "temp") == ()
    assert len(machine.store.index) == 2


def test_memory_is_full_and_the_oldest_in_cold_goes() -> None:
    machine = Machine(memory_limit=2 << 20)
    for number in range(600):
        assert machine.set(b"k%04d" % number, b"v" * 4000) == [b"STORED"]
    layout = machine.store.layout()
    assert layout.allocated == 2 << 20
    assert layout.evictions == 600 - layout.items
    assert machine.say(b"get k0000", b"get k0599")[0] == b"END"
    assert b"k0599" in machine.store.index
    check(machine.store)


def test_without_evictions_there_is_an_error() -> None:
    machine = Machine(memory_limit=2 << 20, evictions=False)
    replies = [machine.set(b"k%04d" % number, b"v" * 4000)[0] for number in range(600)]
    assert set(replies) == {b"STORED", b"SERVER_ERROR out of memory storing object"}
    assert machine.store.layout().evictions == 0
    assert machine.store.tallies.store_no_memory == replies.count(
        b"SERVER_ERROR out of memory storing object"
    )
    check(machine.store)


def test_a_set_that_finds_no_memory_takes_the_old_value_with_it() -> None:
    machine = Machine(memory_limit=2 << 20, evictions=False)
    machine.set(b"k", b"small")
    for number in range(600):
        machine.set(b"k%04d" % number, b"v" * 4000)
    assert machine.set(b"k", b"v" * 4000)[0].startswith(b"SERVER_ERROR")
    assert machine.say(b"get k") == [b"END"]


def test_a_watcher_hears_every_step() -> None:
    machine = Machine(memory_limit=2 << 20)
    heard: list[StoreEvent] = []
    machine.store.observe(heard.append)
    machine.set(b"k")
    machine.say(b"get k", b"get k")
    rest(machine)
    machine.say(b"delete k")
    assert [(one.kind, one.source, one.target) for one in heard] == [
        *(("stored", "", "hot"), ("moved", "hot", "warm"), ("moved", "warm", "cold")),
        ("deleted", "cold", ""),
    ]
    for number in range(600):
        machine.set(b"k%04d" % number, b"v" * 4000)
    machine.set(b"soon", exptime=-1)
    machine.say(b"get soon")
    kinds = Counter(one.kind for one in heard)
    assert kinds["evicted"] == machine.store.layout().evictions > 0
    assert kinds["expired"] == 1
    machine.store.observe(None)
    count = len(heard)
    machine.set(b"quiet")
    assert len(heard) == count


@pytest.mark.parametrize("seed", range(6))
def test_whatever_happens_the_sums_are_right(seed: int) -> None:
    draw = random.Random(seed)
    machine = Machine(memory_limit=6 << 20, growth_factor=draw.choice([1.08, 1.25, 2.0]))
    machine.say(draw.choice([b"lru mode flat", b"lru temp_ttl 50", b"lru tune 10 10 0.5 1"]))
    for step in range(3000):
        key = b"k%d" % draw.randrange(400)
        size = draw.choice([0, 10, 500, 5000, 90_000, 700_000]) if step % 3 else 20
        verb = draw.choice([b"set", b"set", b"add", b"append", b"prepend", b"replace"])
        exptime = draw.choice([0, 0, 1, 100, -1])
        machine.say(b"%b %b 0 %d %d" % (verb, key, exptime, size), b"v" * size)
        machine.say(b"get k%d k%d" % (draw.randrange(400), draw.randrange(400)), b"incr n 1")
        if not step % 100:
            machine.clock.move(draw.choice([0.01, 1, 30]))
            machine.cache.catch_up()
            check(machine.store)
    assert machine.store.layout().evictions
