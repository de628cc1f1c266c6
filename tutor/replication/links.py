"""What replication stands on: byte pipes between servers, and RDB files in and out.

    our replicas ◀── Session.on_raw ──┐                      ┌── Dumps.begin ──▶ Outgoing
                                      ├── the machines here ─┤
    our master  ◀───── Link ──────────┘                      └── Dumps.receive ─▶ Incoming

Over TCP a pipe is a socket (`tutor.network`), in a lab a simulated link (`tutor.labs`); the
machines do not know which. Nothing here blocks: what cannot be sent now is queued by whoever owns
the pipe.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, Protocol

from tutor.persistence.rdb import ReplInfo

Only = Literal["", "functions", "nothing"]
"""What of the data a dump holds (REPLCONF rdb-filter-only): everything, libraries, neither."""


class Link(Protocol):
    """One end of a byte pipe to another server."""

    @property
    def unsent(self) -> int:
        """Bytes that wait here to be sent."""
        ...

    def send(self, data: bytes) -> None:
        """Queue bytes; they arrive in order or not at all."""
        ...

    def close(self) -> None:
        """Hang up. The listener is told nothing any more."""
        ...


class LinkListener(Protocol):
    """Who has dialled, and is told what becomes of it."""

    def opened(self) -> None:
        """The other server has taken the connection."""
        ...

    def received(self, data: bytes) -> None:
        """Bytes have come."""
        ...

    def closed(self, why: str) -> None:
        """The connection failed or has ended; ``why`` is the system's text, "" if the other side
        has hung up."""
        ...


class Dialer(Protocol):
    """How a replica reaches its master."""

    def dial(self, host: bytes, port: int, listener: LinkListener) -> Link:
        """Begin to connect; ``listener`` hears of it later, never from within this call.

        Raises `OSError` if it cannot even begin (an unknown name).
        """
        ...


class Outgoing(Protocol):
    """An RDB file that is made for replicas."""

    @property
    def size(self) -> int | None:
        """Its length once it is whole; None while it is not, and where it is never stored."""
        ...

    @property
    def failed(self) -> bool:
        """It cannot be finished."""
        ...

    def read(self, at: int, most: int) -> bytes | None:
        """About ``most`` bytes from ``at`` on, ``b""`` at the end, None if they are not made yet.

        What is never stored is read once, in order. Raises `OSError`.
        """
        ...

    def close(self) -> None:
        """Nobody wants more of it."""
        ...


class Incoming(Protocol):
    """An RDB file that comes from a master."""

    def write(self, data: bytes) -> None:
        """The next bytes of it. Raises `OSError` where they cannot be kept."""
        ...

    def load(self) -> Iterator[object]:
        """It is whole: put it in place of what the engine holds, in steps of some milliseconds.

        Until the last step the engine holds what it held. Raises `DamagedRdb` and `OSError`.
        """
        ...

    @property
    def stream_db(self) -> int:
        """Loaded: the database that the master's stream has selected."""
        ...

    def close(self) -> None:
        """Nobody needs it any more."""
        ...


class Dumps(Protocol):
    """Who makes RDB files for replicas, and keeps those that come from a master."""

    @property
    def busy(self) -> bool:
        """Something else is being written in the background; `begin` has to wait."""
        ...

    def begin(self, origin: ReplInfo, *, to_disk: bool, only: Only = "") -> Outgoing:
        """Begin a file of the present moment: as the server's dump (``to_disk``), or to be sent
        while it is made. ``only`` a part of it where not everything is wanted. Raises `OSError`.
        """
        ...

    def receive(self, *, keep: bool) -> Incoming:
        """A place for a file that comes: kept until it is whole (``keep``), or parsed on the way
        where whoever implements this can (repl-diskless-load). Raises `OSError`."""
        ...
