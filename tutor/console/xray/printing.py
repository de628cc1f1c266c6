"""Styled lines on standard output: in colour on a terminal, plain anywhere else."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from typing import TextIO

from tutor.console.render import Line

__all__ = ["as_console", "in_colour", "print_lines", "speaks"]

AnyLine = Sequence[tuple[str, str]]
"""A line of the console or of a drawing: pieces of text, each with its role."""


def as_console(lines: Iterable[AnyLine]) -> list[Line]:
    """Lines of a drawing in the roles of the console, where a ``label`` stands out and a ``note``
    is what a drawing calls a label."""
    return [[(text, _ROLES.get(role, role)) for text, role in line] for line in lines]


_ROLES = {"label": "note", "text": ""}


def in_colour(stream: TextIO) -> bool:
    """Whether colours are wanted there: a terminal, and no ``NO_COLOR``."""
    return stream.isatty() and not os.environ.get("NO_COLOR")


def speaks(stream: TextIO, text: str) -> bool:
    """Whether the stream's encoding has all of these characters."""
    try:
        text.encode(stream.encoding or "utf-8", stream.errors or "strict")
    except UnicodeEncodeError:
        return False
    return True


def print_lines(lines: Iterable[AnyLine], stream: TextIO | None = None) -> None:
    """Print lines; what the stream's encoding lacks is spelt with backslashes."""
    stream = sys.stdout if stream is None else stream
    if in_colour(stream):
        _print_coloured(lines, stream)
        return
    for line in lines:
        text = "".join(piece for piece, _role in line).rstrip()
        encoding = stream.encoding or "utf-8"
        stream.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")
    stream.flush()


def _print_coloured(lines: Iterable[AnyLine], stream: TextIO) -> None:
    from prompt_toolkit import print_formatted_text
    from prompt_toolkit.formatted_text import FormattedText
    from prompt_toolkit.styles import Style

    from tutor.console.editing import STYLE, pieces_of

    print_formatted_text(
        FormattedText(pieces_of(lines)),
        end="",
        file=stream,
        style=Style.from_dict(STYLE),
        include_default_pygments_style=False,
    )
