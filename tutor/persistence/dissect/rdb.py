"""An RDB file in pieces, and a piece in spans.

    REDIS0010 | FA name text … | F5 library … | FE db FB keys expiries | pairs … | FF | crc64
    pair      [FC ms | FD s] [F8 idle | F9 freq] type key value

Redis 7.0, rdb.c: rdbLoadRio.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from tutor.engine.structures.crc64 import crc64
from tutor.persistence.dissect.skip import Skipper
from tutor.persistence.dissect.spans import Buffer, Cursor, Piece, PieceKind
from tutor.persistence.dissect.strings import length, string
from tutor.persistence.dissect.values import module_parts, value
from tutor.persistence.rdb import opcodes
from tutor.persistence.rdb.damage import DamagedRdb

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Checksum:
    """The sum that stands there and the one the bytes before it have; 0 stands for none."""

    stored: int
    computed: int

    @property
    def right(self) -> bool:
        """Whether it says that the file is whole, or nothing at all."""
        return self.stored in (0, self.computed)


def version_of(buffer: Buffer) -> int:
    """The version in the header. Raises `DamagedRdb`."""
    head = buffer[: opcodes.HEADER_SIZE]
    magic = opcodes.MAGIC
    if head[:5] != magic[: len(head)]:
        raise DamagedRdb("not-rdb", 0, expected="REDIS", found=repr(head[:5])[1:])
    if len(head) < opcodes.HEADER_SIZE:
        raise DamagedRdb("truncated", len(head), expected="9 B", found=f"{len(head)} B")
    digits = head[5:]
    version = int(digits) if digits.isdigit() else 0
    if not opcodes.OLDEST <= version <= opcodes.NEWEST:
        known = f"{opcodes.OLDEST:04d}..{opcodes.NEWEST:04d}"
        raise DamagedRdb("version", 5, expected=known, found=digits.decode("latin-1"))
    return version


def pieces(buffer: Buffer, start: int = 0, db: int = 0) -> Iterator[Piece]:
    """The pieces from ``start`` on (0, or where one begins). Raises `DamagedRdb`."""
    if start == 0:
        version_of(buffer)
        start = opcodes.HEADER_SIZE
        yield Piece(0, start, "header")
    skipper = Skipper(buffer, start)
    while True:
        begun = skipper.at
        opcode = skipper.byte()
        if opcode == opcodes.END:
            yield Piece(begun, skipper.at, "end", db)
            if version_of(buffer) >= opcodes.CHECKSUM_SINCE:
                skipper.over(opcodes.CHECKSUM_SIZE)
                yield Piece(begun + 1, skipper.at, "checksum", db)
            return
        kind = _KINDS.get(opcode)
        if kind is None:
            yield _pair(skipper, opcode, begun, db)
            continue
        if opcode == opcodes.SELECT:
            db = skipper.length()
        else:
            _SKIPS[opcode](skipper)
        yield Piece(begun, skipper.at, kind, db)


_KINDS: Mapping[int, PieceKind] = {
    opcodes.AUX: "aux",
    opcodes.FUNCTION: "function",
    opcodes.MODULE_AUX: "module",
    opcodes.SELECT: "select",
    opcodes.SIZES: "sizes",
    opcodes.SLOT_INFO: "slot",
}


def kind_at(buffer: Buffer, offset: int) -> PieceKind:
    """What the piece that begins there wants to be."""
    opcode = buffer[offset] if offset < len(buffer) else opcodes.END
    return "end" if opcode == opcodes.END else _KINDS.get(opcode, "pair")


def _lengths(count: int) -> Callable[[Skipper], None]:
    def skip(skipper: Skipper) -> None:
        for _ in range(count):
            skipper.length()

    return skip


def _strings(count: int) -> Callable[[Skipper], None]:
    def skip(skipper: Skipper) -> None:
        for _ in range(count):
            skipper.string()

    return skip


def _module_aux(skipper: Skipper) -> None:
    skipper.length()
    skipper.module_parts()


_SKIPS: Mapping[int, Callable[[Skipper], None]] = {
    opcodes.AUX: _strings(2),
    opcodes.FUNCTION: _strings(1),
    opcodes.MODULE_AUX: _module_aux,
    opcodes.SIZES: _lengths(2),
    opcodes.SLOT_INFO: _lengths(3),
}


def _pair(skipper: Skipper, opcode: int, begun: int, db: int) -> Piece:
    key = b""
    try:
        while opcode in _BEFORE_TYPE:
            skipper.over(_BEFORE_TYPE[opcode])
            if opcode == opcodes.IDLE:
                skipper.length()
            opcode = skipper.byte()
        place = skipper.at
        skipper.string()
        key = _text_at(skipper.buffer, place)
        if opcode > _LAST_TYPE:
            raise DamagedRdb(
                "opcode", place - 1, expected="a type or an opcode", found=f"{opcode:02X}"
            )
        skipper.value(opcode)
    except DamagedRdb as error:
        raise DamagedRdb(
            error.fault,
            place - 1 if error.fault == "opcode" else error.offset,
            expected=error.expected,
            found=error.found,
            key=key or None,
            db=db,
        ) from error
    return Piece(begun, skipper.at, "pair", db, key)


_BEFORE_TYPE = {opcodes.EXPIRY_MS: 8, opcodes.EXPIRY_S: 4, opcodes.IDLE: 0, opcodes.FREQUENCY: 1}
_LAST_TYPE = 25


def _text_at(buffer: Buffer, place: int) -> bytes:
    first = buffer[place]
    if first < 0x40:
        return buffer[place + 1 : place + 1 + first]
    return string(Cursor(buffer, place), "key", "key")


@dataclass(frozen=True, slots=True)
class Place:
    """Where the value of a pair begins, its type, and when the key expires (Unix ms)."""

    kind: int
    type_offset: int
    offset: int
    expires_at: int | None


def place_of_value(buffer: Buffer, piece: Piece) -> Place:
    """The value of a piece that is a pair."""
    skipper = Skipper(buffer, piece.offset)
    expires_at = None
    while (opcode := skipper.byte()) in _BEFORE_TYPE:
        start = skipper.at
        skipper.over(_BEFORE_TYPE[opcode])
        if opcode == opcodes.IDLE:
            skipper.length()
        elif opcode != opcodes.FREQUENCY:
            number = int.from_bytes(buffer[start : skipper.at], "little", signed=True)
            expires_at = number if opcode == opcodes.EXPIRY_MS else number * 1000
    place = skipper.at
    skipper.string()
    return Place(opcode, place - 1, skipper.at, expires_at)


# spans


def dissect(cursor: Cursor, piece: Piece, checksum: bool = True) -> None:
    """The spans of a piece. Raises `DamagedRdb`; the spans before it are there then. Without
    ``checksum`` the sum of the file is not computed."""
    if piece.kind == "checksum":
        _checksum(cursor, checksum)
    else:
        _DISSECTS[piece.kind](cursor)


def _header(cursor: Cursor) -> None:
    cursor.take(5, "frame", "magic")
    cursor.take(4, "figure", "version", version_of(cursor.buffer))


def _opcode(cursor: Cursor, code: str) -> None:
    cursor.take(1, "opcode", code, cursor.peek(1)[0])
    cursor.depth += 1


def _aux(cursor: Cursor) -> None:
    _opcode(cursor, "aux")
    name = string(cursor, "aux name", "key")
    string(cursor, f"aux {name.decode('latin-1')}" if name in _FIELDS else "aux text")


_FIELDS = frozenset({
    b"redis-ver", b"redis-bits", b"ctime", b"used-mem", b"repl-stream-db", b"repl-id",
    b"repl-offset", b"aof-base", b"aof-preamble",
})  # fmt: skip


def _function(cursor: Cursor) -> None:
    _opcode(cursor, "function")
    string(cursor, "library")


def _module(cursor: Cursor) -> None:
    _opcode(cursor, "module aux")
    length(cursor, "module id", "figure")
    module_parts(cursor)


def _select(cursor: Cursor) -> None:
    _opcode(cursor, "select")
    length(cursor, "database", "figure")


def _sizes(cursor: Cursor) -> None:
    _opcode(cursor, "sizes")
    length(cursor, "keys", "figure")
    length(cursor, "expiries", "figure")


def _slot(cursor: Cursor) -> None:
    _opcode(cursor, "slot")
    length(cursor, "slot number", "figure")
    length(cursor, "keys", "figure")
    length(cursor, "expiries", "figure")


def pair(cursor: Cursor) -> None:
    """A key with its value and what stands before them."""
    opcode = head(cursor)
    place = cursor.at
    try:
        value(cursor, opcode)
    except DamagedRdb as error:
        if error.fault == "opcode":
            cursor.at = place
        raise


def head(cursor: Cursor) -> int:
    """What stands before a value: expiry, last use, type, key. Gives the type."""
    while (opcode := cursor.peek(1)[0]) in _BEFORE_TYPE:
        _opcode(cursor, _NAMES[opcode])
        if opcode == opcodes.IDLE:
            length(cursor, "idle seconds", "figure")
        else:
            cursor.number(_BEFORE_TYPE[opcode], "figure", f"{_NAMES[opcode]} value")
        cursor.depth -= 1
    cursor.take(1, "opcode", "type", opcode)
    cursor.depth += 1
    string(cursor, "key", "key")
    return opcode


_NAMES = {
    opcodes.EXPIRY_MS: "expiry ms",
    opcodes.EXPIRY_S: "expiry s",
    opcodes.IDLE: "idle",
    opcodes.FREQUENCY: "frequency",
}


def _end(cursor: Cursor) -> None:
    cursor.take(1, "opcode", "end", opcodes.END)


def _checksum(cursor: Cursor, wanted: bool) -> None:
    stored = int.from_bytes(cursor.peek(8), "little")
    computed = sum_of(cursor.buffer, cursor.at) if wanted and stored else 0
    if not wanted:
        cursor.take(8, "checksum", "checksum unchecked", stored)
    else:
        cursor.take(8, "checksum", "checksum", Checksum(stored, computed))


def sum_of(buffer: Buffer, end: int) -> int:
    """The checksum of the bytes up to ``end``."""
    crc = 0
    for at in range(0, end, _CHUNK):
        crc = crc64(buffer[at : min(at + _CHUNK, end)], crc)
    return crc


_DISSECTS: Mapping[str, Callable[[Cursor], None]] = {
    "header": _header,
    "aux": _aux,
    "function": _function,
    "module": _module,
    "select": _select,
    "sizes": _sizes,
    "slot": _slot,
    "pair": pair,
    "end": _end,
}
