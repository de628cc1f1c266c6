"""Films as they are drawn: each kind at one width, its text twin, and both languages.

`UPDATE_GOLDENS=1 pytest tests/diagrams/test_motion.py` writes ``films/`` anew: read the difference.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracle.command_strategies import Words, any_command
from tutor import i18n
from tutor.diagrams.canvas import line_width, to_ascii
from tutor.diagrams.motion import SCENES, caption, draw_step, film_lines, film_title
from tutor.diagrams.motion.tables import slots_done
from tutor.engine.clock import VirtualClock
from tutor.engine.cmdline import split
from tutor.engine.engine import Engine
from tutor.engine.recording import Film, record_entry, record_expiry
from tutor.engine.structures.hashtable_index import next_cursor
from tutor.engine.structures.hashtable_layout import BucketLayout, HashTableLayout, TableLayout
from tutor.engine.world import World

FILMS = Path(__file__).parent / "films"
WIDTH = 84
UPDATE = bool(os.environ.get("UPDATE_GOLDENS"))

_LEADERS = "ZADD lb " + " ".join(f"{10 * number} p{number}" for number in range(60))
_BIG = "CONFIG SET zset-max-listpack-entries 0"
_THREES = "CONFIG SET list-max-listpack-size 3"

SAMPLES: dict[str, Sequence[str]] = {
    "skiplist-insert": (_BIG, _LEADERS, "ZADD lb 255 new"),
    "skiplist-rank": (_BIG, _LEADERS, "ZRANK lb p41"),
    "skiplist-range": (_BIG, _LEADERS, "ZRANGEBYSCORE lb (200 230"),
    "skiplist-by-rank": (_BIG, _LEADERS, "ZRANGE lb 20 22"),
    "skiplist-move": (_BIG, "ZADD z 1 a 5 b 9 c", "ZADD z 20 a"),
    "skiplist-stay": (_BIG, "ZADD z 1 a 5 b 9 c", "ZADD z 6 b"),
    "skiplist-remove": (_BIG, _LEADERS, "ZREM lb p30"),
    "zset-conversion": (
        "CONFIG SET zset-max-listpack-entries 3", "ZADD z 1 a 2 b 3 c", "ZADD z 2.5 x"
    ),
    "zset-listpack": ("ZADD z 1 a 2 b 3 c", "ZADD z 2.5 x"),
    "table-lookup": ("SADD s a b c d e f g h", "SISMEMBER s d"),
    "table-growth": ("SADD s a b c d", "SADD s e"),
    "table-rehash": ("SADD s a b c d e f g h i", "SADD s j"),
    "table-removal": ("SADD s a b c d e f g h", "SREM s d"),
    "table-scan": ("SADD s a b c d e f g h", "SSCAN s 0 COUNT 5"),
    "table-scan-rehashing": ("SADD s a b c d e f g h i", "SSCAN s 4 COUNT 4"),
    "hash-listpack": ("HSET h name Alice age 30", "HSET h age 31 city Paris"),
    "hash-conversion": ("HSET h a 1 b 2", f"HSET h c {'x' * 65}"),
    "intset-search": ("SADD s 1 5 9 12 40 77 81", "SISMEMBER s 12"),
    "intset-insert": ("SADD s 1 5 9", "SADD s 7"),
    "intset-upgrade": ("SADD s 1 2 3 500", "SADD s 70000"),
    "intset-upgrade-negative": ("SADD s 1 2", "SADD s -70000"),
    "intset-conversion": ("SADD s 1 2 3", "SADD s one"),
    "list-push": ("RPUSH l a b c", "LPUSH l x"),
    "list-push-full": (_THREES, "RPUSH l a b c", "RPUSH l d"),
    "list-index": (_THREES, "RPUSH l a b c d e f g h i j", "LINDEX l 4"),
    "list-split": (_THREES, "RPUSH l a b c d e f g h i", "LINSERT l BEFORE e X"),
    "list-merge": (
        _THREES, "RPUSH l a b c d e f g h i", "LREM l 0 a", "LREM l 0 b", "LINSERT l BEFORE e X"
    ),
    "list-remove": (_THREES, "RPUSH l a b a d a f", "LREM l 0 a"),
    "list-trim": (_THREES, "RPUSH l a b c d e f g h i", "LTRIM l 1 4"),
    "string-append": ("SET k hello", "APPEND k world"),
    "string-setrange": ("SET k abc", "SETRANGE k 10 x"),
    "keyspace-get": ("MSET a 1 b 2 c 3 d 4", "GET c"),
    "key-gone": ("RPUSH l a", "LPOP l"),
    "transaction": ("MULTI", "RPUSH l a", "HSET h f v", "EXEC"),
}  # fmt: skip
RUSSIAN = (
    "skiplist-insert", "table-growth", "table-scan", "hash-listpack", "intset-upgrade",
    "list-split", "string-append",
)  # fmt: skip


def film(lines: Sequence[str]) -> Film:
    """The film of the last of some commands."""
    world = World(Engine(clock=VirtualClock(), seed=11))
    for line in lines:
        world.run(split(line))
    return record_entry(world, len(world.history) - 1)


def shown(made: Film) -> str:
    """Every frame under its caption, then the twin of the whole."""
    parts = [film_title(made)]
    for number, step in enumerate(made.steps, 1):
        parts.append(f"--- {number} of {len(made.steps)} · {step.kind}\n{caption(step)}")
        parts.append(draw_step(step, WIDTH).plain)
    return "\n".join([*parts, "=== in words", *film_lines(made), ""])


def check(name: str, text: str) -> None:
    path = FILMS / f"{name}.txt"
    if UPDATE:
        FILMS.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("name", SAMPLES)
def test_a_film_is_drawn_as_before(name: str) -> None:
    check(name, shown(film(SAMPLES[name])))


@pytest.mark.usefixtures("russian")
@pytest.mark.parametrize("name", RUSSIAN)
def test_a_film_is_drawn_in_russian_as_before(name: str) -> None:
    check(f"{name}.ru", shown(film(SAMPLES[name])))


@pytest.mark.usefixtures("russian")
@pytest.mark.parametrize("name", SAMPLES)
def test_every_caption_is_there_in_russian(name: str) -> None:
    made = film(SAMPLES[name])
    russian = [caption(step) for step in made.steps]
    i18n.set_language("en")
    english = [caption(step) for step in made.steps]
    assert all(one != other for one, other in zip(russian, english, strict=True))


def test_every_scene_is_in_some_sample() -> None:
    kinds = {step.kind for lines in SAMPLES.values() for step in film(lines).steps}
    known = {
        kind
        for kind in SCENES
        if kind.split(".")[0] not in ("keyspace", "expiry", "eviction", "command")
    }
    rare = {
        "table.found", "table.missing",  # tables beyond `CHAINS_MOST`
        "table.rehashed", "table.create", "intset.beyond", "intset.not-found", "intset.remove",
        "quicklist.beside", "quicklist.insert", "quicklist.replace", "listpack.delete",
    }  # fmt: skip
    assert known - kinds <= rare


@pytest.mark.parametrize("width", [20, 40, 70, 110])
@pytest.mark.parametrize("name", SAMPLES)
def test_no_frame_is_wider_than_asked(name: str, width: int) -> None:
    for step in film(SAMPLES[name]).steps:
        for line in draw_step(step, width).lines:
            assert line_width(line) <= width


@pytest.mark.parametrize("name", SAMPLES)
def test_in_ascii_nothing_but_ascii_is_left(name: str) -> None:
    for step in film(SAMPLES[name]).steps:
        assert to_ascii(draw_step(step, 84).ascii().plain).isascii()


def test_a_way_is_drawn_with_heavy_lines_and_its_node_with_a_sign() -> None:
    for step in film(SAMPLES["skiplist-rank"]).steps:
        if step.kind == "skiplist.move":
            plain = draw_step(step, 110).plain
            assert "━" in plain
            assert plain.count("●") == 1
            row = next(line for line in plain.splitlines() if "●" in line)
            assert row.startswith(f" L{step.facts['level'] + 1}")


@settings(max_examples=60)
@given(st.lists(any_command, min_size=1, max_size=10), st.integers(12, 120))
def test_every_step_of_every_command_can_be_drawn_and_told(
    commands: Sequence[Words], width: int
) -> None:
    world = World(Engine(clock=VirtualClock(), seed=2))
    for words in commands:
        world.run(words)
        if world.waiting:
            world.stop_waiting()
        made = record_entry(world, len(world.history) - 1)
        assert all(film_lines(made))
        for step in made.steps:
            drawing = draw_step(step, width)
            assert drawing.text
            assert all(line_width(line) <= width for line in drawing.lines)


def test_expiry_and_eviction_are_told() -> None:
    world = World(Engine(clock=VirtualClock(), seed=2))
    for line in ("SET a 1 PX 5", "SET b 2 EX 100", "CONFIG SET maxmemory-policy allkeys-lru"):
        world.run(split(line))
    assert isinstance(world.engine.clock, VirtualClock)
    world.engine.clock.advance(ms=1000)
    told = film_lines(record_expiry(world))
    assert told[0].endswith("a is dead and is removed now.") or "b lives on." in told[0]
    assert "The cycle is over" in told[-1]
    for number in range(40):
        world.run(split(f"SET key:{number} {'x' * 500}"))
    world.run(split("CONFIG SET maxmemory 1"))
    world.run(split("SET late 1"))
    evicted = record_entry(world, len(world.history) - 1)
    drawn = [draw_step(step, 60).plain for step in evicted.steps if "evict" in step.kind]
    assert all("the pool" in one for one in drawn)
    assert any("is evicted" in line for line in film_lines(evicted))


# scans


def table(number: int, size: int) -> TableLayout:
    return TableLayout(number, size, 0, 0, tuple(BucketLayout(at, ()) for at in range(size)))


@pytest.mark.parametrize("bits", [2, 3, 5])
def test_a_scan_visits_each_slot_once_and_knows_which_it_has_visited(bits: int) -> None:
    image = HashTableLayout(0, -1, (table(0, 1 << bits),), 56, 24)
    cursor, visited = 0, set[tuple[int, int]]()
    while True:
        following = next_cursor(cursor, bits)
        now, before = slots_done(cursor, following, image)
        assert before == visited
        assert len(now) == 1
        visited |= now
        cursor = following
        if not cursor:
            break
    assert len(visited) == 1 << bits


@pytest.mark.parametrize("bits", [2, 4])
def test_when_the_table_grows_what_was_visited_stays_visited(bits: int) -> None:
    small = HashTableLayout(0, -1, (table(0, 1 << bits),), 56, 24)
    large = HashTableLayout(0, -1, (table(0, 2 << bits),), 56, 24)
    cursor = 0
    for _ in range((1 << bits) - 1):
        cursor = next_cursor(cursor, bits)
        before = slots_done(cursor, next_cursor(cursor, bits), small)[1]
        after = slots_done(cursor, next_cursor(cursor, bits + 1), large)[1]
        halves = {(0, slot + half) for _table, slot in before for half in (0, 1 << bits)}
        assert after == halves
