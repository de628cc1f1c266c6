"""A drawing as SVG: exact columns in any font, readable by machines, no script and no font in it.

Words carry their own place and length, so that a viewer whose font is wider or narrower keeps the
columns; frames, bars and arrowheads are geometry. ``<title>`` and ``<desc>`` hold the key's name
and the text twin for screen readers.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Literal
from xml.sax.saxutils import escape

from tutor.diagrams.canvas import Drawing, Line, Role, line_width
from tutor.diagrams.export.shapes import Area, Head, Shapes, Stroke, Word, shapes_of
from tutor.diagrams.palette import DARK, LIGHT, ROLES, Palette, look

Theme = Literal["dark", "light", "auto"]

CELL_WIDTH = 10
CELL_HEIGHT = 22
_BASELINE = 16
_FONT_SIZE = 16.6
"""At this size a glyph of DejaVu Sans Mono, 1233 of 2048 units wide, is as wide as a cell."""

_FONTS = "DejaVu Sans Mono,Menlo,Consolas,Liberation Mono,Noto Sans Mono,monospace"
_MARGIN = 20
_BAR = 34
_PIXELS = 0.9
"""CSS pixels to one unit: letters of 15 pixels."""

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_RULE = {1: 1.5, 2: 3.4}
"""Widths of a light and of a heavy line."""


def svg(drawing: Drawing, theme: Theme = "dark", title: Line = (), name: str = "") -> str:
    """The drawing as an SVG document.

    ``title`` is a line of its own in a bar above; ``name`` is what the picture is called (by
    default the words of that line). The theme ``auto`` follows the reader's preference.
    """
    cells = max(map(line_width, (*drawing.lines, title)), default=0)
    width = max(cells, 1) * CELL_WIDTH + 2 * _MARGIN
    top = (_BAR if title else 0) + _MARGIN
    height = top + max(len(drawing.lines), 1) * CELL_HEIGHT + _MARGIN - 4
    name = name or "".join(text for text, _role in title).strip()
    shapes = shapes_of(drawing.lines)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="t d" '
        f'viewBox="0 0 {width} {height}" width="{_figure(width * _PIXELS)}" '
        f'height="{_figure(height * _PIXELS)}">',
        f'<title id="t">{_text(name)}</title>',
        f'<desc id="d">{_text(drawing.text)}</desc>',
        f"<style>{''.join(_style(theme, _roles(shapes, title)))}</style>",
        f'<rect class="ground" width="{width}" height="{height}" rx="10"/>',
    ]
    if title:
        edge = f"M0 {_BAR}V10a10 10 0 0 1 10-10H{width - 10}a10 10 0 0 1 10 10V{_BAR}z"
        parts.append(f'<path class="bar" d="{edge}"/>')
        parts += _group(shapes_of([title]), _MARGIN, (_BAR - CELL_HEIGHT) // 2)
    parts += _group(shapes, _MARGIN, top)
    return "\n".join([*parts, "</svg>\n"])


def _group(shapes: Shapes, x: int, y: int) -> list[str]:
    return [f'<g transform="translate({x},{y})">', *_geometry(shapes), *_words(shapes), "</g>"]


def _geometry(shapes: Shapes) -> Iterator[str]:
    """One path for all shapes that look the same."""
    filled: dict[tuple[float, Role], list[str]] = defaultdict(list)
    drawn: dict[tuple[int, Role], list[str]] = defaultdict(list)
    for area in shapes.areas:
        filled[area.strength, area.role].append(_area(area))
    for head in shapes.heads:
        filled[1, head.role].append(_head(head))
    for stroke in shapes.strokes:
        drawn[stroke.weight, stroke.role].append(_stroke(stroke))
    for (strength, role), paths in filled.items():
        pale = f' fill-opacity="{_figure(strength)}"' if strength < 1 else ""
        yield f'<path class="{role}"{pale} d="{"".join(paths)}"/>'
    for (weight, role), paths in drawn.items():
        width = _figure(_RULE[weight])
        yield f'<path class="{role} line" stroke-width="{width}" d="{"".join(paths)}"/>'


def _area(area: Area) -> str:
    left, right = area.left * CELL_WIDTH, area.right * CELL_WIDTH
    top, bottom = area.top * CELL_HEIGHT, area.bottom * CELL_HEIGHT
    return (
        f"M{_figure(left)} {_figure(top)}h{_figure(right - left)}"
        f"v{_figure(bottom - top)}h{_figure(left - right)}z"
    )


def _head(head: Head) -> str:
    points = (f"{_figure(x * CELL_WIDTH)} {_figure(y * CELL_HEIGHT)}" for x, y in head.points)
    return "M" + "L".join(points) + "z"


def _stroke(stroke: Stroke) -> str:
    start = f"M{_figure(stroke.x * CELL_WIDTH)} {_figure(stroke.y * CELL_HEIGHT)}"
    if stroke.y == stroke.y2:
        return f"{start}h{_figure((stroke.x2 - stroke.x) * CELL_WIDTH)}"
    return f"{start}v{_figure((stroke.y2 - stroke.y) * CELL_HEIGHT)}"


def _words(shapes: Shapes) -> Iterator[str]:
    for word in shapes.words:
        x, y = word.column * CELL_WIDTH, word.row * CELL_HEIGHT + _BASELINE
        yield (
            f'<text class="{word.role}" x="{x}" y="{y}" '
            f'textLength="{_length(word)}">{_text(word.text)}</text>'
        )


def _length(word: Word) -> int:
    return word.cells * CELL_WIDTH


def _roles(shapes: Shapes, title: Line) -> Sequence[Role]:
    """The roles that are in use, so that no rule is written for nothing."""
    used: set[str] = {word.role for word in shapes.words} | {head.role for head in shapes.heads}
    used |= {area.role for area in shapes.areas} | {stroke.role for stroke in shapes.strokes}
    used |= {role for _text, role in title}
    return [role for role in _ALL if role in used]


_ALL: Sequence[Role] = tuple(ROLES)  # type: ignore[arg-type]


def _style(theme: Theme, roles: Sequence[Role]) -> Iterator[str]:
    yield f"text{{font:{_FONT_SIZE}px {_FONTS};white-space:pre}}"
    palettes = {"dark": DARK, "light": LIGHT, "auto": LIGHT}
    yield from _colours(palettes[theme], roles)
    if theme == "auto":
        yield "@media(prefers-color-scheme:dark){"
        yield from _colours(DARK, roles)
        yield "}"


def _colours(palette: Palette, roles: Sequence[Role]) -> Iterator[str]:
    yield f".ground{{fill:{palette.background}}}.bar{{fill:{palette.surface}}}"
    for role in roles:
        colour, bold = look(role, palette)
        weight = ";font-weight:bold" if bold else ""
        yield f".{role}{{fill:{colour}{weight}}}.{role}.line{{stroke:{colour}}}"
    yield ".line{fill:none;stroke-linecap:square}"


def _text(text: str) -> str:
    """Text for XML: what a document may not hold becomes the replacement character."""
    return escape(_FORBIDDEN.sub("�", text))


def _figure(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")
