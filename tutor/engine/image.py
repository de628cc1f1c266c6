"""The memory image of the visible part of a value, whatever it is.

A structure derives the image of a window; here stands what a window means for each value, and
which parts beside it are shown: the last pair of a listpack, the first and last entries of a node.

It costs what is visible, with three exceptions. A listpack of n entries is sized entry by entry
(redis keeps at most 1,024 of them unless told otherwise). The first look into a list walks to the
place. The first look into the chains of a hash table builds its index; a table of more than
`CHAINS_MOST` entries that has none is shown as figures alone until somebody has built it
(`HashTable.prepare`), and so is every table under an empty window.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, islice

from tutor.engine.memory.usage import listpack_entries
from tutor.engine.structures import listpack
from tutor.engine.structures.hashtable import HashTable
from tutor.engine.structures.hashtable_layout import HashTableLayout
from tutor.engine.structures.intset import IntsetLayout
from tutor.engine.structures.listpack import ListpackEntry, ListpackLayout
from tutor.engine.structures.outside_layout import RankedLayout, UnplacedLayout
from tutor.engine.structures.quicklist import Quicklist
from tutor.engine.structures.quicklist_layout import QuicklistLayout, QuicklistNodeLayout
from tutor.engine.structures.quicklist_node import Node
from tutor.engine.structures.sds import Sds, StringLayout, string_layout
from tutor.engine.structures.skiplist_layout import SkiplistLayout
from tutor.engine.structures.stream import Stream
from tutor.engine.structures.stream_layout import StreamLayout, stream_items, stream_layout
from tutor.engine.structures.window import Window
from tutor.engine.structures.ziplist import ZiplistLayout
from tutor.engine.structures.zipmap import ZipmapLayout
from tutor.engine.values import Hash, Set, Value, score_text

CHAINS_MOST = 100_000
"""Entries of the largest hash table whose bucket index is built for a look."""

TEXT_SHOWN = 4096
"""Bytes of a string's text in its image."""

_LEAST_PER_NODE = 6
_LAST_SHOWN = 3


@dataclass(frozen=True, slots=True)
class TableFigures:
    """A hash table without its chains: entries, slots of each table, ``rehashidx`` or -1, and how
    many percent of the work are done to find out which entry lies in which slot."""

    used: int
    sizes: tuple[int, ...]
    rehashidx: int
    prepared: int = 0


Layout = (
    StringLayout
    | QuicklistLayout
    | IntsetLayout
    | ListpackLayout
    | HashTableLayout
    | TableFigures
    | SkiplistLayout
    | StreamLayout
    | ZiplistLayout
    | ZipmapLayout
    | UnplacedLayout
    | RankedLayout
)


def derive_image(
    value: Value, window: Window, allocator: str, ends: bool = True
) -> tuple[Layout, int]:
    """The layout, and how many items the whole has. ``ends``: with what is shown beside the window
    (the last pair of a listpack, the last entries of a list's only node)."""
    if isinstance(value, (bytes, int, Sds)):
        most = min(TEXT_SHOWN, window.count * (TEXT_SHOWN if ends else 1))
        image = string_layout(value, allocator=allocator, window=Window(window.start, most))
        return image, image.length if image.length > TEXT_SHOWN else 1
    if isinstance(value, Quicklist):
        return _list_layout(value, window, allocator, ends)
    if isinstance(value, Hash):
        if value.table is not None:
            return _table_layout(value.table, window)
        items = value.fields.items()
        flat = chain.from_iterable(items)
        tail = next(reversed(items)) if ends else None
        return _pairs_layout(flat, tail, len(value), window), len(value)
    if isinstance(value, Set):
        if value.ints is not None:
            return value.ints.layout(window), len(value)
        assert value.table is not None
        return _table_layout(value.table, window)
    if isinstance(value, Stream):
        return stream_layout(value, window, allocator, ends), stream_items(value)
    if value.skiplist is None:
        score, member = value.ordered[-1]
        tail = (member, score_text(score)) if ends else None
        return _pairs_layout(listpack_entries(value), tail, len(value), window), len(value)
    return value.skiplist.layout(window), len(value)


def _pairs_layout(
    entries: Iterable[bytes], last_pair: tuple[bytes, bytes] | None, pairs: int, window: Window
) -> ListpackLayout:
    """The listpack of pairs: those of the window and the last one, which is where a hash grows
    (unless it is None). The others are only sized."""
    first, last = window.bounds(pairs)
    rest = iter(entries)
    before = listpack.total_size(islice(rest, first * 2)) - listpack.EMPTY_SIZE
    near = list(islice(rest, (last - first) * 2))
    image = listpack.layout(near, Window(0, len(near)))
    shown = _moved(image, first * 2, before)
    total = before + image.total_bytes + listpack.total_size(rest) - listpack.EMPTY_SIZE
    if last_pair is not None and window.count > 0 and last < pairs:
        image = listpack.layout(last_pair)
        shown += _moved(image, pairs * 2 - 2, total - image.total_bytes)
    return ListpackLayout(total, pairs * 2, first * 2, shown)


def _moved(image: ListpackLayout, by_index: int, by_offset: int) -> tuple[ListpackEntry, ...]:
    """The entries of a listpack as they stand in one that has more in front."""
    return tuple(
        replace(one, index=one.index + by_index, offset=one.offset + by_offset)
        for one in image.entries
    )


# hash tables


def figures_of(table: HashTable) -> TableFigures:
    """Sizes and rehash of a table. O(1)."""
    sizes = (table.size0, table.size1) if table.rehashidx >= 0 else (table.size0,)
    return TableFigures(len(table), sizes, table.rehashidx)


def _table_layout(table: HashTable, window: Window) -> tuple[HashTableLayout | TableFigures, int]:
    """Slots of the window. While a table doubles, those of table 1 into which they move."""
    if window.count <= 0 or (len(table) > CHAINS_MOST and not table.indexed):
        figures = figures_of(table)
        if table.building is not None:
            figures = replace(figures, prepared=table.prepared)
        return figures, max(table.size0, table.size1)
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
    value: Quicklist, window: Window, allocator: str, ends: bool
) -> tuple[QuicklistLayout, int]:
    """Nodes of the window, each with its first and last entries: that is where a list changes;
    how many items the window moves over.

    In the only node of a list the window moves over its entries.
    """
    alone = value.node_count == 1
    visible = Window(0, min(window.count, 1)) if alone else window
    start, stop = visible.bounds(value.node_count)
    share = Window(0, max(_LEAST_PER_NODE, window.count // max(stop - start, 1)))
    entries = window if alone else share
    nodes = tuple(
        _node_layout(node, index, entries, allocator, ends or not alone)
        for index, node in enumerate(islice(nodes_at(value, start), stop - start), start)
    )
    image = value.layout(Window(0, 0))
    return replace(image, start=start, nodes=nodes), len(value) if alone else value.node_count


def _node_layout(
    node: Node, index: int, window: Window, allocator: str, ends: bool
) -> QuicklistNodeLayout:
    """The node with the entries of the window and its last ones. O(entries shown and before)."""
    return QuicklistNodeLayout(
        index=index,
        count=len(node.entries),
        size=node.size,
        plain=node.plain,
        compressed=node.lzf_size(),
        allocation=node.allocation(allocator),
        listpack=None if node.plain else _node_listpack(node, window, ends),
        preview=node.entries[0][:TEXT_SHOWN] if node.plain else b"",
    )


def _node_listpack(node: Node, window: Window, ends: bool) -> ListpackLayout:
    count = len(node.entries)
    first, last = window.bounds(count)
    head = listpack.layout(node.entries, Window(first, last - first), node.size)
    rest = node.entries[max(last, count - _LAST_SHOWN) :]
    if not rest or not ends:
        return head
    tail = listpack.layout(rest)
    moved = _moved(tail, count - len(rest), node.size - tail.total_bytes)
    return replace(head, entries=head.entries + moved)


def nodes_at(value: Quicklist, index: int) -> Iterator[Node]:
    """Nodes from that of an index on. O(1) to the first, once the list was looked at."""
    node = value.node_at(index)
    while node is not None:
        yield node
        node = node.next


def position_of(value: Quicklist, index: int) -> int:
    """The position of the first entry of a node. O(nodes to the nearer end)."""
    rest = value.node_count - index
    if index <= rest:
        return sum(len(node.entries) for node in islice(value.nodes(), index))
    return len(value) - sum(len(node.entries) for node in islice(value.nodes(reverse=True), rest))


def nodes_from(value: Quicklist, position: int) -> Iterator[tuple[int, Node]]:
    """Nodes from the one that holds ``position`` on, each with the position of its first entry.
    O(nodes before)."""
    passed, node = 0, value.head
    while node is not None and passed + len(node.entries) <= position:
        passed += len(node.entries)
        node = node.next
    while node is not None:
        yield passed, node
        passed += len(node.entries)
        node = node.next
