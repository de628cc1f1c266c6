"""What a dissection is made of, and the cursor that makes it.

A span is some bytes and what they say, as data: ``code`` names the meaning, ``value`` is what was
read. Sentences about it are made where it is shown.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Protocol, overload

from tutor.persistence.rdb.damage import DamagedRdb, Fault

Role = Literal[
    "opcode", "length", "key", "payload", "figure", "reference", "checksum", "frame", "damage"
]  # fmt: skip


class Buffer(Protocol):
    """Bytes, or a file mapped into memory."""

    def __len__(self) -> int: ...
    @overload
    def __getitem__(self, at: int, /) -> int: ...
    @overload
    def __getitem__(self, part: slice, /) -> bytes: ...


UNKNOWN = -1
"""The offset of a span of which it is not counted yet where it lies."""

MOST_DATA = 48
"""Bytes of a span that are kept to be shown."""


@dataclass(frozen=True, slots=True)
class Span:
    """``size`` bytes from ``offset`` on; ``data`` are the first of them. ``depth`` is how far it
    stands inside of others. ``unpacked``: these bytes are not in the file; they are what its LZF
    stands for, and ``offset`` counts from the beginning of that."""

    offset: int
    size: int
    data: bytes
    role: Role
    code: str
    value: object = None
    depth: int = 0
    unpacked: bool = False

    @property
    def end(self) -> int:
        """The offset behind it."""
        return self.offset + self.size


PieceKind = Literal[
    "header", "aux", "function", "module", "select", "sizes", "slot", "pair", "end", "checksum",
    "value", "footer", "command", "note", "line",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a file that stands by itself. ``key`` is that of a pair or the name of a command,
    ``db`` the database it goes to."""

    offset: int
    end: int
    kind: PieceKind
    db: int = 0
    key: bytes = b""


@dataclass(slots=True)
class Cursor:
    """Takes bytes off a buffer and puts down a span for each taking."""

    buffer: Buffer
    at: int = 0
    depth: int = 0
    unpacked: bool = False
    spans: list[Span] = field(default_factory=list)

    def take(self, count: int, role: Role, code: str, value: object = None) -> bytes:
        """The next ``count`` bytes (the first `MOST_DATA` of more than a million). Raises
        `DamagedRdb` where the file is over before."""
        data = self.peek(count)
        self.put(count, role, code, data if value is None else value)
        return data

    def peek(self, count: int) -> bytes:
        """The same, and the cursor stays."""
        left = len(self.buffer) - self.at
        if count > left:
            raise self.damage("truncated", f"{count} B", f"{left} B")
        return self.buffer[self.at : self.at + count]

    def put(self, count: int, role: Role, code: str, value: object) -> None:
        """A span of the next ``count`` bytes, which are there."""
        data = self.buffer[self.at : self.at + min(count, MOST_DATA)]
        self.spans.append(Span(self.at, count, data, role, code, value, self.depth, self.unpacked))
        self.at += count

    def number(self, count: int, role: Role, code: str, signed: bool = False) -> int:
        """A little-endian integer."""
        value = int.from_bytes(self.peek(count), "little", signed=signed)
        self.put(count, role, code, value)
        return value

    def damage(self, fault: Fault, expected: str, found: str) -> DamagedRdb:
        """What to raise for the bytes at the cursor."""
        return DamagedRdb(fault, self.at, expected=expected, found=found)

    def within(self, blob: Buffer) -> Cursor:
        """A cursor over what a compressed string stands for; its spans go behind ours."""
        return Cursor(blob, 0, self.depth + 1, True, self.spans)


def damage_span(buffer: Buffer, error: DamagedRdb, start: int, end: int) -> Span:
    """The place where the bytes cannot be read on."""
    data = buffer[start : min(end, start + MOST_DATA)]
    return Span(start, end - start, data, "damage", error.fault, error)
