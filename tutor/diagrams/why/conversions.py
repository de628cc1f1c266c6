"""Why a value changed its encoding, and what it became: a clause of the line that `why` makes."""

from __future__ import annotations

from tutor.diagrams.why.deed import Deed
from tutor.engine.events import Conversion
from tutor.engine.image import TableFigures
from tutor.engine.inspect import Inspection
from tutor.engine.structures.hashtable_layout import HashTableLayout
from tutor.engine.structures.skiplist_layout import SkiplistLayout
from tutor.i18n import _, ngettext


def conversion_clauses(before: Inspection, after: Inspection, deed: Deed) -> list[str]:
    """The cause of the last conversion and its outcome; nothing if the encoding is the same."""
    if before.encoding == after.encoding:
        return []
    last = next((one for one in reversed(deed.conversions) if one.before != one.after), None)
    outcome = _outcome(before.encoding, after)
    return [outcome if last is None else f"{cause_of(last)}: {outcome}"]


def cause_of(conversion: Conversion) -> str:
    """Which figures were compared, or what else made the old encoding unfit."""
    figures = {
        "actual": conversion.actual,
        "bits": conversion.limit * 8,
        "limit": conversion.limit,
        "directive": conversion.directive,
    }
    cause = conversion.cause
    if cause == "entries":
        words = ngettext(
            "%(actual)d element > %(directive)s %(limit)d",
            "%(actual)d elements > %(directive)s %(limit)d",
            conversion.actual,
        )
        return words % figures
    if cause in ("value_length", "length"):
        return _longer(conversion) % figures
    others = {
        "not_integer": lambda: _("an intset holds integers only"),
        "append": lambda: _("only a raw string is edited in place"),
        "number": lambda: _("the text is an integer now"),
        "width": lambda: _("a number does not fit int%(bits)d") % figures,
        "sort": lambda: _("SORT reads a sorted set from a skiplist"),
        "store": lambda: _("stored anew"),
    }
    return others.get(cause, others["store"])()


def _longer(conversion: Conversion) -> str:
    if not conversion.directive:
        return ngettext(
            "%(actual)d byte > %(limit)d", "%(actual)d bytes > %(limit)d", conversion.actual
        )
    return ngettext(
        "%(actual)d byte > %(directive)s %(limit)d",
        "%(actual)d bytes > %(directive)s %(limit)d",
        conversion.actual,
    )


def _outcome(was: str, after: Inspection) -> str:
    """``listpack became a hashtable of 1024 slots``."""
    layout = after.layout
    words = {"before": was, "after": after.encoding}
    if isinstance(layout, (HashTableLayout, TableFigures)):
        slots = sum(sizes_of(layout))
        return ngettext(
            "%(before)s became a hashtable of %(slots)d slot",
            "%(before)s became a hashtable of %(slots)d slots",
            slots,
        ) % {**words, "slots": slots}
    if isinstance(layout, SkiplistLayout):
        return ngettext(
            "%(before)s became a skiplist of %(levels)d level and a hash table",
            "%(before)s became a skiplist of %(levels)d levels and a hash table",
            layout.level,
        ) % {**words, "levels": layout.level}
    return f"{was} → {after.encoding}"


def sizes_of(layout: HashTableLayout | TableFigures) -> tuple[int, ...]:
    """Slots of each table."""
    if isinstance(layout, TableFigures):
        return layout.sizes
    return tuple(table.size for table in layout.tables)
