"""The RDB file of an engine as it would be written now, in units: a field, a pair, the checksum.

    header │ field … │ library … │ SELECTDB │ RESIZEDB │ pair … │ EOF │ checksum

Of a pair with a long value only the beginning is dissected. The checksum is known when all bytes
have been counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from struct import pack
from typing import Any

from tutor.engine.codec import STRING, write_string
from tutor.engine.engine import Engine
from tutor.engine.inspect import Filed, filed_of
from tutor.engine.structures.crc64 import crc64
from tutor.engine.structures.quicklist import Quicklist
from tutor.engine.structures.sds import Sds
from tutor.engine.structures.stream import Stream
from tutor.engine.values import text_of
from tutor.persistence.dissect import rdb
from tutor.persistence.dissect.pair_file import LongPair, is_long, pair_file, pair_head, place_of
from tutor.persistence.dissect.spans import UNKNOWN, Cursor, Piece, PieceKind, Span
from tutor.persistence.dissect.unwritten import EVERY, Unwritten
from tutor.persistence.rdb import opcodes
from tutor.persistence.rdb.writer import (
    HEADER,
    RdbInfo,
    database_head,
    fields_in_front,
    write_library,
    write_pairs,
)

PACKED_MOST = 1 << 24
"""Bytes of the longest text that is packed to be counted; with a longer one neither the sizes nor
the checksum are those of the file that would be written."""

SEEN_OF_LONG = 17
"""Units of a long value that are dissected within the file of the whole server."""

_HEADS = 2
_NEAR = 64
_BEHIND = 2
_ENDED = b"\xff"


@dataclass(frozen=True, slots=True)
class _Segment:
    """Units from ``first`` on: those of a database, its two heads before its keys."""

    first: int
    number: int
    keys: dict[bytes, Any]
    expires: dict[bytes, int]

    @property
    def behind(self) -> int:
        return self.first + _HEADS + len(self.keys)


class ServerFile(Unwritten):
    """See the module's text. Made for one moment: it holds until something is written."""

    def __init__(self, engine: Engine, info: RdbInfo) -> None:
        super().__init__()
        self._engine = engine
        self._compress = engine.config.rdbcompression
        self._plain_pairs = not engine.config.maxmemory_policy.endswith(("lru", "lfu"))
        fields = fields_in_front(info)
        libraries = engine.scripting.libraries.values()
        self._front = [
            HEADER, *fields, *(write_library(one, self._compress) for one in libraries)
        ]  # fmt: skip
        self._front_kinds: list[PieceKind] = ["header"]
        self._front_kinds += ["aux"] * len(fields)
        self._segments: list[_Segment] = []
        at = len(self._front)
        for number, database in enumerate(engine.databases):
            if database.keys.data:
                segment = _Segment(at, number, database.keys.data, database.expires.data)
                self._segments.append(segment)
                at = segment.behind
        self._end = at
        self.count = at + _BEHIND
        self.keys = sum(len(one.keys) for one in self._segments)
        self._crc = 0
        self._long_sizes: dict[int, int] = {}
        self._near: dict[int, tuple[bytes, Any]] = {}
        self.exact = True

    # the bytes

    def texts(self, start: int) -> Iterator[bytes]:
        """Of a pair with a long value only the beginning."""
        yield from self._front[start:]
        for segment in self._segments:
            if start >= segment.behind:
                continue
            heads = database_head(segment.number, len(segment.keys), len(segment.expires))
            yield from heads[max(start - segment.first, 0) :]
            skipped = max(start - segment.first - _HEADS, 0)
            for key, value in islice(segment.keys.items(), skipped, None):
                yield self._pair(segment, key, value)
        if start <= self._end:
            yield _ENDED
        yield pack("<Q", self._crc if self.counted else 0)

    def _pair(self, segment: _Segment, key: bytes, value: Any) -> bytes:
        filed = self._filed(segment, key)
        if not is_long(value):
            return b"".join(pair_file(key, value, filed).texts(0))
        if isinstance(value, (bytes, Sds)):
            return pair_head(key, filed, STRING)
        return b"".join(islice(LongPair(key, value, filed).texts(0), _seen_of(value)))

    def _long_texts(self, segment: _Segment, key: bytes, value: Any) -> Iterator[bytes]:
        """All of a long pair, as it would be written."""
        filed = self._filed(segment, key)
        if not isinstance(value, (bytes, Sds)):
            yield from LongPair(key, value, filed).texts(0)
            return
        packs = self._compress and len(value) <= PACKED_MOST
        self.exact = self.exact and packs == self._compress
        yield pair_head(key, filed, STRING) + write_string(text_of(value), packs)

    def _filed(self, segment: _Segment, key: bytes) -> Filed:
        return filed_of(self._engine, self._engine.databases[segment.number], key)

    def measured(self) -> Iterator[tuple[int, int]]:
        """All of it once, a long value element by element; sums the bytes up."""
        number = len(self._front)
        front = b"".join(self._front)
        crc = crc64(front)
        yield number, len(front)
        for segment in self._segments:
            heads = b"".join(database_head(segment.number, len(segment.keys), len(segment.expires)))
            crc = crc64(heads, crc)
            yield _HEADS, len(heads)
            number += _HEADS
            for text, units, ended in self._chunks(segment):
                crc = crc64(text, crc)
                number += units
                if ended:
                    self._long_sizes[number - 1] = ended
                yield units, len(text)
        self._crc = crc64(_ENDED, crc) if self._engine.config.rdbchecksum else 0
        yield _BEHIND, len(_ENDED) + opcodes.CHECKSUM_SIZE

    def _chunks(self, segment: _Segment) -> Iterator[tuple[bytes, int, int]]:
        """Bytes, how many pairs end with them, and the size of a long one that does."""
        batch: dict[bytes, Any] = {}
        for key, value in segment.keys.items():
            if not is_long(value):
                batch[key] = value
                if len(batch) == EVERY:
                    yield self._batch(segment, batch), len(batch), 0
                    batch = {}
                continue
            if batch:
                yield self._batch(segment, batch), len(batch), 0
                batch = {}
            every = 2 if isinstance(value, (Quicklist, Stream)) else EVERY
            texts, size = self._long_texts(segment, key, value), 0
            while some := b"".join(islice(texts, every)):
                size += len(some)
                yield some, 0, 0
            yield b"", 1, size
        if batch:
            yield self._batch(segment, batch), len(batch), 0

    def _batch(self, segment: _Segment, batch: dict[bytes, Any]) -> bytes:
        if self._plain_pairs:
            return b"".join(write_pairs(batch, segment.expires, self._compress))
        return b"".join(self._pair(segment, key, value) for key, value in batch.items())

    # what they say

    def _segment(self, number: int) -> _Segment | None:
        found = (one for one in self._segments if one.first <= number < one.behind)
        return next(found, None)

    def _behind(self, number: int, at: int, size: int) -> int:
        if at == UNKNOWN or self._is_long(number):
            return self.offset(number + 1)
        return at + size

    def _is_long(self, number: int) -> bool:
        return self.kind(number) == "pair" and is_long(self._item(number)[1])

    def dissected(self, number: int, text: bytes) -> list[Span]:
        if number == self._end + 1:
            known = self.counted and self.exact
            stored = int.from_bytes(text, "little")
            value = rdb.Checksum(stored, stored)
            code = "checksum" if known else "checksum later"
            return [Span(0, len(text), text if known else b"", "checksum", code, value)]
        cursor = Cursor(text)
        kind = self.kind(number)
        if kind == "pair" and self._is_long(number):
            return self._long(number)
        rdb.dissect(cursor, Piece(0, len(text), kind))
        return cursor.spans

    def _long(self, number: int) -> list[Span]:
        """The beginning of a long pair, and how much lies behind."""
        key, value, segment = self._item(number)
        filed = self._filed(segment, key)
        if isinstance(value, (bytes, Sds)):
            cursor = Cursor(pair_head(key, filed, STRING))
            rdb.head(cursor)
            spans = cursor.spans
        else:
            pair = LongPair(key, value, filed)
            spans = [one for some in pair.spans(0, _seen_of(value)) for one in some]
        shown = sum(one.size for one in spans if not one.unpacked)
        size = self._long_sizes.get(number)
        rest = None if size is None else size - shown
        return [*spans, Span(shown, rest or 0, b"", "frame", "not shown", (key, rest), 1)]

    def _item(self, number: int) -> tuple[bytes, Any, _Segment]:
        segment = self._segment(number)
        assert segment is not None
        if number not in self._near:
            skipped = number - segment.first - _HEADS
            some = islice(segment.keys.items(), skipped, skipped + _NEAR)
            self._near = dict(enumerate(some, number))
        return *self._near[number], segment

    def kind(self, number: int) -> PieceKind:
        """What a unit is."""
        if number < len(self._front):
            fields = len(self._front_kinds)
            return self._front_kinds[number] if number < fields else "function"
        if number >= self._end:
            return "checksum" if number > self._end else "end"
        segment = self._segment(number)
        assert segment is not None
        return ("select", "sizes")[number - segment.first] if number < segment.first + 2 else "pair"

    def pieces(self, start: int, stop: int) -> Iterator[tuple[Piece, list[Span]]]:
        """The units [start, stop) with what they are; a pair has its key, and of a long one that is
        not counted yet the size is 0."""
        for number, spans in enumerate(self.spans(start, stop), max(start, 0)):
            kind = self.kind(number)
            offset = spans[0].offset if spans else UNKNOWN
            size = sum(one.size for one in spans if not one.unpacked)
            key, db = b"", 0
            if kind == "pair":
                key, _value, segment = self._item(number)
                db = segment.number
                size = 0 if spans[-1].code == "not shown" and not spans[-1].size else size
            yield Piece(offset, offset + size, kind, db, key), spans

    def place(self, db: int, key: bytes) -> int | None:
        """The unit of a key; None if it is not there. The latest are looked at first."""
        segment = next((one for one in self._segments if one.number == db), None)
        if segment is None or key not in segment.keys:
            return None
        return segment.first + _HEADS + place_of(segment.keys, key)


def _seen_of(value: Any) -> int:
    """Nodes are much to read: only how many there are is shown."""
    return 1 if isinstance(value, (Quicklist, Stream)) else SEEN_OF_LONG
