"""What the X-ray shows of one key: its facts and the memory image of the visible part.

Looking changes no access time, no statistics, no rehash step, and costs what is visible
(`tutor.engine.image` says where it costs more).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from typing import TYPE_CHECKING

from tutor.engine.codec import write_value
from tutor.engine.image import (
    Layout,
    TableFigures,
    derive_image,
    figures_of,
    nodes_at,
    nodes_from,
    position_of,
)
from tutor.engine.memory.last_uses import idle_seconds
from tutor.engine.memory.lfu import frequency, is_lfu
from tutor.engine.memory.usage import memory_usage
from tutor.engine.structures.hyperloglog_layout import register_under
from tutor.engine.structures.quicklist import Quicklist
from tutor.engine.structures.quicklist_layout import QuicklistLayout
from tutor.engine.structures.sds import Sds, parse_integer
from tutor.engine.structures.skiplist_range import ScoreRange
from tutor.engine.structures.window import Window
from tutor.engine.values import Hash, Set, Value, Zset, encoding_name, type_name

if TYPE_CHECKING:
    from tutor.engine.config import Config
    from tutor.engine.database import Database
    from tutor.engine.engine import Engine


@dataclass(frozen=True, slots=True)
class Limit:
    """How far a compact value is from its conversion: it stays while ``actual <= most``."""

    directive: str
    actual: int
    most: int


@dataclass(frozen=True, slots=True)
class Filed:
    """What a file of Redis says of a key beside its value, and how it writes that.

    ``expires_at`` is in Unix ms; ``idle`` (seconds) and ``frequency`` stand there under an LRU or
    LFU policy; ``compress`` is rdbcompression. ``image`` is the type and the value as they stand in
    an RDB file, if they are few bytes: to be compared with what they are later. ``moment`` is
    another one whenever something was written. ``dumped``: the image is a DUMP payload of a real
    server without its end, and of what else its file would say nothing is known.
    """

    expires_at: int | None = None
    idle: int | None = None
    frequency: int | None = None
    compress: bool = True
    image: bytes | None = None
    moment: tuple[int, ...] = field(default=(), compare=False)
    dumped: bool = False


FILED_MOST = 4096
"""Bytes in memory of a key whose image in a file is made at each look."""

Found = bytes | float | None
"""What a key holds under a field or member; None if it is not there."""

NodeContents = tuple[int | None, tuple[bytes, ...]]
"""Of a list's node: compressed size (None if raw) and entries."""


@dataclass(frozen=True, slots=True)
class Inspection:
    """One key as it lies in memory.

    ``length`` counts bytes of a string and elements of anything else; ``memory`` is MEMORY USAGE;
    ``ttl_ms`` is None without expiry. ``layout`` is the image of the window; a skiplist also has
    its companion ``table``. ``items_total`` is how many items (bytes' worth of one, entries, pairs,
    slots, nodes, towers) the window moves over, so that a viewer can page. ``limits`` say when a
    compact value converts. ``source`` names the server that was looked at from outside (``redis
    6.2.14, RDB 9``), ``unknown`` what cannot be seen from there (`tutor.engine.dumped`), ``other``
    derives another window of it. ``value`` is the object that was looked at, for `find`,
    `elements` and `nodes`. It may be edited in place later: ``noted`` is what it held under some
    words at that time, ``kept`` what the nodes of a list around the window held
    (`tutor.engine.locate.remember`). ``filed`` is how it would stand in a file; None if that is
    not known.
    """

    db: int
    key: bytes
    type: str
    encoding: str
    length: int
    memory: int
    ttl_ms: int | None
    window: Window
    items_total: int
    layout: Layout
    table: TableFigures | None = None
    limits: tuple[Limit, ...] = ()
    allocator: str = "debian"
    source: str = ""
    unknown: frozenset[str] = frozenset()
    other: Callable[[Window], Inspection] | None = field(default=None, compare=False, repr=False)
    value: Value = field(default=b"", compare=False, repr=False)
    noted: Mapping[bytes, Found] | None = field(default=None, compare=False, repr=False)
    kept: Sequence[NodeContents] = field(default=(), compare=False, repr=False)
    filed: Filed | None = field(default=None, compare=False, repr=False)

    def find(self, part: bytes) -> Found:
        """What the whole value holds under a field or member: its value, its score, ``b""`` for
        the member of a set, the register of a HyperLogLog on which an element falls; None if it is
        not there. O(1) (O(log N) in an intset)."""
        value = self.value
        if isinstance(value, Hash):
            return value.fields.get(part)
        if isinstance(value, Zset):
            return value.scores.get(part)
        if isinstance(value, (bytes, Sds)):
            return register_under(value.data if isinstance(value, Sds) else value, part)
        if not isinstance(value, Set):
            return None
        if value.ints is not None:
            number = parse_integer(part)
            return b"" if number is not None and number in value.ints else None
        assert value.table is not None
        return b"" if part in value.table.data else None

    def count(self, low: int, high: int) -> int:
        """How many members of a sorted set have scores from ``low`` up to, not including, ``high``.
        O(log N)."""
        value = self.value
        assert isinstance(value, Zset)
        if value.skiplist is not None:
            return value.skiplist.count_in_range(ScoreRange(low, high, high_exclusive=True))
        return bisect_left(value.ordered, (high,)) - bisect_left(value.ordered, (low,))

    def elements(self, start: int, stop: int) -> list[bytes]:
        """Elements [start, stop) of a list, as an onlooker. O(nodes before them + their number)."""
        assert isinstance(self.value, Quicklist)
        found: list[bytes] = []
        for first, node in nodes_from(self.value, start):
            if first >= stop:
                break
            found += node.entries[max(start - first, 0) : stop - first]
        return found

    def nodes(self, start: int, stop: int) -> list[NodeContents]:
        """Nodes [start, stop) of a list: compressed size (None if raw) and entries."""
        assert isinstance(self.value, Quicklist)
        some = islice(nodes_at(self.value, start), max(stop - start, 0))
        return [(node.lzf_size(), tuple(node.entries)) for node in some]

    @property
    def position(self) -> int:
        """The position of the first visible element of a list. O(nodes before)."""
        layout = self.layout
        if not isinstance(layout, QuicklistLayout) or not isinstance(self.value, Quicklist):
            return 0
        return position_of(self.value, layout.start)

    def at(self, window: Window) -> Inspection:
        """The same key with the image of another window, and nothing beside it: for one who sets
        window after window."""
        if self.other is not None:
            return self.other(window)
        layout, total = derive_image(self.value, window, self.allocator, ends=False)
        return replace(self, window=window, items_total=total, layout=layout)


def inspect(
    engine: Engine,
    db: int,
    key: bytes,
    window: Window = Window(),  # noqa: B008 - frozen
) -> Inspection | None:
    """Derive the image of ``key``; None if there is no such live key.

    An empty window gives the facts without an image's cost: no chains, towers or entries.
    """
    database = engine.databases[db]
    value: Value | None = database.keys.data.get(key)
    when = database.expires_at(key)
    now = engine.clock.now_us() // 1000
    if value is None or (when is not None and when < now):
        return None
    allocator = str(engine.config.allocator)
    layout, total = derive_image(value, window, allocator)
    table = value.table if isinstance(value, Zset) else None
    memory = memory_usage(engine, key, value, samples=5)
    return Inspection(
        db=db,
        key=key,
        type=type_name(value),
        encoding=encoding_name(value),
        length=len(str(value)) if isinstance(value, int) else len(value),
        memory=memory,
        ttl_ms=None if when is None else when - now,
        window=window,
        items_total=total,
        layout=layout,
        table=None if table is None else figures_of(table),
        limits=_limits(value, engine.config),
        allocator=allocator,
        value=value,
        filed=filed_of(engine, database, key, value if memory <= FILED_MOST else None),
    )


def filed_of(engine: Engine, database: Database, key: bytes, value: Value | None = None) -> Filed:
    """What a file says of a key; with the image of ``value``, if there is one."""
    policy = engine.config.maxmemory_policy
    image = None
    if value is not None:
        kind, body = write_value(value, engine.config.rdbcompression, by_bucket=False)
        image = bytes((kind,)) + body
    idle = counter = None
    if is_lfu(policy):
        counter = frequency(engine, database.access.get(key))
    elif policy.endswith("lru"):
        idle = idle_seconds(engine.now_ms, database.access.get(key, engine.now_ms // 1000))
    stats = engine.stats
    return Filed(
        database.expires_at(key),
        idle,
        counter,
        engine.config.rdbcompression,
        image,
        (stats.dirty, stats.expired_keys, stats.evicted_keys, engine.config.version),
    )


def _limits(value: Value, config: Config) -> tuple[Limit, ...]:
    """What keeps a compact value compact; nothing for the others."""
    if isinstance(value, Hash) and value.table is None:
        words: Iterable[bytes] = chain.from_iterable(value.fields.items())
        return _entries_and_value("hash", len(value), words, config)
    if isinstance(value, Zset) and value.skiplist is None:
        return _entries_and_value("zset", len(value), value.scores, config)
    if isinstance(value, Set) and value.ints is not None:
        return (Limit("set-max-intset-entries", len(value), config.set_max_intset_entries),)
    return ()


def _entries_and_value(
    kind: str, count: int, words: Iterable[bytes], config: Config
) -> tuple[Limit, Limit]:
    entries: int = getattr(config, f"{kind}_max_listpack_entries")
    longest: int = getattr(config, f"{kind}_max_listpack_value")
    return (
        Limit(f"{kind}-max-listpack-entries", count, entries),
        Limit(f"{kind}-max-listpack-value", max(map(len, words), default=0), longest),
    )
