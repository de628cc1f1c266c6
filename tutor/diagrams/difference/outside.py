"""What differs between two looks at a key of another server, where redis 7.0 has no such layout."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from tutor.engine.inspect import Inspection
from tutor.engine.structures.listpack import ListpackLayout
from tutor.engine.structures.outside_layout import RankedLayout, UnplacedLayout
from tutor.engine.structures.ziplist import ZiplistLayout
from tutor.engine.structures.zipmap import ZipmapLayout

Packed = ZiplistLayout | ZipmapLayout | ListpackLayout
_EACH = {"hash": 2, "zset": 2}


def changes_outside(before: Inspection, after: Inspection) -> frozenset[object] | None:
    """Indexes of entries, or names of fields and members, and words for the header; None where
    `tutor.diagrams.difference` knows the layout itself. O(visible)."""
    new, old = after.layout, before.layout
    if isinstance(new, UnplacedLayout):
        return frozenset(_names([entry.key for entry in new.entries], before, after))
    if isinstance(new, RankedLayout):
        return frozenset(_names([one.member for one in new.members], before, after))
    each = 3 if after.encoding == "listpackex" else _EACH.get(after.type, 1)
    if not isinstance(new, Packed) or (isinstance(new, ListpackLayout) and each == 2):
        return None
    if not isinstance(old, Packed):
        return frozenset()
    marks: set[object] = set(_entries(before, after, old, new, each))
    marks |= {"total"} if old.total_bytes != new.total_bytes else set()
    marks |= {"count"} if old.count != new.count else set()
    return frozenset(marks)


def _names(names: Sequence[bytes], before: Inspection, after: Inspection) -> Iterator[bytes]:
    return (name for name in names if before.find(name) != after.find(name))


def _entries(
    before: Inspection, after: Inspection, old: Packed, new: Packed, each: int
) -> Iterator[int]:
    """Indexes of what is new or has another value."""
    if after.type == "list":
        yield from _moved(old, new)
        return
    entries = new.entries
    for at in range(0, len(entries), each):
        name = entries[at].value
        was = before.find(name)
        if was is None:
            yield from (entry.index for entry in entries[at : at + each])
        elif was != after.find(name):
            yield entries[at + 1].index


def _moved(old: Packed, new: Packed) -> Iterator[int]:
    """Elements that were not there in this order."""
    was, now = ([entry.value for entry in layout.entries] for layout in (old, new))
    for tag, _i1, _i2, first, last in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        if tag in ("insert", "replace"):
            yield from (entry.index for entry in new.entries[first:last])
