"""A quicklist that writes down what changes in it; see `logged`.

A node's links and figures are kept as its state. Of its entries a push or a pop at an end keeps
that one entry; whatever changes more of them keeps a copy of the node's list, which is bounded by
the size of a node.
"""

from __future__ import annotations

from collections.abc import Iterator

from .journal import Log, keep_fields
from .quicklist import Quicklist
from .quicklist_node import Node

keep_fields(Node, ("prev", "next", "size", "plain", "squeezed"))


class _Entry:
    """An entry that was put into a node or taken out of it."""

    __slots__ = ("at", "inside", "node", "value")

    def __init__(self, node: Node, at: int, value: bytes, inside: bool) -> None:
        self.node = node
        self.at = at
        self.value = value
        self.inside = inside

    def swap(self) -> None:
        """Take it out, or put it back."""
        if self.inside:
            del self.node.entries[self.at]
        else:
            self.node.entries.insert(self.at, self.value)
        self.inside = not self.inside


class _Entries:
    """All entries of a node, as they were before some of them changed."""

    __slots__ = ("entries", "node")

    def __init__(self, node: Node) -> None:
        self.node = node
        self.entries = node.entries.copy()

    def swap(self) -> None:
        """Exchange them with the present ones."""
        self.node.entries, self.entries = self.entries, self.node.entries


class LoggedQuicklist(Quicklist):
    """A quicklist that writes down nodes and entries before they change."""

    __slots__ = ()

    # ends

    def push_head(self, value: bytes) -> None:
        node = self._about_to_link(self.head)
        super().push_head(value)
        if node is not None and node is self.head:
            self.log.record.operations.append(_Entry(node, 0, value, inside=True))

    def push_tail(self, value: bytes) -> None:
        node = self._about_to_link(self.tail)
        super().push_tail(value)
        if node is not None and node is self.tail:
            at = len(node.entries) - 1
            self.log.record.operations.append(_Entry(node, at, value, inside=True))

    def _take(self, node: Node, offset: int) -> bytes:
        self.log.record.state(self)
        self._states(node)
        at = offset % len(node.entries)
        alone = len(node.entries) == 1
        value = super()._take(node, offset)
        if not alone:  # else the node has gone with its entry
            self.log.record.operations.append(_Entry(node, at, value, inside=False))
        return value

    # reading: with compression it leaves its marks

    def index(self, position: int) -> bytes:
        if self.compress:
            self._near_ends()
            self._states(self._locate(position)[0])
        return super().index(position)

    def slice(self, start: int, stop: int) -> list[bytes]:
        if self.compress:
            self._all_states()
        return super().slice(start, stop)

    def positions(self, value: bytes, *, reverse: bool = False, limit: int = 0) -> Iterator[int]:
        if self.compress:
            self._all_states()
        return super().positions(value, reverse=reverse, limit=limit)

    # changes inside

    def set(self, position: int, value: bytes) -> None:
        if -self.length <= position < self.length:
            self.log.record.state(self)
            self._near_ends()
            self._whole(self._locate(position)[0])
        super().set(position, value)

    def insert(self, pivot: bytes, value: bytes, before: bool) -> bool:
        if self.compress:
            self._all_states()
        return super().insert(pivot, value, before)

    def remove(self, value: bytes, count: int = 0) -> int:
        self.log.record.state(self)
        if self.compress:
            self._all_states()
        return super().remove(value, count)

    def trim(self, start: int, stop: int) -> None:
        self.log.record.state(self)
        self._near_ends()
        super().trim(start, stop)

    def unlink(self, node: Node) -> None:
        self._about_to_link(node)
        super().unlink(node)

    def _link(self, node: Node | None, new: Node, *, before: bool, squeezed: bool = False) -> None:
        self._about_to_link(node)
        super()._link(node, new, before=before, squeezed=squeezed)

    def _insert_at(self, node: Node, offset: int, value: bytes, before: bool) -> None:
        self._about_to_link(node)
        near = [node, node.prev, node.next]  # a split may be followed by merges of all these
        near += [node.prev and node.prev.prev, node.next and node.next.next]
        for one in near:
            if one is not None:
                self._states(one)
                self._whole(one)
        super()._insert_at(node, offset, value, before)

    def _remove_some(self, node: Node, value: bytes, gone: int, backwards: bool) -> None:
        self._whole(node)
        super()._remove_some(node, value, gone, backwards)

    def _drop_entries(self, node: Node, start: int, stop: int) -> None:
        self._whole(node)
        super()._drop_entries(node, start, stop)

    # noting

    def _about_to_link(self, node: Node | None) -> Node | None:
        """Something is about to be linked beside ``node``, put into it, or it is to go."""
        self.log.record.state(self)
        if node is not None:
            self._states(node)
        self._near_ends()
        return node

    def _states(self, node: Node) -> None:
        """Links and figures of a node and of its neighbours."""
        state = self.log.record.state
        state(node)
        if node.prev is not None:
            state(node.prev)
        if node.next is not None:
            state(node.next)

    def _whole(self, node: Node) -> None:
        """A node's entries as well."""
        record = self.log.record
        record.state(node)
        record.operations.append(_Entries(node))

    def _near_ends(self) -> None:
        """The nodes that an offer for compression may look at."""
        if not self.compress:
            return
        state, front, back = self.log.record.state, self.head, self.tail
        for _ in range(self.compress + 1):
            if front is None or back is None:
                break
            state(front)
            state(back)
            front, back = front.next, back.prev

    def _all_states(self) -> None:
        """Whoever walks over compressed nodes leaves marks on each."""
        self._near_ends()
        for node in self.nodes():
            self.log.record.state(node)


keep_fields(LoggedQuicklist, ("head", "tail", "length", "node_count"), derived=("places",))


def log_quicklist(quicklist: Quicklist, log: Log) -> None:
    """From now on ``quicklist`` writes down what changes in it."""
    quicklist.log = log
    quicklist.__class__ = LoggedQuicklist
