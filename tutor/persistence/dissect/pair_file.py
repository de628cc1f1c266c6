"""One key as it would stand in an RDB file, in units.

A short value is made at once, as the writer makes it, and each span is a unit. Of a long one the
first unit is what stands before its elements, and each of these is a unit of its own: a member, a
pair, a node, some bytes of a text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain, islice
from struct import pack
from typing import Any

from tutor.engine import codec
from tutor.engine.codec import write_length, write_string
from tutor.engine.inspect import Filed, Inspection
from tutor.engine.structures.quicklist import Quicklist
from tutor.engine.structures.sds import Sds
from tutor.engine.structures.stream import Stream
from tutor.engine.values import Hash, Set, Value, Zset
from tutor.persistence.dissect import rdb
from tutor.persistence.dissect.spans import Cursor, Span
from tutor.persistence.dissect.strings import length, string
from tutor.persistence.dissect.unwritten import EVERY, Unwritten
from tutor.persistence.dissect.values import (
    list_node,
    scored_member,
    stream_figures,
    stream_node,
)
from tutor.persistence.rdb import opcodes

LONG_TEXT = 1 << 18
"""Beyond so many bytes a text is shown as it stands there without LZF."""

TEXT_PER_UNIT = 12
_LONG_TABLE = 64
_NODES_EVERY = 2
_WITHIN = 1  # depth of what stands behind a type


def pair_head(key: bytes, filed: Filed, kind: int) -> bytes:
    """Expiry, last use, type, key."""
    parts = []
    if filed.expires_at is not None:
        parts.append(pack("<Bq", opcodes.EXPIRY_MS, filed.expires_at))
    if filed.idle is not None:
        parts.append(bytes((opcodes.IDLE,)) + write_length(filed.idle))
    if filed.frequency is not None:
        parts.append(bytes((opcodes.FREQUENCY, filed.frequency)))
    return b"".join((*parts, bytes((kind,)), write_string(key, filed.compress)))


def is_long(value: Value) -> bool:
    """Whether a value is shown element by element."""
    if isinstance(value, (bytes, Sds)):
        return len(value) > LONG_TEXT
    if isinstance(value, (Hash, Set)):
        return value.table is not None and len(value) > _LONG_TABLE
    if isinstance(value, Zset):
        return value.skiplist is not None and len(value) > _LONG_TABLE
    if isinstance(value, Quicklist):
        return value.node_count > 1
    return isinstance(value, Stream) and len(value.nodes) > 1


def pair_file(key: bytes, value: Value, filed: Filed) -> Unwritten:
    """A pair in units. Raises `tutor.persistence.rdb.damage.DamagedRdb` for a value of a real
    server that cannot be dissected."""
    if filed.dumped:
        return ShortPair(key, value, filed)
    return LongPair(key, value, filed) if is_long(value) else ShortPair(key, value, filed)


class ShortPair(Unwritten):
    """Made at once; a unit is a span, and what LZF stands for belongs to the last byte of it."""

    def __init__(self, key: bytes, value: Value, filed: Filed) -> None:
        super().__init__()
        if filed.dumped and filed.image is not None:
            kind, body = filed.image[0], filed.image[1:]
        else:
            kind, body = codec.write_value(value, filed.compress, by_bucket=False)
        self.text = pair_head(key, filed, kind) + body
        cursor = Cursor(self.text)
        rdb.pair(cursor)
        self._spans = cursor.spans
        self.count = len(self._spans)

    def texts(self, start: int) -> Iterator[bytes]:
        for span in self._spans[start:]:
            yield b"" if span.unpacked else self.text[span.offset : span.end]

    def dissected(self, number: int, text: bytes) -> list[Span]:
        span = self._spans[number]
        return [span if span.unpacked else replace(span, offset=0)]


_COUNTS = {
    codec.SET: "count of members",
    codec.HASH: "count of fields",
    codec.ZSET: "count of members",
    codec.LIST_LISTPACKS: "count of nodes",
    codec.STREAM: "count of nodes",
    codec.STRING: "length of text",
}


class LongPair(Unwritten):
    """Element by element. ``kind`` is its type."""

    def __init__(self, key: bytes, value: Value, filed: Filed) -> None:
        super().__init__()
        self.value, self.compress = value, filed.compress
        self.kind, number, self.count = _measures(value)
        if self.has_nodes:
            self.every = _NODES_EVERY
        self._head = pair_head(key, filed, self.kind) + write_length(number)

    @property
    def has_nodes(self) -> bool:
        """Whether its units are nodes, each with many elements."""
        return self.kind in (codec.LIST_LISTPACKS, codec.STREAM)

    @property
    def is_text(self) -> bool:
        """Whether it is a string, shown as if it were not packed."""
        return self.kind == codec.STRING

    def texts(self, start: int) -> Iterator[bytes]:
        head = [self._head] if start == 0 else []
        return chain(head, self._elements(max(start - 1, 0)))

    def _elements(self, start: int) -> Iterator[bytes]:
        value, compress = self.value, self.compress
        if isinstance(value, Set):
            assert value.table is not None
            for member in islice(value.table.data, start, None):
                yield write_string(member, compress)
        elif isinstance(value, Hash):
            for field, text in islice(value.fields.items(), start, None):
                yield write_string(field, compress) + write_string(text, compress)
        elif isinstance(value, Zset):
            yield from _scored(value, start, compress)
        elif isinstance(value, Quicklist):
            node = value.node_at(start)
            while node is not None:
                yield codec.write_list_node(node, compress)
                node = node.next
        elif isinstance(value, Stream):
            yield from _stream(value, start, compress)
        else:
            assert isinstance(value, (bytes, Sds))
            whole: bytes | bytearray = value if isinstance(value, bytes) else value.data
            for at in range(start * TEXT_PER_UNIT, len(whole), TEXT_PER_UNIT):
                yield bytes(whole[at : at + TEXT_PER_UNIT])

    def measured(self) -> Iterator[tuple[int, int]]:
        """Of a text the arithmetic is simple."""
        if self.kind != codec.STRING:
            yield from super().measured()
            return
        assert isinstance(self.value, (bytes, Sds))
        size = len(self.value)
        yield 1, len(self._head)
        yield size // TEXT_PER_UNIT, size // TEXT_PER_UNIT * TEXT_PER_UNIT
        if size % TEXT_PER_UNIT:
            yield 1, size % TEXT_PER_UNIT

    def offset(self, number: int) -> int:
        """Of a text without passing over it."""
        if self.kind != codec.STRING or number == 0:
            return super().offset(number)
        return len(self._head) + (number - 1) * TEXT_PER_UNIT

    def dissected(self, number: int, text: bytes) -> list[Span]:
        if not number:
            cursor = Cursor(text)
            rdb.head(cursor)
            length(cursor, _COUNTS[self.kind])
            return cursor.spans
        cursor = Cursor(text, depth=_WITHIN)
        last = number == self.count - 1
        (stream_figures if self.kind == codec.STREAM and last else _ELEMENTS[self.kind])(cursor)
        return cursor.spans


def _measures(value: Value) -> tuple[int, int, int]:
    """Type, number that stands in front, units."""
    if isinstance(value, Set):
        return codec.SET, len(value), len(value) + 1
    if isinstance(value, Hash):
        return codec.HASH, len(value), len(value) + 1
    if isinstance(value, Zset):
        return codec.ZSET, len(value), len(value) + 1
    if isinstance(value, Quicklist):
        return codec.LIST_LISTPACKS, value.node_count, value.node_count + 1
    if isinstance(value, Stream):
        return codec.STREAM, len(value.nodes), len(value.nodes) + 2
    assert isinstance(value, (bytes, Sds))
    return codec.STRING, len(value), -(-len(value) // TEXT_PER_UNIT) + 1


def _scored(value: Zset, start: int, compress: bool) -> Iterator[bytes]:
    """From the highest score on."""
    assert value.skiplist is not None
    node = value.skiplist.by_rank(len(value) - 1 - start)
    while node is not None:
        yield write_string(node.member, compress) + pack("<d", node.score)
        node = node.backward


def _stream(value: Stream, start: int, compress: bool) -> Iterator[bytes]:
    keys, nodes = value.nodes.keys, value.nodes.values
    for at in range(start, len(keys)):
        yield codec.write_stream_node(keys[at], nodes[keys[at]], compress)
    if start <= len(keys):
        yield codec.write_figures(value, compress)


def _text(cursor: Cursor) -> None:
    cursor.take(len(cursor.buffer), "payload", "text")


def _member(cursor: Cursor) -> None:
    string(cursor, "member")


def _field(cursor: Cursor) -> None:
    string(cursor, "field")
    string(cursor, "value")


_ELEMENTS: dict[int, Callable[[Cursor], None]] = {
    codec.STRING: _text,
    codec.SET: _member,
    codec.HASH: _field,
    codec.ZSET: scored_member,
    codec.LIST_LISTPACKS: list_node,
    codec.STREAM: stream_node,
}


class _Last:
    """The pair that was looked at last: what was counted of it is good for the next look."""

    looked_at: tuple[object, ...] = ()
    pair: Unwritten | None = None


def pair_of(inspection: Inspection) -> Unwritten:
    """The pair of a key that was inspected."""
    filed, value = inspection.filed, inspection.value
    assert filed is not None
    looked_at = (inspection.db, inspection.key, id(value), len_of(value), filed, filed.moment)
    if looked_at != _Last.looked_at or _Last.pair is None:
        _Last.looked_at, _Last.pair = looked_at, pair_file(inspection.key, value, filed)
    return _Last.pair


def forget_pair() -> None:
    """Another moment's data are here now (undo): what was counted holds no more."""
    _Last.looked_at, _Last.pair = (), None


def unit_of(value: Value, part: bytes) -> int | None:
    """The unit of a member or a field of a long value. The latest are looked at first."""
    if isinstance(value, Zset):
        if value.skiplist is None or part not in value.scores:
            return None
        rank = value.skiplist.rank(value.scores[part], part)
        return None if rank is None else len(value) - rank
    if isinstance(value, (Set, Hash)) and value.table is not None:
        data = value.table.data
        return None if part not in data else place_of(data, part) + 1
    return None


def place_of(data: dict[bytes, Any], key: bytes) -> int:
    """Which of the keys of a dictionary this is, counted from 0. O(1) if it is one of the last."""
    for at, one in enumerate(islice(reversed(data), EVERY)):
        if one == key:
            return len(data) - 1 - at
    return next(at for at, one in enumerate(data) if one == key)


def len_of(value: Value) -> int:
    """Elements, or bytes of a text."""
    return 0 if isinstance(value, int) else len(value)
