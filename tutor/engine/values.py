"""The values a keyspace holds: Redis's objects, each a thin choice between two structures.

A string is ``bytes`` (as SET stores it), ``int`` (as INCR stores it) or `Sds` (edited in place).
A list is a `Quicklist`, a stream a `Stream`. The other three begin compact and grow once, never
back:

    Hash  listpack ──▶ hashtable        fields: dict in both, insertion order = listpack order
    Set   intset   ──▶ hashtable        integers sorted ──▶ dict of members
    Zset  listpack ──▶ skiplist         scores: dict in both, `ordered` ──▶ skiplist + table

These classes hold contents; *when* to convert is decided by the commands (`conversions`).
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from tutor.engine.replies import format_double
from tutor.engine.structures.hashtable import HashTable
from tutor.engine.structures.intset import Intset
from tutor.engine.structures.quicklist import Quicklist
from tutor.engine.structures.sds import Sds, encoding_of
from tutor.engine.structures.skiplist import Skiplist
from tutor.engine.structures.stream import Stream
from tutor.engine.structures.trace import Trace, births

String = bytes | int | Sds
Random = Callable[[], float]
"""Floats in [0, 1) for tower heights: ``engine.random.random``."""


def _table_of(contents: dict[bytes, Any], seed: bytes) -> HashTable:
    """A table presized for contents that it takes over as they are."""
    table = HashTable(seed)
    table.expand(len(contents))
    table.data = contents
    return table


class Hash:
    """Fields and values. ``table`` is None while the hash is a listpack; what is done in the
    listpack is told to ``trace``."""

    __slots__ = ("epoch", "fields", "table", "trace")

    def __init__(self) -> None:
        self.fields: dict[bytes, bytes] = {}
        self.table: HashTable | None = None
        self.epoch = 0
        self.trace: Trace | None = None
        if births.onlooker is not None:
            births.onlooker(self)

    @property
    def encoding(self) -> str:
        return "listpack" if self.table is None else "hashtable"

    def convert(self, seed: bytes) -> None:
        """listpack → hashtable, presized to the number of fields."""
        if self.trace is not None:
            self.trace("convert", entries=len(self.fields))
        self.table = _table_of(self.fields, seed)
        if self.trace is not None:
            self.trace("converted", table=self.table)

    def get(self, field: bytes) -> bytes | None:
        table = self.table
        if table is not None:
            if table.rehashidx >= 0:
                table.step()
            if table.trace is not None:
                table.tell_search(field)
        elif self.trace is not None:
            self.tell_search(field)
        return self.fields.get(field)

    def set(self, field: bytes, value: bytes) -> bool:
        """Store a pair; True if the field is new."""
        table = self.table
        if table is not None:
            return table.insert(field, value)
        fields = self.fields
        new = field not in fields
        if self.trace is not None:
            self.tell_search(field)
        fields[field] = value
        if self.trace is not None:
            self.trace("append" if new else "replace", part=field, value=value)
        return new

    def tell_search(self, field: bytes) -> None:
        """Tell the trace of each field that a search through the listpack compares."""
        assert self.trace is not None
        for at, name in enumerate(self.fields):
            self.trace("compare", part=field, at=at, name=name, same=name == field)
            if name == field:
                return
        self.trace("absent", part=field)

    def delete(self, field: bytes) -> bool:
        table = self.table
        if table is None:
            if self.trace is not None:
                self.tell_search(field)
                if field in self.fields:
                    self.trace("delete", part=field)
            return self.fields.pop(field, None) is not None
        if not table.discard(field):
            return False
        table.shrink_if_needed()
        return True

    def items(self) -> Iterator[tuple[bytes, bytes]]:
        """Pairs in Redis's order: insertion for a listpack, buckets for a table."""
        if self.table is None:
            return iter(self.fields.items())
        fields = self.fields
        return ((field, fields[field]) for field in self.table.iterate())

    def clone(self) -> Hash:
        copy = Hash()
        if self.table is None:
            copy.fields = self.fields.copy()
        else:
            copy.table = self.table.clone()
            copy.fields = copy.table.data
        return copy

    def __len__(self) -> int:
        return len(self.fields)


class Set:
    """Unique members; exactly one of ``ints`` and ``table`` is set."""

    __slots__ = ("epoch", "ints", "table")

    def __init__(self, ints: Intset | None = None, table: HashTable | None = None) -> None:
        self.ints = ints
        self.table = table
        self.epoch = 0

    @property
    def encoding(self) -> str:
        return "hashtable" if self.ints is None else "intset"

    def convert(self, seed: bytes) -> None:
        """intset → hashtable, presized to the number of members."""
        assert self.ints is not None
        trace = self.ints.trace
        if trace is not None:
            trace("convert", entries=len(self.ints.values))
        members = dict.fromkeys(b"%d" % value for value in self.ints.values)
        self.ints, self.table = None, _table_of(members, seed)
        if trace is not None:
            trace("converted", table=self.table)

    def members(self) -> Iterator[bytes]:
        """Members in Redis's order: ascending in an intset, buckets in a table."""
        if self.ints is not None:
            return (b"%d" % value for value in self.ints.values)
        assert self.table is not None
        return iter(self.table.iterate())

    def clone(self) -> Set:
        if self.ints is not None:
            return Set(ints=self.ints.clone())
        assert self.table is not None
        return Set(table=self.table.clone())

    def __len__(self) -> int:
        return len(self.ints.values) if self.ints is not None else len(self.table.data)  # type: ignore[union-attr]


class Zset:
    """Members with scores, ordered by (score, member).

    A listpack keeps ``ordered``, the sorted pairs; afterwards ``skiplist`` gives the order and
    ``table`` (whose contents are ``scores``) the O(1) lookup.
    """

    __slots__ = ("epoch", "ordered", "scores", "skiplist", "table", "trace")

    def __init__(self) -> None:
        self.scores: dict[bytes, float] = {}
        self.ordered: list[tuple[float, bytes]] = []
        self.skiplist: Skiplist | None = None
        self.table: HashTable | None = None
        self.epoch = 0
        self.trace: Trace | None = None
        if births.onlooker is not None:
            births.onlooker(self)

    @property
    def encoding(self) -> str:
        return "listpack" if self.skiplist is None else "skiplist"

    def convert(self, seed: bytes, random: Random) -> None:
        """listpack → skiplist; 7.0 does not presize the table (redis 7.0, t_zset.c)."""
        if self.trace is not None:
            self.trace("convert", entries=len(self.ordered))
        table, skiplist = HashTable(seed), Skiplist(random)
        for score, member in self.ordered:
            skiplist.insert(score, member)
            table.add(member, score)
        self.table, self.skiplist = table, skiplist
        self.scores, self.ordered = table.data, []
        if self.trace is not None:
            self.trace("converted", skiplist=skiplist)

    def score(self, member: bytes) -> float | None:
        table = self.table
        if table is not None:
            if table.rehashidx >= 0:
                table.step()
            if table.trace is not None:
                table.tell_search(member)
        elif self.trace is not None:
            self.tell_search(member)
        return self.scores.get(member)

    def tell_search(self, member: bytes) -> None:
        """Tell the trace of each member that a search through the listpack compares."""
        assert self.trace is not None
        for at, (_score, name) in enumerate(self.ordered):
            self.trace("compare", part=member, at=at, name=name, same=name == member)
            if name == member:
                return
        self.trace("absent", part=member)

    def _place(self, score: float, member: bytes) -> None:
        """Put a pair where it belongs in the listpack: before the first that is greater."""
        if self.trace is None:
            insort(self.ordered, (score, member))
            return
        place = bisect_left(self.ordered, (score, member))
        for at, (other, name) in enumerate(self.ordered[: place + 1]):
            beyond = at == place
            self.trace("order", part=member, score=score, at=at, name=name, other=other, end=beyond)
        self.trace("gap", part=member, score=score, at=place)
        self.ordered.insert(place, (score, member))
        self.trace("place", part=member, score=score, at=place)

    def _displace(self, score: float, member: bytes) -> None:
        """Take a pair out of the listpack."""
        if self.trace is not None:
            self.trace("delete", part=member)
        del self.ordered[bisect_left(self.ordered, (score, member))]

    def add(self, member: bytes, score: float, random: Random) -> None:
        """Insert a member that `score` did not find; ``random`` gives floats for its tower."""
        if self.skiplist is None:
            score = score + 0.0  # a listpack stores -0 as the integer 0
            self.scores[member] = score
            self._place(score, member)
            return
        assert self.table is not None
        self.table.add(member, score)
        self.skiplist.random = random
        self.skiplist.insert(score, member)

    def fill(self, pairs: Sequence[tuple[bytes, float]]) -> None:
        """Put different members, in any order, into an empty skiplist and its table."""
        assert self.skiplist is not None
        assert self.table is not None
        for member, score in pairs:
            self.table.add(member, score)
        self.skiplist.link_all(sorted((score, member) for member, score in pairs))

    def update(self, member: bytes, old: float, new: float, random: Random) -> None:
        """Give an existing member another score."""
        if self.skiplist is None:
            self._displace(old, member)
            new = new + 0.0
            self._place(new, member)
            self.scores[member] = new
        else:
            assert self.table is not None
            self.skiplist.random = random
            self.skiplist.update_score(old, member, new)
            self.table.replace(member, new)

    def remove(self, member: bytes) -> bool:
        score = self.scores.get(member)
        table = self.table
        if table is not None and self.skiplist is not None:
            if not table.discard(member):
                return False
            self.skiplist.delete(score, member)  # type: ignore[arg-type]
            table.shrink_if_needed()
            return True
        if self.trace is not None:
            self.tell_search(member)
        if score is None:
            return False
        del self.scores[member]
        self._displace(score, member)
        return True

    def clone(self) -> Zset:
        copy = Zset()
        if self.skiplist is None:
            copy.scores, copy.ordered = self.scores.copy(), self.ordered.copy()
        else:
            assert self.table is not None
            copy.table, copy.skiplist = self.table.clone(), self.skiplist.clone()
            copy.scores = copy.table.data
        return copy

    def __len__(self) -> int:
        return len(self.scores)


Value = bytes | int | Sds | Quicklist | Set | Hash | Zset | Stream

_TYPE_NAMES: dict[type, str] = {
    bytes: "string",
    int: "string",
    Sds: "string",
    Set: "set",
    Hash: "hash",
    Zset: "zset",
    Stream: "stream",
}


def text_of(value: String) -> bytes:
    """The text of a string value, whatever its native form."""
    if isinstance(value, bytes):
        return value
    return b"%d" % value if isinstance(value, int) else bytes(value.data)


def score_text(score: float) -> bytes:
    """A score as a listpack holds it: digits where it is an integer (redis 7.0, double2ll)."""
    if abs(score) <= 2**62 and score == int(score):
        return b"%d" % int(score)
    return format_double(score)


def type_name(value: Value) -> str:
    """``string``, ``list``, ``set``, ``hash``, ``zset`` or ``stream``: what TYPE answers."""
    return "list" if isinstance(value, Quicklist) else _TYPE_NAMES[type(value)]


def encoding_name(value: Value) -> str:
    """What OBJECT ENCODING answers; a list is always a quicklist in 7.0."""
    if isinstance(value, (bytes, int, Sds)):
        return encoding_of(value)
    if isinstance(value, Quicklist):
        return "quicklist"
    return value.encoding
