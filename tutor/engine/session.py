"""One client's state, as plain data. The rules live in the engine and the commands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tutor.engine.replies import NO_REPLY, Push, Reply, Several

if TYPE_CHECKING:
    from tutor.engine.acl import User
    from tutor.engine.clients.tracking import Tracking
    from tutor.engine.database import Database
    from tutor.engine.engine import Engine
    from tutor.engine.host import Buffers
    from tutor.engine.registry import Command


@dataclass(slots=True)
class Transaction:
    """What MULTI collects: commands that passed the checks, and whether one did not."""

    queue: list[tuple[Command, Sequence[bytes]]] = field(default_factory=list)
    broken: bool = False
    _words: frozenset[int] | None = None

    def holds(self, value: object) -> bool:
        """Whether ``value`` is one of the queued words: that object, not one equal to it.

        For EXEC: nothing is queued any more.
        """
        if self._words is None:
            self._words = frozenset(id(word) for _command, argv in self.queue for word in argv)
        return id(value) in self._words


@dataclass(slots=True)
class Blocked:
    """Why a session waits: for any of ``keys`` of ``db``, until ``deadline_ms`` (0 = for ever).

    ``kind`` is the class of the values it waits for. ``serve(session, key)`` tries to answer when
    ``key`` became ready and returns the reply, or ``NOT_SERVED``. ``timeout_reply`` is delivered
    when the deadline passes. ``gone``: the error that ends the wait when one of the keys was ready
    and turned out to hold something else (none: the wait goes on).
    """

    db: Database
    keys: tuple[bytes, ...]
    kind: type
    deadline_ms: int
    timeout_reply: Reply
    serve: Callable[[Session, bytes], Reply]
    gone: str = ""
    argv: Sequence[bytes] = ()  # the command that waits
    usec: int = 0  # what it has taken so far, the waiting left out


@dataclass(slots=True)
class Subscriptions:
    """What a session is subscribed to, in the order in which it subscribed."""

    channels: dict[bytes, None] = field(default_factory=dict)
    patterns: dict[bytes, None] = field(default_factory=dict)
    shard_channels: dict[bytes, None] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.channels) + len(self.patterns) + len(self.shard_channels)


class Session:
    """A connection as the engine sees it: selected database, protocol, MULTI, WATCH, blocking.

    ``on_reply`` receives replies that come later than the call (blocking commands), ``on_push``
    messages that answer nothing (pub/sub, MONITOR, invalidation), ``on_raw`` what goes to a
    replica. ``buffers`` tells what the connection holds. ``special`` is true while anything about
    the session asks for more than the short way through `Engine.execute`; `settle` keeps it so.
    """

    __slots__ = (
        "_authenticated",
        "_transaction",
        "_user",
        "blocked",
        "buffers",
        "closing",
        "created_ms",
        "db",
        "dirty_cas",
        "early",
        "engine",
        "executing",
        "following",
        "from_master",
        "hears_for_others",
        "id",
        "in_exec",
        "last_command",
        "last_ms",
        "local",
        "local_address",
        "monitoring",
        "name",
        "no_evict",
        "on_push",
        "on_raw",
        "on_reply",
        "peer",
        "postponed",
        "replica",
        "replying",
        "resp",
        "script",
        "skip_next",
        "skipping",
        "special",
        "subscriptions",
        "tracking",
        "unsent",
        "watching",
        "write_offset",
    )

    def __init__(self, engine: Engine, session_id: int, peer: str = "127.0.0.1:0") -> None:
        self.engine = engine
        self.id = session_id
        self.db: Database = engine.databases[0]
        self.name = b""
        self.peer = peer
        self.local_address = ""  # "": 127.0.0.1 and the configured port
        self.local = True  # over loopback or a Unix socket
        self.resp = 2
        self.closing = False  # QUIT or CLIENT KILL: the host hangs up after the reply
        self.in_exec = False
        self.executing: Transaction | None = None  # what EXEC is carrying out
        self.script = False  # a script's own session, not a client's
        self.dirty_cas = False
        self.watching: dict[tuple[int, bytes], bool] = {}
        self.blocked: Blocked | None = None
        self.postponed: Sequence[bytes] | None = None  # a command that CLIENT PAUSE holds back
        self.subscriptions = Subscriptions()
        self.tracking: Tracking | None = None
        self.hears_for_others = False  # another client's invalidations come here
        self.monitoring = False
        self.replica = False  # another server's link: it gets our stream
        self.from_master = False  # our master's link, or the append-only file: always obeyed
        self.write_offset = 0  # of the stream to replicas, behind this client's last write
        self.no_evict = False
        self.replying = True  # CLIENT REPLY ON
        self.skip_next = False  # CLIENT REPLY SKIP: the next command will not be answered
        self.skipping = False  # and this is that command
        self.early: list[Push] = []  # messages before the reply of a command inside EXEC
        self.following: list[Reply] = []  # messages after the reply of the present command
        self.on_reply: Callable[[Reply], Any] | None = None
        self.on_push: Callable[[Reply], Any] | None = None
        self.on_raw: Callable[[bytes], Any] | None = None  # bytes as they are, for a replica
        self.unsent: Callable[[], int] | None = None  # how many of them wait to be sent
        self.buffers: Callable[[], Buffers] | None = None
        self.created_ms = engine.now_ms
        self.last_ms = engine.now_ms
        self.last_command: Command | None = None
        self._transaction: Transaction | None = None
        self._authenticated = True
        self._user: User = engine.acl.default
        self.special = False
        self.settle()

    def settle(self) -> None:
        """Bring ``special`` up to date; for whoever changes what it depends on."""
        self.special = (
            self._transaction is not None
            or not self._authenticated
            or not self._user.unrestricted
            or len(self.subscriptions) > 0
            or self.tracking is not None
            or self.hears_for_others
            or self.monitoring
            or self.replica
            or self.from_master
            or not self.replying
            or self.skipping
            or self.skip_next
        )

    @property
    def transaction(self) -> Transaction | None:
        """What MULTI has collected so far; None outside a transaction."""
        return self._transaction

    @transaction.setter
    def transaction(self, value: Transaction | None) -> None:
        self._transaction = value
        self.settle()

    @property
    def authenticated(self) -> bool:
        """Whether the client may do more than log in."""
        return self._authenticated

    @authenticated.setter
    def authenticated(self, value: bool) -> None:
        self._authenticated = value
        self.settle()

    @property
    def user(self) -> User:
        """Whose permissions hold."""
        return self._user

    @user.setter
    def user(self, value: User) -> None:
        self._user = value
        self.settle()

    @property
    def laddr(self) -> str:
        """The server's end of the connection."""
        return self.local_address or f"127.0.0.1:{self.engine.config.port}"

    def push(self, message: Reply) -> None:
        """Send a message that answers nothing.

        What a command publishes to its own client stands before the command's reply, or behind it
        if Redis has written the reply by then (`Engine.late`); inside EXEC too.
        """
        engine = self.engine
        if engine.is_late_for(self):
            self.following.append(message)
        elif self.executing is not None:
            self.early.append(message)
        elif self.on_push is not None:
            self.on_push(message)

    def follow(self, message: Reply) -> None:
        """As `push`, but behind the reply of the command that is being carried out."""
        if self.engine.current is self:
            self.following.append(message)
        else:
            self.push(message)

    def framed(self, reply: Reply) -> Reply:
        """A reply with the messages that stand before and after it."""
        if not (self.early or self.following):
            return reply
        early, self.early = self.early, []
        return Several([*early, *([] if reply is NO_REPLY else [reply]), *self.take_following()])

    def take_following(self) -> list[Reply]:
        """The messages that wait for the end of the present command."""
        following, self.following = self.following, []
        return following

    @property
    def mute(self) -> bool:
        """CLIENT REPLY: the present command's reply is not sent, only messages are."""
        return not self.replying or self.skipping

    def __repr__(self) -> str:
        return f"<Session {self.id} db={self.db.index}>"
