"""Quicklist: a doubly linked list of listpacks, the only encoding of a list in Redis 7.0.

    quicklist 40 bytes: head, tail, count, len (nodes), fill, compress
       |
       v
    node 40 bytes  <-->  node 40 bytes  <-->  node 40 bytes       each: prev, next, entry, sz, bits
       |                    |                    |
    listpack             LZF(listpack)        listpack

``fill`` limits a node: -1..-5 = 4, 8, 16, 32, 64 KiB; n > 0 = n entries and 8 KiB; 0 acts as 1. An
empty node takes any entry. A *plain* node holds one huge entry (1 GiB and more) without a listpack.
With ``compress`` = d > 0 nodes further than d from both ends get LZF-compressed.

An insertion into the middle of a full node splits it and then tries four merges; deletion never
merges. Invariants: no empty node; ``size`` is the byte size of the node's listpack; no node within
the compression depth is compressed. Ends O(1), position O(nodes + entries of one node).
Constants: redis 7.0, quicklist.c (optimization_level, SIZE_SAFETY_LIMIT 8192, the estimate of 8).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from . import told
from .listpack import EMPTY_SIZE, entry_size
from .quicklist_compression import after_visit, before_change, end_of_change, offer
from .quicklist_layout import QuicklistLayout, derive_layout
from .quicklist_node import DUE, NODE_SIZE, RAW, Node
from .quicklist_places import NodePlaces
from .quicklist_split import merge_around, split
from .sds import ROBJ_SIZE
from .trace import Trace, births
from .window import Window

if TYPE_CHECKING:
    from .journal import Log

BYTE_LIMITS = (4096, 8192, 16_384, 32_768, 65_536)
SAFETY_LIMIT = 8192
ENTRY_OVERHEAD = 8
QUICKLIST_SIZE = 40
PLAIN_THRESHOLD = 1 << 30
MAX_FILL = 32_767
NO_LIMIT = (1 << 30) - 1
"""More entries than fit into any node; Python compares no larger int at its fastest."""
MAX_COMPRESS = 65_535


class Quicklist:
    """A list of byte strings with the nodes Redis would have.

    ``fill`` and ``compress`` are copied from the configuration when the list is created; entries
    of ``threshold`` bytes and more get plain nodes. While a node with its new entry has at most
    ``roomy`` bytes, no other limit has to be looked at.
    """

    __slots__ = (
        "byte_limit",
        "compress",
        "entry_limit",
        "epoch",
        "fill",
        "head",
        "length",
        "log",
        "node_count",
        "places",
        "roomy",
        "tail",
        "threshold",
        "trace",
    )

    log: Log

    def __init__(self, fill: int = -2, compress: int = 0, threshold: int = PLAIN_THRESHOLD) -> None:
        self.fill = fill = max(-5, min(fill, MAX_FILL))
        self.compress = max(0, min(compress, MAX_COMPRESS))
        self.threshold = threshold
        self.byte_limit = BYTE_LIMITS[-fill - 1] if fill < 0 else SAFETY_LIMIT
        self.entry_limit = NO_LIMIT if fill < 0 else fill
        self.roomy = min(self.byte_limit - ENTRY_OVERHEAD, threshold - 1) if fill < 0 else -1
        self.head: Node | None = None
        self.tail: Node | None = None
        self.length = 0
        self.node_count = 0
        self.places: NodePlaces | None = None
        self.epoch = 0
        self.trace: Trace | None = None
        if births.onlooker is not None:
            births.onlooker(self)

    def __del__(self) -> None:
        """Take the chain apart: neighbours hold each other (see `Skiplist.__del__`)."""
        node = self.head
        while node is not None:
            following = node.next
            node.prev = node.next = None
            node = following

    # --- ends

    def push_head(self, value: bytes) -> None:
        """Put ``value`` in front: into the head node if it may take it, else into a new one."""
        node, size = self.head, len(value)
        if node is not None and node.size + size <= self.roomy and not node.plain:
            if node.fresh is None:
                node.fresh = [value]
            else:
                node.fresh.append(value)
            short_text = 0 < size < 64 and value[0] > 57  # most values are, told at once
            node.size += size + 2 if short_text else entry_size(value)
            self.length += 1
            if self.trace is not None:
                self.trace("push", node=node, value=value, front=True)
        else:
            self._push(node, value, front=True)

    def push_tail(self, value: bytes) -> None:
        """Put ``value`` at the end: into the tail node if it may take it, else into a new one."""
        node, size = self.tail, len(value)
        if node is not None and node.size + size <= self.roomy and not node.plain:
            node.entries.append(value)
            short_text = 0 < size < 64 and value[0] > 57
            node.size += size + 2 if short_text else entry_size(value)
            self.length += 1
            if self.trace is not None:
                self.trace("push", node=node, value=value, front=False)
        else:
            self._push(node, value, front=False)

    def _push(self, node: Node | None, value: bytes, *, front: bool) -> None:
        """As `push_head` and `push_tail`, with every limit looked at."""
        size = len(value)
        if node is not None and size < self.threshold and self._allows_insert(node, size):
            node.entries.insert(0 if front else len(node.entries), value)
            node.size += entry_size(value)
        else:
            if self.trace is not None and node is not None:
                self.trace("full", node=node, size=size)
            self._link(node, self._new_node(value), before=front)
        self.length += 1
        if self.trace is not None:
            self.trace("push", node=self.head if front else self.tail, value=value, front=front)

    def pop_head(self) -> bytes:
        """Take the first value; IndexError when empty."""
        node = self.head
        if node is None:
            raise IndexError("pop from an empty quicklist")
        return self._take(node, 0)

    def pop_tail(self) -> bytes:
        """Take the last value; IndexError when empty."""
        node = self.tail
        if node is None:
            raise IndexError("pop from an empty quicklist")
        entries = node.placed if node.fresh is None else node.entries
        if self.trace is not None or len(entries) == 1:
            return self._take(node, -1)
        value = entries.pop()
        size = len(value)
        short_text = 0 < size < 64 and value[0] > 57
        node.size -= size + 2 if short_text else entry_size(value)
        self.length -= 1
        return value

    # --- reading

    def __len__(self) -> int:
        return self.length

    def __iter__(self) -> Iterator[bytes]:
        """The values from the head on. (As an onlooker: compression is not affected.)"""
        for node in self.nodes():
            yield from node.entries

    def __reversed__(self) -> Iterator[bytes]:
        """The values from the tail on. (As an onlooker: compression is not affected.)"""
        for node in self.nodes(reverse=True):
            yield from reversed(node.entries)

    def nodes(self, *, reverse: bool = False) -> Iterator[Node]:
        """The nodes from head to tail, or from tail to head."""
        node = self.tail if reverse else self.head
        while node is not None:
            yield node
            node = node.prev if reverse else node.next

    def index(self, position: int) -> bytes:
        """The value at ``position`` (negative counts from the end); IndexError outside."""
        node, offset = self._locate(position)
        if self.compress:
            after_visit(self, node)
        return node.entries[offset]

    def slice(self, start: int, stop: int) -> list[bytes]:
        """Values of the half-open range [start, stop), both within 0..length."""
        stop = min(stop, self.length)
        wanted = stop - start
        if wanted <= 0:
            return []
        at, offset = self._locate(start)
        result = at.entries[offset : offset + wanted]
        if self.compress:
            after_visit(self, at)
        node = at.next
        while len(result) < wanted and node is not None:
            result += node.entries[: wanted - len(result)]
            if self.compress:
                after_visit(self, node)
            node = node.next
        return result

    def positions(self, value: bytes, *, reverse: bool = False, limit: int = 0) -> Iterator[int]:
        """Indexes of the entries equal to ``value``, from the head or from the tail.

        ``limit`` > 0 bounds how many entries are compared (LPOS MAXLEN).
        """
        seen = 0
        last = self.length - 1
        for node in self.nodes(reverse=reverse):
            try:
                for entry in reversed(node.entries) if reverse else node.entries:
                    if limit and seen >= limit:
                        return
                    if entry == value:
                        yield last - seen if reverse else seen
                    seen += 1
            finally:
                if self.compress:
                    after_visit(self, node)

    # --- changes inside

    def set(self, position: int, value: bytes) -> None:
        """Replace the value at ``position``; IndexError outside. The node may outgrow its limit."""
        node, offset = self._locate(position)
        squeezed = before_change(node)
        if node.plain != (len(value) >= self.threshold):
            self._exchange(node, offset, value, squeezed)
            return
        if node.plain:
            node.size = len(value)
        else:
            node.size += entry_size(value) - entry_size(node.entries[offset])
        node.entries[offset] = value
        end_of_change(self, node, squeezed)
        if self.trace is not None:
            self.trace("replace", node=node, offset=offset, value=value)

    def insert(self, pivot: bytes, value: bytes, before: bool) -> bool:
        """Put ``value`` beside the first entry equal to ``pivot``; False if there is none."""
        if self.trace is not None:
            told.list_search(self, pivot, self.trace)
        for node in self.nodes():
            if pivot in node.entries:
                self._insert_at(node, node.entries.index(pivot), value, before)
                return True
            if self.compress:
                after_visit(self, node)
        return False

    def remove(self, value: bytes, count: int = 0) -> int:
        """Remove entries equal to ``value``: ``count`` from the head, -``count`` from the tail, or
        all when it is 0. Returns how many went."""
        backwards = count < 0
        wanted = left = abs(count) or self.length
        node = self.tail if backwards else self.head
        while node is not None:
            following = node.prev if backwards else node.next
            gone = min(node.entries.count(value), left)
            left -= gone
            if self.trace is not None:
                self.trace("weed", node=node, value=value, gone=gone)
            if gone == len(node.entries):
                self.unlink(node)
                self.length -= gone
                node = following
                if node is not None and not left and self.compress:
                    after_visit(self, node)
            else:
                squeezed = before_change(node)
                if gone:
                    self._remove_some(node, value, gone, backwards)
                end_of_change(self, node, squeezed)
            if not left:
                break
            node = following
        return wanted - left

    def trim(self, start: int, stop: int) -> None:
        """Keep only the half-open range [start, stop), both within 0..length."""
        if stop <= start:
            start, stop = self.length, self.length
        behind = self.length - stop
        if start > 0:
            offer(self, self.head)
            self._drop_from_head(start)
        if behind > 0:
            offer(self, self._locate(-behind)[0])
            self._drop_from_tail(behind)

    # --- derived

    def memory(self, samples: int = 5, allocator: str = "debian") -> int:
        """Bytes of the value (object included) as MEMORY USAGE estimates them from the first
        ``samples`` nodes; 0 = from all."""
        total = taken = 0
        for node in self.nodes():
            total += NODE_SIZE + node.allocation(allocator)
            taken += 1
            if taken == samples:
                break
        average = total / taken if taken else 0.0
        return int(ROBJ_SIZE + QUICKLIST_SIZE + average * self.node_count)

    def node_at(self, index: int) -> Node | None:
        """The node of an index, for an onlooker; None outside. O(1) from the second time on."""
        if self.places is None:
            self.places = NodePlaces()
        return self.places.find(self, index)

    def layout(
        self,
        window: Window = Window(0, 8),  # noqa: B008 - frozen
        entries: Window = Window(0, 16),  # noqa: B008 - frozen
        allocator: str = "debian",
    ) -> QuicklistLayout:
        """The memory image of the nodes of ``window``, with the ``entries`` window of each."""
        return derive_layout(self, window, entries, allocator)

    def clone(self) -> Quicklist:
        """An independent copy: O(nodes), entries copied at C speed."""
        copy = Quicklist(self.fill, self.compress, self.threshold)
        last: Node | None = None
        for node in self.nodes():
            twin = Node(node.entries.copy(), node.size, node.plain)
            twin.squeezed = node.squeezed
            twin.prev = last
            if last is None:
                copy.head = twin
            else:
                last.next = twin
            last = twin
        copy.tail = last
        copy.length = self.length
        copy.node_count = self.node_count
        return copy

    def append_node(self, entries: list[bytes], plain: bool = False) -> None:
        """Link a whole node at the end, as loading a dump does; ``entries`` is taken over."""
        size = len(entries[0]) if plain else EMPTY_SIZE + sum(map(entry_size, entries))
        self._link(self.tail, Node(entries, size, plain), before=False)
        self.length += len(entries)

    def check(self) -> None:
        """Assert the invariants."""
        length = count = 0
        previous: Node | None = None
        for node in self.nodes():
            assert node.prev is previous
            assert node.entries
            if node.plain:
                assert len(node.entries) == 1
                assert node.size == len(node.entries[0])
            else:
                assert node.size == EMPTY_SIZE + sum(map(entry_size, node.entries))
            depth = min(count, self.node_count - 1 - count)
            assert node.squeezed == RAW or 0 < self.compress <= depth
            previous = node
            length += len(node.entries)
            count += 1
        assert self.tail is previous
        assert length == self.length
        assert count == self.node_count

    # --- the machinery

    def _new_node(self, value: bytes) -> Node:
        if len(value) >= self.threshold:
            return Node([value], len(value), plain=True)
        return Node.of(value)

    def _locate(self, position: int) -> tuple[Node, int]:
        """Node and offset of a position, walking from the nearer end."""
        length = self.length
        if position < 0:
            position += length
        if not 0 <= position < length:
            raise IndexError("quicklist position out of range")
        if self.trace is not None:
            told.walk(self, position, self.trace)
        if position < length // 2:
            node = self.head
            while node is not None:
                count = len(node.entries)
                if position < count:
                    return node, position
                position -= count
                node = node.next
        left = length - position
        node = self.tail
        while node is not None:
            count = len(node.entries)
            if left <= count:
                return node, count - left
            left -= count
            node = node.prev
        raise AssertionError("node counts do not add up to the length")

    def _link(self, node: Node | None, new: Node, *, before: bool, squeezed: bool = False) -> None:
        """Link ``new`` beside ``node`` (None only for the first); ``squeezed``: the node had to be
        decompressed for this."""
        ahead = node if before else None if node is None else node.next
        behind = node if not before else None if node is None else node.prev
        new.next, new.prev = ahead, behind
        if ahead is None:
            self.tail = new
        else:
            ahead.prev = new
        if behind is None:
            self.head = new
        else:
            behind.next = new
        self.node_count += 1
        if self.places is not None:
            self.places.linked(new)
        if self.trace is not None:
            self.trace("node", node=new)
        if self.compress:
            if node is not None:
                end_of_change(self, node, squeezed)
            offer(self, new)

    def unlink(self, node: Node) -> None:
        """Take a node out of the chain (its entries still count in ``length``)."""
        if self.trace is not None:
            self.trace("unlink", node=node)
        behind, ahead = node.prev, node.next
        if behind is None:
            self.head = ahead
        else:
            behind.next = ahead
        if ahead is None:
            self.tail = behind
        else:
            ahead.prev = behind
        self.node_count -= 1
        if self.places is not None:
            self.places.unlinked(node)
        if self.compress:
            offer(self, None)

    def _take(self, node: Node, offset: int) -> bytes:
        """Remove one entry of a node, and the node when it was the last."""
        entries = node.entries
        value = entries[offset]
        if self.trace is not None:
            self.trace("take", node=node, offset=offset % len(entries), value=value)
        self.length -= 1
        if len(entries) == 1:
            self.unlink(node)
        else:
            del entries[offset]
            size = len(value)
            plainly_text = size < 64 and size and value[0] > 57
            node.size -= size + 2 if plainly_text else entry_size(value)
        return value

    def _allows_insert(self, node: Node, size: int) -> bool:
        """May a node take an entry of ``size`` bytes? (An estimate that errs on the full side.)"""
        return (
            not node.plain
            and node.size + size + ENTRY_OVERHEAD <= self.byte_limit
            and len(node.entries) < self.entry_limit
        )

    def _insert_at(self, node: Node, offset: int, value: bytes, before: bool) -> None:
        """Put ``value`` beside one entry of a node."""
        size = len(value)
        at_edge = offset == (0 if before else len(node.entries) - 1)
        if self.trace is not None:
            fits = size < self.threshold and self._allows_insert(node, size)
            room = {"offset": offset, "before": before, "size": size, "at_edge": at_edge}
            self.trace("room", node=node, value=value, fits=fits, **room)
        squeezed = before_change(node)
        self.length += 1
        if size >= self.threshold:
            half = None if at_edge else split(self, node, offset, before)
            plain = self._new_node(value)
            self._link(node, plain, before=before, squeezed=squeezed)
            if half is not None:
                self._link(plain, half, before=before)
        elif self._allows_insert(node, size):
            node.entries.insert(offset if before else offset + 1, value)
            node.size += entry_size(value)
            node.squeezed = DUE if squeezed else RAW
            if self.trace is not None:
                self.trace("insert", node=node, offset=offset if before else offset + 1)
        elif at_edge:
            self._insert_beside(node, value, before, squeezed)
        else:
            half = split(self, node, offset, before)
            half.entries.insert(len(half.entries) if before else 0, value)
            half.size += entry_size(value)
            self._link(node, half, before=before, squeezed=squeezed)
            merge_around(self, node)

    def _insert_beside(self, node: Node, value: bytes, before: bool, squeezed: bool) -> None:
        """Put ``value`` past the edge of a full node: into the neighbour or a node of its own."""
        neighbour = node.prev if before else node.next
        if neighbour is None or not self._allows_insert(neighbour, len(value)):
            self._link(node, Node.of(value), before=before, squeezed=squeezed)
            return
        touched = before_change(neighbour)
        neighbour.entries.insert(len(neighbour.entries) if before else 0, value)
        neighbour.size += entry_size(value)
        neighbour.squeezed = DUE if touched else RAW
        if self.trace is not None:
            offset = len(neighbour.entries) - 1 if before else 0
            self.trace("beside", node=neighbour, full=node, offset=offset)

    def _exchange(self, node: Node, offset: int, value: bytes, squeezed: bool) -> None:
        """Replace a small entry by a huge one or the reverse: it needs another kind of node."""
        self._insert_at(node, offset, value, before=False)
        # The old entry is now the last of its node, whether that was split or not.
        alone = len(node.entries) == 1
        self._take(node, -1)
        if not alone:
            node.squeezed = RAW
            end_of_change(self, node, squeezed)
            if self.compress and node.next is not None:
                after_visit(self, node.next)

    def _remove_some(self, node: Node, value: bytes, gone: int, backwards: bool) -> None:
        """Remove ``gone`` entries equal to ``value`` from a node that keeps others."""
        entries = node.entries
        if backwards:
            entries.reverse()
        for _ in range(gone):
            entries.remove(value)
        if backwards:
            entries.reverse()
        node.size -= gone * entry_size(value)
        self.length -= gone

    def _drop_from_head(self, count: int) -> None:
        node = self.head
        while count > 0 and node is not None:
            held = len(node.entries)
            if count >= held:
                self.unlink(node)
                self.length -= held
            else:
                self._drop_entries(node, 0, count)
            count -= held
            node = node.next

    def _drop_from_tail(self, count: int) -> None:
        """Drop the last ``count`` entries, beginning with the node they begin in."""
        node, offset = self._locate(-count)
        following: Node | None = node
        if offset:
            following = node.next
            self._drop_entries(node, offset, len(node.entries))
        while following is not None:
            self.unlink(following)
            self.length -= len(following.entries)
            following = following.next

    def _drop_entries(self, node: Node, start: int, stop: int) -> None:
        if self.trace is not None:
            self.trace("drop", node=node, start=start, stop=stop)
        squeezed = before_change(node)
        node.size -= sum(map(entry_size, node.entries[start:stop]))
        del node.entries[start:stop]
        self.length -= stop - start
        node.squeezed = DUE if squeezed else RAW
