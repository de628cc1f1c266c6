"""Way marks in a long quicklist, for one who scrolls over it: every 256th node and its index.

A list has no index of its nodes; Redis walks from the nearer end as well. While somebody looks, the
list tells of each node that comes or goes. At the ends that only moves the numbers; in the middle
the marks are forgotten and set again on the next walk, which costs what finding the place in the
list has cost already.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .quicklist import Quicklist
    from .quicklist_node import Node

STRIDE = 256


class NodePlaces:
    """Nodes of one list by index: ``marks[i]`` is that of ``first + i * STRIDE``."""

    __slots__ = ("count", "first", "marks")

    def __init__(self) -> None:
        self.marks: deque[Node] = deque()
        self.first = 0
        self.count = -1

    def linked(self, node: Node) -> None:
        """A node was put into the chain."""
        self.count += 1
        if node.prev is None:
            self.first += 1
        elif node.next is not None:
            self.count = -1

    def unlinked(self, node: Node) -> None:
        """A node was taken out; its own pointers still show where it was."""
        self.count -= 1
        marks = self.marks
        if not marks:
            return
        if node.prev is None:
            if marks[0] is node:
                marks.popleft()
                self.first += STRIDE
            self.first -= 1
        elif node.next is None:
            if marks[-1] is node:
                marks.pop()
        else:
            self.count = -1

    def find(self, value: Quicklist, index: int) -> Node | None:
        """The node of an index, None outside. O(`STRIDE`) where there are marks already."""
        if not 0 <= index < value.node_count:
            return None
        if self.count != value.node_count or not self.marks:
            assert value.head is not None
            self.marks, self.first, self.count = deque([value.head]), 0, value.node_count
        while index < self.first and self.first >= STRIDE:
            self.marks.appendleft(_walk(self.marks[0], -STRIDE))
            self.first -= STRIDE
        if index < self.first:
            return _walk(self.marks[0], index - self.first)
        while index >= self.first + len(self.marks) * STRIDE:
            self.marks.append(_walk(self.marks[-1], STRIDE))
        mark, rest = divmod(index - self.first, STRIDE)
        return _walk(self.marks[mark], rest)


def _walk(node: Node, steps: int) -> Node:
    """The node so many steps ahead, or behind."""
    here: Node | None = node
    if steps > 0:
        for _step in range(steps):
            here = here.next  # type: ignore[union-attr]
    else:
        for _step in range(-steps):
            here = here.prev  # type: ignore[union-attr]
    assert here is not None
    return here
