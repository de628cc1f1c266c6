"""When the nodes of a quicklist are compressed: the rules of ``list-compress-depth``.

    depth 1:   raw <-> LZF <-> LZF <-> LZF <-> raw
    depth 2:   raw <-> raw <-> LZF <-> raw <-> raw

Nodes within the depth of either end are raw. Others are *offered* for compression when they are
linked, when one beside them goes, and when somebody has walked over them. A node that had been
decompressed for a change is compressed again after it; a raw one that changes stays raw until the
next offer. So which inner nodes are compressed is history and not a function of the contents.
O(depth) an offer. Source: redis 7.0, quicklist.c (__quicklistCompress and its callers).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .quicklist_node import DUE, RAW, Node

if TYPE_CHECKING:
    from .quicklist import Quicklist


def offer(quicklist: Quicklist, node: Node | None) -> None:
    """Make the ends raw, and try to compress ``node`` and the two nodes just inside the depth."""
    depth = quicklist.compress
    if not depth or quicklist.node_count < 2 * depth:
        return
    forward, backward = quicklist.head, quicklist.tail
    within = False
    for _ in range(depth):
        assert forward is not None
        assert backward is not None
        forward.squeezed = backward.squeezed = RAW
        within = within or forward is node or backward is node
        if forward is backward or forward.next is backward:
            return
        forward, backward = forward.next, backward.prev
    for candidate in (None if within else node, forward, backward):
        if candidate is not None and candidate.squeezed == RAW:
            candidate.squeezed = DUE


def after_visit(quicklist: Quicklist, node: Node) -> None:
    """Somebody read a node: an LZF one is as before, a raw one is offered."""
    if node.squeezed == DUE and _inner_ends_are_tried(quicklist):
        return  # whether the trial on this node succeeded makes no difference
    if node.lzf_size() is None:
        offer(quicklist, node)


def before_change(node: Node) -> bool:
    """A node is about to change: whether it was compressed (then it will be so again)."""
    return node.squeezed != RAW and node.lzf_size() is not None


def end_of_change(quicklist: Quicklist, node: Node, squeezed: bool) -> None:
    """A node changed: compress it again if it was compressed, else offer it."""
    if squeezed:
        node.squeezed = DUE
    elif quicklist.compress:
        node.squeezed = RAW
        offer(quicklist, node)


def _inner_ends_are_tried(quicklist: Quicklist) -> bool:
    """Whether an offer would change nothing but the node offered."""
    forward, backward = quicklist.head, quicklist.tail
    for _ in range(quicklist.compress):
        assert forward is not None
        assert backward is not None
        forward, backward = forward.next, backward.prev
        if forward is None or backward is None:
            return True
    assert forward is not None
    assert backward is not None
    return forward.squeezed != RAW and backward.squeezed != RAW
