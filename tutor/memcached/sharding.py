"""Which server gets a key: what clients decide, for Memcached's servers know nothing of each other.

    modulo       hash(key) % number of servers          most keys move when that number changes
    ketama       MD5 puts points of each server on a ring; a key belongs to the next point
    rendezvous   each server and key are hashed together; the highest hash wins

Two clients with different rules look for one key on different servers. Facts: pymemcache 4.0
(rendezvous), libmemcached 1.0.18 as in pylibmc 1.6.3: modulo is its default, ketama what it calls
``ketama_weighted``; with ``ketama`` alone it has 100 points of another hash, unless told ``md5``.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Literal

RuleName = Literal["modulo", "ketama", "rendezvous"]
Placing = Callable[[bytes], str]
"""From a key to the server that gets it."""

PORT = 11211
DIGESTS = 40
"""MD5 digests of each server, each good for four points on the ring."""
POINTS = 4 * DIGESTS

CIRCLE = 1 << 32
"""Points and keys lie between 0 and this."""

_MASK = 0xFFFF_FFFF


class NoServers(Exception):
    """There is no server to choose from."""


def murmur3_32(data: bytes, seed: int = 0) -> int:
    """MurmurHash3, the 32-bit kind for x86. O(bytes)."""
    h, whole = seed, len(data) & ~3
    for at in range(0, whole, 4):
        h ^= _scrambled(int.from_bytes(data[at : at + 4], "little"))
        h = ((h << 13 | h >> 19) * 5 + 0xE654_6B64) & _MASK
    if len(data) & 3:
        h ^= _scrambled(int.from_bytes(data[whole:], "little"))
    h ^= len(data)
    h = (h ^ h >> 16) * 0x85EB_CA6B & _MASK
    h = (h ^ h >> 13) * 0xC2B2_AE35 & _MASK
    return h ^ h >> 16


def _scrambled(k: int) -> int:
    k = k * 0xCC9E_2D51 & _MASK
    return (k << 15 | k >> 17) * 0x1B87_3593 & _MASK


def one_at_a_time(data: bytes) -> int:
    """Jenkins's hash that libmemcached takes by default. O(bytes)."""
    h = 0
    for byte in data:
        h = (h + byte) * 1025 & _MASK
        h ^= h >> 6
    h = h * 9 & _MASK
    h ^= h >> 11
    return h * 32769 & _MASK


def md5_32(data: bytes) -> int:
    """The first four bytes of the MD5 digest, the lowest first. O(bytes)."""
    digest = hashlib.md5(data, usedforsecurity=False).digest()
    return int.from_bytes(digest[:4], "little")


# the rules


def rendezvous_score(server: str, key: bytes) -> int:
    """The weight with which a server stands up for a key."""
    return murmur3_32(b"%b-%b" % (server.encode(), key))


def by_rendezvous(servers: Sequence[str], key: bytes) -> str:
    """The server with the highest score; of equals the later name. O(servers).

    As pymemcache's `HashClient` for keys given as ASCII text; servers are ``host:port``.
    """
    return max(servers, key=lambda server: (rendezvous_score(server, key), server))


def by_modulo(servers: Sequence[str], key: bytes) -> str:
    """The hash divided by the number of servers: the rest is the server's number. O(key)."""
    return servers[one_at_a_time(key) % len(servers)]


@dataclass(frozen=True, slots=True)
class Ring:
    """Points in ascending order, and the server of each."""

    points: tuple[int, ...]
    owners: tuple[str, ...]

    def owner(self, place: int) -> str:
        """Whose the next point is, at this place or after it; after the last comes the first.
        O(log points)."""
        at = bisect_left(self.points, place)
        return self.owners[at if at < len(self.points) else 0]

    def server(self, key: bytes) -> str:
        """The server that gets a key."""
        return self.owner(md5_32(key))

    def shares(self) -> dict[str, float]:
        """How much of the circle belongs to each server, from 0 to 1."""
        found = dict.fromkeys(self.owners, 0.0)
        before = self.points[-1] - CIRCLE
        for point, owner in zip(self.points, self.owners, strict=True):
            found[owner] += (point - before) / CIRCLE
            before = point
        return found


def ring(servers: Sequence[str]) -> Ring:
    """The ring of these servers, all of one weight. O(servers × points), once."""
    placed = sorted(
        (point, order, server)
        for order, server in enumerate(servers)
        for point in points_of(server)
    )
    return Ring(tuple(one[0] for one in placed), tuple(one[2] for one in placed))


def points_of(server: str) -> list[int]:
    """Where a server stands on the circle: `POINTS` places."""
    name = server.removesuffix(f":{PORT}")  # the usual port is left out
    found: list[int] = []
    for number in range(DIGESTS):
        digest = hashlib.md5(f"{name}-{number}".encode(), usedforsecurity=False).digest()
        found += [int.from_bytes(digest[at : at + 4], "little") for at in range(0, 16, 4)]
    return found


_RULES: Mapping[RuleName, Callable[[Sequence[str]], Placing]] = {
    "modulo": lambda servers: partial(by_modulo, servers),
    "ketama": lambda servers: ring(servers).server,
    "rendezvous": lambda servers: partial(by_rendezvous, servers),
}
RULES: tuple[RuleName, ...] = tuple(_RULES)


def placing(rule: RuleName, servers: Sequence[str]) -> Placing:
    """How keys are placed on these servers. Raises `NoServers` if there is none."""
    if not servers:
        raise NoServers
    return _RULES[rule](tuple(servers))


# what changes


@dataclass(frozen=True, slots=True)
class Move:
    """A key that another server gets now."""

    key: bytes
    source: str
    target: str


@dataclass(frozen=True, slots=True)
class Moved:
    """What a change of servers does to some keys. ``unforced``: moves between two servers that
    were there before and are there now, which a good rule has none of."""

    keys: int
    moves: tuple[Move, ...]
    unforced: int
    before: Mapping[str, int]
    after: Mapping[str, int]

    @property
    def share(self) -> float:
        """Moved keys of all, from 0 to 1."""
        return len(self.moves) / self.keys if self.keys else 0.0


def moved(
    rule: RuleName, before: Sequence[str], after: Sequence[str], keys: Iterable[bytes]
) -> Moved:
    """Where keys go when the servers change. O(keys). Raises `NoServers`."""
    old, new = placing(rule, before), placing(rule, after)
    pairs = [(key, old(key), new(key)) for key in keys]
    moves = tuple(Move(*pair) for pair in pairs if pair[1] != pair[2])
    stay = set(before) & set(after)
    return Moved(
        keys=len(pairs),
        moves=moves,
        unforced=sum(move.source in stay and move.target in stay for move in moves),
        before=_counted(before, (pair[1] for pair in pairs)),
        after=_counted(after, (pair[2] for pair in pairs)),
    )


def _counted(servers: Sequence[str], found: Iterable[str]) -> dict[str, int]:
    return {**dict.fromkeys(chain(servers), 0), **Counter(found)}
