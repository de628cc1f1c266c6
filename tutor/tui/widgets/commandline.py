"""The console's colouring of a command line, as pieces and as a highlighter for `Input`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.tui.paint import Piece, Row

if TYPE_CHECKING:
    from tutor.console.highlight import KnownType


def command_pieces(line: str, known_type: KnownType | None = None) -> Row:
    """The line in the colours of its words."""
    from tutor.console.highlight import highlight

    pieces: list[Piece] = []
    at = 0
    spans = highlight(line, known_type)
    line = "".join(char if char.isprintable() else "�" for char in line.replace("\t", " "))
    for span in spans:
        if span.start > at:
            pieces.append(Piece(line[at : span.start]))
        pieces.append(Piece(line[span.start : span.end], span.role))
        at = span.end
    if at < len(line):
        pieces.append(Piece(line[at:]))
    return tuple(pieces)
