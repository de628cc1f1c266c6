"""Bitmaps: single bits of a string, counting, finding and combining them (redis 7.0, bitops.c).

Bit 0 is the highest bit of the first byte. Integers of any width inside a string stand in
`bitfield`. Large strings are worked on in blocks, each one Python integer, so every step is a loop
in C.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

from tutor.engine import errors
from tutor.engine.arguments import INT64_MAX, integer
from tutor.engine.commands.string import editable
from tutor.engine.database import Database
from tutor.engine.registry import command
from tutor.engine.replies import Reply, ReplyError
from tutor.engine.session import Session
from tutor.engine.structures.sds import Sds
from tutor.engine.values import text_of

_BLOCK = 1 << 16
_ZEROS = bytes(_BLOCK)
_ONES = b"\xff" * _BLOCK
_INVERTED = bytes(255 - byte for byte in range(256))

Text = bytes | bytearray

# what bitmap commands share


def bit_offset(session: Session, word: bytes, width: int = 0) -> int:
    """A bit's number; with a ``width`` also ``#n``, the n-th field of so many bits."""
    by_field = width > 0 and word.startswith(b"#")
    offset = integer(word[1:] if by_field else word, errors.BIT_OFFSET)
    if by_field:
        offset = (offset * width + INT64_MAX + 1) % 2**64 - INT64_MAX - 1  # wraps as in C
    if not 0 <= offset >> 3 < session.engine.config.proto_max_bulk_len:
        raise ReplyError(errors.BIT_OFFSET)
    return offset


def bits_of(db: Database, key: bytes) -> Text | None:
    """The bytes under ``key`` for reading, None if there is no key."""
    value = db.read_string(key)
    if value is None:
        return None
    return value.data if isinstance(value, Sds) else text_of(value)


def writable_bits(db: Database, key: bytes, last_bit: int) -> tuple[Sds, bool]:
    """The string under ``key``, raw and long enough for ``last_bit``, and whether it grew.

    A missing key comes into being; it is stored, but nobody is told yet.
    """
    allocator = db.engine.config.allocator
    size = (last_bit >> 3) + 1
    value = db.write_string(key)
    if value is None:
        sds = Sds.fresh(bytes(size), allocator)
        db.set(key, sds)
        return sds, True
    sds = editable(db, key, value)
    if size <= len(sds):
        return sds, False
    sds.write_at(size - 1, b"\0", allocator)
    return sds, True


# single bits


@command("setbit")
def setbit(session: Session, argv: Sequence[bytes]) -> Reply:
    """SETBIT key offset 0|1: the bit that was there."""
    offset = bit_offset(session, argv[2])
    bit = integer(argv[3], errors.BIT_VALUE)
    if bit not in (0, 1):
        raise ReplyError(errors.BIT_VALUE)
    db, key = session.db, argv[1]
    sds, grown = writable_bits(db, key, offset)
    at, mask = offset >> 3, 0x80 >> (offset & 7)
    old = int(sds.data[at] & mask != 0)
    if grown or old != bit:
        sds.data[at] ^= mask if old != bit else 0
        db.changed(key, "setbit")
    return old


@command("getbit")
def getbit(session: Session, argv: Sequence[bytes]) -> Reply:
    """GETBIT key offset: bits beyond the end are 0."""
    offset = bit_offset(session, argv[2])
    text = bits_of(session.db, argv[1])
    if text is None or offset >> 3 >= len(text):
        return 0
    return text[offset >> 3] >> (7 - (offset & 7)) & 1


# ranges


def _in_bits(word: bytes) -> bool:
    """The unit of a range: BYTE or BIT."""
    unit = word.lower()
    if unit not in (b"bit", b"byte"):
        raise ReplyError(errors.SYNTAX)
    return unit == b"bit"


def _clamped(start: int, end: int, total: int) -> tuple[int, int]:
    """Both ends as positions among ``total``; negative ones count from the end."""
    if start < 0:
        start = max(start + total, 0)
    if end < 0:
        end = max(end + total, 0)
    return start, min(end, total - 1)


def _cut(text: Text, start: int, end: int) -> tuple[int, int, int, int]:
    """The bytes that bits ``start`` to ``end`` touch: the first one, the one past the last, and of
    these two the bits that do not belong to the range."""
    head = ~(0xFF >> (start & 7)) & 0xFF
    tail = 0xFF >> ((end & 7) + 1)
    return start >> 3, (end >> 3) + 1, text[start >> 3] & head, text[end >> 3] & tail


@command("bitcount")
def bitcount(session: Session, argv: Sequence[bytes]) -> Reply:
    """BITCOUNT key [start end [BYTE|BIT]]: how many bits are 1."""
    text = bits_of(session.db, argv[1])
    if text is None:
        return 0
    if len(argv) == 2:
        return _ones(text, 0, len(text))
    if len(argv) not in (4, 5):
        raise ReplyError(errors.SYNTAX)
    start, end = integer(argv[2]), integer(argv[3])
    if start < 0 and end < 0 and start > end:
        return 0
    in_bits = len(argv) == 5 and _in_bits(argv[4])
    start, end = _clamped(start, end, len(text) * 8 if in_bits else len(text))
    if start > end:
        return 0
    if not in_bits:
        return _ones(text, start, end + 1)
    first, past, head, tail = _cut(text, start, end)
    return _ones(text, first, past) - head.bit_count() - tail.bit_count()


def _ones(text: Text, start: int, stop: int) -> int:
    view = memoryview(text)
    return sum(
        int.from_bytes(view[at : min(at + _BLOCK, stop)], "little").bit_count()
        for at in range(start, stop, _BLOCK)
    )


@command("bitpos")
def bitpos(session: Session, argv: Sequence[bytes]) -> Reply:
    """BITPOS key bit [start [end [BYTE|BIT]]]: where the first such bit is, or -1.

    Without an end a 0 is always found: behind the string all bits are 0.
    """
    bit = integer(argv[2])
    if bit not in (0, 1):
        raise ReplyError(errors.BITPOS_BIT)
    text = bits_of(session.db, argv[1])
    if text is None:
        return -1 if bit else 0
    if len(argv) > 6:
        raise ReplyError(errors.SYNTAX)
    start = integer(argv[3]) if len(argv) > 3 else 0
    in_bits = len(argv) == 6 and _in_bits(argv[5])
    total = len(text) * 8 if in_bits else len(text)
    end = integer(argv[4]) if len(argv) > 4 else total - 1
    start, end = _clamped(start, end, total)
    if start > end:
        return -1
    if not in_bits:
        start, end = start * 8, end * 8 + 7
    found = _find(text, bit, start, end)
    return len(text) * 8 if found < 0 and not bit and len(argv) < 5 else found


def _find(text: Text, bit: int, start: int, end: int) -> int:
    """The first ``bit`` among the bits ``start`` to ``end``, or -1."""
    at, past = start >> 3, (end >> 3) + 1
    skip = 0 if bit else 0xFF
    head = 0xFF00 >> (start & 7) & 0xFF
    byte = text[at] & ~head | skip & head
    if byte == skip:
        at = _first_other(text, skip, at + 1, past)
        if at < 0:
            return -1
        byte = text[at]
    position = at * 8 + 8 - (byte ^ skip).bit_length()
    return position if position <= end else -1


def _first_other(text: Text, byte: int, start: int, stop: int) -> int:
    """Where the first byte that is not ``byte`` (0 or 255) stands, or -1."""
    same = _ONES if byte else _ZEROS
    for at in range(start, stop, _BLOCK):
        block = text[at : min(at + _BLOCK, stop)]
        if block != same[: len(block)]:
            return at + len(block) - len(block.lstrip(same[:1]))
    return -1


# combining

Combine = Callable[[Any, Any], Any]

_COMBINE: dict[bytes, Combine] = {
    b"and": operator.and_,
    b"or": operator.or_,
    b"xor": operator.xor,
}


@command("bitop")
def bitop(session: Session, argv: Sequence[bytes]) -> Reply:
    """BITOP AND|OR|XOR|NOT destination key [key …]: the length of the result.

    Shorter strings are taken as filled up with zero bytes. The result is raw, however short.
    """
    name = argv[1].lower()
    if name != b"not" and name not in _COMBINE:
        raise ReplyError(errors.SYNTAX)
    if name == b"not" and len(argv) != 4:
        raise ReplyError(errors.BITOP_NOT)
    db, key = session.db, argv[2]
    texts = [bits_of(db, source) or b"" for source in argv[3:]]
    result = texts[0].translate(_INVERTED) if name == b"not" else _combined(_COMBINE[name], texts)
    if result:
        db.set(key, Sds.fresh(result, session.engine.config.allocator))
        db.changed(key, "set")
    elif db.peek(key) is not None:
        db.delete(key)
        db.changed(key, "del")
    return len(result)


def _combined(combine: Combine, texts: Sequence[Text]) -> bytearray:
    """All texts combined byte by byte."""
    size = max(map(len, texts))
    result = bytearray(size)
    views = [memoryview(text) for text in texts]
    for at in range(0, size, _BLOCK):
        past = min(at + _BLOCK, size)
        block = int.from_bytes(views[0][at:past], "little")
        for view in views[1:]:
            block = combine(block, int.from_bytes(view[at:past], "little"))
        result[at:past] = block.to_bytes(past - at, "little")
    return result
