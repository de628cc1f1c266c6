"""What the X-ray shows of one key: its facts and the memory image of the visible part.

Looking changes no access time, no statistics, no rehash step, and costs what is visible. Two
things cost more. A listpack of n entries is sized entry by entry (redis keeps at most 1,024 of
them, unless told otherwise). The first look into the chains of a hash table builds its index; a
table of more than `CHAINS_MOST` entries that has none is therefore shown as figures alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from typing import TYPE_CHECKING

from tutor.engine.memory import listpack_entries, memory_usage
from tutor.engine.structures import listpack
from tutor.engine.structures.hashtable import HashTable
from tutor.engine.structures.hashtable_layout import HashTableLayout
from tutor.engine.structures.intset import IntsetLayout
from tutor.engine.structures.listpack import ListpackLayout
from tutor.engine.structures.quicklist import Quicklist
from tutor.engine.structures.quicklist_layout import QuicklistLayout, QuicklistNodeLayout
from tutor.engine.structures.quicklist_node import Node
from tutor.engine.structures.sds import Sds, StringLayout, parse_integer, string_layout
from tutor.engine.structures.skiplist_layout import SkiplistLayout
from tutor.engine.structures.window import Window
from tutor.engine.values import Hash, Set, Value, Zset, encoding_name, type_name

if TYPE_CHECKING:
    from tutor.engine.config import Config
    from tutor.engine.engine import Engine

CHAINS_MOST = 100_000
"""Entries of the largest hash table whose chains are derived for a look."""

TEXT_SHOWN = 4096
"""Bytes of a string's text in its image."""

_LEAST_PER_NODE = 6
_LAST_SHOWN = 3


@dataclass(frozen=True, slots=True)
class TableFigures:
    """A hash table without its chains: entries, slots of each table, ``rehashidx`` or -1."""

    used: int
    sizes: tuple[int, ...]
    rehashidx: int


@dataclass(frozen=True, slots=True)
class Limit:
    """How far a compact value is from its conversion: it stays while ``actual <= most``."""

    directive: str
    actual: int
    most: int


Layout = (
    StringLayout
    | QuicklistLayout
    | IntsetLayout
    | ListpackLayout
    | HashTableLayout
    | TableFigures
    | SkiplistLayout
)


@dataclass(frozen=True, slots=True)
class Inspection:
    """One key as it lies in memory.

    ``length`` counts bytes of a string and elements of anything else; ``memory`` is MEMORY USAGE;
    ``ttl_ms`` is None without expiry. ``layout`` is the image of the window; a skiplist also has
    its companion ``table``. ``items_total`` is how many items (bytes' worth of one, entries, pairs,
    slots, nodes, towers) the window moves over, so that a viewer can page. ``limits`` say when a
    compact value converts; ``position`` is that of the first visible element of a list. ``value``
    is the object that was looked at, for `find`, `elements` and `nodes`.
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
    position: int = 0
    value: Value = field(default=b"", compare=False, repr=False)

    def find(self, part: bytes) -> bytes | float | None:
        """What the whole value holds under a field or member: its value, its score, ``b""`` for
        the member of a set; None if it is not there. O(1) (O(log N) in an intset)."""
        value = self.value
        if isinstance(value, Hash):
            return value.fields.get(part)
        if isinstance(value, Zset):
            return value.scores.get(part)
        if not isinstance(value, Set):
            return None
        if value.ints is not None:
            number = parse_integer(part)
            return b"" if number is not None and number in value.ints else None
        assert value.table is not None
        return b"" if part in value.table.data else None

    def elements(self, start: int, stop: int) -> list[bytes]:
        """Elements [start, stop) of a list, as an onlooker. O(nodes before them + their number)."""
        assert isinstance(self.value, Quicklist)
        found: list[bytes] = []
        for first, node in _nodes_from(self.value, start):
            if first >= stop:
                break
            found += node.entries[max(start - first, 0) : stop - first]
        return found

    def nodes(self, start: int, stop: int) -> list[tuple[int | None, tuple[bytes, ...]]]:
        """Nodes [start, stop) of a list: compressed size (None if raw) and entries."""
        assert isinstance(self.value, Quicklist)
        some = islice(_nodes_at(self.value, start), max(stop - start, 0))
        return [(node.lzf_size(), tuple(node.entries)) for _position, node in some]


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
    layout, total, position = _layout(value, window, allocator)
    table = value.table if isinstance(value, Zset) else None
    return Inspection(
        db=db,
        key=key,
        type=type_name(value),
        encoding=encoding_name(value),
        length=len(str(value)) if isinstance(value, int) else len(value),
        memory=memory_usage(engine, key, value, samples=5),
        ttl_ms=None if when is None else when - now,
        window=window,
        items_total=total,
        layout=layout,
        table=None if table is None else _figures(table),
        limits=_limits(value, engine.config),
        allocator=allocator,
        position=position,
        value=value,
    )


def _layout(value: Value, window: Window, allocator: str) -> tuple[Layout, int, int]:
    """The layout, how many items the whole has, the position of a list's first visible element."""
    if isinstance(value, (bytes, int, Sds)):
        text = Window(window.start, min(TEXT_SHOWN, window.count * TEXT_SHOWN))
        return string_layout(value, allocator=allocator, window=text), 1, 0
    if isinstance(value, Quicklist):
        return _list_layout(value, window, allocator)
    if isinstance(value, Hash):
        if value.table is not None:
            return *_table_layout(value.table, window), 0
        flat = chain.from_iterable(value.fields.items())
        return _pairs_layout(flat, len(value), window), len(value), 0
    if isinstance(value, Set):
        if value.ints is not None:
            return value.ints.layout(window), len(value), 0
        assert value.table is not None
        return *_table_layout(value.table, window), 0
    if value.skiplist is None:
        return _pairs_layout(listpack_entries(value), len(value), window), len(value), 0
    return value.skiplist.layout(window), len(value), 0


def _pairs_layout(entries: Iterable[bytes], pairs: int, window: Window) -> ListpackLayout:
    """The listpack of pairs; what lies behind the window is only sized."""
    first, last = window.bounds(pairs)
    rest = iter(entries)
    near = list(islice(rest, last * 2))
    total = listpack.total_size(chain(near, rest))
    image = listpack.layout(near, Window(first * 2, (last - first) * 2), total)
    return replace(image, count=pairs * 2)


# hash tables


def _figures(table: HashTable) -> TableFigures:
    sizes = (table.size0, table.size1) if table.rehashidx >= 0 else (table.size0,)
    return TableFigures(len(table), sizes, table.rehashidx)


def _table_layout(table: HashTable, window: Window) -> tuple[HashTableLayout | TableFigures, int]:
    """Slots of the window. While a table doubles, those of table 1 into which they move."""
    if window.count <= 0 or (len(table) > CHAINS_MOST and not table.indexed):
        return _figures(table), max(table.size0, table.size1)
    image = table.layout(window)  # building the index may find the rehash at its end
    if table.rehashidx < 0 or table.size1 != table.size0 * 2:
        return image, max(table.size0, table.size1)
    first, last = window.bounds(table.size0)
    image = table.layout(Window(first, last - first))
    beyond = table.layout(Window(0, 0), Window(first + table.size0, last - first))
    old, new = image.tables
    both = replace(new, buckets=new.buckets + beyond.tables[1].buckets)
    return replace(image, tables=(old, both)), table.size0


# lists


def _list_layout(
    value: Quicklist, window: Window, allocator: str
) -> tuple[QuicklistLayout, int, int]:
    """Nodes of the window, each with its first and last entries: that is where a list changes;
    how many items the window moves over; the position of the first visible element.

    In the only node of a list the window moves over its entries.
    """
    alone = value.node_count == 1
    visible = Window(0, min(window.count, 1)) if alone else window
    image = value.layout(visible, Window(0, 0), allocator)
    share = Window(0, max(_LEAST_PER_NODE, window.count // max(len(image.nodes), 1)))
    nodes: list[QuicklistNodeLayout] = []
    position = 0
    some = islice(_nodes_at(value, image.start), len(image.nodes))
    for number, (first, node) in enumerate(some):
        nodes.append(_node_layout(image.nodes[number], node, window if alone else share))
        position = position if number else first
    total = len(value) if alone else value.node_count
    return replace(image, nodes=tuple(nodes)), total, position


def _node_layout(image: QuicklistNodeLayout, node: Node, window: Window) -> QuicklistNodeLayout:
    """The node with the entries of the window and its last ones. O(entries shown and before)."""
    if image.plain:
        return replace(image, preview=node.entries[0][:TEXT_SHOWN])
    first, last = window.bounds(image.count)
    head = listpack.layout(node.entries, Window(first, last - first), image.size)
    rest = node.entries[max(last, image.count - _LAST_SHOWN) :] if window.count else []
    if not rest:
        return replace(image, listpack=head)
    tail = listpack.layout(rest)
    by_index, by_offset = image.count - len(rest), image.size - tail.total_bytes
    moved = tuple(
        replace(one, index=one.index + by_index, offset=one.offset + by_offset)
        for one in tail.entries
    )
    return replace(image, listpack=replace(head, entries=head.entries + moved))


def _nodes_at(value: Quicklist, index: int) -> Iterator[tuple[int, Node]]:
    """Nodes from that of an index on, each with the position of its first entry."""
    return _walk(value, index, value.node_count, lambda node: 1)


def _nodes_from(value: Quicklist, position: int) -> Iterator[tuple[int, Node]]:
    """Nodes from the one that holds ``position`` on, each with the position of its first entry."""
    return _walk(value, position, len(value), lambda node: len(node.entries))


def _walk(
    value: Quicklist, wanted: int, whole: int, measure: Callable[[Node], int]
) -> Iterator[tuple[int, Node]]:
    """Nodes from the one that holds ``wanted`` of the ``whole`` on, reached from the nearer end."""
    node, position, passed = value.head, 0, 0
    if wanted * 2 <= whole:
        while node is not None and passed + measure(node) <= wanted:
            passed += measure(node)
            position += len(node.entries)
            node = node.next
    else:
        node, position, passed = value.tail, len(value), whole
        while node is not None:
            passed -= measure(node)
            position -= len(node.entries)
            if passed <= wanted:
                break
            node = node.prev
    if wanted >= whole:
        return
    while node is not None:
        yield position, node
        position += len(node.entries)
        node = node.next


# limits


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
