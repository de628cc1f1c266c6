"""Building the bucket index of a big hash table in slices, while the table goes on changing.

    hash    keys  [####################······]   which slot each key of the table lies in
    fill    keys  [########··················]   the slots of both tables, in the keys' order

The keys are those of the moment when the build began. One that goes meanwhile is taken out again,
one that comes is `late`: it is entered last, as it would have been had the index been there. A
rehash may go on: what it moved during the fill is moved at the end; when it begins or ends the fill
begins anew, the hashes stay.

Costs as much as building at once (O(N)) and one list of the keys. A slice is O(its keys).
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from .hashtable_index import Bucket, chain, fill_in, key_hashes, push, remove

if TYPE_CHECKING:
    from .hashtable import HashTable


class IndexBuild:
    """The index of one table as far as it is known; `advance` until it is done."""

    __slots__ = (
        "_filled",
        "_gone",
        "_moved",
        "_sizes",
        "buckets0",
        "buckets1",
        "hashes",
        "keys",
        "late",
        "used1",
    )

    def __init__(self, table: HashTable) -> None:
        self.keys = list(table.data)
        self.hashes: array[int] = array("Q")
        self.late: dict[bytes, None] = {}
        self._gone = False
        self._sizes: tuple[int, int] | None = None
        """Those of the tables when the fill began."""
        self._moved = self._filled = self.used1 = 0
        self.buckets0: list[Bucket] = []
        self.buckets1: list[Bucket] | None = None

    def _begin(self, table: HashTable) -> None:
        """Begin to fill the slots of the tables as they are now."""
        self._sizes = (table.size0, table.size1)
        self._moved = max(table.rehashidx, 0)
        self._filled = 0
        self.buckets0 = [None] * table.size0
        self.buckets1 = [None] * table.size1 if table.size1 else None
        self.used1 = 0

    @property
    def percent(self) -> int:
        """How much of the work is done; 99 at most."""
        done = len(self.hashes) + self._filled
        return min(done * 100 // max(len(self.keys) * 2, 1), 99)

    # what happens to the table meanwhile

    def inserted(self, key: bytes) -> None:
        """A key that was not there came."""
        self.late[key] = None

    def removed(self, table: HashTable, key: bytes) -> None:
        """A key went."""
        if key in self.late:
            del self.late[key]
            return
        self._gone = True
        if not self.buckets0:
            return
        value = table.hash(key)
        if not remove(self.buckets0, value, key) and self.buckets1 is not None:
            self.used1 -= remove(self.buckets1, value, key)

    def copy(self) -> IndexBuild:
        """For a copy of the table; what does not change is shared."""
        copy: IndexBuild = object.__new__(IndexBuild)
        copy.keys = self.keys
        copy.hashes = self.hashes[:]
        copy.late = self.late.copy()
        copy.buckets0 = self.buckets0.copy()
        copy.buckets1 = None if self.buckets1 is None else self.buckets1.copy()
        copy.used1 = self.used1
        copy._gone = self._gone
        copy._sizes = self._sizes
        copy._moved = self._moved
        copy._filled = self._filled
        return copy

    # the work

    def advance(self, table: HashTable, count: int) -> bool:
        """Go on by about ``count`` keys. True when the index is whole and in the table's hands."""
        known = len(self.hashes)
        if known < len(self.keys):
            part = self.keys[known : known + count]
            self.hashes += key_hashes(part, table.seed)
            count -= len(part)
        if len(self.hashes) < len(self.keys) or count <= 0:
            return False
        if self._sizes != (table.size0, table.size1):
            self._begin(table)
        first, self._filled = self._filled, min(self._filled + count, len(self.keys))
        self._fill(table, first, self._filled)
        if self._filled < len(self.keys):
            return False
        self._hand_over(table)
        return True

    def _fill(self, table: HashTable, first: int, last: int) -> None:
        keys, hashes = self.keys[first:last], self.hashes[first:last]
        if self.buckets1 is None and not self._gone:
            fill_in(self.buckets0, keys, hashes)
            return
        data, late = table.data, self.late
        for key, value in zip(keys, hashes, strict=True):
            if key in data and key not in late:
                self._enter(table, key, value)

    def _enter(self, table: HashTable, key: bytes, value: int) -> None:
        """Into table 1 go the keys of slots that have moved, and those that came since the rehash
        began."""
        buckets0, buckets1, fresh = self.buckets0, self.buckets1, table.fresh
        moved = value & (len(buckets0) - 1) < self._moved
        if buckets1 is not None and (moved or (fresh is not None and key in fresh)):
            self.used1 += 1
            push(buckets1, value, key)
        else:
            push(buckets0, value, key)

    def _hand_over(self, table: HashTable) -> None:
        """Move what the rehash has moved since the fill began, enter the late keys."""
        buckets0, buckets1 = self.buckets0, self.buckets1
        if buckets1 is not None:
            for place in range(self._moved, table.rehashidx):
                keys = chain(buckets0[place])
                buckets0[place] = None
                self.used1 += len(keys)
                for key in keys:
                    push(buckets1, table.hash(key), key)
            self._moved = table.rehashidx
        for key in self.late:
            self._enter(table, key, table.hash(key))
        table.take_index(buckets0, buckets1, self.used1)
