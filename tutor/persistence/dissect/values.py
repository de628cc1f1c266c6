"""A value of an RDB file in spans: a table of types, and what each consists of.

Redis 7.0, rdb.c: rdbLoadObject; 7.2 and 7.4, rdb.h, for the types that came later.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from struct import unpack

from tutor.engine import codec
from tutor.persistence.dissect.blobs import BLOBS
from tutor.persistence.dissect.spans import Cursor
from tutor.persistence.dissect.strings import length, string

MODULE = 7
HASH_EXPIRING, HASH_LISTPACK_EXPIRING = 24, 25
_ID = 16
_SPECIAL_SCORES = {253: "nan", 254: "inf", 255: "-inf"}

Walk = Callable[[Cursor], None]


def value(cursor: Cursor, kind: int) -> None:
    """The value of a type that the cursor stands at. Raises `DamagedRdb`."""
    walk = TYPES.get(kind)
    if walk is None:
        cursor.at -= 1
        raise cursor.damage("opcode", "0..5, 7, 9..21, 24, 25, F5..FF", f"{kind:02X}")
    walk(cursor)


def _strings(*parts: str) -> Walk:
    """A count, then so many times these strings."""

    def walk(cursor: Cursor) -> None:
        for _ in range(length(cursor, f"count of {parts[0]}s")):
            for part in parts:
                string(cursor, part)

    return walk


def _text(cursor: Cursor) -> None:
    string(cursor, "text")


def _blob(name: str) -> Walk:
    return lambda cursor: packed(cursor, name)


def packed(cursor: Cursor, name: str) -> None:
    """A string that is a compact structure: what it holds stands one level deeper, and where it is
    compressed, behind it as it is unpacked."""
    image = string(cursor, "blob")
    last = cursor.spans[-1]
    if last.code == "blob":
        cursor.spans.pop()
        inner, end = cursor, cursor.at
        inner.at = last.offset
    else:
        inner, end = cursor.within(image), len(image)
        inner.depth = cursor.depth
        inner.put(0, "frame", "unpacked", len(image))
    inner.depth += 1
    start = inner.at
    try:
        BLOBS[name](inner, end)
        if inner.at != end:
            found, inner.at = f"{inner.at - start} B", min(inner.at, end)
            raise inner.damage("value", f"{end - start} B", found)
    finally:
        inner.depth -= 1


def _zset(cursor: Cursor) -> None:
    for _ in range(length(cursor, "count of members")):
        scored_member(cursor)


def scored_member(cursor: Cursor) -> None:
    """A member of a sorted set and its score."""
    string(cursor, "member")
    image = cursor.peek(8)
    cursor.put(8, "figure", "score", unpack("<d", image)[0])


def _text_zset(cursor: Cursor) -> None:
    for _ in range(length(cursor, "count of members")):
        string(cursor, "member")
        size = cursor.peek(1)[0]
        if size in _SPECIAL_SCORES:
            cursor.take(1, "figure", "score in a byte", _SPECIAL_SCORES[size])
        else:
            cursor.take(1, "length", "length of score", size)
            cursor.take(size, "figure", "score as text")


def _list_of_ziplists(cursor: Cursor) -> None:
    for _ in range(length(cursor, "count of nodes")):
        packed(cursor, "ziplist")


def _list_of_nodes(cursor: Cursor) -> None:
    for _ in range(length(cursor, "count of nodes")):
        list_node(cursor)


def list_node(cursor: Cursor) -> None:
    """A node of a list: one long element, or a listpack of several."""
    form = length(cursor, "form of node", "figure")
    if form == codec.PLAIN_NODE:
        string(cursor, "element")
    elif form == codec.PACKED_NODE:
        packed(cursor, "listpack")
    else:
        cursor.at -= 1
        raise cursor.damage("value", "1, 2", f"{form}")


def _stream(figures: bool, active: bool) -> Walk:
    def walk(cursor: Cursor) -> None:
        for _ in range(length(cursor, "count of nodes")):
            stream_node(cursor)
        stream_figures(cursor, figures, active)

    return walk


def stream_node(cursor: Cursor) -> None:
    """A node of a stream under its first ID."""
    size = length(cursor, "length of text")
    if size != _ID:
        cursor.at -= 1
        raise cursor.damage("value", f"{_ID}", f"{size}")
    cursor.take(size, "key", "node id", _entry_id(cursor.peek(size)))
    packed(cursor, "listpack")


def stream_figures(cursor: Cursor, figures: bool = True, active: bool = False) -> None:
    """What stands behind the nodes of a stream: its figures and its groups."""
    length(cursor, "stream length", "figure")
    _split_id(cursor, "last id")
    if figures:
        _split_id(cursor, "first id")
        _split_id(cursor, "deleted id")
        length(cursor, "entries added", "figure")
    for _ in range(length(cursor, "count of groups")):
        _group(cursor, figures, active)


def _entry_id(image: bytes) -> str:
    return f"{int.from_bytes(image[:8], 'big')}-{int.from_bytes(image[8:], 'big')}"


def _split_id(cursor: Cursor, code: str) -> None:
    length(cursor, f"{code} ms", "figure")
    length(cursor, f"{code} seq", "figure")


def _group(cursor: Cursor, figures: bool, active: bool) -> None:
    string(cursor, "group", "key")
    cursor.depth += 1
    _split_id(cursor, "last id")
    if figures:
        length(cursor, "entries read", "figure")
    for _ in range(length(cursor, "count of pending")):
        cursor.take(_ID, "key", "pending id", _entry_id(cursor.peek(_ID)))
        cursor.number(8, "figure", "delivered at", signed=True)
        length(cursor, "deliveries", "figure")
    for _ in range(length(cursor, "count of consumers")):
        string(cursor, "consumer", "key")
        cursor.depth += 1
        cursor.number(8, "figure", "seen at", signed=True)
        if active:
            cursor.number(8, "figure", "active at", signed=True)
        for _ in range(length(cursor, "count of pending")):
            cursor.take(_ID, "key", "pending id", _entry_id(cursor.peek(_ID)))
        cursor.depth -= 1
    cursor.depth -= 1


def module_parts(cursor: Cursor) -> None:
    """What a module wrote: numbers and texts, each behind its form, up to a zero."""
    while True:
        form = length(cursor, "module form", "opcode")
        if form == 0:
            return
        if form in (1, 2):
            length(cursor, "module number", "figure")
        elif form == 3:
            cursor.put(4, "figure", "module float", unpack("<f", cursor.peek(4))[0])
        elif form == 4:
            cursor.put(8, "figure", "module float", unpack("<d", cursor.peek(8))[0])
        elif form == 5:
            string(cursor, "module text")
        else:
            cursor.at -= 1
            raise cursor.damage("value", "0..5", f"{form}")


def _module(cursor: Cursor) -> None:
    length(cursor, "module id", "figure")
    module_parts(cursor)


def _expiring_hash(cursor: Cursor) -> None:
    cursor.number(8, "figure", "earliest expiry")
    for _ in range(length(cursor, "count of fields")):
        length(cursor, "field expiry", "figure")
        string(cursor, "field")
        string(cursor, "value")


def _expiring_listpack(cursor: Cursor) -> None:
    cursor.number(8, "figure", "earliest expiry")
    packed(cursor, "listpack")


TYPES: Mapping[int, Walk] = {
    codec.STRING: _text,
    codec.LIST: _strings("element"),
    codec.SET: _strings("member"),
    codec.ZSET_TEXT: _text_zset,
    codec.HASH: _strings("field", "value"),
    codec.ZSET: _zset,
    MODULE: _module,
    codec.HASH_ZIPMAP: _blob("zipmap"),
    codec.LIST_ZIPLIST: _blob("ziplist"),
    codec.SET_INTSET: _blob("intset"),
    codec.ZSET_ZIPLIST: _blob("ziplist"),
    codec.HASH_ZIPLIST: _blob("ziplist"),
    codec.LIST_ZIPLISTS: _list_of_ziplists,
    codec.STREAM_OLD: _stream(figures=False, active=False),
    codec.HASH_LISTPACK: _blob("listpack"),
    codec.ZSET_LISTPACK: _blob("listpack"),
    codec.LIST_LISTPACKS: _list_of_nodes,
    codec.STREAM: _stream(figures=True, active=False),
    codec.SET_LISTPACK: _blob("listpack"),
    codec.STREAM_ACTIVE: _stream(figures=True, active=True),
    HASH_EXPIRING: _expiring_hash,
    HASH_LISTPACK_EXPIRING: _expiring_listpack,
}
"""Every type that is written by Redis 2.6 to 7.4, each with its walk."""
