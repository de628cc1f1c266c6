"""Rows of adjacent boxes: the way memory that lies side by side is drawn.

    ┌ total ┬ count ┐ ┌ 6-bit str ┬ 6-bit str ┐
    │ 55    │ 6     │ │ name      │ Alice     │
    └ 4 B ──┴ 2 B ──┘ └ 1+4+1 ────┴ 1+5+1 ────┘

The caption over a cell says what it is, the note under it how many bytes it takes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tutor.diagrams.canvas import Line, Role, Run, clip, fill_line, line_width, marked, width_of


@dataclass(frozen=True, slots=True)
class Cell:
    """One box. ``least`` is how many cells it takes between its borders even if it needs fewer."""

    runs: Line
    caption: str = ""
    note: str = ""
    least: int = 0

    @property
    def width(self) -> int:
        """Cells between the borders, one space of air on each side included."""
        widest = max(line_width(self.runs), width_of(self.caption), width_of(self.note))
        return max(widest + 2, self.least)


Group = Sequence[Cell]
"""Boxes that touch each other."""


def cell(
    text: str,
    caption: str = "",
    note: str = "",
    role: Role = "payload",
    changed: bool = False,
    least: int = 0,
) -> Cell:
    """A box with one word in it; ``changed`` marks the word."""
    return Cell(marked(text, role, changed), caption, note, least)


def group_width(group: Group, widest: int = 10_000) -> int:
    """Cells of a group, its borders included, if no box is wider than ``widest``."""
    return sum(min(one.width, widest) + 1 for one in group) + 1


def row_width(groups: Sequence[Group]) -> int:
    """Cells of groups that stand side by side."""
    return sum(group_width(group) + 1 for group in groups) - 1


def draw_row(groups: Sequence[Group], widths: Sequence[Sequence[int]] | None = None) -> list[Line]:
    """Three lines with groups side by side; ``widths`` are those between the borders."""
    top: list[Run] = []
    middle: list[Run] = []
    bottom: list[Run] = []
    for number, group in enumerate(groups):
        if number:
            for line in (top, middle, bottom):
                line.append((" ", "text"))
        for index, one in enumerate(group):
            cells = widths[number][index] if widths else one.width
            top += [("┌" if index == 0 else "┬", "frame"), *_edge(one.caption, cells)]
            middle += [("│ ", "frame"), *fill_line(one.runs, cells - 2), (" ", "text")]
            bottom += [("└" if index == 0 else "┴", "frame"), *_edge(one.note, cells)]
        top.append(("┐", "frame"))
        middle.append(("│", "frame"))
        bottom.append(("┘", "frame"))
    return [tuple(top), tuple(middle), tuple(bottom)]


def flow(groups: Sequence[Group], width: int) -> list[Line]:
    """Groups side by side as far as there is room, then on the next row; a group may be split."""
    widest = max(3, width - 2)
    rows: list[list[Group]] = [[]]
    used = 0
    for group in groups:
        for piece in _pieces(group, width, widest):
            need = group_width(piece, widest)
            if rows[-1] and used + 1 + need > width:
                rows.append([])
                used = 0
            used += need + (1 if rows[-1] else 0)
            rows[-1].append(piece)
    lines: list[Line] = []
    for row in rows:
        if row:
            widths = [[min(one.width, widest) for one in group] for group in row]
            lines += draw_row(row, widths)
    return lines


def grid(groups: Sequence[Group], width: int, widest: int = 34) -> list[Line]:
    """Groups in rows and columns, so that their borders line up; read row by row.

    All groups have equally many boxes, but the last may have fewer. Where there are several
    columns no box is wider than ``widest``; a single one gives way as far as it must.
    """
    natural = [[one.width for one in group] for group in groups]
    for count in range(min(len(groups), width // 4), 1, -1):
        widths = _columns(natural, count, widest)
        if sum(sum(column) + len(column) + 2 for column in widths) - 1 <= width:
            lines: list[Line] = []
            for at in range(0, len(groups), count):
                lines += draw_row(groups[at : at + count], widths)
            return lines
    column = _columns(natural, 1, width)[0]
    surplus = sum(column) + len(column) + 1 - width
    largest = max(range(len(column)), key=column.__getitem__)
    if column[largest] - surplus < min(column[largest], _NARROW):
        return flow(groups, width)
    column[largest] -= max(surplus, 0)
    return [line for group in groups for line in draw_row([group], [column])]


_NARROW = 8


def beside(lines: list[Line], group: Group, width: int) -> list[Line]:
    """A group set after the last row of boxes, or below it where there is no room."""
    box = draw_row([group])
    if len(lines) < len(box) or max(map(line_width, lines[-3:])) + 1 + group_width(group) > width:
        return lines + flow([group], width)
    joined = [(*line, (" ", "text"), *more) for line, more in zip(lines[-3:], box, strict=True)]
    return lines[:-3] + joined


def _columns(natural: Sequence[Sequence[int]], count: int, widest: int) -> list[list[int]]:
    """Widths of the boxes of each column when ``count`` groups stand in a row."""
    columns: list[list[int]] = []
    for number in range(count):
        column = [0] * len(natural[number])
        for widths in natural[number::count]:
            for index, cells in enumerate(widths):
                column[index] = max(column[index], min(cells, widest))
        columns.append(column)
    return columns


def _pieces(group: Group, width: int, widest: int) -> list[Group]:
    """A group that is wider than the screen, cut between its boxes."""
    if group_width(group, widest) <= width:
        return [group]
    pieces: list[Group] = []
    piece: list[Cell] = []
    for one in group:
        if piece and group_width([*piece, one], widest) > width:
            pieces.append(piece)
            piece = []
        piece.append(one)
    return [*pieces, piece]


def _edge(label: str, cells: int) -> list[Run]:
    """A border with a label set into it."""
    label = clip(label, cells - 2)
    if not label:
        return [("─" * cells, "frame")]
    rest = "─" * (cells - 2 - width_of(label))
    return [(" ", "frame"), (label, "label"), (" " + rest, "frame")]
