"""What the whole server holds: its keys by type and encoding, and those that stand out.

    keys of all databases ─▶ a slice at a time ─▶ tallies by type and encoding
                                               ─▶ the largest, the next to die, the longest unused

A census of a million keys takes seconds, so whoever looks gives a budget with each look and is told
how far the count is. What is finished stays shown while the next count is under way; a count is
exact if nothing changed meanwhile. Counting expires no key, moves no table and counts no hit.

The budget is in elements: a key costs one, a table up to `MEASURED` more. Larger values are not
measured whole: the average of `MEASURED` elements stands for all, and the key's size says that it
is an estimate.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from heapq import heappush, heapreplace
from typing import TYPE_CHECKING, Literal

from tutor.engine.memory.accounting import beyond_usage, listpack_usage, tables_memory
from tutor.engine.memory.last_uses import idle_seconds
from tutor.engine.memory.lfu import frequency, is_lfu
from tutor.engine.memory.usage import memory_usage
from tutor.engine.structures.quicklist import Quicklist
from tutor.engine.structures.sds import Sds
from tutor.engine.structures.stream import Stream
from tutor.engine.values import Hash, Value, Zset, encoding_name, type_name

if TYPE_CHECKING:
    from tutor.engine.database import Database
    from tutor.engine.engine import Engine

Order = Literal["bytes", "ttl", "idle", "type"]
ORDERS: tuple[Order, ...] = ("bytes", "ttl", "idle", "type")

MEASURED = 512
"""Elements of one value that are measured."""

KEPT = 1000
"""Keys of each order that are remembered."""

BUDGET = 1000
"""Elements of one slice: a few milliseconds."""

SMALL = 2000
"""A keyspace of so many elements is counted anew whenever somebody looks and something was read."""

Place = tuple[int, bytes]
"""Database and key."""

Progress = tuple[int, int]
"""Keys that were looked at, and keys to look at."""


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """One key as the map shows it.

    ``size`` is MEMORY USAGE with SAMPLES 0, an estimate unless ``exact``; ``ttl_ms`` is None
    without expiry, below 0 once the key's time is over and nobody has removed it yet. ``full_ms``
    is the longest TTL under which the key was seen: Redis itself forgets it. ``idle_s`` are the
    seconds since its last use, or None under an LFU policy, where ``uses`` is its counter.
    """

    db: int
    key: bytes
    type: str
    encoding: str
    size: int
    exact: bool
    ttl_ms: int | None = None
    full_ms: int | None = None
    idle_s: int | None = None
    uses: int | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """All keys of one type and encoding: how many, and their bytes by MEMORY USAGE."""

    type: str
    encoding: str
    keys: int
    size: int


@dataclass(frozen=True, slots=True)
class TableFacts:
    """The two tables of a database: keys and slots of the main one, of the expiry times too."""

    db: int
    keys: int
    slots: int
    expiring: int
    expires_slots: int
    size: int


@dataclass(frozen=True, slots=True)
class CensusFigures:
    """How the memory is used.

    ``kinds``: the largest first. ``counted`` of ``present`` keys are in them; ``finished``: all,
    and nothing has changed since. ``progress``: of how many keys how many the count under way has
    looked at, None if there is none. ``estimated`` keys were too large to be measured whole.
    ``rounding``: what the allocator gives beyond MEMORY USAGE (an entry of 24 bytes takes 32 on
    Debian). ``others``: bytes that belong to no key, by what they are for.
    """

    present: int
    counted: int
    finished: bool
    kinds: tuple[Kind, ...]
    estimated: int
    rounding: int
    tables: tuple[TableFacts, ...]
    others: Mapping[str, int]
    limit: int
    progress: Progress | None = None

    @property
    def keys_size(self) -> int:
        """Bytes of the counted keys."""
        return sum(kind.size for kind in self.kinds)

    @property
    def used(self) -> int:
        """Bytes in use, as INFO's ``used_memory``; exact once finished."""
        tables = sum(table.size for table in self.tables)
        return self.keys_size + self.rounding + tables + sum(self.others.values())


@dataclass(frozen=True, slots=True)
class Block:
    """One of the largest keys, with its bytes and its type."""

    place: Place
    type: str
    size: int


@dataclass(frozen=True, slots=True)
class KeyspaceMap:
    """A window of the keys in one order, and the largest of all.

    ``rows`` begin at ``start`` of the ``listed`` keys; None is a key that has gone. ``blocks`` are
    the largest keys with their bytes, the largest first; ``size`` are the bytes of all counted.
    ``databases``: how many have keys. ``chosen`` is the key that the viewer has chosen.
    """

    order: Order
    start: int
    listed: int
    rows: tuple[tuple[Place, KeyFacts | None], ...]
    blocks: tuple[Block, ...]
    size: int
    present: int
    counted: int
    finished: bool
    databases: int
    chosen: Place | None = None
    progress: Progress | None = None


class _Tally:
    """One count: what has been seen so far. ``done``: every key was looked at."""

    def __init__(self, engine: Engine) -> None:
        self.mark = _mark(engine)
        self.done = False
        self.cost = self.counted = self.estimated = self.rounding = 0
        self.restless = False  # a table was on the move: its size changes when it is read
        self.kinds: dict[tuple[str, str], list[int]] = {}
        self.of_kind: dict[tuple[str, str], list[_Ranked]] = {}
        self.best: dict[Order, list[_Ranked]] = {"bytes": [], "ttl": [], "idle": []}
        # a dictionary may change while it is counted, a list does not
        names = [(one, list(one.keys.data)) for one in engine.databases if one.keys.data]
        self.total = self.left = sum(len(keys) for _database, keys in names)
        self._todo = ((database, key) for database, keys in names for key in reversed(keys))

    def go_on(self, engine: Engine, budget: int) -> None:
        """Count for so many elements more, the newest keys first."""
        for database, key in self._todo:
            self.left -= 1
            value = database.keys.data.get(key)
            if value is not None:
                cost = self._note(engine, database, key, value)
                self.cost += cost
                budget -= cost
            if budget <= 0:
                break
        self.done = not self.left

    def _note(self, engine: Engine, database: Database, key: bytes, value: Value) -> int:
        """Count a key; returns what it cost."""
        size, exact, cost = measure(engine, key, value)
        kind = type_name(value), encoding_name(value)
        counts = self.kinds.get(kind)
        if counts is None:
            counts = self.kinds[kind] = [0, 0]
            self.of_kind[kind] = []
        counts[0] += 1
        counts[1] += size
        self.counted += 1
        self.estimated += not exact
        self.rounding += beyond_usage(value, engine.config.allocator)
        self.restless = self.restless or _moves(value)
        number = database.index
        _keep(self.best["bytes"], (size, number, key))
        _keep(self.of_kind[kind], (size, number, key))
        _keep(self.best["idle"], (_disuse(engine, database, key), number, key))
        when = database.expires.data.get(key)
        if when is not None:
            _keep(self.best["ttl"], (-when, number, key))
        return cost

    def ranks(self, order: Order) -> dict[Place, tuple[str, str, int]]:
        """The keys that are remembered, each with what it is sorted by, the least first."""
        if order == "type":
            return {
                (number, key): (*kind, -size)
                for kind, some in self.of_kind.items()
                for size, number, key in some
            }
        return {(number, key): ("", "", -rank) for rank, number, key in self.best[order]}


class Census:
    """See the module's text. It holds some thousand names, not the sizes of all keys."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._shown = self._counting = _Tally(engine)
        self._small = False  # the last count cost so little that it may be repeated at each look
        self._places: dict[Order, list[Place]] = {}
        self._full: dict[Place, tuple[int, int]] = {}
        self._measured: dict[Place, tuple[int, bool]] = {}
        self._measured_at: tuple[int, ...] = ()

    # counting

    def advance(self, budget: int = BUDGET) -> bool:
        """Go on counting for about ``budget`` elements; True if everything is counted and nothing
        has changed since."""
        if self._counting.done:
            if not self._outdated():
                return self.finished
            self._counting = _Tally(self.engine)
        tally = self._counting
        tally.go_on(self.engine, budget)
        if tally.done:
            self._small = tally.cost <= SMALL
            self._shown = tally
        self._places.clear()
        return self.finished

    def begin_anew(self) -> None:
        """Another moment's data are here now (undo): what was counted holds no more."""
        self._counting = _Tally(self.engine)
        self._measured.clear()
        self._places.clear()
        if not self._small:
            self._shown = self._counting

    @property
    def finished(self) -> bool:
        """Everything is counted, and nothing has changed since."""
        return self._shown.done and self._holds(self._shown)

    def _holds(self, tally: _Tally) -> bool:
        """Nothing was written since, nor read if reading moves a table on."""
        written, read = _mark(self.engine)
        return tally.mark[0] == written and (not tally.restless or tally.mark[1] == read)

    def _outdated(self) -> bool:
        """A new count is worth while: of a few keys also to see what was used lately."""
        tally = self._counting
        return not self._holds(tally) or (self._small and tally.mark != _mark(self.engine))

    # what was found

    def figures(self) -> CensusFigures:
        """Memory by type and encoding, and what else takes memory. O(kinds + databases)."""
        engine, tally = self.engine, self._shown
        kinds = [Kind(*kind, *counts) for kind, counts in tally.kinds.items()]
        kinds.sort(key=lambda kind: (-kind.size, kind.type, kind.encoding))
        return CensusFigures(
            present=sum(map(len, engine.databases)),
            counted=tally.counted,
            finished=self.finished,
            kinds=tuple(kinds),
            estimated=tally.estimated,
            rounding=tally.rounding,
            tables=tuple(_tables(one) for one in engine.databases if one.keys.size0),
            others=engine.accounts.others(),
            limit=engine.config.maxmemory,
            progress=self._progress,
        )

    @property
    def _progress(self) -> Progress | None:
        tally = self._counting
        return None if tally.done else (tally.total - tally.left, tally.total)

    def keyspace(
        self,
        order: Order = "bytes",
        start: int = 0,
        rows: int = 20,
        blocks: int = 24,
        chosen: Place | None = None,
    ) -> KeyspaceMap:
        """The map: so many rows from ``start`` on, as they are now. O(visible) once the count
        stands still; sorting what is remembered before."""
        places = self.places(order)
        window = places[start : start + rows]
        return KeyspaceMap(
            order=order,
            start=start,
            listed=len(places),
            rows=tuple((place, self.facts(place)) for place in window),
            blocks=self._blocks(blocks),
            size=sum(size for _keys, size in self._shown.kinds.values()),
            present=sum(map(len, self.engine.databases)),
            counted=self._shown.counted,
            finished=self.finished,
            databases=sum(1 for database in self.engine.databases if len(database)),
            chosen=chosen,
            progress=self._progress,
        )

    def _blocks(self, most: int) -> tuple[Block, ...]:
        """The largest keys that are still there."""
        databases, found = self.engine.databases, []
        ranks = self._ranks("bytes")
        for number, key in self.places("bytes")[:most]:
            value = databases[number].keys.data.get(key)
            if value is not None:
                size = -ranks[number, key][2]
                found.append(Block((number, key), type_name(value), size))
        return tuple(found)

    def places(self, order: Order) -> list[Place]:
        """The keys that are remembered in this order, some `KEPT` (of each kind, by type)."""
        places = self._places.get(order)
        if places is None:
            ranks = self._ranks(order)
            places = self._places[order] = sorted(ranks, key=lambda one: (ranks[one], one))
        return places

    def _ranks(self, order: Order) -> dict[Place, tuple[str, str, int]]:
        """What the last count found, and what the one under way has found out anew."""
        ranks = self._shown.ranks(order)
        if self._counting is not self._shown:
            ranks |= self._counting.ranks(order)
        return ranks

    def facts(self, place: Place) -> KeyFacts | None:
        """A key as it is now; the longest TTL seen of it is remembered."""
        facts = facts_of(self.engine, *place, self._measure)
        if facts is None or facts.ttl_ms is None:
            self._full.pop(place, None)
            return facts
        when = self.engine.databases[place[0]].expires.data[place[1]]
        known = self._full.pop(place, None)
        full = known[1] if known is not None and known[0] == when else facts.ttl_ms
        self._full[place] = when, full
        while len(self._full) > KEPT:
            del self._full[next(iter(self._full))]
        return replace(facts, full_ms=full)

    def _measure(self, database: Database, key: bytes, value: Value) -> tuple[int, bool]:
        """A key's size; what is known stands until something is written."""
        written = _mark(self.engine)[0]
        if self._measured_at != written:
            self._measured_at = written
            self._measured.clear()
        known = self._measured.get((database.index, key))
        if known is None:
            known = measure(self.engine, key, value)[:2]
            if not _moves(value):
                self._measured[database.index, key] = known
        return known


Measure = Callable[["Database", bytes, Value], tuple[int, bool]]


def facts_of(
    engine: Engine, db: int, key: bytes, size_of: Measure | None = None
) -> KeyFacts | None:
    """One key as it is now; None if there is none of this name. Looking changes nothing.

    ``size_of`` may know the size already.
    """
    database = engine.databases[db]
    value: Value | None = database.keys.data.get(key)
    if value is None:
        return None
    if size_of is not None:
        size, exact = size_of(database, key, value)
    else:
        size, exact, _cost = measure(engine, key, value)
    when = database.expires_at(key)
    ttl_ms = None if when is None else when - engine.clock.now_us() // 1000
    kept = database.access.get(key)
    by_use = is_lfu(engine.config.maxmemory_policy)
    return KeyFacts(
        db=db,
        key=key,
        type=type_name(value),
        encoding=encoding_name(value),
        size=size,
        exact=exact,
        ttl_ms=ttl_ms,
        full_ms=ttl_ms,
        idle_s=None if by_use else idle_seconds(engine.now_ms, kept),
        uses=frequency(engine, kept) if by_use else None,
    )


def measure(engine: Engine, key: bytes, value: Value) -> tuple[int, bool, int]:
    """MEMORY USAGE with SAMPLES 0, whether it is exact, and how many elements were looked at."""
    if isinstance(value, (bytes, int, Sds)):
        return memory_usage(engine, key, value), True, 1
    if isinstance(value, Quicklist):
        parts = value.node_count
    elif isinstance(value, Stream):
        parts = len(value.nodes.keys)
    else:
        parts = len(value)
        if isinstance(value, (Hash, Zset)) and value.table is None and parts > MEASURED:
            return listpack_usage(engine, key, value), False, 1
    exact = parts <= MEASURED
    size = memory_usage(engine, key, value, samples=0 if exact else MEASURED)
    return size, exact, 1 + min(parts, MEASURED)


def _moves(value: Value) -> bool:
    """A table is being rehashed: its size changes when it is read."""
    table = getattr(value, "table", None)
    return table is not None and table.rehashing


_Ranked = tuple[int, int, bytes]
"""How far in front a key stands, its database, its name."""


def _keep(best: list[_Ranked], one: _Ranked) -> None:
    """Among the `KEPT` that stand in front; a heap, the last of them first."""
    if len(best) < KEPT:
        heappush(best, one)
    elif one > best[0]:
        heapreplace(best, one)


def _disuse(engine: Engine, database: Database, key: bytes) -> int:
    """The longer unused the more; under an LFU policy the more rarely used."""
    kept = database.access.get(key)
    if is_lfu(engine.config.maxmemory_policy):
        return -frequency(engine, kept)
    return idle_seconds(engine.now_ms, kept)


def _mark(engine: Engine) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Changes when something is written; the second half also when something is read."""
    stats = engine.stats
    written = (stats.dirty, stats.expired_keys, stats.evicted_keys, engine.config.version)
    keys = map(len, engine.databases)
    return (*written, *keys), (engine.epoch, stats.keyspace_hits, stats.keyspace_misses)


def _tables(database: Database) -> TableFacts:
    keys, expires = database.keys, database.expires
    return TableFacts(
        database.index,
        len(keys.data),
        keys.slots,
        len(expires.data),
        expires.slots,
        tables_memory(database),
    )
