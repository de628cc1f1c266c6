"""Every byte between redis-py and the servers, as requests and replies in order.

    redis-py ─▶ TappedSocket ─▶ server
                    │
                 WireLog: argv, reply, server, time

The tap is a socket that also remembers: what redis-py sends and reads is not touched.
"""

from __future__ import annotations

import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tutor.engine.replies import Push, Reply
from tutor.network.wire import ReplyReader

REMEMBERED = 2000
"""Exchanges; older ones are forgotten."""

PENDING: Any = object()
"""The reply of a request that has none yet, or never got one."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its reply.

    ``server`` is the name of the embedded server, ``index`` its place in LOCATION, ``role`` what it
    was then (``master``, ``replica``), ``address`` what the settings call it; ``handshake`` says
    that redis-py sent it when it connected. ``took_us`` is from the sending to the reply's last
    byte, in microseconds. A connection that could not be made is an exchange too: without ``argv``,
    and ``failed`` is the system's reason.
    """

    number: int
    server: str
    index: int
    role: str
    address: str
    db: int
    argv: tuple[bytes, ...]
    reply: Reply
    handshake: bool
    took_us: int
    sent: int  # bytes
    received: int
    failed: str = ""

    @property
    def answered(self) -> bool:
        """Whether a reply came."""
        return self.reply is not PENDING


@dataclass(frozen=True, slots=True)
class Peer:
    """Whom a connection talks to."""

    server: str
    index: int
    address: str
    db: int
    role: Callable[[], str]


class WireLog:
    """All exchanges of all connections, in the order of the requests. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._exchanges: deque[Exchange] = deque(maxlen=REMEMBERED)
        self._count = 0

    @property
    def count(self) -> int:
        """How many there have been."""
        return self._count

    def since(self, mark: int) -> list[Exchange]:
        """Those from number ``mark`` on (a former `count`)."""
        with self._lock:
            return [one for one in self._exchanges if one.number >= mark]

    def add(self, exchange: Exchange) -> int:
        """Note a request; its number."""
        with self._lock:
            number = self._count
            self._count += 1
            self._exchanges.append(replace(exchange, number=number))
            return number

    def answer(self, number: int, reply: Reply, took_us: int, received: int) -> None:
        """Note the reply of a request."""
        with self._lock:
            if not self._exchanges:
                return
            at = number - self._exchanges[0].number
            if 0 <= at < len(self._exchanges):
                self._exchanges[at] = replace(
                    self._exchanges[at], reply=reply, took_us=took_us, received=received
                )


class _Incomplete(Exception):
    """The rest of it has not come."""


class _Replies(ReplyReader):
    """Replies out of bytes that come in pieces."""

    def feed(self, data: memoryview | bytes) -> list[tuple[Reply, int]]:
        """What is whole now, each with its length in bytes."""
        self._buffer += data
        found = []
        while self._at < len(self._buffer):
            start = self._at
            try:
                reply = self._reply()
            except _Incomplete:
                self._at = start
                break
            found.append((reply, self._at - start))
        del self._buffer[: self._at]
        self._at = 0
        return found

    def _receive(self) -> None:
        raise _Incomplete


class Requests:
    """Requests out of the bytes that redis-py sends: arrays of bulk strings, nothing else."""

    def __init__(self) -> None:
        self._replies = _Replies()

    def feed(self, data: bytes) -> list[tuple[tuple[bytes, ...], int]]:
        """The words of each request that is whole now, and its length in bytes."""
        return [(tuple(argv), length) for argv, length in self._replies.feed(data)]


class Tap:
    """Pairs requests with replies on one connection."""

    def __init__(self, log: WireLog, peer: Peer) -> None:
        self._log = log
        self._peer = peer
        self._requests = Requests()
        self._replies = _Replies()
        self._open: deque[tuple[int, int]] = deque()  # numbers, when sent in ns
        self.handshake = False

    def sent(self, data: bytes) -> None:
        """Bytes have gone."""
        now = time.perf_counter_ns()
        peer = self._peer
        for argv, length in self._requests.feed(data):
            exchange = Exchange(
                0, peer.server, peer.index, peer.role(), peer.address, peer.db, argv, PENDING,
                self.handshake, 0, length, 0,
            )  # fmt: skip
            self._open.append((self._log.add(exchange), now))

    def received(self, data: memoryview | bytes) -> None:
        """Bytes have come."""
        now = time.perf_counter_ns()
        for reply, length in self._replies.feed(data):
            if isinstance(reply, Push) or not self._open:
                continue  # answers nothing
            number, began = self._open.popleft()
            self._log.answer(number, reply, (now - began) // 1000, length)


class TappedSocket(socket.socket):
    """A connected socket that tells a `Tap` what passes."""

    tap: Tap

    @classmethod
    def around(cls, sock: socket.socket, tap: Tap) -> TappedSocket:
        """Take the connection over from ``sock``."""
        timeout = sock.gettimeout()
        tapped = cls(sock.family, sock.type, sock.proto, fileno=sock.detach())
        tapped.settimeout(timeout)
        tapped.tap = tap
        return tapped

    def sendall(self, data: Any, flags: int = 0, /) -> None:
        """As `socket.sendall`. Noted before, so that a reply never comes first."""
        self.tap.sent(bytes(data))
        super().sendall(data, flags)

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0, /) -> int:
        """As `socket.recv_into`."""
        count = super().recv_into(buffer, nbytes, flags)
        if not flags:
            self.tap.received(bytes(memoryview(buffer)[:count]))
        return count

    def recv(self, bufsize: int, flags: int = 0, /) -> bytes:
        """As `socket.recv`; what is only peeked at does not count."""
        data = super().recv(bufsize, flags)
        if not flags:
            self.tap.received(data)
        return data


def refused(peer: Peer, why: str) -> Exchange:
    """A connection that could not be made."""
    return Exchange(
        0, peer.server, peer.index, peer.role(), peer.address, peer.db, (), PENDING, False, 0, 0, 0,
        failed=why,
    )  # fmt: skip


Connect = Callable[[Any, Callable[[Peer], Tap]], Any]
"""Makes a socket for a redis-py connection, and a `Tap` for whom it leads to."""


def tapped_pool(route: Callable[[str, int], tuple[str, int, Peer]], log: WireLog) -> type[Any]:
    """A redis-py ConnectionPool class for OPTIONS["pool_class"].

    ``route`` maps the host and port of the settings to those of an embedded server, and says who
    that is. Errors keep naming the host of the settings.
    """

    def connect(connection: Any, tapped: Callable[[Peer], Tap]) -> socket.socket:
        import redis

        host, port = connection.host, connection.port
        there, number, peer = route(host, port)
        connection.host, connection.port = there, number
        try:
            sock: socket.socket = redis.Connection._connect(connection)  # type: ignore[no-untyped-call]
        except OSError as error:
            log.add(refused(peer, error.strerror or str(error)))
            raise
        finally:
            connection.host, connection.port = host, port
        return TappedSocket.around(sock, tapped(peer))

    return pool_of(connect, log)


def pool_of(connect: Connect, log: WireLog) -> type[Any]:
    """A redis-py ConnectionPool class whose connections get their sockets from ``connect``."""
    import redis

    class TutorConnection(redis.Connection):
        """redis-py's connection, led to an embedded server and tapped."""

        _tap: Tap | None = None

        def _connect(self) -> Any:
            return connect(self, self._tapped)

        def _tapped(self, peer: Peer) -> Tap:
            self._tap = Tap(log, replace(peer, db=self.db))
            return self._tap

        def can_read(self, timeout: float = 0) -> bool:
            """A socket in memory cannot be polled; it knows by itself."""
            sock: Any = self._sock
            if not hasattr(sock, "has_come"):
                return bool(super().can_read(timeout))
            if not sock.alive and not sock.has_come():
                raise redis.ConnectionError("Connection closed by server.")
            return bool(sock.has_come())

        def on_connect_check_health(self, check_health: bool = True) -> None:
            assert self._tap is not None
            self._tap.handshake = True
            try:
                super().on_connect_check_health(check_health)
            finally:
                self._tap.handshake = False

    class TutorConnectionPool(redis.ConnectionPool):
        """redis-py's pool, with connections of that kind."""

        @classmethod
        def from_url(cls, url: str, **kwargs: Any) -> Any:
            """As redis-py does it."""
            return super().from_url(url, connection_class=TutorConnection, **kwargs)

    return TutorConnectionPool


def without_handshake(exchanges: Sequence[Exchange]) -> list[Exchange]:
    """Those that a call has caused itself."""
    return [one for one in exchanges if not one.handshake]
