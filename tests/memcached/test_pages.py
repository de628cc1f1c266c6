"""Pages that are given from one class to another."""

from __future__ import annotations

import random

import pytest

from tests.memcached.checks import check
from tests.memcached.conftest import Machine


@pytest.fixture
def full() -> Machine:
    """Two pages of chunks for 4000 bytes, all taken, and one page of small ones."""
    machine = Machine(memory_limit=3 << 20)
    for number in range(2 * machine.store.slabs.classes[17].per_page):
        machine.set(b"big%04d" % number, b"v" * 4000)
    machine.set(b"small")
    return machine


def pages(machine: Machine) -> dict[int, int]:
    return {one.number: one.pages for one in machine.store.layout().classes}


def test_items_of_a_full_page_go_with_it(full: Machine) -> None:
    assert pages(full) == {1: 1, 18: 2}
    per_page = full.store.slabs.classes[17].per_page
    assert full.say(b"slabs reassign 18 1") == [b"OK"]
    assert pages(full) == {1: 2, 18: 1}
    assert full.store.layout().items == per_page + 1
    check(full.store)
    assert full.say(b"slabs reassign 18 1") == [b"NOSPARE source class has no spare pages"]


def test_items_move_where_there_is_room(full: Machine) -> None:
    per_page = full.store.slabs.classes[17].per_page
    for number in range(0, 2 * per_page, 2):
        full.say(b"delete big%04d" % number)
    left = {key: item.data for key, item in full.store.index.items()}
    assert full.say(b"slabs reassign -1 1") == [b"OK"]
    assert {key: item.data for key, item in full.store.index.items()} == left
    assert full.store.slabs.rescued > 0
    check(full.store)


def test_a_page_may_wait_in_the_pool(full: Machine) -> None:
    assert full.say(b"slabs reassign 18 0") == [b"OK"]
    assert b"STAT slab_global_page_pool 1" in full.say(b"stats")
    check(full.store)
    full.set(b"middle", b"v" * 1000)
    assert full.store.slabs.pool == 0
    check(full.store)


@pytest.mark.parametrize("seed", range(4))
def test_chains_survive_moves(seed: int) -> None:
    draw = random.Random(seed)
    machine = Machine(memory_limit=20 << 20)
    for number in range(12):
        size = draw.choice([600_000, 900_000, 100_000, 10])
        machine.set(b"k%d" % number, bytes([number]) * size)
    values = {key: item.data for key, item in machine.store.index.items()}
    machine.client.feed(b"set coming 0 0 700000\r\n" + b"x" * 600_000)
    for _ in range(10):
        other = machine.cache.connect()
        other.feed(b"slabs reassign -1 %d\r\n" % draw.randrange(1, 39))
    assert machine.client.feed(b"x" * 100_000 + b"\r\n") == b"STORED\r\n"
    for key, item in machine.store.index.items():
        if key in values:
            assert item.data == values[key]
    check(machine.store)


def test_a_page_that_a_value_is_coming_into_stays(full: Machine) -> None:
    full.say(b"delete big0000")
    full.client.feed(b"set coming 0 0 4000\r\nabc")
    other = full.cache.connect()
    said = other.feed(b"slabs reassign 18 1\r\n")
    assert said == b"BUSY currently processing reassign request\r\n"
    full.client.feed(b"x" * 3997 + b"\r\n")
    assert other.feed(b"slabs reassign 18 1\r\n") == b"OK\r\n"
    check(full.store)
