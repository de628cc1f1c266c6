"""The books agree with counting everything anew, whatever happens to the keys."""

from __future__ import annotations

import random

import pytest

from tutor.engine.clock import VirtualClock
from tutor.engine.config import Config
from tutor.engine.engine import Engine
from tutor.engine.memory.accounting import Accounts, allocated, tables_memory

LIMIT = 1 << 40


def _by_counting(engine: Engine) -> int:
    return sum(
        tables_memory(database)
        + sum(allocated(engine, key, value) for key, value in database.keys.data.items())
        for database in engine.databases
    )


def _by_the_books(engine: Engine) -> int:
    return engine.accounts._data()


def _random_call(rng: random.Random) -> tuple[bytes, ...]:
    key, other, word = (b"%d" % rng.randrange(12) for _ in range(3))
    text = b"x" * rng.choice((1, 30, 70, 500))
    return rng.choice(
        (
            (b"SET", key, text),
            (b"SET", key, text, b"PX", b"%d" % rng.randrange(1, 400)),
            (b"APPEND", key, text),
            (b"INCR", key),
            (b"DEL", key, other),
            (b"RPUSH", key, text, word),
            (b"LPOP", key),
            (b"SADD", key, word, text),
            (b"SPOP", key),
            (b"HSET", key, word, text),
            (b"HDEL", key, word),
            (b"ZADD", key, b"1", word, b"2", text),
            (b"ZREM", key, word),
            (b"EXPIRE", key, b"1000"),
            (b"PERSIST", key),
            (b"RENAME", key, other),
            (b"COPY", key, other, b"REPLACE"),
            (b"MOVE", key, b"1"),
            (b"SUNIONSTORE", key, other, word),
            (b"SORT", key, b"BY", b"nosort", b"STORE", other),
            (b"SWAPDB", b"0", b"1"),
            (b"FLUSHDB",) if rng.random() < 0.1 else (b"PING",),
            (b"SELECT", b"%d" % rng.randrange(2)),
            (b"DEBUG", b"RELOAD") if rng.random() < 0.1 else (b"DBSIZE",),
            (b"MULTI",),
            (b"EXEC",),
        )
    )


@pytest.mark.parametrize("seed", range(4))
def test_the_books_agree_with_counting_after_random_commands(seed: int) -> None:
    rng, clock = random.Random(seed), VirtualClock()
    engine = Engine(clock, seed=seed, config=Config(maxmemory=LIMIT))
    session = engine.connect()
    moment = engine.snapshot()
    for step in range(1500):
        engine.execute(session, _random_call(rng))
        if step % 7 == 0:
            assert _by_the_books(engine) == _by_counting(engine)
        if step % 50 == 0:
            clock.advance(ms=rng.randrange(300))
            engine.tick()
        if step % 200 == 0:
            moment = engine.snapshot()
        if step % 200 == 120:
            engine.restore(moment)
            assert _by_the_books(engine) == _by_counting(engine)
            fork = engine.fork()
            assert _by_the_books(fork) == _by_counting(engine)


def test_a_changed_key_alone_is_measured_again(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Engine(VirtualClock(), seed=1, config=Config(maxmemory=LIMIT))
    session = engine.connect()
    for number in range(100):
        engine.execute(session, (b"SET", b"key:%d" % number, b"v"))
    _by_the_books(engine)
    measured: list[bytes] = []

    def spy(engine: Engine, key: bytes, value: object) -> int:
        measured.append(key)
        return 1

    monkeypatch.setattr("tutor.engine.memory.accounting.allocated", spy)
    engine.execute(session, (b"APPEND", b"key:7", b"more"))
    engine.execute(session, (b"SWAPDB", b"0", b"1"))
    _by_the_books(engine)
    assert measured == [b"key:7"]


def test_without_a_limit_nothing_is_kept() -> None:
    clock = VirtualClock()
    engine = Engine(clock, seed=1)
    session = engine.connect()
    engine.execute(session, (b"SET", b"k", b"v"))
    assert engine.accounts.used > 0
    assert all(database.book is None for database in engine.databases)
    engine.execute(session, (b"CONFIG", b"SET", b"maxmemory", b"1gb"))
    engine.execute(session, (b"GET", b"k"))
    assert engine.databases[0].book is not None
    engine.execute(session, (b"CONFIG", b"SET", b"maxmemory", b"0"))
    engine.tick()
    assert all(database.book is None for database in engine.databases)


def test_an_estimate_of_like_keys_is_exact() -> None:
    engine = Engine(VirtualClock(), seed=1)
    session = engine.connect()
    for number in range(10_000, 13_000):
        engine.execute(session, (b"SET", b"key:%d" % number, b"v"))
    estimate = engine.accounts.used
    engine.config.maxmemory = LIMIT
    assert engine.accounts.used == estimate


def test_a_table_does_not_grow_past_the_limit_before_its_chains_are_long() -> None:
    engine = Engine(VirtualClock(), seed=1, config=Config(maxmemory=LIMIT))
    session = engine.connect()
    database = engine.databases[0]
    for number in range(1024):
        engine.execute(session, (b"SET", b"key:%04d" % number, b"v"))
    engine.config.maxmemory = engine.accounts.used + 1024 * 8
    for number in range(1024, 1100):
        engine.execute(session, (b"SET", b"key:%04d" % number, b"v"))
    assert database.keys.slots == 1024
    engine.config.maxmemory = 0
    engine.tick()
    engine.execute(session, (b"SET", b"another", b"v"))
    assert database.keys.slots > 1024


def test_the_peak_is_remembered() -> None:
    engine = Engine(VirtualClock(), seed=1, config=Config(latency_tracking=False))
    session = engine.connect()
    engine.execute(session, (b"SET", b"k", b"v" * 100_000))
    accounts: Accounts = engine.accounts
    high = accounts.used
    engine.execute(session, (b"FLUSHALL",))
    assert accounts.used < high - 100_000
    assert accounts.peak == high


def test_the_periodic_work_sees_a_peak_that_nobody_asked_for() -> None:
    clock = VirtualClock()
    engine = Engine(clock, seed=1)
    session = engine.connect()
    engine.tick()
    engine.execute(session, (b"SET", b"k", b"v" * 100_000))
    clock.advance(ms=1000)
    engine.tick()
    engine.execute(session, (b"FLUSHALL",))
    assert engine.accounts.peak > engine.accounts.used + 60_000
