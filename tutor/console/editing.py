"""What prompt_toolkit asks for while a line is edited: colours, menu, history, toolbar.

Imported before the prompt is painted, so the rest of the console is imported inside functions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from prompt_toolkit.application import get_app
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.history import History as PromptHistory
from prompt_toolkit.lexers import Lexer

from tutor.console.backend import Backend
from tutor.console.history import History, is_secret
from tutor.i18n import _

if TYPE_CHECKING:
    from tutor.console.highlight import KnownType
    from tutor.console.signature import Signature

__all__ = ["STYLE", "LineCompleter", "LineLexer", "SharedHistory", "continuation", "toolbar"]

STYLE = {
    # what is typed
    "command": "ansicyan bold",
    "subcommand": "ansicyan",
    "key": "ansiyellow",
    "number": "ansimagenta",
    "string": "ansigreen",
    "option": "ansiblue bold",
    "unknown-command": "ansired underline",
    "error-argument": "ansired underline",
    "client-word": "ansimagenta bold",
    # replies
    "integer": "ansimagenta",
    "double": "ansimagenta",
    "boolean": "ansimagenta",
    "nil": "ansibrightblack",
    "empty": "ansibrightblack",
    "status": "ansigreen",
    "error": "ansired",
    "index": "ansibrightblack",
    # words of the console
    "note": "ansibrightblack",
    "warning": "ansired",
    "title": "bold",
    "label": "ansiyellow",
    "syntax": "bold",
    # the prompt
    "prompt": "bold",
    "bottom-toolbar": "noreverse",
    "bottom-toolbar.active": "bold underline",
    "bottom-toolbar.done": "ansibrightblack",
    "bottom-toolbar.command": "ansicyan bold",
    "bottom-toolbar.about": "ansibrightblack",
    "auto-suggestion": "ansibrightblack",
}


class LineLexer(Lexer):
    """Colours each line by itself: a paste of several lines is several commands."""

    def __init__(self, known_type: KnownType | None) -> None:
        self._known_type = known_type

    def lex_document(self, document: Document) -> Callable[[int], StyleAndTextTuples]:
        lines = document.lines

        def fragments(number: int) -> StyleAndTextTuples:
            line = lines[number]
            found: StyleAndTextTuples = []
            if not line.strip():
                return [("", line)]
            from tutor.console.highlight import highlight

            at = 0
            for span in highlight(line, self._known_type):
                found.append(("", line[at : span.start]))
                found.append((f"class:{span.role}", line[span.start : span.end]))
                at = span.end
            found.append(("", line[at:]))
            return found

        return fragments


class LineCompleter(Completer):
    """The menu while typing; on an empty line only when Tab asks for it."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def get_completions(
        self, document: Document, complete_event: CompleteEvent
    ) -> Iterable[Completion]:
        line = document.current_line_before_cursor
        if not line.strip() and not complete_event.completion_requested:
            return
        from tutor.console.completion import complete

        for found in complete(line, None, self._backend):
            yield Completion(
                found.text,
                found.start - len(line),
                found.display,
                found.meta,
            )


class SharedHistory(PromptHistory):
    """The console's history file; secrets do not even stay in memory."""

    def __init__(self, history: History) -> None:
        super().__init__()
        self._history = history

    def load_history_strings(self) -> Iterable[str]:
        return list(reversed(self._history.lines()))

    def append_string(self, string: str) -> None:
        for line in string.split("\n"):
            if line.strip() and not is_secret(line):
                super().append_string(line.strip())

    def store_string(self, string: str) -> None:
        self._history.append(string)


def toolbar() -> StyleAndTextTuples:
    document = get_app().current_buffer.document
    line = document.current_line
    if line.strip():
        from tutor.console.signature import signature

        found = signature(line, document.cursor_position_col)
        if found is not None:
            return _signature_line(found)
    hint = _("Tab completes · Ctrl-R searches · help SET explains")
    return [("class:bottom-toolbar.about", hint)]


def _signature_line(found: Signature) -> StyleAndTextTuples:
    pieces: StyleAndTextTuples = [("class:bottom-toolbar.command", found.command + " ")]
    for word in found.words:
        pieces.append((f"class:bottom-toolbar.{word.state}", word.text))
    about = " · ".join(part for part in (found.summary, found.complexity) if part)
    pieces.append(("class:bottom-toolbar.about", "\n" + about))
    return pieces


def continuation(width: int, number: int, wrapped: int) -> StyleAndTextTuples:
    return [("class:note", ("." * 3).rjust(width - 1) + " ")]
