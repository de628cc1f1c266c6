"""Strings, hashes and keys under random commands, on the engine and on the real server.

Each test draws its commands from a seed, so a failure repeats; the numbers and texts are chosen
from where the rules change (widths of integers, header kinds, limits of listpacks).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import pytest

from tests.oracle.compare import RawConnection, compare_state, engine_like_the_oracle, run_both
from tests.oracle.raw import Error
from tests.oracle.tally import TALLY
from tutor.engine.engine import Engine

Draw = Callable[[random.Random], list[bytes]]


@pytest.fixture
def both(raw: RawConnection) -> Iterator[tuple[Engine, RawConnection]]:
    """An engine and an emptied server; its directives are put back afterwards."""
    directives = [
        (b"hash-max-listpack-entries", b"512"),
        (b"hash-max-listpack-value", b"64"),
        (b"set-max-intset-entries", b"512"),
        (b"zset-max-listpack-entries", b"128"),
        (b"zset-max-listpack-value", b"64"),
        (b"maxmemory-policy", b"noeviction"),
        (b"lfu-log-factor", b"10"),
        (b"sanitize-dump-payload", b"no"),
    ]
    yield engine_like_the_oracle(), raw
    for name, value in directives:
        raw.call(b"CONFIG", b"SET", name, value)


def _run(both: tuple[Engine, RawConnection], draw: Draw, seed: int, count: int) -> None:
    """``count`` commands on both sides, then all keys."""
    engine, raw = both
    session = engine.connect()
    rng = random.Random(seed)
    done: list[bytes] = []
    for _ in range(count):
        argv = draw(rng)
        done.append(b" ".join(argv))
        ours, theirs = run_both(session, raw, argv)
        assert ours == theirs, done[-5:]
    assert compare_state(engine, raw) == []


# what words are made of


def _number(rng: random.Random) -> bytes:
    """An integer near a border of some width, or what only looks like one."""
    border = rng.choice([0, 100, 127, 4095, 9999, 32767, 8388607, 2**31 - 1, 2**62, 2**63 - 1])
    number = rng.choice([1, -1]) * (border + rng.randint(-2, 2))
    return b"%s%d%s" % (
        rng.choice([b"", b"", b"", b"", b"", b"0", b"+", b" "]),
        number,
        rng.choice([b"", b"", b"", b"", b"", b" ", b".0", b"x"]),
    )


def _decimal(rng: random.Random) -> bytes:
    digits = "".join(rng.choices("0123456789", k=rng.choice([1, 3, 17, 19, 21, 40])))
    point = rng.randint(0, len(digits))
    text = digits[:point] + "." + digits[point:]
    if rng.random() < 0.5:
        text += f"e{rng.choice([0, 1, -1, 5, -17, -20, 18, 19, 300, -300, 4930, -4930, -4945])}"
    return (rng.choice(["", "-", "+"]) + text).encode()


def _hexadecimal(rng: random.Random) -> bytes:
    digits = "".join(rng.choices("0123456789abcdefABCDEF", k=rng.choice([1, 15, 16, 17, 20])))
    point = rng.randint(0, len(digits))
    power = rng.choice(["", "p0", "p-3", "P12", "p-60", "p16380", "p-16440", "p-16500"])
    return f"{rng.choice(['', '-'])}0x{digits[:point]}.{digits[point:]}{power}".encode()


def _text(rng: random.Random) -> bytes:
    """Bytes of a length where a header, an encoding or a limit changes."""
    length = rng.choice([0, 1, 2, 20, 21, 31, 32, 43, 44, 45, 63, 64, 65, 127, 128, 250, 255, 256])
    kind = rng.random()
    if kind < 0.3:
        return _number(rng)
    if kind < 0.5:
        return bytes([rng.randrange(256)]) * length
    if kind < 0.7:
        return "Яблоко и груша, ".encode() * (length // 16)
    return rng.randbytes(length)


def _key(rng: random.Random) -> bytes:
    return rng.choice([b"a", b"b", "ключ".encode(), b"k" * 31, b"k" * 32])


# strings and numbers


def _draw_string(rng: random.Random) -> list[bytes]:
    key, text = _key(rng), _text(rng)
    offset = b"%d" % rng.choice([0, 1, 5, 44, 100, 300, -1])
    near = b"%d" % rng.randint(-70, 70)
    far = b"%d" % rng.randint(-70, 70)
    return rng.choice(
        [
            [b"SET", key, text],
            [b"SET", key, text, b"GET"],
            [b"SET", key, text, b"XX", b"KEEPTTL"],
            [b"SET", key, text, b"NX", b"EX", b"1000"],
            [b"GET", key],
            [b"GETSET", key, text],
            [b"GETDEL", key],
            [b"APPEND", key, text],
            [b"APPEND", key, text],
            [b"APPEND", key, b"x"],
            [b"SETRANGE", key, offset, text],
            [b"SETRANGE", key, offset, b"yz"],
            [b"GETRANGE", key, near, far],
            [b"STRLEN", key],
            [b"INCR", key],
            [b"DECR", key],
            [b"INCRBY", key, _number(rng)],
            [b"DECRBY", key, _number(rng)],
            [b"INCRBYFLOAT", key, _decimal(rng)],
            [b"COPY", key, _key(rng), b"REPLACE"],
            [b"RENAME", key, _key(rng)],
            [b"MSET", key, text, _key(rng), _number(rng)],
            [b"OBJECT", b"REFCOUNT", key],
            [b"OBJECT", b"ENCODING", key],
            [b"DUMP", key],
            [b"MEMORY", b"USAGE", key],
        ]
    )


@pytest.mark.parametrize("seed", range(6))
def test_random_string_commands(both: tuple[Engine, RawConnection], seed: int) -> None:
    _run(both, _draw_string, seed, 500)


def _draw_float(rng: random.Random) -> list[bytes]:
    number = rng.choice([_decimal, _decimal, _decimal, _hexadecimal, _number])(rng)
    return rng.choice(
        [
            [b"INCRBYFLOAT", _key(rng), number],
            [b"HINCRBYFLOAT", b"h", _key(rng), number],
            [b"SET", _key(rng), number],
            [b"HSET", b"h", _key(rng), number],
        ]
    )


@pytest.mark.parametrize("seed", range(4))
def test_random_long_doubles(both: tuple[Engine, RawConnection], seed: int) -> None:
    _run(both, _draw_float, seed, 500)


def _draw_lcs(rng: random.Random) -> list[bytes]:
    letters = rng.choice([b"ab", b"abc", b"abcdefgh"])
    if rng.random() < 0.5:
        texts = [bytes(rng.choices(letters, k=rng.randrange(25))) for _ in range(2)]
        return [b"MSET", b"a", texts[0], b"b", texts[1]]
    options = [b"LEN"], [b"IDX"], [b"IDX", b"WITHMATCHLEN"], [b"IDX", b"MINMATCHLEN", b"2"], []
    return [b"LCS", b"a", b"b", *rng.choice(options)]


def test_random_lcs(both: tuple[Engine, RawConnection]) -> None:
    _run(both, _draw_lcs, 1, 500)


# hashes


def _draw_hash(rng: random.Random) -> list[bytes]:
    key = rng.choice([b"h", b"i"])
    field = rng.choice([_number(rng), b"f%d" % rng.randrange(12)])
    pairs = [word for _ in range(rng.randint(1, 4)) for word in (b"f%d" % rng.randrange(12), b"v")]
    short = rng.choice([b"v", _number(rng), _text(rng)[:64]])
    return rng.choice(
        [
            [b"HSET", key, field, short],
            [b"HSET", key, field, _text(rng)] if rng.random() < 0.05 else [b"HLEN", key],
            [b"HSET", key, *pairs],
            [b"HMSET", key, *pairs],
            [b"HSETNX", key, field, short],
            [b"HDEL", key, field],
            [b"HDEL", key, *pairs[::2]],
            [b"HGET", key, field],
            [b"HMGET", key, *pairs],
            [b"HGETALL", key],
            [b"HKEYS", key],
            [b"HVALS", key],
            [b"HEXISTS", key, field],
            [b"HSTRLEN", key, field],
            [b"HINCRBY", key, field, _number(rng)],
            [b"HINCRBYFLOAT", key, field, b"%d.25" % rng.randrange(100)],
            [b"HSCAN", key, b"0", b"COUNT", b"1000", b"MATCH", rng.choice([b"*", b"f1*", b"?"])],
            [b"DEL", key] if rng.random() < 0.1 else [b"OBJECT", b"ENCODING", key],
            [b"COPY", key, b"j", b"REPLACE"],
        ]
    )


@pytest.mark.parametrize("entries", [b"8", b"512"])
@pytest.mark.parametrize("seed", range(3))
def test_random_hash_commands(
    both: tuple[Engine, RawConnection], seed: int, entries: bytes
) -> None:
    engine, raw = both
    argv = [b"CONFIG", b"SET", b"hash-max-listpack-entries", entries]
    run_both(engine.connect(), raw, argv)
    _run(both, _draw_hash, seed, 500)


def test_table_sizes_of_a_hash_that_grows_and_shrinks(both: tuple[Engine, RawConnection]) -> None:
    engine, raw = both
    session = engine.connect()
    rng = random.Random(5)
    fields: list[bytes] = []
    for step in range(1500):
        if rng.random() < (0.75 if step < 900 else 0.05):
            fields.append(b"field:%d" % step)
            argv = [b"HSET", b"h", fields[-1], b"v" * (70 if step == 0 else 1)]
        elif fields:
            argv = [b"HDEL", b"h", fields.pop(rng.randrange(len(fields)))]
        else:
            break
        ours, theirs = run_both(session, raw, argv)
        assert ours == theirs, argv
        if step % 50 == 0:
            assert compare_state(engine, raw) == []
            raw.call(b"SELECT", b"0")  # where the comparison left it is the last one
    assert compare_state(engine, raw) == []


# patterns


def test_random_patterns(both: tuple[Engine, RawConnection]) -> None:
    engine, raw = both
    session = engine.connect()
    rng = random.Random(7)
    alphabet = [b"a", b"b", b"c", b"-", b"]", b"[", b"^", b"\\", b"*", b"?", b"\xd0", b"\n"]
    keys = {b"".join(rng.choices(alphabet, k=rng.randrange(5))) for _ in range(150)}
    run_both(session, raw, [b"MSET", *(word for key in keys for word in (key, b"v"))])
    for _ in range(1500):
        parts = rng.choices([*alphabet, b"*", b"?", b"[a-c]", b"[^a]", b"[", b"[^"], k=4)
        pattern = b"".join(parts[: rng.randint(1, 4)])
        ours, theirs = run_both(session, raw, [b"KEYS", pattern])
        assert ours == theirs, pattern
        if rng.random() < 0.2:
            argv = [b"SCAN", b"0", b"COUNT", b"10000", b"MATCH", pattern]
            ours, theirs = run_both(session, raw, argv)
            assert ours == theirs, pattern


# sorting


def _draw_sort(rng: random.Random) -> list[bytes]:
    key = rng.choice([b"l", b"s", b"z", b"missing"])
    element = rng.choice([b"%d" % rng.randrange(20), b"%.1f" % rng.uniform(-5, 5), b"x", b"yy"])
    if rng.random() < 0.4:
        return rng.choice(
            [
                [b"RPUSH", b"l", element],
                [b"LPUSH", b"l", element],
                [b"LREM", b"l", b"0", b"x"],
                [b"LREM", b"l", b"0", b"yy"],
                [b"LTRIM", b"l", b"0", b"20"],
                [b"SADD", b"s", element],
                [b"SREM", b"s", b"x", b"yy"],
                [b"ZADD", b"z", b"%d" % rng.randrange(9), element],
                [b"ZREM", b"z", b"x", b"yy"],
                [b"SET", b"w_" + element, _number(rng)],
                [b"SET", b"w_" + element, b"%d" % rng.randrange(5)],
                [b"HSET", b"h_" + element, b"w", b"%d" % rng.randrange(5)],
                [b"DEL", b"w_" + element],
            ]
        )
    argv = [b"SORT", key]
    ties = key in (b"s", b"z")  # come in the order of the table's buckets
    if rng.random() < 0.5:
        argv += [b"BY", rng.choice([b"w_*", b"h_*->w", *([] if key == b"s" else [b"nosort"])])]
    if rng.random() < 0.3 and not ties and b"BY" not in argv:
        argv += [b"ALPHA"]
    if rng.random() < 0.5:
        argv += [b"LIMIT", b"%d" % rng.randint(-2, 6), b"%d" % rng.randint(-2, 6)]
    for _ in range(rng.choice([0, 0, 1, 2])):
        argv += [b"GET", rng.choice([b"#", b"w_*", b"h_*->w", b"const", b"h_*->"])]
    argv += rng.choice([[], [b"DESC"], [b"ASC"]])
    if rng.random() < 0.3:
        argv += [b"STORE", b"d"]
    return argv


@pytest.mark.parametrize("seed", range(4))
def test_random_sorts(both: tuple[Engine, RawConnection], seed: int) -> None:
    _run(both, _draw_sort, seed, 500)


# statistics


def test_hits_and_misses_are_counted_by_the_same_commands(
    both: tuple[Engine, RawConnection],
) -> None:
    engine, raw = both
    session = engine.connect()
    setup = b"MSET s 1 t 2|HSET h f v|RPUSH l 3 1|SADD x 1|ZADD z 1 a".split(b"|")
    reads = (
        b"GET k|SET k v GET|GETEX k|GETDEL k|GETSET k v|STRLEN k|GETRANGE k 0 1|MGET k k|LCS k s|"
        b"SET k v|SET k v NX|SETNX k v|MSETNX k v|APPEND k x|SETRANGE k 0 x|INCR k|INCRBYFLOAT k 1|"
        b"EXISTS k k|TYPE k|TOUCH k|TTL k|EXPIRE k 100|PERSIST k|RENAME k k2|RENAMENX k k2|"
        b"COPY k k3 REPLACE|MOVE k 1|DUMP k|OBJECT ENCODING k|OBJECT REFCOUNT k|OBJECT IDLETIME k|"
        b"KEYS *|RANDOMKEY|SCAN 0|SCAN 0 TYPE string COUNT 100|SORT k|SORT k BY w_* GET w_* GET #|"
        b"HGET k f|HSET k f v|HGETALL k|HMGET k f|HDEL k f|HSCAN k 0|HRANDFIELD k|HINCRBY k f 1|"
        b"DEL k|UNLINK k|MEMORY USAGE k|SSCAN k 0|ZSCAN k 0|EXPIRETIME k"
    ).split(b"|")
    found = []
    for command in reads:
        for key in (b"s", b"h", b"l", b"missing"):
            session.engine.execute(session, [b"FLUSHALL"])
            raw.call(b"FLUSHALL")
            for line in setup:
                session.engine.execute(session, line.split())
                raw.call(*line.split())
            argv = [key if word == b"k" else word for word in command.split()]
            before = _hits(engine, raw)
            engine.execute(session, argv)
            raw.call(*argv)
            after = _hits(engine, raw)
            ours = [after[0][at] - before[0][at] for at in (0, 1)]
            theirs = [after[1][at] - before[1][at] for at in (0, 1)]
            TALLY.calls += 1
            if ours != theirs:
                TALLY.differences += 1
                found.append((argv, "ours", ours, "theirs", theirs))
    assert found == []


def _hits(engine: Engine, raw: RawConnection) -> tuple[list[int], list[int]]:
    info: bytes = raw.call(b"INFO", b"stats")
    theirs = [
        int(info.partition(name + b":")[2].split()[0])
        for name in (b"keyspace_hits", b"keyspace_misses")
    ]
    return [engine.stats.keyspace_hits, engine.stats.keyspace_misses], theirs


# access times and counters


def test_idle_times(both: tuple[Engine, RawConnection]) -> None:
    engine, raw = both
    session = engine.connect()
    payload = raw.call(b"DUMP", b"k") if raw.call(b"SET", b"k", b"v") else b""
    for argv in ([b"RESTORE", b"i", b"0", payload, b"IDLETIME", b"1000"], [b"SET", b"k", b"v"]):
        run_both(session, raw, argv)
    for key, idle in ((b"i", 1000), (b"k", 0)):
        ours, theirs = run_both(session, raw, [b"OBJECT", b"IDLETIME", key])
        TALLY.differences -= ours != theirs
        assert idle - 2 <= ours <= idle + 2
        assert idle - 2 <= theirs <= idle + 2
    run_both(session, raw, [b"TYPE", b"i"])
    assert session.engine.execute(session, [b"OBJECT", b"IDLETIME", b"i"]) > 900
    run_both(session, raw, [b"TOUCH", b"i"])
    assert session.engine.execute(session, [b"OBJECT", b"IDLETIME", b"i"]) < 5


def test_counters_of_lfu_policies(both: tuple[Engine, RawConnection]) -> None:
    engine, raw = both
    session = engine.connect()
    run_both(session, raw, [b"CONFIG", b"SET", b"maxmemory-policy", b"allkeys-lfu"])
    payload = raw.call(b"DUMP", b"k") if raw.call(b"SET", b"k", b"v") else b""
    same = [
        [b"SET", b"k", b"v"],
        [b"OBJECT", b"FREQ", b"k"],
        [b"GET", b"k"],
        [b"OBJECT", b"FREQ", b"k"],
        [b"RESTORE", b"r", b"0", payload, b"FREQ", b"100"],
        [b"OBJECT", b"FREQ", b"r"],
        [b"RESTORE", b"s", b"0", payload, b"IDLETIME", b"100"],
        [b"OBJECT", b"FREQ", b"s"],
        [b"TYPE", b"s"],
        [b"OBJECT", b"FREQ", b"s"],
        [b"OBJECT", b"FREQ", b"missing"],
        [b"CONFIG", b"SET", b"lfu-log-factor", b"0"],
        [b"SET", b"k", b"w"],
        [b"APPEND", b"k", b"x"],
        [b"OBJECT", b"FREQ", b"k"],
        [b"SET", b"n", b"50000"],  # small ones are shared, their counter with them
        [b"INCR", b"n"],
        [b"INCR", b"n"],
        [b"OBJECT", b"FREQ", b"n"],
        [b"HSET", b"h", b"f", b"v"],
        [b"HSET", b"h", b"f", b"v"],
        [b"HGET", b"h", b"f"],
        [b"OBJECT", b"FREQ", b"h"],
        [b"EXPIRE", b"h", b"100"],
        [b"TTL", b"h"],
        [b"OBJECT", b"FREQ", b"h"],
        [b"OBJECT", b"IDLETIME", b"h"],
    ]
    raw.call(b"DEL", b"k")
    for argv in same:
        ours, theirs = run_both(session, raw, argv)
        assert ours == theirs, argv


def test_errors_of_restore_are_told_apart(both: tuple[Engine, RawConnection]) -> None:
    engine, raw = both
    argv = [b"RESTORE", b"k", b"0", b"\x00\x01a\x0a\x00" + bytes(8)]
    ours, theirs = run_both(engine.connect(), raw, argv)
    assert ours == theirs == Error(b"ERR DUMP payload version or checksum are wrong")
