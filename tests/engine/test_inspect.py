"""What a look at a key tells, what it leaves alone, and what it costs."""

from __future__ import annotations

import sys
import tracemalloc
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from tutor.diagrams import changes, draw
from tutor.engine.clock import VirtualClock
from tutor.engine.engine import Engine
from tutor.engine.image import CHAINS_MOST, TableFigures
from tutor.engine.inspect import Inspection, Limit, inspect
from tutor.engine.structures import quicklist_node
from tutor.engine.structures.hashtable import HashTable
from tutor.engine.structures.hashtable_layout import HashTableLayout
from tutor.engine.structures.intset import IntsetLayout
from tutor.engine.structures.listpack import ListpackLayout
from tutor.engine.structures.quicklist import Quicklist
from tutor.engine.structures.quicklist_layout import QuicklistLayout
from tutor.engine.structures.sds import StringLayout
from tutor.engine.structures.skiplist_layout import SkiplistLayout
from tutor.engine.structures.window import Window
from tutor.engine.values import Hash, Set
from tutor.engine.world import World


def new_world() -> World:
    return World(Engine(VirtualClock(), seed=1))


def run(world: World, *words: str) -> Any:
    return world.run([word.encode() for word in words])


def config(world: World, name: str, value: int) -> None:
    run(world, "CONFIG", "SET", name, str(value))


def look(world: World, window: Window = Window(), key: bytes = b"k") -> Inspection:  # noqa: B008
    seen = inspect(world.engine, 0, key, window)
    assert seen is not None
    return seen


def fill(world: World, command: str, count: int, pattern: str, *between: str) -> None:
    """One command with ``count`` elements."""
    words = [part.format(n=n) for n in range(count) for part in (pattern, *between)]
    run(world, command, "k", *words)


# facts


def test_there_is_nothing_to_see_of_a_key_that_is_missing_or_expired() -> None:
    clock = VirtualClock()
    world = World(Engine(clock, seed=1))
    assert inspect(world.engine, 0, b"k") is None
    run(world, "SET", "k", "v", "PX", "100")
    assert look(world).ttl_ms == 100
    clock.advance(ms=101)
    assert inspect(world.engine, 0, b"k") is None
    assert b"k" in world.engine.databases[0].keys.data  # a look does not expire it


@pytest.mark.parametrize(
    ("command", "type_", "encoding", "layout"),
    [
        (["SET", "k", "v"], "string", "embstr", StringLayout),
        (["RPUSH", "k", "a"], "list", "quicklist", QuicklistLayout),
        (["HSET", "k", "f", "v"], "hash", "listpack", ListpackLayout),
        (["HSET", "k", "f", "v" * 65], "hash", "hashtable", HashTableLayout),
        (["SADD", "k", "1"], "set", "intset", IntsetLayout),
        (["SADD", "k", "a"], "set", "hashtable", HashTableLayout),
        (["ZADD", "k", "1", "a"], "zset", "listpack", ListpackLayout),
        (["ZADD", "k", "1", "a" * 65], "zset", "skiplist", SkiplistLayout),
    ],
)
def test_facts_are_those_that_commands_tell(
    command: list[str], type_: str, encoding: str, layout: type
) -> None:
    world = new_world()
    run(world, *command)
    seen = look(world)
    assert (seen.type, seen.encoding, type(seen.layout)) == (type_, encoding, layout)
    assert seen.memory == run(world, "MEMORY", "USAGE", "k")
    assert encoding.encode() == run(world, "OBJECT", "ENCODING", "k")


def test_a_look_changes_nothing_that_commands_can_see() -> None:
    clock = VirtualClock()
    world = World(Engine(clock, seed=1))
    fill(world, "SADD", 17, "m{n}")
    run(world, "SADD", "k", "m17")
    value = world.engine.databases[0].keys.data[b"k"]
    before = (value.table.rehashidx, dict(world.engine.databases[0].access.recent))
    hits = (world.engine.stats.keyspace_hits, world.engine.stats.keyspace_misses)
    clock.advance(ms=5000)
    look(world)
    inspect(world.engine, 0, b"absent")
    assert (value.table.rehashidx, dict(world.engine.databases[0].access.recent)) == before
    assert hits == (world.engine.stats.keyspace_hits, world.engine.stats.keyspace_misses)


def test_limits_say_how_far_a_conversion_is() -> None:
    world = new_world()
    run(world, "HSET", "k", "name", "Alice", "city", "x" * 40)
    assert look(world).limits == (
        Limit("hash-max-listpack-entries", 2, 512),
        Limit("hash-max-listpack-value", 40, 64),
    )
    run(world, "ZADD", "z", "1", "member")
    assert look(world, key=b"z").limits == (
        Limit("zset-max-listpack-entries", 1, 128),
        Limit("zset-max-listpack-value", 6, 64),
    )
    config(world, "set-max-intset-entries", 7)
    run(world, "SADD", "s", "1", "2")
    assert look(world, key=b"s").limits == (Limit("set-max-intset-entries", 2, 7),)
    run(world, "HSET", "k", "f", "x" * 65)
    assert look(world).limits == ()


# windows


def test_the_last_pair_of_a_listpack_is_always_in_sight() -> None:
    world = new_world()
    fill(world, "HSET", 100, "f{n}", "v{n}")
    whole = look(world, Window(0, 1000)).layout
    assert isinstance(whole, ListpackLayout)
    for window in (Window(0, 5), Window(40, 5), Window(95, 5), Window(99, 1)):
        layout = look(world, window).layout
        assert isinstance(layout, ListpackLayout)
        assert (layout.total_bytes, layout.count) == (whole.total_bytes, 200)
        shown = {entry.index for entry in layout.entries}
        first, last = window.bounds(100)
        assert shown == {*range(first * 2, last * 2), 198, 199}
        assert all(entry == whole.entries[entry.index] for entry in layout.entries)


def test_both_halves_of_a_doubling_table_stand_beside_the_slots_they_come_from() -> None:
    world = new_world()
    fill(world, "SADD", 17, "m{n}")
    seen = look(world, Window(4, 3))
    assert isinstance(seen.layout, HashTableLayout)
    old, new = seen.layout.tables
    assert [bucket.index for bucket in old.buckets] == [4, 5, 6]
    assert [bucket.index for bucket in new.buckets] == [4, 5, 6, 20, 21, 22]
    assert seen.items_total == 16


@pytest.mark.parametrize("count", [1, 2, 7, 200])
def test_every_window_of_a_rehashing_table_can_be_seen(count: int) -> None:
    """Also of one whose rehash ends in the moment when its index is built."""
    for size in range(1, 40):
        world = new_world()
        fill(world, "SADD", size, "m{n}")
        for start in range(0, 70, 9):
            draw(look(world, Window(start, count)), 60)


def test_the_only_node_of_a_list_is_paged_by_entries() -> None:
    world = new_world()
    fill(world, "RPUSH", 100, "e{n}")
    seen = look(world, Window(20, 10))
    assert seen.items_total == 100
    assert shown_entries(seen) == [[*range(20, 30), 97, 98, 99]]
    assert seen.elements(20, 22) == [b"e20", b"e21"]


def test_each_node_shows_its_first_and_last_entries() -> None:
    world = new_world()
    config(world, "list-max-listpack-size", 20)
    fill(world, "RPUSH", 100, "e{n}")
    seen = look(world, Window(1, 3))
    assert seen.items_total == 5
    assert seen.position == 20
    assert shown_entries(seen) == [[0, 1, 2, 3, 4, 5, 17, 18, 19]] * 3
    layout = seen.layout
    assert isinstance(layout, QuicklistLayout)
    for node, squeezed in zip(layout.nodes, seen.nodes(1, 4), strict=True):
        assert node.listpack is not None
        for entry in node.listpack.entries:
            assert entry.value == squeezed[1][entry.index]
        assert node.listpack.entries[-1].offset + node.listpack.entries[-1].size == node.size - 1


def shown_entries(seen: Inspection) -> list[list[int]]:
    assert isinstance(seen.layout, QuicklistLayout)
    return [
        [entry.index for entry in node.listpack.entries]
        for node in seen.layout.nodes
        if node.listpack is not None
    ]


def test_a_plain_node_shows_the_beginning_of_its_text() -> None:
    value = Quicklist(threshold=10)
    for word in (b"small", b"x" * 10_000, b"other"):
        value.push_tail(word)
    world = new_world()
    world.engine.databases[0].set(b"k", value)
    seen = look(world)
    assert isinstance(seen.layout, QuicklistLayout)
    assert [node.plain for node in seen.layout.nodes] == [False, True, False]
    assert "node 1 · plain · 10000 B" in draw(seen, 80).plain
    assert draw(seen, 80, "bytes").plain


def test_an_empty_window_gives_facts_alone() -> None:
    world = new_world()
    fill(world, "SADD", 50, "m{n}")
    seen = look(world, Window(0, 0))
    assert isinstance(seen.layout, TableFigures)
    value = world.engine.databases[0].keys.data[b"k"]
    assert isinstance(value, Set)
    assert value.table is not None
    assert not value.table.indexed


# what it costs


@pytest.fixture
def builds(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Sizes of the tables whose bucket index was built."""
    built: list[int] = []
    original = HashTable._build_index

    def counting(table: HashTable) -> None:
        built.append(len(table))
        original(table)

    monkeypatch.setattr(HashTable, "_build_index", counting)
    return built


def test_the_index_of_a_table_is_built_once_and_kept_over_writes_and_undo(
    builds: list[int],
) -> None:
    """A world copies a value before it writes: the copy takes the index with it."""
    world = new_world()
    fill(world, "SADD", 500, "m{n}")
    look(world)
    assert builds == [500]
    for n in range(40):
        run(world, "SADD", "k", f"new{n}")
        look(world)
    world.undo()
    look(world)
    world.redo()
    look(world)
    assert builds == [500]


def test_a_huge_table_without_an_index_is_shown_as_figures(builds: list[int]) -> None:
    world = new_world()
    value = Hash()
    value.fields = {b"f%d" % n: b"" for n in range(CHAINS_MOST + 1)}
    value.convert(world.engine.hash_seed)
    world.engine.databases[0].set(b"k", value)
    seen = look(world)
    assert seen.layout == TableFigures(CHAINS_MOST + 1, (131_072,), -1)
    assert not builds
    assert "131072 slots · 100001 entries" in draw(seen, 80).plain
    assert draw(seen, 80, "bytes").plain
    run(world, "HSCAN", "k", "0")  # builds the index for reasons of its own
    assert isinstance(look(world).layout, HashTableLayout)
    assert len(builds) == 1


def test_a_sorted_set_is_seen_without_the_chains_of_its_table(builds: list[int]) -> None:
    world = new_world()
    config(world, "zset-max-listpack-entries", 0)
    fill(world, "ZADD", 300, "{n}", "m{n}")
    seen = look(world)
    assert seen.table is not None
    assert (seen.table.used, sum(seen.table.sizes)) == (300, 768)
    assert not builds


def work_of(action: Callable[[], object]) -> tuple[int, int]:
    """Bytecodes carried out, and the most memory allocated at a time (copies made in C too)."""
    steps = 0

    def trace(frame: FrameType, event: str, _argument: object) -> Any:
        nonlocal steps
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        steps += event == "opcode"
        return trace

    tracemalloc.start()
    action()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    sys.settrace(trace)
    try:
        action()
    finally:
        sys.settrace(None)
    return steps, peak


def _hash(world: World, count: int) -> None:
    config(world, "hash-max-listpack-entries", 0)
    fill(world, "HSET", count, "f{n}", "v{n}")


def _zset(world: World, count: int) -> None:
    config(world, "zset-max-listpack-entries", 0)
    fill(world, "ZADD", count, "{n}", "m{n}")


def _nodes(world: World, count: int) -> None:
    config(world, "list-max-listpack-size", 1)
    fill(world, "RPUSH", count, "e{n}")


def _one_node(world: World, count: int) -> None:
    config(world, "list-max-listpack-size", -5)
    fill(world, "RPUSH", count, "{n}")


def _intset(world: World, count: int) -> None:
    config(world, "set-max-intset-entries", count)
    fill(world, "SADD", count, "{n}")


def _text(world: World, count: int) -> None:
    run(world, "SETRANGE", "k", str(count * 100), "end")


@pytest.mark.parametrize(
    ("make", "small", "large"),
    [
        (_hash, 1000, 64_000),
        (_zset, 1000, 30_000),
        (_nodes, 1000, 100_000),
        (_one_node, 200, 10_000),
        (_intset, 1000, 100_000),
        (_text, 100, 100_000),
    ],
)
def test_a_look_costs_what_is_visible_and_not_what_is_held(
    make: Callable[[World, int], None], small: int, large: int
) -> None:
    window = Window(0, 32)
    costs = []
    for count in (small, large):
        world = new_world()
        make(world, count)
        look(world, window)

        def action(world: World = world) -> None:
            seen = look(world, window)
            draw(seen, 100, "structure", changes(seen, look(world, window)))

        costs.append(work_of(action))
    (few_steps, low_peak), (many_steps, high_peak) = costs
    assert many_steps < few_steps * 1.6 + 2000
    assert high_peak < low_peak * 1.6 + 20_000


def test_nodes_out_of_sight_are_not_compressed_for_a_look(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = new_world()
    config(world, "list-max-listpack-size", 2)
    config(world, "list-compress-depth", 1)
    fill(world, "RPUSH", 2000, "abcdefgh" * 8 + "{n}")
    tried: list[int] = []
    original = quicklist_node.Node._try_lzf

    def counting(node: quicklist_node.Node) -> int:
        tried.append(node.size)
        return original(node)

    monkeypatch.setattr(quicklist_node.Node, "_try_lzf", counting)
    look(world, Window(500, 10))
    assert len(tried) <= 10 + 5  # the window, and the first nodes for MEMORY USAGE
    look(world, Window(500, 10))
    assert len(tried) <= 10 + 5
