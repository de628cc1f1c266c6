"""The console of a screen: it runs the lines that are entered and shows what came of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, cast

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message

from tutor.console.lexer import UnbalancedQuotes, split
from tutor.engine.replies import BLOCKED, Reply, is_error
from tutor.i18n import _, ngettext
from tutor.tui.desk import Desk
from tutor.tui.paint import Row, row
from tutor.tui.widgets.entry import Entry
from tutor.tui.widgets.output import Exchange, Output
from tutor.tui.widgets.panelhead import PanelHead
from tutor.tui.widgets.prompt import PromptInput

if TYPE_CHECKING:
    from tutor.console.backend import EmbeddedBackend
    from tutor.console.cards import Card
    from tutor.console.history import History
    from tutor.console.render import Line
    from tutor.engine.session import Session

MOST_LINES = 1000
"""Lines of one reply that the output keeps."""


@dataclass(slots=True, eq=False)
class _Waiting:
    """A command of a client that waits; ``reply`` is `BLOCKED` until it comes."""

    exchange: Exchange
    argv: Sequence[bytes]
    reply: Reply = BLOCKED


class ConsolePane(Vertical):
    """Runs lines at its desk. Implements the console's `Host` for words such as `help`."""

    raw = False
    readable = True

    class Ran(Message):
        """A command was carried out, or its late reply came."""

        def __init__(self, argv: Sequence[bytes], reply: Reply) -> None:
            super().__init__()
            self.argv, self.reply = tuple(argv), reply

    class EmptyLine(Message):
        """Enter in an empty line."""

    class Left(Message):
        """Esc with nothing left to close."""

    class Travel(Message):
        """``:undo`` or ``:redo`` was typed."""

        def __init__(self, back: bool) -> None:
            super().__init__()
            self.back = back

    def __init__(
        self,
        desk: Desk,
        history: History,
        *,
        before: Callable[[Sequence[bytes]], None],
        joint: Callable[[], int],
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self.desk = desk
        self._before = before
        self._head = PanelHead(self, self._title, self._about, joint=joint)
        self.history = history
        self._waiting: dict[Session, _Waiting] = {}
        self._typed_ahead: list[str] = []
        self.output = Output(id="output")
        self.entry = Entry(lambda: self.desk.backend, history.lines, id="entry")

    def compose(self) -> ComposeResult:
        """Head, output, and where lines are typed."""
        yield self._head
        yield self.output
        yield self.entry

    def _title(self) -> Row:
        return row((_("Console"), "title"))

    def _about(self) -> Row:
        return row((self.desk.backend.info, "dim"))

    def on_mount(self) -> None:
        """Say so if typed lines cannot be kept."""
        if self.history.problem:
            self.output.say(lambda: row((self.history.problem, "warning")))

    @property
    def prompt(self) -> PromptInput:
        """The line being typed."""
        return self.entry.prompt

    @property
    def backend(self) -> EmbeddedBackend:
        """What the console's words act on."""
        return self.desk.backend

    def look(self) -> None:
        """Show the prompt of the present client and database."""
        self._head.refresh()
        self.entry.look()

    # running

    def enter(self, line: str) -> None:
        """Run a line as if it had been typed and entered."""
        if not line.strip():
            self.post_message(self.EmptyLine())
            return
        from tutor.console import commands
        from tutor.console.remark import remark_note, without_remark

        own_word = commands.find(line.split()[0]) is not None
        if self.desk.world.session in self._waiting and not own_word:
            self._typed_ahead.append(line)
            return
        self.history.append(line)
        exchange = self.output.command(str(self.desk.backend.prompt()), line)
        if line.strip().lower() in (":undo", ":redo"):
            self.post_message(self.Travel(line.strip().lower() == ":undo"))
            return
        try:
            if commands.run(line, cast("commands.Host", self)):
                return
            line, remark = without_remark(line)
            argv = split(line)
        except UnbalancedQuotes as error:
            exchange.reply.append(row(("Invalid argument(s)", "error")))
            exchange.card = partial(_quoting_card, line, error)
            self.output.changed(exchange)
            return
        if remark:
            exchange.notes.append(lambda: row((remark_note(remark), "muted")))
        self._before(argv)
        reply = self.desk.run(argv)
        if reply is BLOCKED:
            self._wait(exchange, argv)
        else:
            self._answer(exchange, argv, reply, partial(self._card, argv, reply))
        self.post_message(self.Ran(argv, reply))
        self.poll()

    def _wait(self, exchange: Exchange, argv: Sequence[bytes]) -> None:
        """The command waits: note its reply when it comes, whichever client is current then."""
        session = self.desk.world.session
        waiting = self._waiting[session] = _Waiting(exchange, argv)
        before = session.on_reply

        def note(reply: Reply) -> None:
            waiting.reply = reply
            session.on_reply = before
            if before is not None:
                before(reply)

        session.on_reply = note
        exchange.waiting = True
        self.output.changed(exchange)

    def poll(self) -> None:
        """Show replies that came meanwhile, then go on with the lines that were typed ahead."""
        for session, waiting in list(self._waiting.items()):
            if session.blocked is not None:
                continue
            del self._waiting[session]
            exchange, argv, reply = waiting.exchange, waiting.argv, waiting.reply
            exchange.waiting = False
            if reply is BLOCKED:
                exchange.notes.append(lambda: row((_("given up"), "muted")))
                self.output.changed(exchange)
            else:
                self._answer(exchange, argv, reply, partial(self._card, argv, reply))
            self.post_message(self.Ran(argv, reply))
        while self._typed_ahead and self.desk.world.session not in self._waiting:
            self.enter(self._typed_ahead.pop(0))

    def cancel(self) -> bool:
        """Give up waiting; False if nothing waited."""
        if self.desk.world.session not in self._waiting:
            return False
        self._typed_ahead.clear()
        self.desk.cancel()
        self.poll()
        return True

    def _answer(
        self,
        exchange: Exchange,
        argv: Sequence[bytes],
        reply: Reply,
        card: Callable[[], Card | None],
    ) -> None:
        from tutor.console.render import plain, printable, render

        resp = self.desk.backend.resp
        if self.raw:
            text = plain(reply, resp, argv).decode("utf-8", "surrogateescape")
            lines = [[(printable(line), "text")] for line in text.removesuffix("\n").split("\n")]
        else:
            lines = render(reply, resp, self.readable, argv)
        exchange.reply += [row(*line) for line in lines[:MOST_LINES]]
        more = len(lines) - MOST_LINES
        if more > 0:
            exchange.notes.append(partial(_more_row, more))
        if is_error(reply) and card() is not None:
            exchange.card = card
        self.output.changed(exchange)
        self.look()

    def _card(self, argv: Sequence[bytes], reply: Reply) -> Card | None:
        from tutor.console.cards import card

        return card(argv, reply, self.desk.backend) if is_error(reply) else None

    # the console's Host

    def show(self, lines: Sequence[Line]) -> None:
        """Print what a word of the console says."""
        self.output.print(lines)

    def clear(self) -> None:
        """Empty the output."""
        self.output.clear()

    def quit(self) -> None:
        """Leave the app."""
        self.call_later(self.app.run_action, "quit")

    def set_language(self, code: str) -> None:
        """Switch the interface."""
        from tutor.tui.application import TutorApp

        assert isinstance(self.app, TutorApp)
        self.app.speak(code)

    # typing

    @on(PromptInput.Entered)
    def _entered(self, event: PromptInput.Entered) -> None:
        event.stop()
        if event.lines == (self.prompt.value,):
            self.prompt.put("")
        for line in event.lines:
            self.enter(line)

    @on(Entry.Escaped)
    def _escaped(self, event: Entry.Escaped) -> None:
        event.stop()
        if not self.cancel():
            self.post_message(self.Left())

    @on(PromptInput.Interrupted)
    def _interrupted(self, event: PromptInput.Interrupted) -> None:
        event.stop()
        if not self.cancel():
            self.output.say(lambda: row((_("F10 leaves; your place is kept."), "muted")))

    @on(PromptInput.Scrolled)
    def _scrolled(self, event: PromptInput.Scrolled) -> None:
        event.stop()
        self.output.scroll_relative(
            y=event.pages * max(self.output.size.height - 1, 1), animate=False, immediate=True
        )


def _more_row(more: int) -> Row:
    text = ngettext("… and {n} more line", "… and {n} more lines", more).format(n=more)
    return row((text, "muted"))


def _quoting_card(line: str, error: UnbalancedQuotes) -> Card:
    from tutor.console.cards import quoting_card

    return quoting_card(line, error)
