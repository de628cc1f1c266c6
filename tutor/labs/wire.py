"""The wire between two machines, and TCP connections over it.

    send ─▶ segments ─▶ [bandwidth] ─▶ delay ± jitter ─▶ arrive, in order
                           │ lost: once more after a timeout      │ cut: they wait until it is whole

TCP never loses bytes and never reorders them: a lost segment comes later, with all behind it.
While the wire is cut nothing arrives, not even that the other side has hung up.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from tutor.labs.simulation import Simulation

SEGMENT = 16 * 1024
LEAST_RTO_US = 200_000
MOST_RTO_US = 10_000_000
CONNECT_TIMEOUT_US = 5_000_000


@dataclass(slots=True)
class Settings:
    """What a wire is like. Times in microseconds, ``bandwidth`` in bytes a second (0: without
    limit), ``loss`` in percent of segments."""

    delay: int = 1_000
    jitter: int = 0
    bandwidth: int = 0
    loss: float = 0.0


class Ear(Protocol):
    """Who is told what comes over a connection."""

    def opened(self) -> None:
        """It stands."""
        ...

    def received(self, data: bytes) -> None:
        """Bytes have come."""
        ...

    def closed(self, why: str) -> None:
        """It has ended."""
        ...


@dataclass(slots=True, eq=False)
class Segment:
    """Bytes under way. ``sent`` is None while they wait at the sender."""

    data: bytes
    text: str
    forward: bool
    sent: int | None = None
    arrives: int = 0
    gone: bool = False


@dataclass(slots=True, eq=False)
class _Direction:
    """One half of a connection."""

    ear: Ear | None = None
    waiting: deque[Segment] = field(default_factory=deque)
    flying: deque[Segment] = field(default_factory=deque)
    last_arrival: int = 0
    waiting_bytes: int = 0


class Connection:
    """A TCP connection over a wire. Its two `End`s are what both sides hold."""

    def __init__(self, wire: Wire, forward: bool) -> None:
        self.wire = wire
        self.forward = forward  # the first end stands at the wire's first machine
        self.halves = (_Direction(), _Direction())  # towards the acceptor, towards the dialler
        self.ends = (End(self, 0), End(self, 1))
        self.alive = True
        wire.connections.append(self)

    def send(self, half: int, data: bytes, text: str) -> None:
        direction = self.halves[half]
        for at in range(0, len(data), SEGMENT):
            forward = self.forward if half == 0 else not self.forward
            segment = Segment(data[at : at + SEGMENT], text if at == 0 else "…", forward)
            if self.wire.cut_since is not None or direction.waiting:
                direction.waiting.append(segment)
                direction.waiting_bytes += len(segment.data)
            else:
                self._launch(direction, segment)

    def _launch(self, direction: _Direction, segment: Segment) -> None:
        simulation = self.wire.simulation
        segment.sent = simulation.now
        segment.arrives = max(self.wire.arrival(segment), direction.last_arrival)
        segment.gone = False
        direction.last_arrival = segment.arrives
        direction.flying.append(segment)
        simulation.at(segment.arrives, lambda: self._arrive(direction, segment))

    def _arrive(self, direction: _Direction, segment: Segment) -> None:
        if segment.gone or segment.arrives > self.wire.simulation.now:
            return
        direction.flying.remove(segment)
        segment.gone = True
        if direction.ear is not None:
            direction.ear.received(segment.data)

    def interrupt(self) -> None:
        """The wire is cut: what flies falls back to its sender."""
        for direction in self.halves:
            fallen = list(direction.flying)
            direction.flying.clear()
            for segment in reversed(fallen):
                segment.gone, segment.sent = True, None
                copy = Segment(segment.data, segment.text, segment.forward)
                direction.waiting.appendleft(copy)
                direction.waiting_bytes += len(copy.data)

    def resume(self) -> None:
        """The wire is whole, and TCP has noticed: what waits goes."""
        if self.wire.cut_since is not None:
            return
        for direction in self.halves:
            waiting, direction.waiting = direction.waiting, deque()
            direction.waiting_bytes = 0
            for segment in waiting:
                self._launch(direction, segment)
            ear = direction.ear
            if not self.alive and ear is not None:
                direction.ear = None
                reset = partial(ear.closed, "Connection reset by peer")
                self.wire.simulation.after(self.wire.settings.delay, reset)
        if not self.alive:
            self.wire.forget(self)

    def close(self, half: int | None, why: str, silently: bool) -> None:
        """One side (None: its machine) hangs up; the other hears it if the wire is whole, and not
        at all where the machine vanished ``silently``."""
        if not self.alive:
            return
        self.alive = False
        mine = 1 if half == 0 else 0
        if half is not None:
            self.halves[mine].ear = None
        if silently:
            return
        if self.wire.cut_since is None:
            other = self.halves[1 - mine] if half is not None else self.halves[0]
            due = max(other.last_arrival, self.wire.simulation.now + self.wire.settings.delay)
            self.wire.simulation.at(due, partial(self._hear_of_end, other, why))

    def _hear_of_end(self, direction: _Direction, why: str) -> None:
        """Behind the last bytes: the other side has hung up. Not while the wire is cut."""
        if self.wire.cut_since is not None:
            return
        ear, direction.ear = direction.ear, None
        self.wire.forget(self)
        if ear is not None:
            ear.closed(why)


class End:
    """One end of a connection, as `tutor.replication.links.Link`."""

    def __init__(self, connection: Connection, half: int) -> None:
        self._connection = connection
        self._half = half

    @property
    def unsent(self) -> int:
        """Bytes that wait here."""
        direction = self._connection.halves[self._half]
        return direction.waiting_bytes + self._connection.wire.queued(self._connection, self._half)

    def send(self, data: bytes) -> None:
        """Queue bytes."""
        if self._connection.alive and data:
            self._connection.send(self._half, data, summary(data))

    def close(self) -> None:
        """Hang up."""
        self._connection.close(self._half, "", silently=False)

    def vanish(self) -> None:
        """The machine has lost its power: nobody hangs up."""
        self._connection.close(self._half, "", silently=True)

    @property
    def alive(self) -> bool:
        """Whether the connection stands."""
        return self._connection.alive


class Wire:
    """What joins two machines."""

    def __init__(self, simulation: Simulation, first: str, second: str) -> None:
        self.simulation = simulation
        self.first, self.second = first, second
        self.settings = Settings()
        self.cut_since: int | None = None
        self.connections: list[Connection] = []
        self._free_at = {True: 0, False: 0}

    def connect(self, dialler: str, ear: Ear, accept: Callable[[End], Ear | None]) -> End:
        """Begin a connection from ``dialler``; ``accept`` is called at the other machine when the
        first segment arrives there, and answers with who listens, or None to refuse."""
        connection = Connection(self, forward=dialler == self.first)
        connection.halves[1].ear = ear
        handshake = Segment(b"", "SYN", connection.forward)

        def knock() -> None:
            if self.cut_since is not None or not connection.alive:
                self.simulation.after(CONNECT_TIMEOUT_US, timed_out)
                return
            listener = accept(connection.ends[1])
            if listener is None:
                self.simulation.after(self.settings.delay, lambda: refused("Connection refused"))
                return
            connection.halves[0].ear = listener
            self.simulation.at(self.arrival(handshake), opened)

        def refused(why: str) -> None:
            if connection.halves[1].ear is not None:
                connection.alive = False
                self.forget(connection)
                ear.closed(why)

        def timed_out() -> None:
            if connection.halves[0].ear is None:
                refused("Connection timed out")

        def opened() -> None:
            if connection.alive and connection.halves[1].ear is not None:
                ear.opened()

        self.simulation.at(self.arrival(handshake), knock)
        return connection.ends[0]

    def arrival(self, segment: Segment) -> int:
        """When a segment that is sent now arrives."""
        settings, chance, now = self.settings, self.simulation.random, self.simulation.now
        start = now
        if settings.bandwidth and segment.data:
            start = max(now, self._free_at[segment.forward])
            start += len(segment.data) * 1_000_000 // settings.bandwidth
            self._free_at[segment.forward] = start
        delay = settings.delay
        if settings.jitter:
            delay = max(delay + round(chance.uniform(-settings.jitter, settings.jitter)), 0)
        rto = max(LEAST_RTO_US, 3 * settings.delay)
        while settings.loss and chance.random() * 100 < settings.loss:
            delay += rto
            rto = min(rto * 2, MOST_RTO_US)
        return start + delay

    def queued(self, connection: Connection, half: int) -> int:
        """Bytes of a connection that the bandwidth has not let out yet."""
        if not self.settings.bandwidth:
            return 0
        forward = connection.forward if half == 0 else not connection.forward
        ahead = max(self._free_at[forward] - self.simulation.now, 0)
        mine = sum(len(segment.data) for segment in connection.halves[half].flying)
        return min(ahead * self.settings.bandwidth // 1_000_000, mine)

    def cut(self) -> None:
        """Nothing passes from now on."""
        if self.cut_since is None:
            self.cut_since = self.simulation.now
            for connection in self.connections:
                connection.interrupt()

    def heal(self) -> None:
        """Everything passes again; TCP tries once its timeout is over."""
        if self.cut_since is None:
            return
        gone = self.simulation.now - self.cut_since
        self.cut_since = None
        self._free_at = {True: 0, False: 0}
        wait = min(max(gone // 4, self.settings.delay), LEAST_RTO_US * 2)
        for connection in list(self.connections):
            self.simulation.after(wait, connection.resume)

    def forget(self, connection: Connection) -> None:
        """A connection that is over on both sides."""
        if connection in self.connections:
            self.connections.remove(connection)

    @property
    def flying(self) -> list[Segment]:
        """Segments under way."""
        return [
            segment
            for connection in self.connections
            for direction in connection.halves
            for segment in direction.flying
            if not segment.gone
        ]

    @property
    def waiting_bytes(self) -> int:
        """Bytes that wait at their senders because nothing passes."""
        return sum(
            direction.waiting_bytes
            for connection in self.connections
            for direction in connection.halves
        )


def summary(data: bytes) -> str:
    """A word or three for what a segment carries: its first command, a dump, a sign of life."""
    if data[:1] == b"*":
        words = data.split(b"\r\n", 7)[2:7:2]
        return b" ".join(words[:2]).decode("utf-8", "replace")[:24]
    if data[:1] in b"+-:" or data == b"\n":
        return data.strip().decode("utf-8", "replace")[:24]
    return "RDB"
