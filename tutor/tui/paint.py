"""Rows of coloured text: the one form in which every widget here holds what it shows.

A row is a tuple of pieces, a piece is text and its role (`theme.ROLES`). Rows are immutable, so
two of them compare equal exactly if the screen would look the same: that is how a widget finds
which lines to repaint.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style as RichStyle
from textual.app import App
from textual.content import Content
from textual.strip import Strip
from textual.style import Style

from tutor.course.typography import NO_BREAK
from tutor.tui.theme import PLAIN_ROLES, ROLES


class Piece(NamedTuple):
    """Some text in one role; a click on it runs ``action`` if there is one."""

    text: str
    role: str = ""
    action: str = ""


Row = tuple[Piece, ...]
EMPTY: Row = ()
_WORD = re.compile(r"[^ ]* +|[^ ]+")


def row(*pieces: str | tuple[str, str] | Piece) -> Row:
    """A row of plain strings and (text, role) pairs; empty pieces are left out."""
    made = (Piece(piece) if isinstance(piece, str) else Piece(*piece) for piece in pieces)
    return tuple(piece for piece in made if piece.text)


def with_action(pieces: Row, action: str) -> Row:
    """The row, a click anywhere on it running ``action``."""
    return tuple(piece._replace(action=action) for piece in pieces)


def width_of(pieces: Iterable[Piece]) -> int:
    """Cells that the pieces take."""
    return sum(cell_len(piece.text) for piece in pieces)


def text_of(rows: Iterable[Row]) -> str:
    """The rows as plain text."""
    return "\n".join("".join(piece.text for piece in line) for line in rows)


def plain(text: str) -> str:
    """Text fit for one row: no line breaks, tabs or other control characters."""
    return "".join(
        char if char.isprintable() or char == NO_BREAK else "�" for char in text.expandtabs(4)
    )


def fit(pieces: Row, width: int, ellipsis: str) -> Row:
    """The row cut to ``width`` cells, the cut marked by ``ellipsis``."""
    if width_of(pieces) <= width:
        return pieces
    left, kept = max(width - cell_len(ellipsis), 0), []
    for piece in pieces:
        text = piece.text
        if cell_len(text) > left:
            text = text[: _room(text, left)]
        if text:
            kept.append(piece._replace(text=text))
            left -= cell_len(text)
        if text != piece.text:
            break
    return (*kept, Piece(ellipsis, "dim"))


def spread(left: Row, right: Row, width: int, ellipsis: str) -> Row:
    """One row with ``left`` at the left edge and ``right`` at the right; the right gives way."""
    right = fit(right, max(width - width_of(left) - 2, 0), ellipsis)
    if width_of(right) <= cell_len(ellipsis):
        right = EMPTY
    left = fit(left, width, ellipsis)
    gap = width - width_of(left) - width_of(right)
    return (*left, Piece(" " * gap), *right) if gap > 0 else (*left, *right)


def wrap(pieces: Row, width: int, indent: str = "") -> list[Row]:
    """Break a row at spaces into rows of at most ``width`` cells; later ones begin with ``indent``.

    What stands together without a space stays together, also across pieces; a word longer than
    the line is broken where the line ends. No-break spaces have done their work then.
    """
    width = max(width, len(indent) + 4)
    lines: list[list[Piece]] = [[]]
    used = 0
    for chunk in _chunks(pieces):
        if used > len(indent) and used + _visible(chunk) > width:
            lines.append([Piece(indent)] if indent else [])
            used = len(indent)
        for piece in chunk:
            text = piece.text
            while used + cell_len(text.rstrip(" ")) > width:
                cut = _prefix(text, width - used)
                lines[-1].append(piece._replace(text=text[:cut]))
                lines.append([Piece(indent)] if indent else [])
                text, used = text[cut:], len(indent)
            lines[-1].append(piece._replace(text=text.replace(NO_BREAK, " ")))
            used += cell_len(text)
    return [_joined(line) for line in lines]


def _chunks(pieces: Row) -> Iterable[list[Piece]]:
    """The row in parts between which a line may be broken, each with the spaces that follow."""
    chunk: list[Piece] = []
    for piece in pieces:
        for word in _WORD.findall(piece.text):
            chunk.append(piece._replace(text=word))
            if word.endswith(" "):
                yield chunk
                chunk = []
    if chunk:
        yield chunk


def _visible(chunk: Sequence[Piece]) -> int:
    return width_of(chunk[:-1]) + cell_len(chunk[-1].text.rstrip(" "))


def _prefix(text: str, width: int) -> int:
    """How many characters of ``text`` fit in ``width`` cells (at least one)."""
    return max(_room(text, width), min(len(text), 1))


def _room(text: str, width: int) -> int:
    """How many characters of ``text`` fit in ``width`` cells."""
    used = 0
    for index, char in enumerate(text):
        used += cell_len(char)
        if used > width:
            return index
    return len(text)


def _joined(pieces: Sequence[Piece]) -> Row:
    """Neighbours of the same role become one piece; spaces at the end go."""
    joined: list[Piece] = []
    for piece in pieces:
        if joined and joined[-1][1:] == piece[1:]:
            joined[-1] = joined[-1]._replace(text=joined[-1].text + piece.text)
        else:
            joined.append(piece)
    while joined and not joined[-1].text.rstrip(" "):
        joined.pop()
    if joined:
        joined[-1] = joined[-1]._replace(text=joined[-1].text.rstrip(" "))
    return tuple(joined)


# roles become styles


def style_of(app: App[object], role: str) -> Style:
    """The style of a role in the present theme."""
    roles = PLAIN_ROLES if app.no_color else ROLES
    return app.stylesheet.parse_style(roles.get(role, ""))


def content(app: App[object], rows: Iterable[Row]) -> Content:
    """The rows as Textual content, one line each, clickable where a piece has an action."""
    lines = []
    for line in rows:
        parts: list[Content | str | tuple[str, str | Style]] = []
        for piece in line:
            style = style_of(app, piece.role)
            if piece.action:
                style += Style.from_meta({"@click": piece.action})
            parts.append((piece.text, style))
        lines.append(Content.assemble(*parts))
    return Content("\n").join(lines)


def strip(pieces: Row, styles: dict[str, RichStyle], base: RichStyle) -> Strip:
    """The row as a strip; ``styles`` maps roles (of `style_of`), ``base`` lies beneath."""
    segments = []
    for piece in pieces:
        style = base + styles[piece.role] if piece.role else base
        if piece.action:
            style += RichStyle(meta={"@click": piece.action})
        segments.append(Segment(piece.text, style))
    return Strip(segments, width_of(pieces))
