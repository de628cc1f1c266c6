"""Commands from a pipe or a file: one a line, replies as redis-cli writes them."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Sequence
from typing import IO

from tutor.console import commands
from tutor.console.backend import Backend
from tutor.console.lexer import UnbalancedQuotes, split
from tutor.console.render import Line, plain, render_text
from tutor.console.repeat import BadRepeat, repeated
from tutor.console.trouble import explain
from tutor.engine.replies import BLOCKED, Reply, ReplyError
from tutor.i18n import set_language
from tutor.network.link import LinkError

__all__ = ["Pipe"]

_TICK = 0.01


class Pipe:
    """Reads lines, writes replies to ``out`` (stdout by default).

    ``stop`` (-e): the first failed command ends it with code 1. A failure is an error reply, or a
    line whose quotes do not fit; its text then goes to stderr.
    """

    def __init__(
        self,
        backend: Backend,
        raw: bool = True,
        readable: bool = True,
        stop: bool = False,
        out: IO[bytes] | None = None,
    ) -> None:
        self.backend = backend
        self.raw = raw
        self.readable = readable
        self._stop = stop
        self._left = False
        self._late: Reply = BLOCKED
        self._out = out or sys.stdout.buffer
        backend.on_reply = self._answered
        backend.on_push = self._print

    def run(self, lines: Iterable[bytes]) -> int:
        """Carry out every line; returns the exit code."""
        for data in lines:
            line = data.decode("utf-8", "surrogateescape").rstrip("\n")
            try:
                problem = self._line(line)
            except LinkError as error:
                print(explain(error), file=sys.stderr)
                return 1
            self._out.flush()
            if problem is not None and self._stop:
                print(problem, file=sys.stderr)
                return 1
            if self._left:
                break
        return 0

    def _line(self, line: str) -> str | None:
        """Carry out a line; what went wrong, if anything did."""
        try:
            argv = split(line)
            if not argv or commands.run(line, self):
                return None
            times, argv = repeated(argv)
        except (UnbalancedQuotes, BadRepeat) as error:
            said = str(error) if isinstance(error, BadRepeat) else "Invalid argument(s)"
            if not self._stop:
                self._write(said + "\n")
            return said
        for _turn in range(times):
            problem = self._command(argv)
            if problem is not None and self._stop:
                return problem
        return None

    def _command(self, argv: Sequence[bytes]) -> str | None:
        if self.backend.streams(argv):
            for reply in self.backend.stream(argv):
                self._print(reply, argv)
                self._out.flush()
            return None
        reply = self.backend.execute(argv)
        if reply is BLOCKED:
            reply = self._wait()
        if isinstance(reply, ReplyError) and self._stop:
            return reply.message
        self._print(reply, argv)
        return None

    def _wait(self) -> Reply:
        self._late = BLOCKED
        self._out.flush()
        while self._late is BLOCKED:
            time.sleep(_TICK)
            self.backend.tick()
        return self._late

    def _answered(self, client: int, argv: Sequence[bytes], reply: Reply) -> None:
        self._late = reply

    def _print(self, reply: Reply, argv: Sequence[bytes] = ()) -> None:
        resp = self.backend.resp
        if self.raw:
            self._out.write(plain(reply, resp, argv))
        else:
            self._write(render_text(reply, resp, self.readable, argv))

    def _write(self, text: str) -> None:
        self._out.write(text.encode("utf-8", "surrogateescape"))

    # the console's Host

    def show(self, lines: Sequence[Line]) -> None:
        """Print what a word of the console says."""
        self._write("".join("".join(text for text, _role in line) + "\n" for line in lines))

    def clear(self) -> None:
        """There is no screen."""

    def quit(self) -> None:
        """Read no further."""
        self._left = True

    def set_language(self, code: str) -> None:
        """Switch the words of help."""
        set_language(code)
