"""What a command did to a hash table, and to the skiplist beside it in a sorted set."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from tutor.diagrams.difference import Find, as_it_was, changes
from tutor.diagrams.why.compact import short
from tutor.diagrams.why.conversions import sizes_of
from tutor.diagrams.why.deed import Deed
from tutor.engine.image import TableFigures
from tutor.engine.inspect import Inspection
from tutor.engine.structures.hashtable_layout import HashTableLayout
from tutor.engine.structures.skiplist_layout import SkiplistLayout, TowerLayout
from tutor.i18n import _, ngettext


def table_clauses(before: Inspection, after: Inspection, deed: Deed) -> list[str]:
    """Entries added, replaced or removed, then what the table itself did."""
    old, new = before.layout, after.layout
    assert isinstance(old, (HashTableLayout, TableFigures))
    assert isinstance(new, (HashTableLayout, TableFigures))
    return _entries(before, after, new) + table_steps(_figures(old), _figures(new))


def _entries(
    before: Inspection, after: Inspection, new: HashTableLayout | TableFigures
) -> list[str]:
    added = after.length - before.length
    if added > 0:
        place = _place(as_it_was(before, after), new) if added == 1 else ""
        words = ngettext("%(n)d entry added", "%(n)d entries added", added) % {"n": added}
        return [place or words]
    if added == -1 and (place := _left(after, before.layout)):
        return [place]
    if added < 0:
        words = ngettext(
            "%(n)d entry unlinked from its chain",
            "%(n)d entries unlinked from their chains",
            -added,
        )
        return [words % {"n": -added}]
    marks = changes(before, after)
    values = [mark[1] for mark in marks if isinstance(mark, tuple) and mark[0] == "value"]
    if len(values) == 1:
        return [_("the entry of %(field)s got another value") % {"field": short(values[0])}]
    if values:
        words = ngettext(
            "%(n)d entry got another value", "%(n)d entries got other values", len(values)
        )
        return [words % {"n": len(values)}]
    return []


def _place(find: Find, new: HashTableLayout | TableFigures) -> str:
    """Where the one new entry went, if that is in sight."""
    figures = _unknown(new, find)
    if figures is None:
        return ""
    words = ngettext(
        "%(field)s went into bucket %(bucket)d of ht[%(table)d], a chain of %(n)d entry",
        "%(field)s went into bucket %(bucket)d of ht[%(table)d], a chain of %(n)d entries",
        figures["n"],
    )
    return words % figures


def _left(after: Inspection, old: object) -> str:
    """Which chain the one entry left, if that was in sight."""
    figures = _unknown(old, after.find)
    if figures is None:
        return ""
    return (
        _("%(field)s was unlinked from the chain of bucket %(bucket)d of ht[%(table)d]") % figures
    )


def _unknown(layout: object, find: Find) -> dict[str, Any] | None:
    """The place of the first visible entry that the other look does not know."""
    if not isinstance(layout, HashTableLayout):
        return None
    for table in layout.tables:
        for bucket in table.buckets:
            for entry in bucket.entries:
                if find(entry.key) is None:
                    return {
                        "field": short(entry.key),
                        "bucket": bucket.index,
                        "table": table.number,
                        "n": len(bucket.entries),
                    }
    return None


def _figures(layout: HashTableLayout | TableFigures) -> TableFigures:
    return TableFigures(layout.used, sizes_of(layout), layout.rehashidx)


def table_steps(old: TableFigures | None, new: TableFigures | None) -> list[str]:
    """Resizing and rehashing. An old table in front of a new one is being moved, slot by slot."""
    if old is None or new is None:
        return []
    if old.rehashidx < 0 and new.rehashidx < 0:
        if old.sizes == new.sizes:
            return []
        return [_("slots %(old)d → %(new)d") % {"old": old.sizes[0], "new": new.sizes[0]}]
    if old.rehashidx >= 0 and new.rehashidx < 0:
        slots = new.sizes[0]
        words = ngettext("the rehash is over: %(n)d slot", "the rehash is over: %(n)d slots", slots)
        return [words % {"n": slots}]
    if old.rehashidx < 0 or old.sizes != new.sizes:
        return [_begun(old, new)]
    if new.rehashidx == old.rehashidx:
        return []
    words = _("a rehash step: rehashidx %(old)d → %(new)d of %(size)d")
    figures = {"old": old.rehashidx, "new": new.rehashidx, "size": new.sizes[0]}
    return [words % figures]


def _begun(old: TableFigures, new: TableFigures) -> str:
    """Why a table of another size begins (redis 7.0, dict.c: as many entries as slots; fewer than
    a tenth of them)."""
    figures = {"used": old.used, "old": new.sizes[0], "new": new.sizes[1]}
    if new.sizes[1] > new.sizes[0]:
        words = ngettext(
            "%(old)d slot is full: a table of %(new)d begins, buckets move one by one",
            "%(old)d slots are full: a table of %(new)d begins, buckets move one by one",
            figures["old"],
        )
    else:
        words = _(
            "fewer than a tenth of %(old)d slots in use: a table of %(new)d begins, "
            "buckets move one by one"
        )
    return words % figures


# sorted sets


def zset_clauses(before: Inspection, after: Inspection, deed: Deed) -> list[str]:
    """Towers set in, moved or taken out, then the companion hash table."""
    old, new = before.layout, after.layout
    assert isinstance(old, SkiplistLayout)
    assert isinstance(new, SkiplistLayout)
    return [
        *_towers(before, old, after, new),
        *_levels(old, new),
        *table_steps(before.table, after.table),
    ]


def _towers(
    before: Inspection, old: SkiplistLayout, after: Inspection, new: SkiplistLayout
) -> list[str]:
    added = new.length - old.length
    marks = changes(before, after)
    if added > 0:
        fresh = [tower for tower in new.towers if tower.member in marks]
        if added == len(fresh) == 1:
            return [_tower(fresh[0])]
        words = ngettext(
            "%(n)d tower set in by its score", "%(n)d towers set in, each by its score", added
        )
        return [words % {"n": added}]
    if added < 0:
        words = ngettext(
            "%(n)d tower taken out, the links over it lead on",
            "%(n)d towers taken out, the links over them lead on",
            -added,
        )
        return [words % {"n": -added}]
    moved = [tower for tower in new.towers if ("value", tower.member) in marks]
    return [_moved(moved[0], old, new)] if len(moved) == 1 else _many_moved(len(moved))


def _tower(tower: TowerLayout) -> str:
    """Height by coin tosses: each next level with probability 1/4 (redis 7.0, t_zset.c)."""
    won = tower.height - 1
    words = ngettext(
        "a tower of %(height)d level for %(member)s",
        "a tower of %(height)d levels for %(member)s",
        tower.height,
    )
    if won:
        tosses = ngettext("%(n)d coin toss won", "%(n)d coin tosses won", won) % {"n": won}
    else:
        tosses = _("the first coin toss lost")
    line = words % {"height": tower.height, "member": short(tower.member)}
    place = _("at rank %(rank)d") % {"rank": tower.rank}
    return f"{line} ({tosses}), {place}"


def _moved(tower: TowerLayout, old: SkiplistLayout, new: SkiplistLayout) -> str:
    """A member with another score: in its place if it is still between its neighbours (redis 7.0,
    t_zset.c zslUpdateScore)."""
    was = next((one.rank for one in old.towers if one.member == tower.member), None)
    figures = {"member": short(tower.member), "old": was, "new": tower.rank}
    if was is not None and was != tower.rank:
        words = _("%(member)s taken out and set in anew with a fresh tower: rank %(old)d → %(new)d")
        return words % figures
    if was is not None and _between(tower, new):
        return _("%(member)s stays between its neighbours: its score alone changed") % figures
    return _("%(member)s got another score, rank %(new)d") % figures


def _between(tower: TowerLayout, new: SkiplistLayout) -> bool:
    around = [one for one in new.towers if abs(one.rank - tower.rank) <= 1]
    complete = len(around) == 1 + (tower.rank > 0) + (tower.rank < new.length - 1)
    return complete and all(left.score < right.score for left, right in pairwise(around))


def _many_moved(count: int) -> list[str]:
    if not count:
        return []
    words = ngettext("%(n)d score changed", "%(n)d scores changed", count)
    return [words % {"n": count}]


def _levels(old: SkiplistLayout, new: SkiplistLayout) -> list[str]:
    if old.level == new.level:
        return []
    return [_("levels of the list %(old)d → %(new)d") % {"old": old.level, "new": new.level}]
