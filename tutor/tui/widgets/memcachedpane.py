"""Memcached's prompt: protocol lines as they are typed, replies, cards, and the syntax beneath."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from rich.highlighter import Highlighter
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input, Static

from tutor.console.telnet.cards import card
from tutor.console.telnet.commands import COMMANDS, completions, usage
from tutor.diagrams.payload import printable
from tutor.i18n import _, ngettext
from tutor.tui.glyphs import glyphs
from tutor.tui.paint import EMPTY, Piece, Row, fit, row
from tutor.tui.widgets.output import Output
from tutor.tui.widgets.painted import Line
from tutor.tui.widgets.panelhead import PanelHead
from tutor.tui.widgets.prompt import PromptInput

if TYPE_CHECKING:
    from tutor.console.telnet.talk import Said, Talk

_TROUBLE = ("ERROR", "CLIENT_ERROR", "SERVER_ERROR")
_MOST = 60
"""Lines of a reply that are shown; `stats` has more."""


def line_pieces(line: str) -> Row:
    """A protocol line in the colours of its words."""
    word, blank, rest = line.partition(" ")
    known = word in COMMANDS
    return row((word, "command" if known else "string"), (blank + rest, "number" if known else
                                                          "string"))  # fmt: skip


class MemcachedInput(PromptInput):
    """The line; nothing is offered in grey, Tab completes the command."""

    def __init__(self, earlier: Callable[[], Sequence[str]], *, id: str | None = None) -> None:
        super().__init__(earlier, id=id)
        self.highlighter = _Colours(self)
        self.spoken: Callable[[str], Row] = line_pieces

    def hint(self) -> None:
        """No ghost text: these are no commands of Redis."""


class _Colours(Highlighter):
    def __init__(self, prompt: MemcachedInput) -> None:
        self._prompt = prompt

    def highlight(self, text: Text) -> None:
        """Style the words in place."""
        from tutor.tui.paint import style_of

        at = 0
        for piece in self._prompt.spoken(text.plain):
            style = style_of(self._prompt.app, piece.role).rich_style
            text.stylize(style, at, at + len(piece.text))
            at += len(piece.text)


class SyntaxLine(Line):
    """What the command at hand wants, or that data are wanted."""

    def __init__(self, words: Callable[[], Row]) -> None:
        super().__init__()
        self._words = words

    def compose_rows(self, width: int) -> Sequence[Row]:
        """One row."""
        return [fit(self._words(), width, glyphs.ellipsis)]


class MemcachedPane(Vertical):
    """``talk`` is the connection that the lines go to."""

    DEFAULT_CSS = """
    MemcachedPane Horizontal { height: 1; margin: 0 1; }
    MemcachedPane Static { width: auto; height: 1; color: $muted; }
    MemcachedPane PromptInput { width: 1fr; }
    MemcachedPane SyntaxLine { margin: 0 1; color: $muted; }
    """

    class Ran(Message):
        """A line was sent."""

    class Left(Message):
        """Esc with nothing left to close."""

    def __init__(self, talk: Callable[[], Talk], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._talk = talk
        self._earlier: list[str] = []
        self._head = PanelHead(self, lambda: row(("Memcached", "title")), self._about)
        self.output = Output(id="output")
        self.output.pieces = line_pieces
        self._label = Static("", markup=False)
        self.prompt = MemcachedInput(lambda: self._earlier, id="memcached-prompt")
        self._syntax = SyntaxLine(self._syntax_row)

    def compose(self) -> ComposeResult:
        """Head, output, the line, its syntax."""
        yield self._head
        yield self.output
        with Horizontal():
            yield self._label
            yield self.prompt
        yield self._syntax

    def on_mount(self) -> None:
        """The label follows what the server wants."""
        self.watch(self.prompt, "value", self._typed, init=False)
        self.look()

    def look(self) -> None:
        """Label and syntax."""
        self._label.update(self._talk().prompt)
        self._syntax.refresh()
        self._head.refresh()

    def _typed(self) -> None:
        self._syntax.refresh()

    def _about(self) -> Row:
        layout = self._talk().cache.store.layout()
        items = ngettext("{n} item", "{n} items", layout.items).format(n=layout.items)
        return row((items, "muted"))

    def _syntax_row(self) -> Row:
        talk = self._talk()
        if talk.discards:
            text = _("too large for an item: {n} bytes are taken and thrown away; Esc hangs up")
            return row((text.format(n=talk.waiting - 2), "warning"))
        if talk.waiting:
            wanted = max(talk.waiting - 2, 0)
            text = ngettext(
                "{n} byte of data, then Enter; Esc hangs up",
                "{n} bytes of data, then Enter; Esc hangs up",
                wanted,
            ).format(n=wanted)
            typed = len(self.prompt.value.encode("utf-8", "surrogateescape"))
            return row((text, "muted"), (f"   {typed}/{wanted}", "ok" if typed == wanted else
                                         "warning"))  # fmt: skip
        found = usage(self.prompt.value)
        if found is None:
            names = completions(self.prompt.value)
            return row((" ".join(names), "dim"))
        command, syntax = found
        data = f" {glyphs.arrow} " + _("data") if command.data else ""
        return row((syntax, "syntax"), (data, "syntax"), ("  " + command.about(), "muted"))

    # running

    @on(PromptInput.Entered)
    def _entered(self, event: PromptInput.Entered) -> None:
        event.stop()
        for line in event.lines:
            self.run(line)
        self.prompt.heard(event.lines)

    def run(self, line: str) -> None:
        """Send a line and show what came of it."""
        talk = self._talk()
        if not line and not talk.waiting:
            return
        prompt = talk.prompt
        said = talk.say(line)
        if line and (not self._earlier or self._earlier[-1] != line):
            self._earlier.append(line)
        exchange = self.output.command(prompt, line)
        exchange.reply = _reply_rows(said)
        found = card(said)
        if found is not None:
            exchange.card = partial(card, said)
        self.output.changed(exchange)
        self.look()
        self.post_message(self.Ran())

    @on(PromptInput.Menu)
    def _menu(self, event: PromptInput.Menu) -> None:
        event.stop()
        if event.key in ("next", "back"):
            self._complete()
        elif event.key == "escape":
            self._escape()

    def _complete(self) -> None:
        found = completions(self.prompt.value)
        if len(found) == 1:
            self.prompt.put(found[0] + " ")
        elif found:
            common = found[0]
            while not all(name.startswith(common) for name in found):
                common = common[:-1]
            self.prompt.put(max(common, self.prompt.value, key=len))

    def _escape(self) -> None:
        """Give up what the server waits for, or leave."""
        talk = self._talk()
        if talk.waiting:
            talk.hang_up()
            self.output.say(lambda: row((_("The connection was closed, another one is open."),
                                         "muted")))  # fmt: skip
            self.look()
        else:
            self.post_message(self.Left())

    @on(PromptInput.Interrupted)
    def _interrupted(self, event: PromptInput.Interrupted) -> None:
        event.stop()
        self._escape()

    @on(PromptInput.Scrolled)
    def _scrolled(self, event: PromptInput.Scrolled) -> None:
        event.stop()
        if event.pages < 0:
            self.output.scroll_page_up(animate=False)
        else:
            self.output.scroll_page_down(animate=False)

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()

    def retranslate(self) -> None:
        """Words in the present language."""
        self.look()


def _reply_rows(said: Said) -> list[Row]:
    """The reply line by line; errors in their colour."""
    rows: list[Row] = []
    for text in said.reply[:_MOST]:
        role = "error" if text.startswith(_TROUBLE) else "string"
        if text in ("STORED", "DELETED", "TOUCHED", "OK", "HD", "END", "MN"):
            role = "status"
        rows.append((Piece(printable(text.encode("utf-8", "surrogateescape"), 4000), role),))
    if len(said.reply) > _MOST:
        rows.append(row((glyphs.ellipsis, "muted")))
    return rows or ([EMPTY] if not said.waiting else [])
