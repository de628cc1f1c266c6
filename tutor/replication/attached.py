"""One replica of ours, as its master sees it.

    none ─ PSYNC ─▶ wait for the dump to begin ─▶ for its end ─▶ it is sent ─▶ online
              └──────────── +CONTINUE: the backlog has what it lacks ─────────────┘

Until it is online, the stream since its dump began is held back here. Redis 7.0, server.h:
SLAVE_STATE_*, replication.c.
"""

from __future__ import annotations

from collections import deque
from enum import Enum, auto
from typing import TYPE_CHECKING

from tutor.replication.links import Only

if TYPE_CHECKING:
    from tutor.engine.session import Session


class State(Enum):
    """Where a replica stands."""

    INTRODUCED = auto()
    WAIT_START = auto()
    WAIT_END = auto()
    SEND_BULK = auto()
    ONLINE = auto()


WORDS = {
    State.WAIT_START: "wait_bgsave",
    State.WAIT_END: "wait_bgsave",
    State.SEND_BULK: "send_bulk",
    State.ONLINE: "online",
}
"""What INFO calls the states of those that have said PSYNC."""


class Replica:
    """What a client has said of itself with REPLCONF, and from PSYNC on its way.

    ``origin`` is the offset at which its dump was begun; ``ack`` and ``ack_ms`` are its last
    acknowledgement. ``confirmed``: it has said that it has loaded a streamed dump.
    """

    __slots__ = (
        "ack",
        "ack_ms",
        "address",
        "at",
        "confirmed",
        "doomed",
        "eof",
        "held",
        "held_bytes",
        "last_word",
        "old",
        "only",
        "origin",
        "port",
        "psync2",
        "rdb_only",
        "session",
        "soft_since_ms",
        "stalled_ms",
        "state",
    )

    def __init__(self, session: Session) -> None:
        self.session = session
        self.state = State.INTRODUCED
        self.port = 0
        self.address = ""  # announced; else the peer's
        self.eof = False  # can take a dump whose length is not known
        self.psync2 = False  # can take a new id with +CONTINUE
        self.rdb_only = False
        self.only: Only = ""  # what it wants of the dump
        self.old = False  # said SYNC: acknowledges nothing
        self.origin = 0
        self.ack = 0
        self.ack_ms = 0
        self.confirmed = True
        self.held: deque[bytes] = deque()
        self.held_bytes = 0
        self.at = 0  # bytes of a stored dump that were sent
        self.stalled_ms = 0  # since when a streamed dump does not get on because of it
        self.soft_since_ms = 0  # since when its output is over the soft limit
        self.doomed = False  # to be closed
        self.last_word = False  # but what was sent goes first

    def introduce(self, option: bytes, value: bytes | int) -> None:
        """REPLCONF: something that the client says of itself."""
        if option == b"listening-port":
            self.port = int(value)
        elif option == b"rdb-only":
            self.rdb_only = bool(value)
        elif isinstance(value, int):
            raise ValueError(option)
        elif option == b"ip-address":
            self.address = value.decode("utf-8", "surrogateescape")
        elif option == b"capa":
            self.eof = self.eof or value.lower() == b"eof"
            self.psync2 = self.psync2 or value.lower() == b"psync2"
        elif option == b"rdb-filter-only":
            self.only = "functions" if value.split() else "nothing"

    @property
    def attached(self) -> bool:
        """It has said PSYNC or SYNC."""
        return self.state is not State.INTRODUCED

    @property
    def online(self) -> bool:
        """It has a copy of the data."""
        return self.state is State.ONLINE

    @property
    def host(self) -> str:
        """Where it is."""
        return self.address or self.session.peer.rpartition(":")[0].strip("[]")

    @property
    def name(self) -> str:
        """What the log calls it."""
        return f"{self.host}:{self.port or '<unknown-replica-port>'}"

    @property
    def queued(self) -> int:
        """Bytes that were sent and have not left."""
        return self.session.unsent() if self.session.unsent is not None else 0

    @property
    def unsent(self) -> int:
        """The same with what is held back."""
        return self.held_bytes + self.queued

    def send(self, data: bytes) -> None:
        """Bytes that are not of the stream, or whose time has come."""
        if self.session.on_raw is not None:
            self.session.on_raw(data)

    def give(self, data: bytes) -> None:
        """The stream goes on."""
        if self.state is State.ONLINE and self.confirmed:
            if self.session.on_raw is not None:
                self.session.on_raw(data)
        elif self.state is not State.WAIT_START and not self.rdb_only:
            self.held.append(data)
            self.held_bytes += len(data)

    def release(self) -> None:
        """Send all that was held back."""
        held, self.held, self.held_bytes = self.held, deque(), 0
        for data in held:
            self.send(data)

    def sent(self, offset: int) -> int:
        """The last byte of the stream, now at ``offset``, that has left us."""
        if self.state is State.WAIT_START:
            return 0
        if not (self.online and self.confirmed):
            return self.origin
        return offset - self.queued
