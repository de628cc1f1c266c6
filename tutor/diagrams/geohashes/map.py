"""Places on a grid of geohash cells: letters where they lie, degrees at the edges.

38.7 ┌─────┬─────┐
     │     │ b   │
38.1 ├─────┼─────┤
     │ a   │     │
37.5 └─────┴─────┘
   12.7  14.1  15.5
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import groupby

from tutor.diagrams.canvas import MARK, Line, Role, clip_line
from tutor.engine.structures.geohash import Cell, Point
from tutor.engine.structures.geohash_layout import GridLayout, PlaceLayout

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_TALLEST = 24
_WIDEST_CELL, _HIGHEST_CELL = 24, 6
_NARROWEST_CELL = 5
_MOST_ROWS = 6
_AIR = 9
"""Cells left of the grid for degrees."""


def squares(width: int) -> tuple[int, int]:
    """How many columns and rows of cells there is room for."""
    return max((width - _AIR - 1) // (_NARROWEST_CELL + 1), 1), _MOST_ROWS


def letters_of(places: Sequence[PlaceLayout]) -> list[str]:
    """A sign for each place; those beyond the alphabet share one."""
    return [LETTERS[at] if at < len(LETTERS) else "■" for at in range(len(places))]


class _Sheet:
    """A rectangle of cells that are set one by one."""

    def __init__(self, columns: int, rows: int) -> None:
        self.columns, self.rows = columns, rows
        self._cells: dict[tuple[int, int], tuple[str, Role]] = {}

    def put(self, x: int, y: int, sign: str, role: Role) -> None:
        if 0 <= x < self.columns and 0 <= y < self.rows:
            self._cells[x, y] = (sign, role)

    def word(self, x: int, y: int, text: str, role: Role) -> None:
        for at, sign in enumerate(text):
            self.put(x + at, y, sign, role)

    def taken(self, x: int, y: int) -> bool:
        """Whether a place stands there already."""
        return self._cells.get((x, y), (" ", "frame"))[1] in ("key", "changed")

    def place(
        self,
        grid: GridLayout,
        where: tuple[float, float],
        size: tuple[int, int],
        letter: str,
        new: bool,
    ) -> None:
        """A letter at a place, or on the nearest free cell to the right of it."""
        column = int(where[0])
        left = _AIR + column * (size[0] + 1) + 1
        x, y = _spot(grid, where, size)
        x = max(x, left + (new and size[0] > 1))
        at = next((at for at in range(x, left + size[0]) if not self.taken(at, y)), x)
        self.put(at, y, letter, "changed" if new else "key")
        if new and at > left and not self.taken(at - 1, y):
            self.put(at - 1, y, MARK, "changed")

    def lines(self) -> list[Line]:
        lines: list[Line] = []
        for y in range(self.rows):
            row = [self._cells.get((x, y), (" ", "text")) for x in range(self.columns)]
            lines.append(
                tuple(
                    ("".join(sign for sign, _role in group), role)
                    for role, group in groupby(row, key=lambda one: one[1])
                )
            )
        return lines


def draw_grid(
    grid: GridLayout,
    places: Sequence[PlaceLayout],
    new: Sequence[bool],
    order: Mapping[Cell, int],
    centre: Point | None,
    width: int,
) -> list[Line]:
    """The grid with its places, those marked that are ``new``; ``order`` numbers cells from 1, a
    ``centre`` gets a cross."""
    across = max(min((width - _AIR - 1) // grid.columns - 1, _WIDEST_CELL), 2)
    down = max(min(across // 4, _TALLEST // grid.rows - 1, _HIGHEST_CELL), 1)
    sheet = _Sheet(_AIR + grid.columns * (across + 1) + 1, grid.rows * (down + 1) + 2)
    _lines_of(sheet, grid, across, down)
    _degrees(sheet, grid, across, down)
    for cell, number in order.items():
        square = grid.square(cell)
        if square is not None:
            x = _AIR + square[0] * (across + 1) + 2
            y = (grid.rows - 1 - square[1]) * (down + 1)
            sheet.word(x, y, f" {number} "[: max(across - 2, 1)], "header")
    middle = None if centre is None else grid.within(centre)
    if middle is not None:
        sheet.put(*_spot(grid, middle, (across, down)), "×", "warning")
    signs = zip(places, letters_of(places), new, strict=True)
    for place, letter, fresh in signs:
        where = grid.within(place.point)
        if where is not None:
            sheet.place(grid, where, (across, down), letter, fresh)
    return [clip_line(line, width) for line in sheet.lines()]


def _spot(grid: GridLayout, where: tuple[float, float], size: tuple[int, int]) -> tuple[int, int]:
    """The cell of the sheet for a place, told in columns and rows of the grid."""
    (across, down), (east, north) = size, where
    column, row = int(east), int(north)
    x = _AIR + column * (across + 1) + 1 + min(int((east - column) * across), across - 1)
    y = (grid.rows - 1 - row) * (down + 1) + down - min(int((north - row) * down), down - 1)
    return x, y


def _lines_of(sheet: _Sheet, grid: GridLayout, across: int, down: int) -> None:
    for row in range(grid.rows + 1):
        for x in range(grid.columns * (across + 1) + 1):
            column, rest = divmod(x, across + 1)
            sign = "─" if rest else _corner(column, row, grid)
            sheet.put(_AIR + x, row * (down + 1), sign, "frame")
    for column in range(grid.columns + 1):
        for y in range(grid.rows * (down + 1) + 1):
            if y % (down + 1):
                sheet.put(_AIR + column * (across + 1), y, "│", "frame")


def _corner(column: int, row: int, grid: GridLayout) -> str:
    place = 0 if column == 0 else 2 if column == grid.columns else 1
    return ("┌┬┐", "├┼┤", "└┴┘")[0 if row == 0 else 2 if row == grid.rows else 1][place]


def _degrees(sheet: _Sheet, grid: GridLayout, across: int, down: int) -> None:
    """Latitudes left of the lines, longitudes under them as far as they do not touch."""
    digits = _digits(360 / (1 << grid.step))
    for row in range(grid.rows):
        cell = grid.cell(0, row)
        y = (grid.rows - row) * (down + 1)
        sheet.word(0, y, f"{cell.south:>{_AIR - 1}.{_digits(170 / (1 << grid.step))}f}", "label")
        if row == grid.rows - 1:
            degrees = f"{cell.north:>{_AIR - 1}.{_digits(170 / (1 << grid.step))}f}"
            sheet.word(0, 0, degrees, "label")
    free = 0
    for column in range(grid.columns + 1):
        last = column == grid.columns
        cell = grid.cell(column - last, 0)
        text = f"{cell.east if last else cell.west:.{digits}f}"
        x = max(_AIR + column * (across + 1) - len(text) // 2, 0)
        x = min(x, sheet.columns - len(text))
        if x >= free:
            sheet.word(x, sheet.rows - 1, text, "label")
            free = x + len(text) + 1


def _digits(degrees: float) -> int:
    """Digits after the point that tell one line from the next."""
    return max(0, min(5, 1 - math.floor(math.log10(degrees))))
