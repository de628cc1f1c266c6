"""Compact structures within a value: listpack, intset, ziplist, zipmap, byte by byte.

Layouts: redis 7.0, listpack.c, intset.c, ziplist.c, zipmap.c (`tutor.engine.structures` has them in
full; what stands here reads whatever bytes a file holds, whoever wrote them).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tutor.engine.structures.ziplist import entries_of
from tutor.engine.structures.zipmap import texts_of
from tutor.persistence.dissect.spans import Cursor

_END = 0xFF


def listpack(cursor: Cursor, end: int) -> None:
    """``total u32 | count u16 | (encoding, data, backlen) … | FF``."""
    total = cursor.number(4, "length", "listpack bytes")
    if total != end - cursor.at + 4:
        cursor.at -= 4
        raise cursor.damage("value", f"{end - cursor.at}", f"{total}")
    cursor.number(2, "length", "listpack count")
    index = 0
    while cursor.at < end and cursor.peek(1)[0] != _END:
        _listpack_entry(cursor, index)
        index += 1
    cursor.take(1, "frame", "end of listpack", _END)


def _listpack_entry(cursor: Cursor, index: int) -> None:
    first = cursor.peek(1)[0]
    head, size, value = _listpack_head(cursor, first)
    if value is not None:
        cursor.put(head, "payload", "entry number", value)
    else:
        cursor.put(head, "length", "entry length", size)
        if size:
            cursor.take(size, "payload", "entry text")
    body = head + size
    back = 1 + sum(body >= limit for limit in (128, 16384, 2097152, 268435456))
    cursor.take(back, "frame", "backlen", body)


def _listpack_head(cursor: Cursor, first: int) -> tuple[int, int, int | None]:
    """Bytes of the head, bytes of text behind it, or the number that the head is."""
    if first < 0x80:
        return 1, 0, first
    if first < 0xC0:
        return 1, first & 63, None
    if first < 0xE0:
        number = (first & 31) << 8 | cursor.peek(2)[1]
        return 2, 0, number - (1 << 13) if number >= 1 << 12 else number
    if first < 0xF0:
        return 2, (first & 15) << 8 | cursor.peek(2)[1], None
    if first == 0xF0:
        return 5, int.from_bytes(cursor.peek(5)[1:], "little"), None
    if first in _INTEGERS:
        size = _INTEGERS[first]
        return size + 1, 0, int.from_bytes(cursor.peek(size + 1)[1:], "little", signed=True)
    raise cursor.damage("value", "00..F4, FF", f"{first:02X}")


_INTEGERS = {0xF1: 2, 0xF2: 3, 0xF3: 4, 0xF4: 8}


def intset(cursor: Cursor, end: int) -> None:
    """``width u32 | count u32 | numbers``, little-endian, ascending."""
    width = cursor.number(4, "figure", "intset width")
    if width not in (2, 4, 8):
        cursor.at -= 4
        raise cursor.damage("value", "2, 4, 8", f"{width}")
    count = cursor.number(4, "length", "intset count")
    if count * width != end - cursor.at:
        cursor.at -= 4
        raise cursor.damage("value", f"{(end - cursor.at - 4) // width}", f"{count}")
    for _ in range(count):
        cursor.number(width, "payload", "entry number", signed=True)


def ziplist(cursor: Cursor, end: int) -> None:
    """``bytes u32 | tail u32 | count u16 | (previous, encoding, data) … | FF``."""
    start = cursor.at
    try:
        entries = entries_of(cursor.buffer[start:end])
    except ValueError as error:
        raise cursor.damage("value", "ziplist", str(error)) from error
    cursor.number(4, "length", "ziplist bytes")
    cursor.number(4, "figure", "ziplist tail")
    cursor.number(2, "length", "ziplist count")
    told = 0
    for entry in entries:
        cursor.put(len(entry.previous), "frame", "previous length", told)
        told = entry.size
        if entry.integer is not None:
            size = len(entry.prefix) + len(entry.data)
            cursor.put(size, "payload", "entry number", entry.integer)
            continue
        cursor.put(len(entry.prefix), "length", "entry length", len(entry.data))
        if entry.data:
            cursor.put(len(entry.data), "payload", "entry text", entry.value)
    cursor.take(1, "frame", "end of ziplist", _END)


def zipmap(cursor: Cursor, end: int) -> None:
    """``count u8 | (length, field, length, free u8, value, free bytes) … | FF``."""
    start = cursor.at
    try:
        texts = texts_of(cursor.buffer[start:end])
    except ValueError as error:
        raise cursor.damage("value", "zipmap", str(error)) from error
    cursor.take(1, "length", "zipmap count", cursor.peek(1)[0])
    for text in texts:
        cursor.put(len(text.length), "length", "entry length", len(text.value))
        if text.free:
            cursor.put(1, "frame", "zipmap free", text.free[0])
        if text.value:
            cursor.put(len(text.value), "payload", "entry text", text.value)
        if text.unused:
            cursor.put(len(text.unused), "frame", "zipmap unused", len(text.unused))
    cursor.take(1, "frame", "end of zipmap", _END)


BLOBS: Mapping[str, Callable[[Cursor, int], None]] = {
    "listpack": listpack,
    "intset": intset,
    "ziplist": ziplist,
    "zipmap": zipmap,
}
