"""Hash table: the dict behind the keyspace, big hashes, sets and sorted sets.

    dict 56 bytes
      table 0  | * | * | * | * |            8 bytes a slot, a power of two of them, at least 4
                     |
                     v
                   entry 24 bytes --> entry --> NULL       key, value, next; new ones at the head
      table 1  | * | * | * | * | * | * | * | *             only while rehashing
      rehashidx: the first bucket of table 0 not yet moved, -1 when idle

Contents are a native dict. History is the two sizes and ``rehashidx``. Which key lies in which
bucket follows from its hash, so a bucket index is built only when somebody asks for order (scan,
iterate, random, stats, layout) and kept up to date from then on. Until then a rehash only advances
``rehashidx``, at the pace the load factor implies, and ``fresh`` remembers the keys inserted since
it began (they are in table 1 wherever ``rehashidx`` stands).

The hash is BLAKE2b keyed with the table's seed, 64 bits. Redis uses SipHash with a seed drawn at
start and never shown, so no bucket order can be told right or wrong; this is the keyed hash that
Python has in C.

Invariants: sizes are powers of two; buckets of table 0 below ``rehashidx`` are empty; every key is
in exactly one bucket. Operations O(1); building the index O(N); layout O(visible).
Constants: redis 7.0, dict.c (initial size 4, load factor 1, forced ratio 5, 10 empty visits a
step), server.c htNeedsResize (10 %).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain as joined
from typing import TYPE_CHECKING, Any

from . import told
from .garbage import collection_paused
from .hashtable_build import IndexBuild
from .hashtable_index import (
    Bucket,
    Randomness,
    chain,
    flatten,
    key_hash,
    push,
    remove,
    sample,
    scan_step,
)
from .hashtable_layout import HashTableLayout, TableStats, derive_stats, derive_table
from .resize_policy import ALWAYS, EMPTY_VISITS, ResizePolicy, expected_pace
from .trace import Trace, births
from .window import Window

if TYPE_CHECKING:
    from .journal import Log

INITIAL_SIZE = 4
MIN_FILL_PERCENT = 10
DICT_SIZE = 56
ENTRY_SIZE = 24
SLOT_SIZE = 8
SAMPLE = 15


def next_size(count: int) -> int:
    """The smallest table with at least ``count`` slots."""
    return INITIAL_SIZE if count <= INITIAL_SIZE else 1 << (count - 1).bit_length()


class HashTable:
    """Keys (bytes) to values, with the table sizes, rehash state and bucket order of a real dict.

    The hottest callers may read ``data`` directly (``table.data.get(key)``), and then call
    ``table.step()`` only ``if table.rehashidx >= 0``. They must not change it behind the table's
    back. ``log`` is there while a history is kept (`tutor.engine.structures.logged`).
    """

    __slots__ = (
        "_pace",
        "_walk",
        "buckets0",
        "buckets1",
        "building",
        "data",
        "epoch",
        "fresh",
        "front",
        "log",
        "policy",
        "rehashidx",
        "seed",
        "size0",
        "size1",
        "trace",
        "used1",
    )

    log: Log

    def __init__(self, seed: bytes = bytes(16), policy: ResizePolicy = ALWAYS) -> None:
        self.data: dict[bytes, Any] = {}
        self.size0 = 0
        self.size1 = 0
        self.rehashidx = -1
        self.seed = seed
        self.policy = policy
        self.trace: Trace | None = None
        self.epoch = 0
        self.fresh: set[bytes] | None = None
        self.buckets0: list[Bucket] | None = None
        self.buckets1: list[Bucket] | None = None
        self.front: tuple[bytes, ...] = ()
        self.building: IndexBuild | None = None  # an index that is not whole yet
        self.used1 = 0  # entries of table 1, known while there is an index
        self._walk = 0.0
        self._pace = 0.0
        if births.onlooker is not None:
            births.onlooker(self)

    # --- contents

    def __len__(self) -> int:
        return len(self.data)

    def __contains__(self, key: bytes) -> bool:
        return key in self.data

    @property
    def rehashing(self) -> bool:
        """Whether entries are moving from table 0 to table 1."""
        return self.rehashidx >= 0

    @property
    def slots(self) -> int:
        """Slots of both tables."""
        return self.size0 + self.size1

    @property
    def indexed(self) -> bool:
        """Whether the bucket index exists."""
        return self.buckets0 is not None

    def oldest(self) -> Iterator[bytes]:
        """The keys in the order in which they came. Of keys that went and were brought back by
        going back in history (``front``) this is known of the very first."""
        front = self.front
        if not front:
            return iter(self.data)
        known = frozenset(front)
        return joined(front, (key for key in self.data if key not in known))

    def get(self, key: bytes, default: Any = None) -> Any:
        """The value of ``key`` without touching the rehash."""
        return self.data.get(key, default)

    def find(self, key: bytes, default: Any = None) -> Any:
        """The value of ``key``; like every dict operation it moves the rehash on by one step."""
        if self.rehashidx >= 0:
            self.step()
        if self.trace is not None:
            self.tell_search(key)
        return self.data.get(key, default)

    def insert(self, key: bytes, value: Any) -> bool:
        """Set ``key`` after looking it up (HSET, ZADD, a keyspace write). True if it is new.

        Replacing a value never grows the table.
        """
        data = self.data
        if key in data:
            if self.rehashidx >= 0:
                self.step()
            if self.trace is not None:
                self.tell_search(key)
            data[key] = value
            return False
        if self.fresh is not None:  # one step for the lookup, one for the insertion
            self.step(2)
        elif self.rehashidx >= 0:
            self.step()
            self.step()
        if self.trace is not None:
            self.tell_search(key)
        if len(data) >= self.size0 and self.rehashidx < 0:
            self._grow()
        data[key] = value
        if self.buckets0 is not None:
            self._place(key)
        else:
            if self.fresh is not None:
                self.fresh.add(key)
            if self.building is not None:
                self.building.inserted(key)
        return True

    def add(self, key: bytes, value: Any = None) -> bool:
        """Add ``key`` without looking it up first (SADD, the expires dict). True if it is new.

        The growth test precedes the duplicate check, so an existing key may grow the table.
        """
        data = self.data
        if self.rehashidx >= 0:
            self.step()
        if len(data) >= self.size0 and self.rehashidx < 0:
            self._grow()
        if self.trace is not None:
            self.tell_search(key)
        if key in data:
            return False
        data[key] = value
        if self.buckets0 is not None:
            self._place(key)
        else:
            if self.fresh is not None:
                self.fresh.add(key)
            if self.building is not None:
                self.building.inserted(key)
        return True

    def replace(self, key: bytes, value: Any) -> None:
        """Set the value of a key that was found before; no step of its own."""
        self.data[key] = value

    def pop(self, key: bytes, default: Any = None) -> Any:
        """Remove ``key`` and give its value, or ``default`` if it is not there."""
        if self.rehashidx >= 0 and self.data:
            self.step()
        if self.trace is not None:
            self.tell_search(key)
        if key not in self.data:
            return default
        if self.buckets0 is not None:
            self._displace(key)
        elif self.fresh is not None or self.building is not None:
            self._forget(key)
        return self.data.pop(key)

    def discard(self, key: bytes) -> bool:
        """Remove ``key``; False if it is not there."""
        if self.rehashidx >= 0 and self.data:
            self.step()
        if self.trace is not None:
            self.tell_search(key)
        if key not in self.data:
            return False
        if self.buckets0 is not None:
            self._displace(key)
        elif self.fresh is not None or self.building is not None:
            self._forget(key)
        del self.data[key]
        return True

    # --- sizes and the rehash

    def expand(self, count: int) -> bool:
        """Give the table room for ``count`` entries: presizing, growing and shrinking alike.

        False when nothing changes: a rehash runs, the entries would not fit, or the size is right.
        """
        used = len(self.data)
        if self.rehashidx >= 0 or used > count:
            return False
        size = next_size(count)
        if size == self.size0:
            return False
        if self.size0 == 0:
            self.size0 = size
            if self.buckets0 is not None:
                self.buckets0 = [None] * size
            if self.trace is not None:
                self.trace("create", size=size)
            return True
        if self.trace is not None:
            self.trace("expand", old=self.size0, new=size, used=used)
        self.size1 = size
        self.rehashidx = 0
        if self.buckets0 is not None:
            self.buckets1 = [None] * size
            self.used1 = 0
        else:
            self.fresh = set()
            self._walk = 0.0
            self._pace = expected_pace(used, self.size0)
        return True

    def shrink_if_needed(self) -> bool:
        """Start a rehash into a smaller table when under 10 % of the slots are used.

        For after removals (and the keyspace's cron). Refused while resizing is not enabled.
        """
        slots = self.size0 + self.size1
        used = len(self.data)
        if slots <= INITIAL_SIZE or used * 100 // slots >= MIN_FILL_PERCENT:
            return False
        if self.policy.mode != "enable":
            return False
        return self.expand(max(used, INITIAL_SIZE))

    def step(self, n: int = 1) -> bool:
        """Move ``n`` buckets from table 0 to table 1. True while the rehash goes on.

        At most ``10 * n`` empty buckets are visited.
        """
        if self.policy.mode != "enable" and not self.policy.permits_steps(self.size0, self.size1):
            return self.rehashidx >= 0
        if self.fresh is not None:
            walk = self._walk = self._walk + self._pace * n
            if walk < self.size0:
                self.rehashidx = int(walk)
                return True
            self._finish()
        elif self.rehashidx >= 0:
            self._move(n)
        return self.rehashidx >= 0

    def rehash_for(self, buckets: int = 100) -> bool:
        """One batch of the keyspace's cron. True while the rehash goes on."""
        return self.step(buckets)

    # --- order

    def scan(
        self, cursor: int, count: int = 10, visits: int | None = None
    ) -> tuple[int, list[bytes]]:
        """Go on scanning: the next cursor (0 = done) and the keys of the buckets visited.

        Whole buckets are emitted until ``count`` keys are there or ``visits`` (default 10 times
        ``count``) more cursors were used. Every key present all along is given at least once.
        """
        keys: list[bytes] = []
        visits = count * 10 if visits is None else visits
        buckets0, buckets1 = self._index()
        if not self.data:
            return 0, keys
        while True:
            at, emitted = cursor, len(keys)
            cursor = scan_step(buckets0, buckets1, cursor, keys)
            if self.trace is not None:
                self.trace("scan", cursor=at, next=cursor, keys=tuple(keys[emitted:]))
            if not cursor or visits <= 0 or len(keys) >= count:
                return cursor, keys
            visits -= 1

    def iterate(self) -> list[bytes]:
        """All keys in bucket order, table 0 first."""
        buckets0, buckets1 = self._index()
        keys = flatten(buckets0)
        if buckets1 is not None:
            keys += flatten(buckets1)
        return keys

    def random_key(self, rng: Randomness) -> bytes | None:
        """A key picked from a sample of 15 of neighbouring buckets; None when empty."""
        if not self.data:
            return None
        keys = self.random_keys(SAMPLE, rng)
        if keys:
            return keys[rng.getrandbits(32) % len(keys)]
        buckets0, buckets1 = self._index()
        filled = [bucket for bucket in buckets0 + (buckets1 or []) if bucket is not None]
        keys = list(chain(filled[rng.getrandbits(64) % len(filled)]))
        return keys[rng.getrandbits(32) % len(keys)]

    def random_keys(self, count: int, rng: Randomness) -> list[bytes]:
        """Up to ``count`` keys of consecutive buckets from a random place on.

        Not a fair sample and possibly short: what eviction looks at (dictGetSomeKeys).
        """
        count = min(count, len(self.data))
        for _ in range(count):
            if not self.step():
                break
        buckets0, buckets1 = self._index()
        return sample(buckets0, buckets1, self.rehashidx, count, rng) if count else []

    def tell_search(self, key: bytes) -> None:
        """Tell the trace how a lookup of ``key`` goes (`told.table_search`)."""
        assert self.trace is not None
        told.table_search(self, key, self.trace)

    def hash(self, key: bytes) -> int:
        """The 64-bit hash of a key; its bucket is ``hash & (size - 1)``."""
        return key_hash(key, self.seed)

    # --- derived

    def overhead(self) -> int:
        """Bytes of the dict object and its slots, without entries."""
        return DICT_SIZE + SLOT_SIZE * (self.size0 + self.size1)

    def stats(self) -> tuple[TableStats, ...]:
        """Figures of table 0 and, while rehashing, of table 1 (DEBUG HTSTATS). O(slots)."""
        buckets0, buckets1 = self._index()
        tables = [derive_stats(0, buckets0)]
        if buckets1 is not None:
            tables.append(derive_stats(1, buckets1))
        return tuple(tables)

    def layout(self, window: Window = Window(), window1: Window | None = None) -> HashTableLayout:  # noqa: B008
        """Buckets and chains of the window of table 0 and of ``window1`` (default the same) of
        table 1. O(visible) once the index exists."""
        buckets0, buckets1 = self._index()
        used0 = len(self.data) - self.used1
        tables = [derive_table(0, buckets0, used0, window, self.data, self.hash)]
        if buckets1 is not None:
            window = window1 or window
            tables.append(derive_table(1, buckets1, self.used1, window, self.data, self.hash))
        return HashTableLayout(len(self.data), self.rehashidx, tuple(tables), DICT_SIZE, ENTRY_SIZE)

    def drop_index(self) -> None:
        """Forget the bucket index; it will be derived anew when it is needed again.

        Only for a table that is not rehashing; otherwise nothing happens.
        """
        if self.rehashidx < 0:
            self.buckets0 = None
            self.building = None
            self.used1 = 0

    def clone(self) -> HashTable:
        """An independent copy (values are shared), at C speed."""
        copy = HashTable(self.seed, self.policy)
        copy.data = self.data.copy()
        copy.size0 = self.size0
        copy.size1 = self.size1
        copy.rehashidx = self.rehashidx
        copy.fresh = None if self.fresh is None else self.fresh.copy()
        copy.buckets0 = None if self.buckets0 is None else self.buckets0.copy()
        copy.buckets1 = None if self.buckets1 is None else self.buckets1.copy()
        copy.building = None if self.building is None else self.building.copy()
        copy.used1 = self.used1
        copy.front = self.front
        copy._walk = self._walk
        copy._pace = self._pace
        return copy

    def check(self) -> None:
        """Assert the invariants."""
        for size in (self.size0, self.size1):
            assert size == 0 or (size >= INITIAL_SIZE and size & (size - 1) == 0)
        assert (self.size1 > 0) == (self.rehashidx >= 0)
        assert self.rehashidx < max(self.size0, 1)
        assert self.size0 or not self.data
        if self.buckets0 is None:
            assert self.buckets1 is None
            assert (self.fresh is None) == (self.rehashidx < 0)
            assert self.fresh is None or self.fresh <= self.data.keys()
            return
        assert self.fresh is None
        assert len(self.buckets0) == self.size0
        assert all(bucket is None for bucket in self.buckets0[: max(self.rehashidx, 0)])
        assert len(flatten(self.buckets0)) == len(self.data) - self.used1
        found: list[bytes] = []
        for buckets in (self.buckets0, self.buckets1 or []):
            for place, bucket in enumerate(buckets):
                assert not isinstance(bucket, tuple) or len(bucket) > 1
                assert all(self.hash(key) & (len(buckets) - 1) == place for key in chain(bucket))
                found += chain(bucket)
        assert len(found) == len(self.data)
        assert set(found) == self.data.keys()

    # --- the machinery

    def _grow(self) -> None:
        """The growth test of an insert attempt; the caller saw ``used >= size0`` and no rehash."""
        used, size = len(self.data), self.size0
        new_bytes = SLOT_SIZE * next_size(used + 1)
        if not size or self.policy.permits_growth(used, size, new_bytes):
            self.expand(used + 1)

    def _finish(self) -> None:
        if self.trace is not None:
            self.trace("rehashed", size=self.size1)
        self.size0 = self.size1
        self.size1 = 0
        self.rehashidx = -1
        self.fresh = None
        self.buckets0 = self.buckets1
        self.buckets1 = None
        self.used1 = 0

    def _move(self, n: int) -> None:
        """Move up to ``n`` buckets with their chains, whose order flips."""
        buckets0, buckets1 = self.buckets0, self.buckets1
        assert buckets0 is not None
        assert buckets1 is not None
        used0 = len(self.data) - self.used1
        empty = EMPTY_VISITS * n
        place = self.rehashidx
        while n and used0:
            n -= 1
            while buckets0[place] is None:
                place += 1
                empty -= 1
                if not empty:
                    self.rehashidx = place
                    return
            moved = chain(buckets0[place])
            buckets0[place] = None
            self.used1 += len(moved)
            used0 -= len(moved)
            for key in moved:
                push(buckets1, self.hash(key), key)
            place += 1
            if self.trace is not None:
                self.rehashidx = place
                self.trace("rehash", bucket=place - 1, keys=moved)
        self.rehashidx = place
        if not used0:
            self._finish()

    def _forget(self, key: bytes) -> None:
        """A key goes while there is a rehash and no index, or half of one; with the last old key
        the rehash ends
        at its next step."""
        if self.building is not None:
            self.building.removed(self, key)
        fresh = self.fresh
        if fresh is None:
            return
        if key in fresh:
            fresh.remove(key)
        elif len(fresh) == len(self.data) - 1:
            self._walk = float(self.size0)

    def _place(self, key: bytes) -> None:
        """Enter a new key into the index."""
        buckets = self.buckets1
        if buckets is not None:
            self.used1 += 1
        else:
            buckets = self.buckets0
            assert buckets is not None
        push(buckets, self.hash(key), key)
        if self.trace is not None:
            self.trace("insert", key=key, table=int(self.buckets1 is not None))

    def _displace(self, key: bytes) -> None:
        """Take a key out of the index."""
        if self.trace is not None:
            self.trace("remove", key=key)
        value = self.hash(key)
        assert self.buckets0 is not None
        if not remove(self.buckets0, value, key):
            assert self.buckets1 is not None
            remove(self.buckets1, value, key)
            self.used1 -= 1

    def _index(self) -> tuple[list[Bucket], list[Bucket] | None]:
        """The bucket index, built if it is not there. O(N) then."""
        if self.buckets0 is None:
            self._build_index()
        assert self.buckets0 is not None
        return self.buckets0, self.buckets1

    def _build_index(self) -> None:
        while not self.prepare(max(len(self.data), 1) * 2):
            pass

    def prepare(self, count: int) -> bool:
        """Work on the bucket index for about ``count`` keys, so that one who can wait need not
        stand still for O(N). True when it is there."""
        if self.buckets0 is not None:
            return True
        if self.building is None:
            self.building = IndexBuild(self)
        with collection_paused():
            return self.building.advance(self, count)

    @property
    def prepared(self) -> int:
        """How many percent of the bucket index are there; 100 when it is whole."""
        if self.buckets0 is not None:
            return 100
        return 0 if self.building is None else self.building.percent

    def take_index(self, buckets0: list[Bucket], buckets1: list[Bucket] | None, used1: int) -> None:
        """From now on the index is kept up to date (`IndexBuild` is done)."""
        self.building = self.fresh = None
        self.buckets0, self.buckets1, self.used1 = buckets0, buckets1, used1
        if self.rehashidx > 0 and used1 == len(self.data):
            self._finish()
