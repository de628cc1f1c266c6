"""Whether an RDB file is whole: each value is read as a loading server reads it, none is kept.

As redis-check-rdb (redis 7.0, redis-check-rdb.c): the end of the file, the checksum, and the inside
of every compact structure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tutor.engine import codec
from tutor.engine.codec_reader import BadFormat, CutShort, EmptyValue, Reader, load_value
from tutor.engine.codec_reader import load_newer_value as load_newer
from tutor.engine.engine import Engine
from tutor.persistence.dissect import rdb
from tutor.persistence.dissect.spans import Buffer, Cursor, Piece
from tutor.persistence.rdb import opcodes
from tutor.persistence.rdb.damage import DamagedRdb, Fault

_TELL_EVERY = 4096


@dataclass(slots=True)
class RdbVerdict:
    """What was found. ``end`` is where reading stopped; ``checksum`` is None in files of before
    version 5 and where reading did not come so far."""

    version: int = 0
    keys: int = 0
    expiries: int = 0
    expired: int = 0
    databases: int = 0
    libraries: int = 0
    end: int = 0
    checksum: rdb.Checksum | None = None
    damage: DamagedRdb | None = None

    @property
    def whole(self) -> bool:
        """Whether a server would load it."""
        return self.damage is None


def check_rdb(
    engine: Engine,
    buffer: Buffer,
    progress: Callable[[int, int], None] = lambda done, keys: None,
) -> RdbVerdict:
    """Read a file through. ``engine`` lends its limits and its clock and is not changed;
    ``progress`` hears bytes and keys now and then."""
    verdict = RdbVerdict()
    databases: set[int] = set()
    try:
        for piece in rdb.pieces(buffer):
            _take(engine, buffer, piece, verdict)
            verdict.end = piece.end
            if piece.kind == "pair":
                databases.add(piece.db)
                if verdict.keys % _TELL_EVERY == 0:
                    progress(piece.end, verdict.keys)
    except DamagedRdb as error:
        verdict.damage = error
    verdict.databases = len(databases)
    return verdict


def _take(engine: Engine, buffer: Buffer, piece: Piece, verdict: RdbVerdict) -> None:
    if piece.kind == "header":
        verdict.version = rdb.version_of(buffer)
    elif piece.kind == "aux":
        rdb.dissect(Cursor(buffer, piece.offset), piece)
    elif piece.kind == "function":
        verdict.libraries += 1
        rdb.dissect(Cursor(buffer, piece.offset), piece)
    elif piece.kind == "module":
        raise DamagedRdb("module", piece.offset, expected="no module", found="F7")
    elif piece.kind == "pair":
        verdict.keys += 1
        place = rdb.place_of_value(buffer, piece)
        if place.expires_at is not None:
            verdict.expiries += 1
            verdict.expired += place.expires_at < engine.now_ms
        _read(engine, buffer, piece, place)
    elif piece.kind == "checksum":
        stored = int.from_bytes(buffer[piece.offset : piece.end], "little")
        found = rdb.Checksum(stored, rdb.sum_of(buffer, piece.offset) if stored else 0)
        verdict.checksum = found
        if not found.right:
            raise DamagedRdb(
                "checksum", piece.offset, expected=f"{found.computed:016x}", found=f"{stored:016x}"
            )


def _read(engine: Engine, buffer: Buffer, piece: Piece, place: rdb.Place) -> None:
    """Read a value as it is loaded, and let it go."""
    if place.kind in _NOT_HERE:
        fault, at = _NOT_HERE[place.kind], place.type_offset
        raise DamagedRdb(
            fault, at, expected="00..15", found=f"{place.kind:02X}", key=piece.key, db=piece.db
        )
    reader = Reader(buffer[place.offset : piece.end])
    newer = place.kind in (codec.SET_LISTPACK, codec.STREAM_ACTIVE)
    try:
        (load_newer if newer else load_value)(engine, place.kind, reader)
    except EmptyValue:
        return
    except BadFormat as error:
        raise DamagedRdb(
            "truncated" if isinstance(error, CutShort) else "value",
            place.offset + (error.at or 0),
            found=error.what,
            key=piece.key,
            db=piece.db,
        ) from error


_NOT_HERE: dict[int, Fault] = {7: "module", 24: "field-expiry", 25: "field-expiry"}
"""Types that can be walked over, though a server of 7.0 without modules does not load them."""

OLDER_SERVER_LIMIT = opcodes.VERSION
"""The highest version that redis-server 7.0 loads."""
