"""The figures of memory beside the real server's: the same fields, and the same growth of
``used_memory`` for the same data."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest

from tests.oracle.compare import engine_like_the_oracle, neutral
from tests.oracle.raw import RawConnection
from tutor.engine.engine import Engine

COUNT = 12_000
SLACK = 2_000
"""Bytes that the real server may take for itself meanwhile."""

Words = tuple[bytes, ...]

WORKLOADS: dict[str, Callable[[int], Words]] = {
    "SET": lambda i: (b"SET", b"key:%010d" % i, b"xxxxxxxx"),
    "SET integer": lambda i: (b"SET", b"key:%d" % i, b"%d" % (i + 10_000)),
    "SET EX": lambda i: (b"SET", b"key:%010d" % i, b"v" * 60, b"EX", b"1000"),
    "RPUSH": lambda i: (b"RPUSH", b"list:%d" % (i % 30), b"element:%d" % i),
    "HSET": lambda i: (b"HSET", b"hash:%d" % (i % 30), b"field:%d" % i, b"value"),
    "HSET one": lambda i: (b"HSET", b"hash", b"field:%05d" % i, b"value"),
    "SADD": lambda i: (b"SADD", b"set", b"member:%05d" % i),
    "SADD integers": lambda i: (b"SADD", b"set:%d" % (i % 30), b"%d" % i),
    "ZADD": lambda i: (b"ZADD", b"zset:%d" % (i % 30), b"%d" % i, b"member:%05d" % i),
}


def _info(text: bytes) -> dict[bytes, bytes]:
    pairs = [line.partition(b":") for line in text.splitlines()]
    return {name: value for name, colon, value in pairs if colon}


def _used_by_the_oracle(raw: RawConnection) -> int:
    """``used_memory`` less the buffers of clients, which shrink by themselves."""
    for words in ((b"MULTI",), (b"INFO", b"memory"), (b"CLIENT", b"LIST")):
        raw.call(*words)
    memory, clients = raw.call(b"EXEC")
    buffers = sum(map(int, re.findall(rb" tot-mem=(\d+)", clients)))
    return int(_info(memory)[b"used_memory"]) - buffers


@pytest.fixture
def steady(raw: RawConnection) -> Iterator[RawConnection]:
    """A connection whose reply buffer keeps its size: INFO's own reply fits into it."""
    raw.call(b"DEBUG", b"REPLYBUFFER", b"RESIZING", b"0")
    yield raw
    raw.call(b"DEBUG", b"REPLYBUFFER", b"RESIZING", b"1")


@pytest.mark.parametrize("name", WORKLOADS)
def test_used_memory_grows_as_in_the_real_server(steady: RawConnection, name: str) -> None:
    raw, engine = steady, engine_like_the_oracle()
    session = engine.connect()

    calls = [WORKLOADS[name](i) for i in range(COUNT)]
    for words in (calls[0], (b"FLUSHALL",)):
        raw.call(*words)
        engine.execute(session, words)
    _used_by_the_oracle(raw)  # a command's first call takes memory: its histogram
    theirs, ours = _used_by_the_oracle(raw), engine.accounts.used
    for at in range(0, COUNT, 50):
        for words in calls[at : at + 50]:
            engine.execute(session, words)
            raw.send(*words)
        engine.tick()  # as the real server's cron, it moves on a rehash
        for _ in calls[at : at + 50]:
            raw.receive()
    theirs, ours = _used_by_the_oracle(raw) - theirs, engine.accounts.used - ours
    assert abs(ours - theirs) <= 0.02 * theirs + SLACK, (ours, theirs)


def test_info_memory_has_the_fields_of_the_real_server_in_its_order(raw: RawConnection) -> None:
    engine = engine_like_the_oracle()
    reply = engine.execute(engine.connect(), (b"INFO", b"memory"))
    assert isinstance(reply, bytes)
    assert list(_info(reply)) == list(_info(raw.call(b"INFO", b"memory")))


def _shape(reply: object) -> object:
    """Names as they are, figures as their type."""
    if isinstance(reply, list):
        return [_shape(one) for one in reply]
    return reply if isinstance(reply, bytes) and not reply[:1].isdigit() else type(reply)


def test_memory_stats_has_the_shape_of_the_real_server(raw: RawConnection) -> None:
    engine = engine_like_the_oracle()
    session = engine.connect()
    for words in ((b"SET", b"a", b"1"), (b"SELECT", b"3"), (b"SET", b"b", b"1", b"EX", b"100")):
        raw.call(*words)
        engine.execute(session, words)
    ours = neutral(engine.execute(session, (b"MEMORY", b"STATS")), 2)
    theirs = raw.call(b"MEMORY", b"STATS")
    assert _shape(ours) == _shape(theirs)
    for name in (b"db.0", b"db.3", b"keys.count", b"functions.caches", b"replication.backlog"):
        assert ours[ours.index(name) + 1] == theirs[theirs.index(name) + 1]
    raw.call(b"FLUSHALL")


def _eviction_fields(engine: Engine) -> tuple[int, ...]:
    reply = engine.execute(engine.connect(), (b"INFO", b"stats"))
    assert isinstance(reply, bytes)
    fields = _info(reply)
    names = (b"evicted_keys", b"total_eviction_exceeded_time", b"current_eviction_exceeded_time")
    return tuple(int(fields[name]) for name in names)


def test_nothing_is_evicted_without_a_limit() -> None:
    assert _eviction_fields(engine_like_the_oracle()) == (0, 0, 0)
