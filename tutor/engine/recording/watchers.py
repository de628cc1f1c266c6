"""What the traces of hash tables, listpacks, intsets, lists and strings become as steps.

The facts of each step are plain values, named as in the trace that tells them
(`tutor.engine.structures`), with places added where a trace gives objects.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from tutor.engine.image import TableFigures, figures_of
from tutor.engine.recording.images import (
    index_for_a_film,
    index_of,
    nodes_image,
    pairs_image,
    pairs_of,
    table_image,
)
from tutor.engine.recording.reel import WALK_BEGIN, Image, Watcher
from tutor.engine.structures.hashtable import HashTable
from tutor.engine.structures.intset import Intset, width_of
from tutor.engine.structures.listpack import entry_size
from tutor.engine.structures.quicklist import Quicklist
from tutor.engine.structures.quicklist_node import Node
from tutor.engine.structures.sds import Sds, header_name, string_layout
from tutor.engine.structures.window import Window
from tutor.engine.values import Hash, Zset

_NUMBERS = 11
_TEXT = 4096
_WIDENED_LAST = 6
_WIDENED_FIRST = 2


class TableWatcher(Watcher):
    """A hash table: lookups along a chain, insertions, growth, moved buckets, scans."""

    name = "table"
    opens = frozenset({"hash"})
    few: ClassVar[Mapping[str, int]] = {"rehash": 8, "scan": 24}
    structure: HashTable

    def __init__(self, reel: Any, structure: HashTable) -> None:
        super().__init__(reel, structure)
        self._looked: tuple[bytes, int, int] | None = None
        self._repeated = False

    def _image(self, slot: int = 0) -> Image:
        return table_image(self.structure, slot)

    def begins(self, particulars: Mapping[str, Any]) -> bool:
        """An insertion looks again where the command did, with the same outcome."""
        looked = (particulars["key"], len(self.structure), self.structure.slots)
        self._repeated = looked == self._looked
        self._looked = looked
        return not self._repeated

    def on_hash(self, key: bytes, hash: int) -> None:
        table = self.structure
        index_for_a_film(table)  # one that came into being during the command has none yet
        sizes = (table.size0, table.size1) if table.rehashidx >= 0 else (table.size0,)
        slots = tuple(hash & (size - 1) if size else 0 for size in sizes)
        if not self._repeated:
            facts = {"key": key, "hash": hash, "sizes": sizes, "slots": slots}
            self.add("hash", self._image(slots[0]), **facts, moved=table.rehashidx)

    def on_compare(self, **facts: Any) -> None:
        if not self._repeated:
            self.add("compare", self._image(self._slot0(facts)), **facts)

    def on_absent(self, **facts: Any) -> None:
        if not self._repeated:
            self.add("absent", self._image(self._slot0(facts)), **facts)

    def on_elsewhere(self, **facts: Any) -> None:
        if not self._repeated:
            self.add("elsewhere", self._image(self._slot0(facts)), **facts)

    def on_found(self, key: bytes) -> None:
        if not self._repeated:
            self.add("found", self._image(), key=key)

    def on_missing(self, key: bytes) -> None:
        if not self._repeated:
            self.add("missing", self._image(), key=key)

    def _slot0(self, facts: dict[str, Any]) -> int:
        """The slot of table 0 beside which a slot is drawn."""
        slot: int = facts["slot"]
        size = max(self.structure.size0, 1)
        return slot & (size - 1) if facts["table"] else slot

    def on_insert(self, key: bytes, table: int) -> None:
        structure = self.structure
        size = structure.size1 if table else structure.size0
        slot = structure.hash(key) & (size - 1)
        image = self._image(slot & (structure.size0 - 1))
        self.add("insert", image, key=key, table=table, slot=slot)

    def on_remove(self, key: bytes) -> None:
        structure = self.structure
        slot = structure.hash(key) & (structure.size0 - 1)
        table = int(slot < structure.rehashidx)
        if table:
            slot = structure.hash(key) & (structure.size1 - 1)
        image = self._image(slot & (structure.size0 - 1))
        self.add("remove", image, key=key, table=table, slot=slot)

    def on_create(self, size: int) -> None:
        self.add("create", self._image(), size=size)

    def on_expand(self, old: int, new: int, used: int) -> None:
        sizes = (old,)
        figures = TableFigures(used, sizes, -1)
        image = table_image(self.structure) if self.structure.indexed else figures
        self.add("expand", image, old=old, new=new, used=used)

    def on_rehash(self, bucket: int, keys: tuple[bytes, ...]) -> None:
        structure = self.structure
        targets = tuple((key, structure.hash(key) & (structure.size1 - 1)) for key in keys)
        self.add("rehash", self._image(bucket), bucket=bucket, targets=targets)

    def on_rehashed(self, size: int) -> None:
        self.add("rehashed", figures_of(self.structure), size=size)

    def on_scan(self, cursor: int, next: int, keys: tuple[bytes, ...]) -> None:
        table = self.structure
        sizes = (table.size0, table.size1) if table.rehashidx >= 0 else (table.size0,)
        slot = cursor & (table.size0 - 1)
        self.add("scan", self._image(slot), cursor=cursor, next=next, keys=keys, sizes=sizes)


class PairsWatcher(Watcher):
    """The listpack of a compact hash or sorted set: searched entry by entry."""

    name = "listpack"
    opens = frozenset({"compare", "order"})
    structure: Hash | Zset

    def begins(self, particulars: Mapping[str, Any]) -> bool:
        return bool(particulars["at"] == 0)

    def walk_image(self, facts: dict[str, Any]) -> Image:
        return pairs_image(self.structure, facts["at"])

    def on_compare(self, **facts: Any) -> None:
        self.walk("compare", **facts)
        if facts["same"]:
            self.end_walk()

    def on_absent(self, part: bytes) -> None:
        count = len(pairs_of(self.structure)) // 2
        self.add("absent", pairs_image(self.structure, count), part=part, count=count)

    def on_order(self, **facts: Any) -> None:
        self.walk("order", **facts)

    def on_gap(self, part: bytes, score: float, at: int) -> None:
        self.add("gap", pairs_image(self.structure, at), part=part, score=score, at=at)

    def on_place(self, part: bytes, score: float, at: int) -> None:
        self._put("place", part, at, score=score)

    def on_append(self, part: bytes, value: bytes) -> None:
        self._put("append", part, len(pairs_of(self.structure)) // 2 - 1, value=value)

    def on_replace(self, part: bytes, value: bytes) -> None:
        self._put("replace", part, self._at(part), value=value)

    def _put(self, kind: str, part: bytes, at: int, **facts: Any) -> None:
        words = pairs_of(self.structure)[2 * at : 2 * at + 2]
        size = sum(map(entry_size, words))
        self.add(kind, pairs_image(self.structure, at), part=part, at=at, size=size, **facts)

    def on_delete(self, part: bytes) -> None:
        at = self._at(part)
        self.add("delete", pairs_image(self.structure, at), part=part, at=at)

    def _at(self, part: bytes) -> int:
        return pairs_of(self.structure)[::2].index(part)

    def on_convert(self, entries: int) -> None:
        into = "hashtable" if isinstance(self.structure, Hash) else "skiplist"
        self.add("convert", pairs_image(self.structure, 0), entries=entries, into=into)
        self.reel.muted = True

    def on_converted(self, table: HashTable | None = None, skiplist: Any = None) -> None:
        self.reel.muted = False
        if table is not None:
            index_for_a_film(table)
            self.add("converted", table_image(table), into="hashtable")

    def _mute(self, kind: str) -> bool:
        return False


class IntsetWatcher(Watcher):
    """An intset: binary search, widening from the end, moving up for a new number."""

    name = "intset"
    structure: Intset
    _widened = False

    def _image(self, place: int) -> Image:
        length = len(self.structure.values)
        start = min(max(place - _NUMBERS // 2, 0), max(length - _NUMBERS, 0))
        return self.structure.layout(Window(start, _NUMBERS))

    def on_too_wide(self, value: int) -> None:
        have = self.structure.width
        self.add("too-wide", self._image(0), value=value, width=width_of(value), have=have)

    def on_beyond(self, value: int, after: bool) -> None:
        end = len(self.structure.values) - 1 if after else 0
        self.add("beyond", self._image(end), value=value, after=after)

    def on_probe(self, **facts: Any) -> None:
        self.add("probe", self._image(facts["middle"]), **facts)

    def on_not_found(self, value: int, place: int) -> None:
        self.add("not-found", self._image(place), value=value, place=place)

    def on_upgrade(self, old: int, new: int, value: int, place: int) -> None:
        """The elements move one by one, the last one first (redis 7.0, intset.c
        intsetUpgradeAndAdd); a negative newcomer pushes them up by one place more."""
        length = len(self.structure.values)
        facts = {"old": old, "new": new, "value": value, "shift": int(value < 0), "count": length}
        self.add("upgrade", self._image(length - 1), **facts)
        for index in range(length - 1, -1, -1):
            if _WIDENED_FIRST <= index < length - _WIDENED_LAST:
                continue
            first = index == _WIDENED_FIRST - 1 and length > _WIDENED_FIRST + _WIDENED_LAST
            number = self.structure.values[index]
            self.add("widen", self._image(index), index=index, number=number, **facts)
            if first:
                self.reel.drafts[-1].left_out = length - _WIDENED_FIRST - _WIDENED_LAST
        self._widened = True

    def on_insert(self, value: int, place: int) -> None:
        moved = 0 if self._widened else len(self.structure.values) - 1 - place
        self._widened = False
        self.add("insert", self._image(place), value=value, place=place, moved=moved)

    def on_remove(self, value: int, place: int) -> None:
        moved = len(self.structure.values) - 1 - place
        self.add("remove", self._image(place), value=value, place=place, moved=moved)

    def on_convert(self, entries: int) -> None:
        self.add("convert", self._image(0), entries=entries, into="hashtable")

    def on_converted(self, table: HashTable) -> None:
        index_for_a_film(table)
        self.add("converted", table_image(table), into="hashtable")


class ListWatcher(Watcher):
    """A quicklist: walks from node to node, room in a node, splits and merges."""

    name = "quicklist"
    opens = frozenset({"push", "take", "room"})
    few: ClassVar[Mapping[str, int]] = {"weed": 6, "unlink": 6, "drop": 6}
    structure: Quicklist

    def __call__(self, kind: str, /, **particulars: object) -> None:
        """A walk may pass very many nodes: of most only their number is kept."""
        passed = kind == "visit" or (kind == "search" and particulars["offset"] == -1)
        if passed and len(self._walk) == WALK_BEGIN and self.reel.listen():
            self._walked += 1
            self._walk_end.append(self._made(kind, dict(particulars)))
        else:
            super().__call__(kind, **particulars)

    def _show(self, kind: str, node: Node, offset: int = 0, **facts: Any) -> None:
        index = index_of(self.structure, node)
        image = nodes_image(self.structure, node, index, offset, self.reel.allocator)
        self.add(kind, image, index=index, offset=offset, held=len(node.entries), **facts)

    def walk_image(self, facts: dict[str, Any]) -> Image:
        node = facts.pop("node")
        offset = max(facts.get("offset", 0), 0)
        return nodes_image(self.structure, node, facts["index"], offset, self.reel.allocator)

    def on_visit(self, **facts: Any) -> None:
        self.walk("visit", **facts)

    def on_entry(self, node: Node, index: int, offset: int) -> None:
        drafts = self.reel.drafts
        if drafts and drafts[-1].kind == "quicklist.entry" and drafts[-1].facts["index"] == index:
            self.forget_walk()  # the same way again: somebody notes the place before it changes
            return
        self._show("entry", node, offset, value=node.entries[offset])

    def on_search(self, **facts: Any) -> None:
        self.walk("search", **facts)
        if facts["offset"] >= 0:
            self.end_walk()

    def on_weed(self, node: Node, value: bytes, gone: int) -> None:
        if gone:
            self._show("weed", node, node.entries.index(value), value=value, gone=gone)

    def on_full(self, node: Node, size: int) -> None:
        self._show("full", node, 0, size=size, bytes=node.size, **self._limits())

    def _limits(self) -> dict[str, int]:
        quicklist = self.structure
        entries = quicklist.entry_limit if quicklist.fill >= 0 else 0
        return {"byte_limit": quicklist.byte_limit, "entry_limit": entries}

    def on_node(self, node: Node) -> None:
        self._show("node", node, bytes=node.size)

    def on_push(self, node: Node, value: bytes, front: bool) -> None:
        offset = 0 if front else len(node.entries) - 1
        self._show("push", node, offset, value=value, front=front, bytes=node.size)

    def on_take(self, node: Node, offset: int, value: bytes) -> None:
        self._show("take", node, offset, value=value, last=len(node.entries) == 1)

    def on_unlink(self, node: Node) -> None:
        self._show("unlink", node)

    def on_drop(self, node: Node, start: int, stop: int) -> None:
        self._show("drop", node, start, start=start, stop=stop)

    def on_room(self, node: Node, **facts: Any) -> None:
        offset = facts.pop("offset")
        self._show("room", node, offset, bytes=node.size, **facts, **self._limits())

    def on_insert(self, node: Node, offset: int) -> None:
        self._show("insert", node, offset, value=node.entries[offset], bytes=node.size)

    def on_beside(self, node: Node, full: Node, offset: int) -> None:
        self._show("beside", node, offset, value=node.entries[offset])

    def on_replace(self, node: Node, offset: int, value: bytes) -> None:
        self._show("replace", node, offset, value=value, bytes=node.size)

    def on_split(self, node: Node, offset: int, before: bool) -> None:
        self._show("split", node, offset, before=before)

    def on_merge(self, left: Node, right: Node) -> None:
        self._pair("merge", left, right)

    def on_no_merge(self, left: Node, right: Node) -> None:
        self._pair("no-merge", left, right)

    def _pair(self, kind: str, left: Node, right: Node) -> None:
        counts = {"left": len(left.entries), "right": len(right.entries)}
        sizes = {"left_bytes": left.size, "right_bytes": right.size}
        self._show(kind, left, **counts, **sizes, **self._limits())

    def on_merged(self, node: Node) -> None:
        drafts = self.reel.drafts
        if drafts and drafts[-1].kind == "quicklist.unlink":
            drafts.pop()  # the right one's end, seen while both hold its entries
        self._show("merged", node, bytes=node.size)


class StringWatcher(Watcher):
    """An SDS that is edited in place: made raw, grown, written into."""

    name = "string"
    structure: Sds

    def _image(self, start: int = 0) -> Image:
        window = Window(max(start - 64, 0), _TEXT)
        return string_layout(self.structure, allocator=self.reel.allocator, window=window)

    def on_raw(self, before: str) -> None:
        self.add("raw", self._image(), before=before)

    def on_grow(self, **facts: Any) -> None:
        kind = header_name(self.structure.kind)
        self.add("grow", self._image(len(self.structure.data)), **facts, header=kind)

    def on_write(self, start: int, stop: int, gap: int = 0) -> None:
        free = self.structure.alloc - len(self.structure.data)
        self.add("write", self._image(start), start=start, stop=stop, gap=gap, free=free)
