"""The interactive prompt ``>>>``. Only this module of the package imports prompt_toolkit."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Sequence

from prompt_toolkit import PromptSession, print_formatted_text
from prompt_toolkit.application import get_app
from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import FormattedText, StyleAndTextTuples
from prompt_toolkit.history import History as PromptHistory
from prompt_toolkit.lexers import Lexer
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.shortcuts import clear
from prompt_toolkit.styles import Style

from tutor.console.django import words
from tutor.console.django.completion import complete
from tutor.console.django.highlight import pieces
from tutor.console.django.report import outcome_lines, wrapped
from tutor.console.django.signature import signature
from tutor.console.django.typed import open_history, statements
from tutor.console.editing import STYLE, continuation, pieces_of
from tutor.console.history import History
from tutor.console.render import Line
from tutor.i18n import _, set_language
from tutor.network.django.caches import django_version
from tutor.network.django.session import Session

__all__ = ["DjangoPrompt"]


class DjangoPrompt:
    """Asks, carries out, shows. The words' `Host`."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._left = False
        self._history = open_history()
        self._style = Style.from_dict(STYLE)
        self._depth = ColorDepth.DEPTH_1_BIT if os.environ.get("NO_COLOR") else None
        self._prompt: PromptSession[str] = PromptSession(
            history=_SharedHistory(self._history),
            lexer=_LineLexer(),
            completer=_LineCompleter(session),
            complete_while_typing=True,
            auto_suggest=AutoSuggestFromHistory(),
            prompt_continuation=continuation,
            search_ignore_case=True,
            style=self._style,
            color_depth=self._depth,
            include_default_pygments_style=False,
        )

    @property
    def width(self) -> int:
        """Columns for text."""
        return min(shutil.get_terminal_size((80, 24)).columns, 110)

    def run(self) -> int:
        """Until Ctrl-D or ``:quit``; the exit code."""
        self._greet()
        while not self._left:
            try:
                text = self._ask()
            except KeyboardInterrupt:
                continue
            except EOFError:
                break
            for line in statements(text):
                self._carry_out(line)
        return 0

    def _greet(self) -> None:
        text = _("Django {version} · {settings}. Tab completes, :help lists, Ctrl-D leaves.")
        endpoints = self.session.settings.endpoints["default"]
        where = ", ".join(f"{one.address} → {one.server}" for one in endpoints)
        print(text.format(version=django_version(), settings=where))
        if self._history.problem:
            self.show([[(self._history.problem, "warning")]])

    def _ask(self) -> str:
        rows = self._prompt.output.get_size().rows
        self._prompt.bottom_toolbar = _toolbar if rows >= 8 else None
        self._prompt.reserve_space_for_menu = max(min(6, rows - 4), 0)
        return self._prompt.prompt([("class:prompt", ">>> ")])

    def _carry_out(self, line: str) -> None:
        if not line.strip() or words.run(line, self):
            return
        try:
            outcome = self.session.execute(line)
        except KeyboardInterrupt:
            self.session.caches.close()
            self.show([[(_("Broken off; connected anew."), "note")]])
            return
        self.show(outcome_lines(outcome, self.session, self.width))

    # the words' Host

    def show(self, lines: Sequence[Line]) -> None:
        """Print under the prompt, long lines broken between words."""
        columns = shutil.get_terminal_size((80, 24)).columns
        fitting = [part for line in lines for part in wrapped(line, columns)]
        print_formatted_text(
            FormattedText(pieces_of(fitting)), style=self._style, end="", color_depth=self._depth,
            include_default_pygments_style=False,
        )  # fmt: skip

    def clear(self) -> None:
        """Empty the screen."""
        clear()

    def quit(self) -> None:
        """Leave."""
        self._left = True

    def set_language(self, code: str) -> None:
        """Switch the words."""
        set_language(code)


class _LineLexer(Lexer):
    def lex_document(self, document: Document) -> Callable[[int], StyleAndTextTuples]:
        def line(number: int) -> StyleAndTextTuples:
            found = pieces(document.lines[number]) if number < len(document.lines) else []
            return [(f"class:{role}" if role else "", text) for text, role in found]

        return line


class _LineCompleter(Completer):
    """The menu while typing; on an empty line only when Tab asks for it."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get_completions(
        self, document: Document, complete_event: CompleteEvent
    ) -> Iterable[Completion]:
        line = document.current_line_before_cursor
        wanted = complete_event.completion_requested
        if not wanted and (not line.strip() or line.endswith((" ", "(", ","))):
            return
        for found in complete(line, None, self._session):
            yield Completion(found.text, found.start - len(line), found.display, found.meta)


class _SharedHistory(PromptHistory):
    def __init__(self, history: History) -> None:
        super().__init__()
        self._shared = history

    def load_history_strings(self) -> Iterable[str]:
        return list(reversed(self._shared.lines()))

    def store_string(self, string: str) -> None:
        for line in statements(string):
            self._shared.append(" ".join(line.split("\n")))


def _toolbar() -> StyleAndTextTuples:
    document = get_app().current_buffer.document
    found = signature(document.current_line_before_cursor)
    if found is None:
        hint = _("Tab completes · :settings · :servers · :wire · :help")
        return [("class:bottom-toolbar.about", hint)]
    name: StyleAndTextTuples = [("class:bottom-toolbar.command", found.command)]
    rest = [(f"class:bottom-toolbar.{word.state}", word.text) for word in found.words]
    about = f"\n{found.summary}" if found.summary else ""
    return [*name, *rest, ("class:bottom-toolbar.about", about)]
