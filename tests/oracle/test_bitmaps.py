"""Random histories of bit operations, compared with the real server."""

from __future__ import annotations

import random

import pytest

from tests.oracle.histories import run_history

_KEYS = [b"a", b"b", b"c", b"d", b"e"]
_STRINGS = [b"", b"5", b"123456", b"abc", b"x" * 44, b"x" * 45]
_FAR = 2**63


def _position(rng: random.Random) -> bytes:
    if rng.random() < 0.03:
        return rng.choice([b"x", b"4294967296", b"#1", b"", b"1.0", b"9223372036854775808"])
    return b"%d" % rng.choice(
        [rng.randrange(40), rng.randrange(400), rng.randrange(60_000), rng.randrange(-3, 3)]
    )


def _end(rng: random.Random) -> bytes:
    if rng.random() < 0.03:
        return rng.choice([b"x", b"%d" % (_FAR - 1), b"%d" % -_FAR])
    return b"%d" % rng.choice(
        [rng.randint(-10, 10), rng.randint(-3000, 3000), rng.randint(-50_000, 50_000)]
    )


def _range(rng: random.Random, words: int) -> list[bytes]:
    units = [b"BIT", b"byte", b"BYTE", b"bit", b"x"]
    ends = [_end(rng) for _ in range(min(words, 2))]
    return ends + [rng.choice(units) for _ in range(words - 2)]


def _type(rng: random.Random) -> bytes:
    if rng.random() < 0.03:
        return rng.choice([b"u64", b"i65", b"x", b"u0", b"i0", b"", b"I8", b"u", b"u08"])
    if rng.random() < 0.5:
        return b"i%d" % rng.choice([1, 2, 3, 5, 7, 8, 16, 31, 32, 33, 63, 64])
    return b"u%d" % rng.choice([1, 2, 3, 5, 7, 8, 16, 31, 32, 33, 63])


def _place(rng: random.Random) -> bytes:
    if rng.random() < 0.01:
        return rng.choice([b"#x", b"#-1", b"#9223372036854775807", b"#288230376151711744"])
    return _position(rng) if rng.random() < 0.6 else b"#%d" % rng.randint(0, 60)


def _operand(rng: random.Random) -> bytes:
    near = rng.choice([4, 300, 2**33])
    return b"%d" % rng.choice(
        [rng.randint(-near, near), rng.randint(-_FAR, _FAR - 1), _FAR - 1, -_FAR]
    )


def _operations(rng: random.Random, reading: bool) -> list[bytes]:
    words: list[bytes] = []
    for _ in range(rng.randint(0, 5)):
        kind = rng.choice(["get"] * 9 + ["set"] if reading else ["get", "set", "by", "by", "over"])
        if kind == "get":
            words += [b"get", _type(rng), _place(rng)]
        elif kind == "set":
            words += [b"SET", _type(rng), _place(rng), _operand(rng)]
        elif kind == "by":
            words += [b"incrby", _type(rng), _place(rng), _operand(rng)]
        else:
            words += [b"OVERFLOW", rng.choice([b"WRAP", b"sat", b"FAIL", b"sat", b"fail", b"x"])]
    return words


def _draw(rng: random.Random) -> list[bytes]:
    key, kind = rng.choice(_KEYS), rng.random()
    if kind < 0.15:
        return [b"SETBIT", key, _position(rng), rng.choice([b"0", b"1"] * 20 + [b"2", b"x"])]
    if kind < 0.2:
        return [b"GETBIT", key, _position(rng)]
    if kind < 0.35:
        return [b"BITCOUNT", key, *_range(rng, rng.choice([0, 2, 2, 3, 3, 1, 4]))]
    if kind < 0.55:
        bit = rng.choice([b"0", b"1", b"0", b"1", b"2"])
        return [b"BITPOS", key, bit, *_range(rng, rng.choice([0, 1, 2, 2, 3, 3, 4]))]
    if kind < 0.65:
        name = rng.choice([b"AND", b"or", b"XOR", b"NOT", b"nand"])
        return [b"BITOP", name, key, *rng.choices(_KEYS, k=rng.choice([1, 1, 2, 3]))]
    if kind < 0.8:
        return [b"BITFIELD", key, *_operations(rng, False)]
    if kind < 0.84:
        return [b"BITFIELD_RO", key, *_operations(rng, True)]
    if kind < 0.91:
        filled = rng.choice([b"\xff", b"\0"]) * rng.choice([rng.randint(0, 300), 30_000])
        return [b"SET", key, rng.choice([*_STRINGS, filled, filled, filled])]
    if kind < 0.95:
        return rng.choice([[b"DEL", key], [b"INCR", key], [b"LPUSH", key, b"x"]])
    return rng.choice([[b"APPEND", key, b"\xff" * rng.randint(0, 30)], [b"DEBUG", b"SDSLEN", key]])


@pytest.mark.parametrize("seed", range(4))
def test_bits_equal_those_of_the_real_server(seed: int, redis_port: int) -> None:
    assert run_history(_draw, seed, 500, redis_port) == []
