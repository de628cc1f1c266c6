"""The memory image of a skiplist: its header and the visible towers with all their links."""

from __future__ import annotations

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
    """The list, the links of its header up to ``level``, and the towers from ``start`` on."""

    length: int
    level: int
    header: tuple[LinkLayout, ...]
    tail: bytes | None
    start: int
    towers: tuple[TowerLayout, ...]


def derive_layout(skiplist: Skiplist, window: Window) -> SkiplistLayout:
    """Derive the image of the visible towers. O(log N + visible)."""
    start, stop = window.bounds(skiplist.length)
    towers: list[TowerLayout] = []
    node = skiplist.by_rank(start)
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
    )


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
    links = node.links
    result = []
    for level in range(levels):
        ahead, span = links[2 * level], links[2 * level + 1]
        if ahead is None:
            result.append(LinkLayout(level, span, None, None))
        else:
            result.append(LinkLayout(level, span, rank + span, ahead.member))
    return tuple(result)
