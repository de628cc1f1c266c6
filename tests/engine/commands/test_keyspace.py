"""Strings, hashes and keys: what the oracle cannot show."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tutor.engine.clock import VirtualClock
from tutor.engine.config import Config
from tutor.engine.engine import Engine
from tutor.engine.events import Conversion
from tutor.engine.memory.usage import memory_usage
from tutor.engine.replies import OK, Reply, is_error
from tutor.engine.session import Session


class Watcher:
    """An observer that remembers."""

    def __init__(self) -> None:
        self.events: list[tuple[int, bytes, str]] = []
        self.conversions: list[Conversion] = []

    def changed(self, db: int, key: bytes, event: str) -> None:
        self.events.append((db, key, event))

    def converted(self, conversion: Conversion) -> None:
        self.conversions.append(conversion)

    def executed(self, session: Session, argv: Sequence[bytes], reply: Reply, took_us: int) -> None:
        """Not of interest here."""


@pytest.fixture
def watcher() -> Watcher:
    return Watcher()


@pytest.fixture
def session(watcher: Watcher) -> Session:
    return Engine(VirtualClock(), seed=1, observer=watcher).connect()


def run(session: Session, *lines: bytes) -> Reply:
    """Carry out lines of words; the reply of the last one, none of them an error."""
    reply: Reply = None
    for line in lines:
        reply = session.engine.execute(session, line.split())
        assert not is_error(reply), (line, reply)
    return reply


# conversions are announced with their figures


@pytest.mark.parametrize(
    ("before", "command", "expected"),
    [
        (b"SET k 5", b"APPEND k 6", ("int", "raw", "append", 0, 0, "")),
        (b"SET k abc", b"SETRANGE k 0 x", ("embstr", "raw", "append", 0, 0, "")),
        (b"SET k abc", b"SET k " + b"x" * 45, ("embstr", "raw", "length", 45, 44, "")),
        (b"SETRANGE k 0 41", b"INCR k", ("raw", "int", "number", 0, 0, "")),
        (b"SET k 5", b"INCRBYFLOAT k 1", ("int", "embstr", "store", 0, 0, "")),
        (
            b"HSET k f v",
            b"HSET k g " + b"x" * 65,
            ("listpack", "hashtable", "value_length", 65, 64, "hash-max-listpack-value"),
        ),
        (
            b"CONFIG SET hash-max-listpack-entries 2",
            b"HSET k a 1 b 2 c 3",
            ("listpack", "hashtable", "entries", 3, 2, "hash-max-listpack-entries"),
        ),
        (b"SADD k 1", b"SADD k x", ("intset", "hashtable", "not_integer", 0, 0, "")),
        (b"SADD k 1", b"SADD k 70000", ("intset", "intset", "width", 4, 2, "")),
        (
            b"CONFIG SET set-max-intset-entries 2",
            b"SADD k 1 2 3",
            ("intset", "hashtable", "entries", 3, 2, "set-max-intset-entries"),
        ),
        (
            b"CONFIG SET zset-max-listpack-entries 2",
            b"ZADD k 1 a 2 b 3 c",
            ("listpack", "skiplist", "entries", 3, 2, "zset-max-listpack-entries"),
        ),
        (
            b"ZADD k 1 a",
            b"ZADD k 2 " + b"x" * 65,
            ("listpack", "skiplist", "value_length", 65, 64, "zset-max-listpack-value"),
        ),
        (b"ZADD k 1 a 2 b", b"SORT k ALPHA", ("listpack", "skiplist", "sort", 0, 0, "")),
    ],
)
def test_a_conversion_is_announced_with_its_cause(
    session: Session, watcher: Watcher, before: bytes, command: bytes, expected: tuple[object, ...]
) -> None:
    run(session, before)
    watcher.conversions.clear()
    run(session, command)
    (conversion,) = watcher.conversions
    assert conversion == Conversion(0, b"k", *expected)  # type: ignore[arg-type]


@pytest.mark.parametrize("command", [b"APPEND k x", b"SETRANGE k 0 y", b"SET k abcd", b"DEL k"])
def test_nothing_is_announced_where_the_encoding_stays(
    session: Session, watcher: Watcher, command: bytes
) -> None:
    run(session, b"SETRANGE k 0 abc" if command.split()[0] != b"SET" else b"SET k abc")
    run(session, command)
    assert watcher.conversions == []


# WATCH


@pytest.mark.parametrize(
    "command",
    [
        b"SET k v",
        b"APPEND k x",
        b"DEL k",
        b"RENAME k other",
        b"RENAME other k",
        b"COPY other k REPLACE",
        b"MOVE k 1",
        b"EXPIRE k 100",
        b"EXPIRE k -1",
        b"GETEX k EX 5",
        b"GETDEL k",
        b"SORT list STORE k",
        b"SORT missing STORE k",
        b"MSET a 1 k 2",
    ],
)
def test_a_change_breaks_a_watch(session: Session, command: bytes) -> None:
    run(session, b"SET k 1", b"SET other 2", b"RPUSH list 1 2", b"WATCH k")
    run(session.engine.connect(), command)
    run(session, b"MULTI", b"PING")
    assert repr(run(session, b"EXEC")) == "NULL_ARRAY"


@pytest.mark.parametrize(
    "command",
    [
        b"GET k",
        b"TTL k",
        b"PERSIST k",
        b"EXPIRE k 100 XX",
        b"SET k v NX",
        b"SETNX k v",
        b"RENAMENX other k",
        b"COPY other k",
        b"SETRANGE k 5 ",
        b"GETEX k PERSIST",
        b"DEL missing",
        b"SORT list",
        b"DUMP k",
    ],
)
def test_what_changes_nothing_breaks_no_watch(session: Session, command: bytes) -> None:
    run(session, b"SET k 1", b"SET other 2", b"RPUSH list 1 2", b"WATCH k")
    session.engine.execute(session.engine.connect(), command.split(b" "))
    run(session, b"MULTI", b"PING")
    assert run(session, b"EXEC") == [b"PONG"]


# snapshots


@pytest.mark.parametrize(
    ("prepare", "change"),
    [
        (b"APPEND k abc", b"APPEND k d"),
        (b"SET k abc", b"SETRANGE k 0 x"),
        (b"HSET k f v", b"HSET k f w"),
        (b"HSET k f v g w", b"HDEL k f"),
        (b"RPUSH k a", b"RPUSH k b"),
        (b"SADD k 1", b"SADD k 2"),
        (b"ZADD k 1 a", b"ZADD k 2 b"),
        (b"ZADD k 1 a", b"SORT k BY nosort"),
    ],
)
@pytest.mark.parametrize("detour", [[], [b"RENAME k j", b"RENAME j k"], [b"MOVE k 1", b"SELECT 1"]])
def test_a_snapshot_keeps_what_was_changed_after_it(
    session: Session, prepare: bytes, change: bytes, detour: list[bytes]
) -> None:
    run(session, prepare)
    look = b"DUMP k"
    before = run(session, look)
    snapshot = session.engine.snapshot()
    run(session, *detour, change)
    after = run(session, look)
    session.engine.restore(snapshot)
    run(session, b"SELECT 0")
    assert run(session, look) == before
    if not change.startswith(b"SORT"):
        assert after != before


# time


def test_a_key_lives_through_its_last_millisecond(watcher: Watcher) -> None:
    clock = VirtualClock()
    session = Engine(clock, seed=1, observer=watcher).connect()
    run(session, b"SET k v PX 1500")
    assert run(session, b"TTL k") == 2
    clock.advance(ms=1500)
    assert run(session, b"GET k") == b"v"
    clock.advance(ms=1)
    assert run(session, b"GET k") is None
    assert watcher.events[-1] == (0, b"k", "expired")
    assert session.engine.stats.expired_keys == 1


def test_idle_time_follows_the_clock() -> None:
    clock = VirtualClock()
    session = Engine(clock, seed=1).connect()
    run(session, b"SET k v")
    clock.advance(ms=90_000)
    assert run(session, b"OBJECT IDLETIME k") == 90
    run(session, b"TYPE k", b"TTL k", b"EXISTS k")
    assert run(session, b"OBJECT IDLETIME k") == 90
    run(session, b"GET k")
    assert run(session, b"OBJECT IDLETIME k") == 0


def test_an_lfu_counter_falls_with_the_minutes() -> None:
    clock = VirtualClock()
    session = Engine(clock, seed=1).connect()
    run(session, b"CONFIG SET maxmemory-policy allkeys-lfu lfu-log-factor 0", b"SET k v")
    for _ in range(10):
        run(session, b"GET k")
    assert run(session, b"OBJECT FREQ k") == 15
    clock.advance(ms=4 * 60_000)
    assert run(session, b"OBJECT FREQ k") == 11


# chance


def test_the_same_seed_picks_the_same() -> None:
    def picks(seed: int) -> list[Reply]:
        session = Engine(VirtualClock(), seed=seed).connect()
        run(session, b"MSET a 1 b 2 c 3 d 4 e 5", b"HSET h a 1 b 2 c 3 d 4 e 5 f " + b"x" * 70)
        commands = [b"RANDOMKEY", b"HRANDFIELD h -9", b"HRANDFIELD h 3", b"SCAN 0 COUNT 1"]
        return [run(session, command) for command in commands * 5]

    assert picks(7) == picks(7)
    assert picks(7) != picks(8)


@pytest.mark.parametrize("longest", [1, 70])
def test_random_fields_are_different_unless_repeats_are_allowed(longest: int) -> None:
    session = Engine(VirtualClock(), seed=3).connect()
    pairs = b" ".join(b"f%d %s" % (at, b"v" * longest) for at in range(20))
    run(session, b"HSET h " + pairs)
    seen: set[bytes] = set()
    for count in (1, 2, 5, 6, 7, 12, 19, 19):
        fields = run(session, b"HRANDFIELD h %d" % count)
        assert len(set(fields)) == count
        seen.update(fields)
    assert len(run(session, b"HRANDFIELD h 25")) == 20
    assert len(run(session, b"HRANDFIELD h -25")) == 25
    assert len(seen) == 20
    with_values = run(session, b"HRANDFIELD h 4 WITHVALUES")
    assert all(value == b"v" * longest for _, value in with_values)


def test_every_key_is_random_sooner_or_later(session: Session) -> None:
    run(session, b"MSET a 1 b 2 c 3 d 4")
    assert {run(session, b"RANDOMKEY") for _ in range(200)} == {b"a", b"b", b"c", b"d"}


# cursors


def test_a_scan_gives_every_key_that_stays_though_the_table_grows(session: Session) -> None:
    staying = {b"key:%d" % number for number in range(300)}
    for key in staying:
        run(session, b"SET %s v" % key)
    seen: list[bytes] = []
    cursor, turn = b"0", 0
    while True:
        cursor, keys = run(session, b"SCAN %s COUNT 7" % cursor)
        seen += keys
        for number in range(20):
            run(session, b"SET extra:%d:%d v" % (turn, number))
        turn += 1
        if cursor == b"0":
            break
    assert staying <= set(seen)


def test_cursors_of_64_slots_go_by_the_reversed_bits(session: Session) -> None:
    run(session, b"HSET h " + b" ".join(b"f%d %s" % (at, b"x" * 70) for at in range(64)))
    cursor, order = 0, []
    for _ in range(6):
        reply = session.engine.databases[0].keys.data[b"h"].table.scan(cursor, 10**9, 0)
        cursor = reply[0]
        order.append(cursor)
    assert order == [32, 16, 48, 8, 40, 24]


# sizes on both allocators (golden figures of the fact sheet)


@pytest.mark.parametrize(
    ("command", "key", "debian", "upstream"),
    [
        (b"SET foo bar", b"foo", 64, 56),
        (b"SET k 5", b"k", 48, 48),
        (b"SET k " + b"a" * 44, b"k", 96, 96),
        (b"SET k " + b"a" * 45, b"k", 112, 104),
        (b"SETRANGE k 3 xyz", b"k", 56, 56),
        (b"RPUSH k a b c", b"k", 144, 144),
        (b"RPUSH notifications:123 hi", b"notifications:123", 168, 160),
        (b"HSET user:123 name Alice email a@example.com role admin", b"user:123", 120, 112),
        (b"HSET k f " + b"a" * 65, b"k", 248, 248),
        (b"SADD k -1 5000000000", b"k", 80, 72),
        (b"SADD k 1 2 a", b"k", 232, 232),
        (b"ZADD leaderboard 100 player1 250 player2", b"leaderboard", 88, 88),
    ],
)
def test_memory_usage_follows_the_allocator(
    command: bytes, key: bytes, debian: int, upstream: int
) -> None:
    for allocator, expected in (("debian", debian), ("upstream", upstream)):
        config = Config()
        config.allocator = allocator
        engine = Engine(VirtualClock(), seed=1, config=config)
        session = engine.connect()
        run(session, command)
        assert memory_usage(engine, key, engine.databases[0].keys.data[key]) == expected


def test_a_rename_takes_the_expiry_along(session: Session) -> None:
    run(session, b"SET k v EX 100", b"SET j w EX 5")
    assert run(session, b"RENAME k j") == OK
    assert run(session, b"TTL j") == 100
    assert run(session, b"TTL k") == -2
