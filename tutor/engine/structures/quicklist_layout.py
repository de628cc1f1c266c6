"""The memory image of a quicklist: its visible nodes, and the visible entries of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .listpack import ListpackLayout
from .listpack import layout as listpack_layout
from .quicklist_node import Node
from .window import Window
from .ziplist import ZiplistLayout

if TYPE_CHECKING:
    from .quicklist import Quicklist


@dataclass(frozen=True, slots=True)
class QuicklistNodeLayout:
    """One node.

    ``size`` is the uncompressed size in bytes, ``compressed`` that of the LZF image or None when
    the node is raw, ``allocation`` the block it points to. ``listpack`` is None for a plain node,
    whose first bytes are in ``preview``; in a list of Redis 3.2 to 6.2 it is a ziplist.
    """

    index: int
    count: int
    size: int
    plain: bool
    compressed: int | None
    allocation: int
    listpack: ListpackLayout | ZiplistLayout | None
    preview: bytes


@dataclass(frozen=True, slots=True)
class QuicklistLayout:
    """The list object and the nodes of the window, from ``start`` on; ``fill`` and ``compress`` are
    None where they cannot be known (`tutor.engine.dumped`)."""

    length: int
    node_count: int
    fill: int | None
    compress: int | None
    byte_limit: int
    entry_limit: int | None
    start: int
    nodes: tuple[QuicklistNodeLayout, ...]


def derive_layout(
    quicklist: Quicklist, window: Window, entries: Window, allocator: str
) -> QuicklistLayout:
    """Derive the image of the window's nodes; nodes before it are only stepped over."""
    start, stop = window.bounds(quicklist.node_count)
    nodes: list[QuicklistNodeLayout] = []
    node = _seek(quicklist, start)
    for index in range(start, stop):
        assert node is not None
        nodes.append(_node_layout(node, index, entries, allocator))
        node = node.next
    return QuicklistLayout(
        length=quicklist.length,
        node_count=quicklist.node_count,
        fill=quicklist.fill,
        compress=quicklist.compress,
        byte_limit=quicklist.byte_limit,
        entry_limit=quicklist.fill if quicklist.fill >= 0 else None,
        start=start,
        nodes=tuple(nodes),
    )


def _seek(quicklist: Quicklist, index: int) -> Node | None:
    """The node at ``index``, reached from the nearer end."""
    if index >= quicklist.node_count:
        return None
    if index <= quicklist.node_count // 2:
        node = quicklist.head
        for _ in range(index):
            assert node is not None
            node = node.next
        return node
    node = quicklist.tail
    for _ in range(quicklist.node_count - 1 - index):
        assert node is not None
        node = node.prev
    return node


def _node_layout(node: Node, index: int, entries: Window, allocator: str) -> QuicklistNodeLayout:
    start, stop = entries.bounds(node.size)
    return QuicklistNodeLayout(
        index=index,
        count=len(node.entries),
        size=node.size,
        plain=node.plain,
        compressed=node.lzf_size(),
        allocation=node.allocation(allocator),
        listpack=None if node.plain else listpack_layout(node.entries, entries, node.size),
        preview=node.entries[0][start:stop] if node.plain else b"",
    )
