"""The interactive prompt. Only this module and `editing` import prompt_toolkit.

The prompt is painted first; the rest of the console and the engine are imported in a thread while
the learner reads it (`_warm_up`), or when they are needed, whichever is first. That is why imports
stand inside functions here.
"""

from __future__ import annotations

import os
import sys
import time
from asyncio import sleep
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from threading import Thread
from typing import TYPE_CHECKING, Any, NamedTuple

from prompt_toolkit import PromptSession, print_formatted_text
from prompt_toolkit.application import get_app, run_in_terminal
from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
from prompt_toolkit.completion import Completer, ThreadedCompleter
from prompt_toolkit.formatted_text import FormattedText, StyleAndTextTuples
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.shortcuts import clear
from prompt_toolkit.styles import Style
from prompt_toolkit.utils import is_dumb_terminal

from tutor import __version__
from tutor.console.backend import Backend, EmbeddedBackend
from tutor.console.editing import (
    STYLE,
    LineCompleter,
    LineLexer,
    SharedHistory,
    continuation,
    pieces_of,
    toolbar,
)
from tutor.console.history import History
from tutor.engine.replies import BLOCKED, Reply
from tutor.i18n import _, set_language
from tutor.network.link import LinkError

if TYPE_CHECKING:
    from tutor.console.cards import Card
    from tutor.console.render import Line

__all__ = ["PromptRepl"]

_TICK = 0.05
_ROWS_FOR_TOOLBAR = 8
_SLOW = 0.5
"""Seconds from which redis-cli tells how long a command took."""


class PromptRepl:
    """Asks, carries out, shows. Implements the console's `Host`."""

    def __init__(self, backend: Backend, raw: bool, readable: bool) -> None:
        self.backend = backend
        self.raw = raw
        self.readable = readable
        self._left = False
        self._history = History()
        self._late: list[tuple[int, Sequence[bytes], Reply]] = []
        self._warming: Thread | None = None
        self._pending: deque[str | _Repeat] = deque()
        self._unfinished = ""  # what was being typed when an answer came
        self._started: dict[int, float] = {}
        self._style = Style.from_dict(STYLE)
        self._depth = ColorDepth.DEPTH_1_BIT if os.environ.get("NO_COLOR") else None
        backend.on_reply = lambda *answer: self._late.append(answer)
        self._pushes: deque[tuple[int, Reply]] = deque()
        if isinstance(backend, EmbeddedBackend):
            self._pushes = backend.pushes  # may come while somebody types
        else:
            backend.on_push = self._pushed
        self._session = self._make_session()

    def _make_session(self) -> PromptSession[str]:
        completer: Completer = LineCompleter(self.backend)
        known_type = self.backend.type if self.backend.embedded else None
        if not self.backend.embedded:
            completer = ThreadedCompleter(completer)
        return PromptSession(
            history=SharedHistory(self._history),
            lexer=LineLexer(known_type),
            completer=completer,
            complete_while_typing=True,
            auto_suggest=AutoSuggestFromHistory(),
            prompt_continuation=continuation,
            search_ignore_case=True,
            style=self._style,
            color_depth=self._depth,
            include_default_pygments_style=False,
        )

    # the loop

    def run(self) -> int:
        """Until Ctrl-D or `quit`; returns the exit code."""
        self._greet()
        while not self._left:
            try:
                if self.backend.waiting:
                    self._hold()
                elif self._pending:
                    self._carry_out(self._pending.popleft())
                else:
                    self._read()
            except KeyboardInterrupt:  # while something was printed, or between two commands
                self._pending.clear()
        return 0

    def _read(self) -> None:
        """Ask for a line; a paste of several lines becomes several commands."""
        try:
            text = self._ask(self._message, self._while_idle)
        except KeyboardInterrupt:
            if not self._session.default_buffer.text:
                self._stop_listening()
            return
        except EOFError:
            self._left = True
            return
        from tutor.console.pasting import statements

        found = statements(text)
        if len(found) == 1:
            self._carry_out(found[0])
        else:
            self._pending.extend(_Pasted(line) for line in found)

    def _stop_listening(self) -> None:
        """Ctrl-C in an empty line: end subscriptions and MONITOR, visibly."""
        from tutor.console.aftermath import endings

        self._pending.extend(_Pasted(line) for line in endings(self.backend))

    def _greet(self) -> None:
        try:
            connect: Callable[[], None] | None = getattr(self.backend, "connect", None)
            if connect is not None:
                connect()
            text = _("{server}. Tab completes, help explains, Ctrl-D leaves.")
            print(text.format(server=f"redis-tutor {__version__} · {self.backend.info}"))
        except LinkError as error:
            self._explain(error)
        if self._history.problem:
            self._complain(self._history.problem)

    def _message(self) -> StyleAndTextTuples:
        return [("class:prompt", str(self.backend.prompt()))]

    def _ask(self, message: Any, watch: Callable[[], Any]) -> str:
        def begin() -> None:
            get_app().create_background_task(watch())

        rows = self._session.output.get_size().rows
        self._session.bottom_toolbar = toolbar if rows >= _ROWS_FOR_TOOLBAR else None
        self._session.reserve_space_for_menu = max(min(6, rows - 4), 0)
        default, self._unfinished = self._unfinished, ""
        return self._session.prompt(message, default=default, pre_run=begin)

    async def _while_idle(self) -> None:
        """Let time pass for the engine while somebody thinks what to type."""
        while True:
            await sleep(_TICK)
            self._warm_up()
            self.backend.tick()
            if self._late or self._pushes:
                await run_in_terminal(self._tell_late)

    def _warm_up(self) -> None:
        if self._warming is None:
            self._warming = Thread(target=_import_the_rest, args=(self.backend,), daemon=True)
            self._warming.start()

    # a line

    def _carry_out(self, line: str | _Repeat) -> None:
        """A typed line, or a command that is repeated."""
        from tutor.console import commands
        from tutor.console.lexer import UnbalancedQuotes, split
        from tutor.console.remark import remark_note, without_remark
        from tutor.console.repeat import BadRepeat, repeated

        if isinstance(line, _Pasted):
            first, *rest = line.split("\n")
            self._print([[(str(self.backend.prompt()), "prompt"), (first, "")]])
            self._print([[("... ", "note"), (part, "")] for part in rest])
        if isinstance(line, _Repeat):
            if line.times > 1:
                self._pending.appendleft(line._replace(times=line.times - 1))
            self._command(line.argv)
            return
        try:
            if commands.run(line, self):
                return
            line, remark = without_remark(line)
            times, argv = repeated(split(line))
        except UnbalancedQuotes as error:
            from tutor.console.cards import quoting_card

            self._complain("Invalid argument(s)")
            self._card(quoting_card(line, error))
        except BadRepeat as error:
            self._complain(str(error))
        else:
            if remark:
                self._print([[(remark_note(remark), "note")]])
            self._carry_out(_Repeat(times, argv))

    def _command(self, argv: Sequence[bytes]) -> None:
        """Carry out a command and show its reply, unless it comes later."""
        started = time.monotonic()
        try:
            if self.backend.streams(argv):
                self._stream(argv)
                return
            reply = self.backend.execute(argv)
        except LinkError as error:
            self._pending.clear()
            self._explain(error)
            return
        except KeyboardInterrupt:
            self._pending.clear()
            self._reconnect()
            return
        if reply is BLOCKED:
            self._started[self._client] = started
            return
        self._show_reply(argv, reply, time.monotonic() - started)
        self._tell_late()

    def _show_reply(self, argv: Sequence[bytes], reply: Reply, seconds: float = 0.0) -> None:
        from tutor.console.aftermath import error_in, note
        from tutor.console.render import plain, printable, render

        if not self.raw:
            self._print(render(reply, self.backend.resp, self.readable, argv))
        elif text := plain(reply, self.backend.resp, argv).decode("utf-8", "surrogateescape"):
            lines = text.removesuffix("\n").split("\n")
            self._print([[(printable(line.removesuffix("\r")), "")] for line in lines])
        error = error_in(reply)
        if error is not None:
            from tutor.console.cards import card

            found = card(argv, error, self.backend)
            if found is not None:
                self._card(found)
        said = note(self.backend, argv, reply)
        if said is not None:
            self._print([[(said(), "note")]])
        if seconds >= _SLOW:
            self._print([[(f"({seconds:.2f}s)", "note")]])

    def _pushed(self, message: Reply, client: int = 1, named: bool = False) -> None:
        """A message that answers nothing. ``named``: whose it is has just been said."""
        from tutor.console.aftermath import message_note
        from tutor.console.render import render

        if not named and (whose := message_note(self.backend, client)):
            self._print([[(whose, "note")]])
        self._print(render(message, self.backend.resp_of(client), self.readable))

    def _stream(self, argv: Sequence[bytes]) -> None:
        self._print([[(_("Reading messages… (Ctrl-C stops)"), "note")]])
        replies = self.backend.stream(argv)
        try:
            for reply in replies:
                self._show_reply(argv, reply)
                sys.stdout.flush()
        except KeyboardInterrupt:
            pass
        finally:
            close: Callable[[], None] | None = getattr(replies, "close", None)
            if close is not None:
                close()
        self._reconnect()

    def _reconnect(self) -> None:
        """After a command that was broken off, the connection is of no more use."""
        connect: Callable[[], None] | None = getattr(self.backend, "connect", None)
        self.backend.cancel()
        if connect is None:
            return
        try:
            connect()
            self._print([[(_("Broken off; connected anew."), "note")]])
        except LinkError as error:
            self._explain(error)

    # waiting

    def _hold(self) -> None:
        """Keep the prompt while the client waits; words of the console still work.

        So another client (`:client 2`) can go on, and answer what this one waits for.
        """
        from tutor.console import commands

        client = self._client
        try:
            if is_dumb_terminal():
                text = self._wait_blindly()
            else:
                text = self._ask(self._waiting_message, self._while_waiting)
        except KeyboardInterrupt:
            self._pending.clear()
            self.backend.cancel()
            self._print([[(_("Given up waiting."), "note")]])
            return
        except EOFError:
            self._left = True
            return
        for answer in [late for late in self._late if late[0] == client]:
            self._late.remove(answer)
            self._show_reply(answer[1], answer[2], time.monotonic() - self._started[client])
        self._tell_late()
        if text.strip() and not commands.run(text, self):
            self._complain(
                _("This client waits. Ctrl-C gives up, :client 2 goes on as another client.")
            )

    @property
    def _client(self) -> int:
        return self.backend.prompt().client or 1

    def _waiting_message(self) -> StyleAndTextTuples:
        hint = _("(waits; Ctrl-C gives up) ")
        return [("class:prompt", str(self.backend.prompt())), ("class:note", hint)]

    def _wait_blindly(self) -> str:
        """A terminal that cannot redraw its line cannot be interrupted by an answer either."""
        while self.backend.waiting:
            time.sleep(_TICK)
            self.backend.tick()
        return ""

    async def _while_waiting(self) -> None:
        while self.backend.waiting:
            await sleep(_TICK)
            self.backend.tick()
        self._unfinished = get_app().current_buffer.text
        get_app().exit(result="")

    def _tell_late(self) -> None:
        """Show the answers that came for clients who waited in the background."""
        while self._late:
            client, argv, reply = self._late.pop(0)
            words = " ".join(word.decode("utf-8", "replace") for word in argv)
            text = _("client {number} has its answer to {command}:")
            self._print([[(text.format(number=client, command=words), "note")]])
            self._show_reply(argv, reply)
        previous = 0
        while self._pushes:
            client, message = self._pushes.popleft()
            self._pushed(message, client, named=client == previous)
            previous = client

    # the console's Host

    def show(self, lines: Sequence[Line]) -> None:
        """Print under the prompt."""
        self._print(lines)

    def clear(self) -> None:
        """Empty the screen."""
        clear()

    def quit(self) -> None:
        """Leave the loop."""
        self._left = True

    def set_language(self, code: str) -> None:
        """Switch the interface."""
        set_language(code)

    # printing

    def _print(self, lines: Iterable[Line]) -> None:
        print_formatted_text(
            FormattedText(pieces_of(lines)),
            end="",
            style=self._style,
            color_depth=self._depth,
            include_default_pygments_style=False,
        )

    def _complain(self, text: str) -> None:
        self._print([[(text, "warning")]])

    def _explain(self, error: LinkError) -> None:
        from tutor.console.trouble import explain

        self._complain(explain(error))

    def _card(self, card: Card) -> None:
        from tutor.console.cards import card_lines

        self._print(card_lines(card, self._session.output.get_size().columns))


def _import_the_rest(backend: Backend) -> None:
    from tutor.console import cards, commands, completion, highlight, render, repeat  # noqa: F401
    from tutor.engine.table import load_table

    load_table()
    _ready = backend.resp


class _Repeat(NamedTuple):
    """A command and how many times it is still to be carried out."""

    times: int
    argv: Sequence[bytes]


class _Pasted(str):
    """One of several lines entered at once: it is shown again before its reply."""
