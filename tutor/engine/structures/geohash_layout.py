"""Places of a sorted set for a look: what the bits of each score say, and a grid of cells around.

    score    x25 y25 x24 y24 … x0 y0         x: longitude, y: latitude
    cell     the first 2 × step bits          the map halved so often each way

The grid is made of cells of one step, so each of its squares is one range of scores.
Source: redis 7.0, geohash.c, geohash_helper.c.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tutor.engine.structures.geohash import (
    STEPS,
    Area,
    Cell,
    Point,
    cell_of,
    cells_covering,
    distance,
    point_of,
    text_of_score,
)

SCORE_BITS = 2 * STEPS
LEAST_SCORE = 1 << 42
"""Scores below this lie in the ice of the Antarctic (west of 168° W, south of 79° S): a set with
such scores is hardly one of places."""

_ALONE = 10


@dataclass(frozen=True, slots=True)
class PlaceLayout:
    """A member, its score, and what the score stands for: the middle of its smallest cell."""

    member: bytes
    score: int
    point: Point
    geohash: bytes

    @property
    def longitude_bits(self) -> str:
        """The 26 bits of the longitude, the highest first."""
        return f"{self.score:0{SCORE_BITS}b}"[::2]

    @property
    def latitude_bits(self) -> str:
        """The 26 bits of the latitude, the highest first."""
        return f"{self.score:0{SCORE_BITS}b}"[1::2]

    def cell(self, step: int) -> Cell:
        """The cell of so many halvings in which the place lies."""
        x, y = self.longitude_bits[:step], self.latitude_bits[:step]
        return Cell(int(x, 2), int(y, 2), step)


def is_place(score: float) -> bool:
    """Whether a score may be a geohash that GEOADD has written (but for places at 180° E exactly,
    whose scores have a bit more)."""
    return LEAST_SCORE <= score < 1 << SCORE_BITS and score == int(score)


def place_layout(member: bytes, score: float) -> PlaceLayout:
    """What a score says; it is one of which `is_place` holds."""
    return PlaceLayout(member, int(score), point_of(score), text_of_score(score))


@dataclass(frozen=True, slots=True)
class GridLayout:
    """Cells of one step side by side: ``columns`` to the east of and with ``west``, ``rows`` to the
    north of and with ``south``. A grid may reach over the edge of the map."""

    step: int
    west: int
    south: int
    columns: int
    rows: int

    def cell(self, column: int, row: int) -> Cell:
        """The cell of a square; columns from the west, rows from the south."""
        return Cell(self.west, self.south, self.step).moved(column, row)

    def square(self, cell: Cell) -> tuple[int, int] | None:
        """The column and row of a cell of this step, None outside the grid."""
        column, row = (cell.x - self.west) % (1 << self.step), cell.y - self.south
        return (column, row) if column < self.columns and 0 <= row < self.rows else None

    def within(self, point: Point) -> tuple[float, float] | None:
        """A place in columns from the west and rows from the south; None outside the grid."""
        cell = cell_of(point, self.step)
        square = self.square(cell)
        if square is None:
            return None
        longitude, latitude = point
        across = (longitude - cell.west) / (cell.east - cell.west)
        up = (latitude - cell.south) / (cell.north - cell.south)
        return square[0] + across, square[1] + up

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in metres of the cell in the middle."""
        cell = self.cell(self.columns // 2, self.rows // 2)
        middle = (cell.south + cell.north) / 2
        # the distance over more than half of the earth would be that of the other way round
        width = distance((0.0, middle), ((cell.east - cell.west) / 2, middle)) * 2
        return width, distance((cell.west, cell.south), (cell.west, cell.north))


def grid_around(places: Sequence[PlaceLayout], columns: int, rows: int) -> GridLayout:
    """The finest grid that holds all places in at most so many columns and rows; of one place, its
    cell and the eight around."""
    for step in range(STEPS, 0, -1):
        cells = {place.cell(step) for place in places}
        west, east = min(cell.x for cell in cells), max(cell.x for cell in cells)
        south, north = min(cell.y for cell in cells), max(cell.y for cell in cells)
        if len(cells) == 1 and step > _ALONE:
            continue
        if len(cells) == 1:
            return _neighbours(next(iter(cells)))
        if east - west < columns and north - south < rows:
            return GridLayout(step, west, south, east - west + 1, north - south + 1)
    return GridLayout(1, 0, 0, 2, 2)


def _neighbours(cell: Cell) -> GridLayout:
    west = cell.moved(-1, 0).x
    south, north = max(cell.y - 1, 0), min(cell.y + 1, (1 << cell.step) - 1)
    return GridLayout(cell.step, west, south, min(3, 1 << cell.step), north - south + 1)


def grid_of_search(area: Area) -> tuple[GridLayout, list[Cell]]:
    """The cells in which an area is searched, in their order, and the grid of the nine cells of
    which these are a choice."""
    cells = list(cells_covering(area))
    return _neighbours(cells[0]), cells
