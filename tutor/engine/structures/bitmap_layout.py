"""The image of a string as an array of bits: those of a window, and what counts in the whole.

    offset   0 1 2 3 4 5 6 7 | 8 9 …        the highest bit of a byte comes first
    byte     0               | 1

All 1s of the whole are counted, and the first of each kind found, where it has at most
`COUNTED_MOST` bytes; of a longer one only what is visible. Source: redis 7.0, bitops.c.
"""

from __future__ import annotations

from dataclasses import dataclass

from tutor.engine.structures.window import Window

COUNTED_MOST = 1 << 20
"""Bytes of the longest string that is counted as a whole for a look."""

Text = bytes | bytearray


@dataclass(frozen=True, slots=True)
class BitmapLayout:
    """Bytes of the window, the first of them at ``start``, of a string of ``length`` bytes.

    ``ones`` is what BITCOUNT says of the whole, ``first_one`` and ``first_zero`` what BITPOS says
    (-1: there is none); all are None for a string too long to be counted.
    """

    length: int
    start: int
    data: bytes
    ones: int | None
    first_one: int | None
    first_zero: int | None

    def bit(self, offset: int) -> int:
        """A bit of the window."""
        return self.data[(offset >> 3) - self.start] >> (7 - offset & 7) & 1

    def field(self, offset: int, width: int, signed: bool) -> int | None:
        """The integer that BITFIELD GET finds there; None unless all of it is visible. What lies
        beyond the string is 0."""
        first, past = (offset >> 3) - self.start, (offset + width + 7 >> 3) - self.start
        cut = past > len(self.data) and self.start + len(self.data) < self.length
        if first < 0 or cut:
            return None
        part = self.data[first:past].ljust(past - first, b"\0")
        value = int.from_bytes(part, "big") >> (-(offset + width) & 7) & (1 << width) - 1
        return value - (1 << width) if signed and value >> width - 1 else value


def bitmap_layout(text: Text, window: Window) -> BitmapLayout:
    """Derive the image. O(window), and O(bytes) up to `COUNTED_MOST`."""
    start, stop = window.bounds(len(text))
    data = bytes(text[start:stop])
    if len(text) > COUNTED_MOST:
        return BitmapLayout(len(text), start, data, None, None, None)
    ones = int.from_bytes(text, "big").bit_count()
    return BitmapLayout(len(text), start, data, ones, _first_one(text), _first_zero(text))


def _first_one(text: Text) -> int:
    """The offset of the first 1; -1 if there is none."""
    rest = text.lstrip(b"\0")
    if not rest:
        return -1
    return 8 * (len(text) - len(rest)) + 8 - rest[0].bit_length()


def _first_zero(text: Text) -> int:
    """The offset of the first 0: in a string of 1s alone the one behind its end, as BITPOS has
    it; -1 in an empty string."""
    rest = text.lstrip(b"\xff")
    if not rest:
        return 8 * len(text) if text else -1
    return 8 * (len(text) - len(rest)) + 8 - (rest[0] ^ 0xFF).bit_length()
