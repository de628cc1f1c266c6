"""The bytes of a stream: its structure, the radix tree's nodes, each listpack, the groups."""

from __future__ import annotations

from collections.abc import Iterator

from tutor.diagrams.memory import (
    Block,
    Field,
    left_out,
    number,
    pointer,
    pointer_to,
    quoted,
    unset,
)
from tutor.diagrams.memory.compact import entry_block
from tutor.diagrams.streams.nodes import flags_text, stream_id
from tutor.diagrams.streams.tree import hex_text
from tutor.engine.structures.radix_layout import RAX_SIZE, RadixNodeLayout
from tutor.engine.structures.stream import SEQUENCE, STREAM_SIZE
from tutor.engine.structures.stream_group import CONSUMER_SIZE, GROUP_SIZE, NACK_SIZE, Nack
from tutor.engine.structures.stream_layout import (
    StreamConsumerLayout,
    StreamEntryLayout,
    StreamGroupLayout,
    StreamLayout,
    StreamNodeLayout,
)
from tutor.i18n import _, ngettext, pgettext

Changed = frozenset[object]
_IDS = ("last_id", "first_id", "max_deleted_id")


def stream_blocks(layout: StreamLayout, changed: Changed) -> Iterator[Block]:
    """redis 7.0, stream.h, rax.h: the stream, its tree, the visible nodes, the first groups."""
    yield from head_blocks(layout, changed)
    nodes = list(tree_blocks(layout))
    yield from nodes
    if layout.tree.nodes > len(nodes):
        yield left_out(_nodes(layout.tree.nodes - len(nodes)))
    if layout.start:
        yield left_out(_nodes(layout.start))
    for node in layout.nodes:
        yield from node_blocks(node, changed)
    rest = layout.node_count - layout.start - len(layout.nodes)
    if rest:
        yield left_out(_nodes(rest))
    yield from group_blocks(layout, changed)


def head_blocks(layout: StreamLayout, changed: Changed) -> Iterator[Block]:
    """The structure itself, and that of its tree."""
    fields = [pointer("rax", "rax"), number("length", layout.length, 8, "length" in changed)]
    for name in _IDS:
        fields += _id(name, getattr(layout, name), name in changed)
    fields.append(number("entries_added", layout.entries_added, 8, "entries_added" in changed))
    fields.append(pointer("cgroups", "rax" if layout.group_count else None))
    yield Block(f"stream · {STREAM_SIZE} B", tuple(fields))
    yield Block(
        f"rax · {RAX_SIZE} B",
        (
            pointer("head", "raxNode"),
            number("numele", layout.tree.keys, 8),
            number("numnodes", layout.tree.nodes, 8),
        ),
    )


def in_sight(layout: StreamLayout, changed: Changed) -> Iterator[Block]:
    """The window's nodes without what is said of those beside it; of an only one its entries."""
    alone = layout.node_count == 1
    if not alone or layout.start_of_entries == 0:
        yield from tree_blocks(layout)
    for node in layout.nodes:
        if not alone:
            yield from node_blocks(node, changed)
            continue
        if layout.start_of_entries == 0:
            yield from master_blocks(node, changed)
        for entry in node.entries:
            yield from _entry(entry, changed)
        if node.entries and node.entries[-1].index == node.entry_count - 1:
            yield _end(node)


def group_blocks(layout: StreamLayout, changed: Changed) -> Iterator[Block]:
    """The first groups with what is pending, and their consumers."""
    for group in layout.groups:
        yield from _group(group, changed)
    if layout.group_count > len(layout.groups):
        more = layout.group_count - len(layout.groups)
        yield left_out(ngettext("%(n)d group", "%(n)d groups", more) % {"n": more})


def _nodes(count: int) -> str:
    return ngettext("%(n)d node", "%(n)d nodes", count) % {"n": count}


def _id(name: str, entry: int, new: bool) -> list[Field]:
    return [
        number(f"{name}.ms", entry >> 64, 8, new),
        number(f"{name}.seq", entry & SEQUENCE, 8, new),
    ]


# the tree


def tree_blocks(layout: StreamLayout) -> Iterator[Block]:
    """The nodes that lead to what is visible."""
    places = {node.master: node.index for node in layout.nodes}
    for node in layout.tree.root.walk():
        yield Block(f"raxNode · {_kind(node)} · {node.size} B", tuple(_rax_node(node, places)))


def _kind(node: RadixNodeLayout) -> str:
    if node.key is not None:
        return pgettext("radix tree", "leaf")
    return pgettext("radix tree", "compressed") if node.compressed else _("branching")


def _rax_node(node: RadixNodeLayout, places: dict[int, int]) -> Iterator[Field]:
    key, compressed = int(node.key is not None), int(node.compressed)
    name = f"iskey {key} · isnull 0 · iscompr {compressed} · size {len(node.text)}"
    yield Field(name, 4, node.header, "header")
    if node.text:
        yield Field("text", len(node.text), node.text, "key")
    if node.padding:
        yield unset("padding", node.padding)
    yield from _pointers(node.first)
    for number_, child in enumerate(node.children):
        way = node.text if node.ways == 1 else node.text[node.first + number_ :][:1]
        yield pointer(hex_text(way), f"raxNode · {_kind(child)}")
    yield from _pointers(node.ways - node.first - len(node.children))
    if node.key is not None:
        at = places.get(node.key)
        node_name = (
            "listpack" if at is None else "listpack · " + _("node %(index)d") % {"index": at}
        )
        yield pointer("value", node_name)


def _pointers(count: int) -> Iterator[Field]:
    """Ways that lead out of sight."""
    if count:
        words = ngettext("%(n)d pointer", "%(n)d pointers", count) % {"n": count}
        yield Field(words, 8 * count, None, "pointer")


# the listpacks


def node_blocks(node: StreamNodeLayout, changed: Changed) -> Iterator[Block]:
    """The listpack of one node, part by part."""
    yield from master_blocks(node, changed)
    due = 0
    for entry in node.entries:
        if entry.index > due:
            yield left_out(_entries(entry.index - due))
        yield from _entry(entry, changed)
        due = entry.index + 1
    if due < node.entry_count:
        yield left_out(_entries(node.entry_count - due))
    yield _end(node)


def master_blocks(node: StreamNodeLayout, changed: Changed) -> Iterator[Block]:
    """The header of a listpack and the master entry."""
    where = _("node %(index)d") % {"index": node.index}
    size = _("%(size)d of %(room)d B") % {"size": node.size, "room": node.allocation}
    new = node.master in changed
    yield Block(
        f"listpack · {where} · {size}",
        (
            Field(f"total = {node.size}", 4, node.header[:4], "header", new),
            Field(_count(node), 2, node.header[4:], "header", new),
        ),
    )
    names = ["count", "deleted", "num-fields", *("field" for _one in node.fields), "terminator"]
    yield Block(_("Master entry") + f" {stream_id(node.master)}")
    for part, name in zip(node.master_parts, names, strict=True):
        yield entry_block(part, False, name)


def _end(node: StreamNodeLayout) -> Block:
    return Block("", (Field("end", 1, b"\xff", "frame"),), node.size - 1)


def _count(node: StreamNodeLayout) -> str:
    return f"count = {int.from_bytes(node.header[4:], 'little')}"


def _entries(count: int) -> str:
    return ngettext("%(n)d entry", "%(n)d entries", count) % {"n": count}


def _entry(entry: StreamEntryLayout, changed: Changed) -> Iterator[Block]:
    new = ("entry", entry.id) in changed
    yield Block(_("Entry %(id)s") % {"id": stream_id(entry.id)})
    for at, (part, name) in enumerate(zip(entry.parts, _names(entry), strict=True)):
        flagged = at == 0 and ("flags", entry.id) in changed
        if isinstance(name, bytes):
            yield entry_block(part, new, word=name)
        else:
            yield entry_block(part, new or flagged, name)


def _names(entry: StreamEntryLayout) -> list[str | bytes]:
    """What each part is: a value that is stored without its name is told by the master's."""
    flags = flags_text(entry.flags).replace(str(entry.flags), "flags", 1)
    middle: list[str | bytes] = [*entry.words[::2]]
    if not entry.same_fields:
        middle = ["num-fields", *(("field", "value") * (len(entry.words) // 2))]
    return [flags, "ms", "seq", *middle, "lp-count"]


# the groups


def _group(group: StreamGroupLayout, changed: Changed) -> Iterator[Block]:
    yield Block(
        f"streamCG · {GROUP_SIZE} B",
        (
            *_id("last_id", group.last_id, ("last_id", group.name) in changed),
            number(
                "entries_read",
                group.entries_read,
                8,
                ("entries_read", group.name) in changed,
            ),
            pointer("pel", _rax(group.pending, group.tree_nodes)),
            pointer("consumers", "rax"),
        ),
        word=quoted(group.name),
    )
    for entry, nack in group.nacks:
        yield _nack(entry, nack, ("nack", group.name, entry) in changed)
    if group.pending > len(group.nacks):
        yield left_out(_entries(group.pending - len(group.nacks)))
    for one in group.consumers:
        yield _consumer(one, ("consumer", group.name, one.name) in changed)
    rest = group.consumer_count - len(group.consumers)
    if rest:
        yield left_out(ngettext("%(n)d consumer", "%(n)d consumers", rest) % {"n": rest})


def _rax(keys: int, nodes: int) -> str:
    return f"rax · numele {keys} · numnodes {nodes}"


def _nack(entry: int, nack: Nack, new: bool) -> Block:
    return Block(
        f"streamNACK · {stream_id(entry)} · {NACK_SIZE} B",
        (
            number("delivery_time", nack.time, 8, new),
            number("delivery_count", nack.deliveries, 8, new),
            pointer_to("consumer", nack.consumer, new),
        ),
    )


def _consumer(one: StreamConsumerLayout, new: bool) -> Block:
    return Block(
        f"streamConsumer · {CONSUMER_SIZE} B",
        (
            number("seen_time", one.seen_ms, 8, new),
            pointer_to("name", one.name, new),
            pointer("pel", _rax(one.pending, one.tree_nodes)),
        ),
        word=quoted(one.name),
    )
