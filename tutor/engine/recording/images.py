"""Memory images of a window around an action. Each costs the window, not the structure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain

from tutor.engine.image import CHAINS_MOST, TableFigures, figures_of
from tutor.engine.memory.usage import listpack_entries
from tutor.engine.structures import listpack
from tutor.engine.structures.hashtable import HashTable
from tutor.engine.structures.hashtable_layout import HashTableLayout
from tutor.engine.structures.listpack import ListpackEntry, ListpackLayout
from tutor.engine.structures.quicklist import Quicklist
from tutor.engine.structures.quicklist_layout import QuicklistLayout, QuicklistNodeLayout
from tutor.engine.structures.quicklist_node import Node
from tutor.engine.structures.window import Window
from tutor.engine.values import Hash, Zset

SLOTS_WHOLE = 16
"""A table of at most so many slots is shown whole."""

_SLOTS = 8
_PAIRS = 4
_NODES = 3
_ENTRIES = 6
_TEXT = 4096


# hash tables


def index_for_a_film(table: HashTable) -> None:
    """Know the chains of a table before it is filmed, if it is not too large for that."""
    if not table.indexed and len(table) <= CHAINS_MOST:
        table.layout(Window(0, 0))


def table_image(table: HashTable, slot: int = 0) -> HashTableLayout | TableFigures:
    """The slots around ``slot``, of both tables where there are two: beside those of table 0 the
    ones of table 1 that they are emptied into."""
    if not table.indexed:
        return figures_of(table)
    window = slots_around(table.size0, slot)
    if table.rehashidx < 0:
        return table.layout(window)
    if table.size1 < table.size0:
        return table.layout(window, slots_around(table.size1, slot & (table.size1 - 1)))
    image = table.layout(window)
    if table.size1 != table.size0 * 2:
        return image
    beyond = table.layout(Window(0, 0), Window(window.start + table.size0, window.count))
    old, new = image.tables
    both = replace(new, buckets=new.buckets + beyond.tables[1].buckets)
    return replace(image, tables=(old, both))


def slots_around(size: int, slot: int) -> Window:
    """The window of slots in which a slot is seen."""
    if size <= SLOTS_WHOLE:
        return Window(0, size)
    start = min(max(slot - _SLOTS // 2 + 1, 0), size - _SLOTS)
    return Window(start, _SLOTS)


# listpacks


def pairs_of(value: Hash | Zset) -> list[bytes]:
    """Entries of the listpack of a compact hash or sorted set."""
    if isinstance(value, Hash):
        return list(chain.from_iterable(value.fields.items()))
    return list(listpack_entries(value))


def pairs_image(value: Hash | Zset, pair: int) -> ListpackLayout:
    """The pairs around one. O(entries): a listpack is small, or it would be none."""
    words = pairs_of(value)
    count = len(words) // 2
    start = min(max(pair - _PAIRS // 2, 0), max(count - _PAIRS, 0))
    if count <= _PAIRS * 2:
        return listpack.layout(words, Window(0, len(words)))
    return listpack.layout(words, Window(start * 2, _PAIRS * 2))


# quicklists


def index_of(quicklist: Quicklist, node: Node) -> int:
    """The index of a node, found from the nearer end by going out both ways. O(distance)."""
    before, after, steps = node.prev, node.next, 0
    while before is not None and after is not None:
        before, after, steps = before.prev, after.next, steps + 1
    return steps if before is None else quicklist.node_count - 1 - steps


def nodes_image(
    quicklist: Quicklist, node: Node | None, index: int, offset: int = 0, allocator: str = "debian"
) -> QuicklistLayout:
    """A node with its neighbours, its entries around ``offset``."""
    image = quicklist.layout(Window(0, 0))
    if node is None:
        return image
    shown: list[tuple[int, Node, int]] = [(index, node, offset)]
    if node.prev is not None:
        shown.insert(0, (index - 1, node.prev, len(node.prev.entries)))
    following = node.next
    while following is not None and len(shown) < _NODES:
        shown.append((shown[-1][0] + 1, following, 0))
        following = following.next
    nodes = tuple(_node(one, at, around, allocator) for at, one, around in shown)
    return replace(image, start=shown[0][0], nodes=nodes)


def _node(node: Node, index: int, offset: int, allocator: str) -> QuicklistNodeLayout:
    return QuicklistNodeLayout(
        index=index,
        count=len(node.entries),
        size=node.size,
        plain=node.plain,
        compressed=node.lzf_size(),
        allocation=node.allocation(allocator),
        listpack=None if node.plain else _node_entries(node, offset),
        preview=node.entries[0][:_TEXT] if node.plain else b"",
    )


def _node_entries(node: Node, offset: int) -> ListpackLayout:
    """The first entry of a node, those around ``offset``, and the last."""
    count = len(node.entries)
    start = min(max(offset - _ENTRIES // 2, 0), max(count - _ENTRIES, 0))
    wanted = sorted({0, count - 1, *range(start, min(start + _ENTRIES, count))})
    entries: list[ListpackEntry] = []
    at = listpack.HEADER_SIZE
    sized = 0
    for place in wanted:
        at += sum(map(listpack.entry_size, node.entries[sized:place]))
        sized = place
        one = listpack.layout(node.entries[place : place + 1]).entries[0]
        entries.append(replace(one, index=place, offset=at))
    return ListpackLayout(node.size, count, 0, tuple(entries))


def joined(words: Sequence[bytes]) -> ListpackLayout:
    """A listpack shown whole."""
    return listpack.layout(words, Window(0, len(words)))
