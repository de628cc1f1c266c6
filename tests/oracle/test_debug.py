"""DEBUG against the real server: figures of strings, tables and objects, digests, RELOAD."""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random

import pytest

from tests.oracle.compare import (
    RawConnection,
    Simple,
    compare_state,
    engine_like_the_oracle,
    run_both,
)
from tutor.engine.session import Session


@pytest.fixture
def session() -> Session:
    return engine_like_the_oracle().connect()


def _same(session: Session, raw: RawConnection, *argv: bytes) -> None:
    ours, theirs = run_both(session, raw, argv)
    assert ours == theirs, argv


# SDSLEN

_LENGTHS = [*range(70), 80, 95, 96, 127, 128, 200, 251, 252, 253, 254, 255, 256, 257, 300, 500]
_LENGTHS += [511, 512, 1000, 1024, 4095, 4096, 8000, 20000]


def test_sdslen_of_strings_of_many_lengths(session: Session, raw: RawConnection) -> None:
    for length in _LENGTHS:
        _same(session, raw, b"SET", b"k", b"x" * length)
        _same(session, raw, b"DEBUG", b"SDSLEN", b"k")
        _same(session, raw, b"SET", b"x" * length, b"v")
        _same(session, raw, b"DEBUG", b"SDSLEN", b"x" * length)


def test_sdslen_of_a_string_that_grows(session: Session, raw: RawConnection) -> None:
    rng = Random(7)
    for _ in range(20):
        _same(session, raw, b"SET", b"k", b"a" * rng.choice([0, 1, 5, 44, 45, 200]))
        for _ in range(15):
            if rng.random() < 0.7:
                more = b"b" * rng.choice([0, 1, 1, 3, 30, 300, 3000])
                _same(session, raw, b"APPEND", b"k", more)
            else:
                at = b"%d" % rng.choice([0, 3, 100, 1000])
                _same(session, raw, b"SETRANGE", b"k", at, b"c" * rng.randrange(20))
            _same(session, raw, b"DEBUG", b"SDSLEN", b"k")
            _same(session, raw, b"MEMORY", b"USAGE", b"k")


# OBJECT

_VALUES: dict[str, list[list[bytes]]] = {
    "empty": [[b"SET", b"k", b""]],
    "embstr": [[b"SET", b"k", b"hello"]],
    "raw": [[b"SET", b"k", b"x" * 100]],
    "compressible": [[b"SET", b"k", b"x" * 5000]],
    "grown": [[b"SET", b"k", b"abc"], [b"APPEND", b"k", b"def"]],
    "shared integer": [[b"SET", b"k", b"9999"]],
    "integer": [[b"SET", b"k", b"10000"]],
    "counter": [[b"INCRBY", b"k", b"-5000000000"]],
    "counted": [[b"CONFIG", b"SET", b"maxmemory-policy", b"allkeys-lfu"], [b"SET", b"k", b"v"]],
    "list": [[b"RPUSH", b"k", *b"a b c 1 2 3".split()]],
    "list of nodes": [[b"RPUSH", b"k", *[b"%0100d" % i for i in range(300)]]],
    "small nodes": [
        [b"CONFIG", b"SET", b"list-max-listpack-size", b"3"],
        [b"RPUSH", b"k", *[b"%d" % i for i in range(20)]],
    ],
    "compressed": [
        [b"CONFIG", b"SET", b"list-compress-depth", b"1"],
        [b"RPUSH", b"k", *[b"%0100d" % i for i in range(600)]],
    ],
    "intset": [[b"SADD", b"k", b"1", b"70000", b"-3"]],
    "set": [[b"SADD", b"k", *[b"m%d" % i for i in range(100)]]],
    "hash": [[b"HSET", b"k", b"a", b"1", b"b", b"two"]],
    "hash table": [[b"HSET", b"k", b"a", b"x" * 65]],
    "zset": [[b"ZADD", b"k", b"1", b"a", b"2.5", b"b"]],
    "skiplist": [[b"ZADD", b"k", b"1", b"a" * 65]],
}


def _lasting(line: Simple) -> bytes:
    """The line without its address and its times."""
    return re.sub(rb"at:0x[0-9a-f]+| lru:\d+| lru_seconds_idle:\d+", b"", line.text)


def _times(line: Simple) -> list[int]:
    return [int(number) for number in re.findall(rb" lru\w*:(\d+)", line.text)]


@pytest.mark.parametrize("name", _VALUES)
def test_object_line(name: str, session: Session, raw: RawConnection) -> None:
    try:
        for argv in _VALUES[name]:
            _same(session, raw, *argv)
        ours, theirs = run_both(session, raw, [b"DEBUG", b"OBJECT", b"k"], exact=False)
        assert _lasting(ours) == _lasting(theirs)
        if name != "shared integer":  # that one is older than its key
            apart = [abs(a - b) for a, b in zip(_times(ours), _times(theirs), strict=True)]
            assert max(apart) <= 1
    finally:
        raw.call(b"CONFIG", b"SET", b"list-max-listpack-size", b"-2", b"list-compress-depth", b"0")
        raw.call(b"CONFIG", b"SET", b"maxmemory-policy", b"noeviction")


# HTSTATS

_SEEDED = re.compile(r"different slots|max chain|avg chain|^   \d+: ")


def _figures(report: bytes) -> list[str]:
    """A report without the lines that depend on the seed of the hash."""
    return [line for line in report.decode().split("\n") if not _SEEDED.search(line)]


def _settle(session: Session, raw: RawConnection, *argv: bytes) -> None:
    """Look into the table until neither side is rehashing."""
    for _ in range(3000):
        run_both(session, raw, argv)
        ours, theirs = run_both(session, raw, [b"DEBUG", b"HTSTATS-KEY", b"k"], exact=False)
        if b"rehashing" not in ours and b"rehashing" not in theirs:
            return
    raise AssertionError("a table never came to rest")


@pytest.mark.parametrize("count", [1, 4, 5, 8, 9, 16, 17, 64, 65, 129, 300, 600])
def test_tables_of_values_have_the_sizes_of_the_real_ones(
    count: int, session: Session, raw: RawConnection
) -> None:
    kinds: Iterator[tuple[list[bytes], list[bytes]]] = iter(
        [
            ([b"SADD", b"k", *[b"m%d" % i for i in range(count)]], [b"SISMEMBER", b"k", b"z"]),
            ([b"SADD", b"k", *[b"%d" % i for i in range(600)], b"x"], [b"SISMEMBER", b"k", b"z"]),
            (
                [b"HSET", b"k", b"long", b"x" * 65]
                + [word for i in range(count) for word in (b"f%d" % i, b"v")],
                [b"HEXISTS", b"k", b"z"],
            ),
            (
                [b"ZADD", b"k", b"1", b"x" * 65]
                + [word for i in range(count) for word in (b"%d" % i, b"m%d" % i)],
                [b"ZSCORE", b"k", b"z"],
            ),
        ]
    )
    for build, look in kinds:
        _same(session, raw, b"DEL", b"k")
        _same(session, raw, *build)
        _settle(session, raw, *look)
        ours, theirs = run_both(session, raw, [b"DEBUG", b"HTSTATS-KEY", b"k"], exact=False)
        assert _figures(ours) == _figures(theirs)
        assert {line.split(":")[0] for line in ours.decode().split("\n") if "chain" in line} == {
            line.split(":")[0] for line in theirs.decode().split("\n") if "chain" in line
        }


def test_tables_of_a_database(session: Session, raw: RawConnection) -> None:
    for i in range(64):
        _same(session, raw, b"SET", b"k%d" % i, b"v", *([b"EX", b"100"] if i % 2 else []))
    for _ in range(300):
        session.engine.tick()
        raw.call(b"PING")
        raw.call(b"DEBUG", b"SLEEP", b"0.001")
        report = raw.call(b"DEBUG", b"HTSTATS", b"0")
        if b"rehashing" not in report:
            break
    ours, theirs = run_both(session, raw, [b"DEBUG", b"HTSTATS", b"0"], exact=False)
    assert _figures(ours) == _figures(theirs)


# DIGEST


def _random_command(rng: Random) -> list[bytes]:
    key = b"key%d" % rng.randrange(25)
    word = rng.choice([b"a", b"", b"12", b"-1", b"x" * 50, b"x" * 70, b"\xff\x00", b"3.5"])
    score = rng.choice([b"1", b"-0", b"2.5", b"1e300", b"inf", b"0.1", b"-3"])
    commands: list[list[bytes]] = [
        [b"SET", key, word],
        [b"APPEND", key, word],
        [b"INCR", key],
        [b"RPUSH", key, word, b"z"],
        [b"LPOP", key],
        [b"SADD", key, word, b"%d" % rng.randrange(9)],
        [b"HSET", key, word, b"v%d" % rng.randrange(9)],
        [b"ZADD", key, score, word],
        [b"EXPIRE", key, b"1000"],
        [b"PERSIST", key],
        [b"DEL", key],
        [b"SELECT", b"%d" % rng.randrange(3)],
    ]
    return rng.choice(commands)


@pytest.mark.parametrize("seed", range(5))
def test_digests_of_random_data(seed: int, session: Session, raw: RawConnection) -> None:
    rng = Random(seed)
    for step in range(400):
        _same(session, raw, *_random_command(rng))
        if step % 10 == 0:
            _same(session, raw, b"DEBUG", b"DIGEST")
            keys = [b"key%d" % i for i in range(25)]
            _same(session, raw, b"DEBUG", b"DIGEST-VALUE", *keys)


# RELOAD


@pytest.mark.parametrize("seed", range(5))
def test_reload_decides_encodings_as_the_real_one(
    seed: int, session: Session, raw: RawConnection
) -> None:
    rng = Random(seed)
    small = [b"set-max-intset-entries", b"hash-max-listpack-entries", b"zset-max-listpack-entries"]
    try:
        for step in range(400):
            if step % 50 == 0:
                for name in small:
                    size = b"%d" % rng.choice([0, 2, 5, 512])
                    _same(session, raw, b"CONFIG", b"SET", name, size)
            _same(session, raw, *_random_command(rng))
            if step % 40 == 39:
                for name in small:
                    _same(session, raw, b"CONFIG", b"SET", name, b"4")
                before = run_both(session, raw, [b"DEBUG", b"DIGEST"])
                _same(session, raw, b"DEBUG", b"RELOAD")
                assert run_both(session, raw, [b"DEBUG", b"DIGEST"]) == before
                # What was a table may now be a listpack in the order of its seed, so no DUMP here.
                for db in range(3):
                    _same(session, raw, b"SELECT", b"%d" % db)
                    for key in range(25):
                        _same(session, raw, b"OBJECT", b"ENCODING", b"key%d" % key)
    finally:
        for name in small:
            raw.call(b"CONFIG", b"SET", name, b"128" if name.startswith(b"z") else b"512")


def test_reload_buries_the_dead_and_breaks_watches(session: Session, raw: RawConnection) -> None:
    for argv in (
        b"DEBUG SET-ACTIVE-EXPIRE 0",
        b"SET dead v PX 1",
        b"SET alive v PX 100000",
        b"SET k v",
        b"WATCH k",
        b"DEBUG SLEEP 0.01",
        b"DBSIZE",
        b"DEBUG RELOAD",
        b"DBSIZE",
        b"MULTI",
        b"GET k",
        b"EXEC",
        b"DEBUG SET-ACTIVE-EXPIRE 1",
    ):
        _same(session, raw, *argv.split())
    assert not compare_state(session.engine, raw)
