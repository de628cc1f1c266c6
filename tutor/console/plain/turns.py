"""A line that is no word of the course: carried out through the `Player`, and what came of it.

SET k v            a command: the reply as redis-cli prints it, a card if it is an error
5 INCR k           the same five times
:cut a-b, :run 2   a move of a lab: what happened there meanwhile
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from tutor.console.aftermath import message_note
from tutor.console.backend import EmbeddedBackend
from tutor.console.cards import card, card_lines, quoting_card
from tutor.console.lexer import UnbalancedQuotes, split
from tutor.console.plain import telling
from tutor.console.plain.page import Page
from tutor.console.remark import remark_note, without_remark
from tutor.console.render import Line, render
from tutor.console.repeat import BadRepeat, repeated
from tutor.console.travel import command_text
from tutor.course.calls import CallEntry, McEntry
from tutor.course.moves import USAGE, is_move
from tutor.course.player import Player
from tutor.course.views import Feedback, Turn
from tutor.diagrams.labs.amounts import clock_text
from tutor.diagrams.labs.catalog import event_words
from tutor.engine.replies import BLOCKED, ReplyError
from tutor.engine.world import Entry
from tutor.i18n import _

__all__ = ["TurnTeller"]

MOST_EVENTS = 12
"""What happened in a lab while time went by; of more the latest."""

_TOLD = ("command", "call")
"""Events of what the learner did: its reply is printed."""

_TICK_US = 20_000


class TurnTeller:
    """Tells on ``page`` what the player's commands lead to. ``holds``: nobody can be interrupted
    while they type, so a command that waits is waited for, if its wait has an end."""

    def __init__(self, player: Player, page: Page, holds: bool) -> None:
        self._player = player
        self._page = page
        self._holds = holds
        self._late: list[Callable[[], Entry | None]] = []

    def forget(self) -> None:
        """Another step, or its beginning: what still waited waits no more."""
        self._late.clear()

    def carry_out(self, line: str, backend: EmbeddedBackend) -> Feedback | None:
        """Run a line and print what it led to; what is to be said about the task."""
        line, remark = without_remark(line)
        if remark:
            self._page.say(remark_note(remark))
        try:
            times, argv = self._repeats(line)
            said = None
            for _turn in range(times):
                said = self._once(line if times == 1 else None, argv, backend)
        except UnbalancedQuotes as error:
            self._page.say("Invalid argument(s)", "error")
            self._page.show(card_lines(quoting_card(line, error), self._page.width))
            return None
        except BadRepeat as error:
            self._page.say(str(error), "error")
            return None
        return said

    def _repeats(self, line: str) -> tuple[int, list[bytes]]:
        """``5 INCR k``; any other line is the player's to read."""
        if not line[:1].isdigit() and line[:1] not in "-+":
            return 1, []
        return repeated(split(line))

    def _once(
        self, line: str | None, argv: Sequence[bytes], backend: EmbeddedBackend
    ) -> Feedback | None:
        player = self._player
        if player.world.waiting and not (line or "").startswith(":") and player.cancel():
            self.forget()
            self._page.say(_("Given up waiting."))
        events = 0 if player.lab is None else len(player.lab.events)
        clients = len(player.clients)
        turn = player.run_line(line) if line is not None else player.run(argv)
        if is_move(turn.entry.argv):
            self._moved(turn, new_client=len(player.clients) > clients)
        else:
            self._replied(turn, backend)
        if player.lab is not None:
            self._happened(events)
        self.late(backend)
        return None if turn.entry.command == ":client" else turn.feedback

    # replies

    def _replied(self, turn: Turn, backend: EmbeddedBackend) -> None:
        if turn.reply is BLOCKED:
            self._waits(turn.entry, backend)
        else:
            self._print(turn.entry, backend)

    def _print(self, entry: Entry, backend: EmbeddedBackend) -> None:
        self._page.show(telling.reply_lines(entry, self._page.width, backend.resp))
        if isinstance(entry.reply, ReplyError) and not isinstance(entry, (CallEntry, McEntry)):
            catalog = backend if self._player.lab is None else None
            found = card(entry.argv, entry.reply, catalog)
            if found is not None:
                self._page.show(card_lines(found, self._page.width))

    def _waits(self, entry: Entry, backend: EmbeddedBackend) -> None:
        world = self._player.world
        if self._player.lab is not None:
            self._late.append(partial(self._in_the_lab, len(self._player.history) - 1, entry.argv))
            self._page.say(_("(waits; :run 1 lets time go by)"))
            return
        blocked = world.session.blocked
        ends = blocked is not None and blocked.deadline_ms
        if not (self._holds and ends):
            self._late.append(lambda: entry)
            self._page.say(_("(waits; its answer is told when it comes)"))
            return
        while world.waiting:
            self._player.clock.sleep(us=_TICK_US)
            self._player.tick()
        self._print(entry, backend)

    def late(self, backend: EmbeddedBackend) -> None:
        """Tell the answers and messages that have come meanwhile."""
        waiting = []
        for look in self._late:
            entry = look()
            if entry is None:
                continue
            if entry.reply is BLOCKED:
                waiting.append(look)
                continue
            text = _("The answer to {command}:").format(command=command_text(entry))
            self._page.show([[(text, "typed")]], "  ")
            self._print(entry, backend)
        self._late = waiting
        while backend.pushes:
            client, message = backend.pushes.popleft()
            whose = message_note(backend, client)
            if whose:
                self._page.say(whose)
            self._page.show(render(message, backend.resp), "  ")

    def _in_the_lab(self, at: int, argv: tuple[bytes, ...]) -> Entry | None:
        """What was done there as it stands now; None if time has gone back before it."""
        history = self._player.history
        return history[at] if at < len(history) and history[at].argv == argv else None

    # moves

    def _moved(self, turn: Turn, new_client: bool) -> None:
        """What a move has done, as far as nothing that happened tells it."""
        word, *rest = [part.decode("utf-8", "replace") for part in turn.entry.argv]
        word = word.lower()
        if isinstance(turn.reply, ReplyError):
            stage = self._player.stage
            usage = USAGE.get(word, "") if stage is None else stage.usage_of(word)
            text = _("This is written so: {usage}").format(usage=usage)
            unknown = _("There is no {word}. Type help to see what there is.").format(word=word)
            self._page.say(text if usage else unknown, "warning")
        elif word == ":run":
            self._page.say(_("{n} s have gone by").format(n=rest[0]))
        elif word == ":back":
            text = _("{n} s ago: what you do now begins another future")
            self._page.say(text.format(n=rest[0]))
        elif word == ":client":
            text = _("Client {number} has connected.")
            text = text if new_client else _("You are client {number} again.")
            self._page.say(text.format(number=rest[0]))

    def _happened(self, before: int) -> None:
        """Events of the lab since so many."""
        lab = self._player.lab
        said = event_words(lab)
        fresh = [event for event in lab.events[before:] if event.code not in _TOLD]
        if len(fresh) > MOST_EVENTS:
            self._page.say(_("… {n} before").format(n=len(fresh) - MOST_EVENTS))
        lines: list[Line] = [
            [(f"{clock_text(event.time)} ", "label"), (said(event), "event")]
            for event in fresh[-MOST_EVENTS:]
        ]
        self._page.show(lines, "  ")

    # predictions

    def demonstration(self) -> None:
        """A predict question was really run, on a clean start: print what was run, and replies."""
        player, width = self._player, self._page.width
        if player.step.predict is None:
            return
        for entry in player.history:
            self._page.show(telling.entry_lines(entry, width))
