"""Who is subscribed to what, and how a message finds them (redis 7.0, pubsub.c)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.engine.glob import Matcher, compile_glob
from tutor.engine.replies import Push

if TYPE_CHECKING:
    from tutor.engine.session import Session, Subscriptions

Subscribers = dict[bytes, dict["Session", None]]


@dataclass(frozen=True, slots=True)
class Kind:
    """One of the three ways to subscribe: the word in its messages, and where its names stand
    (an attribute of `PubSub` and of `Subscriptions`)."""

    word: bytes
    table: str

    def names(self, mine: Subscriptions) -> dict[bytes, None]:
        """What a session is subscribed to in this way."""
        names: dict[bytes, None] = getattr(mine, self.table)
        return names


CHANNEL = Kind(b"subscribe", "channels")
PATTERN = Kind(b"psubscribe", "patterns")
SHARD = Kind(b"ssubscribe", "shard_channels")
_UNSUBSCRIBED = {
    CHANNEL: b"unsubscribe",
    PATTERN: b"punsubscribe",
    SHARD: b"sunsubscribe",
}


class PubSub:
    """Channels, patterns and shard channels, each with its sessions in order of subscription."""

    def __init__(self) -> None:
        self.channels: Subscribers = {}
        self.patterns: Subscribers = {}
        self.shard_channels: Subscribers = {}
        self._matchers: dict[bytes, Matcher] = {}  # of the patterns: there may be very many

    # subscribing

    def subscribe(self, session: Session, kind: Kind, name: bytes) -> Push:
        """Subscribe to one name, once; what the client is told."""
        kind.names(session.subscriptions)[name] = None
        table: Subscribers = getattr(self, kind.table)
        table.setdefault(name, {})[session] = None
        if kind is PATTERN and name not in self._matchers:
            self._matchers[name] = compile_glob(name)
        session.settle()
        return Push([kind.word, name, _count(session, kind)])

    def unsubscribe(self, session: Session, kind: Kind, name: bytes) -> Push:
        """End one subscription, if there is one; what the client is told."""
        names = kind.names(session.subscriptions)
        if name in names:
            del names[name]
            self._leave(kind, name, session)
            session.settle()
        return Push([_UNSUBSCRIBED[kind], name, _count(session, kind)])

    def unsubscribe_all(self, session: Session, kind: Kind) -> list[Push]:
        """End all subscriptions of a kind; what the client is told, if there is none too."""
        names = list(kind.names(session.subscriptions))
        if not names:
            return [Push([_UNSUBSCRIBED[kind], None, _count(session, kind)])]
        return [self.unsubscribe(session, kind, name) for name in names]

    def forget(self, session: Session) -> None:
        """A session is gone, or RESET: end all its subscriptions without a word."""
        for kind in _UNSUBSCRIBED:
            names = kind.names(session.subscriptions)
            for name in names:
                self._leave(kind, name, session)
            names.clear()
        session.settle()

    def _leave(self, kind: Kind, name: bytes, session: Session) -> None:
        """Take a session out; a name without subscribers does not exist."""
        table: Subscribers = getattr(self, kind.table)
        sessions = table.get(name)
        if sessions is not None:
            sessions.pop(session, None)
            if not sessions:
                del table[name]
                if kind is PATTERN:
                    del self._matchers[name]

    # publishing

    def publish(self, channel: bytes, message: bytes) -> int:
        """Deliver to the subscribers of the channel, then of matching patterns; how many."""
        count = 0
        sessions = self.channels.get(channel)
        if sessions:
            count = _deliver(sessions, Push([b"message", channel, message]))
        for pattern, sessions in self.patterns.items():
            if self._matchers[pattern](channel):
                count += _deliver(sessions, Push([b"pmessage", pattern, channel, message]))
        return count

    def publish_shard(self, channel: bytes, message: bytes) -> int:
        """Deliver to the subscribers of a shard channel; how many."""
        sessions = self.shard_channels.get(channel)
        return _deliver(sessions, Push([b"smessage", channel, message])) if sessions else 0


def _deliver(sessions: dict[Session, None], message: Push) -> int:
    count = len(sessions)
    for session in list(sessions):  # a host may give one up over a full buffer
        session.push(message)
    return count


def _count(session: Session, kind: Kind) -> int:
    """The figure that stands in the answer: shard channels are counted by themselves."""
    mine = session.subscriptions
    if kind is SHARD:
        return len(mine.shard_channels)
    return len(mine.channels) + len(mine.patterns)
