"""Why: one line that tells what a command did to a key, from the two looks and nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest

from tests.diagrams.samples import WINDOW, build, new_world, run
from tutor import i18n
from tutor.diagrams import why
from tutor.diagrams.why.conversions import cause_of
from tutor.engine.clock import VirtualClock
from tutor.engine.cmdline import split
from tutor.engine.events import Cause, Conversion
from tutor.engine.inspect import Inspection, inspect
from tutor.engine.replies import ReplyError
from tutor.engine.world import Entry, World

SMALL_NODES = "CONFIG SET list-max-listpack-size 3"
BIG_ZSET = "CONFIG SET zset-max-listpack-entries 0"
BIG_HASH = "CONFIG SET hash-max-listpack-entries 0"


def told(world: World, before: Inspection | None, key: bytes = b"k") -> str:
    """Why, of the last command and one key."""
    entry = world.last
    assert entry is not None
    return line_of(entry, key, before, inspect(world.engine, 0, key, WINDOW))


def line_of(entry: Entry, key: bytes, before: Inspection | None, after: Inspection | None) -> str:
    return why(
        before,
        after,
        entry.argv,
        [each for each in entry.conversions if (each.db, each.key) == (0, key)],
        [event for db, name, event in entry.changed if (db, name) == (0, key)],
        isinstance(entry.reply, ReplyError),
    )


def reason(*lines: str) -> str:
    """Why, of the last line, without the command's name and its price."""
    world = new_world()
    for line in lines[:-1]:
        run(world, *split(line))
    before = inspect(world.engine, 0, b"k", WINDOW)
    world.run(split(lines[-1]))
    name, line = told(world, before).split(": ", 1)
    assert lines[-1].upper().startswith(name)
    return line.rpartition(" · O(")[0] or line


def fields(pattern: str, count: int) -> str:
    return " ".join(pattern.format(n=n) for n in range(count))


MANY_NODES = f"RPUSH k {fields('{n}', 120)}"
"""More nodes of three than are in sight."""


@pytest.mark.parametrize(
    ("lines", "line"),
    [
        (["SET k 5"], "a new key, 48 B in all; one of the shared integers 0–9999: no memory"),
        (["SET k 12345"], "a new key, 48 B in all; the number stands in the object's pointer"),
        (["SET k 9999", "INCR k"], "9999 → 10000 in the object's pointer; beyond the shared"),
        (["SET k 20000", "SET k 7"], "20000 → 7 in the object's pointer; one of the shared"),
        (["SET k ab"], "a new key, 64 B in all; embstr: object, header and text in one block of"),
        (["SET k ab", "SET k ab"], "stored anew, alike to the byte"),
        (["SET k 10", "APPEND k x"], "only a raw string is edited in place: int → raw; len 3, "),
        (["SET k ab", f"SET k {'x' * 45}"], "45 bytes > 44: embstr → raw; raw: the"),
        (
            [f"SET k {'x' * 50}", f"APPEND k {'y' * 14}", f"APPEND k {'z' * 10}"],
            "10 bytes went into the free room, 82 of 156 B left: no realloc",
        ),
        (
            [f"SET k {'x' * 50}", f"APPEND k {'y' * 14}", f"APPEND k {'z' * 92}"],
            "92 bytes went into the free room, 0 of 156 B left: no realloc",
        ),
        (
            [f"SET k {'x' * 50}", f"APPEND k {'y' * 12}"],
            "62 bytes did not fit in alloc 50: reallocated to 124, twice the length (below 1 MB)",
        ),
        (
            [f"APPEND k {'x' * 100}", f"APPEND k {'y' * 60}"],
            "160 bytes did not fit in alloc 108: reallocated to 378, twice the length (below 1 MB)"
            "; sdshdr8 → sdshdr16",
        ),
        (
            ["SETRANGE k 0 hello", "SETRANGE k 1 EL"],
            "bytes changed where they lie: length and block are as before",
        ),
        (
            ["SETBIT k 7 1", "SETBIT k 0 1"],
            "byte 0 changed where it lies: 01 → 81 (00000001 → 10000001)",
        ),
        (["SETBIT k 7 1", "SETBIT k 7 1"], "memory is as it was"),
    ],
)
def test_strings(lines: list[str], line: str) -> None:
    assert reason(*lines).startswith(line)


def test_a_string_of_a_mebibyte_grows_by_a_mebibyte() -> None:
    lines = ["SETRANGE k 1200000 x", f"APPEND k {'y' * 1_500_000}"]
    assert reason(*lines).endswith(", 1 MB to spare")


@pytest.mark.parametrize(
    ("lines", "line"),
    [
        (["HSET k a 1"], "a new key, 64 B in all; listpack of 12 B in one block"),
        (["HSET k a 1", "HSET k b 2"], "1 pair written at the end, 12 → 17 B; block 16 → 32 B"),
        (["HSET k a 1", "HSET k a 2"], "rewritten in its place, 12 B as before"),
        (
            ["HSET k a 1 b 2", "HSET k a 100000"],
            "rewritten in its place, what stands behind it moved, 17 → 20 B; the block stays 32 B",
        ),
        (
            ["HSET k a 1 b 2", "HDEL k a"],
            "a cut out, 5 bytes behind it moved up, 17 → 12 B; block 32 → 16 B",
        ),
        (["HSET k a 1", "HSETNX k a 2"], "memory is as it was"),
        (
            ["CONFIG SET hash-max-listpack-entries 2", "HSET k a 1", "HSET k b 1"],
            "1 pair written at the end, 12 → 17 B; block 16 → 32 B; "
            "hash-max-listpack-entries reached: the next new one converts it",
        ),
        (
            ["CONFIG SET hash-max-listpack-entries 2", "HSET k a 1 b 1", "HSET k c 1"],
            "3 elements > hash-max-listpack-entries 2: listpack became a hashtable of 4 slots",
        ),
        (
            ["ZADD k 1 a 2 b", "ZADD k 1.5 x"],
            "set in at rank 1 by its score, 5 bytes behind it moved, 17 → 25 B; the block stays",
        ),
        (["ZADD k 1 a", "ZADD k 9 x"], "last by its score: written at the end, 12 → 17 B"),
        (["ZADD k 1 a 2 b", "ZADD k 9 a"], "taken out and set in anew by its score, 17 B as"),
        (
            ["SADD k 1 2 3 4", "SADD k 70000"],
            "does not fit int16: all 4 elements were widened to int32, from the last to the first, "
            "16 → 28 B; block 16 → 32 B",
        ),
        (
            ["SADD k 1 2 8 9", "SADD k 5"],
            "binary search says place 2; 2 elements behind it moved by 2 B, 16 → 18 B",
        ),
        (
            ["SADD k 1 2 8 9", "SREM k 2"],
            "found at place 1; 2 elements behind it moved up by 2 B, 16 → 14 B; the block stays",
        ),
        (["SADD k 1", "SADD k x"], "an intset holds integers only: intset became a hashtable of"),
    ],
)
def test_compact_structures(lines: list[str], line: str) -> None:
    assert reason(*lines).startswith(line)


def test_a_limit_is_not_mentioned_before_it_is_reached() -> None:
    lines = ["CONFIG SET hash-max-listpack-entries 3", "HSET k a 1", "HSET k b 1"]
    assert reason(*lines) == "1 pair written at the end, 12 → 17 B; block 16 → 32 B"


@pytest.mark.parametrize(
    ("lines", "line"),
    [
        (
            ["RPUSH k a b c", "LPUSH k hello"],
            "node 0 written in front, what it held moved, 16 → 23 B; block 16 → 32 B",
        ),
        (["RPUSH k a", "RPUSH k b"], "node 0 written at its end, 10 → 13 B; the block stays 16 B"),
        (
            [SMALL_NODES, "RPUSH k a b c", "RPUSH k d"],
            "node 0 has no room (3 of 3 entries); a new node 1, 10 B",
        ),
        (
            [f"RPUSH k {'x' * 8000}", f"RPUSH k {'y' * 500}"],
            "node 0 has no room (8014 of 8192 B); a new node 1, 511 B",
        ),
        (
            [SMALL_NODES, "RPUSH k a b", "RPUSH k c d e f g"],
            "node 0 was filled (at most 3 entries), 2 new nodes took the rest",
        ),
        (
            [SMALL_NODES, "RPUSH k a b c d e f", "LINSERT k BEFORE e X"],
            "node 1 had no room (3 of 3 entries) and was split, entries 3 → 2 + 2",
        ),
        (
            [SMALL_NODES, "RPUSH k a b c d e", "LINSERT k AFTER d X"],
            "set in inside node 1, which has room, 13 → 16 B",
        ),
        ([SMALL_NODES, "RPUSH k a b c d", "RPOP k"], "node 1 went empty and was freed"),
        ([SMALL_NODES, "RPUSH k a x c x", "LREM k 0 x"], "elements 4 → 2, nodes 2 → 1"),
        (
            [SMALL_NODES, MANY_NODES, "LINSERT k BEFORE 4 X"],
            "node 1 had no room (3 of 3 entries) and was split, entries 3 → 2 + 2",
        ),
        (
            [SMALL_NODES, MANY_NODES, "LREM k 1 4", "LREM k 1 5", "LREM k 1 3"],
            "node 1 went empty and was freed",
        ),
        (["RPUSH k a b c", "LREM k 1 b"], "1 entry cut out of node 0, 16 → 13 B; the block stays"),
        (["RPUSH k a b c", "LSET k 1 bbb"], "an entry of node 0 rewritten, 16 → 18 B; block"),
        (["RPUSH k a b", "LMOVE k k LEFT RIGHT"], "an element went from one end of the list to"),
        (
            [
                SMALL_NODES,
                "CONFIG SET list-compress-depth 1",
                f"RPUSH k {fields('abcdefgh' * 6 + '{n}', 9)}",
                "RPUSH k z",
            ],
            "node 2 has no room (3 of 3 entries); a new node 3, 10 B; "
            "node 2 is inside now: LZF, 160 → 34 B",
        ),
        (
            [
                SMALL_NODES,
                "CONFIG SET list-compress-depth 2",
                f"RPUSH k {fields('abcdefgh' * 6 + '{n}', 12)}",
                "RPUSH k x1 x2 x3 x4 x5 x6",
            ],
            "new nodes 4–5, at most 3 entries in each; node 2 is inside now: LZF, 160 → 34 B; "
            "node 3 is inside now: LZF, 162 → 39 B",
        ),
        (["RPUSH k a", "LPOP k"], "the last element went, and the key with it; 144 B freed"),
    ],
)
def test_lists(lines: list[str], line: str) -> None:
    assert reason(*lines).startswith(line)


@pytest.mark.parametrize(
    ("lines", "line"),
    [
        (
            [BIG_HASH, f"HSET k {fields('f{n} {n}', 8)}", "HSET k new 1"],
            "new went into bucket 4 of ht[1], a chain of 1 entry; "
            "8 slots are full: a table of 16 begins, buckets move one by one",
        ),
        (
            [BIG_HASH, f"HSET k {fields('f{n} {n}', 8)}", "HSET k new 1", "HGET k f3"],
            "a rehash step: rehashidx 0 → 1 of 8",
        ),
        (
            [BIG_HASH, f"HSET k {fields('f{n} {n}', 64)}", f"HDEL k {fields('f{n}', 61)}"],
            "61 entries unlinked from their chains; fewer than a tenth of 64 slots in use: "
            "a table of 8 begins, buckets move one by one",
        ),
        ([BIG_HASH, "HSET k a 1 b 2", "HSET k a 3"], "the entry of a got another value"),
        (
            ["SADD k a b c d", "SREM k a"],
            "a was unlinked from the chain of bucket 1 of ht[0]",
        ),
        (
            [BIG_ZSET, "ZADD k 1 a 3 c", "ZADD k 2 b"],
            "a tower of 1 level for b (the first coin toss lost), at rank 1",
        ),
        (
            [BIG_ZSET, "ZADD k 1 a 2 b 3 c", "ZADD k 9 a"],
            "a taken out and set in anew with a fresh tower: rank 0 → 2; levels of the list 2 → 1",
        ),
        (
            [BIG_ZSET, "ZADD k 1 a 2 b 3 c", "ZADD k 2.5 b"],
            "b stays between its neighbours: its score alone changed",
        ),
        ([BIG_ZSET, "ZADD k 1 a 2 b 3 c", "ZREM k a b"], "2 towers taken out, the links over them"),
        (
            ["ZADD k 1 a", f"ZADD k 2 {'m' * 70}"],
            "70 bytes > zset-max-listpack-value 64: listpack became a skiplist of 2 levels and",
        ),
    ],
)
def test_tables_and_skiplists(lines: list[str], line: str) -> None:
    assert reason(*lines).startswith(line)


def test_a_tower_is_told_with_the_tosses_that_made_it() -> None:
    world = new_world()
    run(world, *split(BIG_ZSET))
    heights = set()
    for number in range(60):
        before = inspect(world.engine, 0, b"k", WINDOW)
        run(world, "ZADD", "k", str(-number), f"m{number}")
        after = inspect(world.engine, 0, b"k", WINDOW)
        assert after is not None
        if before is None:
            continue
        height = after.layout.towers[0].height  # type: ignore[union-attr]
        heights.add(height)
        toss = {1: "the first coin toss lost", 2: "1 coin toss won"}
        won = toss.get(height, f"{height - 1} coin tosses won")
        assert f"({won}), at rank 0" in told(world, before)
    assert {1, 2, 3} <= heights


@pytest.mark.parametrize(
    ("lines", "line"),
    [
        (["XADD k 1-1 a 1", "XADD k 1-2 a 2"], "1 entry written at the end of the last node"),
        (
            ["CONFIG SET stream-node-max-entries 1", "XADD k 1-1 a 1", "XADD k 1-2 a 1"],
            "1 entry added; the last node was full, 1 node was made",
        ),
        (["XADD k 1-1 a 1", "XADD k 2-1 a 1", "XDEL k 1-1"], "1 entry marked as deleted, its"),
        (["XADD k 1-1 a 1", "XGROUP CREATE k g 0"], "group g was made"),
        (
            ["XADD k 1-1 a 1", "XGROUP CREATE k g 0", "XREADGROUP GROUP g c STREAMS k >"],
            "group g: pending entries 0 → 1",
        ),
        (
            [*(f"XADD k {n}-1 f v" for n in (1, 2, 3)), "XADD k MAXLEN 2 4-1 f v"],
            "1 entry written at the end of the last node, 51 → 62 B; "
            "2 entries marked as deleted, their bytes stay",
        ),
    ],
)
def test_streams(lines: list[str], line: str) -> None:
    assert reason(*lines).startswith(line)


@pytest.mark.parametrize(
    ("lines", "line"),
    [
        (["SET k 1", "GET k"], "only read, memory is as it was"),
        (["SET k 1", "LPUSH k 1"], "an error: nothing was changed"),
        (["SET k 12345", "DEL k"], "the key went; 48 B freed"),
        (["SET k 1", "EXPIRE k 100"], "a TTL was set: the key also stands in the table of expires"),
        (["SET k 1 EX 9", "PERSIST k"], "the TTL was taken off: the key left the table of expires"),
        (["SET k 1 EX 9", "EXPIRE k 99"], "another moment in the table of expires"),
        (["SET k 1", "RENAME k j"], "the value went under another name or into another database"),
        (["SET j 1", "RENAME j k"], "the value as it was, under this name; nothing was copied"),
        (["SADD k b", "SET k 1"], "the old set was freed, 168 B; a new value, 48 B in all; one of"),
        (["SADD k 1", "SADD j 1 2", "SUNIONSTORE k j"], "the old set was freed, 64 B; a new value"),
        (["SET k 1", "SWAPDB 0 1"], "the databases changed places: the key is in the other one"),
        (["HSET k f v", "HDEL k f"], "the last element went, and the key with it; 64 B freed"),
    ],
)
def test_keys(lines: list[str], line: str) -> None:
    assert reason(*lines).startswith(line)


def test_an_expired_key_went_because_its_time_was_up() -> None:
    world = new_world()
    run(world, "SET", "k", "v", "PX", "10")
    before = inspect(world.engine, 0, b"k", WINDOW)
    assert isinstance(world.engine.clock, VirtualClock)
    world.engine.clock.advance(ms=20)
    world.run([b"GET", b"k"])
    assert "its time was up, the key went; " in told(world, before)


def test_a_lifetime_that_is_read_again_a_little_late_was_not_set_anew() -> None:
    world = new_world()
    run(world, "SET", "k", "v", "EX", "100")
    before = inspect(world.engine, 0, b"k", WINDOW)
    assert before is not None
    assert before.ttl_ms is not None
    later = replace(before, ttl_ms=before.ttl_ms + 5)
    assert why(before, later) == "memory is as it was"
    assert why(before, replace(before, ttl_ms=before.ttl_ms + 5000)).startswith("another moment")


def test_the_line_names_the_command_and_its_price() -> None:
    world = new_world()
    run(world, "XADD", "k", "1-1", "f", "v")
    before = inspect(world.engine, 0, b"k", WINDOW)
    run(world, "XGROUP", "CREATE", "k", "g", "0")
    assert told(world, before) == "XGROUP CREATE: group g was made · O(1)"


def test_without_a_command_the_difference_alone_is_told() -> None:
    world = new_world()
    run(world, "RPUSH", "k", "a")
    before = inspect(world.engine, 0, b"k", WINDOW)
    run(world, "RPUSH", "k", "b")
    after = inspect(world.engine, 0, b"k", WINDOW)
    assert why(before, after) == "1 entry more in node 0, 10 → 13 B; the block stays 16 B"
    assert why(after, None) == "the key went; 144 B freed"
    assert why(None, None, [b"GET", b"k"]) == ""


def test_every_cause_of_a_conversion_has_words_of_its_own(russian: None) -> None:
    for language in ("ru", "en"):
        if language == "en":
            i18n.set_language("en")
        lines = {
            cause: cause_of(Conversion(0, b"k", "a", "b", cause, 65, 2, "some-directive"))
            for cause in get_args(Cause)
        }
        assert lines.pop("length") == lines["value_length"]  # reads as any other value's
        assert len(set(lines.values())) == len(lines)


def test_it_is_told_in_russian(russian: None) -> None:
    world = new_world()
    run(world, "SADD", "k", "1", "2", "3", "4")
    before = inspect(world.engine, 0, b"k", WINDOW)
    run(world, "SADD", "k", "70000")
    assert told(world, before).startswith(
        "SADD: не помещается в int16: все 4 элемента расширены до int32, от последнего к первому"
    )


def test_two_moments_of_a_list_do_not_tell_how_it_grew() -> None:
    grown = build(["RPUSH k a b", "RPUSH k c d"])
    assert "2 entries more in node 0" in why(grown.before, grown.after)
    full = build(["CONFIG SET list-max-listpack-size 4", "RPUSH k a b c d", "RPUSH k e"])
    assert "split" not in why(full.before, full.after)
