"""The image of a stream for a look: its figures, the nodes of a window, its groups.

Of each node the master entry and the first and last entries are derived, of a group the first
pending entries and consumers. In the only node of a stream the window moves over its entries.
Costs the window, and at most `GROUPS_SHOWN` groups with as many consumers and `PENDING_SHOWN`
pending entries each. In a node the entries before the window are sized one by one, and its words
are counted until the listpack's counter gives up (65,535). Source: redis 7.0, t_stream.c, stream.h.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from tutor.engine.structures import listpack
from tutor.engine.structures.listpack import ListpackEntry, entries_at, entry_size
from tutor.engine.structures.radix_layout import RadixLayout, radix_layout
from tutor.engine.structures.stream import Stream
from tutor.engine.structures.stream_group import Consumer, Group, Nack
from tutor.engine.structures.stream_node import (
    DELETED,
    SAME_FIELDS,
    StreamNode,
    Words,
    difference,
)
from tutor.engine.structures.window import Window

GROUPS_SHOWN = 16
PENDING_SHOWN = 16
_LEAST_PER_NODE = 4
_LAST_SHOWN = 2


@dataclass(frozen=True, slots=True)
class StreamEntryLayout:
    """One entry of a node: its ID, how that is told, and where in the listpack it stands.

    ``ms`` and ``seq`` are the distances from the master's ID, ``words`` name, value, name, value …
    as they are read, ``stored`` what the listpack holds for it, ``first`` and ``offset`` the place
    of the first of these.
    """

    index: int
    id: int
    flags: int
    ms: int
    seq: int
    words: Words
    stored: Words
    first: int
    offset: int

    @property
    def deleted(self) -> bool:
        return bool(self.flags & DELETED)

    @property
    def same_fields(self) -> bool:
        """Whether its names are the master's and not stored again."""
        return bool(self.flags & SAME_FIELDS)

    @property
    def parts(self) -> tuple[ListpackEntry, ...]:
        """The bytes: flags, two differences, the words, how many entries of the listpack precede
        this last number."""
        return entries_at(self.stored, self.first, self.offset)


@dataclass(frozen=True, slots=True)
class StreamNodeLayout:
    """One node: the IDs it spans, live and deleted entries, bytes used and allocated.

    ``fields`` are the master's names; ``entry_count`` counts entries, deleted ones included, and
    ``word_count`` those of the listpack (65,535 or more: unknown, as its header has it).
    """

    index: int
    master: int
    last: int
    fields: Words
    count: int
    deleted: int
    size: int
    allocation: int
    entry_count: int
    word_count: int
    entries: tuple[StreamEntryLayout, ...]

    @property
    def header(self) -> bytes:
        """The listpack's six header bytes."""
        return listpack.ListpackLayout(self.size, self.word_count, 0, ()).header

    @property
    def master_parts(self) -> tuple[ListpackEntry, ...]:
        """The bytes of the master entry: counters, number of names, the names, 0."""
        return entries_at(_master_words(self), 0, listpack.HEADER_SIZE)


@dataclass(frozen=True, slots=True)
class StreamConsumerLayout:
    """One consumer: when it was last seen (ms), how many entries it holds, the first of them."""

    name: bytes
    seen_ms: int
    pending: int
    tree_nodes: int
    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class StreamGroupLayout:
    """One group: its last delivered ID, what is pending, and for whom (the first of each).

    ``entries_read`` is -1 and ``lag`` None where that cannot be told; ``nacks`` are the first
    pending entries by their IDs, ``tree_nodes`` the nodes of the tree that holds them.
    """

    name: bytes
    last_id: int
    entries_read: int
    lag: int | None
    pending: int
    tree_nodes: int
    nacks: tuple[tuple[int, Nack], ...]
    consumer_count: int
    consumers: tuple[StreamConsumerLayout, ...]


@dataclass(frozen=True, slots=True)
class StreamLayout:
    """Figures of the whole, the nodes of the window from ``start`` on, the first groups."""

    length: int
    last_id: int
    first_id: int
    max_deleted_id: int
    entries_added: int
    node_count: int
    tree: RadixLayout
    group_count: int
    start: int
    nodes: tuple[StreamNodeLayout, ...]
    groups: tuple[StreamGroupLayout, ...]

    @property
    def start_of_entries(self) -> int:
        """The first visible entry of the only node; 0 where there are none."""
        return self.nodes[0].entries[0].index if self.nodes and self.nodes[0].entries else 0

    @property
    def tree_nodes(self) -> int:
        """Nodes of the radix tree of nodes, as XINFO STREAM counts them."""
        return self.tree.nodes


def stream_items(stream: Stream) -> int:
    """How many items a window moves over: nodes, or the entries of the only one."""
    nodes = stream.nodes.values
    return len(next(iter(nodes.values())).ids) if len(nodes) == 1 else len(nodes)


def stream_layout(
    stream: Stream, window: Window, allocator: str, ends: bool = True
) -> StreamLayout:
    """Derive the image. O(window and groups shown). ``ends``: with the last entries of the only
    node."""
    alone = len(stream.nodes) == 1
    visible = Window(0, min(window.count, 1)) if alone else window
    start, stop = visible.bounds(len(stream.nodes))
    share = Window(0, max(_LEAST_PER_NODE, window.count // max(stop - start, 1)))
    entries = window if alone else share
    return StreamLayout(
        length=stream.length,
        last_id=stream.last_id,
        first_id=stream.first_id,
        max_deleted_id=stream.max_deleted_id,
        entries_added=stream.entries_added,
        node_count=len(stream.nodes),
        tree=radix_layout(stream.nodes, start, stop),
        group_count=len(stream.groups),
        start=start,
        nodes=tuple(
            _node(stream, index, entries, allocator, ends or not alone)
            for index in range(start, stop)
        ),
        groups=tuple(_group(stream, name) for name in islice(sorted(stream.groups), GROUPS_SHOWN)),
    )


def _node(
    stream: Stream, index: int, window: Window, allocator: str, ends: bool
) -> StreamNodeLayout:
    node = stream.nodes.values[stream.nodes.keys[index]]
    return StreamNodeLayout(
        index=index,
        master=node.master,
        last=node.ids[-1],
        fields=node.fields,
        count=node.count,
        deleted=node.deleted,
        size=node.size,
        allocation=node.allocation(allocator),
        entry_count=len(node.ids),
        word_count=_counted(node),
        entries=tuple(_entries(node, window, ends)),
    )


def _master_words(node: StreamNode | StreamNodeLayout) -> Words:
    head = (node.count, node.deleted, len(node.fields))
    return (*(b"%d" % number for number in head), *node.fields, b"0")


def _stored(node: StreamNode, at: int) -> Words:
    """What the listpack holds for an entry."""
    words, flags = node.words[at], node.flags[at]
    ms, seq = difference(node.ids[at], node.master)
    head = tuple(b"%d" % number for number in (flags, ms, seq))
    if flags & SAME_FIELDS:
        return (*head, *words[1::2], b"%d" % (3 + len(words) // 2))
    return (*head, b"%d" % (len(words) // 2), *words, b"%d" % (4 + len(words)))


def _stored_count(words: Words, flags: int) -> int:
    return 4 + len(words) // 2 if flags & SAME_FIELDS else 5 + len(words)


def _counted(node: StreamNode) -> int:
    """Entries of the listpack, as far as its header can tell their number."""
    total = 4 + len(node.fields)
    for words, flags in zip(node.words, node.flags, strict=True):
        total += _stored_count(words, flags)
        if total >= listpack.COUNT_UNKNOWN:
            return listpack.COUNT_UNKNOWN
    return total


def _entries(node: StreamNode, window: Window, ends: bool) -> Iterator[StreamEntryLayout]:
    """The entries of the window, then, unless ``ends`` is False, the last ones."""
    first, last = window.bounds(len(node.ids))
    head = _master_words(node)
    place, offset = len(head), listpack.HEADER_SIZE + sum(map(entry_size, head))
    for at in range(last):
        stored = _stored(node, at)
        if at >= first:
            yield _entry(node, at, stored, place, offset)
        place += len(stored)
        offset += sum(map(entry_size, stored))
    late = range(max(last, len(node.ids) - _LAST_SHOWN), len(node.ids))
    if not late or not window.count or not ends:
        return
    texts = [_stored(node, at) for at in late]
    between = zip(node.words[last : late[0]], node.flags[last : late[0]], strict=True)
    place += sum(_stored_count(words, flags) for words, flags in between)
    offset = node.size - 1 - sum(entry_size(word) for text in texts for word in text)
    for at, stored in zip(late, texts, strict=True):
        yield _entry(node, at, stored, place, offset)
        place += len(stored)
        offset += sum(map(entry_size, stored))


def _entry(node: StreamNode, at: int, stored: Words, place: int, offset: int) -> StreamEntryLayout:
    ms, seq = difference(node.ids[at], node.master)
    entry, flags, words = node.ids[at], node.flags[at], node.words[at]
    return StreamEntryLayout(at, entry, flags, ms, seq, words, stored, place, offset)


def _group(stream: Stream, name: bytes) -> StreamGroupLayout:
    group = stream.groups[name]
    return StreamGroupLayout(
        name=name,
        last_id=group.last_id,
        entries_read=group.entries_read,
        lag=stream.lag(group),
        pending=len(group.pending),
        tree_nodes=group.pending.nodes,
        nacks=tuple(islice(group.pending.walk(0), PENDING_SHOWN)),
        consumer_count=len(group.consumers),
        consumers=tuple(_consumer(one) for one in _first_consumers(group)),
    )


def _first_consumers(group: Group) -> Iterator[Consumer]:
    return islice(group.listed(), GROUPS_SHOWN)


def _consumer(one: Consumer) -> StreamConsumerLayout:
    ids = tuple(one.pending.keys[:PENDING_SHOWN])
    return StreamConsumerLayout(one.name, one.seen_ms, len(one.pending), one.pending.nodes, ids)
