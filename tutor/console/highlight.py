"""Which part of a line is what, for colouring while it is typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

Role = Literal[
    "command",
    "subcommand",
    "key",
    "number",
    "string",
    "argument",  # a bare value
    "option",
    "unknown-command",
    "error-argument",  # cannot be right: too many words, not a number, a key of another type
    "client-word",  # :undo, help, quit
]


class Span(NamedTuple):
    """``line[start:end]`` plays ``role``; ``note`` says why if it cannot be right."""

    start: int
    end: int
    role: Role


KnownType = Callable[[bytes], "str | None"]
"""The type of an existing key ("string", "list", …), or None."""


def highlight(line: str, known_type: KnownType | None = None) -> list[Span]:
    """The spans of a line, in order, blanks left out; never raises.

    With ``known_type`` a key whose present type does not fit the command is an error-argument.
    What depends on the line alone is cached.
    """
    raise NotImplementedError
