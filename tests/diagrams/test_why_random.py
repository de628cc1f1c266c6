"""Why, whatever the command: random commands of every group, and large values seen in part."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

import pytest

from tests.diagrams.samples import WINDOW, new_world, run
from tests.diagrams.test_why import line_of
from tests.oracle.fuzz.run import Round
from tutor.engine import codec
from tutor.engine.inspect import Inspection, inspect
from tutor.engine.structures.allocator import size_class
from tutor.engine.structures.hashtable_layout import HashTableLayout
from tutor.engine.structures.intset import IntsetLayout
from tutor.engine.structures.listpack import ListpackLayout
from tutor.engine.structures.quicklist_layout import QuicklistLayout
from tutor.engine.structures.sds import StringLayout
from tutor.engine.structures.skiplist_layout import SkiplistLayout
from tutor.engine.structures.stream_layout import StreamLayout
from tutor.engine.structures.window import Window
from tutor.engine.world import World

UNTOUCHED = (
    "only read, memory is as it was",
    "memory is as it was",
    "nothing in sight changed",
)


def state_of(world: World, key: bytes) -> object:
    """Everything that a look at a key could tell."""
    value = world.engine.databases[0].keys.data.get(key)
    seen = inspect(world.engine, 0, key, WINDOW)
    if value is None or seen is None:
        return None
    return codec.dump(world.engine, value), seen


def commands_on_big_keys(chance: random.Random) -> Iterator[list[str]]:
    """Large values of each kind, then commands that touch them here and there."""
    yield ["SETRANGE", "string", "9000", "x"]
    yield ["RPUSH", "list", *(f"element {n % 700}" for n in range(1500))]
    yield ["HSET", "hash", *(f"{n}" for n in range(1600))]
    yield ["SADD", "set", *(f"m{n}" for n in range(700))]
    yield ["SADD", "numbers", *(f"{n * 7}" for n in range(500))]
    yield ["ZADD", "zset", *(part for n in range(700) for part in (f"{n}", f"m{n}"))]
    for n in range(250):
        yield ["XADD", "stream", f"{n + 1}-1", "f", "v"]
    for _ in range(100):
        n = str(chance.randrange(700))
        yield chance.choice(
            [
                ["SETRANGE", "string", n + "0", "ab"],
                ["APPEND", "string", n],
                ["STRLEN", "string"],
                ["LINDEX", "list", n],
                ["HGET", "hash", n],
                ["ZSCORE", "zset", f"m{n}"],
                ["SISMEMBER", "numbers", n],
                ["XLEN", "stream"],
                ["LSET", "list", n, "new"],
                ["LINSERT", "list", "BEFORE", f"element {n}", "set in"],
                ["LREM", "list", "1", f"element {n}"],
                ["HSET", "hash", n, "other"],
                ["HSET", "hash", n, str(int(n) + 1)],
                ["HDEL", "hash", n],
                ["SADD", "set", f"n{n}"],
                ["SREM", "set", f"m{n}"],
                ["SADD", "numbers", n],
                ["ZADD", "zset", "5.5", f"m{n}"],
                ["ZADD", "zset", n, f"m{n}"],
                ["ZREM", "zset", f"m{n}"],
                ["XDEL", "stream", f"{n}-1"],
                ["EXPIRE", "zset", n + "00"],
            ]
        )


@pytest.mark.parametrize("seed", range(2))
def test_a_line_on_a_large_value_says_nothing_that_is_not_so(seed: int) -> None:
    world = new_world()
    chance = random.Random(seed)
    run(world, "CONFIG", "SET", "list-max-listpack-size", "20")
    for words in commands_on_big_keys(chance):
        key = words[1].encode()
        window = Window(chance.choice([0, 0, 20, 400]), 32)
        before, held = inspect(world.engine, 0, key, window), state_of(world, key)
        run(world, *words)
        if chance.random() < 0.3:
            window = Window(chance.choice([0, 20, 400]), 32)  # the picture was scrolled meanwhile
        after = inspect(world.engine, 0, key, window)
        assert world.last is not None
        assert after is not None
        line = line_of(world.last, key, before, after)
        if before is not None:
            assert_true(line, before, after)
        same = held == state_of(world, key)
        if "memory is as it was" in line:
            assert same, (words, line)
        if same:
            assert any(words in line for words in UNTOUCHED), (words, line)


FIGURES = {
    "bytes": re.compile(r"(?<!LZF), (\d+) → (\d+) B"),
    "block": re.compile(r"; block (\d+) → (\d+) B"),
    "alloc": re.compile(r"alloc (\d+): reallocated to (\d+)"),
    "slots": re.compile(r"slots (\d+) → (\d+)"),
    "rehashidx": re.compile(r"rehashidx (\d+) → (\d+)"),
    "nodes": re.compile(r"nodes (\d+) → (\d+)"),
    "levels": re.compile(r"levels of the list (\d+) → (\d+)"),
}


def figures_of(seen: Inspection, word: str) -> set[int]:
    """What a figure of a line may be, by the look."""
    layout = seen.layout
    found: dict[str, set[int]] = {word: set()}
    if isinstance(layout, (ListpackLayout, IntsetLayout)):
        total = layout.total_bytes
        found = {"bytes": {total}, "block": {size_class(total)}}
    elif isinstance(layout, QuicklistLayout):
        found["bytes"] = {node.size for node in layout.nodes}
        found["block"] = {node.allocation for node in layout.nodes}
        found["nodes"] = {layout.node_count}
    elif isinstance(layout, StringLayout):
        found["alloc"] = {layout.alloc}
    elif isinstance(layout, StreamLayout):
        found["bytes"] = {node.size for node in layout.nodes}
    elif isinstance(layout, HashTableLayout):
        found = {
            "slots": {table.size for table in layout.tables},
            "rehashidx": {layout.rehashidx},
        }
    elif isinstance(layout, SkiplistLayout):
        assert seen.table is not None
        found["levels"] = {layout.level}
        found["slots"] = set(seen.table.sizes)
        found["rehashidx"] = {seen.table.rehashidx}
    return found.get(word, set())


def assert_true(line: str, before: Inspection, after: Inspection) -> None:
    """The figures of a line are those of the two looks."""
    for word, pattern in FIGURES.items():
        for old, new in pattern.findall(line):
            assert int(old) in figures_of(before, word), (word, line)
            assert int(new) in figures_of(after, word), (word, line)


@pytest.mark.parametrize("seed", range(12))
def test_a_line_says_that_nothing_changed_exactly_when_nothing_did(seed: int) -> None:
    world = new_world()
    told_of = 0
    made = Round.of(seed, 250)
    run(world, "CONFIG", "SET", *(word for pair in made.settings for word in pair))
    for argv in made.commands:
        keys = dict.fromkeys(world._keys(argv))
        before = {key: state_of(world, key) for key in keys}
        looks = {key: inspect(world.engine, 0, key, WINDOW) for key in keys}
        world.run(argv)
        if world.waiting:
            world.stop_waiting(None)
        assert world.last is not None
        for key in keys:
            after = inspect(world.engine, 0, key, WINDOW)
            line = line_of(world.last, key, looks[key], after)
            assert "\n" not in line
            assert bool(line) == (looks[key] is not None or after is not None)
            same = before[key] == state_of(world, key)
            said = re.sub(" · .*", "", line.partition(": ")[2]) in UNTOUCHED or ": an error" in line
            anew = "stored anew, alike to the byte" in line or "another moment" in line
            if line and not anew and "was freed" not in line:
                told_of += 1
                assert said == same, (argv, key, line)
            if looks[key] is not None and after is not None and "was freed" not in line:
                assert_true(line, looks[key], after)
    assert told_of > 10
