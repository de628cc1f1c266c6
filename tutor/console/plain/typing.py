"""The plain course on a terminal: prompt_toolkit's prompt, with completion and highlighting.

Only this module of the plain course imports prompt_toolkit.
"""

from __future__ import annotations

import os
from asyncio import sleep
from collections import deque
from collections.abc import Callable, Iterable
from functools import partial
from io import StringIO

from prompt_toolkit import PromptSession
from prompt_toolkit.application import get_app, run_in_terminal
from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.lexers import Lexer
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.styles import Style

from tutor.console.completion import complete
from tutor.console.editing import STYLE, LineLexer, SharedHistory, continuation, pieces_of
from tutor.console.history import History
from tutor.console.pasting import statements
from tutor.console.plain.page import Page
from tutor.console.plain.reading import Desk

__all__ = ["PromptReader"]

_TICK = 0.25


class PromptReader:
    """Asks on a terminal. While somebody types, time passes, and what it brings is told above."""

    waits = True

    def __init__(self, page: Page) -> None:
        self._page = page
        self._desk: Desk | None = None
        self._pasted: deque[str] = deque()
        self._session: PromptSession[str] = PromptSession(
            history=SharedHistory(History()),
            completer=_Completer(self),
            complete_while_typing=True,
            auto_suggest=AutoSuggestFromHistory(),
            prompt_continuation=continuation,
            lexer=_Lexer(self),
            style=Style.from_dict(STYLE),
            color_depth=ColorDepth.DEPTH_1_BIT if os.environ.get("NO_COLOR") else None,
            include_default_pygments_style=False,
        )

    @property
    def desk(self) -> Desk | None:
        """Whoever asks at the moment."""
        return self._desk

    def read(self, prompt: str, desk: Desk, default: str = "") -> str | None:
        """See `reading.LineReader`. A paste of several lines is read line by line."""
        self._desk = desk
        if self._pasted:
            line = self._pasted.popleft()
            self._page.show([[(prompt, "prompt"), (line, "typed")]], "  ")
            return line
        try:
            text = self._session.prompt(
                [("class:prompt", prompt)], default=default, pre_run=self._watch
            )
        except KeyboardInterrupt:
            desk.cancel()
            return ""
        except EOFError:
            return None
        first, *rest = statements(text) or [""]
        self._pasted.extend(rest)
        self._page.typed()
        return first

    def _watch(self) -> None:
        get_app().create_background_task(self._look_at_the_clock())

    async def _look_at_the_clock(self) -> None:
        """News are written at once, above the line that is being typed; nothing is drawn where
        there are none."""
        while True:
            await sleep(_TICK)
            assert self._desk is not None
            out, self._page.out = self._page.out, StringIO()
            colour, self._page.colour = self._page.colour, False
            try:
                self._desk.news()
                told = self._page.out.getvalue()
            finally:
                self._page.out, self._page.colour = out, colour
            if told:
                await run_in_terminal(partial(out.write, told))


class _Completer(Completer):
    """Commands, keys, and the words of the course; of the console's own words only those that are
    words of the course as well."""

    def __init__(self, reader: PromptReader) -> None:
        self._reader = reader

    def get_completions(
        self, document: Document, complete_event: CompleteEvent
    ) -> Iterable[Completion]:
        line = document.text_before_cursor
        desk = self._reader.desk
        if desk is None or (not line.strip() and not complete_event.completion_requested):
            return
        company = desk.company
        if company is not None and (company.takes_python(line) or company.takes_python(line + "(")):
            from tutor.console.django.completion import complete as complete_call

            for found in complete_call(line, None, company.session()):
                yield Completion(found.text, found.start - len(line), found.display, found.meta)
        known = frozenset(desk.next_words([]) or ())
        for found in complete(line, None, desk.backend):
            if " " in line or found.kind != "client-word" or found.text in known:
                yield Completion(found.text, found.start - len(line), found.display, found.meta)


class _Lexer(Lexer):
    """Commands in the console's colours; a word of the course, or the number of an answer, is no
    mistyped command."""

    def __init__(self, reader: PromptReader) -> None:
        self._reader = reader
        self._commands = LineLexer(self._type)

    def _type(self, key: bytes) -> str | None:
        desk = self._reader.desk
        return None if desk is None else desk.backend.type(key)

    def lex_document(self, document: Document) -> Callable[[int], StyleAndTextTuples]:
        desk = self._reader.desk
        first = document.text.split(" ")[0].lower()
        own = desk is not None and first in (desk.next_words([]) or ())
        if own or document.text.strip().isdecimal():
            return lambda number: [("class:client-word", document.lines[number])]
        if (
            desk is not None
            and desk.company is not None
            and desk.company.takes_python(document.text)
        ):
            from tutor.console.django.highlight import pieces

            return lambda number: pieces_of([pieces(document.lines[number])])[:-1]
        return self._commands.lex_document(document)
