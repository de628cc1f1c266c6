"""Stream: a log of entries, each a list of names and values under an ID that only grows.

    stream   length, last ID, first ID, greatest deleted ID, entries ever added
      ├─ radix tree   ID of a node's first entry ──▶ listpack of about a hundred entries
      └─ groups       name ──▶ `Group`, with a list of pending entries, also by ID

An ID is one integer here, ``ms << 64 | seq``. Invariants: IDs grow; ``length`` counts entries that
are not deleted; ``first_id`` is the least of them as Redis keeps it (0 if there are none), which
after XSETID or a restored value need not agree with the nodes.

Appending is O(words), finding an ID O(log n), a range O(log n) and what it gives. Trimming by whole
nodes costs their number. Nodes and groups are shared by copies: each has an ``owner``, and whoever
is not the owner copies before a change, so `clone` costs the number of nodes and groups.
Source: redis 7.0, t_stream.c, object.c (objectComputeSize).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from tutor.engine.structures.radix import Radix
from tutor.engine.structures.sds import ROBJ_SIZE
from tutor.engine.structures.stream_group import UNKNOWN_READ, Group
from tutor.engine.structures.stream_node import DELETED, PREALLOCATED, StreamNode, Words

STREAM_SIZE = 80
LARGEST_ID = (1 << 128) - 1
SEQUENCE = (1 << 64) - 1
_LARGEST_NODE = 1 << 30

Entry = tuple[int, Words]
"""An ID and what stands under it: name, value, name, value …"""


def id_text(entry: int) -> bytes:
    """An ID as it is written: ``ms-seq``."""
    return b"%d-%d" % (entry >> 64, entry & SEQUENCE)


class NodeLimits(NamedTuple):
    """When a node is full (``stream-node-max-bytes``, ``-entries``; 0 is no limit), and the
    allocator that rounds its size."""

    max_bytes: int = 4096
    max_entries: int = 100
    allocator: str = "debian"


class Stream:
    """See the module's text."""

    __slots__ = (
        "entries_added",
        "epoch",
        "first_id",
        "groups",
        "last_id",
        "length",
        "max_deleted_id",
        "nodes",
        "owner",
    )

    encoding = "stream"

    def __init__(self) -> None:
        self.nodes: Radix[StreamNode] = Radix()
        self.groups: dict[bytes, Group] = {}
        self.length = 0
        self.last_id = 0
        self.first_id = 0
        self.max_deleted_id = 0
        self.entries_added = 0
        self.owner = object()
        self.epoch = 0

    def __len__(self) -> int:
        return self.length

    # changing

    def append(self, entry: int, words: Sequence[bytes], limits: NodeLimits) -> None:
        """Add an entry whose ID is above ``last_id``."""
        node = self._tail_with_room(sum(map(len, words)), limits)
        if node is None:
            size = min(limits.max_bytes or PREALLOCATED, PREALLOCATED)
            node = StreamNode(entry, tuple(words[::2]), size, self.owner)
            self.nodes.set(entry, node)
        node.append(entry, words, limits.allocator)
        self.length += 1
        self.entries_added += 1
        self.last_id = entry
        if self.length == 1:
            self.first_id = entry

    def _tail_with_room(self, size: int, limits: NodeLimits) -> StreamNode | None:
        """The last node, if so many more bytes fit; one that is full is closed."""
        if not self.nodes.keys:
            return None
        node = self._own(self.nodes.keys[-1])
        most = limits.max_bytes
        if not 0 < most <= _LARGEST_NODE:
            most = _LARGEST_NODE
        entries = node.count + node.deleted
        if node.size + size >= most or 0 < limits.max_entries <= entries:
            node.close()
            return None
        return node

    def _own(self, master: int) -> StreamNode:
        """A node that may be changed."""
        node = self.nodes.values[master]
        if node.owner is not self.owner:
            node = node.clone(self.owner)
            self.nodes.set(master, node)
        return node

    def delete(self, entry: int, allocator: str) -> bool:
        """Delete an entry; ``first_id`` and ``max_deleted_id`` are the caller's."""
        if not self.nodes.keys:
            return False
        master = self.nodes.keys[max(self.nodes.floor(entry), 0)]
        place = self.nodes.values[master].find(entry)
        if place < 0:
            return False
        node = self._own(master)
        if node.count == 1:
            self.nodes.remove(master)
        else:
            node.delete(place, allocator)
        self.length -= 1
        return True

    def delete_all(self, entries: Sequence[int], allocator: str) -> int:
        """XDEL: how many of them there were."""
        deleted, first = 0, False
        for entry in entries:
            if self.delete(entry, allocator):
                deleted += 1
                first = first or entry == self.first_id
                self.max_deleted_id = max(self.max_deleted_id, entry)
        if deleted and (first or not self.length):
            self.first_id = self.edge(first=True)
        return deleted

    def trim(
        self, allocator: str, maxlen: int | None, minid: int, approximate: bool, limit: int
    ) -> int:
        """Remove from the front until ``maxlen`` entries are left, or, if that is None, none below
        ``minid``. How many went.

        ``approximate``: whole nodes only. ``limit``: no node that would make it more than so many
        (0 is no limit).
        """
        deleted = 0
        while self.nodes.keys:
            if maxlen is not None and self.length <= maxlen:
                break
            master = self.nodes.keys[0]
            node = self.nodes.values[master]
            if limit and deleted + node.count > limit:
                break
            if maxlen is not None:
                whole = self.length - node.count >= maxlen
            else:
                whole = node.ids[-1] < minid
            if not whole:
                if not approximate:
                    deleted += self._trim_node(master, allocator, maxlen, minid)
                break
            self.nodes.remove(master)
            self.length -= node.count
            deleted += node.count
        if deleted or not self.length:
            self.first_id = self.edge(first=True)
        return deleted

    def _trim_node(self, master: int, allocator: str, maxlen: int | None, minid: int) -> int:
        node = self._own(master)
        marked = 0
        for at, entry in enumerate(node.ids):
            if entry >= minid if maxlen is None else self.length <= maxlen:
                break
            if not node.flags[at] & DELETED:
                node.mark(at)
                marked += 1
                self.length -= 1
        node.recount(marked, allocator)
        return marked

    # reading

    def get(self, entry: int) -> Words | None:
        """What stands under an ID."""
        if not self.nodes.keys:
            return None
        node = self.nodes.values[self.nodes.keys[max(self.nodes.floor(entry), 0)]]
        place = node.find(entry)
        return None if place < 0 else node.words[place]

    def range(
        self, start: int = 0, end: int = LARGEST_ID, count: int = 0, reverse: bool = False
    ) -> Iterator[Entry]:
        """Entries from ``start`` to ``end``, both included; at most ``count`` unless that is 0."""
        entries = self._backward(start, end) if reverse else self._forward(start, end)
        return islice(entries, count) if count else entries

    def _forward(self, start: int, end: int) -> Iterator[Entry]:
        keys = self.nodes.keys
        for at in range(max(self.nodes.floor(start), 0), len(keys)):
            node = self.nodes.values[keys[at]]
            for entry, words, flags in zip(node.ids, node.words, node.flags, strict=True):
                if flags & DELETED or entry < start:
                    continue
                if entry > end:
                    return
                yield entry, words

    def _backward(self, start: int, end: int) -> Iterator[Entry]:
        keys = self.nodes.keys
        last = max(self.nodes.floor(end), 0) if keys else -1
        for at in range(last, -1, -1):
            node = self.nodes.values[keys[at]]
            for place in range(len(node.ids) - 1, -1, -1):
                entry = node.ids[place]
                if node.flags[place] & DELETED or entry > end:
                    continue
                if entry < start:
                    return
                yield entry, node.words[place]

    def edge(self, first: bool) -> int:
        """The ID of the first or last entry there is; 0 in an empty stream."""
        return next((entry for entry, _ in self.range(reverse=not first)), 0)

    # groups

    def group(self, name: bytes) -> Group | None:
        """A group to look at."""
        return self.groups.get(name)

    def own_group(self, name: bytes) -> Group | None:
        """A group that may be changed."""
        group = self.groups.get(name)
        if group is not None and group.owner is not self.owner:
            group = self.groups[name] = group.clone(self.owner)
        return group

    def add_group(self, name: bytes, last_id: int, entries_read: int) -> Group | None:
        """A new group; None if there is one of this name."""
        if name in self.groups:
            return None
        group = self.groups[name] = Group(last_id, entries_read, self.owner)
        return group

    def advance(self, group: Group, entry: int) -> None:
        """A group was given the next entry: move its ID, and its count if that can be known."""
        if group.entries_read != UNKNOWN_READ and not self.deleted_from(entry):
            group.entries_read += 1
        elif self.entries_added:
            group.entries_read = self.estimated_read(entry)
        group.last_id = entry

    def deleted_from(self, start: int) -> bool:
        """True if an entry was deleted out of the middle at ``start`` or after it."""
        latest = self.max_deleted_id
        return self.length > 0 and latest > 0 and self.first_id <= latest and start <= latest

    def estimated_read(self, entry: int) -> int:
        """How many entries were ever added up to this ID; `UNKNOWN_READ` if that cannot be told."""
        if not self.entries_added:
            return 0
        if not self.length and entry < self.last_id:
            return self.entries_added
        if entry == self.last_id:
            return self.entries_added
        if entry > self.last_id:
            return UNKNOWN_READ
        if not self.max_deleted_id or self.max_deleted_id < self.first_id:
            if entry < self.first_id:
                return self.entries_added - self.length
            if entry == self.first_id:
                return self.entries_added - self.length + 1
        return UNKNOWN_READ

    def lag(self, group: Group) -> int | None:
        """How many entries the group has yet to read; None if that cannot be told."""
        if not self.entries_added:
            return 0
        read = group.entries_read
        if read == UNKNOWN_READ or self.deleted_from(group.last_id):
            read = self.estimated_read(group.last_id)
        return None if read == UNKNOWN_READ else self.entries_added - read

    # the whole

    def memory(self, samples: int, allocator: str) -> int:
        """Bytes of the object as MEMORY USAGE counts them: the first ``samples`` nodes (0 = all)
        and the last are measured."""
        total = ROBJ_SIZE + STREAM_SIZE + self.nodes.memory
        keys, nodes = self.nodes.keys, self.nodes.values
        measured = len(keys) if not samples else min(samples, len(keys))
        size = sum(nodes[key].allocation(allocator) for key in islice(keys, measured))
        if measured < len(keys):
            size = size // measured * (len(keys) - 1) + nodes[keys[-1]].allocation(allocator)
        return total + size + sum(group.memory for group in self.groups.values())

    def clone(self) -> Stream:
        """A copy that shares nodes and groups until one of the two changes them."""
        copy = Stream()
        copy.nodes = self.nodes.clone()
        copy.groups = self.groups.copy()
        for name in ("length", "last_id", "first_id", "max_deleted_id", "entries_added"):
            setattr(copy, name, getattr(self, name))
        self.owner = object()
        return copy

    def duplicate(self) -> Stream:
        """As `clone`, but every node is allocated anew, at its size (redis 7.0, streamDup)."""
        copy = self.clone()
        for master in copy.nodes.keys:
            copy._own(master).close()
        return copy

    def check(self) -> None:
        """Assert what the module's text says."""
        self.nodes.check()
        ids: list[int] = []
        for master, node in self.nodes.walk(0):
            assert node.master == master
            node.check()
            places = [at for at, flags in enumerate(node.flags) if not flags & DELETED]
            assert places == [node.find(node.ids[at]) for at in places]
            ids += (node.ids[at] for at in places)
        assert ids == [one for one, _ in self.range()] == sorted(ids)
        assert self.length == sum(node.count for node in self.nodes.values.values())
        assert not ids or ids[-1] <= self.last_id
        for group in self.groups.values():
            group.check()
