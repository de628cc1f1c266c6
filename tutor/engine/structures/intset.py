"""Intset: a sorted array of integers, all of one width, behind small sets of integers.

    | width u32 LE (2, 4 or 8) | length u32 LE | element | element | ... |     header = 8 bytes

Every element takes ``width`` bytes, little-endian. A value that does not fit upgrades all of them;
it is then the new first (negative) or last one. Removing never narrows.

Invariants: values strictly ascending, each fits ``width``. Lookup O(log N), insert and delete O(N)
moves inside one native list. Constants: redis 7.0, intset.c.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from struct import pack, unpack

from . import told
from .allocator import size_class
from .trace import Trace, births
from .window import Window

HEADER_SIZE = 8
_CODES = {2: "h", 4: "i", 8: "q"}


def width_of(value: int) -> int:
    """The narrowest element width that holds ``value``."""
    if -32_768 <= value <= 32_767:
        return 2
    return 4 if -2_147_483_648 <= value <= 2_147_483_647 else 8


@dataclass(frozen=True, slots=True)
class IntsetElement:
    """One element: its place, its bytes and its value."""

    index: int
    offset: int
    data: bytes
    value: int


@dataclass(frozen=True, slots=True)
class IntsetLayout:
    """The memory image of an intset; ``elements`` are those of the window, from ``start`` on."""

    width: int
    length: int
    total_bytes: int
    header: bytes
    start: int
    elements: tuple[IntsetElement, ...]


class Intset:
    """A set of signed 64-bit integers. ``width`` is its history: it only ever widens."""

    __slots__ = ("epoch", "trace", "values", "width")

    def __init__(self, values: Iterable[int] = (), width: int = 2) -> None:
        self.values: list[int] = []
        self.width = width
        self.epoch = 0
        self.trace: Trace | None = None
        if births.onlooker is not None:
            births.onlooker(self)
        for value in values:
            self.add(value)

    def __len__(self) -> int:
        return len(self.values)

    def __iter__(self) -> Iterator[int]:
        return iter(self.values)

    def __contains__(self, value: int) -> bool:
        values = self.values
        if self.trace is not None:
            told.intset_search(self, value, self.trace)
        place = bisect_left(values, value)
        return place < len(values) and values[place] == value

    def add(self, value: int) -> bool:
        """Add ``value``; False if it was there. Widens the whole set when it does not fit."""
        values = self.values
        if self.trace is not None:
            told.intset_search(self, value, self.trace)
        place = bisect_left(values, value)
        if place < len(values) and values[place] == value:
            return False
        if not -32_768 <= value <= 32_767 and self.width < 8:
            width = width_of(value)
            if width > self.width:
                if self.trace is not None:
                    self.trace("upgrade", old=self.width, new=width, value=value, place=place)
                self.width = width
        values.insert(place, value)
        if self.trace is not None:
            self.trace("insert", value=value, place=place)
        return True

    def discard(self, value: int) -> bool:
        """Remove ``value``; False if it was not there. The width stays."""
        values = self.values
        if self.trace is not None:
            told.intset_search(self, value, self.trace)
        place = bisect_left(values, value)
        if place == len(values) or values[place] != value:
            return False
        if self.trace is not None:
            self.trace("remove", value=value, place=place)
        del values[place]
        return True

    @property
    def total_bytes(self) -> int:
        """Bytes of the whole image."""
        return HEADER_SIZE + self.width * len(self.values)

    def memory(self, allocator: str = "debian") -> int:
        """Bytes of its block."""
        return size_class(self.total_bytes, allocator)

    def encode(self) -> bytes:
        """The image as it lies in memory and in a dump."""
        values = self.values
        head = pack("<II", self.width, len(values))
        return head + pack(f"<{len(values)}{_CODES[self.width]}", *values)

    @classmethod
    def decode(cls, blob: bytes) -> Intset:
        """The intset of an image; ValueError when it is damaged, empty or out of order."""
        if len(blob) < HEADER_SIZE:
            raise ValueError("intset: shorter than its header")
        width, length = unpack("<II", blob[:HEADER_SIZE])
        if width not in _CODES:
            raise ValueError(f"intset: element width {width} is not 2, 4 or 8")
        if len(blob) != HEADER_SIZE + width * length:
            raise ValueError("intset: header does not fit its size")
        if not length:
            raise ValueError("intset: empty")
        values = list(unpack(f"<{length}{_CODES[width]}", blob[HEADER_SIZE:]))
        if any(left >= right for left, right in pairwise(values)):
            raise ValueError("intset: elements out of order")
        result = cls(width=width)
        result.values = values
        return result

    def layout(self, window: Window = Window()) -> IntsetLayout:  # noqa: B008 - frozen
        """Derive the image of the visible elements. O(window)."""
        start, stop = window.bounds(len(self.values))
        width = self.width
        elements = tuple(
            IntsetElement(
                index,
                HEADER_SIZE + index * width,
                value.to_bytes(width, "little", signed=True),
                value,
            )
            for index, value in enumerate(self.values[start:stop], start)
        )
        header = pack("<II", width, len(self.values))
        return IntsetLayout(width, len(self.values), self.total_bytes, header, start, elements)

    def clone(self) -> Intset:
        """An independent copy."""
        copy = Intset(width=self.width)
        copy.values = self.values.copy()
        return copy

    def check(self) -> None:
        """Assert the invariants."""
        assert self.width in _CODES
        assert all(width_of(value) <= self.width for value in self.values)
        assert all(a < b for a, b in pairwise(self.values))
