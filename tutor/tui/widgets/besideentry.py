"""The entry of a prompt that takes more than commands of Redis: a lesson's, beside whose engine
Django's cache or a Memcached stands. Each line is coloured and completed in its own language."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.highlighter import Highlighter
from rich.text import Text
from textual.suggester import SuggestionReady

from tutor.tui.paint import Row, row, style_of
from tutor.tui.widgets.commandline import command_pieces
from tutor.tui.widgets.entry import Entry
from tutor.tui.widgets.menu import Choice
from tutor.tui.widgets.prompt import PromptInput

if TYPE_CHECKING:
    from tutor.console.backend import EmbeddedBackend
    from tutor.console.completion import Completion
    from tutor.tui.desk import Company

PROMPT = ">>> "
_MC = ":mc "


def line_pieces(line: str, company: Company | None) -> Row:
    """A typed line in the colours of its language."""
    if company is not None and company.takes_python(line):
        from tutor.console.django.highlight import pieces

        return row(*pieces(line))
    if company is not None and company.takes_mc and line.lower().startswith(_MC):
        word, blank, rest = line[len(_MC) :].partition(" ")
        known = word.encode() in _mc_commands()
        role = "command" if known else "unknown-command"
        return row((line[: len(_MC)], "client-word"), (word, role), (blank + rest, ""))
    return command_pieces(line)


def completions(line: str, cursor: int, company: Company | None) -> Iterable[Completion] | None:
    """What may be typed at the cursor; None where the line is one for Redis."""
    if company is None:
        return None
    begun = line[:cursor]
    if company.takes_mc and begun.lower().startswith(_MC) and " " not in begun[len(_MC) :]:
        return list(_mc_words(begun[len(_MC) :]))
    if company.takes_python(line) or company.takes_python(begun + "("):
        from tutor.console.django.completion import complete

        found = complete(begun, None, company.session())
        return found if found or company.takes_python(line) else None
    return None


def _mc_commands() -> Sequence[bytes]:
    from tutor.memcached.text import COMMANDS

    return tuple(COMMANDS)


def _mc_words(typed: str) -> Iterable[Completion]:
    from tutor.console.completion import Completion

    for name in sorted(name.decode() for name in _mc_commands()):
        if name.startswith(typed):
            yield Completion(name, len(_MC), name, "", "command")


class BesideInput(PromptInput):
    """The line that is typed."""

    def __init__(
        self,
        earlier_lines: Callable[[], Sequence[str]],
        company: Callable[[], Company | None],
        *,
        id: str | None = None,
    ) -> None:
        super().__init__(earlier_lines, id=id)
        self.company = company
        self._usual = self.highlighter
        self.highlighter = _Colours(self)

    def colour(self, text: Text) -> None:
        """Style the words in place."""
        company = self.company()
        if company is None:
            assert self._usual is not None
            self._usual.highlight(text)
            return
        at = 0
        for piece in line_pieces(text.plain, company):
            text.stylize(style_of(self.app, piece.role).rich_style, at, at + len(piece.text))
            at += len(piece.text)

    def hint(self) -> None:
        """Continue the line in grey, if the cursor is at its end."""
        line, company = self.value, self.company()
        if company is None or not company.takes_python(line):
            super().hint()
            return
        if self.menu_open or self.cursor_position < len(line) or not line[-1:].isalnum():
            return
        found = next(iter(completions(line, len(line), company) or ()), None)
        typed = line[found.start :] if found is not None else ""
        if found is not None and typed and found.text.startswith(typed):
            self.post_message(SuggestionReady(line, line[: found.start] + found.text))


class _Colours(Highlighter):
    def __init__(self, prompt: BesideInput) -> None:
        self._prompt = prompt

    def highlight(self, text: Text) -> None:
        """Style the words in place."""
        self._prompt.colour(text)


class BesideEntry(Entry):
    """``company`` is asked what else lines may be for; it may change."""

    def __init__(
        self,
        backend: Callable[[], EmbeddedBackend],
        earlier_lines: Callable[[], Sequence[str]],
        company: Callable[[], Company | None],
        *,
        id: str | None = None,
    ) -> None:
        super().__init__(backend, earlier_lines, id=id)
        self._company = company
        self.prompt = BesideInput(earlier_lines, company, id="prompt")

    def _sign(self) -> None:
        line, cursor = self.prompt.value, self.prompt.cursor_position
        company = self._company()
        if company is None or not company.takes_python(line):
            super()._sign()
            return
        from tutor.console.django.signature import signature

        if (line, cursor) != self._signed:
            self._signed = line, cursor
            self._signature.tell(signature(line, cursor))

    def _complete(self) -> None:
        line, cursor = self.prompt.value, self.prompt.cursor_position
        found = completions(line, cursor, self._company())
        if found is None:
            super()._complete()
            return
        choices, start = [], 0
        for one in found:
            start = one.start
            typed = line[:start] + one.text
            choices.append(Choice(typed + line[cursor:], len(typed), one.display, one.meta))
        if len(choices) == 1:
            self._put(choices[0])
        elif choices:
            self._open(choices, cell_len(line[:start]))
            self._preview()
