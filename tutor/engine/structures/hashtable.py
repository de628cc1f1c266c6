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

from array import array
from collections.abc import Callable
from hashlib import blake2b
from typing import Any, Protocol

from .hashtable_layout import (
    HashTableLayout,
    TableLayout,
    TableStats,
    derive_stats,
    derive_table,
)
from .trace import Trace
from .window import Window

INITIAL_SIZE = 4
FORCED_RATIO = 5
EMPTY_VISITS = 10
MIN_FILL_PERCENT = 10
DICT_SIZE = 56
ENTRY_SIZE = 24
SLOT_SIZE = 8
SAMPLE = 15

Bucket = bytes | tuple[bytes, ...] | None
"""Nothing, one key, or the keys of a chain from its head on."""


class Randomness(Protocol):
    """What a table needs of an injected generator (``random.Random`` has it)."""

    def getrandbits(self, k: int, /) -> int: ...


class ResizePolicy:
    """When tables may change their size; one object shared by all tables of a server.

    ``mode`` is ``"enable"``, ``"avoid"`` (a child process exists: copy-on-write pages are dear) or
    ``"forbid"``. ``allows_growth(bytes, load)`` may refuse growth (maxmemory).
    """

    __slots__ = ("allows_growth", "mode")

    def __init__(self) -> None:
        self.mode = "enable"
        self.allows_growth: Callable[[int, float], bool] | None = None


ALWAYS = ResizePolicy()


def next_size(count: int) -> int:
    """The smallest table with at least ``count`` slots."""
    return INITIAL_SIZE if count <= INITIAL_SIZE else 1 << (count - 1).bit_length()


class HashTable:
    """Keys (bytes) to values, with the table sizes, rehash state and bucket order of a real dict.

    The hottest callers may read ``data`` directly (``table.data.get(key)``), and then call
    ``table.step()`` only ``if table.rehashidx >= 0``. They may also replace the value of a key
    that exists. They must not add or remove keys behind the table's back.
    """

    __slots__ = (
        "_pace",
        "_walk",
        "buckets0",
        "buckets1",
        "data",
        "epoch",
        "fresh",
        "policy",
        "rehashidx",
        "seed",
        "size0",
        "size1",
        "trace",
        "used1",
    )

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
        self.used1 = 0  # entries of table 1, known while there is an index
        self._walk = 0.0
        self._pace = 0.0

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

    def get(self, key: bytes, default: Any = None) -> Any:
        """The value of ``key`` without touching the rehash."""
        return self.data.get(key, default)

    def find(self, key: bytes, default: Any = None) -> Any:
        """The value of ``key``; like every dict operation it moves the rehash on by one step."""
        if self.rehashidx >= 0:
            self.step()
        return self.data.get(key, default)

    def insert(self, key: bytes, value: Any) -> bool:
        """Set ``key`` after looking it up (HSET, ZADD, a keyspace write). True if it is new.

        Replacing a value never grows the table.
        """
        data = self.data
        if self.rehashidx >= 0:
            self.step()
        if key in data:
            data[key] = value
            return False
        if self.rehashidx >= 0:
            self.step()
        if len(data) >= self.size0 and self.rehashidx < 0:
            self._grow()
        data[key] = value
        if self.buckets0 is not None:
            self._place(key)
        elif self.fresh is not None:
            self.fresh.add(key)
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
        if key in data:
            return False
        data[key] = value
        if self.buckets0 is not None:
            self._place(key)
        elif self.fresh is not None:
            self.fresh.add(key)
        return True

    def pop(self, key: bytes, default: Any = None) -> Any:
        """Remove ``key`` and give its value, or ``default`` if it is not there."""
        if self.rehashidx >= 0 and self.data:
            self.step()
        if key not in self.data:
            return default
        if self.buckets0 is not None:
            self._displace(key)
        elif self.fresh is not None:
            self.fresh.discard(key)
        return self.data.pop(key)

    def discard(self, key: bytes) -> bool:
        """Remove ``key``; False if it is not there."""
        if self.rehashidx >= 0 and self.data:
            self.step()
        if key not in self.data:
            return False
        if self.buckets0 is not None:
            self._displace(key)
        elif self.fresh is not None:
            self.fresh.discard(key)
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
            self._pace = _expected_pace(used, self.size0)
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
        if self.rehashidx < 0:
            return False
        if self.policy.mode != "enable" and not self._may_move():
            return True
        if self.buckets0 is not None:
            self._move(n)
        else:
            fresh = self.fresh
            self._walk += self._pace * n
            self.rehashidx = int(self._walk)
            if self.rehashidx >= self.size0 or (fresh is not None and len(fresh) == len(self.data)):
                self._finish()
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
        ``count``) cursors were used. Every key present all along is given at least once.
        """
        keys: list[bytes] = []
        visits = count * 10 if visits is None else visits
        buckets0, buckets1 = self._index()
        if not self.data:
            return 0, keys
        while True:
            cursor = _scan_step(buckets0, buckets1, cursor, keys)
            if not cursor or visits <= 0 or len(keys) >= count:
                return cursor, keys
            visits -= 1

    def iterate(self) -> list[bytes]:
        """All keys in bucket order, table 0 first."""
        buckets0, buckets1 = self._index()
        keys: list[bytes] = []
        for buckets in (buckets0, buckets1 or ()):
            for bucket in buckets:
                if bucket is None:
                    continue
                if isinstance(bucket, tuple):
                    keys += bucket
                else:
                    keys.append(bucket)
        return keys

    def random_key(self, rng: Randomness) -> bytes | None:
        """A key picked from a sample of 15 of neighbouring buckets; None when empty."""
        if not self.data:
            return None
        keys = self.random_keys(SAMPLE, rng)
        if keys:
            return keys[rng.getrandbits(32) % len(keys)]
        return self._random_entry(rng)

    def random_keys(self, count: int, rng: Randomness) -> list[bytes]:
        """Up to ``count`` keys of consecutive buckets from a random place on.

        Not a fair sample and possibly short: what eviction and SRANDMEMBER look at.
        """
        count = min(count, len(self.data))
        for _ in range(count):
            if not self.step():
                break
        buckets0, buckets1 = self._index()
        tables = [buckets0] if buckets1 is None else [buckets0, buckets1]
        mask = max(map(len, tables)) - 1
        keys: list[bytes] = []
        place = rng.getrandbits(64) & mask
        empty = 0
        for _ in range(count * 10):
            for number, buckets in enumerate(tables):
                if buckets1 is not None and number == 0 and place < self.rehashidx:
                    if place < len(buckets1):
                        continue
                    place = self.rehashidx
                if place >= len(buckets):
                    continue
                bucket = buckets[place]
                if bucket is None:
                    empty += 1
                    if empty >= 5 and empty > count:
                        place = rng.getrandbits(64) & mask
                        empty = 0
                    continue
                empty = 0
                keys += bucket if isinstance(bucket, tuple) else (bucket,)
                if len(keys) >= count:
                    return keys[:count]
            place = (place + 1) & mask
        return keys

    def hash(self, key: bytes) -> int:
        """The 64-bit hash of a key; its bucket is ``hash & (size - 1)``."""
        return int.from_bytes(blake2b(key, digest_size=8, key=self.seed).digest(), "little")

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
        tables: list[TableLayout] = [derive_table(0, buckets0, used0, window, self.data, self.hash)]
        if buckets1 is not None:
            tables.append(
                derive_table(1, buckets1, self.used1, window1 or window, self.data, self.hash)
            )
        return HashTableLayout(
            used=len(self.data),
            rehashidx=self.rehashidx,
            tables=tuple(tables),
            dict_size=DICT_SIZE,
            entry_size=ENTRY_SIZE,
        )

    def drop_index(self) -> None:
        """Forget the bucket index; it will be derived anew when it is needed again.

        Only for a table that is not rehashing; otherwise nothing happens.
        """
        if self.rehashidx < 0:
            self.buckets0 = None
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
        copy.used1 = self.used1
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
        found: list[bytes] = []
        for buckets in (self.buckets0, self.buckets1 or []):
            for place, bucket in enumerate(buckets):
                chain = () if bucket is None else bucket if isinstance(bucket, tuple) else (bucket,)
                assert not isinstance(bucket, tuple) or len(bucket) > 1
                assert all(self.hash(key) & (len(buckets) - 1) == place for key in chain)
                found += chain
            if buckets is self.buckets0:
                assert len(found) == len(self.data) - self.used1
        assert len(found) == len(self.data)
        assert set(found) == self.data.keys()

    # --- the machinery

    def _grow(self) -> None:
        """The growth test of an insert attempt; the caller saw ``used >= size0`` and no rehash."""
        used = len(self.data)
        if self.size0:
            policy = self.policy
            if policy.mode != "enable" and (
                policy.mode == "forbid" or used // self.size0 <= FORCED_RATIO
            ):
                return
            allows = policy.allows_growth
            if allows is not None and not allows(
                SLOT_SIZE * next_size(used + 1), used / self.size0
            ):
                return
        self.expand(used + 1)

    def _may_move(self) -> bool:
        """Whether a rehash may go on although resizing is not enabled."""
        if self.policy.mode == "forbid":
            return False
        low, high = sorted((self.size0, self.size1))
        return low == high or high // low >= FORCED_RATIO

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
            bucket = buckets0[place]
            chain = bucket if isinstance(bucket, tuple) else (bucket,)
            buckets0[place] = None
            self.used1 += len(chain)
            used0 -= len(chain)
            for key in chain:
                self._push(buckets1, key)  # type: ignore[arg-type]
            if self.trace is not None:
                self.trace("rehash", bucket=place, keys=chain)
            place += 1
        self.rehashidx = place
        if not used0:
            self._finish()

    def _push(self, buckets: list[Bucket], key: bytes) -> None:
        """Put a key at the head of its chain."""
        place = self.hash(key) & (len(buckets) - 1)
        bucket = buckets[place]
        if bucket is None:
            buckets[place] = key
        elif isinstance(bucket, tuple):
            buckets[place] = (key, *bucket)
        else:
            buckets[place] = (key, bucket)

    def _place(self, key: bytes) -> None:
        """Enter a new key into the index."""
        buckets1 = self.buckets1
        if buckets1 is not None:
            self.used1 += 1
            self._push(buckets1, key)
        else:
            self._push(self.buckets0, key)  # type: ignore[arg-type]

    def _displace(self, key: bytes) -> None:
        """Take a key out of the index."""
        value = self.hash(key)
        assert self.buckets0 is not None
        if _remove(self.buckets0, value, key):
            return
        assert self.buckets1 is not None
        _remove(self.buckets1, value, key)
        self.used1 -= 1

    def _random_entry(self, rng: Randomness) -> bytes | None:
        """A key of a random non-empty bucket: what is left when sampling found nothing."""
        buckets0, buckets1 = self._index()
        filled = [bucket for bucket in buckets0 + (buckets1 or []) if bucket is not None]
        bucket = filled[rng.getrandbits(64) % len(filled)]
        if isinstance(bucket, tuple):
            return bucket[rng.getrandbits(32) % len(bucket)]
        return bucket

    def _index(self) -> tuple[list[Bucket], list[Bucket] | None]:
        """The bucket index, built if it is not there. O(N) then."""
        if self.buckets0 is None:
            self._build_index()
        assert self.buckets0 is not None
        return self.buckets0, self.buckets1

    def _build_index(self) -> None:
        data = self.data
        hashes = self._hashes()
        fresh = self.fresh
        self.fresh = None
        if self.rehashidx < 0:
            self.buckets0 = _fill(data, hashes, self.size0)
            return
        mask, moved = self.size0 - 1, self.rehashidx
        old_keys, old_hashes = [], []
        new_keys, new_hashes = [], []
        for key, value in zip(data, hashes, strict=True):
            if value & mask < moved or (fresh and key in fresh):
                new_keys.append(key)
                new_hashes.append(value)
            else:
                old_keys.append(key)
                old_hashes.append(value)
        self.buckets0 = _fill(old_keys, old_hashes, self.size0)
        self.buckets1 = _fill(new_keys, new_hashes, self.size1)
        self.used1 = len(new_keys)
        if moved and not old_keys:
            self._finish()

    def _hashes(self) -> array[int]:
        """The hashes of all keys, in the order of ``data``."""
        seed = self.seed
        result = array("Q")
        result.frombytes(
            b"".join([blake2b(key, digest_size=8, key=seed).digest() for key in self.data])
        )
        if _BIG_ENDIAN:
            result.byteswap()
        return result


_BIG_ENDIAN = array("H", [1]).tobytes() == b"\x00\x01"


def _expected_pace(used: int, size: int) -> float:
    """Buckets one step passes on average: up to ten empty ones and one that is not."""
    if not used:
        return float(size)
    empty = (1 - 1 / size) ** used
    return (1 - empty**EMPTY_VISITS) / (1 - empty)


def _fill(keys: Any, hashes: Any, size: int) -> list[Bucket]:
    """Buckets of a table into which the keys were inserted in that order."""
    buckets: list[Any] = [None] * size
    mask = size - 1
    for key, value in zip(keys, hashes, strict=True):
        place = value & mask
        bucket = buckets[place]
        if bucket is None:
            buckets[place] = key
        elif isinstance(bucket, tuple):
            buckets[place] = (key, *bucket)
        else:
            buckets[place] = (key, bucket)
    return buckets


def _remove(buckets: list[Bucket], value: int, key: bytes) -> bool:
    """Take a key out of its bucket if it is there."""
    place = value & (len(buckets) - 1)
    bucket = buckets[place]
    if bucket == key:
        buckets[place] = None
        return True
    if not isinstance(bucket, tuple) or key not in bucket:
        return False
    rest = tuple(other for other in bucket if other != key)
    buckets[place] = rest[0] if len(rest) == 1 else rest
    return True


def _emit(bucket: Bucket, keys: list[bytes]) -> None:
    if isinstance(bucket, tuple):
        keys += bucket
    elif bucket is not None:
        keys.append(bucket)


def _next_cursor(cursor: int, bits: int) -> int:
    """Add one to the low ``bits`` of a cursor read backwards; higher bits become 0."""
    backwards = int(f"{cursor & ((1 << bits) - 1):0{bits}b}"[::-1], 2) + 1
    if backwards >> bits:
        return 0
    return int(f"{backwards:0{bits}b}"[::-1], 2)


def _scan_step(
    buckets0: list[Bucket], buckets1: list[Bucket] | None, cursor: int, keys: list[bytes]
) -> int:
    """Emit the bucket a cursor stands for and, while rehashing, those it expands to."""
    if buckets1 is None:
        _emit(buckets0[cursor & (len(buckets0) - 1)], keys)
        return _next_cursor(cursor, len(buckets0).bit_length() - 1)
    small, large = sorted((buckets0, buckets1), key=len)
    _emit(small[cursor & (len(small) - 1)], keys)
    bits = len(large).bit_length() - 1
    beyond = (len(small) - 1) ^ (len(large) - 1)
    while True:
        _emit(large[cursor & (len(large) - 1)], keys)
        cursor = _next_cursor(cursor, bits)
        if not cursor & beyond:
            return cursor
