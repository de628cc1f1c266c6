"""Where a line is typed: label, prompt, the menu above it, the signature beneath.

It knows what may be typed (completions, earlier lines, syntax), not what becomes of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input, Static

from tutor.i18n import _
from tutor.tui.widgets.history import search
from tutor.tui.widgets.menu import Choice, Menu
from tutor.tui.widgets.prompt import PromptInput
from tutor.tui.widgets.signature import SignatureLine

if TYPE_CHECKING:
    from tutor.console.backend import EmbeddedBackend


class Entry(Vertical):
    """``backend`` is asked for the prompt's text and for what exists; it may change."""

    DEFAULT_CSS = """
    Entry { height: auto; }
    Entry Horizontal { height: 1; }
    Entry Static { width: auto; height: 1; color: $muted; }
    Entry PromptInput { width: 1fr; }
    """

    class Escaped(Message):
        """Esc with no menu to close."""

    def __init__(
        self,
        backend: Callable[[], EmbeddedBackend],
        earlier_lines: Callable[[], Sequence[str]],
        *,
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self._backend = backend
        self._earlier_lines = earlier_lines
        self._label = Static("", markup=False)
        self.prompt = PromptInput(earlier_lines, id="prompt")
        self.menu = Menu()
        self._signature = SignatureLine(id="signature")
        self._searching = False
        self._signed = ("", 0)
        """Line and cursor whose syntax is shown."""
        self._typed = ("", 0)
        """Line and cursor from before the menu was opened."""

    def compose(self) -> ComposeResult:
        """Menu, line, signature."""
        yield self.menu
        with Horizontal():
            yield self._label
            yield self.prompt
        yield self._signature

    def on_mount(self) -> None:
        """The signature follows the cursor."""
        self.watch(self.prompt, "selection", self._sign, init=False)
        self.look()

    def look(self) -> None:
        """The label says database, MULTI, and whether earlier lines are searched."""
        backend = self._backend()
        self._label.update(_("search: ") if self._searching else str(backend.prompt()))
        self.prompt.catalog = backend
        self.prompt.refresh()

    def retranslate(self) -> None:
        """The label while searching, the signature's summary."""
        self.look()
        self._signed = ("", 0)
        self._sign()

    def _sign(self) -> None:
        from tutor.console.signature import signature

        line, cursor = self.prompt.value, self.prompt.cursor_position
        if (line, cursor) != self._signed:
            self._signed = line, cursor
            self._signature.tell(signature(line, cursor) if line.strip() else None)

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self.prompt.forget_walk()
        if self._searching:
            self._open_search()
        elif self.menu.chosen is not None and self.menu.chosen.line != event.value:
            self._close()
        if event.value == self.prompt.value:  # else the next one is on its way
            self._sign()
            self.prompt.hint()

    # the menu

    @on(PromptInput.Menu)
    def _menu_key(self, event: PromptInput.Menu) -> None:
        event.stop()
        if event.key == "search":
            self._search()
        elif event.key == "escape":
            self._escape()
        elif event.key == "accept":
            self._accept()
        elif self.menu.is_open:
            self.menu.move(1 if event.key == "next" else -1)
            self._preview()
        elif event.key == "next":
            self._complete()

    @on(Menu.Picked)
    def _picked(self, event: Menu.Picked) -> None:
        event.stop()
        self.menu.index = event.index
        self._accept()

    def _complete(self) -> None:
        from tutor.console.completion import complete

        line, cursor = self.prompt.value, self.prompt.cursor_position
        choices = []
        start = 0
        for found in complete(line, cursor, self._backend()):
            start = found.start
            typed = line[:start] + found.text
            choices.append(Choice(typed + line[cursor:], len(typed), found.display, found.meta))
        if len(choices) == 1:
            self._put(choices[0], space=True)
        elif choices:
            self._open(choices, cell_len(line[:start]))
            self._preview()

    def _search(self) -> None:
        if self._searching:
            self.menu.move(1)
            return
        self._close()
        self._searching = True
        self.look()
        self._open_search()

    def _open_search(self) -> None:
        found = search(self._earlier_lines(), self.prompt.value)
        self._open([Choice(line, len(line), line) for line in found], 0)
        self.prompt.menu_open = True

    def _open(self, choices: Sequence[Choice], column: int) -> None:
        self._typed = (self.prompt.value, self.prompt.cursor_position)
        self.menu.open(choices, self._label.size.width + column - self.prompt.scroll_offset.x)
        self.prompt.menu_open = self.menu.is_open

    def _preview(self) -> None:
        if self.menu.chosen is not None and not self._searching:
            self._put(self.menu.chosen)

    def _put(self, choice: Choice, space: bool = False) -> None:
        blank = " " if space and choice.cursor == len(choice.line) else ""
        self.prompt.value = choice.line + blank
        self.prompt.cursor_position = choice.cursor + len(blank)

    def _accept(self) -> None:
        choice, searching = self.menu.chosen, self._searching
        self._close()
        if choice is not None:
            self._put(choice, space=not searching)

    def _close(self) -> None:
        self.menu.close()
        self.prompt.menu_open = False
        if self._searching:
            self._searching = False
            self.look()

    def _escape(self) -> None:
        if self.menu.is_open or self._searching:
            self._close()
            self.prompt.value, self.prompt.cursor_position = self._typed
        else:
            self.post_message(self.Escaped())
