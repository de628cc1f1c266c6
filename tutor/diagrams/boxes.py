"""Rows of adjacent boxes: the way memory that lies side by side is drawn.

    ┌ total ┬ count ┐ ┌ 6-bit str ┬ 6-bit str ┐
    │ 55    │ 6     │ │ name      │ Alice     │
    └ 4 ────┴ 2 ────┘ └ 1+4+1 ────┴ 1+5+1 ────┘

The caption over a cell says what it is, the note under it how many bytes it takes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tutor.diagrams.canvas import MARK, Line, Role, Run, clip, pad, width_of


@dataclass(frozen=True, slots=True)
class Cell:
    """One box; ``changed`` puts `MARK` before its text."""

    text: str
    caption: str = ""
    note: str = ""
    role: Role = "payload"
    changed: bool = False

    @property
    def shown(self) -> str:
        return MARK + self.text if self.changed else self.text

    def width(self, most: int) -> int:
        """Cells between the borders, one space of air on each side included."""
        widest = max(width_of(self.shown), width_of(self.caption), width_of(self.note))
        return max(3, min(widest + 2, most))


Group = Sequence[Cell]


def flow(groups: Sequence[Group], width: int, widest_cell: int = 40) -> list[Line]:
    """Groups of touching boxes, side by side, wrapped to ``width``; a group may be split."""
    widest = max(4, min(widest_cell, width - 2))
    rows: list[list[Group]] = [[]]
    used = 0
    for group in groups:
        for piece in _pieces(group, width, widest):
            need = _group_width(piece, widest)
            if rows[-1] and used + 1 + need > width:
                rows.append([])
                used = 0
            used += need + (1 if rows[-1] else 0)
            rows[-1].append(piece)
    lines: list[Line] = []
    for row in rows:
        if row:
            lines += _draw_row(row, widest)
    return lines


def _group_width(group: Group, widest: int) -> int:
    return sum(cell.width(widest) + 1 for cell in group) + 1


def _pieces(group: Group, width: int, widest: int) -> list[Group]:
    """A group that is wider than the screen, cut between its boxes."""
    if _group_width(group, widest) <= width:
        return [group]
    pieces: list[Group] = []
    piece: list[Cell] = []
    for cell in group:
        if piece and _group_width([*piece, cell], widest) > width:
            pieces.append(piece)
            piece = []
        piece.append(cell)
    return [*pieces, piece] if piece else pieces


def _draw_row(groups: Sequence[Group], widest: int) -> list[Line]:
    top: list[Run] = []
    middle: list[Run] = []
    bottom: list[Run] = []
    for number, group in enumerate(groups):
        if number:
            for line in (top, middle, bottom):
                line.append((" ", "text"))
        for index, cell in enumerate(group):
            cells = cell.width(widest)
            top += [("┌" if index == 0 else "┬", "frame"), *_edge(cell.caption, cells)]
            role: Role = "changed" if cell.changed else cell.role
            middle += [("│", "frame"), (" " + pad(cell.shown, cells - 2) + " ", role)]
            bottom += [("└" if index == 0 else "┴", "frame"), *_edge(cell.note, cells)]
        top.append(("┐", "frame"))
        middle.append(("│", "frame"))
        bottom.append(("┘", "frame"))
    return [tuple(top), tuple(middle), tuple(bottom)]


def _edge(label: str, cells: int) -> list[Run]:
    """A border with a label set into it."""
    if not label:
        return [("─" * cells, "frame")]
    label = clip(label, cells - 2)
    return [
        (" ", "frame"),
        (label, "label"),
        (" ", "frame"),
        ("─" * (cells - 2 - width_of(label)), "frame"),
    ]
