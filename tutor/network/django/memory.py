"""Servers in the same process: redis-py talks to an engine without a socket, a thread or a wait.

    Django's RedisCache ─ redis-py ─ MemorySocket ─ bytes ─▶ session of an engine
                                          │
                                       wire log

What redis-py sends is carried out at once, in the engine's own clock; the reply is there before it
reads. `MemoryFleet` takes the place of `fleet.Fleet`, and whoever owns the engines says through a
`Host` how one of them is reached.
"""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Literal, Protocol

from tutor.engine.engine import Engine
from tutor.engine.replies import BLOCKED, NO_REPLY, Reply
from tutor.engine.session import Session
from tutor.network.django.fleet import MASTER, ByName, ServerState
from tutor.network.django.wirelog import Peer, Requests, Tap, WireLog, pool_of, refused
from tutor.network.encoder import encode

Condition = Literal["up", "down", "paused"]


class Suspended(BaseException):
    """A command waits, and time goes on only after the call: its answer comes to the ``session``.
    Not an error that redis-py or Django may take for theirs."""

    def __init__(self, session: Session) -> None:
        super().__init__("the reply is still to come")
        self.session = session


class Host(Protocol):
    """One engine as connections reach it."""

    @property
    def condition(self) -> Condition:
        """Whether it takes connections, and whether it answers."""
        ...

    @property
    def engine(self) -> Engine:
        """The engine, be it up or down."""
        ...

    def session(self, place: int) -> Session:
        """The connection of the pool number ``place``; it outlives `MemorySocket`."""
        ...

    def execute(self, session: Session, argv: Sequence[bytes]) -> Reply:
        """Carry out a command."""
        ...

    def wait(self, session: Session) -> None:
        """Let time go by until the session's command is answered. Raises `Suspended` where that
        cannot be done now."""
        ...

    def hang_up(self, session: Session) -> None:
        """The client is gone."""
        ...


class MemorySocket:
    """What redis-py takes for a connected socket."""

    def __init__(self, host: Host, place: int, tap: Tap) -> None:
        self._host = host
        self._tap = tap
        self._session = host.session(place)
        self._requests = Requests()
        self._incoming = bytearray()
        self._timeout: float | None = None
        self._session.on_reply = self._answer
        self._session.on_push = self._answer

    @property
    def alive(self) -> bool:
        """Whether the server has not hung up."""
        return self._host.engine.sessions.get(self._session.id) is self._session

    def _answer(self, reply: Reply) -> None:
        if reply is not NO_REPLY and reply is not BLOCKED:
            self._incoming += encode(reply, self._session.resp)

    def sendall(self, data: Any, flags: int = 0) -> None:
        """Carry out the commands in it. Raises BrokenPipeError where nobody listens any more."""
        if not self.alive or self._host.condition == "down":
            raise BrokenPipeError(errno.EPIPE, "Broken pipe")
        self._tap.sent(bytes(data))
        for argv, _length in self._requests.feed(bytes(data)):
            if self._host.condition == "paused":
                continue  # it lies in the kernel's buffer there
            self._answer(self._host.execute(self._session, argv))
            if self._session.closing:
                self._host.hang_up(self._session)
                return

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0) -> int:
        """Take what has come; 0 at the end. Raises as a socket does that has nothing."""
        if not self._incoming and self.alive:
            self._wait()
        room = memoryview(buffer)
        data = bytes(self._incoming[: nbytes or len(room)])
        room[: len(data)] = data
        del self._incoming[: len(data)]
        self._tap.received(data)
        return len(data)

    def recv(self, bufsize: int, flags: int = 0) -> bytes:
        """As `recv_into`; with MSG_PEEK what has come stays."""
        if not self._incoming and self.alive:
            self._wait()
        data = bytes(self._incoming[:bufsize])
        if not flags & socket.MSG_PEEK:
            del self._incoming[:bufsize]
            self._tap.received(data)
        return data

    def has_come(self) -> bool:
        """Whether there is something to read."""
        return bool(self._incoming)

    def _wait(self) -> None:
        if self._timeout == 0:
            raise BlockingIOError(errno.EWOULDBLOCK, "Resource temporarily unavailable")
        if self._session.blocked is not None or self._session.postponed is not None:
            self._host.wait(self._session)
        if not self._incoming and self.alive:
            raise TimeoutError("timed out")

    def settimeout(self, timeout: float | None) -> None:
        """As `socket.settimeout`."""
        self._timeout = timeout

    def gettimeout(self) -> float | None:
        """As `socket.gettimeout`."""
        return self._timeout

    def setblocking(self, flag: bool) -> None:
        """As `socket.setblocking`."""
        self._timeout = None if flag else 0.0

    def getpeername(self) -> tuple[str, int]:
        """An address."""
        return ("127.0.0.1", 6379)

    def fileno(self) -> int:
        """There is none."""
        return -1

    def shutdown(self, how: int) -> None:
        """Nothing is under way."""

    def close(self) -> None:
        """Let the session go."""
        if self._session.on_reply == self._answer:
            self._session.on_reply = self._session.on_push = None
        self._host.hang_up(self._session)


class MemoryMember:
    """One server, as `fleet.Member` is one."""

    port = 6379

    def __init__(self, name: str, host: Host) -> None:
        self.name = name
        self.host = host

    @property
    def running(self) -> bool:
        """Whether clients can connect."""
        return self.host.condition != "down"

    @contextmanager
    def engine(self) -> Iterator[Engine | None]:
        """Its engine; None if it does not run."""
        yield self.host.engine if self.running else None

    def state(self, _master_offset: int | None) -> ServerState:
        """How it stands: its role and keys; about its stream the owner knows more."""
        engine = self.host.engine
        replication = engine.replication
        replica = replication is not None and replication.is_replica
        keys = sum(len(database.keys.data) for database in engine.databases)
        return ServerState(self.name, "replica" if replica else "master", self.running, self.port,
                           0, None, False, 0.0, False, keys)  # fmt: skip


class MemoryFleet(ByName[MemoryMember]):
    """Servers by name, the master first. Whoever made the engines starts and stops them."""

    def __init__(self, hosts: Mapping[str, Host]) -> None:
        self.members = {name: MemoryMember(name, host) for name, host in hosts.items()}

    def ensure(self, replicas: int, password: str = "") -> None:
        """There are those that there are. Raises `NoSuchServer` if that is not enough."""
        for name in (MASTER, *(f"replica{number + 1}" for number in range(replicas))):
            self[name]

    def settle(self, _seconds: float) -> bool:
        """Time is not ours to spend."""
        return True

    def stop(self) -> None:
        """Nothing of them is ours."""

    def states(self) -> tuple[ServerState, ...]:
        """All servers, the master first."""
        return tuple(member.state(None) for member in self.members.values())

    def pool(self, route: Callable[[str, int], Peer], log: WireLog) -> type[Any]:
        """A redis-py ConnectionPool class whose connections end here. ``route`` says who is meant
        by a host and port of the settings."""

        def connect(connection: Any, tapped: Callable[[Peer], Tap]) -> MemorySocket:
            peer = route(connection.host, connection.port)
            server = self[peer.server].host
            if server.condition == "down":
                why = "Connection refused"
                log.add(refused(peer, why))
                raise ConnectionRefusedError(errno.ECONNREFUSED, why)
            return MemorySocket(server, peer.index, tapped(peer))

        return pool_of(connect, log)
