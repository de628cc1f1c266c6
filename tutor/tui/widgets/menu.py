"""The list that opens above the prompt: completions, or earlier lines that match."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from textual import events
from textual.message import Message

from tutor.tui.glyphs import glyphs
from tutor.tui.paint import Row, fit, row, spread
from tutor.tui.widgets.painted import Line

ROWS = 8


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry: the whole line it stands for, what is shown, and a word about it."""

    line: str
    cursor: int
    shown: str
    about: str = ""


class Menu(Line):
    """Opened by `open`; ``index`` is the chosen entry."""

    DEFAULT_CSS = """
    Menu {
        overlay: screen; constrain: inside none; display: none;
        background: $surface; color: $foreground; border: solid $line;
    }
    Menu.-open { display: block; }
    """

    class Picked(Message):
        """An entry was clicked."""

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.choices: Sequence[Choice] = ()
        self.index = 0

    @property
    def is_open(self) -> bool:
        """Whether it is shown."""
        return self.has_class("-open")

    @property
    def chosen(self) -> Choice | None:
        """The entry the bar is on."""
        return self.choices[self.index] if self.choices else None

    def open(self, choices: Sequence[Choice], column: int) -> None:
        """Show the entries, the first chosen, above ``column`` of the prompt's row."""
        self.choices, self.index = choices, 0
        shown = max((cell_len(choice.shown) for choice in choices), default=0)
        about = max((cell_len(choice.about) for choice in choices), default=0)
        width = min(shown + (about + 3 if about else 0) + 4, max(self.app.size.width - 4, 20))
        height = min(len(choices), ROWS, max(self.app.size.height - 6, 1)) + 2
        self.styles.width, self.styles.height = width, height
        self.styles.offset = (column, -height)
        self.set_class(bool(choices), "-open")
        self.refresh()

    def close(self) -> None:
        """Hide it."""
        self.remove_class("-open")
        self.choices = ()

    def move(self, by: int) -> None:
        """To the next or previous entry, around the ends."""
        if self.choices:
            self.index = (self.index + by) % len(self.choices)
            self.refresh()

    def _first(self) -> int:
        rows = self.size.height
        return max(0, min(self.index - rows // 2, len(self.choices) - rows))

    def compose_rows(self, width: int) -> Sequence[Row]:
        """The entries around the chosen one, which also carries a mark."""
        rows: list[Row] = []
        first = self._first()
        for at in range(first, min(first + self.size.height, len(self.choices))):
            choice = self.choices[at]
            mark = f"{glyphs.right} " if at == self.index else "  "
            role = "chosen" if at == self.index else ""
            left = fit(row((mark + choice.shown, role)), width, glyphs.ellipsis)
            rows.append(spread(left, row((choice.about, role or "muted")), width, glyphs.ellipsis))
        return rows

    def on_click(self, event: events.Click) -> None:
        """Take the entry under the mouse."""
        at = self._first() + event.y - 1
        if 0 <= at < len(self.choices):
            self.post_message(self.Picked(at))
