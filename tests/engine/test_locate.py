"""Where in a structure a command worked: the item that a viewer scrolls to."""

from __future__ import annotations

import random

import pytest

from tutor.engine.clock import VirtualClock
from tutor.engine.engine import Engine
from tutor.engine.inspect import Inspection, inspect
from tutor.engine.locate import changed_item, item_of, remember
from tutor.engine.structures.hashtable_layout import HashTableLayout
from tutor.engine.structures.window import Window
from tutor.engine.world import World

ALL = Window(0, 100_000)


def new_world() -> World:
    return World(Engine(VirtualClock(), seed=3))


def run(world: World, line: str) -> None:
    world.run([word.encode() for word in line.split()])


def look(world: World, window: Window = ALL) -> Inspection:
    seen = inspect(world.engine, 0, b"k", window)
    assert seen is not None
    return seen


def worked_at(world: World, line: str) -> int | None:
    """The item at which a command changed the key ``k``."""
    argv = [word.encode() for word in line.split()]
    before = remember(look(world), argv)
    world.run(argv)
    return changed_item(argv, before.noted or {}, look(world))


def numbers(first: int, last: int, form: str) -> str:
    return " ".join(form.format(n) for n in range(first, last))


@pytest.mark.parametrize(
    ("build", "deed", "item"),
    [
        ("ZADD k " + numbers(0, 300, "{0} m{0}"), "ZADD k 150.5 x", 151),
        ("ZADD k " + numbers(0, 300, "{0} m{0}"), "ZINCRBY k 1000 m7", 299),
        ("ZADD k " + numbers(0, 300, "{0} m{0}"), "ZREM k m7", None),
        ("ZADD k " + numbers(0, 100, "{0} m{0}"), "ZADD k 50.5 x", 51),
        ("HSET k " + numbers(0, 100, "f{0} v"), "HSET k f77 w", 77),
        ("HSET k " + numbers(0, 100, "f{0} v"), "HSET k f77 v", None),
        ("SADD k " + numbers(0, 100, "{0}"), "SADD k -4", 0),
        ("RPUSH k " + numbers(0, 100, "e{0}"), "LPUSH k x", 0),
        ("RPUSH k " + numbers(0, 100, "e{0}"), "RPUSH k x", 100),
        ("RPUSH k " + numbers(0, 100, "e{0}"), "LSET k -3 x", 97),
        ("RPUSH k " + numbers(0, 100, "e{0}"), "LINSERT k AFTER e40 x", 41),
        ("RPUSH k " + numbers(0, 100, "e{0}"), "LMOVE k k LEFT RIGHT", 99),
        ("SET k " + "x" * 9000, "SETRANGE k 6000 y", 6000),
        ("SET k " + "x" * 9000, "SETBIT k 48001 1", 6000),
        ("SET k " + "x" * 9000, "APPEND k y", 9000),
    ],
)
def test_the_item_that_a_command_changed_is_found(build: str, deed: str, item: int | None) -> None:
    world = new_world()
    run(world, build)
    assert worked_at(world, deed) == item


@pytest.mark.parametrize(
    ("deed", "item"),
    [("LPUSH k x y z", 0), ("RPUSH k x", 50), ("LSET k 30 x", 15), ("LINSERT k BEFORE e61 x", 30)],
)
def test_in_a_list_of_many_nodes_the_item_is_the_node(deed: str, item: int) -> None:
    world = new_world()
    run(world, "CONFIG SET list-max-listpack-size 2")
    run(world, "RPUSH k " + numbers(0, 100, "e{0}"))
    assert worked_at(world, deed) == item


def test_the_slot_of_a_field_is_where_the_image_shows_it_whatever_the_rehash() -> None:
    world = new_world()
    run(world, "CONFIG SET hash-max-listpack-entries 0")
    for number in range(400):
        run(world, f"HSET k f{number} v")
        if random.Random(number).random() < 0.2:
            run(world, f"HDEL k f{number // 2}")
        seen = look(world)
        assert isinstance(seen.layout, HashTableLayout)
        field = b"f%d" % number
        slots = {
            entry.key: (table.number, bucket.index)
            for table in seen.layout.tables
            for bucket in table.buckets
            for entry in bucket.entries
        }
        item = item_of(seen, field)
        if item is None:
            assert field not in slots
            continue
        table, slot = slots[field]
        assert slot % seen.layout.tables[0].size == item or (table, slot) == (1, item)


def test_looking_a_place_up_leaves_no_mark_on_a_compressed_list() -> None:
    world = new_world()
    run(world, "CONFIG SET list-max-listpack-size 4 list-compress-depth 1")
    run(world, "RPUSH k " + numbers(0, 200, "{0:030d}"))
    before = look(world).nodes(0, 1000)
    look(world).at(Window(20, 8))
    argv = [b"LINSERT", b"k", b"BEFORE", b"x", b"%030d" % 120]
    assert changed_item(argv, {}, look(world)) == 30
    assert look(world).nodes(0, 1000) == before
