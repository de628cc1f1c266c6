"""The console of a screen: it runs the lines that are entered and shows what came of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, cast

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message

from tutor.console.lexer import UnbalancedQuotes, split
from tutor.console.travel import Trip, trip_of
from tutor.engine.replies import BLOCKED, Reply
from tutor.engine.world import Entry as Step
from tutor.engine.world import waits
from tutor.i18n import _, ngettext
from tutor.tui.desk import Company, Desk
from tutor.tui.execution import Execution
from tutor.tui.paint import Row, row
from tutor.tui.widgets.besideentry import PROMPT, BesideEntry, line_pieces
from tutor.tui.widgets.entry import Entry
from tutor.tui.widgets.output import Exchange, Output
from tutor.tui.widgets.panelhead import PanelHead
from tutor.tui.widgets.prompt import PromptInput

if TYPE_CHECKING:
    from tutor.console.backend import EmbeddedBackend
    from tutor.console.cards import Card
    from tutor.console.history import History
    from tutor.console.render import Line
    from tutor.diagrams.server import ServerView
    from tutor.engine.census import Order
    from tutor.engine.session import Session

MOST_LINES = 1000
"""Lines of one reply that the output keeps."""

MOST_MESSAGES = 50
"""Messages that are shown of those that came since the last look."""

PATIENCE_S = 0.05
"""How long the screen stands still for a command. Almost all are over by then."""


@dataclass(slots=True, eq=False)
class _Waiting:
    """A command of a client that waits; ``reply`` is `BLOCKED` until it comes."""

    exchange: Exchange
    argv: Sequence[bytes]
    reply: Reply = BLOCKED


@dataclass(slots=True, eq=False)
class _Running:
    """A command that is carried out. ``begun``: its turn has come; until then it can be
    ``withdrawn``."""

    exchange: Exchange
    argv: Sequence[bytes]
    session: Session
    begun: bool = False
    withdrawn: bool = False
    execution: Execution[Reply] | None = None
    step: Step | None = None


class ConsolePane(Vertical):
    """Runs lines at its desk. Implements the console's `Host` for words such as `help`."""

    raw = False
    readable = True

    class Ran(Message):
        """A command was carried out, or its late reply came."""

        def __init__(self, argv: Sequence[bytes], reply: Reply, step: Step | None) -> None:
            super().__init__()
            self.argv, self.reply, self.step = tuple(argv), reply, step

    class Told(Message):
        """A word of the console has done something."""

    class _Done(Message):
        """A command that took long is over."""

    class EmptyLine(Message):
        """Enter in an empty line."""

    class Left(Message):
        """Esc with nothing left to close."""

    class Slowly(Message):
        """``:slow`` was typed with ``word`` behind it (``off``, ``expiry``, a number, nothing), or
        a command that was typed behind it has been carried out."""

        def __init__(self, word: str = "") -> None:
            super().__init__()
            self.word = word

    class Travel(Message):
        """``:undo``, ``:redo`` or ``:time`` was typed, with a place to go to."""

        def __init__(self, trip: Trip) -> None:
            super().__init__()
            self.trip = trip

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
        self.show_server: Callable[[ServerView, Order | None], None] | None = None
        """Opens the pane of the whole server, where there is one (`:server`)."""
        self.show_key: Callable[[bytes, str], None] | None = None
        """Shows a key in a view of the X-ray (`:xray`)."""
        self._head = PanelHead(self, self._title, self._about, joint=joint)
        self.history = history
        self._waiting: dict[Session, _Waiting] = {}
        self._ongoing: _Running | None = None
        self._typed_ahead: list[str] = []
        self._slowly = False
        """The command that runs is to be shown in slow motion."""
        self.output = Output(id="output")
        self.output.pieces = lambda line: line_pieces(line, self.desk.company)
        self.entry = BesideEntry(
            lambda: self.desk.backend, history.lines, lambda: self.desk.company, id="entry"
        )

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
        from tutor.console.slow import behind

        slowly = behind(line)
        company = self.desk.company
        beside = company is not None and company.takes_python(line)
        own_word = not beside and commands.find((slowly or line).split()[0]) is not None
        if self._holds and not own_word:
            self._typed_ahead.append(line)
            return
        self.history.append(line)
        prompt = PROMPT if beside else str(self.desk.backend.prompt())
        exchange = self.output.command(prompt, line)
        if company is not None and self._run_beside(company, exchange, line):
            return
        first, *rest = line.lower().split()
        if first == ":slow" and not slowly:
            self.post_message(self.Slowly(" ".join(rest)))
            return
        line = slowly or line
        if first in (":undo", ":redo", ":time"):
            with suppress(ValueError):  # which the word itself explains
                if (trip := trip_of(first, rest)) is not None:
                    self.post_message(self.Travel(trip))
                    return
        try:
            if commands.run(line, cast("commands.Host", self)):
                self.post_message(self.Told())
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
        self._slowly = bool(slowly)
        self._start(exchange, argv)

    def _run_beside(self, company: Company, exchange: Exchange, line: str) -> bool:
        """Run a line that is for something beside Redis; False for any other."""
        try:
            argv = company.words(line)
        except UnbalancedQuotes as error:
            exchange.reply.append(row(("Invalid argument(s)", "error")))
            exchange.card = partial(_quoting_card, line, error)
            self.output.changed(exchange)
            return True
        if argv is not None:
            self._slowly = False
            self._start(exchange, argv)
        return argv is not None

    def _start(self, exchange: Exchange, argv: Sequence[bytes]) -> None:
        """Carry out a command; if it is not over in a moment, the screen goes on meanwhile."""
        running = self._ongoing = _Running(exchange, argv, self.desk.world.session)
        running.execution = Execution(partial(self._carry_out, running), self._tell_done)
        if running.execution.wait(PATIENCE_S):
            self._finish(running)
        else:
            exchange.running = partial(self._how_long, running)
            self.output.changed(exchange)
            self.post_message(self.Told())

    def _carry_out(self, running: _Running) -> Reply:
        """In a thread: take a turn, run the command. Nothing here touches the screen."""
        with self.desk.world.lock:
            if running.withdrawn:
                return None
            running.begun = True
            self._before(running.argv)
            reply = self.desk.run(running.argv)
            running.step = self.desk.world.last
            if reply is BLOCKED:
                self._wait(running)
        return reply

    def _tell_done(self) -> None:
        """In a thread: the screen does not wait any more."""
        self.post_message(self._Done())

    @on(_Done)
    def _done(self) -> None:
        self.poll()

    @property
    def executing(self) -> bool:
        """Whether a command takes long just now."""
        return self._ongoing is not None

    def _how_long(self, running: _Running) -> str:
        seconds = f"{running.execution.seconds if running.execution else 0:.1f}"
        if not running.begun:
            text = _("{seconds} s: Redis is busy with another client's command, this one waits")
        else:
            text = _("{seconds} s: Redis carries it out and serves nobody else meanwhile")
        return text.format(seconds=seconds)

    def _finish(self, running: _Running) -> None:
        """The command is over: show its reply, or that it waits."""
        assert running.execution is not None
        self._ongoing = None
        exchange, argv, reply = running.exchange, running.argv, running.execution.result()
        exchange.running = None
        told = running.step is not None and self.tell_beside(exchange, running.step)
        if told:
            self.look()
        elif reply is BLOCKED:
            exchange.waiting = True
            self.output.changed(exchange)
        else:
            self._answer(exchange, argv, reply, partial(self._card, argv, reply))
        self.post_message(self.Ran(argv, reply, running.step))
        if self._slowly:
            self._slowly = False
            self.post_message(self.Slowly())
        self.poll()

    def tell_beside(self, exchange: Exchange, step: Step) -> bool:
        """Show what came of a call or a command for Memcached; False for any other."""
        from tutor.course.calls import CallEntry, said_lines

        lines = said_lines(step)
        if lines is None:
            return False
        exchange.reply += [row(*line) for line in lines]
        company = self.desk.company
        session = company.session() if company is not None else None
        if isinstance(step, CallEntry) and session is not None and session.last is not None:
            from tutor.console.django.cards import card

            if step.told is not None and (step.told.error or step.told.refused):
                exchange.card = partial(card, session.last, session)
        self.output.changed(exchange)
        return True

    def _wait(self, running: _Running) -> None:
        """The command waits: note its reply when it comes, whichever client is current then."""
        session = self.desk.world.session
        waiting = self._waiting[session] = _Waiting(running.exchange, running.argv)
        before = session.on_reply

        def note(reply: Reply) -> None:
            waiting.reply = reply
            session.on_reply = before
            if before is not None:
                before(reply)

        session.on_reply = note

    def poll(self) -> None:
        """Show replies that came meanwhile, then go on with the lines that were typed ahead."""
        running = self._ongoing
        if running is not None and running.execution is not None:
            if running.execution.done:
                self._finish(running)
            elif running.exchange.running is not None:
                self.output.changed(running.exchange)
            return
        self._show_messages()
        if self._waiting:
            with self.desk.world.lock.glance() as mine:
                if mine:
                    self._show_late()
        while self._typed_ahead and not self._holds:
            self.enter(self._typed_ahead.pop(0))

    def _show_messages(self) -> None:
        """What came unasked: pub/sub, MONITOR. Of very many only the newest."""
        pushes = self.desk.backend.pushes
        if not pushes:
            return
        from tutor.console.aftermath import message_note
        from tutor.console.render import render

        came = [pushes.popleft() for _ in range(len(pushes))]
        exchange = Exchange()
        left_out = len(came) - MOST_MESSAGES
        if left_out > 0:
            exchange.reply.append(_left_out_row(left_out))
        clients = self.desk.backend.clients
        previous = 0
        for number, message in came[-MOST_MESSAGES:]:
            whose = message_note(self.desk.backend, number)
            if whose and number != previous:
                exchange.reply.append(row((whose, "muted")))
            lines = render(message, clients[number].resp, self.readable)
            exchange.reply += [row(*line) for line in lines]
            previous = number
        self.output.add(exchange)

    @property
    def _holds(self) -> bool:
        """Whether what is typed has to wait."""
        return self._ongoing is not None or self.desk.world.session in self._waiting

    def _show_late(self) -> None:
        """Replies of commands that waited."""
        for session, waiting in list(self._waiting.items()):
            if waits(session):
                continue
            del self._waiting[session]
            exchange, argv, reply = waiting.exchange, waiting.argv, waiting.reply
            exchange.waiting = False
            if reply is BLOCKED:
                exchange.notes.append(lambda: row((_("given up"), "muted")))
                self.output.changed(exchange)
            else:
                self._answer(exchange, argv, reply, partial(self._card, argv, reply))
            self.post_message(self.Ran(argv, reply, self.desk.world.last))

    def cancel(self) -> bool:
        """Give up waiting; False if nothing waited. A command that runs cannot be broken off."""
        if self._ongoing is not None:
            self._typed_ahead.clear()
            self._break_off(self._ongoing)
            return True
        if self.desk.world.session not in self._waiting:
            return False
        self._typed_ahead.clear()
        self.desk.cancel()
        self.poll()
        return True

    def _break_off(self, running: _Running) -> None:
        """What can be done about a long command: a script can be killed, nothing else can."""
        if not running.begun:
            running.withdrawn = True
            self._ongoing = running.exchange.running = None
            running.exchange.notes.append(lambda: row((_("given up"), "muted")))
            self.output.changed(running.exchange)
            return
        script = self.desk.world.engine.running_script
        if script is not None and not script.wrote:
            script.killed = True
        else:
            self.output.say(lambda: row((_no_way_back(script is not None), "muted")))

    def _answer(
        self,
        exchange: Exchange,
        argv: Sequence[bytes],
        reply: Reply,
        card: Callable[[], Card | None],
    ) -> None:
        from tutor.console.aftermath import error_in, note
        from tutor.console.render import plain_beginning, render_beginning

        resp = self.desk.backend.resp
        if self.raw:
            lines, elements = plain_beginning(reply, MOST_LINES, resp, argv)
        else:
            lines, elements = render_beginning(reply, MOST_LINES, resp, self.readable, argv)
        most = len(lines) if elements else MOST_LINES
        exchange.reply += [row(*line) for line in lines[:most]]
        if elements or len(lines) > most:
            exchange.notes.append(partial(_more_row, elements, len(lines) - most))
        if error_in(reply) is not None and card() is not None:
            exchange.card = card
        said = note(self.desk.backend, argv, reply)
        if said is not None:
            exchange.notes.append(lambda: row((said(), "muted")))
        self.output.changed(exchange)
        self.look()

    def _card(self, argv: Sequence[bytes], reply: Reply) -> Card | None:
        from tutor.console.aftermath import error_in
        from tutor.console.cards import card

        error = error_in(reply)
        return card(argv, error, self.desk.backend) if error is not None else None

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
        self.prompt.heard(event.lines)
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
        from tutor.console.aftermath import endings

        if self.cancel():
            return
        ends = endings(self.desk.backend)
        for line in ends:
            self.enter(line)
        if not ends:
            self.output.say(lambda: row((_("F10 leaves; your place is kept."), "muted")))

    @on(PromptInput.Scrolled)
    def _scrolled(self, event: PromptInput.Scrolled) -> None:
        event.stop()
        self.output.scroll_relative(
            y=event.pages * max(self.output.size.height - 1, 1), animate=False, immediate=True
        )


def _left_out_row(count: int) -> Row:
    text = ngettext("… {n} message left out", "… {n} messages left out", count)
    return row((text.format(n=count), "muted"))


def _no_way_back(script: bool) -> str:
    if script:
        return _("The script has already written: it is not killed halfway.")
    return _(
        "Redis has one thread and finishes what it has begun: nobody can break a command off. "
        "That is why KEYS is not for servers in use."
    )


def _more_row(elements: int, lines: int) -> Row:
    if elements:
        text = ngettext("… and {n} more element", "… and {n} more elements", elements)
    else:
        text = ngettext("… and {n} more line", "… and {n} more lines", lines)
    return row((text.format(n=elements or lines), "muted"))


def _quoting_card(line: str, error: UnbalancedQuotes) -> Card:
    from tutor.console.cards import quoting_card

    return quoting_card(line, error)
