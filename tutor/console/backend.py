"""What carries commands out: the embedded engine, or a real server (`tutor.console.remote`).

The engine is imported when it is first needed, so that a prompt can be on the screen before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple, Protocol, cast

from tutor.engine.replies import BLOCKED, Reply
from tutor.i18n import _

if TYPE_CHECKING:
    from tutor.engine.session import Session
    from tutor.engine.values import Value
    from tutor.engine.world import Entry, World

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

_SCAN_LIMIT = 20_000
"""How many keys or fields are looked through for one keystroke."""


class EmbeddedBackend:
    """The engine in this process. ``world`` may be shared with the TUI.

    ``clients`` are sessions by number; `use_client` switches the world to another one, so that
    what blocks in one can be answered from the next. With ``remember`` False commands bypass the
    world: no history, no undo, and no cost of them. ``resp`` is the protocol to begin with.
    Without a ``world`` one is made when it is first needed (from any thread).
    """

    embedded = True

    def __init__(
        self, world: World | None = None, remember: bool = True, resp: int | None = None
    ) -> None:
        self._world: World | None = None
        self._making = Lock()
        self._remember = remember
        self._resp = resp
        self.clients: dict[int, Session] = {}
        self.on_reply: Callable[[int, Sequence[bytes], Reply], None] | None = None
        self.on_push: Callable[[Reply], None] | None = None
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
        self._adopt(1, world.session)
        self._world = world

    # commands

    @property
    def info(self) -> str:
        return _("embedded engine, Redis 7.0.15")

    @property
    def resp(self) -> int:
        return self.world.session.resp

    @property
    def waiting(self) -> bool:
        return self._world is not None and self._world.waiting

    def execute(self, argv: Sequence[bytes]) -> Reply:
        if not self._remember:
            return self.world.engine.execute(self.world.session, argv)
        reply = self.world.run(argv)
        if reply is BLOCKED and self.world.last is not None:
            self._blocked[self.client] = self.world.last
        return reply

    def streams(self, argv: Sequence[bytes]) -> bool:
        return False

    def stream(self, argv: Sequence[bytes]) -> Iterator[Reply]:
        yield self.execute(argv)

    def cancel(self) -> None:
        self.world.engine.unblock(self.world.session)
        self._blocked.pop(self.client, None)

    def tick(self) -> None:
        if self._world is not None:
            self._world.engine.tick()

    def close(self) -> None:
        for session in self.clients.values():
            self.world.engine.disconnect(session)

    # clients

    @property
    def client(self) -> int:
        """The number of the current client."""
        current = self.world.session
        return next((number for number, one in self.clients.items() if one is current), 1)

    def use_client(self, number: int) -> None:
        """Go on as this client; a new one connects."""
        if number not in self.clients:
            self._adopt(number, self.world.engine.connect())
        self.world.session = self.clients[number]

    def _adopt(self, number: int, session: Session) -> None:
        self.clients[number] = session
        session.on_reply = partial(self._answered, number, session.on_reply)

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
        return Prompt(_ADDRESS, session.db.index, session.transaction is not None, client)

    # catalog

    def keys(self, prefix: bytes, types: frozenset[str] | None, limit: int) -> list[bytes]:
        """Keys of the last commands first, then others in alphabetical order."""
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
        seen = islice(names, _SCAN_LIMIT)
        return sorted(islice((name for name in seen if name.startswith(prefix)), limit))

    def parameters(self) -> list[str]:
        from tutor.engine.directives import DIRECTIVES

        return sorted(DIRECTIVES)

    def _value(self, key: bytes) -> Value | None:
        """A live value, looked at without touching anything."""
        database = self.world.session.db
        value = database.keys.data.get(key)
        if value is not None:
            when = database.expires.data.get(key)
            if when is not None and when < self.world.engine.clock.now_us() // 1000:
                return None
        return cast("Value | None", value)
