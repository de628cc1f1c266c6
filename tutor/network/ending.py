"""How a server ends: SIGTERM, SIGINT, SHUTDOWN (redis 7.0, server.c: prepareForShutdown).

A signal only says that the server is to end; the loop looks (`Ending.look`) and then does what
that takes: writers are held back until the replicas have everything (shutdown-timeout), the files
are completed, and where a dump that is due cannot be written the server goes on, unless it was told
by force.
"""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import FrameType

from tutor.engine.clients import pause
from tutor.engine.commands.shutdown import shutdown_failed
from tutor.engine.engine import Engine
from tutor.network.daemon import PidFile, Supervisor
from tutor.network.log import Log

_NEVER_MS = 1 << 62
_WORDS = {"SIGTERM": "shutdown_on_sigterm", "SIGINT": "shutdown_on_sigint"}


@dataclass(frozen=True)
class _Wait:
    """A shutdown for which replicas have time until ``until_ms``."""

    save: bool | None
    force: bool
    until_ms: int


class Ending:
    """Ends the loop through ``stop``, and afterwards leaves no pid file and no socket behind."""

    def __init__(
        self,
        engine: Engine,
        log: Log,
        stop: Callable[[], None],
        pid_file: PidFile,
        supervisor: Supervisor,
    ) -> None:
        self._engine = engine
        self._log = log
        self._stop = stop
        self._pid_file = pid_file
        self._supervisor = supervisor
        self.requested = False
        self._signal = ""  # one that has not been obeyed
        self._wait: _Wait | None = None

    @property
    def waits(self) -> bool:
        """Replicas are given time to catch up."""
        return self._wait is not None

    def request(self, *, save: bool | None = None, now: bool = False, force: bool = False) -> bool:
        """End soon. False if data are to be saved first and that cannot be done.

        ``save``: True for whoever insists on it; None follows the save points. ``now``: without
        waiting for replicas.
        """
        if self.waits:
            return True
        engine = self._engine
        self._log.write("warning", "User requested shutdown...")
        self._supervisor.tell("STOPPING=1\n")
        timeout_s = engine.config.shutdown_timeout
        in_script = engine.running_script is not None  # which nobody waits for
        if not (now or in_script) and timeout_s and self._laggards()[1]:
            until_ms = engine.now_ms + timeout_s * 1000
            self._wait = _Wait(save, force, until_ms)
            pause.begin(engine, _NEVER_MS, writes_only=True, purpose=pause.SHUTDOWN)
            if engine.replication is not None:
                engine.replication.ask_how_far()
            self._log.write("notice", "Waiting for replicas before shutting down.")
            return True
        return self._end(save, force, in_script)

    def abort(self) -> bool:
        """Call off a shutdown that waits, or that a signal has just asked for."""
        if not self.waits and not self._signal:
            return False
        self._go_on()
        self._signal = ""
        self._log.write("notice", "Shutdown manually aborted.")
        return True

    def _go_on(self) -> None:
        """It has come to nothing."""
        self._wait = None
        pause.resume(self._engine, pause.SHUTDOWN)
        shutdown_failed(self._engine)

    def _laggards(self) -> tuple[int, Sequence[str]]:
        replication = self._engine.replication
        return (0, ()) if replication is None else replication.laggards()

    def _end(self, save: bool | None, force: bool, in_script: bool) -> bool:
        write = self._log.write
        count, lines = self._laggards()
        for line in lines:
            write("warning", line)
        if count:
            in_sync = count - len(lines)
            write("notice", f"{in_sync} of {count} replicas are in sync when shutting down.")
        if not in_script and not self._saved(save, force):
            self._supervisor.tell("STATUS=Error trying to save the DB, can't exit.\n")
            write(
                "warning",
                "Errors trying to shut down the server. Check the logs for more information.",
            )
            self._go_on()
            return False
        self.requested = True
        self._stop()
        if in_script:
            self.finish()
            os._exit(0)
        return True

    def _saved(self, save: bool | None, force: bool) -> bool:
        """Complete the files; whether that went well, or does not matter (``force``)."""
        persistence = self._engine.persistence
        problem = persistence.finish(save) if persistence is not None else "no files" * bool(save)
        if problem:
            what = "DB. Exit anyway." if force else "DB, can't exit."
            self._log.write("warning", f"Error trying to save the {what}")
        return not problem or force

    def finish(self) -> None:
        """The last lines and files, when nothing is served any more."""
        write = self._log.write
        if self._engine.persistence is not None:
            self._engine.persistence.close()
        self._pid_file.remove(write)
        path = self._engine.config.unixsocket
        if path:
            write("notice", "Removing the unix socket file.")
            with contextlib.suppress(OSError):
                os.unlink(path)
        write("warning", "Redis is now ready to exit, bye bye...")

    # signals

    def obey_signals(self) -> None:
        """Have SIGTERM and SIGINT end the server; only the main thread may ask for it."""
        for name in _WORDS:
            signal.signal(getattr(signal, name), self._on_signal)
        hang_up = getattr(signal, "SIGHUP", None)
        if hang_up is not None:
            signal.signal(hang_up, signal.SIG_IGN)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        name = signal.Signals(number).name
        if self.requested or self._signal:
            if number == signal.SIGINT:
                self._log.from_signal_handler("You insist... exiting now.")
                os._exit(1)
            return
        self._log.from_signal_handler(f"Received {name} scheduling shutdown...")
        self._signal = name

    def look(self) -> None:
        """Between two turns of the loop: do what a signal has asked for, or see whether replicas
        have caught up."""
        if self.requested:
            return
        wait, engine = self._wait, self._engine
        if wait is not None:
            over = engine.now_ms >= wait.until_ms or not self._laggards()[1]
            if over and engine.running_script is None:
                self._end(wait.save, wait.force, in_script=False)
            return
        if not self._signal:
            return
        name = self._signal
        words = getattr(engine.config, _WORDS[name]).split()
        save = True if "save" in words else False if "nosave" in words else None
        if not self.request(save=save, now="now" in words, force="force" in words):
            self._signal = ""
            self._log.write(
                "warning",
                f"{name} received but errors trying to shut down the server, check the logs for "
                "more information",
            )
