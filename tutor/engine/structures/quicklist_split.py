"""Splitting a full node of a quicklist, and the merges that follow it.

    insert X after b, three entries a node:

    [a b c] <-> [d e f]      split      [a b] <-> [c] <-> [d e f]
                             insert     [a b] <-> [X c] <-> [d e f]
                             merges     tried; here none fits

Merges are tried in this order: the two nodes before the one that was split, the two after it, it
with the one before, the outcome with the one after. Source: redis 7.0, quicklist.c
(_quicklistSplitNode, _quicklistMergeNodes, _quicklistNodeAllowMerge).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .listpack import EMPTY_SIZE, entry_size
from .quicklist_compression import offer
from .quicklist_node import RAW, Node

if TYPE_CHECKING:
    from .quicklist import Quicklist

MERGE_SAVING = 11


def split(quicklist: Quicklist, node: Node, offset: int, before: bool) -> Node:
    """Cut a node at an entry: that entry stays, all on the side of insertion move to a new node,
    which is returned and not linked yet."""
    entries = node.entries
    if quicklist.trace is not None:
        quicklist.trace("split", node=node, offset=offset, before=before)
    if before:
        moved, node.entries = entries[:offset], entries[offset:]
    else:
        moved, node.entries = entries[offset + 1 :], entries[: offset + 1]
    size = EMPTY_SIZE + sum(map(entry_size, moved))
    node.size -= size - EMPTY_SIZE
    return Node(moved, size)


def merge_around(quicklist: Quicklist, center: Node) -> None:
    """Try the four merges that follow a split, in their order."""
    if center.prev is not None:
        _try_merge(quicklist, center.prev.prev, center.prev)
    if center.next is not None:
        _try_merge(quicklist, center.next, center.next.next)
    target = center.prev if _try_merge(quicklist, center.prev, center) else center
    assert target is not None
    _try_merge(quicklist, target, target.next)


def _try_merge(quicklist: Quicklist, left: Node | None, right: Node | None) -> bool:
    """Merge two neighbours into the left one if their sum is within the limits."""
    if left is None or right is None:
        return False
    fits = not (
        left.plain
        or right.plain
        or left.size + right.size - MERGE_SAVING > quicklist.byte_limit
        or len(left.entries) + len(right.entries) > quicklist.entry_limit
    )
    if quicklist.trace is not None:
        quicklist.trace("merge" if fits else "no-merge", left=left, right=right)
    if not fits:
        return False
    left.entries += right.entries
    left.size += right.size - EMPTY_SIZE
    left.squeezed = RAW
    quicklist.unlink(right)
    offer(quicklist, left)
    if quicklist.trace is not None:
        quicklist.trace("merged", node=left)
    return True
