"""A server as a process of its system: background, pid file, supervision.

Where a system has no such thing (Windows has no fork) nothing is asked of it.
Texts are those of redis 7.0, server.c.
"""

from __future__ import annotations

import contextlib
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path

from tutor.engine.config import Config
from tutor.engine.host import Level

Write = Callable[[Level, str], None]

_DEFAULT_PID_FILE = b"/var/run/redis.pid"
_SOMAXCONN = "/proc/sys/net/core/somaxconn"


def go_to_background() -> bool:
    """``daemonize yes``: go on in a child without a terminal; the parent ends here with code 0.

    False where the system cannot fork.
    """
    if not hasattr(os, "fork"):
        return False
    sys.stdout.flush()
    if os.fork():
        os._exit(0)
    os.setsid()
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    if nowhere > 2:
        os.close(nowhere)
    return True


class Supervisor:
    """``supervised``: who started the server and wants to hear when it is ready."""

    def __init__(self, mode: str, write: Write) -> None:
        self._write = write
        self._mode = mode
        self.kind = self._find(mode)

    def _find(self, mode: str) -> str:
        environment = os.environ
        if mode == "auto":
            if environment.get("UPSTART_JOB"):
                self._write("notice", "Upstart supervision detected.")
                mode = "upstart"
            elif environment.get("NOTIFY_SOCKET"):
                self._write("notice", "Systemd supervision detected.")
                mode = self._mode = "systemd"
        if mode == "upstart":
            if not environment.get("UPSTART_JOB"):
                self._write("warning", "upstart supervision requested, but UPSTART_JOB not found!")
                return "no"
            self._write("notice", "supervised by upstart, will stop to signal readiness.")
            import signal

            signal.raise_signal(signal.SIGSTOP)
            return "upstart"
        if mode == "systemd":
            if not self._notify("STATUS=Redis is loading...\n"):
                return "no"
            self._write(
                "notice",
                "Supervised by systemd. Please make sure you set appropriate values for "
                "TimeoutStartSec and TimeoutStopSec in your service unit.",
            )
            return "systemd"
        return "no"

    def tell(self, status: str) -> None:
        """``STATUS=…``, ``READY=1`` …, one per line; heard by systemd only."""
        if self._mode == "systemd":
            self._notify(status)

    def _notify(self, status: str) -> bool:
        where = os.environ.get("NOTIFY_SOCKET", "")
        if not where:
            self._write("warning", "systemd supervision error: NOTIFY_SOCKET not found!")
            return False
        address = "\0" + where[1:] if where.startswith("@") else where
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
                sender.sendto(status.encode(), address)
        except OSError as error:
            self._write("warning", f"systemd supervision error: sd_notify: {error.errno}")
            return False
        return True


class PidFile:
    """``pidfile``: written if a path is set or the server runs in the background."""

    def __init__(self, config: Config, background: bool) -> None:
        if background and not config.pidfile:
            config.pidfile = _DEFAULT_PID_FILE
        self._path = config.pidfile
        if self._path:
            with contextlib.suppress(OSError), open(self._path, "w") as file:
                file.write(f"{os.getpid()}\n")

    def remove(self, write: Write) -> None:
        """At the end."""
        if self._path:
            write("notice", "Removing the pid file.")
            with contextlib.suppress(OSError):
                os.unlink(self._path)


def check_backlog(config: Config, write: Write) -> None:
    """Linux cuts ``tcp-backlog`` down in silence; say so."""
    try:
        most = int(Path(_SOMAXCONN).read_text())
    except (OSError, ValueError):
        return
    if 0 < most < config.tcp_backlog:
        write(
            "warning",
            f"WARNING: The TCP backlog setting of {config.tcp_backlog} cannot be enforced because "
            f"{_SOMAXCONN} is set to the lower value of {most}.",
        )
