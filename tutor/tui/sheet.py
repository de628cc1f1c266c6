"""A picture as long as the structure it shows, of which only what is looked at is drawn.

    above   |  figures of the whole
    part 0  |  items 0 … 23                not drawn yet: as tall as the first that was drawn
    part 1  |  items 24 … 47    <- top     drawn: as tall as it is
    part 2  |  items 48 … 71               drawn
    …       |
    below   |  notes

A part is the picture of so many items; how tall it is shows when it is drawn. What stands above the
first visible row may turn out taller or lower than was thought: then the row's number changes, and
not what is seen of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from tutor.tui.paint import EMPTY, Row

_MOST = 1 << 40
"""Parts that a sheet may have."""


class Part(NamedTuple):
    """Rows of some items, and those above and below all items."""

    above: tuple[Row, ...]
    rows: tuple[Row, ...]
    below: tuple[Row, ...]


Source = Callable[[int], Part | None]
"""Gives a part by its number; None if it cannot be drawn at the moment."""


class Heights:
    """How tall very many parts are: the known ones exactly, the others as estimated.

    A tree of sums over what deviates from the estimate (Fenwick, 1994): each operation O(log
    parts), memory O(known parts).
    """

    def __init__(self, estimate: int) -> None:
        self.estimate = max(estimate, 1)
        self._known: dict[int, int] = {}
        self._sums: dict[int, int] = {}

    def __getitem__(self, part: int) -> int:
        return self._known.get(part, self.estimate)

    def __setitem__(self, part: int, height: int) -> None:
        height = max(height, 1)
        change = height - self[part]
        self._known[part] = height
        at = part + 1
        while change and at <= _MOST:
            self._sums[at] = self._sums.get(at, 0) + change
            at += at & -at

    def offset(self, part: int) -> int:
        """Rows of all parts before this one."""
        rows, at = part * self.estimate, part
        while at:
            rows += self._sums.get(at, 0)
            at -= at & -at
        return rows

    def find(self, row: int) -> tuple[int, int]:
        """The part that holds a row, and which of its rows that is."""
        part, step = 0, _MOST
        while step:
            rows = step * self.estimate + self._sums.get(part + step, 0)
            if part + step <= _MOST and rows <= row:
                part += step
                row -= rows
            step >>= 1
        return part, row


class Sheet:
    """The rows of ``items`` items drawn in parts of ``pitch``, seen through a window of rows."""

    def __init__(self, pitch: int) -> None:
        self.pitch = pitch
        self.items = 0
        self.top = 0
        self.height = 1
        self._parts: dict[int, Part] = {}
        self._heights: Heights | None = None
        self._above: tuple[Row, ...] = ()
        self._below: tuple[Row, ...] = ()

    # what there is

    @property
    def count(self) -> int:
        """Parts of the whole."""
        return max(-(-self.items // self.pitch), 1)

    @property
    def total(self) -> int:
        """Rows of the whole, as far as they are known."""
        return len(self._above) + self._offset(self.count) + len(self._below)

    def row(self, y: int) -> Row:
        """A row of the whole; empty where nothing is drawn."""
        if y < len(self._above):
            return self._above[y] if y >= 0 else EMPTY
        part, at = self._find(y)
        if part >= self.count:
            rows, at = self._below, y - len(self._above) - self._offset(self.count)
        else:
            rows = self._parts[part].rows if part in self._parts else ()
        return rows[at] if at < len(rows) else EMPTY

    @property
    def rows(self) -> list[Row]:
        """The visible rows."""
        return [self.row(y) for y in range(self.top, min(self.top + self.height, self.total))]

    @property
    def seen(self) -> range:
        """The visible parts; the first one of all even if only what is above it is visible."""
        first = min(self._find(self.top)[0], self.count - 1)
        last = min(self._find(self.top + self.height - 1)[0], self.count - 1)
        return range(first, last + 1)

    @property
    def items_seen(self) -> tuple[int, int]:
        """The first and the last visible item, counted from 0; to a row's worth exactly."""
        first = self._item(self.top, up=False)
        last = self._item(self.top + self.height - 1, up=True)
        return first, max(min(last, self.items - 1), first)

    def _item(self, y: int, up: bool) -> int:
        part, at = self._find(y)
        if part >= self.count:
            return max(self.items - 1, 0)
        here = min(self.pitch, self.items - part * self.pitch)
        height = self._height(part)
        within = -(-(at + 1) * here // height) - 1 if up else at * here // height
        return part * self.pitch + min(within, max(here - 1, 0))

    def _find(self, y: int) -> tuple[int, int]:
        y = max(y - len(self._above), 0)
        return (0, y) if self._heights is None else self._heights.find(y)

    def _offset(self, part: int) -> int:
        return 0 if self._heights is None else self._heights.offset(part)

    def _height(self, part: int) -> int:
        return 1 if self._heights is None else self._heights[part]

    # looking

    def look(self, items: int, height: int, draw: Source) -> None:
        """Draw anew what is visible. What is drawn and out of sight is forgotten, not its size."""
        before, at_top = self._anchor(), self.top == 0
        self.items, self.height = items, max(height, 1)
        self._parts = {}
        self._reach(before, draw)
        if at_top:
            self.top = 0
            self._fill(draw)

    def scroll(self, top: int, draw: Source) -> None:
        """Make ``top`` the first visible row, and draw what came into sight. `top` may come out
        different: what is above it turned out taller or lower than was thought."""
        last = self.total - self.height
        to_end = top >= last and top - self.top > self.height
        self.top = max(min(top, last), 0)
        self._reach(self._anchor(), draw)
        while to_end and self.top < self.total - self.height:  # further off than was thought
            self.top = self.total - self.height
            if not self._fill(draw):
                break
        seen = self.seen
        for part in [part for part in self._parts if not seen[0] - 2 <= part <= seen[-1] + 2]:
            del self._parts[part]

    def bring(self, item: int, draw: Source) -> None:
        """Make an item visible, if it is not: the first marked row of its part, or where it
        should be."""
        part = max(min(item, self.items - 1), 0) // self.pitch
        if not self._drawn(part, draw):
            return
        rows = self._parts[part].rows
        marked = next((at for at, row in enumerate(rows) if _is_marked(row)), None)
        if marked is None:
            marked = item % self.pitch * len(rows) // self.pitch
        for _round in range(self.height + 2):
            y = self._y(part) + marked
            if self.top <= y < self.top + max(self.height - 1, 1):
                return
            self.scroll(y - self.height // 3, draw)  # what lies between may be taller than thought

    def turn(self, by: int, draw: Source) -> bool:
        """The next part, or the one before, to the top; False at the ends."""
        before, (part, at) = self.top, self._anchor()
        target = max(part, 0) + by if by > 0 else part if at else part + by
        self.scroll(0 if target < 0 else self._y(target), draw)
        return self.top != before

    def _anchor(self) -> tuple[int, int]:
        """The part of the first visible row and the row's place in it; part -1 is what stands
        above all parts, part `count` what stands below."""
        if self._heights is None:
            return 0, 0
        if self.top < len(self._above):
            return -1, self.top
        beyond = self.top - self._y(self.count)
        return self._find(self.top) if beyond < 0 else (self.count, beyond)

    def _reach(self, anchor: tuple[int, int], draw: Source) -> None:
        """Let the first visible row be that of the anchor, and draw what is visible."""
        part, at = anchor
        if part >= self.count:
            part = self.count
        elif part >= 0:
            thought = self._height(part)
            new = part not in self._parts
            if self._drawn(part, draw) and new:
                if part + 1 in self._parts:  # came into sight from above
                    at = max(self._height(part) - (thought - at), 0)
                at = min(at, self._height(part) - 1)
        else:
            self._drawn(0, draw)
        self.top = at if part < 0 else len(self._above) + self._offset(part) + at
        self._fill(draw)

    def _fill(self, draw: Source) -> bool:
        """Draw the parts that are visible from `top` on; at the end of the whole go back as far as
        there are rows. False if something cannot be drawn now."""
        while True:
            part = max(self._anchor()[0], 0)
            while part < self.count and self._y(part) < self.top + self.height:
                if not self._drawn(part, draw):
                    return False
                part += 1
            last = max(self.total - self.height, 0)
            if self.top <= last:
                return True
            self.top = last

    def _y(self, part: int) -> int:
        return len(self._above) + self._offset(part)

    def _drawn(self, part: int, draw: Source) -> bool:
        """Draw a part if it is not there; False if that is not possible now."""
        if part in self._parts:
            return True
        made = draw(part)
        if made is None:
            return False
        self._parts[part] = made
        self._above, self._below = made.above, made.below
        if self._heights is None:
            self._heights = Heights(len(made.rows))
        self._heights[part] = len(made.rows)
        return True


def _is_marked(pieces: Row) -> bool:
    return any(piece.role == "changed" and piece.text.strip() for piece in pieces)
