"""Random words: keys, values, numbers, ids, each from a small pool with a few extremes."""

from __future__ import annotations

import random
from collections.abc import Callable

Word = Callable[[random.Random], bytes]

KEYS_OF_TYPE: dict[str, tuple[bytes, ...]] = {
    "string": (b"s1", b"s2", b"s3"),
    "list": (b"l1", b"l2", b"l3"),
    "set": (b"S1", b"S2", b"S3"),
    "hash": (b"h1", b"h2"),
    "sorted-set": (b"z1", b"z2", b"z3"),
    "stream": (b"x1", b"x2"),
    "bitmap": (b"s1", b"b1", b"b2"),
    "hyperloglog": (b"p1", b"p2", b"p3"),
    "geo": (b"g1", b"g2"),
}
EVERY_KEY = tuple(dict.fromkeys(key for keys in KEYS_OF_TYPE.values() for key in keys))
EQUAL_SCORES = (b"y1", b"y2")
"""Sorted sets for ranges by member: with scores that differ, what they find is left to chance."""


def key(chance: random.Random, group: str) -> bytes:
    """Mostly a key that holds what the group works on."""
    roll = chance.random()
    if roll < 0.90 and group in KEYS_OF_TYPE:
        return chance.choice(KEYS_OF_TYPE[group])
    if roll < 0.985:
        return chance.choice(EVERY_KEY)
    return chance.choice((b"", b"missing", b"\x00\xff", b"a" * 100))


def value(chance: random.Random) -> bytes:
    """A value, member, field or element."""
    roll = chance.random()
    if roll < 0.35:
        return b"%d" % chance.randint(-3, 20)
    if roll < 0.70:
        return b"m%d" % chance.randint(0, 12)
    if roll < 0.80:
        return chance.choice(_ODD_VALUES)
    if roll < 0.90:
        return b"%d" % chance.choice(_BORDERS)
    if roll < 0.97:
        return bytes([chance.choice(b"abxyz")]) * chance.choice((1, 20, 44, 45, 63, 64, 65, 100))
    return bytes(chance.randrange(256) for _ in range(chance.randint(1, 30)))


_ODD_VALUES = (
    *(b"", b"3.5", b"-0", b"007", b"1e3", b"0.1", b"inf", b"-inf", b"nan", b"+5", b" 5", b"5 "),
    *(b"\x00", b"\xff\xfe", "Привет".encode(), b"a b", b"a\r\nb", b"x" * 3000, b"x" * 9000),
)
_BORDERS = tuple(
    sign * (1 << bits) + step
    for bits in (7, 8, 12, 13, 15, 16, 23, 24, 31, 32, 53, 62, 63, 64)
    for sign in (1, -1)
    for step in (-1, 0, 1)
)


def integer(chance: random.Random) -> bytes:
    """A count, an index, an increment."""
    roll = chance.random()
    if roll < 0.85:
        return b"%d" % chance.randint(-6, 12)
    if roll < 0.93:
        return b"%d" % chance.choice(_BORDERS)
    return chance.choice((b"", b"x", b"1.5", b"007", b"-0", b" 1", b"99999999999999999999"))


def small(low: int, high: int) -> Word:
    """A number that may be anything, but mostly from ``low`` to ``high``."""

    def word(chance: random.Random) -> bytes:
        if chance.random() < 0.95:
            return b"%d" % chance.randint(low, high)
        return integer(chance)

    return word


def double(chance: random.Random) -> bytes:
    """A score, a weight, an increment."""
    roll = chance.random()
    if roll < 0.55:
        return b"%d" % chance.randint(-5, 10)
    if roll < 0.80:
        return b"%.3g" % chance.uniform(-10, 10)
    if roll < 0.92:
        return chance.choice((b"inf", b"-inf", b"+inf", b"0.1", b"3.2", b"1e300", b"-1e-7"))
    return chance.choice((b"nan", b"x", b"", b"1e400", b"0x10", b"1 ", b"1e"))


def longitude(chance: random.Random) -> bytes:
    return b"%.6f" % chance.uniform(-180, 180) if chance.random() < 0.97 else double(chance)


def latitude(chance: random.Random) -> bytes:
    return b"%.6f" % chance.uniform(-85, 85) if chance.random() < 0.97 else double(chance)


def distance(chance: random.Random) -> bytes:
    """A radius, a width or a height, of any order."""
    roll = chance.random()
    if roll < 0.9:
        return b"%.4g" % 10 ** chance.uniform(0, 7.3)
    return double(chance)


def score_bound(chance: random.Random) -> bytes:
    text = double(chance)
    return b"(" + text if chance.random() < 0.25 else text


def lex_bound(chance: random.Random) -> bytes:
    roll = chance.random()
    if roll < 0.15:
        return b"-"
    if roll < 0.30:
        return b"+"
    if roll < 0.95:
        return chance.choice((b"[", b"(")) + value(chance)
    return value(chance)


def stream_id(chance: random.Random) -> bytes:
    roll = chance.random()
    if roll < 0.75:
        return b"%d-%d" % (chance.randint(0, 9), chance.randint(0, 4))
    if roll < 0.92:
        return b"%d" % chance.randint(0, 12)
    return chance.choice(
        (b"0-0", b"x", b"1-", b"-1", b"1-x", b"18446744073709551615-18446744073709551615",
         b"18446744073709551615", b"18446744073709551616", b"")
    )  # fmt: skip


def new_id(chance: random.Random) -> bytes:
    """Mostly later than what is there; ``*`` would differ, since clocks do."""
    roll = chance.random()
    if roll < 0.6:
        return b"%d-*" % chance.randint(3, 60)
    if roll < 0.9:
        return b"%d-%d" % (chance.randint(1, 60), chance.randint(0, 9))
    return stream_id(chance)


def stream_bound(chance: random.Random) -> bytes:
    roll = chance.random()
    if roll < 0.25:
        return b"-"
    if roll < 0.5:
        return b"+"
    return (b"(" if roll < 0.6 else b"") + stream_id(chance)


def stream_after(chance: random.Random) -> bytes:
    return b"$" if chance.random() < 0.1 else stream_id(chance)


def group_id(chance: random.Random) -> bytes:
    return b">" if chance.random() < 0.7 else stream_id(chance)


def bit_type(chance: random.Random) -> bytes:
    if chance.random() < 0.95:
        return chance.choice((b"u", b"i")) + b"%d" % chance.choice((1, 3, 5, 8, 13, 16, 32, 63, 64))
    return chance.choice((b"u0", b"i65", b"u64", b"x8", b"u", b"8"))


def bit_offset(chance: random.Random) -> bytes:
    return (b"#" if chance.random() < 0.3 else b"") + small(0, 80)(chance)


def bit(chance: random.Random) -> bytes:
    return chance.choice((b"0", b"1", b"0", b"1", b"0", b"1", b"2", b"x"))


def pattern(chance: random.Random) -> bytes:
    return chance.choice(
        (b"*", b"m*", b"?1", b"[a-m]*", b"*1", b"h?llo", b"\\*", b"[^m]*", b"", b"s1")
    )
