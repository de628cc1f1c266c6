"""Where a line of the Django console is typed: the entry of the Redis prompt in another language.

Menu, search, history, ghost text and keys are `Entry`'s and `PromptInput`'s; what may be typed, its
colours and its parameters come from `tutor.console.django`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, cast

from rich.cells import cell_len
from rich.highlighter import Highlighter
from rich.text import Text
from textual import events
from textual.suggester import SuggestionReady

from tutor.tui.paint import Row, row, style_of
from tutor.tui.widgets.entry import Entry
from tutor.tui.widgets.menu import Choice
from tutor.tui.widgets.prompt import PromptInput

if TYPE_CHECKING:
    from tutor.network.django.session import Session

PROMPT = ">>> "


class PythonInput(PromptInput):
    """The line behind ``>>>``."""

    def __init__(
        self,
        earlier_lines: Callable[[], Sequence[str]],
        session: Callable[[], Session | None],
        *,
        id: str | None = None,
    ) -> None:
        super().__init__(earlier_lines, id=id)
        self.highlighter = _Colours(self)
        self._session = session

    def hint(self) -> None:
        """Continue the line in grey, if the cursor is at its end."""
        from tutor.console.django.completion import complete

        line = self.value
        if self.menu_open or self.cursor_position < len(line) or not line[-1:].isalnum():
            return
        found = next(iter(complete(line, None, self._session())), None)
        typed = line[found.start :] if found is not None else ""
        if found is not None and typed and found.text.startswith(typed):
            self.post_message(SuggestionReady(line, line[: found.start] + found.text))

    def _on_paste(self, event: events.Paste) -> None:
        """Several statements are run, in order; a single one may have come in several lines."""
        event.prevent_default()
        event.stop()
        from tutor.console.django.typed import statements

        text = event.text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
        start, end = sorted(self.selection)
        found = [" ".join(one.split("\n")) for one in statements(self.value[:start] + text)]
        lines = ["".join(filter(str.isprintable, one)) for one in found] or [""]
        if len(lines) == 1:
            self.value = lines[0] + self.value[end:]
            self.cursor_position = len(lines[0])
            return
        self.put("")
        self._send([line for line in lines if line.strip()])


class _Colours(Highlighter):
    def __init__(self, prompt: PromptInput) -> None:
        self._prompt = prompt

    def highlight(self, text: Text) -> None:
        """Style the words in place."""
        from tutor.console.django.highlight import highlight

        for span in highlight(text.plain):
            style = style_of(self._prompt.app, span.role).rich_style
            text.stylize(style, span.start, span.end)


class PythonEntry(Entry):
    """``session`` is None until the servers run."""

    def __init__(
        self,
        session: Callable[[], Session | None],
        earlier_lines: Callable[[], Sequence[str]],
        *,
        id: str | None = None,
    ) -> None:
        super().__init__(cast("Callable[[], Any]", lambda: _NoBackend), earlier_lines, id=id)
        self._session = session
        self.prompt = PythonInput(earlier_lines, session, id="python-prompt")

    def _sign(self) -> None:
        from tutor.console.django.signature import signature

        line, cursor = self.prompt.value, self.prompt.cursor_position
        if (line, cursor) != self._signed:
            self._signed = line, cursor
            self._signature.tell(signature(line, cursor) if line.strip() else None)

    def _complete(self) -> None:
        from tutor.console.django.completion import complete

        line, cursor = self.prompt.value, self.prompt.cursor_position
        choices = []
        start = 0
        for found in complete(line, cursor, self._session()):
            start = found.start
            typed = line[:start] + found.text
            choices.append(Choice(typed + line[cursor:], len(typed), found.display, found.meta))
        if len(choices) == 1:
            self._put(choices[0])
        elif choices:
            self._open(choices, cell_len(line[:start]))
            self._preview()


class _NoBackend:
    """What `Entry` asks of a backend: the prompt's text."""

    @staticmethod
    def prompt() -> str:
        return PROMPT


def python_pieces(line: str) -> Row:
    """A line of Python in its colours."""
    from tutor.console.django.highlight import pieces

    return row(*pieces(line))
