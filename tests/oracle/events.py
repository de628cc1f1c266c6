"""Keyspace events on both sides: what the engine tells its observer, what the server publishes.

Expiry happens when it happens and is left out.
"""

from __future__ import annotations

from collections.abc import Sequence

from tests.oracle.raw import Neutral, RawConnection
from tutor.engine.events import Conversion
from tutor.engine.replies import Reply
from tutor.engine.session import Session

Event = tuple[int, bytes, str]
"""Database, key, event."""


class Announced:
    """An observer that notes events."""

    def __init__(self) -> None:
        self.seen: list[Event] = []

    def changed(self, db: int, key: bytes, event: str) -> None:
        if event and event != "expired":
            self.seen.append((db, key, event))

    def converted(self, conversion: Conversion) -> None:
        """Not published by Redis."""

    def executed(self, session: Session, argv: Sequence[bytes], reply: Reply, took_us: int) -> None:
        """Not of interest here."""

    def take(self) -> list[Event]:
        """What came since the last call."""
        seen, self.seen = self.seen, []
        return seen


class Published:
    """A subscriber of the real server; its directive is set while this is open."""

    def __init__(self, port: int) -> None:
        self.control = RawConnection(port)
        self.control.call(b"CONFIG", b"SET", b"notify-keyspace-events", b"EA")
        self.subscriber = RawConnection(port)
        self.subscriber.call(b"PSUBSCRIBE", b"__keyevent@*")
        self._before = self._dirty()

    def take(self) -> list[Event]:
        """What came since the last call."""
        self.subscriber.send(b"PING")
        events: list[Event] = []
        while True:
            message: Neutral = self.subscriber.receive()
            if message[0] == b"pong":
                return events
            channel, event = message[2].split(b":", 1)
            if event != b"expired":
                events.append((int(channel[11:-2]), message[3], event.decode()))

    @property
    def changes(self) -> int:
        """How far INFO's ``rdb_changes_since_last_save`` has moved."""
        return self._dirty() - self._before

    def _dirty(self) -> int:
        text: bytes = self.control.call(b"INFO", b"persistence")
        return int(text.partition(b"rdb_changes_since_last_save:")[2].split()[0])

    def close(self) -> None:
        self.subscriber.close()
        self.control.call(b"CONFIG", b"SET", b"notify-keyspace-events", b"")
        self.control.close()
