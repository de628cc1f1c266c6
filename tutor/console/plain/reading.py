"""Where lines come from: a pipe, a terminal that cannot redraw, or prompt_toolkit's prompt."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, BinaryIO, Protocol

from tutor.console.plain.page import Page
from tutor.console.plain.terminal import can_draw
from tutor.console.render import printable

if TYPE_CHECKING:
    from tutor.console.backend import EmbeddedBackend
    from tutor.course.company import StepCompany

__all__ = ["Desk", "LineReader", "PipeReader", "reader_for"]


class Desk(Protocol):
    """What the prompt asks of whoever is played: words to complete, and what time has brought."""

    @property
    def backend(self) -> EmbeddedBackend:
        """Keys to complete, types to foresee."""
        ...

    @property
    def company(self) -> StepCompany | None:
        """What else than Redis lines may be for."""
        ...

    def next_words(self, before: Sequence[str]) -> Sequence[str] | None:
        """What may stand behind the words that are there; None where a command begins."""
        ...

    def news(self) -> None:
        """Let time pass."""
        ...

    def cancel(self) -> None:
        """Ctrl-C: give up what waits."""
        ...


class LineReader(Protocol):
    """Asks for lines."""

    waits: bool
    """Whether something can be told while a line is being typed."""

    def read(self, prompt: str, desk: Desk, default: str = "") -> str | None:
        """A line without its end; None when there are no more."""
        ...


class PipeReader:
    """Plain reading of lines. What comes out of a pipe is printed behind the prompt, so that the
    whole can be read; what a person types is on their terminal already."""

    waits = False

    def __init__(self, page: Page, source: BinaryIO, echo: bool) -> None:
        self._page, self._source, self._echo = page, source, echo

    def read(self, prompt: str, desk: Desk, default: str = "") -> str | None:
        """See `LineReader`; there is nowhere to put a default."""
        if not self._echo:
            self._page.ask(prompt)
        try:
            data = self._source.readline()
        except KeyboardInterrupt:
            desk.cancel()
            self._page.gap()
            return ""
        if not data:
            return None
        line = data.decode("utf-8", "surrogateescape").rstrip("\r\n")
        if self._echo:
            self._page.show([[(prompt, "prompt"), (printable(line), "typed")]], "  ")
        return line


def reader_for(page: Page) -> LineReader:
    """The reader that fits standard input and output."""
    if can_draw():
        from tutor.console.plain.typing import PromptReader

        return PromptReader(page)
    return PipeReader(page, sys.stdin.buffer, echo=not sys.stdin.isatty())
