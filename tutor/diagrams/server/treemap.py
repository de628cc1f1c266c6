"""Blocks whose areas stand to one another as their weights, sharing their borders.

┌───────────────┬─────────┐
│ board         │ user:1  │
│ zset          ├────┬────┤
│ 3.4 KB        │ a  │ b  │
└───────────────┴────┴────┘
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tutor.diagrams.canvas import Line, Run, fill_line

NARROWEST = 11
"""Columns of a block with one border."""

LOWEST = 2
"""Rows of a block with one border."""

_UP, _RIGHT, _DOWN, _LEFT = 1, 2, 4, 8
_SIGNS = "   └ │┌├ ┘─┴┐┤┬┼"


@dataclass(frozen=True, slots=True)
class Tile:
    """A block at column ``x`` and row ``y``; its borders lie on x, x + width, y and y + height."""

    index: int
    x: int
    y: int
    width: int
    height: int


def tiles(weights: Sequence[int], width: int, height: int) -> list[Tile] | None:
    """Places for blocks on a canvas of so many cells, borders included; None if they do not all
    fit. The weights come sorted; small ones get more than their share."""
    if width < NARROWEST + 1 or height < LOWEST + 1:
        return None
    return _place(list(enumerate(weights)), Tile(0, 0, 0, width - 1, height - 1))


def _place(items: list[tuple[int, int]], room: Tile) -> list[Tile] | None:
    if len(items) == 1:
        return [Tile(items[0][0], room.x, room.y, room.width, room.height)]
    across = room.width > 2 * room.height + 2
    cut = _halfway(items)
    share = sum(weight for _, weight in items[:cut]) / max(sum(weight for _, weight in items), 1)
    for sideways in (across, not across):
        extent = room.width if sideways else room.height
        least = NARROWEST if sideways else LOWEST
        if extent < 2 * least:
            continue
        at = max(least, min(round(extent * share), extent - least))
        first, second = _cut(room, at, sideways)
        left, right = _place(items[:cut], first), _place(items[cut:], second)
        if left is not None and right is not None:
            return left + right
    return None


def _cut(room: Tile, at: int, sideways: bool) -> tuple[Tile, Tile]:
    if sideways:
        return (
            Tile(0, room.x, room.y, at, room.height),
            Tile(0, room.x + at, room.y, room.width - at, room.height),
        )
    return (
        Tile(0, room.x, room.y, room.width, at),
        Tile(0, room.x, room.y + at, room.width, room.height - at),
    )


def _halfway(items: list[tuple[int, int]]) -> int:
    """How many of the first items weigh about half."""
    half, weight = sum(weight for _, weight in items) / 2, 0
    for at, (_, one) in enumerate(items[:-1], 1):
        if weight + one >= half:
            closer = at - 1 if at > 1 and half - weight < weight + one - half else at
            return max(closer, 1)
        weight += one
    return len(items) - 1


def draw_tiles(placed: Sequence[Tile], texts: Sequence[Sequence[Line]]) -> list[Line]:
    """The blocks with their borders; ``texts`` are the lines of each by its index."""
    width = max(tile.x + tile.width for tile in placed) + 1
    height = max(tile.y + tile.height for tile in placed) + 1
    borders = [[0] * width for _ in range(height)]
    inside: dict[tuple[int, int], tuple[int, Line]] = {}
    for tile in placed:
        _outline(borders, tile)
        lines = list(texts[tile.index])
        for row in range(tile.height - 1):
            text = lines[row] if row < len(lines) else ()
            inner = fill_line(((" ", "text"), *text), tile.width - 1)
            inside[tile.x + 1, tile.y + 1 + row] = tile.width - 1, inner
    return [_row(borders[y], y, inside) for y in range(height)]


def _outline(borders: list[list[int]], tile: Tile) -> None:
    right, bottom = tile.x + tile.width, tile.y + tile.height
    for y in (tile.y, bottom):
        for x in range(tile.x, right):
            borders[y][x] |= _RIGHT
            borders[y][x + 1] |= _LEFT
    for x in (tile.x, right):
        for y in range(tile.y, bottom):
            borders[y][x] |= _DOWN
            borders[y + 1][x] |= _UP


def _row(borders: Sequence[int], y: int, inside: dict[tuple[int, int], tuple[int, Line]]) -> Line:
    runs: list[Run] = []
    x = 0
    while x < len(borders):
        if (x, y) in inside:
            cells, text = inside[x, y]
            runs += text
            x += cells
            continue
        start = x
        while x < len(borders) and (x, y) not in inside:
            x += 1
        runs.append(("".join(_SIGNS[bits] for bits in borders[start:x]), "frame"))
    return tuple(runs)
