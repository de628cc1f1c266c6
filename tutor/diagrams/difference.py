"""What differs between two inspections of one key: what a diagram marks as changed.

The names are those that each diagram's ``changed`` parameter documents.
"""

from __future__ import annotations

from collections.abc import Sequence

from tutor.engine.inspect import Inspection
from tutor.engine.structures.hashtable_layout import HashTableLayout
from tutor.engine.structures.intset import IntsetLayout
from tutor.engine.structures.listpack import ListpackLayout
from tutor.engine.structures.quicklist_layout import QuicklistLayout
from tutor.engine.structures.sds import StringLayout
from tutor.engine.structures.skiplist_layout import SkiplistLayout

Changes = frozenset[object]
NOTHING: Changes = frozenset()
NEW: Changes = frozenset({"new"})


def changes(before: Inspection | None, after: Inspection) -> Changes:
    """Names of what is new or different in ``after``. O(visible).

    A key that was not there before is new as a whole: that is one mark, on its heading.
    """
    if before is None:
        return NEW
    new, old = after.layout, before.layout
    if isinstance(new, StringLayout):
        return _string(old if isinstance(old, StringLayout) else None, new)
    if isinstance(new, ListpackLayout):
        return _listpack(_pairs(before), new)
    if isinstance(new, IntsetLayout):
        return _intset(old if isinstance(old, IntsetLayout) else None, new)
    if isinstance(new, HashTableLayout):
        return _hashtable(before, old if isinstance(old, HashTableLayout) else None, new)
    if isinstance(new, SkiplistLayout):
        known = _pairs(before)
        return frozenset(
            tower.member for tower in new.towers if known.get(tower.member) != tower.score
        )
    return _quicklist(old if isinstance(old, QuicklistLayout) else None, new)


def _string(old: StringLayout | None, new: StringLayout) -> Changes:
    if old is None:
        return frozenset({"text"})
    fields = {
        "encoding": (old.encoding, new.encoding),
        "len": (old.length, new.length),
        "alloc": (old.alloc, new.alloc),
        "header": (old.header, new.header),
        "text": (old.preview, new.preview),
    }
    return frozenset(name for name, (was, now) in fields.items() if was != now)


def _pairs(inspection: Inspection) -> dict[bytes, object]:
    """What the visible part of a hash or sorted set held: field → value, member → score."""
    layout = inspection.layout
    if isinstance(layout, ListpackLayout):
        values = [entry.value for entry in layout.entries]
        pairs = zip(values[::2], values[1::2], strict=False)
        if inspection.type == "zset":
            return {member: float(score) for member, score in pairs}
        return dict(pairs)
    if isinstance(layout, HashTableLayout):
        return {
            entry.key: entry.value
            for table in layout.tables
            for bucket in table.buckets
            for entry in bucket.entries
        }
    if isinstance(layout, SkiplistLayout):
        return {tower.member: tower.score for tower in layout.towers}
    if isinstance(layout, IntsetLayout):
        return {b"%d" % one.value: None for one in layout.elements}
    return {}


def _listpack(known: dict[bytes, object], new: ListpackLayout) -> Changes:
    marked: set[object] = set()
    entries = new.entries
    for field, value in zip(entries[::2], entries[1::2], strict=False):
        if field.value not in known:
            marked |= {field.index, value.index}
            continue
        was = known[field.value]
        now: object = float(value.value) if isinstance(was, float) else value.value
        if was != now:
            marked.add(value.index)
    if marked or len(known) * 2 != new.count:
        marked |= {"total"}
    if len(known) * 2 != new.count:
        marked |= {"count"}
    return frozenset(marked)


def _intset(old: IntsetLayout | None, new: IntsetLayout) -> Changes:
    known = {element.value for element in old.elements} if old is not None else set()
    marked: set[object] = {one.value for one in new.elements if one.value not in known}
    if old is None or old.length != new.length:
        marked.add("length")
    if old is not None and old.width != new.width:
        marked.add("width")
    return frozenset(marked)


def _hashtable(before: Inspection, old: HashTableLayout | None, new: HashTableLayout) -> Changes:
    known = _pairs(before)
    marked: set[object] = {
        entry.key
        for table in new.tables
        for bucket in table.buckets
        for entry in bucket.entries
        if entry.key not in known or known[entry.key] != entry.value
    }
    if old is not None:
        if [table.size for table in old.tables] != [table.size for table in new.tables]:
            marked.add("size")
        if old.rehashidx != new.rehashidx:
            marked.add("rehashidx")
    return frozenset(marked)


def _quicklist(old: QuicklistLayout | None, new: QuicklistLayout) -> Changes:
    """The middle that is left when the common beginning and the common end are taken away."""
    was = _elements(old)
    now = _elements(new)
    was_values, now_values = [value for _, value in was], [value for _, value in now]
    head = _common(was_values, now_values)
    tail = _common(was_values[head:][::-1], now_values[head:][::-1])
    marked: set[object] = {place for place, _ in now[head : len(now) - tail]}
    if old is not None and new.node_count > old.node_count:
        fresh = (node.index for node in new.nodes if node.count == 1)
        marked |= {index for index in fresh if (index, 0) in marked}
    return frozenset(marked)


def _elements(layout: QuicklistLayout | None) -> list[tuple[tuple[int, int], bytes]]:
    if layout is None:
        return []
    return [
        ((node.index, entry.index), entry.value)
        for node in layout.nodes
        if node.listpack is not None
        for entry in node.listpack.entries
    ]


def _common(left: Sequence[bytes], right: Sequence[bytes]) -> int:
    """How many elements two sequences share from the beginning."""
    count = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        count += 1
    return count
