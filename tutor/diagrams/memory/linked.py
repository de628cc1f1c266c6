"""The bytes of what pointers hold together: hash tables, quicklists, sorted sets."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from itertools import groupby

from tutor.diagrams.memory import Block, Field, left_out, number, pointer, pointer_to, unset
from tutor.diagrams.memory.compact import listpack_blocks
from tutor.diagrams.skiplists import score_text
from tutor.diagrams.ziplists import ziplist_blocks
from tutor.engine.image import TableFigures
from tutor.engine.structures.allocator import size_class
from tutor.engine.structures.hashtable import DICT_SIZE, ENTRY_SIZE, SLOT_SIZE
from tutor.engine.structures.hashtable_layout import BucketLayout, HashTableLayout, TableLayout
from tutor.engine.structures.quicklist_layout import QuicklistLayout, QuicklistNodeLayout
from tutor.engine.structures.skiplist_layout import LinkLayout, SkiplistLayout, TowerLayout
from tutor.engine.structures.ziplist import ZiplistLayout
from tutor.i18n import _, ngettext

Changed = frozenset[object]


def hashtable_blocks(layout: HashTableLayout | TableFigures, changed: Changed) -> Iterator[Block]:
    """redis 7.0, dict.h: the dict, its arrays of slots, the entries of each chain."""
    if isinstance(layout, TableFigures):
        yield _dict(layout.sizes, (), layout.rehashidx, changed)
        return
    sizes = tuple(table.size for table in layout.tables)
    used = tuple(table.used for table in layout.tables)
    yield _dict(sizes, used, layout.rehashidx, changed)
    for table in layout.tables:
        yield Block(f"ht_table[{table.number}] · {table.size} × {SLOT_SIZE} B")
        yield from _array(table)
    for table in layout.tables:
        for bucket in table.buckets:
            yield from _chain(bucket, table.number, changed)


def _slots(count: int) -> str:
    return ngettext("%(n)d slot", "%(n)d slots", count) % {"n": count}


def _dict(sizes: tuple[int, ...], used: tuple[int, ...], rehashidx: int, changed: Changed) -> Block:
    slots = (*sizes, 0, 0)[:2]
    fields = [pointer("type", "dictType")]
    for table, size in enumerate(slots):
        target = f"{size} × {SLOT_SIZE} B" if size else None
        fields.append(pointer(f"ht_table[{table}]", target, "size" in changed))
    if used:
        both = (*used, 0)[:2]
        fields += [
            number(f"ht_used[{table}]", count, 8, ("used", table) in changed)
            for table, count in enumerate(both)
        ]
    else:
        fields += [unset("ht_used[0]", 8), unset("ht_used[1]", 8)]
    fields.append(number("rehashidx", rehashidx, 8, "rehashidx" in changed))
    fields.append(number("pauserehash", 0, 2))
    for table, size in enumerate(slots):
        exponent = size.bit_length() - 1 if size else -1
        fields.append(number(f"ht_size_exp[{table}]", exponent, 1, "size" in changed))
    return Block(f"dict · {DICT_SIZE} B", (*fields, unset("padding", 4)))


def _array(table: TableLayout) -> Iterator[Block]:
    """The visible slots; empty ones that follow each other are one field."""

    def kind(place: tuple[int, BucketLayout]) -> tuple[int, int]:
        number, bucket = place
        return bucket.index - number, bucket.index if bucket.entries else -1

    due = 0
    for _kind, group in groupby(enumerate(table.buckets), kind):
        buckets = [bucket for _number, bucket in group]
        if buckets[0].index > due:
            yield left_out(_slots(buckets[0].index - due))
        yield Block("", (_slot(buckets),), buckets[0].index * SLOT_SIZE)
        due = buckets[-1].index + 1
    if due < table.size:
        yield left_out(_slots(table.size - due))


def _slot(buckets: Sequence[BucketLayout]) -> Field:
    first, last = buckets[0], buckets[-1]
    if first.entries:
        return pointer_to(f"[{first.index}]", first.entries[0].key)
    name = f"[{first.index}]" if first is last else f"[{first.index}]…[{last.index}]"
    return Field(f"{name} = NULL", SLOT_SIZE * len(buckets), bytes(SLOT_SIZE), "frame")


def _chain(bucket: BucketLayout, table: int, changed: Changed) -> Iterator[Block]:
    """The entries of one slot, head first."""
    following = [entry.key for entry in bucket.entries[1:]]
    for entry, after in zip(bucket.entries, [*following, None], strict=False):
        new = entry.key in changed
        yield Block(
            f"dictEntry · {ENTRY_SIZE} B · ht[{table}][{bucket.index}] · hash {entry.hash:016x}",
            (
                pointer_to("key", entry.key, new),
                pointer_to("v", entry.value, new or ("value", entry.key) in changed),
                pointer_to("next", after),
            ),
        )


def quicklist_blocks(layout: QuicklistLayout, changed: Changed) -> Iterator[Block]:
    """redis 7.0, quicklist.h: the list, then each node with its listpack."""
    yield quicklist_block(layout, changed)
    if layout.start:
        yield left_out(_nodes(layout.start))
    yield from node_blocks(layout, changed)
    rest = layout.node_count - layout.start - len(layout.nodes)
    if rest:
        yield left_out(_nodes(rest))


def quicklist_block(layout: QuicklistLayout, changed: Changed) -> Block:
    """The list object."""
    last = layout.node_count - 1
    return Block(
        "quicklist · 40 B",
        (
            pointer("head", "node 0"),
            pointer("tail", f"node {last}"),
            number("count", layout.length, 8, "length" in changed),
            number("len", layout.node_count, 8, "nodes" in changed),
            unset("fill", 2) if layout.fill is None else number("fill", layout.fill, 2),
            unset("compress", 2)
            if layout.compress is None
            else number("compress", layout.compress, 2),
            unset("bookmark_count, padding", 4),
        ),
    )


def node_blocks(layout: QuicklistLayout, changed: Changed) -> Iterator[Block]:
    """The window's nodes, each with its listpack."""
    for node in layout.nodes:
        yield _node(node, layout, changed)
        yield from _contents(node, changed)


def _nodes(count: int) -> str:
    return ngettext("%(n)d node", "%(n)d nodes", count) % {"n": count}


def _node(node: QuicklistNodeLayout, layout: QuicklistLayout, changed: Changed) -> Block:
    last = layout.node_count - 1
    container = "1 PLAIN" if node.plain else "2 PACKED"
    encoding = "1 RAW" if node.compressed is None else "2 LZF"
    if layout.compress is None and 0 < node.index < last:  # from outside it is not to be seen
        encoding = "1 RAW | 2 LZF"
    entry = "text" if node.plain else "listpack" if node.compressed is None else "quicklistLZF"
    if isinstance(node.listpack, ZiplistLayout) and node.compressed is None:
        entry = "ziplist"
    return Block(
        f"quicklistNode {node.index} · 40 B",
        (
            pointer("prev", f"node {node.index - 1}" if node.index else None),
            pointer("next", f"node {node.index + 1}" if node.index < last else None),
            pointer("entry", f"{entry} · {node.allocation} B"),
            number("sz", node.size, 8, ("sz", node.index) in changed),
            number("count", node.count, 2, ("count", node.index) in changed),
            unset(f"encoding {encoding} · container {container}", 2),
            unset("padding", 4),
        ),
    )


def _contents(node: QuicklistNodeLayout, changed: Changed) -> Iterator[Block]:
    if node.compressed is not None:
        yield Block(
            f"quicklistLZF · {node.compressed + 8} B",
            (
                number("sz", node.compressed, 8, ("lzf", node.index) in changed),
                unset("compressed", node.compressed),
            ),
        )
    if node.listpack is None:
        text = Field("text", node.size, node.preview, "payload", (node.index, 0) in changed)
        yield Block("", (text,))
        return
    if node.compressed is not None:
        yield Block(_("unpacked"))
    entries: set[object] = {
        item[1] for item in changed if isinstance(item, tuple) and item[0] == node.index
    }
    entries |= {"total"} if ("sz", node.index) in changed else set()
    entries |= {"count"} if ("count", node.index) in changed else set()
    if isinstance(node.listpack, ZiplistLayout):
        yield from ziplist_blocks(node.listpack, frozenset(entries))
    else:
        yield from listpack_blocks(node.listpack, frozenset(entries))


def zset_blocks(
    layout: SkiplistLayout, table: TableFigures | None, allocator: str, changed: Changed
) -> Iterator[Block]:
    """redis 7.0, server.h: the pair of structures, the dict, the skiplist and its nodes."""
    yield from zset_head(layout, table, allocator, changed)
    if layout.start:
        yield left_out(_members(layout.start))
    yield from tower_blocks(layout, allocator, changed)
    rest = layout.length - layout.start - len(layout.towers)
    if rest:
        yield left_out(_members(rest))


def zset_head(
    layout: SkiplistLayout, table: TableFigures | None, allocator: str, changed: Changed
) -> Iterator[Block]:
    """The pair of structures, the dict, the skiplist and its header."""
    yield Block("zset · 16 B", (pointer("dict", "dict"), pointer("zsl", "zskiplist")))
    if table is not None:
        used = (table.used,) if table.rehashidx < 0 else ()
        yield _dict(table.sizes, used, table.rehashidx, changed)
    yield Block(
        "zskiplist · 32 B",
        (
            pointer("header", "header"),
            pointer_to("tail", layout.tail),
            number("length", layout.length, 8, "length" in changed),
            number("level", layout.level, 4, "level" in changed),
            unset("padding", 4),
        ),
    )
    size = 24 + 16 * 32
    yield Block(
        f"zskiplistNode · header · {size} B → {size_class(size, allocator)} B",
        (
            pointer("ele", None),
            Field("score = 0", 8, bytes(8), "frame"),
            pointer("backward", None),
            *(field for link in layout.header for field in _link(link)),
        ),
    )


def tower_blocks(layout: SkiplistLayout, allocator: str, changed: Changed) -> Iterator[Block]:
    """The window's nodes."""
    for tower in layout.towers:
        yield _tower(tower, allocator, changed)


def _members(count: int) -> str:
    return ngettext("%(n)d member", "%(n)d members", count) % {"n": count}


def _tower(tower: TowerLayout, allocator: str, changed: Changed) -> Block:
    new = tower.member in changed
    moved = new or ("value", tower.member) in changed
    size = 24 + 16 * tower.height
    score = struct.pack("<d", tower.score)
    return Block(
        f"zskiplistNode · {size} B → {size_class(size, allocator)} B",
        (
            pointer_to("ele", tower.member, new),
            Field(f"score = {score_text(tower.score)}", 8, score, "payload", moved),
            pointer_to("backward", tower.backward),
            *(field for link in tower.links for field in _link(link)),
        ),
    )


def _link(link: LinkLayout) -> tuple[Field, Field]:
    return (
        pointer_to(f"level[{link.level}].forward", link.target),
        number(f"level[{link.level}].span", link.span, 8),
    )
