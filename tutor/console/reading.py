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
    """``words[first]`` is the command's name (1 after a repeat count as in ``5 INCR x`` and after
    ``:slow``, else 0).

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
    first = 1 if len(words) > 1 and _goes_before(words[0].value, words[1].value) else 0
    if not words:
        return Reading(words, 0, None, None)
    spec = find_command(words[first].value)
    if spec is None:
        return Reading(words, first, None, None)
    return Reading(words, first, spec, match(spec, [word.value for word in words[first:]]))


def _goes_before(word: bytes, command: bytes) -> bool:
    """Whether a command follows a word: a repeat count, or the console's `:slow`."""
    slow = word.lower() == b":slow" and command.lower() not in _AFTER_SLOW
    return word.isdigit() or (slow and not command.isdigit())


_AFTER_SLOW = (b"off", b"expiry")
"""What `:slow` understands itself (`tutor.console.slow`)."""


def find_command(name: bytes) -> CommandSpec | None:
    """The row of a command by the word that was typed, in any case."""
    return load_table().get(name.decode("latin-1").lower())
