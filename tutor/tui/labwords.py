"""Words of the lab: the prompt takes them besides commands, knobs included."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from tutor.console.lexer import UnbalancedQuotes, split
from tutor.engine.replies import BLOCKED
from tutor.i18n import _
from tutor.labs.replication.words import BadWord, line_of
from tutor.tui.labdesk import LabDesk, LabMove, LaneDesk
from tutor.tui.paint import row
from tutor.tui.widgets.console import ConsolePane
from tutor.tui.widgets.labcanvas import ReplicationCanvas

if TYPE_CHECKING:
    from tutor.labs.lanes import LaneDeed
    from tutor.tui.widgets.console import _Running
    from tutor.tui.widgets.output import Exchange

PROMPT_BINDINGS: list[BindingType] = [
    Binding("colon", "screen.word", show=False, priority=True),
    Binding("enter", "screen.lab('prompt')", show=False, priority=True),
]
"""A colon begins a word at the prompt. These keys take effect before the next one is read: what
follows them belongs to the prompt, however fast it is typed."""


class WordCanvas(ReplicationCanvas):
    """The picture, beside a prompt."""

    BINDINGS: ClassVar[list[BindingType]] = PROMPT_BINDINGS

    def on_resize(self) -> None:
        """It has got room, or another: the picture is laid out for that."""
        self.screen.look()  # type: ignore[attr-defined]


class LabConsole(ConsolePane):
    """A console with the word ``:node``."""

    class Node(Message):
        """``:node`` was typed; ``name`` is "" if none was named."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def enter(self, line: str) -> None:
        """Run a line."""
        first, *rest = line.split() or [""]
        if first.lower() == ":node" and self._holds:
            self._typed_ahead.append(line)  # what was typed before it belongs to this node
            return
        if first.lower() == ":node":
            self.history.append(line)
            self.output.command(str(self.desk.backend.prompt()), line)
            self.post_message(self.Node(rest[0] if rest else ""))
            return
        why_not = self.why_not()
        if why_not and not first.startswith(":"):
            self.output.command(str(self.desk.backend.prompt()), line)
            self.output.say(lambda: row((why_not, "warning")))
            return
        super().enter(line)

    def why_not(self) -> str:
        """Why the node cannot answer now, or ""."""
        assert isinstance(self.desk, LabDesk)
        condition = self.desk.condition
        if condition == "down":
            text = _("Could not connect to Redis at {name}:6379: Connection refused")
        elif condition == "paused":
            text = _("{name} stands still and answers nobody (Z lets it go on)")
        else:
            return ""
        return text.format(name=self.desk.name)


class WordConsole(LabConsole):
    """``:on replica1 GET k``, ``:cut master-replica1``, ``:run 2``; ``:node`` is the lab's own."""

    class Made(Message):
        """A move that is no command was typed."""

        def __init__(self, move: LabMove) -> None:
            super().__init__()
            self.move = move

    class Called(Message):
        """A call of a program beside the lab was typed."""

        def __init__(self, line: str) -> None:
            super().__init__()
            self.line = line

    def enter(self, line: str) -> None:
        """Run a line."""
        company = self.desk.company
        if company is not None and company.takes_python(line):
            self.history.append(line)
            self.post_message(self.Called(line.strip()))
            return
        words = line.split() or [""]
        assert isinstance(self.desk, LabDesk)
        if words[0].lower() not in self.desk.words or words[0].lower() == ":node":
            super().enter(line)
            return
        if self._holds and words[0].lower() == ":on":
            self._typed_ahead.append(
                line
            )  # knobs and time do not wait: time may be what is missing
            return
        self.history.append(line)
        try:
            move = self.desk.read(split(line))
        except BadWord as error:
            usage = error.usage
            self._say(line, _("This is written so: {usage}").format(usage=usage))
            return
        except UnbalancedQuotes:
            self._say(line, "Invalid argument(s)")
            return
        if move.kind == "command":
            self._run_on(move)
        else:
            self.output.command(str(self.desk.backend.prompt()), line)
            self.post_message(self.Made(move))

    def _say(self, line: str, text: str) -> None:
        self.output.command(str(self.desk.backend.prompt()), line)
        self.output.say(lambda: row((text, "warning")))

    def _run_on(self, move: LabMove) -> None:
        """A command on another node; the prompt comes back from there."""
        assert isinstance(self.desk, LabDesk)
        at = self.desk.name
        self.desk.name = move.target
        exchange = self.output.command(str(self.desk.backend.prompt()), line_of(move.words))
        why_not = self.why_not()
        if why_not:
            self.output.say(lambda: row((why_not, "warning")))
        else:
            self._start(exchange, move.words)
        if self._ongoing is None:
            self.desk.name = at
            self.look()


class LaneConsole(WordConsole):
    """On a server of a lane: a reply that was waited for stands in the deed, whoever brings it."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._late: list[tuple[LaneDeed, Exchange, Sequence[bytes]]] = []

    def _wait(self, running: _Running) -> None:
        assert isinstance(self.desk, LaneDesk)
        if self.desk.deed is not None:
            self._late.append((self.desk.deed, running.exchange, running.argv))

    @property
    def _holds(self) -> bool:
        return self._ongoing is not None or bool(self._late)

    def poll(self) -> None:
        """Show replies that came meanwhile; of what was taken back none comes."""
        assert isinstance(self.desk, LaneDesk)
        for each in list(self._late):
            deed, exchange, argv = each
            gone = not self.desk.is_done(deed)
            if deed.reply is BLOCKED and not gone:
                continue
            self._late.remove(each)
            exchange.waiting = False
            if gone:
                self._give_up(exchange)
                continue
            self._answer(exchange, argv, deed.reply, partial(self._card, argv, deed.reply))
            self.post_message(self.Ran(argv, deed.reply, None))
        super().poll()

    def cancel(self) -> bool:
        """Give up waiting; False if nothing waited."""
        for _deed, exchange, _argv in self._late:
            exchange.waiting = False
            self._give_up(exchange)
        waited = bool(self._late)
        self._late.clear()
        return super().cancel() or waited

    def _give_up(self, exchange: Exchange) -> None:
        exchange.notes.append(lambda: row((_("given up"), "muted")))
        self.output.changed(exchange)
