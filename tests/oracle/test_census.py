"""The whole server beside the real one: sizes and kinds of every key, and the bytes of the wire.

Keyspaces are generated from a seed, a fresh one in each run, printed on failure;
`ORACLE_CENSUS=20000` asks for so many keys.
"""

from __future__ import annotations

import os
import random
import socket
from collections import Counter
from collections.abc import Callable, Sequence

import pytest

from tests.oracle.compare import engine_like_the_oracle
from tests.oracle.raw import Error, RawConnection
from tests.oracle.tally import TALLY
from tutor.engine.census import MEASURED, Census
from tutor.engine.cmdline import split
from tutor.engine.engine import Engine
from tutor.engine.session import Session
from tutor.network.exchange import exchange
from tutor.network.tokens import tokens

KEYS = int(os.environ.get("ORACLE_CENSUS", "1500"))
Words = tuple[bytes, ...]


def _word(rng: random.Random, most: int = 40) -> bytes:
    kind = rng.randrange(4)
    if kind == 0:
        return b"%d" % rng.randrange(-(10**9), 10**9)
    if kind == 1:
        return rng.randbytes(rng.randrange(most))
    return b"word:" + b"x" * rng.randrange(most)


def _words(rng: random.Random, most: int) -> list[bytes]:
    return [_word(rng) for _ in range(rng.randrange(1, most))]


def _looked_up(command: bytes, key: bytes, times: int) -> Words:
    """Lookups enough to end a rehash: how far it is by then is chance (the seed)."""
    return command, key, *([b"nothing"] * times)


MAKERS: dict[str, Callable[[random.Random, bytes], list[Words]]] = {
    "string": lambda rng, key: [(b"SET", key, _word(rng, 200))],
    "grown": lambda rng, key: [
        (b"SET", key, _word(rng, 60)),
        (b"APPEND", key, _word(rng, 90) + b"."),
        (b"SETRANGE", key, b"%d" % rng.randrange(300), b"end"),
    ],
    "counter": lambda rng, key: [(b"INCRBY", key, b"%d" % rng.randrange(10**12))],
    "list": lambda rng, key: [(b"RPUSH", key, *_words(rng, 200))],
    "numbers": lambda rng, key: [
        (b"SADD", key, *(b"%d" % rng.randrange(2 ** rng.choice((8, 30, 60))) for _ in range(20)))
    ],
    "set": lambda rng, key: [
        (b"SADD", key, b"member", *_words(rng, 100)),
        _looked_up(b"SMISMEMBER", key, 300),
    ],
    "hash": lambda rng, key: [
        (b"HSET", key, *(_word(rng) for _ in range(2 * rng.randrange(1, 9))))
    ],
    "large hash": lambda rng, key: [
        (b"HSET", key, *(b"%d:%s" % (n, _word(rng, 20)) for n in range(2 * rng.randrange(2, 400)))),
        (b"HSET", key, b"long", b"x" * rng.randrange(60, 70)),
        _looked_up(b"HMGET", key, 1200),
    ],
    "zset": lambda rng, key: [
        (b"ZADD", key, *(w for n in range(rng.randrange(1, 20)) for w in (b"%d" % n, _word(rng))))
    ],
    "stream": lambda rng, key: [
        (b"XADD", key, b"%d-1" % n, b"f", _word(rng)) for n in range(1, rng.randrange(2, 30))
    ],
}


@pytest.fixture
def seed() -> int:
    chosen = int(os.environ.get("ORACLE_SEED", random.SystemRandom().randrange(2**32)))
    print(f"ORACLE_SEED={chosen}")
    return chosen


def _fill(rng: random.Random, raw: RawConnection, engine: Engine, session: Session) -> int:
    """The same keys on both sides; returns how many commands that took."""
    calls = 0
    for number in range(KEYS):
        key = b"%s:%d" % (_word(rng, 12), number)
        words = MAKERS[rng.choice(sorted(MAKERS))](rng, key)
        if rng.random() < 0.3:
            words.append((b"EXPIRE", key, b"%d" % rng.randrange(1000, 100_000)))
        if rng.random() < 0.1:
            words.insert(0, (b"SELECT", b"%d" % rng.randrange(3)))
        for argv in words:
            theirs, ours = raw.call(*argv), engine.execute(session, argv)
            assert not isinstance(theirs, Error), (argv, theirs, ours)
            calls += 1
    return calls


def test_every_key_has_the_size_and_the_kind_of_the_real_server(
    raw: RawConnection, seed: int
) -> None:
    rng = random.Random(seed)
    engine = engine_like_the_oracle()
    session = engine.connect()
    TALLY.calls += _fill(rng, raw, engine, session)
    census = Census(engine)
    while not census.advance():
        pass
    kinds: Counter[tuple[str, str]] = Counter()
    sizes: Counter[tuple[str, str]] = Counter()
    present = 0
    for database in engine.databases:
        raw.call(b"SELECT", b"%d" % database.index)
        assert raw.call(b"DBSIZE") == len(database)
        present += len(database)
        for key in list(database.keys.data):
            facts = census.facts((database.index, key))
            assert facts is not None
            kind = raw.call(b"TYPE", key).text.decode(), raw.call(b"OBJECT", b"ENCODING", key)
            size = raw.call(b"MEMORY", b"USAGE", key, b"SAMPLES", b"0")
            assert (facts.type, facts.encoding) == (kind[0], kind[1].decode()), key
            assert facts.exact, key
            assert facts.size == size, (seed, key, facts, size)
            kinds[kind[0], kind[1].decode()] += 1
            sizes[kind[0], kind[1].decode()] += size
            TALLY.calls += 3
    figures = census.figures()
    assert figures.finished
    assert figures.counted == figures.present == present
    assert not figures.estimated
    assert {(one.type, one.encoding): one.keys for one in figures.kinds} == kinds
    assert {(one.type, one.encoding): one.size for one in figures.kinds} == sizes
    assert figures.keys_size == sum(sizes.values())


def test_the_size_of_a_large_value_is_near_that_of_the_real_server(raw: RawConnection) -> None:
    """Of more than `MEASURED` elements the average stands for all; so it does in the census."""
    engine = engine_like_the_oracle()
    session = engine.connect()
    count = MEASURED * 4
    for argv in (
        (b"SADD", b"set", *(b"member:%05d" % n for n in range(count))),
        (b"HSET", b"hash", *(b"%05d" % n for n in range(2 * count))),
        (b"RPUSH", b"list", *(b"element:%05d" % n for n in range(count * 20))),
    ):
        raw.call(*argv)
        engine.execute(session, argv)
        facts = Census(engine).facts((0, argv[1]))
        theirs = raw.call(b"MEMORY", b"USAGE", argv[1], b"SAMPLES", b"0")
        assert facts is not None
        assert abs(facts.size - theirs) <= theirs // 100, (facts, theirs)
        TALLY.calls += 2


# the wire


LINES = (
    "SET greeting Привет", "GET greeting", "GET nothing", 'SET b "\\x00\\xff\\r\\n"', "GET b",
    "SET n 41", "INCR n", "INCR greeting", "INCRBYFLOAT f 1.5", "NOPE a b", "GET", "STRLEN b",
    "RPUSH l a b c", "LRANGE l 0 -1", "LRANGE l 5 9", "LPOP nothing 2", "LPOP nothing",
    "BLPOP l 0", "LMPOP 1 nothing LEFT", "HSET h a 1 b 2", "HGETALL h", "HGETALL nothing",
    "HRANDFIELD nothing 2 WITHVALUES", "HMGET h a z", "SADD s 1 2 3", "SMEMBERS s",
    "SMISMEMBER s 1 9", "ZADD z 1 a 2.5 b inf c", "ZSCORE z b", "ZSCORE z q",
    "ZRANGE z 0 -1 WITHSCORES", "ZPOPMIN z", "ZPOPMAX z 2", "ZADD z 1e100 big",
    "ZRANGEBYSCORE z 0 +inf WITHSCORES", "ZMSCORE z big none", "XADD x 1-1 f v", "XRANGE x - +",
    "XREAD STREAMS x 0", "XREAD STREAMS x 5", "GEOADD g 13.361389 38.115556 Palermo",
    "GEOPOS g Palermo nowhere", "TYPE z", "TYPE nothing", "EXISTS a b", "OBJECT ENCODING l",
    "CONFIG GET maxmemory", "COMMAND COUNT", "COMMAND GETKEYS GET a",
    "EVAL 'return {1,2.5,\"x\"}' 0",
    "EVAL 'return {err=\"BAD x\"}' 0", "EVAL 'return redis.status_reply(\"FINE\")' 0", "MULTI",
    "SET q 1", "GET q", "EXEC", "MULTI", "DISCARD", "WATCH q", "PING", "PING hello", "ECHO hi",
    "LCS greeting b IDX", "FUNCTION LIST", "ACL WHOAMI", "SWAPDB 0 0", "DBSIZE",
)  # fmt: skip


class Wire:
    """A bare connection that gives back bytes."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), 60)
        self._marks = 0

    def answer(self, request: bytes) -> bytes:
        """Everything that comes after these bytes, up to the echo of a mark sent behind them."""
        self._marks += 1
        word = b"mark-%d-of-the-test" % self._marks
        mark = b"$%d\r\n%b\r\n" % (len(word), word)
        self._socket.sendall(request + b"*2\r\n$4\r\nECHO\r\n" + mark)
        got = b""
        while not got.endswith(mark):
            part = self._socket.recv(65536)
            assert part, "the server hung up"
            got += part
        return got.removesuffix(mark)

    def close(self) -> None:
        self._socket.close()


def _tokens_joined(data: bytes) -> bytes:
    return b"".join(token.raw for token in tokens(data))


@pytest.mark.parametrize("resp", [2, 3])
def test_the_annotated_bytes_are_those_of_the_real_wire(
    raw: RawConnection, redis_port: int, resp: int
) -> None:
    engine = engine_like_the_oracle()
    session = engine.connect()
    wire = Wire(redis_port)
    wire.answer(b"*2\r\n$5\r\nHELLO\r\n$1\r\n%d\r\n" % resp)
    engine.execute(session, [b"HELLO", b"%d" % resp])
    inside = False
    try:
        for line in LINES:
            argv: Sequence[bytes] = split(line)
            made = exchange(argv, engine.execute(session, argv), session.resp)
            assert made.whole_request
            assert made.whole_reply
            assert _tokens_joined(made.request) == made.request
            assert _tokens_joined(made.reply) == made.reply
            inside = (inside or line == "MULTI") and line not in ("EXEC", "DISCARD")
            if inside:
                wire._socket.sendall(made.request)
                theirs = wire._socket.recv(65536)
            else:
                theirs = wire.answer(made.request)
            assert made.reply == theirs, line
            TALLY.calls += 1
    finally:
        wire.close()
