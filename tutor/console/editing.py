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
from prompt_toolkit.formatted_text.utils import split_lines
from prompt_toolkit.history import History as PromptHistory
from prompt_toolkit.lexers import Lexer

from tutor.console.backend import Backend
from tutor.console.history import History, is_secret
from tutor.i18n import _

if TYPE_CHECKING:
    from tutor.console.highlight import KnownType
    from tutor.console.signature import Signature

__all__ = [
    "STYLE",
    "LineCompleter",
    "LineLexer",
    "SharedHistory",
    "continuation",
    "pieces_of",
    "toolbar",
]

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
    # pictures of memory
    "frame": "ansibrightblack",
    "free": "ansibrightblack",
    "header": "ansicyan",
    "payload": "ansiyellow",
    "pointer": "ansigreen",
    "path": "ansigreen bold",
    "changed": "ansimagenta bold",
    "gone": "ansired",
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
    """Colours each command by itself: a paste of several lines may be several commands."""

    def __init__(self, known_type: KnownType | None) -> None:
        self._known_type = known_type

    def lex_document(self, document: Document) -> Callable[[int], StyleAndTextTuples]:
        if not document.text.strip():
            return lambda number: [("", document.lines[number])]
        from tutor.console.pasting import cut

        lines = [
            line for statement in cut(document.text) for line in split_lines(self._lex(statement))
        ]
        return lambda number: lines[number] if number < len(lines) else []

    def _lex(self, statement: str) -> StyleAndTextTuples:
        from tutor.console.highlight import highlight

        found: StyleAndTextTuples = []
        at = 0
        for span in highlight(statement, self._known_type):
            found.append(("", statement[at : span.start]))
            found.append((f"class:{span.role}", statement[span.start : span.end]))
            at = span.end
        found.append(("", statement[at:]))
        return found


class LineCompleter(Completer):
    """The menu while typing; on an empty line only when Tab asks for it."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def get_completions(
        self, document: Document, complete_event: CompleteEvent
    ) -> Iterable[Completion]:
        line = document.current_line_before_cursor
        if "\n" in document.text:
            from tutor.console.pasting import current

            line = current(document.text_before_cursor)
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
        for line in _lines(string):
            if not is_secret(line):
                super().append_string(line.strip())

    def store_string(self, string: str) -> None:
        self._history.append(string)


def pieces_of(lines: Iterable[Iterable[tuple[str, str]]]) -> StyleAndTextTuples:
    """Lines of pieces of text, each with its role, as prompt_toolkit prints them."""
    pieces: StyleAndTextTuples = []
    for line in lines:
        pieces += [(f"class:{role}" if role else "", text) for text, role in line]
        pieces.append(("", "\n"))
    return pieces


def _lines(text: str) -> list[str]:
    """The commands in what was entered, each on one line."""
    if "\n" not in text:
        return [text] if text.strip() else []
    from tutor.console.pasting import as_one_line, statements

    return [as_one_line(statement) for statement in statements(text)]


def toolbar() -> StyleAndTextTuples:
    document = get_app().current_buffer.document
    line, cursor = document.current_line, document.cursor_position_col
    if "\n" in document.text:
        from tutor.console.pasting import current

        line = current(document.text_before_cursor)
        cursor = len(line)
    if line.strip():
        from tutor.console.signature import signature

        found = signature(line, cursor)
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
