"""How much memory a redis-server with the same data would use.

    used = what a fresh server takes + clients + statistics + data
    data = every key by MEMORY USAGE + what MEMORY USAGE leaves out + slots of the two tables
           + entries of the table of expiry times

Without a maxmemory nothing is kept: whoever asks gets an estimate from a thousand keys of each
database. With one, each database has a `Book`: bytes by key, and the keys that changed since it was
last read. A change costs a set entry, reading measures each changed key once, in O(1): of long
listpacks, as of tables and lists, some elements stand for all. FLUSHALL and undo
throw the book away, SWAPDB takes it along.

Source: measured on redis-server 7.0.15 (Debian, jemalloc 5.3.0): ``used_memory`` of data by these
sums is right to the byte for strings, sets and expiry times, and where elements are alike.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from tutor.engine.clients.info import memory_of
from tutor.engine.memory.usage import memory_usage
from tutor.engine.structures.allocator import size_class
from tutor.engine.structures.hashtable import DICT_SIZE, ENTRY_SIZE, SLOT_SIZE
from tutor.engine.structures.listpack import EMPTY_SIZE, entry_size
from tutor.engine.structures.quicklist import Quicklist
from tutor.engine.structures.resize_policy import ALWAYS, ResizePolicy
from tutor.engine.structures.sds import ROBJ_SIZE, key_memory
from tutor.engine.values import Hash, Value, Zset, score_text

if TYPE_CHECKING:
    from tutor.engine.database import Database
    from tutor.engine.engine import Engine
    from tutor.engine.session import Session

STARTUP = 876_184
USUAL_BUFFERS = 20_480 + 1024
HISTOGRAM = 24_688
OTHERS_EVERY_MS = 100
PEAK_EVERY_MS = 1000
SAMPLE = 1000
LISTPACK_SAMPLE = 16
HIGHEST_LOAD = 1.618


@dataclass(slots=True)
class Book:
    """The bytes of one database's keys. ``stale`` are the keys to be measured anew."""

    sizes: dict[bytes, int] = field(default_factory=dict)
    total: int = 0
    stale: set[bytes] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class ScriptMemory:
    """What EVAL's scripts and the functions take; by default as in a server that has none.

    ``vm_eval`` and ``vm_functions`` are the bytes of the two Lua heaps, which are not part of
    ``used_memory`` after all (redis 7.0: Lua has an allocator of its own).
    """

    cached: int = 0
    cached_bytes: int = 0
    vm_eval: int = 32_768
    functions: int = 0
    libraries: int = 0
    functions_bytes: int = 200
    vm_functions: int = 33_792


class Accounts:
    """The figures of one engine: the peak, what clients and scripts took when last seen, the books.

    ``scripts`` tells what scripts and functions take; whoever keeps them sets it.
    """

    __slots__ = (
        "_others",
        "_others_ms",
        "_watched_ms",
        "engine",
        "peak",
        "policy",
        "scripts",
    )

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.peak = 0
        self.scripts: Callable[[], ScriptMemory] = ScriptMemory
        self.policy = ResizePolicy()
        self.policy.allows_growth = self._may_grow
        self._others = 0
        self._others_ms = -OTHERS_EVERY_MS
        self._watched_ms = 0

    @property
    def used(self) -> int:
        """Bytes in use: exact with a maxmemory, estimated without."""
        total = self.present()
        self.peak = max(self.peak, total)
        return total

    def present(self) -> int:
        """As `used`, for an onlooker: no peak is noted."""
        return STARTUP + self._others_now() + self._histograms() + self._data()

    def watch_peak(self) -> None:
        """The periodic work: look whether there is a new peak, once a second."""
        if not 0 <= self.engine.now_ms - self._watched_ms < PEAK_EVERY_MS:
            self._watched_ms = self.engine.now_ms
            self.peak = max(self.peak, self.used)

    def others(self) -> dict[str, int]:
        """Bytes that belong to no key, by what they are for: ``startup``, ``clients``, ``scripts``,
        ``histograms``."""
        scripts = self.scripts()
        return {
            "startup": STARTUP,
            "clients": sum(map(client_memory, self.engine.sessions.values())),
            "scripts": scripts.cached_bytes + scripts.functions_bytes,
            "histograms": self._histograms(),
        }

    def close(self) -> None:
        """maxmemory is 0 now: nothing is kept any more."""
        for database in self.engine.databases:
            if database.book is not None:
                database.book = None
                database.keys.policy = database.expires.policy = ALWAYS

    def _data(self) -> int:
        engine = self.engine
        exact = engine.config.maxmemory
        total = 0
        for database in engine.databases:
            if database.keys.size0 or database.book is not None:
                total += self._booked(database) if exact else _estimate(engine, database)
                total += tables_memory(database)
        return total

    def _booked(self, database: Database) -> int:
        """Bytes of the keys by the book, brought up to date."""
        book = database.book
        if book is None:
            book = self._open(database)
        if not book.stale:
            return book.total
        stale, book.stale = book.stale, set()
        sizes, data, total = book.sizes, database.keys.data, book.total
        for key in stale:
            value = data.get(key)
            total -= sizes.get(key, 0)
            if value is None:
                sizes.pop(key, None)
            else:
                size = sizes[key] = allocated(self.engine, key, value)
                total += size
        book.total = total
        return total

    def _open(self, database: Database) -> Book:
        """A new book, in which every key is to be measured."""
        database.keys.policy = database.expires.policy = self.policy
        book = database.book = Book(stale=set(database.keys.data))
        return book

    def _others_now(self) -> int:
        """Bytes of all clients and scripts, looked at ten times a second."""
        now_ms = self.engine.now_ms
        if not 0 <= now_ms - self._others_ms < OTHERS_EVERY_MS:
            scripts = self.scripts()
            self._others = scripts.cached_bytes + scripts.functions_bytes
            self._others += sum(map(client_memory, self.engine.sessions.values()))
            self._others_ms = now_ms
        return self._others

    def _histograms(self) -> int:
        """Bytes in which the durations of each command are counted, once it was called."""
        engine = self.engine
        return len(engine.stats.took) * HISTOGRAM if engine.config.latency_tracking else 0

    def _may_grow(self, new_bytes: int, load: float) -> bool:
        """A table that would not fit under maxmemory waits until it is really full
        (redis 7.0, server.c: dictExpandAllowed)."""
        limit = self.engine.config.maxmemory
        return load > HIGHEST_LOAD or not limit or self.used + new_bytes <= limit


def allocated(engine: Engine, key: bytes, value: Value) -> int:
    """Bytes that the allocator gives for a key and its value: MEMORY USAGE and what the allocator
    rounds up (an entry of 24 bytes takes 32 on Debian)."""
    beyond = beyond_usage(value, engine.config.allocator)
    if isinstance(value, (Hash, Zset)) and value.table is None and len(value) > LISTPACK_SAMPLE:
        return listpack_usage(engine, key, value) + beyond
    return memory_usage(engine, key, value) + beyond


def beyond_usage(value: Value, allocator: str) -> int:
    """Bytes that the allocator gives for a key beyond what MEMORY USAGE says. O(1)."""
    entry = size_class(ENTRY_SIZE, allocator) - ENTRY_SIZE
    table = getattr(value, "table", None)
    if table is not None:
        return entry + len(table.data) * entry + size_class(DICT_SIZE, allocator) - DICT_SIZE
    if isinstance(value, Quicklist):
        return entry + (1 + value.node_count) * (size_class(40, allocator) - 40)
    return entry


def listpack_usage(engine: Engine, key: bytes, value: Hash | Zset) -> int:
    """MEMORY USAGE of a long listpack, estimated in O(1)."""
    allocator = engine.config.allocator
    block = size_class(_listpack_size(value), allocator)
    return ENTRY_SIZE + key_memory(key, allocator) + ROBJ_SIZE + block


def _listpack_size(value: Hash | Zset) -> int:
    """Bytes of a long listpack, estimated from its first and last pairs: it is asked for after
    every change, and to measure all entries each time would be O(N)."""
    half = LISTPACK_SAMPLE // 2
    pairs: list[tuple[bytes, bytes]]
    if isinstance(value, Hash):
        fields = value.fields
        pairs = [*islice(fields.items(), half), *islice(reversed(fields.items()), half)]
    else:
        ends = value.ordered[:half] + value.ordered[-half:]
        pairs = [(member, score_text(score)) for score, member in ends]
    measured = sum(entry_size(word) for pair in pairs for word in pair)
    return EMPTY_SIZE + measured * len(value) // len(pairs)


def tables_memory(database: Database) -> int:
    """Bytes of the slots of both tables and of the entries that hold expiry times."""
    entry = size_class(ENTRY_SIZE, database.engine.config.allocator)
    slots = database.keys.slots + database.expires.slots
    return slots * SLOT_SIZE + len(database.expires.data) * entry


def _estimate(engine: Engine, database: Database) -> int:
    """Bytes of the keys: of many, about `SAMPLE`, evenly spread, stand for all."""
    items = database.keys.data
    step = max(len(items) // SAMPLE, 1)
    sizes = [allocated(engine, key, value) for key, value in islice(items.items(), 0, None, step)]
    return sum(sizes) * len(items) // len(sizes) if sizes else 0


def client_memory(session: Session) -> int:
    """Bytes that a client takes, as ``tot-mem`` of CLIENT LIST; without a connection, the buffers
    of one that sends short commands are added."""
    return memory_of(session) + (USUAL_BUFFERS if session.buffers is None else 0)
