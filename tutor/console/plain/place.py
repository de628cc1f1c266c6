"""What the console asks for at the prompt of a step: its engine, its words, where to print."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tutor.console.backend import Backend, EmbeddedBackend
from tutor.console.plain.page import Page
from tutor.console.render import Line

if TYPE_CHECKING:
    from tutor.engine.world import World

__all__ = ["PageHost", "WordBackend"]


class WordBackend(EmbeddedBackend):
    """``words`` tells what may stand behind the words that are there (`completion.Vocabulary`)."""

    def __init__(
        self, words: Callable[[Sequence[str]], Sequence[str] | None], world: World | None = None
    ) -> None:
        super().__init__(world, may_serve=False)
        self._words = words

    def next_words(self, before: Sequence[str]) -> Sequence[str] | None:
        """What may stand there; None where a command begins."""
        return self._words(before)


class PageHost:
    """The console's `Host` on a page, for words of the console that only look."""

    def __init__(self, backend: Backend, page: Page) -> None:
        self.backend = backend
        self.raw = False
        self.readable = True
        self.columns = page.width
        self._page = page

    def show(self, lines: Sequence[Line]) -> None:
        """Print."""
        self._page.show(lines, "  ")

    def clear(self) -> None:
        """There is no screen."""

    def quit(self) -> None:
        """Only the course is left."""

    def set_language(self, code: str) -> None:
        """The course has a word for that."""
