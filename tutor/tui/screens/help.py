"""F1: the command at hand, the panel one is in, and the keys that work now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.widget import Widget

from tutor.i18n import _
from tutor.tui.base import BaseModal
from tutor.tui.glyphs import glyphs
from tutor.tui.keys import KEYS, Key, bindings, key_name
from tutor.tui.paint import EMPTY, Row, row, width_of, wrap
from tutor.tui.widgets.rows import Rows


class HelpScreen(BaseModal[None]):
    """``line`` is what stands in the prompt, ``focus`` the widget that was focused."""

    CSS_PATH = "window.tcss"
    BINDINGS: ClassVar[list[BindingType]] = bindings("close")

    def __init__(self, line: str, focus: Widget | None, keys: Sequence[str]) -> None:
        super().__init__()
        self._line = line
        self._focus = focus
        self._keys = [key for key in KEYS.values() if key.id in keys]

    def compose(self) -> ComposeResult:
        """One text that scrolls."""
        with VerticalScroll(classes="window"):
            yield Rows(self._rows)

    def _rows(self, width: int) -> Sequence[Row]:
        rows = self._command_rows(width)
        panel = panel_words(self._focus)
        if panel:
            rows += [*([EMPTY] if rows else []), *_section(panel[0], width)]
            for line in panel[1:]:
                rows += wrap(row((f"{glyphs.bullet} ", "accent"), line), width, "  ")
        if self._focus is not None and self._focus.id == "prompt":
            rows += _table([(key, text()) for key, text in PROMPT_KEYS], width)
        rows += [*([EMPTY] if rows else []), *_section(_("Keyboard"), width)]
        rows += _table([(_names(key), _(key.help)) for key in self._keys], width)
        rows += [EMPTY, row(("Esc", "hotkey"), "  " + _("closes this window"))]
        return rows

    def _command_rows(self, width: int) -> list[Row]:
        from tutor.console.help import help_lines
        from tutor.console.signature import signature

        found = signature(self._line, len(self._line)) if self._line.strip() else None
        if found is None:
            return []
        rows: list[Row] = []
        for line in help_lines(found.command.lower()):
            pieces = row(*line)
            column = width_of(pieces[:-1]) if line and line[0][0].startswith("  ") else 2
            rows += wrap(pieces, width, " " * min(column, width // 2))
        return rows


PROMPT_KEYS: tuple[tuple[str, Callable[[], str]], ...] = (
    ("Tab", lambda: _("complete the word; again for the next completion")),
    ("↑ ↓", lambda: _("earlier and later lines")),
    ("^R", lambda: _("search earlier lines")),
    ("→", lambda: _("take the grey continuation")),
    ("PgUp PgDn", lambda: _("scroll the output")),
    ("^C", lambda: _("empty the line, give up waiting")),
)


def panel_words(focus: Widget | None) -> list[str]:
    """A title and some sentences about the panel one is in."""
    name = focus.id if focus is not None else ""
    if name == "prompt":
        return [
            _("The prompt"),
            _("Type a Redis command and press Enter. The line beneath shows its syntax; the "
              "argument that comes next is underlined and stands between ‹ and ›."),
            _("Paste several lines to run them one after another."),
            _("help SET explains a command, help @hash lists a group."),
        ]  # fmt: skip
    if name == "picture":
        return [
            _("The X-ray"),
            _("It shows the memory image of the key that your last command touched."),
            _("⁺ marks what the last command changed; ░ is memory that is reserved and free."),
            _("Ctrl-X changes the view: structure, bytes, text. F9 pins the key."),
            _("[ and ] go through a long structure part by part."),
        ]
    if name == "side":
        return [
            _("The left panel"),
            _("Arrows and the mouse wheel scroll it."),
            _("A click on a command puts it into the prompt."),
        ]
    if name == "output":
        return [
            _("The output"),
            _("Replies as redis-cli prints them. Under an error stands a card; Ctrl-O unfolds it."),
        ]
    return []


def _names(key: Key) -> str:
    return " ".join(key_name(each) for each in key.keys.split(","))


def _section(title: str, width: int) -> list[Row]:
    return wrap(row((title, "title")), width)


def _table(lines: Sequence[tuple[str, str]], width: int) -> list[Row]:
    column = max((cell_len(key) for key, _text in lines), default=0) + 2
    rows: list[Row] = []
    for key, text in lines:
        gap = " " * (column - cell_len(key))
        rows += wrap(row((key, "hotkey"), (gap, ""), text), width, " " * column)
    return rows
