"""One file, opened: what it is, its pieces as they are found, and their spans.

Pieces are found from the beginning on, as their lengths lead. Every so many of them a mark is kept,
so that a look at an offset that has been passed once costs little.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from typing import Literal

from tutor.persistence.dissect import aof, rdb
from tutor.persistence.dissect.spans import Buffer, Cursor, Piece, Span, damage_span
from tutor.persistence.rdb.damage import DamagedRdb

Kind = Literal["rdb", "aof", "aof with rdb", "manifest", "payload"]

_MARK_EVERY = 512


def kind_of(buffer: Buffer) -> Kind | None:
    """What a file is, by its first bytes; None if it is nothing of Redis."""
    head = buffer[:16]
    if head.startswith(b"REDIS"):
        return "rdb"
    if head.startswith((b"*", b"#TS:")):
        return "aof"
    if head.startswith((b"file ", b"#")):
        return "manifest"
    return "payload" if aof.is_payload(buffer) else None


def open_bytes(buffer: Buffer) -> Dissection:
    """A dissection of these bytes. Raises `DamagedRdb` ("not-rdb") if they are nothing of Redis."""
    kind = kind_of(buffer)
    if kind is None:
        found = repr(buffer[:8])[1:]
        raise DamagedRdb("not-rdb", 0, expected="REDIS, *, #TS:, file", found=found)
    return Dissection(buffer, kind)


class Dissection:
    """``kind`` of an RDB file is known only when its end was found: there may be commands behind.

    ``damage`` is what stopped the walk, if something did.
    """

    def __init__(self, buffer: Buffer, kind: Kind) -> None:
        self.buffer = buffer
        self.kind = kind
        self.damage: DamagedRdb | None = None
        self._marks: list[Piece] = []

    def pieces(self, offset: int = 0) -> Iterator[Piece]:
        """The pieces from the one on that holds ``offset``. The walk ends at damage."""
        at = bisect_right([mark.offset for mark in self._marks], offset) - 1
        mark = self._marks[at] if at >= 0 else None
        passed = 0
        try:
            for piece in self._walk(mark):
                passed += 1
                known = self._marks[-1].offset if self._marks else -1
                if passed % _MARK_EVERY == 0 and piece.offset > known:
                    self._marks.append(piece)
                if piece.end > offset:
                    yield piece
        except DamagedRdb as error:
            self.damage = error

    def _walk(self, mark: Piece | None) -> Iterator[Piece]:
        if self.kind == "manifest":
            return aof.lines(self.buffer)
        if self.kind == "payload":
            return aof.payload_pieces(self.buffer)
        if self.kind == "aof" or (mark is not None and mark.kind in ("command", "note")):
            return aof.commands(self.buffer, mark.offset if mark else 0)
        return self._rdb(mark)

    def _rdb(self, mark: Piece | None) -> Iterator[Piece]:
        start, db = (mark.offset, mark.db) if mark is not None else (0, 0)
        end = start
        for piece in rdb.pieces(self.buffer, start, db):
            end = piece.end
            yield piece
        if end < len(self.buffer):
            self.kind = "aof with rdb"
            yield from aof.commands(self.buffer, end)

    def spans(self, piece: Piece, checksum: bool = True) -> list[Span]:
        """What the bytes of a piece say; the last one is damage where they cannot be read."""
        cursor = Cursor(self.buffer, piece.offset)
        try:
            self._dissect(cursor, piece, checksum)
        except DamagedRdb as error:
            return self._broken_off(cursor, error, piece.offset, piece.end)
        return cursor.spans

    def _broken_off(self, cursor: Cursor, error: DamagedRdb, start: int, end: int) -> list[Span]:
        """The spans up to the damage, and the damage up to the end."""
        at = cursor.at if error.offset < start else min(cursor.at, error.offset)
        kept = [span for span in cursor.spans if span.unpacked or span.end <= at]
        last = next((span.end for span in reversed(kept) if not span.unpacked), start)
        return [*kept, damage_span(self.buffer, error, last, end)]

    def _dissect(self, cursor: Cursor, piece: Piece, checksum: bool) -> None:
        if piece.kind == "command":
            aof.dissect_command(cursor, piece.end)
        elif piece.kind == "note":
            aof.dissect_note(cursor, piece.end)
        elif piece.kind == "line":
            aof.dissect_line(cursor, piece.end)
        elif piece.kind == "value":
            aof.dissect_value(cursor)
        elif piece.kind == "footer":
            aof.dissect_footer(cursor)
        else:
            rdb.dissect(cursor, piece, checksum)

    def broken(self, start: int) -> list[Span]:
        """What can still be read of the piece in which the walk stopped."""
        assert self.damage is not None
        rest = len(self.buffer)
        cursor = Cursor(self.buffer, start)
        error = self.damage
        try:
            if self.kind == "rdb" and start:
                rdb.dissect(cursor, Piece(start, rest, rdb.kind_at(self.buffer, start)), False)
            elif start and self.kind in ("aof", "aof with rdb"):
                aof.dissect_command(cursor, rest)
        except DamagedRdb as found:
            error = found if self.kind == "rdb" else error
        return self._broken_off(cursor, error, start, rest)
