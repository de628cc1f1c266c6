"""What a command did to a listpack of pairs or to an intset: bytes in one block that move."""

from __future__ import annotations

from tutor.diagrams.difference import Find, as_it_was, changes
from tutor.diagrams.payload import shown
from tutor.diagrams.why.deed import Deed
from tutor.engine.inspect import Inspection
from tutor.engine.structures.allocator import size_class
from tutor.engine.structures.intset import IntsetLayout
from tutor.engine.structures.listpack import ListpackEntry, ListpackLayout
from tutor.i18n import _, ngettext

Pair = tuple[ListpackEntry, ListpackEntry]
"""Field and value, member and score."""

_LONGEST = 24


def span(old: int, new: int) -> str:
    """``38 → 52 B``."""
    if old == new:
        return _("%(n)d B as before") % {"n": new}
    return _("%(old)d → %(new)d B") % {"old": old, "new": new}


def listpack_clauses(before: Inspection, after: Inspection, deed: Deed) -> list[str]:
    """Pairs added, removed or rewritten; the block; how near the conversion is."""
    old, new = before.layout, after.layout
    assert isinstance(old, ListpackLayout)
    assert isinstance(new, ListpackLayout)
    clauses = _pairs(before, old, after, new)
    if not clauses:
        return []
    return [*clauses, *block(old.total_bytes, new.total_bytes, after.allocator), *_brink(after)]


def _pairs(
    before: Inspection, old: ListpackLayout, after: Inspection, new: ListpackLayout
) -> list[str]:
    added = after.length - before.length
    size = span(old.total_bytes, new.total_bytes)
    if added > 0:
        return [f"{_added(before, after, new, added)}, {size}"]
    if added < 0:
        return [f"{_removed(after, old, -added)}, {size}"]
    if old.total_bytes == new.total_bytes and not changes(before, after):
        return []
    if after.type == "zset":
        return [_("taken out and set in anew by its score") + f", {size}"]
    if old.total_bytes != new.total_bytes:
        return [_("rewritten in its place, what stands behind it moved") + f", {size}"]
    return [_("rewritten in its place") + f", {size}"]


def _removed(after: Inspection, old: ListpackLayout, count: int) -> str:
    pair = _only_lost(after, old) if count == 1 else None
    if pair is None:
        words = ngettext(
            "%(n)d pair cut out, what stood behind it moved up",
            "%(n)d pairs cut out, what stood behind them moved up",
            count,
        )
        return words % {"n": count}
    moved = old.total_bytes - 1 - (pair[1].offset + pair[1].size)
    if not moved:
        return _("%(field)s cut off at the end") % {"field": short(pair[0].value)}
    words = ngettext(
        "%(field)s cut out, %(n)d byte behind it moved up",
        "%(field)s cut out, %(n)d bytes behind it moved up",
        moved,
    )
    return words % {"field": short(pair[0].value), "n": moved}


def short(field: bytes) -> str:
    """A field or member, cut to what is needed to recognize it."""
    return shown(field, _LONGEST)


def _added(before: Inspection, after: Inspection, new: ListpackLayout, count: int) -> str:
    if after.type != "zset":
        words = ngettext("%(n)d pair written at the end", "%(n)d pairs written at the end", count)
        return words % {"n": count}
    place = _only_new(before, after, new) if count == 1 else None
    if place is None:
        words = ngettext(
            "%(n)d pair set in by score", "%(n)d pairs set in, each by its score", count
        )
        return words % {"n": count}
    moved = new.total_bytes - 1 - (place[1].offset + place[1].size)
    if not moved:
        return _("last by its score: written at the end")
    words = ngettext(
        "set in at rank %(rank)d by its score, %(n)d byte behind it moved",
        "set in at rank %(rank)d by its score, %(n)d bytes behind it moved",
        moved,
    )
    return words % {"rank": place[0].index // 2, "n": moved}


def _only_new(before: Inspection, after: Inspection, new: ListpackLayout) -> Pair | None:
    """The one visible pair whose member was not there before."""
    return _only_unknown(new, as_it_was(before, after))


def _only_lost(after: Inspection, old: ListpackLayout) -> Pair | None:
    """The one pair that was visible and is not there any longer."""
    return _only_unknown(old, after.find)


def _only_unknown(layout: ListpackLayout, find: Find) -> Pair | None:
    pairs = zip(layout.entries[::2], layout.entries[1::2], strict=True)
    found = [pair for pair in pairs if find(pair[0].value) is None]
    return found[0] if len(found) == 1 else None


def block(old: int, new: int, allocator: str) -> list[str]:
    """What that meant for the block of the allocator."""
    was, now = size_class(old, allocator), size_class(new, allocator)
    if was != now:
        return [_("block %(old)d → %(new)d B") % {"old": was, "new": now}]
    if old != new:
        return [_("the block stays %(n)d B") % {"n": now}]
    return []


def _brink(after: Inspection) -> list[str]:
    limit = after.limits[0] if after.limits else None
    if limit is None or limit.actual != limit.most:
        return []
    words = _("%(directive)s reached: the next new one converts it")
    return [words % {"directive": limit.directive}]


def intset_clauses(before: Inspection, after: Inspection, deed: Deed) -> list[str]:
    """Integers added or removed, and what a wider one did to all the others."""
    old, new = before.layout, after.layout
    assert isinstance(old, IntsetLayout)
    assert isinstance(new, IntsetLayout)
    added = new.length - old.length
    if not added:
        return []
    if new.width != old.width:
        words = ngettext(
            "does not fit int%(old)d: the %(n)d element was widened to int%(new)d",
            "does not fit int%(old)d: all %(n)d elements were widened to int%(new)d, "
            "from the last to the first",
            old.length,
        )
        told = words % {"old": old.width * 8, "n": old.length, "new": new.width * 8}
    elif added < 0:
        told = _unshifted(after, old, -added)
    else:
        told = _shifted(as_it_was(before, after), new, added)
    return [
        f"{told}, {span(old.total_bytes, new.total_bytes)}",
        *block(old.total_bytes, new.total_bytes, after.allocator),
        *_brink(after),
    ]


def _shifted(find: Find, new: IntsetLayout, added: int) -> str:
    fresh = [one.index for one in new.elements if find(b"%d" % one.value) is None]
    if added > 1 or len(fresh) != 1:
        words = ngettext(
            "%(n)d element set in where binary search says",
            "%(n)d elements set in, each where binary search says",
            added,
        )
        return words % {"n": added}
    behind = new.length - 1 - fresh[0]
    words = ngettext(
        "binary search says place %(at)d; %(n)d element behind it moved by %(width)d B",
        "binary search says place %(at)d; %(n)d elements behind it moved by %(width)d B",
        behind,
    )
    return words % {"at": fresh[0], "n": behind, "width": new.width}


def _unshifted(after: Inspection, old: IntsetLayout, gone: int) -> str:
    lost = [one.index for one in old.elements if after.find(b"%d" % one.value) is None]
    if gone > 1 or len(lost) != 1:
        words = ngettext(
            "%(n)d element cut out, those behind it moved up",
            "%(n)d elements cut out, those behind them moved up",
            gone,
        )
        return words % {"n": gone}
    behind = old.length - 1 - lost[0]
    words = ngettext(
        "found at place %(at)d; %(n)d element behind it moved up by %(width)d B",
        "found at place %(at)d; %(n)d elements behind it moved up by %(width)d B",
        behind,
    )
    return words % {"at": lost[0], "n": behind, "width": old.width}
