"""The memory image of a skiplist: its header and the visible towers with all their links."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .allocator import size_class
from .window import Window

if TYPE_CHECKING:
    from .skiplist import Skiplist, SkiplistNode


@dataclass(frozen=True, slots=True)
class LinkLayout:
    """One link: its level (0 = lowest), its span, and where it leads (None = NULL)."""

    level: int
    span: int
    target_rank: int | None
    target: bytes | None


@dataclass(frozen=True, slots=True)
class TowerLayout:
    """One node with its 0-based rank, its links from the lowest up, and its backward pointer."""

    rank: int
    member: bytes
    score: float
    links: tuple[LinkLayout, ...]
    backward: bytes | None
    allocation: int

    @property
    def height(self) -> int:
        """Levels of the tower."""
        return len(self.links)


@dataclass(frozen=True, slots=True)
class SkiplistLayout:
    """The list, the links of its header up to ``level``, and the towers from ``start`` on.

    ``incoming`` are the links that lead over the edge of the window: on each level the last one
    that begins before ``start``.
    """

    length: int
    level: int
    header: tuple[LinkLayout, ...]
    tail: bytes | None
    start: int
    towers: tuple[TowerLayout, ...]
    incoming: tuple[LinkLayout, ...] = ()


def chosen_towers(skiplist: Skiplist, nodes: Mapping[int, SkiplistNode]) -> SkiplistLayout:
    """The image of some towers by their 0-based ranks; ranks may be left out. O(towers)."""
    tail = skiplist.tail
    return SkiplistLayout(
        length=skiplist.length,
        level=skiplist.level,
        header=_links(skiplist.header, -1, skiplist.level),
        tail=None if tail is None else tail.member,
        start=min(nodes, default=0),
        towers=tuple(_tower(nodes[rank], rank) for rank in sorted(nodes)),
    )


def derive_layout(skiplist: Skiplist, window: Window) -> SkiplistLayout:
    """Derive the image of the visible towers. O(log N + visible)."""
    start, stop = window.bounds(skiplist.length)
    towers: list[TowerLayout] = []
    node, incoming = _descend(skiplist, start)
    for rank in range(start, stop):
        assert node is not None
        towers.append(_tower(node, rank))
        node = node.next
    tail = skiplist.tail
    return SkiplistLayout(
        length=skiplist.length,
        level=skiplist.level,
        header=_links(skiplist.header, -1, skiplist.level),
        tail=None if tail is None else tail.member,
        start=start,
        towers=tuple(towers),
        incoming=incoming,
    )


def _descend(skiplist: Skiplist, rank: int) -> tuple[SkiplistNode | None, tuple[LinkLayout, ...]]:
    """The node of a rank (None at the end), and on each level the last link before it: what a
    search by rank walks along, without its trace. O(log N)."""
    node, at = skiplist.header, -1
    passed: list[LinkLayout] = []
    for level in range(skiplist.level - 1, -1, -1):
        links = node.links
        while links[2 * level] is not None and at + links[2 * level + 1] < rank:
            at += links[2 * level + 1]
            node = links[2 * level]
            links = node.links
        passed.append(_link(node, at, level))
    return node.links[0], tuple(reversed(passed))


def _tower(node: SkiplistNode, rank: int) -> TowerLayout:
    backward = node.backward
    return TowerLayout(
        rank=rank,
        member=node.member,
        score=node.score,
        links=_links(node, rank, node.height),
        backward=None if backward is None else backward.member,
        allocation=size_class(24 + 16 * node.height),
    )


def _links(node: SkiplistNode, rank: int, levels: int) -> tuple[LinkLayout, ...]:
    return tuple(_link(node, rank, level) for level in range(levels))


def _link(node: SkiplistNode, rank: int, level: int) -> LinkLayout:
    ahead, span = node.links[2 * level], node.links[2 * level + 1]
    if ahead is None:
        return LinkLayout(level, span, None, None)
    return LinkLayout(level, span, rank + span, ahead.member)
