"""Lanes one under the other: a name, what it looked like over time, and figures in columns.

                 queue over time                          done  lost   latency
► RPOP           ···········▄███▄·············▄███▄···      36    12     1.1 s
  LMOVE          ···········▄▄▄▄▄·············▄▄▄▄▄···      33     0    475 ms
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from tutor.diagrams.canvas import Line, Run, clip_line, fill_line, pad, width_of

LEAST_STRIP = 16
"""A column is left out before what a lane looked like gets narrower."""


class Cell(NamedTuple):
    """A figure as text, and whether it is bad news."""

    text: str
    bad: bool = False


class Row(NamedTuple):
    """A lane. ``strip(cells)`` is what it looked like, exactly so wide."""

    name: str
    strip: Callable[[int], Sequence[Run]]
    figures: Sequence[Cell]


def draw_table(
    title: str, heads: Sequence[str], rows: Sequence[Row], chosen: int, width: int
) -> list[Line]:
    """The titles, and a line for each lane; ``chosen`` has a mark. ``title``: of the strips. The
    last columns are left out where there is no room for them."""
    column = min(max(width_of(row.name) for row in rows) + 3, max(width // 3, 10))
    rooms = [max(width_of(head), *(width_of(row.figures[at].text) for row in rows)) + 2
             for at, head in enumerate(heads)]  # fmt: skip
    while len(rooms) > 2 and width - column - sum(rooms) < LEAST_STRIP:
        rooms.pop()
    cells = max(width - column - sum(rooms), 6)
    first: list[Run] = [(pad("", column), "text"), (pad(title, cells), "label")]
    for head, room in zip(heads, rooms, strict=False):
        first.append((_right(head, room), "label"))
    lines: list[Line] = [clip_line(first, width)]
    for at, row in enumerate(rows):
        mark: Run = ("►", "changed") if at == chosen else (" ", "text")
        name: Run = (row.name, "title" if at == chosen else "text")
        runs: list[Run] = [*fill_line([mark, (" ", "text"), name], column), *row.strip(cells)]
        for figure, room in zip(row.figures, rooms, strict=False):
            runs.append((_right(figure.text, room), "warning" if figure.bad else "header"))
        lines.append(clip_line(runs, width))
    return lines


def _right(text: str, width: int) -> str:
    return " " * (width - width_of(text)) + text
