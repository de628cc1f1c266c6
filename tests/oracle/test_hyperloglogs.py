"""Random histories of HyperLogLogs, sound and corrupt ones, compared with the real server.

Corrupt values whose last opcode is cut in half are left out: what Redis then reads lies behind the
string, so it depends on what happened there before.
"""

from __future__ import annotations

import random

import pytest

from tests.oracle.histories import run_history
from tutor.engine.structures.hyperloglog import DENSE_SIZE, HEADER_SIZE, REGISTERS

_KEYS = [b"a", b"b", b"c", b"d", b"e"]
_LIMITS = [b"3000", b"100", b"0", b"20", b"1000", b"16000", b"300"]


def _element(rng: random.Random) -> bytes:
    return rng.choice([b"%d" % rng.randrange(10 ** rng.randint(1, 7)), rng.randbytes(9)])


def _runs(rng: random.Random) -> bytes:
    """Opcodes that mostly, but not always, cover the registers exactly."""
    parts, left = [], REGISTERS
    for _ in range(rng.randint(0, 30)):
        kind = rng.random()
        if kind < 0.4:
            run = rng.randint(1, 64)
            parts.append(bytes([run - 1]))
        elif kind < 0.6:
            run = rng.choice([rng.randint(1, 80), rng.randint(1, 4000)])
            parts.append(bytes([0x40 | (run - 1) >> 8, run - 1 & 255]))
        else:
            run = rng.randint(1, 4)
            parts.append(bytes([0x80 | rng.choice([0, 1, 2, 3, 31]) << 2 | run - 1]))
        left -= run
    if rng.random() < 0.75 and left > 0:
        parts.append(bytes([0x40 | (left - 1) >> 8, left - 1 & 255]))
    if rng.random() < 0.1:
        parts.append(rng.choice([b"\x00", b"\x3f", b"\x81", b"\xff"]))
    return b"".join(parts)


def _value(rng: random.Random) -> bytes:
    cached = b"\0" * 7 + b"\x80" if rng.random() < 0.7 else rng.randbytes(8)
    size = DENSE_SIZE - HEADER_SIZE
    if rng.random() < 0.1:
        body = rng.choice([rng.randbytes(size), b"\xff" * size, bytes(size), bytes(size - 1)])
        return b"HYLL\0\0\0\0" + cached + body
    encoding = 1 if rng.random() < 0.95 else rng.randrange(4)
    return b"HYLL" + bytes([encoding, 0, 0, 0]) + cached + _runs(rng)


def _draw(rng: random.Random) -> list[bytes]:
    key, kind = rng.choice(_KEYS), rng.random()
    if kind < 0.45:
        count = rng.choice([0, 1, 1, 1, 2, 3, 10, 60, 200])
        return [b"PFADD", key, *(_element(rng) for _ in range(count))]
    if kind < 0.6:
        return [b"PFCOUNT", key]
    if kind < 0.66:
        return [b"PFCOUNT", *rng.choices(_KEYS, k=rng.randint(2, 4))]
    if kind < 0.75:
        return [b"PFMERGE", key, *rng.choices(_KEYS, k=rng.randint(0, 3))]
    if kind < 0.8:
        name = rng.choice([b"getreg", b"DECODE", b"ENCODING", b"ENCODING", b"TODENSE", b"x"])
        return [b"PFDEBUG", name, key]
    if kind < 0.86:
        return [b"DEL", key]
    if kind < 0.92:
        return [b"SET", key, _value(rng)]
    if kind < 0.935:
        return [b"SET", key, rng.choice([b"5", b"", b"HYLL", b"HYLL\x01" + bytes(11)])]
    if kind < 0.96:
        return [b"CONFIG", b"SET", b"hll-sparse-max-bytes", rng.choice(_LIMITS)]
    return rng.choice([[b"GETRANGE", key, b"0", b"15"], [b"DEBUG", b"SDSLEN", key]])


@pytest.mark.parametrize("seed", range(3))
def test_hyperloglogs_equal_those_of_the_real_server(seed: int, redis_port: int) -> None:
    assert run_history(_draw, seed, 400, redis_port) == []


def test_a_value_that_grows_from_one_element_to_thousands_equals_at_every_step(
    redis_port: int,
) -> None:
    numbers = iter(range(10_000))

    def grow(rng: random.Random) -> list[bytes]:
        if rng.random() < 0.1:
            return [b"PFCOUNT", b"k"]
        return [b"PFADD", b"k", *(b"%d" % next(numbers) for _ in range(rng.randint(1, 30)))]

    assert run_history(grow, 1, 400, redis_port) == []
