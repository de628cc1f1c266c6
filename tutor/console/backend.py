"""What carries commands out: the embedded engine, or a real server (`tutor.network.client`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, Protocol

from tutor.engine.replies import Reply
from tutor.engine.world import World


class Catalog(Protocol):
    """What exists, for completion, highlighting and cards. Only reads; never expires a key."""

    def keys(self, prefix: bytes, types: frozenset[str] | None, limit: int) -> list[bytes]:
        """Up to ``limit`` keys that begin with ``prefix`` and have one of ``types``."""
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
        """As redis-cli writes it."""
        if not self.address:
            return "not connected> "
        db = f"[{self.db}]" if self.db else ""
        return f"{self.address}{db}{'(TX)' if self.transaction else ''}> "


class Backend(Catalog, Protocol):
    """A place where commands run, with one current client."""

    embedded: bool
    info: str
    """What this is: "embedded engine 7.0.15", or the server's version and address."""
    on_reply: Callable[[int, Reply], None] | None
    """Called with (client, reply) when the answer to a blocked command comes."""

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


class EmbeddedBackend:
    """The engine in this process. ``world`` may be shared with the TUI."""

    embedded = True

    def __init__(self, world: World | None = None) -> None:
        raise NotImplementedError
