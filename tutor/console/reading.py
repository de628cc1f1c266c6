"""A typed line, understood: its words, the command they name, and the role of each.

Highlighting, completion and the signature all start from here; the last lines are remembered.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from tutor.console.lexer import Token, tokens
from tutor.engine.table import CommandSpec, load_table
from tutor.engine.table.match import Match, match

__all__ = ["Reading", "find_command", "read"]


class Reading(NamedTuple):
    """``words[first]`` is the command's name (1 after a repeat count as in ``5 INCR x``, else 0).

    ``spec`` is the command's row (a container if the name is one), None if nothing has this name;
    ``fit.words`` belongs to ``words[first:]``.
    """

    words: tuple[Token, ...]
    first: int
    spec: CommandSpec | None
    fit: Match | None


@lru_cache(maxsize=512)
def read(line: str) -> Reading:
    """Read a line as far as it was typed; never raises."""
    words = tuple(tokens(line))
    first = 1 if len(words) > 1 and words[0].value.isdigit() else 0
    if not words:
        return Reading(words, 0, None, None)
    spec = find_command(words[first].value)
    if spec is None:
        return Reading(words, first, None, None)
    return Reading(words, first, spec, match(spec, [word.value for word in words[first:]]))


def find_command(name: bytes) -> CommandSpec | None:
    """The row of a command by the word that was typed, in any case."""
    return load_table().get(name.decode("latin-1").lower())
