"""Rows and columns inside a frame, for what lies in memory as a sequence of like things.

┌ node 0 · 47 B ────────┐
│ count 2 │ fields 1    │
├───────────────────────┤
│ ID  │ flags │ a       │
│ 1-0 │ 2     │ 70      │
└───────────────────────┘
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tutor.diagrams.canvas import Line, Run, clip_line, fill_line, line_width, width_of

_BAR: Run = (" │ ", "frame")
_LEAST, _VERY_LEAST = 10, 3
"""Cells that a column keeps when it gives way, and where that is not enough."""


@dataclass(frozen=True, slots=True)
class Column:
    """A title and a cell for each row, at least ``least`` cells wide. ``gives``: it is cut where
    the room is short."""

    title: str
    cells: Sequence[Line]
    gives: bool = False
    least: int = 0

    @property
    def width(self) -> int:
        """Cells that show everything in it."""
        return max([self.least, width_of(self.title), *map(line_width, self.cells)])


def table_width(columns: Sequence[Column]) -> int:
    """Cells of a table in which nothing is cut."""
    return sum(column.width for column in columns) + 3 * (len(columns) - 1)


def fitting(shapes: Sequence[Sequence[Column]], room: int) -> Sequence[Column]:
    """The first of several choices of columns that can be read in ``room`` cells, or the last."""
    for columns in shapes[:-1]:
        spare = sum(max(column.width - _LEAST, 0) for column in columns if column.gives)
        if table_width(columns) - spare <= room:
            return columns
    return shapes[-1]


def table(columns: Sequence[Column], room: int) -> list[Line]:
    """A line of titles, then a line for each row, at most ``room`` cells wide."""
    surplus = table_width(columns) - room
    widths = [column.width for column in columns]
    for least in (_LEAST, _VERY_LEAST):
        for at, column in enumerate(columns):
            cut = max(min(surplus, widths[at] - least), 0) if column.gives else 0
            widths[at] -= cut
            surplus -= cut
    heads: list[Line] = [((column.title, "label"),) for column in columns]
    rows = [heads, *([column.cells[at] for column in columns] for at in _rows(columns))]
    return [clip_line(_joined(row, widths), room) for row in rows]


def _rows(columns: Sequence[Column]) -> range:
    return range(len(columns[0].cells))


def _joined(row: Sequence[Line], widths: Sequence[int]) -> list[Run]:
    line: list[Run] = []
    for number, (cells, width) in enumerate(zip(row, widths, strict=True)):
        if number:
            line.append(_BAR)
        line += fill_line(cells, width)
    return line


def packed(words: Sequence[Line], room: int) -> list[Line]:
    """Words with bars between them, over as many lines as they need."""
    rows: list[list[Run]] = [[]]
    for word in words:
        if rows[-1] and line_width(rows[-1]) + 3 + line_width(word) > room:
            rows.append([])
        if rows[-1]:
            rows[-1].append(_BAR)
        rows[-1] += clip_line(word, room)
    return [tuple(row) for row in rows]


def framed(title: Line, parts: Sequence[Sequence[Line]], width: int, least: int = 0) -> list[Line]:
    """Parts one under the other in a frame of at most ``width`` cells, lines between them; inside
    it is at least ``least`` cells wide."""
    rows = [line for part in parts for line in part]
    inside = min(max(map(line_width, [title, *rows]), default=0), width - 4)
    inside = max(inside, least)
    label = clip_line(title, inside)
    rest = "─" * (inside - line_width(label))
    lines: list[Line] = [(("┌ ", "frame"), *label, (" " + rest + "┐", "frame"))]
    for number, part in enumerate(part for part in parts if part):
        if number:
            lines.append((("├" + "─" * (inside + 2) + "┤", "frame"),))
        for row in part:
            lines.append((("│ ", "frame"), *fill_line(row, inside), (" │", "frame")))
    return [*lines, (("└" + "─" * (inside + 2) + "┘", "frame"),)]
