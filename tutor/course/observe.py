"""Looks at a keyspace without touching it: no expiry carried out, no rehash step, no statistics.

A lesson judges after every command; judging must not change what the learner sees.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from tutor.engine.engine import Engine, Snapshot
from tutor.engine.structures.hashtable import HashTable
from tutor.engine.structures.quicklist import Quicklist
from tutor.engine.structures.sds import Sds, string_layout
from tutor.engine.structures.window import Window
from tutor.engine.values import Hash, Set, Value, Zset

NO_WINDOW = Window(0, 0)


@dataclass(frozen=True, slots=True)
class Moment:
    """A keyspace at one moment: an engine's present one, or that of a snapshot."""

    tables: Sequence[tuple[dict[bytes, Any], dict[bytes, int]]]
    now_ms: int

    @classmethod
    def of_engine(cls, engine: Engine) -> Moment:
        """The present."""
        tables = [(db.keys.data, db.expires.data) for db in engine.databases]
        return cls(tables, engine.clock.now_us() // 1000)

    @classmethod
    def of_snapshot(cls, snapshot: Snapshot) -> Moment:
        """The past."""
        tables: list[tuple[dict[bytes, Any], dict[bytes, int]]] = []
        for keys, expires, *_ in snapshot.databases:
            assert isinstance(keys, HashTable)
            assert isinstance(expires, HashTable)
            tables.append((keys.data, expires.data))
        return cls(tables, snapshot.now_us // 1000)

    def value(self, key: bytes, db: int = 0) -> Value | None:
        """The value of a key that is alive, or None."""
        keys, expires = self.tables[db]
        when = expires.get(key)
        if when is not None and when < self.now_ms:
            return None
        return keys.get(key)

    def stored(self, key: bytes, db: int = 0) -> bool:
        """Whether a key takes memory, its time over or not."""
        return key in self.tables[db][0]

    def ttl_ms(self, key: bytes, db: int = 0) -> int | None:
        """Milliseconds that a key has left, or None if it does not expire."""
        when = self.tables[db][1].get(key)
        return None if when is None else when - self.now_ms

    def ttl_s(self, key: bytes, db: int = 0) -> int | None:
        """As TTL rounds it: to the nearest second."""
        left = self.ttl_ms(key, db)
        return None if left is None else (left + 500) // 1000

    def keys(self, db: int = 0) -> list[bytes]:
        """The names of live keys."""
        return [key for key in self.tables[db][0] if self.value(key, db) is not None]


def text_of(value: Value) -> bytes | None:
    """The bytes of a string; None for another type."""
    if isinstance(value, int):
        return b"%d" % value
    return bytes(value) if isinstance(value, (bytes, Sds)) else None


def length_of(value: Value) -> int:
    """STRLEN, LLEN, HLEN, SCARD or ZCARD."""
    return len(b"%d" % value) if isinstance(value, int) else len(value)


def fields_of(value: Value) -> dict[bytes, bytes] | None:
    """The fields of a hash."""
    return value.fields if isinstance(value, Hash) else None


def scores_of(value: Value) -> dict[bytes, float] | None:
    """The scores of a sorted set."""
    return value.scores if isinstance(value, Zset) else None


def has_member(value: Value, member: bytes) -> bool:
    """Whether a set or sorted set has a member: O(1), or O(log N) in an intset."""
    if isinstance(value, Set):
        if value.ints is None:
            return value.table is not None and member in value.table.data
        try:
            return b"%d" % int(member) == member and int(member) in value.ints
        except ValueError:
            return False
    return isinstance(value, Zset) and member in value.scores


def sequence_of(value: Value, limit: int | None = None) -> list[bytes] | None:
    """Elements in order: of a list, or the members of a sorted set by rank."""
    if isinstance(value, Quicklist):
        return list(islice(value, limit))
    if isinstance(value, Zset):
        if value.skiplist is None:
            return [member for _, member in value.ordered[:limit]]
        return [node.member for node in islice(value.skiplist, limit)]
    return None


def members_of(value: Value, limit: int | None = None) -> list[bytes] | None:
    """Members of a set or sorted set, in any order."""
    if isinstance(value, Set):
        if value.ints is not None:
            return [b"%d" % number for number in islice(value.ints, limit)]
        assert value.table is not None
        return list(islice(value.table.data, limit))
    if isinstance(value, Zset):
        return list(islice(value.scores, limit))
    return None


def _table_of(value: Value) -> HashTable | None:
    return value.table if isinstance(value, (Hash, Set, Zset)) else None


def _sds(pick: str) -> Callable[[Value], int | None]:
    def read(value: Value) -> int | None:
        if not isinstance(value, (bytes, int, Sds)):
            return None
        layout = string_layout(value, window=NO_WINDOW)
        if layout.encoding == "int":
            return None
        figures = {"len": layout.length, "alloc": layout.alloc, "free": layout.free,
                   "header": int(layout.header.removeprefix("sdshdr") or 0)}  # fmt: skip
        return figures[pick]

    return read


def _quicklist_nodes(value: Value) -> int | None:
    return sum(1 for _ in value.nodes()) if isinstance(value, Quicklist) else None


def _table_slots(value: Value) -> int | None:
    table = _table_of(value)
    return None if table is None else table.slots


def _table_rehashing(value: Value) -> int | None:
    table = _table_of(value)
    return None if table is None else int(table.rehashing)


def _intset_width(value: Value) -> int | None:
    return value.ints.width if isinstance(value, Set) and value.ints is not None else None


def _zset_levels(value: Value) -> int | None:
    return value.skiplist.level if isinstance(value, Zset) and value.skiplist is not None else None


INTERNALS: dict[str, Callable[[Value], int | None]] = {
    "sds.len": _sds("len"),
    "sds.alloc": _sds("alloc"),
    "sds.free": _sds("free"),
    "sds.header": _sds("header"),
    "quicklist.nodes": _quicklist_nodes,
    "hashtable.slots": _table_slots,
    "hashtable.rehashing": _table_rehashing,
    "intset.width": _intset_width,
    "zset.levels": _zset_levels,
}
"""Figures of a structure that a lesson may name; None where the value is not in that form."""
