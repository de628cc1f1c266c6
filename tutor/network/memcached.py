"""Memcached on TCP: sockets and one loop around `tutor.memcached`.

    wait for sockets ─▶ accept, receive, `Connection.feed`, send ─▶ the LRU maintainer, when due

One thread does all of it. A client that does not take its replies is not read from until it has, as
in memcached; one that says nothing costs nothing.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

from tutor.memcached.connection import Connection
from tutor.memcached.memcached import SECOND_US, Memcached
from tutor.network.poller import READ, WRITE, new_poller

TOO_MANY = b"ERROR Too many open connections\r\n"
_READ_SIZE = 65536
_REPLY_SIZE = 1 << 20
"""Replies that are made before the client has taken them."""
_BACKLOG = 1024
_ACCEPTS = 100


class _Client:
    """A socket and its connection; ``left`` is what it has not taken yet."""

    __slots__ = ("connection", "fd", "left", "sock")

    def __init__(self, sock: socket.socket, connection: Connection) -> None:
        self.sock = sock
        self.fd = sock.fileno()
        self.connection = connection
        self.left = memoryview(b"")


def _called(address: Any) -> str:
    """An address as `stats conns` writes it."""
    host, port = address[:2]
    return f"tcp6:[{host}]:{port}" if ":" in host else f"tcp:{host}:{port}"


class MemcachedServer:
    """Serves a `Memcached`: `listen`, then `run` (in whatever thread) until `stop`.

    ``lock`` is held while the cache is in use; whoever looks at it from another thread holds it
    too. ``log`` receives a line for each client that comes or goes and, at verbosity 2, for each
    command.
    """

    def __init__(
        self,
        cache: Memcached,
        log: Callable[[str], Any] | None = None,
        lock: AbstractContextManager[Any] | None = None,
    ) -> None:
        self.cache = cache
        self.lock = threading.RLock() if lock is None else lock
        self._log = log
        self._poller = new_poller()
        self._listeners: dict[int, socket.socket] = {}
        self._clients: dict[int, _Client] = {}
        self._stopping = False
        self._wake_in, self._wake_out = socket.socketpair()
        self._wake_in.setblocking(False)
        self._wake_out.setblocking(False)
        self._poller.register(self._wake_in.fileno(), READ)
        cache.process = _process
        if log is not None:
            cache.listener = self._heard

    # listening

    def listen(self, hosts: Sequence[str] = ("127.0.0.1",), port: int = 11211) -> None:
        """Bind to these addresses. Raises `OSError`, having closed what was open."""
        try:
            for host in hosts:
                sock = socket.create_server(
                    (host, port),
                    family=socket.AF_INET6 if ":" in host else socket.AF_INET,
                    backlog=_BACKLOG,
                )
                sock.setblocking(False)
                self._listeners[sock.fileno()] = sock
                self._poller.register(sock.fileno(), READ)
        except OSError:
            for fd, sock in self._listeners.items():
                self._poller.unregister(fd)
                sock.close()
            self._listeners.clear()
            raise
        self.cache.settings.port = self.port
        self.cache.settings.listen = ",".join(hosts)

    @property
    def addresses(self) -> list[str]:
        """Where clients reach us: host:port."""
        names = (sock.getsockname()[:2] for sock in self._listeners.values())
        return [f"[{host}]:{port}" if ":" in host else f"{host}:{port}" for host, port in names]

    @property
    def port(self) -> int:
        """The port, also if any was asked for (0)."""
        return next((sock.getsockname()[1] for sock in self._listeners.values()), 0)

    # the loop

    def run(self) -> None:
        """Serve until `stop`; then close everything."""
        try:
            while not self._stopping:
                self.turn(self._time_to_wait())
        finally:
            with self.lock:
                self.close()

    def turn(self, timeout_s: float) -> None:
        """One turn of the loop, after at most so many seconds of waiting."""
        events = self._poller.poll(timeout_s)
        with self.lock:
            clients = self._clients
            for fd, bits in events:
                client = clients.get(fd)
                if client is None:
                    self._other(fd)
                elif bits & ~WRITE and not client.left:
                    self._readable(client)
                elif client.left:
                    self._writable(client)
            if not events:  # whoever talks to the cache lets it catch up
                self.cache.catch_up()

    def stop(self) -> None:
        """End `run` soon. May be called from other threads and from signal handlers."""
        self._stopping = True
        with contextlib.suppress(OSError):
            self._wake_out.send(b"!")

    def close(self) -> None:
        """Close all sockets."""
        for client in list(self._clients.values()):
            self._hang_up(client)
        for sock in (*self._listeners.values(), self._wake_in, self._wake_out):
            sock.close()
        self._listeners.clear()
        self._poller.close()

    def _time_to_wait(self) -> float:
        wait_us = self.cache.due_us - self.cache.clock.now_us()
        return min(max(wait_us / SECOND_US, 0.0), 1.0)

    # sockets

    def _other(self, fd: int) -> None:
        """A listening socket, or the one that wakes us."""
        listener = self._listeners.get(fd)
        if listener is not None:
            self._accept(listener)
        elif fd == self._wake_in.fileno():
            with contextlib.suppress(OSError):
                self._wake_in.recv(4096)

    def _accept(self, listener: socket.socket) -> None:
        for _ in range(_ACCEPTS):
            try:
                sock, peer = listener.accept()
            except OSError:  # nobody waits, or has hung up, or there are no descriptors left
                return
            sock.setblocking(False)
            if len(self._clients) >= self.cache.settings.connections:
                self.cache.store.tallies.rejected_connections += 1
                with contextlib.suppress(OSError):
                    sock.send(TOO_MANY)
                sock.close()
                continue
            with contextlib.suppress(OSError):
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            here = listener.getsockname()
            connection = self.cache.connect(_called(peer), _called(here), sock.fileno())
            client = _Client(sock, connection)
            self._clients[client.fd] = client
            self._poller.register(client.fd, READ)
            self._say(f"<{client.fd} new client connection")

    def _readable(self, client: _Client) -> None:
        try:
            data = client.sock.recv(_READ_SIZE)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            data = b""
        if not data:
            self._hang_up(client)
            return
        connection = client.connection
        reply = connection.feed(data, _REPLY_SIZE)
        if reply or connection.closing:
            self._send(client, reply)

    def _send(self, client: _Client, reply: bytes | memoryview) -> None:
        """Send what can be sent; go on with the commands that wait once it is."""
        connection = client.connection
        while True:
            try:
                sent = client.sock.send(reply) if reply else 0
            except (BlockingIOError, InterruptedError):
                sent = 0
            except OSError:
                self._hang_up(client)
                return
            if sent < len(reply):
                if not client.left:
                    self._poller.modify(client.fd, WRITE)
                    connection.state = "conn_mwrite"
                client.left = memoryview(reply)[sent:]
                return
            if not connection.more:
                break
            reply = connection.feed(b"", _REPLY_SIZE)
        if connection.closing:
            self._hang_up(client)
        elif client.left:
            client.left = memoryview(b"")
            connection.state = "conn_read"
            self._poller.modify(client.fd, READ)

    def _writable(self, client: _Client) -> None:
        self._send(client, client.left)

    def _hang_up(self, client: _Client) -> None:
        self._say(f"<{client.fd} connection closed.")
        del self._clients[client.fd]
        self._poller.unregister(client.fd)
        self.cache.disconnect(client.connection)
        client.sock.close()

    # the log

    def _say(self, line: str) -> None:
        if self._log is not None and self.cache.settings.verbosity:
            self._log(line)

    def _heard(self, connection: Connection, line: bytes) -> None:
        if self._log is not None and self.cache.settings.verbosity > 1:
            self._log(f"<{connection.number} {line.decode('utf-8', 'backslashreplace')}")


def _process() -> tuple[int, float, float]:
    times = os.times()
    return os.getpid(), times.user, times.system
