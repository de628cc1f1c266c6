"""What carries commands out: the embedded engine, or a real server (`tutor.console.remote`).

The engine is imported when it is first needed, so that a prompt can be on the screen before.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple, Protocol, cast

from tutor.engine.replies import BLOCKED, Reply, ReplyError
from tutor.i18n import _

if TYPE_CHECKING:
    from tutor.console.things import Thing
    from tutor.engine.session import Session
    from tutor.engine.values import Value
    from tutor.engine.world import Entry, World
    from tutor.network.service import Service

__all__ = ["Backend", "Catalog", "EmbeddedBackend", "Prompt"]


class Catalog(Protocol):
    """What exists, for completion, highlighting and cards. Only reads; never expires a key."""

    def keys(self, prefix: bytes, types: frozenset[str] | None, limit: int) -> list[bytes]:
        """Up to ``limit`` keys that begin with ``prefix`` and have one of ``types`` (None: any)."""
        ...

    def type(self, key: bytes) -> str | None:
        """``string``, ``list``, ``set``, ``hash``, ``zset``, …; None if there is no such key."""
        ...

    def fields(self, key: bytes, prefix: bytes, limit: int) -> list[bytes]:
        """Fields of a hash, members of a set or sorted set, that begin with ``prefix``."""
        ...

    def parameters(self) -> list[str]:
        """The names that CONFIG GET knows."""
        ...

    def named(self, thing: Thing, of: Sequence[bytes] = ()) -> list[bytes]:
        """The names of things that are no keys; ``of`` is what they belong to (see `Thing`)."""
        ...

    def denied(self, argv: Sequence[bytes]) -> bytes | None:
        """The key or channel of a command that our user may not use so, if that is known."""
        ...


class Prompt(NamedTuple):
    """The parts of ``127.0.0.1:6379[1](TX)> ``; ``address`` is "" when not connected.

    ``client`` is the number of the client if there is more than one, else 0.
    """

    address: str
    db: int = 0
    transaction: bool = False
    client: int = 0

    def __str__(self) -> str:
        """As redis-cli writes it; a second client says its number first."""
        client = f"#{self.client} " if self.client else ""
        if not self.address:
            return f"{client}not connected> "
        db = f"[{self.db}]" if self.db else ""
        return f"{client}{self.address}{db}{'(TX)' if self.transaction else ''}> "


class Backend(Catalog, Protocol):
    """A place where commands run, with one current client."""

    embedded: bool
    on_reply: Callable[[int, Sequence[bytes], Reply], None] | None
    """Called with (client, its command, reply) when the answer to a blocked command comes."""
    on_push: Callable[[Reply], None] | None
    """Called with out-of-band messages of RESP3."""

    @property
    def info(self) -> str:
        """What this is, in words: the embedded engine, or a server's version and address."""
        ...

    @property
    def resp(self) -> int:
        """2 or 3: the protocol of the current client."""
        ...

    def resp_of(self, client: int) -> int:
        """The same of a client by its number."""
        ...

    @property
    def waiting(self) -> bool:
        """True while the current client waits for the answer to a blocking command."""
        ...

    def execute(self, argv: Sequence[bytes]) -> Reply:
        """Carry out a command; returns its reply, an error reply, or `BLOCKED` (embedded only).

        Raises `tutor.network.link.LinkError` if a server cannot be reached.
        """
        ...

    def streams(self, argv: Sequence[bytes]) -> bool:
        """True for MONITOR, SUBSCRIBE and the like, whose replies have no end."""
        ...

    def stream(self, argv: Sequence[bytes]) -> Iterator[Reply]:
        """Replies one by one, as they come; closing the iterator ends it."""
        ...

    def cancel(self) -> None:
        """Give up waiting (Ctrl-C)."""
        ...

    def tick(self) -> None:
        """Let time pass: expiry and blocking timeouts of the embedded engine."""
        ...

    def prompt(self) -> Prompt:
        """What stands before the cursor now."""
        ...

    def close(self) -> None:
        """Disconnect."""
        ...


_ADDRESS = "127.0.0.1:6379"
"""Where Redis lives if nobody says otherwise; the prompt of redis-cli shows it."""

_MOST_PUSHES = 1000
"""Messages that wait to be shown; of more the oldest are lost."""

_SCAN_LIMIT = 20_000
"""How many keys or fields are looked through for one keystroke."""


class EmbeddedBackend:
    """The engine in this process. ``world`` may be shared with the TUI.

    ``clients`` are sessions by number; `use_client` switches the world to another one, so that
    what blocks in one can be answered from the next. With ``remember`` False commands bypass the
    world: no history, no undo, and no cost of them. ``resp`` is the protocol to begin with.
    Without a ``world`` one is made when it is first needed (from any thread).

    Messages that answer nothing (pub/sub, MONITOR) go to ``on_push``, or, where that is None, wait
    in ``pushes`` with the number of their client; they may come from another thread.

    ``service`` is the port through which other programs reach this engine, once `serve` was called
    (not where ``may_serve`` is False).
    """

    embedded = True

    def __init__(
        self,
        world: World | None = None,
        remember: bool = True,
        resp: int | None = None,
        may_serve: bool = True,
    ) -> None:
        self.may_serve = may_serve
        self.service: Service | None = None
        self._world: World | None = None
        self._making = Lock()
        self._remember = remember
        self._resp = resp
        self.clients: dict[int, Session] = {}
        self.on_reply: Callable[[int, Sequence[bytes], Reply], None] | None = None
        self.on_push: Callable[[Reply], None] | None = None
        self.pushes: deque[tuple[int, Reply]] = deque(maxlen=_MOST_PUSHES)
        self._blocked: dict[int, Entry] = {}
        if world is not None:
            self._begin(world)

    @property
    def world(self) -> World:
        """Engine, session and history."""
        if self._world is None:
            with self._making:
                if self._world is None:
                    from tutor.engine.world import World

                    self._begin(World())
        assert self._world is not None
        return self._world

    def _begin(self, world: World) -> None:
        if self._resp is not None:
            world.session.resp = self._resp
        if not self._remember:
            world.stop_keeping()
        self._adopt(1, world.session)
        self._world = world

    # commands

    @property
    def remembers(self) -> bool:
        """Whether commands go into the world's history."""
        return self._remember

    @property
    def info(self) -> str:
        return _("embedded engine, Redis 7.0.15")

    @property
    def resp(self) -> int:
        return self.world.session.resp

    def resp_of(self, client: int) -> int:
        session = self.clients.get(client)
        return session.resp if session is not None else self.resp

    @property
    def waiting(self) -> bool:
        return self._world is not None and self._world.waiting

    def execute(self, argv: Sequence[bytes]) -> Reply:
        with self.world.lock:
            if self.world.session.id not in self.world.engine.sessions:  # CLIENT KILL
                number = self.client
                del self.clients[number]
                self.use_client(number)
            if not self._remember:
                reply = self.world.engine.execute(self.world.session, argv)
            else:
                reply = self.world.run(argv)
                if reply is BLOCKED and self.world.last is not None:
                    self._blocked[self.client] = self.world.last
            if self.world.session.closing:  # CLIENT KILL of itself: the reply is the last word
                self.world.engine.disconnect(self.world.session)
        if self.service is not None:
            self.service.wake()
        return reply

    def streams(self, argv: Sequence[bytes]) -> bool:
        return False

    def stream(self, argv: Sequence[bytes]) -> Iterator[Reply]:
        yield self.execute(argv)

    def cancel(self) -> None:
        with self.world.lock:
            self.world.stop_waiting()
            self._blocked.pop(self.client, None)

    def tick(self) -> None:
        if self._world is None or self.serving:
            return
        with self._world.lock.glance() as mine:
            if mine:
                self._world.engine.tick()

    def close(self) -> None:
        self.stop_serving()
        for session in self.clients.values():
            self.world.engine.disconnect(session)

    # the port

    @property
    def serving(self) -> bool:
        """Whether a port is open; the server's loop then lets time pass."""
        return self.service is not None and self.service.is_open

    def serve(self, port: int | None = None) -> int:
        """Open a port for other programs; returns it. Raises `PortRefused`."""
        if self.service is None:
            from tutor.network.service import Service

            self.service = Service(self.world.engine, self.world.lock)
        return self.service.open(port)

    def stop_serving(self) -> None:
        """Close the port, if one is open."""
        if self.service is not None:
            self.service.close()

    # time

    may_pass_time = False

    def pass_time(self, seconds: str) -> bool:
        """Let so many seconds go by at once; False if that is no number of seconds. Only where
        ``may_pass_time``: a lesson's step."""
        raise NotImplementedError

    # clients

    @property
    def client(self) -> int:
        """The number of the current client."""
        current = self.world.session
        return next((number for number, one in self.clients.items() if one is current), 1)

    def use_client(self, number: int) -> None:
        """Go on as this client; a new one connects."""
        with self.world.lock:
            if number not in self.clients:
                self._adopt(number, self.world.engine.connect())
            self.world.session = self.clients[number]

    def _adopt(self, number: int, session: Session) -> None:
        self.clients[number] = session
        session.on_reply = partial(self._answered, number, session.on_reply)
        session.on_push = partial(self._pushed, number)

    def _pushed(self, number: int, message: Reply) -> None:
        if self.on_push is not None:
            self.on_push(message)
        else:
            self.pushes.append((number, message))

    def _answered(
        self, number: int, earlier: Callable[[Reply], object] | None, reply: Reply
    ) -> None:
        """A late reply: into the history, to whoever listened before us, and to `on_reply`."""
        entry = self._blocked.pop(number, None)
        if entry is None:
            self.world.finish_waiting(reply)
        else:
            entry.reply = reply
        if earlier is not None:
            earlier(reply)
        if self.on_reply is not None:
            self.on_reply(number, entry.argv if entry else (), reply)

    def prompt(self) -> Prompt:
        if self._world is None:
            return Prompt(_ADDRESS)
        session = self._world.session
        client = self.client if len(self.clients) > 1 else 0
        address = next(iter(self.service.addresses), _ADDRESS) if self.service else _ADDRESS
        return Prompt(address, session.db.index, session.transaction is not None, client)

    # catalog

    def keys(self, prefix: bytes, types: frozenset[str] | None, limit: int) -> list[bytes]:
        """Keys of the last commands first, then others in alphabetical order."""
        with self.world.lock.glance() as mine:
            return self._keys(prefix, types, limit) if mine else []

    def _keys(self, prefix: bytes, types: frozenset[str] | None, limit: int) -> list[bytes]:
        present = self.world.session.db.keys.data
        recent = dict.fromkeys(
            key
            for entry in reversed(self.world.history[-200:])
            if entry.db == self.world.session.db.index
            for key in entry.keys
        )
        others = sorted(key for key in islice(present, _SCAN_LIMIT) if key.startswith(prefix))
        found: list[bytes] = []
        for key in dict.fromkeys((*recent, *others)):
            if key.startswith(prefix):
                kind = self.type(key)
                if kind is not None and (types is None or kind in types):
                    found.append(key)
                    if len(found) == limit:
                        break
        return found

    def type(self, key: bytes) -> str | None:
        from tutor.engine.values import type_name

        value = self._value(key)
        return None if value is None else type_name(value)

    def fields(self, key: bytes, prefix: bytes, limit: int) -> list[bytes]:
        from tutor.engine.values import Hash, Set, Zset

        value = self._value(key)
        names: Iterable[bytes] = ()
        if isinstance(value, Hash):
            names = value.fields
        elif isinstance(value, Zset):
            names = value.scores
        elif isinstance(value, Set):
            names = value.members()
        with self.world.lock.glance() as mine:
            seen = islice(names, _SCAN_LIMIT if mine else 0)
            return sorted(islice((name for name in seen if name.startswith(prefix)), limit))

    def parameters(self) -> list[str]:
        from tutor.engine.config.directives import DIRECTIVES

        return sorted(DIRECTIVES)

    def named(self, thing: Thing, of: Sequence[bytes] = ()) -> list[bytes]:
        from tutor.console.things import names_in

        with self.world.lock.glance() as mine:
            return names_in(self.world.session, thing, of) if mine else []

    def denied(self, argv: Sequence[bytes]) -> bytes | None:
        session = self.world.session
        with self.world.lock.glance() as mine:
            if not mine:
                return None
            try:
                command = session.engine.find(argv)
            except ReplyError:
                return None
            denied = session.engine.acl.allowed(session.user, command, argv)
        return denied.what if denied is not None and denied.reason in ("key", "channel") else None

    def _value(self, key: bytes) -> Value | None:
        """A live value, looked at without touching anything."""
        database = self.world.session.db
        value = database.keys.data.get(key)
        if value is not None:
            when = database.expires.data.get(key)
            if when is not None and when < self.world.engine.clock.now_us() // 1000:
                return None
        return cast("Value | None", value)
