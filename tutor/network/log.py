"""The server's log, in redis-server's format (redis 7.0, server.c: serverLogRaw).

    4242:M 25 Nov 2026 22:24:00.123 * Ready to accept connections

The letters: ``C`` before the server is up, ``M`` master, ``S`` replica (`Log.follows` tells); the
signs: ``.`` debug, ``-`` verbose, ``*`` notice, ``#`` warning. `Log.before_line` clears what else
stands on the terminal. The file is opened for every line,
so that it may be rotated.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable

from tutor.engine.config import Config
from tutor.engine.host import Level

_SIGNS: dict[Level, str] = {"debug": ".", "verbose": "-", "notice": "*", "warning": "#"}
_LEVELS = ("debug", "verbose", "notice", "warning")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Log:
    """Writes to the directive ``logfile``, or to stdout where there is none."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self.role = "C"
        self.follows: Callable[[], bool] = lambda: False
        self.before_line: Callable[[], None] = lambda: None

    def write(self, level: Level, message: str) -> None:
        """One line, if ``loglevel`` lets it through."""
        if _LEVELS.index(level) < _LEVELS.index(self._config.loglevel):
            return
        role = "S" if self.role == "M" and self.follows() else self.role
        head = f"{os.getpid()}:{role} {_timestamp(time.time())} {_SIGNS[level]}"
        self._put(f"{head} {message}\n")

    def from_signal_handler(self, message: str) -> None:
        """One line in the shorter form that redis-server uses there; at every ``loglevel``."""
        self._put(f"{os.getpid()}:signal-handler ({int(time.time())}) {message}\n")

    def _put(self, line: str) -> None:
        data = line.encode("utf-8", "surrogateescape")
        path = self._config.logfile
        with contextlib.suppress(OSError, ValueError):  # nobody is there to be told
            if path:
                with open(path, "ab") as file:
                    file.write(data)
            else:
                self.before_line()
                sys.stdout.buffer.write(data)
                sys.stdout.buffer.flush()


def _timestamp(now: float) -> str:
    at = time.localtime(now)
    month = _MONTHS[at.tm_mon - 1]
    clock = time.strftime("%H:%M:%S", at)
    return f"{at.tm_mday:02d} {month} {at.tm_year} {clock}.{int(now * 1000) % 1000:03d}"
