"""What may be typed at the cursor."""

from __future__ import annotations

from typing import Literal, NamedTuple

from tutor.console.backend import Catalog

Kind = Literal["command", "subcommand", "option", "key", "field", "parameter", "client-word"]


class Completion(NamedTuple):
    """``line[start:cursor]`` may be replaced by ``text``.

    ``display`` is what a menu shows, ``meta`` a short explanation in the present language (summary
    of a command, type of a key).
    """

    text: str
    start: int
    display: str
    meta: str
    kind: Kind


def complete(line: str, cursor: int, catalog: Catalog | None = None) -> list[Completion]:
    """Best first; empty if nothing is known to fit. Keys only of types that fit the command."""
    raise NotImplementedError
