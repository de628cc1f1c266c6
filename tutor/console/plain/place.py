"""What the console asks for at the prompt of a step: its engine, its words, where to print."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from tutor.console.backend import Backend, EmbeddedBackend
from tutor.console.plain.page import Page
from tutor.console.render import Line

if TYPE_CHECKING:
    from tutor.engine.session import Session
    from tutor.engine.world import World

__all__ = ["PageHost", "WordBackend"]


class WordBackend(EmbeddedBackend):
    """``words`` tells what may stand behind the words that are there (`completion.Vocabulary`);
    ``clients`` who is connected to the step's world. Commands do not go through here."""

    def __init__(
        self,
        words: Callable[[Sequence[str]], Sequence[str] | None],
        world: World | None = None,
        clients: Callable[[], Mapping[int, Session]] = dict,
    ) -> None:
        self._words = words
        self._connected = clients
        super().__init__(world, may_serve=False)

    def next_words(self, before: Sequence[str]) -> Sequence[str] | None:
        """What may stand there; None where a command begins."""
        return self._words(before)

    def meet(self) -> None:
        """Listen to whoever has connected, or connected anew, since the last time."""
        for number, session in self._connected().items():
            if self.clients.get(number) is not session:
                self._adopt(number, session)

    def _begin(self, world: World) -> None:
        self._world = world
        self.meet()

    def _adopt(self, number: int, session: Session) -> None:
        """Messages are told here; replies are the player's."""
        self.clients[number] = session
        session.on_push = partial(self._pushed, number)


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
