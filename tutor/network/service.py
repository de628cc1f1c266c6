"""A port beside an app: the server in a thread of its own, on an engine that a screen shows.

    prompt ──────────────┐
    screen ── Turns ─▶ engine ◀─ Turns ── server's loop ◀─ sockets

While the port is open the server's loop does the engine's periodic work; the app must not. The
thread is a daemon: it cannot keep a process alive that has crashed.
"""

from __future__ import annotations

import contextlib
import errno
import threading
from collections import deque
from collections.abc import Iterable
from typing import Literal

from tutor.engine.engine import Engine
from tutor.engine.host import Level
from tutor.engine.turns import Turns
from tutor.network.listening import ListenError
from tutor.network.server import Server

LOOPBACK = "127.0.0.1"
USUAL_PORT = 6379
SPARE_PORTS = range(USUAL_PORT + 1, USUAL_PORT + 21)
CLOSE_S = 1.0
"""How long `Service.close` waits for the loop; a long command may keep it."""

OPEN_S = 0.2
"""How long `Service.open` waits for a turn."""

Refusal = Literal["taken", "forbidden", "busy", "other"]
Ending = Literal["", "shutdown", "fault"]


class PortRefused(Exception):
    """The port cannot be opened; ``text`` is what the system says. "busy": the engine is not free
    for long enough just now."""

    def __init__(self, reason: Refusal, port: int = 0, text: str = "") -> None:
        super().__init__(text)
        self.reason, self.port, self.text = reason, port, text


class _Shared(Server):
    """A server that lets the screen in also while a script runs for too long."""

    def __init__(self, engine: Engine, log: deque[str], turns: Turns) -> None:
        super().__init__(engine, self._note, turns)
        self._turns = turns
        self._warnings = log
        self.shut_down = False

    def _note(self, level: Level, message: str) -> None:
        if level == "warning" and not self.shut_down:
            self._warnings.append(message)

    def while_busy(self) -> None:
        super().while_busy()
        self._turns.let_others_in()

    def shutdown(self, *, save: bool | None, now: bool, force: bool) -> bool:
        self.shut_down = True
        return super().shutdown(save=save, now=now, force=force)

    def wake(self) -> None:
        """Another thread has made something ready to be sent."""
        if self.pending or self.unfinished:
            with contextlib.suppress(OSError):
                self._wake_out.send(b"!")


class Service:
    """Opens and closes a port for ``engine``; ``turns`` is what all its users share.

    Only one port is open at a time. ``warnings`` are lines of the server's log that its owner
    should see. ``ending`` tells why a port was closed without `close`: a client sent SHUTDOWN, or
    the loop broke (then the last warning says how).
    """

    def __init__(self, engine: Engine, turns: Turns) -> None:
        self.warnings: deque[str] = deque(maxlen=50)
        self.ending: Ending = ""
        self._engine = engine
        self._turns = turns
        self._server: _Shared | None = None
        self._thread: threading.Thread | None = None
        self._ends: threading.Thread | None = None  # was told to stop, and may not have yet

    @property
    def is_open(self) -> bool:
        """Whether clients can connect."""
        return self._thread is not None and self._thread.is_alive() and not self.ending

    @property
    def addresses(self) -> tuple[str, ...]:
        """Where clients reach us, as ``host:port``; empty while no port is open."""
        if not self.is_open or self._server is None:
            return ()
        return tuple(map(str, self._server.addresses))

    @property
    def port(self) -> int:
        """The open port; 0 if none is."""
        return self._server.port if self.is_open and self._server is not None else 0

    @property
    def clients(self) -> int:
        """How many are connected."""
        return len(self._server.connections) if self.is_open and self._server is not None else 0

    def open(self, port: int | None = None) -> int:
        """Listen on the loopback address; returns the port.

        Without ``port`` it is Redis's usual one, or the first free one behind it. Raises
        `PortRefused`.
        """
        self.close()
        if self._ends is not None:
            self._ends.join(OPEN_S)
            if self._ends.is_alive():
                raise PortRefused("busy")
        with self._turns.glance(OPEN_S) as mine:
            if not mine:
                raise PortRefused("busy")
            server = self._listening([port] if port else [USUAL_PORT, *SPARE_PORTS])
        self.ending = ""
        self._server = server
        self._thread = threading.Thread(
            target=self._run, args=(server,), name="redis-tutor server", daemon=True
        )
        self._thread.start()
        return server.port

    def _listening(self, ports: Iterable[int]) -> _Shared:
        """A server on the first port that is free."""
        config = self._engine.config
        before = config.port, config.bind, config.enable_debug_command
        config.bind = (LOOPBACK,)
        config.enable_debug_command = "local"
        refused: PortRefused | None = None
        for port in ports:
            config.port = port
            server = _Shared(self._engine, self.warnings, self._turns)
            try:
                server.listen()
            except ListenError as error:
                server.close()
                refused = _refusal(error, port)
                continue
            self.warnings.clear()  # of ports that were taken
            return server
        config.port, config.bind, config.enable_debug_command = before
        self.warnings.clear()
        assert refused is not None
        raise refused

    def _run(self, server: _Shared) -> None:
        try:
            server.run()
        except Exception as error:
            self.warnings.append(f"{type(error).__name__}: {error}")
            self.ending = "fault"
        else:
            self.ending = "shutdown" if server.shut_down else ""

    def wake(self) -> None:
        """Something was done to the engine that clients may be waiting for."""
        if self._server is not None and self.is_open:
            self._server.wake()

    def close(self) -> bool:
        """Hang up and stop listening; False if the loop is still busy with a long command (it
        ends after that)."""
        thread, server = self._thread, self._server
        if thread is None or server is None:
            return True
        server.stop()
        thread.join(CLOSE_S)
        self._ends = thread
        self._thread = self._server = None
        return not thread.is_alive()


def _refusal(error: ListenError, port: int) -> PortRefused:
    cause = error.__cause__
    number = cause.errno if isinstance(cause, OSError) else None
    reason: Refusal = "other"
    if number == errno.EADDRINUSE:
        reason = "taken"
    elif number in (errno.EACCES, errno.EPERM):
        reason = "forbidden"
    text = cause.strerror if isinstance(cause, OSError) else None
    return PortRefused(reason, port, text or str(error))
