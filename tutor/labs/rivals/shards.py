"""Servers that join and leave, and where the client's rule puts keys before and after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from tutor.memcached.sharding import PORT, RULES, Moved, Ring, RuleName, moved, placing, ring

MOST_SERVERS = 8
COUNTED = 2000
"""Keys over which moves are counted."""

NAMED: tuple[bytes, ...] = (
    b"user:1", b"user:2", b"session:a1b2", b"cart:4812", b"page:/index", b"rate:7",
)  # fmt: skip
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Change:
    """The last thing that happened to the servers."""

    kind: Literal["joined", "left"]
    server: str


@dataclass(slots=True)
class Shards:
    """``count`` servers at first; ``servers`` are those of the moment, ``host:port``; ``keys`` some
    keys that are followed by name."""

    count: int = 3
    keys: tuple[bytes, ...] = NAMED
    servers: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    change: Change | None = None
    _number: int = 0
    _letters: dict[str, str] = field(default_factory=dict)
    _moved: dict[RuleName, Moved] | None = None

    def __post_init__(self) -> None:
        self.servers = self.before = tuple(self._next() for _ in range(self.count))

    def _next(self) -> str:
        """Another name, with a letter of its own."""
        self._number += 1
        server = f"10.0.0.{self._number}:{PORT}"
        self._letters[server] = _LETTERS[len(self._letters) % len(_LETTERS)]
        return server

    @property
    def letters(self) -> Mapping[str, str]:
        """The letter of each server that there is or was."""
        return self._letters

    # what happens

    def join(self) -> str | None:
        """Another server, at the end of the list; its name, None if there are too many."""
        if len(self.servers) >= MOST_SERVERS:
            return None
        server = self._next()
        self._change(Change("joined", server), (*self.servers, server))
        return server

    def leave(self, server: str) -> bool:
        """A server is gone; False if it is not there or the last one."""
        if server not in self.servers or len(self.servers) == 1:
            return False
        rest = tuple(one for one in self.servers if one != server)
        self._change(Change("left", server), rest)
        return True

    def _change(self, change: Change, servers: tuple[str, ...]) -> None:
        self.before, self.servers, self.change = self.servers, servers, change
        self._moved = None

    def follow(self, key: bytes) -> None:
        """Follow another key by name; the oldest gives way."""
        rest = [one for one in self.keys if one != key]
        self.keys = (*rest[-len(NAMED) + 1 :], key)

    # looking

    @property
    def ring(self) -> Ring:
        """Ketama's circle."""
        return ring(self.servers)

    def placed(self, rule: RuleName, servers: Sequence[str]) -> tuple[str, ...]:
        """Who gets each of the followed keys."""
        chosen = placing(rule, servers)
        return tuple(chosen(key) for key in self.keys)

    def moved(self) -> dict[RuleName, Moved]:
        """What the last change did to `COUNTED` keys, under each rule. Counted once."""
        if self._moved is None:
            keys = [b"key:%d" % number for number in range(COUNTED)]
            self._moved = {rule: moved(rule, self.before, self.servers, keys) for rule in RULES}
        return self._moved
