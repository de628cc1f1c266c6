"""Lengths and strings of an RDB file, in spans.

    00xxxxxx  01xxxxxx x  80 + u32  81 + u64      lengths
    C0 C1 C2                                      a number instead of a text
    C3 packed raw  000LLLLL text… LLLooooo o…     LZF: literals and references backwards

Redis 7.0, rdb.h, rdb.c; lzf_d.c.
"""

from __future__ import annotations

from dataclasses import dataclass

from tutor.engine.structures import lzf
from tutor.persistence.dissect.spans import Cursor, Role

_LONGEST_LITERAL = 32
_LONGEST_SHORT = 9


@dataclass(frozen=True, slots=True)
class Length:
    """A length and the form it stands in: 6, 14, 32 or 64 bits."""

    number: int
    bits: int


@dataclass(frozen=True, slots=True)
class Packed:
    """LZF: so many bytes stand for so many."""

    packed: int
    raw: int


@dataclass(frozen=True, slots=True)
class Match:
    """A reference backwards in what has been unpacked; ``text`` is what it stands for."""

    distance: int
    length: int
    text: bytes


def length(cursor: Cursor, code: str, role: Role = "length") -> int:
    """A plain length. Of a special string redis takes the six bits that tell its kind. Raises
    `DamagedRdb`."""
    number, size, bits = _length_at(cursor)
    cursor.put(size, role, code, Length(number, bits))
    return number


def _length_at(cursor: Cursor) -> tuple[int, int, int]:
    """The number, how many bytes it takes, in how many bits it stands."""
    first = cursor.peek(1)[0]
    if first >> 6 in (0, 3):
        return first & 63, 1, 6
    if first >> 6 == 1:
        return int.from_bytes(cursor.peek(2), "big") & 0x3FFF, 2, 14
    if first == 0x80:
        return int.from_bytes(cursor.peek(5)[1:], "big"), 5, 32
    if first == 0x81:
        return int.from_bytes(cursor.peek(9)[1:], "big"), 9, 64
    raise cursor.damage("value", "00..BF, 80, 81", f"{first:02X}")


def string(cursor: Cursor, code: str, role: Role = "payload") -> bytes:
    """A string in any of its forms; gives its text."""
    first = cursor.peek(1)[0]
    if first >> 6 != 3:
        size = length(cursor, f"length of {code}" if code in _NAMED else "length of text")
        return cursor.take(size, role, code) if size else b""
    if first in _NUMBERS:
        bits = _NUMBERS[first]
        cursor.take(1, "length", "integer form", bits)
        value = cursor.number(bits // 8, role, f"{code} as number", signed=True)
        return b"%d" % value
    if first != 0xC3:
        raise cursor.damage("value", "C0..C3", f"{first:02X}")
    return _compressed(cursor, code, role)


_NUMBERS = {0xC0: 8, 0xC1: 16, 0xC2: 32}
_NAMED = frozenset({"key", "blob"})


def _compressed(cursor: Cursor, code: str, role: Role) -> bytes:
    start = cursor.at
    cursor.take(1, "length", "lzf form", 0)
    packed = length(cursor, "lzf packed")
    raw = length(cursor, "lzf raw")
    image = cursor.peek(packed)
    try:
        text = lzf.decompress(image, raw)
    except ValueError as error:
        cursor.at = start
        raise cursor.damage("value", "LZF", str(error)) from error
    cursor.depth += 1
    _instructions(cursor, image, text, role)
    cursor.depth -= 1
    return text


def _instructions(cursor: Cursor, image: bytes, text: bytes, role: Role) -> None:
    """Literals and references, each with its control bytes."""
    at = made = 0
    while at < len(image):
        control = image[at]
        if control < _LONGEST_LITERAL:
            run = control + 1
            cursor.put(1, "length", "lzf literal", run)
            cursor.put(run, role, "lzf text", image[at + 1 : at + 1 + run])
            at, made = at + 1 + run, made + run
            continue
        size, run = 2, (control >> 5) + 2
        if run == _LONGEST_SHORT:
            size, run = 3, run + image[at + 1]
        distance = ((control & 31) << 8 | image[at + size - 1]) + 1
        cursor.put(size, "reference", "lzf match", Match(distance, run, text[made : made + run]))
        at, made = at + size, made + run
