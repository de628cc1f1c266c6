"""Listening sockets: addresses of ``bind``, the port, a Unix socket (redis 7.0, server.c).

An address that begins with ``-`` may be absent; any other must be there.
"""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import stat
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tutor.engine.config import Config
from tutor.engine.host import Level

Log = Callable[[Level, str], Any]

_NO_SUCH_FAMILY = frozenset(
    {
        *(errno.EAFNOSUPPORT, errno.EPROTONOSUPPORT, errno.ENOPROTOOPT),
        *(getattr(errno, name, -1) for name in ("EPFNOSUPPORT", "ESOCKTNOSUPPORT")),
    }
)
"""A machine without IPv6 is no reason not to serve."""


class ListenError(OSError):
    """We cannot listen where we should; the message is the server's last line in its log."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a listener is reached: host and port, or a path."""

    host: str = ""
    port: int = 0
    path: str = ""

    def __str__(self) -> str:
        return self.path or _joined(self.host, self.port)


def _joined(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


class Listener:
    """One listening socket."""

    def __init__(self, sock: socket.socket, path: str = "", bound_to: str = "") -> None:
        self.sock = sock
        self.bound_to = bound_to  # the word of ``bind``, without its ``-``
        self._path = path
        self.address = Address(path=path) if path else Address(*sock.getsockname()[:2])

    def prepare(self, sock: socket.socket, keepalive_s: int) -> None:
        """What is set on a connection that was accepted."""
        if self._path:
            return
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if not keepalive_s:
            return
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in (
            ("TCP_KEEPIDLE", keepalive_s),
            ("TCP_KEEPINTVL", max(keepalive_s // 3, 1)),
            ("TCP_KEEPCNT", 3),
        ):
            if hasattr(socket, name):
                sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)

    def names(self, sock: socket.socket, peer: Any) -> tuple[str, str]:
        """The client's and our own address, as CLIENT LIST shows them."""
        if self._path:
            return f"{self._path}:0", f"{self._path}:0"
        return _joined(*peer[:2]), _joined(*sock.getsockname()[:2])

    def close(self) -> None:
        """Stop listening; a Unix socket's file goes with it."""
        self.sock.close()
        if self._path:
            with contextlib.suppress(OSError):
                os.unlink(self._path)


def open_listeners(config: Config, log: Log) -> list[Listener]:
    """Everything the configuration asks for. Raises `ListenError`, having closed what was open."""
    found: list[Listener] = []
    try:
        open_tcp(config, log, found)
        if config.unixsocket:
            found.append(_unix(config))
        if not found:
            raise ListenError("Configured to not listen anywhere, exiting.")
    except OSError:
        for listener in found:
            listener.close()
        raise
    return found


def open_tcp(
    config: Config,
    log: Log,
    found: list[Listener],
    skip: frozenset[tuple[str, int]] = frozenset(),
) -> None:
    """Append a listener for each address of ``bind`` but those of ``skip`` (host and port).

    Raises `ListenError`.
    """
    for address in config.bind if config.port else ():
        host = address.removeprefix("-")
        if (host, config.port) in skip:
            continue
        try:
            found.append(_bound(host, config.port, config.tcp_backlog))
        except OSError as error:
            log(
                "warning",
                "Warning: Could not create server TCP listening socket "
                f"{host}:{config.port}: {error.strerror}",
            )
            absent = address.startswith("-") and error.errno == errno.EADDRNOTAVAIL
            if not absent and error.errno not in _NO_SUCH_FAMILY:
                raise ListenError(
                    f"Failed listening on port {config.port} (TCP), aborting."
                ) from error


def _bound(host: str, port: int, backlog: int) -> Listener:
    try:
        resolved = socket.getaddrinfo(
            {"*": None, "::*": "::"}.get(host, host),
            port,
            socket.AF_INET6 if ":" in host else socket.AF_INET,
            socket.SOCK_STREAM,
            flags=socket.AI_PASSIVE,
        )
    except socket.gaierror as error:
        raise OSError(error.errno, str(error.strerror)) from error
    family, kind, protocol, _, name = resolved[0]
    sock = socket.socket(family, kind, protocol)
    try:
        if os.name == "posix":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        try:
            sock.bind(name)
        except OSError as error:
            raise OSError(error.errno, f"bind: {error.strerror}") from error
        sock.listen(backlog)
        sock.setblocking(False)
    except OSError:
        sock.close()
        raise
    return Listener(sock, bound_to=host)


def _unix(config: Config) -> Listener:
    path = os.fsdecode(config.unixsocket)
    if not hasattr(socket, "AF_UNIX"):
        raise ListenError("Unix sockets are not available on this system.")
    with contextlib.suppress(OSError):
        if stat.S_ISSOCK(os.stat(path).st_mode):
            os.unlink(path)
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        sock.bind(path)
        if config.unixsocketperm:
            os.chmod(path, config.unixsocketperm)
        sock.listen(config.tcp_backlog)
        sock.setblocking(False)
    except OSError as error:
        sock.close()
        raise ListenError(f"Failed opening Unix socket: bind: {error.strerror}") from error
    return Listener(sock, path)
