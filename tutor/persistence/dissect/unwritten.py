"""A file that nobody has written yet, in units, so that a look costs what is looked at.

    unit 0 │ unit 1 │ unit 2 │ …          the bytes of each are made when it is looked at
    0        41       57                  where each begins is counted a step at a time

Every so many units their offset is kept, as `Dissection` keeps marks of a file that lies there.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from tutor.persistence.dissect.spans import UNKNOWN, Span

EVERY = 256
"""Units between two offsets that are kept."""

STEPS_AT_ONCE = 4
"""Steps of counting that a look may take by itself."""


class Unwritten(ABC):
    """``count`` units, numbered from 0. What it is made from must not change meanwhile."""

    count: int
    every = EVERY

    def __init__(self) -> None:
        self._units, self._offsets = [0], [0]
        self._bytes = 0
        self._walk: Iterator[tuple[int, int]] | None = None
        self.size: int | None = None
        """Bytes of the whole, once they are counted."""

    @abstractmethod
    def texts(self, start: int) -> Iterator[bytes]:
        """The bytes of the units from ``start`` on."""

    @abstractmethod
    def dissected(self, number: int, text: bytes) -> list[Span]:
        """The spans of a unit, with offsets that count from its beginning."""

    # where a unit begins

    def measured(self) -> Iterator[tuple[int, int]]:
        """Units and bytes from the beginning on, some at a time."""
        texts = self.texts(0)
        while batch := list(islice(texts, self.every)):
            yield len(batch), sum(map(len, batch))

    @property
    def counted(self) -> bool:
        """Whether it is known where every unit begins."""
        return self.size is not None

    @property
    def counted_bytes(self) -> int:
        """Bytes of what is counted so far."""
        return self._bytes

    def go_on(self) -> bool:
        """Count a step further; False once all is counted."""
        if self.size is not None:
            return False
        if self._walk is None:
            self._walk = self.measured()
        step = next(self._walk, None)
        if step is None:
            self.size, self._walk = self._bytes, None
            return False
        units, size = step
        self._bytes += size
        if units:  # else it is in the midst of one
            self._units.append(self._units[-1] + units)
            self._offsets.append(self._bytes)
        return True

    def count_some(self) -> None:
        """As much as a look may count by itself."""
        for _ in range(STEPS_AT_ONCE):
            if not self.go_on():
                return

    def offset(self, number: int) -> int:
        """Where a unit begins; `UNKNOWN` if it is not counted so far, and too far to be counted
        now."""
        steps = STEPS_AT_ONCE
        while self._units[-1] < number and steps and self.go_on():
            steps -= 1
        if self._units[-1] < number:
            return UNKNOWN
        at = bisect_right(self._units, number) - 1
        between = islice(self.texts(self._units[at]), number - self._units[at])
        return self._offsets[at] + sum(map(len, between))

    # what it says

    def spans(self, start: int, stop: int) -> Iterator[list[Span]]:
        """The spans of the units [start, stop)."""
        start, stop = max(start, 0), min(stop, self.count)
        at = self.offset(start) if start < stop else 0
        for number, text in enumerate(islice(self.texts(start), max(stop - start, 0)), start):
            yield [_moved(span, at) for span in self.dissected(number, text)]
            at = self._behind(number, at, len(text))

    def _behind(self, number: int, at: int, size: int) -> int:
        """Where the next unit begins."""
        return at if at == UNKNOWN else at + size


def _moved(span: Span, by: int) -> Span:
    if span.unpacked:
        return span
    return replace(span, offset=UNKNOWN if by == UNKNOWN else span.offset + by)
