"""Structures that write down what changes in them, each a class beside the one that works.

    HashTable  ──log_table──▶  LoggedTable        the same object, from then on of the other class

Only the class of an object changes, its attributes stay; so whoever keeps no history of a structure
runs the plain code, without a test. What stands here are no algorithms: before the plain method
does its work it is noted what the method will touch.
"""

from __future__ import annotations

from itertools import islice
from typing import Any

from .hashtable import HashTable
from .hashtable_index import chain, push, remove
from .journal import MISSING, Log, Record, keep_fields
from .radix import Radix
from .skiplist import Skiplist, SkiplistNode

# hash tables

_NO_STATE = {"building", "data", "epoch", "front", "log", "policy", "seed", "trace"}
_FRONT = 32
_TABLE_STATE = tuple(name for name in HashTable.__slots__ if name not in _NO_STATE)


class _Front:
    """Which keys are the oldest was said anew."""

    __slots__ = ("front", "table")

    def __init__(self, table: HashTable, front: tuple[bytes, ...]) -> None:
        self.table = table
        self.front = front

    def swap(self) -> None:
        """Say what was said before."""
        self.table.front, self.front = self.front, self.table.front


class LoggedTable(HashTable):
    """A hash table that writes down keys, buckets and figures before they change.

    A bucket index is part of history as far as somebody has seen it: what was in order then is in
    the same order again. One that is still being built is begun anew.
    """

    __slots__ = ()
    log: Log

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _STATE_NAMES:
            self.log.record.state(self)
        object.__setattr__(self, name, value)

    def _note(self, key: bytes) -> None:
        record = self.log.record
        record.state(self)
        record.item(self.data, key)
        if self.fresh is not None:
            record.member(self.fresh, key)

    def _note_removal(self, key: bytes) -> None:
        """A key that comes back would be the newest in the dict; of the oldest it is kept who they
        were."""
        self._note(key)
        front = tuple(islice(self.oldest(), _FRONT))
        if key in front:
            self.log.record.operations.append(_Front(self, front))
            self.front = tuple(other for other in front if other != key)

    def insert(self, key: bytes, value: Any) -> bool:
        self._note(key)
        return super().insert(key, value)

    def add(self, key: bytes, value: Any = None) -> bool:
        self._note(key)
        return super().add(key, value)

    def replace(self, key: bytes, value: Any) -> None:
        self.log.record.item(self.data, key)
        super().replace(key, value)

    def pop(self, key: bytes, default: Any = None) -> Any:
        if key in self.data:
            self._note_removal(key)
        return super().pop(key, default)

    def discard(self, key: bytes) -> bool:
        if key in self.data:
            self._note_removal(key)
        return super().discard(key)

    def _place(self, key: bytes) -> None:
        buckets = self.buckets1 or self.buckets0
        assert buckets is not None
        self.log.record.slot(buckets, self.hash(key) & (len(buckets) - 1))
        super()._place(key)

    def _displace(self, key: bytes) -> None:
        value = self.hash(key)
        for buckets in (self.buckets0, self.buckets1):
            if buckets:
                self.log.record.slot(buckets, value & (len(buckets) - 1))
        super()._displace(key)

    def _move(self, n: int) -> None:
        record, buckets0, buckets1 = self.log.record, self.buckets0, self.buckets1
        assert buckets0 is not None
        assert buckets1 is not None
        mask, left = len(buckets1) - 1, n
        for place in range(self.rehashidx, len(buckets0)):
            if not left:
                break
            if buckets0[place] is not None:
                left -= 1
                record.slot(buckets0, place)
                for key in chain(buckets0[place]):
                    record.slot(buckets1, self.hash(key) & mask)
            elif place > self.rehashidx + _FARTHEST * n:
                break
        super()._move(n)


_FARTHEST = 11  # ten empty buckets and one that is not, for each step
_STATE_NAMES = frozenset(_TABLE_STATE)


def _keep_index(table: LoggedTable, wanted: dict[str, Any], record: Record, back: bool) -> None:
    """A bucket index that a look has built is worth keeping when we go back to where there was
    none: unless a rehash lies between, the record's keys are entered and taken out one by one."""
    buckets = table.buckets0
    if id(table) not in record.indexes:
        moved = any(getattr(table, name) != wanted[name] for name in ("size0", "rehashidx"))
        known = buckets is None or wanted["buckets0"] is not None or id(buckets) in record.slots
        if known or moved or table.rehashidx >= 0:
            return
        record.indexes[id(table)] = None
    wanted.update(buckets0=buckets, buckets1=None, used1=0)
    if buckets is None:
        return
    _, saved = record.items.get(id(table.data), (None, {}))
    for key in reversed(saved) if back else saved:
        was, is_ = saved[key] is not MISSING, key in table.data
        if was and not is_:
            remove(buckets, table.hash(key), key)
        elif is_ and not was:
            push(buckets, table.hash(key), key)


keep_fields(LoggedTable, _TABLE_STATE, derived=("building",), adjust=_keep_index)


def log_table(table: HashTable, log: Log) -> None:
    """From now on ``table`` writes down what changes in it."""
    table.log = log
    table.__class__ = LoggedTable


# skiplists


class _Tower:
    """A tower that was built or taken down. A skiplist follows from its members, scores and
    heights, so nothing else need be kept."""

    __slots__ = ("height", "member", "score", "skiplist", "stands")

    def __init__(self, skiplist: Skiplist, node: SkiplistNode, stands: bool) -> None:
        self.skiplist = skiplist
        self.member = node.member
        self.score = node.score
        self.height = node.height
        self.stands = stands

    def swap(self) -> None:
        """Take it down or build it again, as high as it was."""
        if self.stands:
            self.skiplist.delete(self.score, self.member)
        else:
            self.skiplist.insert(self.score, self.member, self.height)
        self.stands = not self.stands


class _Rescored:
    """A member got another score and stayed where it was."""

    __slots__ = ("member", "now", "skiplist", "was")

    def __init__(self, skiplist: Skiplist, member: bytes, was: float, now: float) -> None:
        self.skiplist = skiplist
        self.member = member
        self.was = was
        self.now = now

    def swap(self) -> None:
        """Give it the other score."""
        self.skiplist.update_score(self.now, self.member, self.was)
        self.was, self.now = self.now, self.was


class LoggedSkiplist(Skiplist):
    """A skiplist that writes down which towers are built and taken down."""

    __slots__ = ()
    log: Log

    def insert(self, score: float, member: bytes, level: int | None = None) -> SkiplistNode:
        node = super().insert(score, member, level)
        self.log.record.operations.append(_Tower(self, node, stands=True))
        return node

    def update_score(self, score: float, member: bytes, new: float) -> SkiplistNode:
        operations = self.log.record.operations
        before = len(operations)
        node = super().update_score(score, member, new)
        if len(operations) == before:
            operations.append(_Rescored(self, member, score, new))
        return node

    def _unlink(self, node: SkiplistNode, update: list[SkiplistNode]) -> None:
        self.log.record.operations.append(_Tower(self, node, stands=False))
        super()._unlink(node, update)


def log_skiplist(skiplist: Skiplist, log: Log) -> None:
    """From now on ``skiplist`` writes down what changes in it."""
    skiplist.log = log
    skiplist.__class__ = LoggedSkiplist


# radix trees


class _Leaf:
    """What stands under a key of a radix tree was set or taken out."""

    __slots__ = ("key", "there", "tree", "value")

    def __init__(self, tree: Radix[Any], key: int) -> None:
        self.tree = tree
        self.key = key
        self.there = key in tree
        self.value = tree.get(key)

    def swap(self) -> None:
        """Exchange it with what stands there now."""
        there, value = self.key in self.tree, self.tree.get(self.key)
        if self.there:
            Radix.set(self.tree, self.key, self.value)
        elif there:
            Radix.remove(self.tree, self.key)
        self.there, self.value = there, value


class LoggedRadix(Radix[Any]):
    """A radix tree that writes down what is set and removed."""

    __slots__ = ()
    log: Log

    def set(self, key: int, value: Any) -> None:
        self.log.record.operations.append(_Leaf(self, key))
        super().set(key, value)

    def remove(self, key: int) -> Any:
        self.log.record.operations.append(_Leaf(self, key))
        return super().remove(key)


def log_radix(tree: Radix[Any], log: Log) -> None:
    """From now on ``tree`` writes down what changes in it."""
    tree.log = log
    tree.__class__ = LoggedRadix
