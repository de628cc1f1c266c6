"""Words that the console itself understands: `help`, `clear`, `quit`, `:undo`, `:lang ru`, …

The table is open: `register` adds a word. A word with a colon never reaches Redis.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from tutor.console.backend import Backend
from tutor.console.render import Line


class Host(Protocol):
    """Who shows the console: the plain prompt or the TUI."""

    backend: Backend
    raw: bool
    """Replies in the plain format."""
    readable: bool
    """Valid UTF-8 is printed as text."""

    def show(self, lines: Sequence[Line]) -> None:
        """Print under the prompt."""
        ...

    def clear(self) -> None:
        """Empty the screen."""
        ...

    def quit(self) -> None:
        """Leave."""
        ...

    def set_language(self, code: str) -> None:
        """Switch the interface, here and now; raises `tutor.i18n.MissingCatalog`."""
        ...


@dataclass(frozen=True, slots=True)
class ClientWord:
    """``syntax`` is shown by help (":client N"); ``summary`` is called when it is shown."""

    name: str
    syntax: str
    summary: Callable[[], str]
    run: Callable[[Host, Sequence[str]], None]
    choices: Callable[[Host | None], Sequence[str]] | None = None


def register(word: ClientWord) -> None:
    """Add a word, or replace the one of the same name."""
    raise NotImplementedError


def words() -> Sequence[ClientWord]:
    """Every word, in order of the table."""
    raise NotImplementedError


def run(line: str, host: Host) -> bool:
    """Carry out a line that belongs to the console; False if it is one for Redis.

    A wrong argument is explained by `Host.show`; nothing is raised.
    """
    raise NotImplementedError
