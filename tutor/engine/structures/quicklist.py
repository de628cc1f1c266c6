"""Quicklist: a doubly linked list of listpacks, the only encoding of a list in Redis 7.0.

    quicklist 40 bytes: head, tail, count, len (nodes), fill, compress
       |
       v
    node 40 bytes  <-->  node 40 bytes  <-->  node 40 bytes       each: prev, next, entry, sz, bits
       |                    |                    |
    listpack             LZF(listpack)        listpack

``fill`` limits a node: -1..-5 = 4, 8, 16, 32, 64 KiB; n > 0 = n entries and 8 KiB; 0 acts as 1. An
empty node takes any entry. A *plain* node holds one huge entry (1 GiB and more) without a listpack.
With ``compress`` = d > 0 all but d nodes at each end are LZF-compressed where that gains 9 bytes.

An insertion into the middle of a full node splits it and then tries four merges; deletion never
merges. Invariants: no empty node; ``size`` is the byte size of the node's listpack. Ends O(1),
position O(nodes + entries of one node).
Constants: redis 7.0, quicklist.c (optimization_level, SIZE_SAFETY_LIMIT 8192, the estimate of 8).
"""

from __future__ import annotations

from collections.abc import Iterator

from . import lzf
from .allocator import size_class
from .listpack import EMPTY_SIZE, encode, entry_size
from .quicklist_layout import QuicklistLayout, derive_layout
from .trace import Trace
from .window import Window

BYTE_LIMITS = (4096, 8192, 16_384, 32_768, 65_536)
SAFETY_LIMIT = 8192
ENTRY_OVERHEAD = 8
MERGE_SAVING = 11
QUICKLIST_SIZE = 40
NODE_SIZE = 40
PLAIN_THRESHOLD = 1 << 30
MIN_COMPRESS_BYTES = 48
MIN_COMPRESS_GAIN = 8
LZF_HEADER = 8
MAX_FILL = 32_767
MAX_COMPRESS = 65_535


class Node:
    """One node: its entries and the byte size of the listpack (or of the plain entry)."""

    __slots__ = ("entries", "next", "plain", "prev", "size")

    def __init__(self, entries: list[bytes], size: int, plain: bool = False) -> None:
        self.prev: Node | None = None
        self.next: Node | None = None
        self.entries = entries
        self.size = size
        self.plain = plain

    def image(self) -> bytes:
        """The listpack's bytes, or the plain entry."""
        return self.entries[0] if self.plain else encode(self.entries)


def _listpack_node(value: bytes) -> Node:
    return Node([value], EMPTY_SIZE + entry_size(value))


class Quicklist:
    """A list of byte strings with the nodes Redis would have.

    ``fill`` and ``compress`` are copied from the configuration when the list is created.
    """

    __slots__ = (
        "byte_limit",
        "compress",
        "entry_limit",
        "epoch",
        "fill",
        "head",
        "length",
        "node_count",
        "tail",
        "threshold",
        "trace",
    )

    def __init__(self, fill: int = -2, compress: int = 0, threshold: int = PLAIN_THRESHOLD) -> None:
        self.fill = fill = max(-5, min(fill, MAX_FILL))
        self.compress = max(0, min(compress, MAX_COMPRESS))
        self.threshold = threshold
        self.byte_limit = BYTE_LIMITS[-fill - 1] if fill < 0 else SAFETY_LIMIT
        self.entry_limit = 1 << 62 if fill < 0 else fill
        self.head: Node | None = None
        self.tail: Node | None = None
        self.length = 0
        self.node_count = 0
        self.epoch = 0
        self.trace: Trace | None = None

    # --- ends

    def push_head(self, value: bytes) -> None:
        """Put ``value`` in front: into the head node if it may take it, else into a new one."""
        node = self.head
        if (
            node is not None
            and node.size + len(value) + ENTRY_OVERHEAD <= self.byte_limit
            and len(node.entries) < self.entry_limit
            and len(value) < self.threshold
            and not node.plain
        ):
            node.entries.insert(0, value)
            node.size += entry_size(value)
        else:
            self._link_before(node, self._new_node(value))
        self.length += 1

    def push_tail(self, value: bytes) -> None:
        """Put ``value`` at the end: into the tail node if it may take it, else into a new one."""
        node = self.tail
        if (
            node is not None
            and node.size + len(value) + ENTRY_OVERHEAD <= self.byte_limit
            and len(node.entries) < self.entry_limit
            and len(value) < self.threshold
            and not node.plain
        ):
            node.entries.append(value)
            node.size += entry_size(value)
        else:
            self._link_after(node, self._new_node(value))
        self.length += 1

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
        return self._take(node, -1)

    # --- positions

    def __len__(self) -> int:
        return self.length

    def __iter__(self) -> Iterator[bytes]:
        node = self.head
        while node is not None:
            yield from node.entries
            node = node.next

    def __reversed__(self) -> Iterator[bytes]:
        node = self.tail
        while node is not None:
            yield from reversed(node.entries)
            node = node.prev

    def nodes(self) -> Iterator[Node]:
        """The nodes from head to tail."""
        node = self.head
        while node is not None:
            yield node
            node = node.next

    def index(self, position: int) -> bytes:
        """The value at ``position`` (negative counts from the end); IndexError outside."""
        node, offset = self._locate(position)
        return node.entries[offset]

    def slice(self, start: int, stop: int) -> list[bytes]:
        """Values of the half-open range [start, stop), both within 0..length."""
        stop = min(stop, self.length)
        wanted = stop - start
        if wanted <= 0:
            return []
        at, offset = self._locate(start)
        result = at.entries[offset : offset + wanted]
        node = at.next
        while len(result) < wanted and node is not None:
            result += node.entries[: wanted - len(result)]
            node = node.next
        return result

    def positions(self, value: bytes, *, reverse: bool = False, limit: int = 0) -> Iterator[int]:
        """Indexes of the entries equal to ``value``, from the head or from the tail.

        ``limit`` > 0 bounds how many entries are compared (LPOS MAXLEN).
        """
        entries = reversed(self) if reverse else iter(self)
        last = self.length - 1
        for step, entry in enumerate(entries):
            if limit and step >= limit:
                return
            if entry == value:
                yield last - step if reverse else step

    # --- changes inside

    def set(self, position: int, value: bytes) -> None:
        """Replace the value at ``position``; IndexError outside. The node may outgrow its limit."""
        node, offset = self._locate(position)
        large = len(value) >= self.threshold
        if not node.plain and not large:
            node.size += entry_size(value) - entry_size(node.entries[offset])
            node.entries[offset] = value
        elif node.plain and large:
            node.entries[0] = value
            node.size = len(value)
        else:
            self._insert_at(node, offset, value, before=False)
            # The old entry is now the last of its node, whether that was split or not.
            self._take(node, -1)

    def insert(self, pivot: bytes, value: bytes, before: bool) -> bool:
        """Put ``value`` beside the first entry equal to ``pivot``; False if there is none."""
        node = self.head
        while node is not None:
            if pivot in node.entries:
                self._insert_at(node, node.entries.index(pivot), value, before)
                return True
            node = node.next
        return False

    def remove(self, value: bytes, count: int = 0) -> int:
        """Remove entries equal to ``value``: ``count`` from the head, -``count`` from the tail, or
        all when it is 0. Returns how many went."""
        left = abs(count) if count else self.length
        wanted = left
        node = self.tail if count < 0 else self.head
        while node is not None and left:
            following = node.prev if count < 0 else node.next
            found = node.entries.count(value)
            if found:
                gone = min(found, left)
                self._remove_from(node, value, gone, from_tail=count < 0)
                left -= gone
            node = following
        return wanted - left

    def trim(self, start: int, stop: int) -> None:
        """Keep only the half-open range [start, stop), both within 0..length."""
        if stop <= start:
            self.__init__(self.fill, self.compress, self.threshold)  # type: ignore[misc]
            return
        self._drop_from_tail(self.length - stop)
        self._drop_from_head(start)

    # --- derived

    def compressed_size(self, node: Node) -> int | None:
        """Bytes of the node's LZF image if compressing it pays, else None. O(bytes)."""
        if node.plain or node.size < MIN_COMPRESS_BYTES:
            return None
        image = lzf.compress(node.image(), node.size)
        if image is None or len(image) + MIN_COMPRESS_GAIN >= node.size:
            return None
        return len(image)

    def compressible(self, index: int) -> bool:
        """Whether the node at that index lies inside both depth windows."""
        depth = self.compress
        return depth > 0 and depth <= index < self.node_count - depth

    def entry_memory(self, node: Node, index: int, allocator: str = "debian") -> int:
        """Bytes of the block a node points to."""
        squeezed = self.compressed_size(node) if self.compressible(index) else None
        return size_class(node.size if squeezed is None else LZF_HEADER + squeezed, allocator)

    def memory(self, samples: int = 5, allocator: str = "debian") -> float:
        """Bytes as MEMORY USAGE estimates them from the first ``samples`` nodes (0 = all).

        Not rounded: the caller adds the key's share and truncates.
        """
        total = taken = 0
        for node in self.nodes():
            total += NODE_SIZE + self.entry_memory(node, taken, allocator)
            taken += 1
            if taken == samples:
                break
        return QUICKLIST_SIZE + (total / taken * self.node_count if taken else 0)

    def layout(
        self,
        window: Window = Window(0, 8),  # noqa: B008 - frozen
        entries: Window = Window(0, 16),  # noqa: B008 - frozen
    ) -> QuicklistLayout:
        """The memory image of the nodes of ``window``, with the ``entries`` window of each."""
        return derive_layout(self, window, entries)

    def clone(self) -> Quicklist:
        """An independent copy: O(nodes), entries copied at C speed."""
        copy = Quicklist(self.fill, self.compress, self.threshold)
        last: Node | None = None
        for node in self.nodes():
            twin = Node(node.entries.copy(), node.size, node.plain)
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
        self._link_after(self.tail, Node(entries, size, plain))
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
        return _listpack_node(value)

    def _locate(self, position: int) -> tuple[Node, int]:
        """Node and offset of a position, walking from the nearer end."""
        length = self.length
        if position < 0:
            position += length
        if not 0 <= position < length:
            raise IndexError("quicklist position out of range")
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

    def _link_after(self, node: Node | None, new: Node) -> None:
        """Link ``new`` after ``node``; ``node`` is None only for the first node."""
        new.prev = node
        if node is None:
            self.head = self.tail = new
        else:
            new.next = node.next
            if node.next is None:
                self.tail = new
            else:
                node.next.prev = new
            node.next = new
        self.node_count += 1
        if self.trace is not None:
            self.trace("node", node=new)

    def _link_before(self, node: Node | None, new: Node) -> None:
        if node is None or node.prev is not None:
            self._link_after(None if node is None else node.prev, new)
            return
        new.next = node
        node.prev = new
        self.head = new
        self.node_count += 1
        if self.trace is not None:
            self.trace("node", node=new)

    def _unlink(self, node: Node) -> None:
        before, after = node.prev, node.next
        if before is None:
            self.head = after
        else:
            before.next = after
        if after is None:
            self.tail = before
        else:
            after.prev = before
        self.node_count -= 1

    def _take(self, node: Node, offset: int) -> bytes:
        """Remove one entry of a node, and the node when it was the last."""
        entries = node.entries
        value = entries[offset]
        self.length -= 1
        if len(entries) == 1:
            self._unlink(node)
        else:
            del entries[offset]
            node.size -= entry_size(value)
        return value

    def _allows_insert(self, node: Node | None, size: int) -> bool:
        """May a node take an entry of ``size`` bytes? (An estimate that errs on the full side.)"""
        return (
            node is not None
            and not node.plain
            and size < self.threshold
            and node.size + size + ENTRY_OVERHEAD <= self.byte_limit
            and len(node.entries) < self.entry_limit
        )

    def _insert_at(self, node: Node, offset: int, value: bytes, before: bool) -> None:
        size = len(value)
        at_edge = offset == (0 if before else len(node.entries) - 1)
        self.length += 1
        if size >= self.threshold:
            if not node.plain and not at_edge:
                half = self._split(node, offset, before)
                self._link_beside(node, half, before)
            self._link_beside(node, self._new_node(value), before)
            return
        if self._allows_insert(node, size):
            node.entries.insert(offset if before else offset + 1, value)
            node.size += entry_size(value)
            return
        if not at_edge:
            half = self._split(node, offset, before)
            half.entries.insert(len(half.entries) if before else 0, value)
            half.size += entry_size(value)
            self._link_beside(node, half, before)
            self._merge_around(node)
            return
        neighbour = node.prev if before else node.next
        if neighbour is not None and self._allows_insert(neighbour, size):
            neighbour.entries.insert(len(neighbour.entries) if before else 0, value)
            neighbour.size += entry_size(value)
        else:
            self._link_beside(node, _listpack_node(value), before)

    def _link_beside(self, node: Node, new: Node, before: bool) -> None:
        if before:
            self._link_before(node, new)
        else:
            self._link_after(node, new)

    def _split(self, node: Node, offset: int, before: bool) -> Node:
        """Cut a node at an entry: that entry stays, all on the side of insertion move out."""
        cut = offset if before else offset + 1
        entries = node.entries
        if before:
            moved, node.entries = entries[:cut], entries[cut:]
        else:
            moved, node.entries = entries[cut:], entries[:cut]
        size = EMPTY_SIZE + sum(map(entry_size, moved))
        node.size -= size - EMPTY_SIZE
        half = Node(moved, size)
        if self.trace is not None:
            self.trace("split", node=node, new=half, offset=offset, before=before)
        return half

    def _merge_around(self, center: Node) -> None:
        """Try the four merges that follow a split, in their order."""
        if center.prev is not None:
            self._try_merge(center.prev.prev, center.prev)
        if center.next is not None:
            self._try_merge(center.next, center.next.next)
        target = center.prev if self._try_merge(center.prev, center) else center
        assert target is not None
        self._try_merge(target, target.next)

    def _try_merge(self, left: Node | None, right: Node | None) -> bool:
        """Merge two neighbours into the left one if their sum is within the limits."""
        if (
            left is None
            or right is None
            or left.plain
            or right.plain
            or left.size + right.size - MERGE_SAVING > self.byte_limit
            or len(left.entries) + len(right.entries) > self.entry_limit
        ):
            return False
        if self.trace is not None:
            self.trace("merge", left=left, right=right)
        left.entries += right.entries
        left.size += right.size - EMPTY_SIZE
        self._unlink(right)
        return True

    def _remove_from(self, node: Node, value: bytes, gone: int, from_tail: bool) -> None:
        entries = node.entries
        self.length -= gone
        if gone == len(entries):
            self._unlink(node)
            return
        node.size -= gone * entry_size(value)
        if from_tail:
            entries.reverse()
        for _ in range(gone):
            entries.remove(value)
        if from_tail:
            entries.reverse()

    def _drop_from_head(self, count: int) -> None:
        while count > 0 and self.head is not None:
            node = self.head
            held = len(node.entries)
            gone = min(held, count)
            if gone == held:
                self._unlink(node)
            else:
                node.size -= sum(map(entry_size, node.entries[:gone]))
                del node.entries[:gone]
            self.length -= gone
            count -= gone

    def _drop_from_tail(self, count: int) -> None:
        while count > 0 and self.tail is not None:
            node = self.tail
            held = len(node.entries)
            gone = min(held, count)
            if gone == held:
                self._unlink(node)
            else:
                node.size -= sum(map(entry_size, node.entries[-gone:]))
                del node.entries[-gone:]
            self.length -= gone
            count -= gone
