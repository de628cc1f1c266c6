"""Reads lengths and strings of what DUMP writes, without our own codec (redis 7.0, rdb.c)."""

from __future__ import annotations

from tutor.engine.structures import lzf


class Payload:
    """Bytes that are read from the front."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, count: int) -> bytes:
        self.at += count
        return self.data[self.at - count : self.at]

    def length(self) -> int:
        """A plain length."""
        first = self.take(1)[0]
        if first < 0x40:
            return first
        if first < 0x80:
            return (first & 0x3F) << 8 | self.take(1)[0]
        assert first in (0x80, 0x81), first
        return int.from_bytes(self.take(4 if first == 0x80 else 8), "big")

    def string(self) -> bytes:
        """A string, whether told as text, as an integer or compressed."""
        first = self.data[self.at]
        if first < 0xC0:
            return self.take(self.length())
        self.at += 1
        if first == 0xC3:
            squeezed, size = self.length(), self.length()
            return lzf.decompress(self.take(squeezed), size)
        width = {0xC0: 1, 0xC1: 2, 0xC2: 4}[first]
        return b"%d" % int.from_bytes(self.take(width), "little", signed=True)
