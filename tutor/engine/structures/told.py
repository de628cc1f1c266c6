"""What a search would tell its trace, step by step, where Python searches natively.

A lookup in a dict, a bisection and a walk over entries are single operations here. Their steps
follow from the structure as it is; they are derived only if there is a trace to be told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .hashtable_index import chain

if TYPE_CHECKING:
    from .hashtable import HashTable
    from .intset import Intset
    from .quicklist import Quicklist
    from .trace import Trace


def table_search(table: HashTable, key: bytes, trace: Trace) -> None:
    """A lookup: the key's hash, then each entry of its chain that is compared (known once there is
    an index), and whether it was found (redis 7.0, dict.c dictFind)."""
    value = table.hash(key)
    trace("hash", key=key, hash=value)
    if table.buckets0 is None:
        trace("found" if key in table.data else "missing", key=key)
        return
    for number, buckets in enumerate((table.buckets0, table.buckets1)):
        if not buckets:
            continue
        slot = value & (len(buckets) - 1)
        if number == 0 and slot < table.rehashidx:
            continue
        for at, name in enumerate(chain(buckets[slot])):
            same = name == key
            trace("compare", key=key, table=number, slot=slot, at=at, name=name, same=same)
            if same:
                return
        last = number or table.rehashidx < 0
        trace("absent" if last else "elsewhere", key=key, table=number, slot=slot)


def intset_search(intset: Intset, value: int, trace: Trace) -> None:
    """A binary search. What lies beyond either end is not searched for, nor what does not fit the
    width (redis 7.0, intset.c intsetSearch, intsetFind)."""
    values = intset.values
    last = len(values) - 1
    if not -(1 << 8 * intset.width - 1) <= value < 1 << 8 * intset.width - 1:
        trace("too-wide", value=value)
    elif not values or value > values[last] or value < values[0]:
        trace("beyond", value=value, after=bool(values) and value > values[last])
    else:
        low, high = 0, last
        while low <= high:
            middle = (low + high) // 2
            seen = values[middle]
            trace("probe", value=value, low=low, middle=middle, high=high, seen=seen)
            if seen == value:
                return
            low, high = (middle + 1, high) if seen < value else (low, middle - 1)
        trace("not-found", value=value, place=low)


def walk(quicklist: Quicklist, position: int, trace: Trace) -> None:
    """The way to a position from the nearer end: each node, and how many entries are left to go
    when it is reached."""
    reverse = position >= quicklist.length // 2
    left = quicklist.length - 1 - position if reverse else position
    for number, node in enumerate(quicklist.nodes(reverse=reverse)):
        index = quicklist.node_count - 1 - number if reverse else number
        held = len(node.entries)
        trace("visit", node=node, index=index, left=left, held=held, reverse=reverse)
        if left < held:
            offset = held - 1 - left if reverse else left
            trace("entry", node=node, index=index, offset=offset)
            return
        left -= held


def list_search(quicklist: Quicklist, pivot: bytes, trace: Trace) -> None:
    """Each node that is searched for an entry, from the head on; ``offset`` -1: not in this one."""
    for index, node in enumerate(quicklist.nodes()):
        offset = node.entries.index(pivot) if pivot in node.entries else -1
        trace("search", node=node, index=index, pivot=pivot, offset=offset)
        if offset >= 0:
            return
