"""How far a value reaches, by its lengths alone: what walking over gigabytes is made of."""

from __future__ import annotations

from tutor.engine import codec
from tutor.persistence.dissect.spans import Buffer
from tutor.persistence.dissect.values import HASH_EXPIRING, HASH_LISTPACK_EXPIRING, MODULE
from tutor.persistence.rdb.damage import DamagedRdb

_STRINGS = {codec.LIST: 1, codec.SET: 1, codec.HASH: 2, codec.LIST_ZIPLISTS: 1}
_ONE_STRING = frozenset({codec.STRING, codec.SET_LISTPACK, *range(9, 14), 16, 17})
_ID = 16


class Skipper:
    """Moves over lengths, strings and values. Raises `DamagedRdb` where the file is over."""

    __slots__ = ("at", "buffer", "end")

    def __init__(self, buffer: Buffer, at: int) -> None:
        self.buffer, self.at, self.end = buffer, at, len(buffer)

    def over(self, count: int) -> None:
        """Pass over some bytes."""
        if count > self.end - self.at:
            left = self.end - self.at
            raise DamagedRdb("truncated", self.at, expected=f"{count} B", found=f"{left} B")
        self.at += count

    def byte(self) -> int:
        """The next byte."""
        self.over(1)
        return self.buffer[self.at - 1]

    def length(self) -> int:
        """A plain length. Of a special string redis takes the six bits that tell its kind."""
        first = self.byte()
        if first < 0x40:
            return first
        if first < 0x80:
            return (first & 63) << 8 | self.byte()
        if first >= 0xC0:
            return first & 63
        if first not in (0x80, 0x81):
            raise DamagedRdb("value", self.at - 1, expected="00..7F, 80, 81", found=f"{first:02X}")
        size = 4 if first == 0x80 else 8
        self.over(size)
        return int.from_bytes(self.buffer[self.at - size : self.at], "big")

    def string(self) -> None:
        """A string in any form."""
        first = self.byte()
        if first < 0x40:
            self.over(first)
        elif first < 0xC0:
            self.at -= 1
            self.over(self.length())
        elif first < 0xC3:
            self.over(1 << (first & 3))
        elif first == 0xC3:
            packed = self.length()
            self.length()
            self.over(packed)
        else:
            raise DamagedRdb("value", self.at - 1, expected="00..C3", found=f"{first:02X}")

    def value(self, kind: int) -> None:
        """A value of a type."""
        if kind in _ONE_STRING:
            self.string()
        elif kind in _STRINGS:
            for _ in range(self.length() * _STRINGS[kind]):
                self.string()
        elif kind in (codec.ZSET, codec.ZSET_TEXT):
            self._zset(kind == codec.ZSET)
        elif kind == codec.LIST_LISTPACKS:
            for _ in range(self.length()):
                self.length()
                self.string()
        elif kind in (codec.STREAM_OLD, codec.STREAM, codec.STREAM_ACTIVE):
            self._stream(kind != codec.STREAM_OLD, kind == codec.STREAM_ACTIVE)
        elif kind == MODULE:
            self.length()
            self.module_parts()
        elif kind == HASH_LISTPACK_EXPIRING:
            self.over(8)
            self.string()
        elif kind == HASH_EXPIRING:
            self.over(8)
            for _ in range(self.length()):
                self.length()
                self.string()
                self.string()
        else:
            raise DamagedRdb(
                "opcode", self.at - 1, expected="a type or an opcode", found=f"{kind:02X}"
            )

    def _zset(self, binary: bool) -> None:
        for _ in range(self.length()):
            self.string()
            if binary:
                self.over(8)
            else:
                size = self.byte()
                self.over(size if size < 253 else 0)

    def _stream(self, figures: bool, active: bool) -> None:
        for _ in range(self.length()):
            self.string()
            self.string()
        for _ in range(8 if figures else 3):
            self.length()
        for _ in range(self.length()):
            self.string()
            for _figure in range(3 if figures else 2):
                self.length()
            for _pending in range(self.length()):
                self.over(_ID + 8)
                self.length()
            for _consumer in range(self.length()):
                self.string()
                self.over(16 if active else 8)
                self.over(_ID * self.length())

    def module_parts(self) -> None:
        """What a module wrote, up to a zero."""
        while form := self.length():
            if form in (1, 2):
                self.length()
            elif form in (3, 4):
                self.over(form * 4 - 8)
            elif form == 5:
                self.string()
            else:
                raise DamagedRdb("module", self.at - 1, expected="0..5", found=f"{form}")
