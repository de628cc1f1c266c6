"""A drawing as shapes, for pictures in files: words stay words, frames and bars become geometry.

A font leaves seams between box characters wherever a line is higher than a glyph, and fonts differ
in the width of arrowheads. So frames are drawn as lines, ``█`` and its kin as rectangles,
arrowheads as polygons, and only what is to be read is text. Coordinates are cells: column 3 spans
[3, 4).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from wcwidth import wcwidth

from tutor.diagrams.canvas import Line, Role

_ARMS = ("lr", "ud", "rd", "ld", "ru", "lu", "udr", "udl", "lrd", "lru", "lrud")
"""Left, right, up, down: where the lines of each sign below lead from the middle of its cell."""
_WEIGHTS = ((1, "─│┌┐└┘├┤┬┴┼"), (2, "━┃┏┓┗┛┣┫┳┻╋"), (1, "─│╭╮╰╯"))
_STROKES: Mapping[str, tuple[str, int]] = {
    sign: (arms, weight)
    for weight, signs in _WEIGHTS
    for sign, arms in zip(signs, _ARMS, strict=False)
}


class Block(NamedTuple):
    """A rectangle within a cell (fractions of it), and how strongly it is filled, 0 to 1."""

    left: float
    top: float
    right: float
    bottom: float
    strength: float = 1.0


_TOP, _BOTTOM = 0.18, 0.82
_BLOCKS: Mapping[str, Block] = {
    "█": Block(0, _TOP, 1, _BOTTOM),
    "▓": Block(0, _TOP, 1, _BOTTOM, 0.75),
    "▒": Block(0, _TOP, 1, _BOTTOM, 0.5),
    "░": Block(0, _TOP, 1, _BOTTOM, 0.25),
    "▀": Block(0, _TOP, 1, 0.5),
    "▄": Block(0, 0.5, 1, _BOTTOM),
    "▌": Block(0, _TOP, 0.5, _BOTTOM),
    "▐": Block(0.5, _TOP, 1, _BOTTOM),
    "■": Block(0.05, 0.2, 0.95, 0.8),
    **{chr(0x2580 + n): Block(0, 1 - n / 8, 1, 1) for n in (1, 2, 3, 5, 6, 7)},
    **{chr(0x2590 - n): Block(0, _TOP, n / 8, _BOTTOM) for n in (1, 2, 3, 5, 6, 7)},
}

Points = tuple[tuple[float, float], ...]
_HEADS: Mapping[str, Points] = {
    "►": ((0, 0.27), (0.95, 0.5), (0, 0.73)),
    "◄": ((1, 0.27), (0.05, 0.5), (1, 0.73)),
    "▲": ((0, 0.68), (0.5, 0.3), (1, 0.68)),
    "▼": ((0, 0.32), (0.5, 0.7), (1, 0.32)),
}
_GEOMETRY = frozenset({*_STROKES, *_BLOCKS, *_HEADS})


class Word(NamedTuple):
    """Text at a place; each of its characters takes one cell, or two if it is ``wide``."""

    row: int
    column: int
    text: str
    cells: int
    wide: bool
    role: Role


class Stroke(NamedTuple):
    """A straight line through the middle of cells, from (x, y) to (x2, y2); ``weight`` 1 or 2."""

    x: float
    y: float
    x2: float
    y2: float
    weight: int
    role: Role


class Area(NamedTuple):
    """A rectangle, filled as strongly as its block says."""

    left: float
    top: float
    right: float
    bottom: float
    strength: float
    role: Role


class Head(NamedTuple):
    """An arrowhead: a filled polygon."""

    points: Points
    role: Role


@dataclass(frozen=True, slots=True)
class Shapes:
    """Everything to be drawn: geometry lies beneath words."""

    strokes: tuple[Stroke, ...]
    areas: tuple[Area, ...]
    heads: tuple[Head, ...]
    words: tuple[Word, ...]


def shapes_of(lines: Sequence[Line]) -> Shapes:
    """Take lines of a drawing apart. What adjoins and looks the same becomes one shape."""
    words: list[Word] = []
    areas: list[Area] = []
    heads: list[Head] = []
    flat: dict[tuple[int, int, Role], list[int]] = defaultdict(list)
    upright: dict[tuple[int, int, Role], list[int]] = defaultdict(list)
    for row, line in enumerate(lines):
        column = 0
        for text, role in line:
            words += _words(text, role, row, column)
            for sign, cells in clusters(text):
                if sign in _STROKES:
                    arms, weight = _STROKES[sign]
                    at = {"l": 2 * column, "r": 2 * column + 1, "u": 2 * row, "d": 2 * row + 1}
                    for arm in arms:
                        if arm in "lr":
                            flat[row, weight, role].append(at[arm])
                        else:
                            upright[column, weight, role].append(at[arm])
                elif sign in _BLOCKS:
                    _add_area(areas, _BLOCKS[sign], row, column, role)
                elif sign in _HEADS:
                    points = tuple((column + x, row + y) for x, y in _HEADS[sign])
                    heads.append(Head(points, role))
                column += cells
    strokes = [
        Stroke(start / 2, row + 0.5, stop / 2, row + 0.5, weight, role)
        for (row, weight, role), halves in flat.items()
        for start, stop in _spans(halves)
    ]
    strokes += [
        Stroke(column + 0.5, start / 2, column + 0.5, stop / 2, weight, role)
        for (column, weight, role), halves in upright.items()
        for start, stop in _spans(halves)
    ]
    return Shapes(tuple(strokes), tuple(areas), tuple(heads), tuple(words))


def clusters(text: str) -> Iterator[tuple[str, int]]:
    """Characters with the marks that sit on them, and the cells each takes."""
    cluster = ""
    for character in text:
        cells = wcwidth(character)
        if cells > 0 and cluster:
            yield cluster, max(wcwidth(cluster[0]), 0)
            cluster = ""
        cluster += character
    if cluster:
        yield cluster, max(wcwidth(cluster[0]), 0)


def _words(text: str, role: Role, row: int, column: int) -> Iterator[Word]:
    """The readable parts of a run: cut at geometry, at gaps, and where the width changes."""
    start, kept, cells, wide = column, "", 0, False
    for sign, width in clusters(text):
        ends = sign in _GEOMETRY or (sign == " " and kept.endswith(" "))
        if kept and (ends or (width == 2) != wide):
            yield Word(row, start, kept.rstrip(" "), cells - kept.endswith(" "), wide, role)
            kept, cells = "", 0
        if not (ends or (sign == " " and not kept)):
            if not kept:
                start, wide = column, width == 2
            kept += sign
            cells += width
        column += width
    if kept:
        yield Word(row, start, kept.rstrip(" "), cells - kept.endswith(" "), wide, role)


def _add_area(areas: list[Area], block: Block, row: int, column: int, role: Role) -> None:
    """A rectangle, or the last one made longer if this adjoins it."""
    left, right = column + block.left, column + block.right
    top, bottom = row + block.top, row + block.bottom
    last = areas[-1] if areas else None
    if last is not None and last == (last.left, top, left, bottom, block.strength, role):
        areas[-1] = last._replace(right=right)
    else:
        areas.append(Area(left, top, right, bottom, block.strength, role))


def _spans(halves: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Half cells, in ascending order, as half-open ranges without a gap."""
    start = stop = halves[0]
    for half in halves:
        if half > stop:
            yield start, stop
            start = half
        stop = half + 1
    yield start, stop
