"""The line in which commands are typed: coloured, with ghost text and history.

It knows nothing of engines: `catalog` says what exists, `ConsolePane` runs what was entered.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from rich.highlighter import Highlighter
from rich.text import Text
from textual import events
from textual.actions import SkipAction
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.suggester import SuggestionReady
from textual.widgets import Input

from tutor.tui.keys import KEYS
from tutor.tui.paint import style_of
from tutor.tui.widgets.history import Walk

if TYPE_CHECKING:
    from tutor.console.backend import Catalog


ROOM = 1000
"""Cells for which the prompt is prepared."""


class PromptInput(Input):
    """See the module's text."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,ctrl+p", "earlier", show=False),
        Binding("down,ctrl+n", "later", show=False),
        Binding("tab", "complete(1)", show=False),
        Binding("shift+tab", "complete(-1)", show=False),
        Binding("ctrl+r", "search", show=False),
        Binding("pageup", "scroll_output(-1)", show=False),
        Binding("pagedown", "scroll_output(1)", show=False),
        Binding("ctrl+c,super+c", "interrupt", show=False),
        Binding("escape", "escape", KEYS["home"].label, id="home", tooltip=KEYS["home"].help),
    ]
    DEFAULT_CSS = """
    PromptInput, PromptInput:focus {
        border: none; height: 1; padding: 0; background: transparent; background-tint: 0%;
    }
    PromptInput:nocolor > .input--cursor { text-style: reverse; }
    PromptInput:nocolor > .input--suggestion { text-style: dim; }
    """

    class Entered(Message):
        """Lines were entered: one by Enter, several by pasting."""

        def __init__(self, lines: Sequence[str]) -> None:
            super().__init__()
            self.lines = tuple(lines)

    class Menu(Message):
        """A key for the menu above the prompt: ``next``, ``back``, ``search``, ``accept``."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    class Interrupted(Message):
        """Ctrl-C in an empty line."""

    class Scrolled(Message):
        """Page up or down: the output scrolls, the cursor stays here."""

        def __init__(self, pages: int) -> None:
            super().__init__()
            self.pages = pages

    def __init__(
        self, earlier_lines: Callable[[], Sequence[str]], *, id: str | None = None
    ) -> None:
        super().__init__(id=id, select_on_focus=False, highlighter=_Colours(self))
        self.catalog: Catalog | None = None
        self._earlier_lines = earlier_lines
        self.menu_open = False
        """Set from outside: arrows and Enter then belong to the menu."""
        self._walk: Walk | None = None
        self._sent: list[str] = []
        """Entered, but not yet among the earlier lines."""

    async def _on_key(self, event: events.Key) -> None:
        """Obey the line's own keys at once. By Textual's way, up to the app and back, letters typed
        right behind them would come first."""
        for binding in self._bindings.key_to_bindings.get(event.key, ()):
            if not binding.priority and await self.app.run_action(binding.action, self):
                event.stop()
                return

    @property
    def content_width(self) -> int:
        """Wider than almost any line: a new width would lay out the whole screen at each key."""
        return max(self._used, ROOM)

    @property
    def max_scroll_x(self) -> int:
        """As far as the line really goes."""
        return max(self._used - self.scrollable_content_region.width, 0)

    @property
    def _used(self) -> int:
        return cell_len(self.value) + 1

    def hint(self) -> None:
        """Continue the line in grey, if the cursor is at its end."""
        if self.menu_open or self.cursor_position < len(self.value):
            return
        if line := ghost_of(self.value, self.catalog):
            self.post_message(SuggestionReady(self.value, line))

    # history

    def put(self, line: str) -> None:
        """Replace the line; the cursor goes to its end."""
        self.value = line
        self.cursor_position = len(line)

    def forget_walk(self) -> None:
        """If the line was changed by hand, the arrows start from the end again."""
        if self._walk is not None and self._walk.line != self.value:
            self._walk = None

    def _step(self, by: int) -> None:
        self.forget_walk()
        if self._walk is None:
            self._walk = Walk([*self._earlier_lines(), *self._sent], self.value)
        line = self._walk.step(by)
        if line is not None:
            self.put(line)

    def action_earlier(self) -> None:
        """The line before, or the menu's entry above."""
        if self.menu_open:
            self.post_message(self.Menu("back"))
        else:
            self._step(-1)

    def action_later(self) -> None:
        """The line after, or the menu's entry below."""
        if self.menu_open:
            self.post_message(self.Menu("next"))
        elif self._walk is not None:
            self._step(1)

    # the menu

    def action_complete(self, by: int) -> None:
        """Tab: complete the word, or go on to the next of several."""
        self.post_message(self.Menu("next" if by > 0 else "back"))

    def action_search(self) -> None:
        """Ctrl-R: search earlier lines."""
        self.post_message(self.Menu("search"))

    async def action_submit(self) -> None:
        """Enter: take the menu's entry, or run the line; what comes next is another line."""
        if self.menu_open:
            self.post_message(self.Menu("accept"))
        else:
            line, self._walk = self.value, None
            self.put("")
            self._send([line])

    def _send(self, lines: Sequence[str]) -> None:
        self._sent += lines
        self.post_message(self.Entered(lines))

    def heard(self, lines: Sequence[str]) -> None:
        """These lines have been taken over, to be run."""
        del self._sent[: len(lines)]

    def action_escape(self) -> None:
        """Esc closes the menu, gives up waiting, or leaves the screen, in this order."""
        self.post_message(self.Menu("escape"))

    # the rest

    def action_interrupt(self) -> None:
        """Ctrl-C copies what is marked, empties the line, or gives up waiting."""
        if not self.selection.is_empty:
            self.app.copy_to_clipboard(self.selected_text)
        elif self.screen.get_selected_text():
            raise SkipAction
        elif self.value:
            self.put("")
        else:
            self.post_message(self.Interrupted())

    def action_scroll_output(self, pages: int) -> None:
        """Page the output."""
        self.post_message(self.Scrolled(pages))

    def _on_paste(self, event: events.Paste) -> None:
        """Several lines: all but an unfinished last one are run, in order."""
        event.prevent_default()
        event.stop()
        from tutor.console.pasting import as_one_line, cut

        text = event.text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
        start, end = sorted(self.selection)
        lines = [
            "".join(filter(str.isprintable, as_one_line(line)))
            for line in cut(self.value[:start] + text)
        ]
        if len(lines) == 1:
            self.value, self.cursor_position = lines[0] + self.value[end:], len(lines[0])
            return
        rest = lines.pop() + self.value[end:]
        self.put(rest)
        self._send([line for line in lines if line.strip()])


class _Colours(Highlighter):
    """The console's colouring, as `Input` wants it."""

    def __init__(self, prompt: PromptInput) -> None:
        self._prompt = prompt

    def highlight(self, text: Text) -> None:
        """Style the words in place."""
        from tutor.tui.widgets.commandline import command_pieces

        known = self._prompt.catalog.type if self._prompt.catalog is not None else None
        at = 0
        for piece in command_pieces(text.plain, known):
            style = style_of(self._prompt.app, piece.role).rich_style
            text.stylize(style, at, at + len(piece.text))
            at += len(piece.text)


def ghost_of(line: str, catalog: Catalog | None) -> str:
    """The line with the rest of its best completion, or "": never a hint that is not really the
    line's continuation."""
    from tutor.console.completion import best

    if not line.strip() or line.endswith(" "):
        return ""
    found = best(line, catalog)
    typed = line[found.start :] if found is not None else ""
    if found is None or not typed or not found.text.casefold().startswith(typed.casefold()):
        return ""
    rest = found.text[len(typed) :]
    return line + (rest.lower() if typed.islower() else rest)
