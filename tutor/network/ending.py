"""How a server ends: SIGTERM, SIGINT, SHUTDOWN (redis 7.0, server.c: prepareForShutdown).

A signal only says that the server is to end; the loop looks (`Ending.look`) and then does what
that takes: the files are completed, and where a dump that is due cannot be written the server goes
on, unless it was told by force.
"""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable
from types import FrameType

from tutor.engine.engine import Engine
from tutor.network.daemon import PidFile, Supervisor
from tutor.network.log import Log

_WORDS = {"SIGTERM": "shutdown_on_sigterm", "SIGINT": "shutdown_on_sigint"}


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
        self._asked: tuple[str, bool | None, bool] | None = None  # by which signal, save, force

    def request(self, *, save: bool | None = None, force: bool = False) -> bool:
        """End soon. False if data are to be saved first and that cannot be done.

        ``save``: True for whoever insists on it; None follows the save points.
        """
        write = self._log.write
        write("warning", "User requested shutdown...")
        self._supervisor.tell("STOPPING=1\n")
        in_script = self._engine.running_script is not None  # which nobody waits for
        if not in_script and not self._saved(save, force):
            self._supervisor.tell("STATUS=Error trying to save the DB, can't exit.\n")
            write(
                "warning",
                "Errors trying to shut down the server. Check the logs for more information.",
            )
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
        if self.requested or self._asked is not None:
            if number == signal.SIGINT:
                self._log.from_signal_handler("You insist... exiting now.")
                os._exit(1)
            return
        self._log.from_signal_handler(f"Received {name} scheduling shutdown...")
        words = getattr(self._engine.config, _WORDS[name]).split()
        save = True if "save" in words else False if "nosave" in words else None
        self._asked = name, save, "force" in words

    def look(self) -> None:
        """Between two turns of the loop: do what a signal has asked for."""
        if self._asked is None or self.requested:
            return
        name, save, force = self._asked
        if not self.request(save=save, force=force):
            self._asked = None
            self._log.write(
                "warning",
                f"{name} received but errors trying to shut down the server, check the logs for "
                "more information",
            )
