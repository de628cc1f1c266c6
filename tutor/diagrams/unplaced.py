"""Tables and skiplists seen from outside: what is in them is true, where it lies is not known.

16 slots · 9 entries in 7 slots · longest chain 2
chains  0 ████████ 9  1 █████ 5  2 ██ 2
► name    Alice
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from tutor.diagrams.canvas import (
    MARK,
    Line,
    Run,
    clip,
    clip_line,
    gauge,
    line_width,
    omitted,
    pad,
    width_of,
    wrapped,
)
from tutor.diagrams.parts import Parts
from tutor.diagrams.payload import shown
from tutor.diagrams.sentences import changed_by_command, not_shown
from tutor.engine.structures.hashtable_layout import TableStats
from tutor.engine.structures.outside_layout import RankedLayout, UnplacedEntry, UnplacedLayout
from tutor.engine.values import score_text
from tutor.i18n import _, ngettext

Changed = frozenset[object]
_BAR = 8
_WIDEST = 28
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def draw_unplaced(
    layout: UnplacedLayout | RankedLayout, width: int, changed: Changed
) -> list[Line]:
    """The figures of the tables, as far as they are known, then what is visible of the contents.
    ``changed`` holds names of fields and members."""
    parts = unplaced_parts(layout, width, changed)
    lines = [*parts.above]
    if layout.start:
        lines.append(omitted(_before(layout), width))
    lines += parts.items
    if _rest(layout):
        lines.append(omitted(_more(layout), width))
    return lines


def unplaced_parts(layout: UnplacedLayout | RankedLayout, width: int, changed: Changed) -> Parts:
    """The figures, and a line for each visible entry or member."""
    above = [line for table in layout.tables for line in _table(table, width)]
    rows = _members(layout) if isinstance(layout, RankedLayout) else _entries(layout)
    first = min(max((width_of(shown(row[0])) for row in rows), default=0), _WIDEST, width // 2)
    items: list[Line] = []
    for name, value, note in rows:
        new = name in changed
        runs: list[Run] = [("►", "pointer"), (MARK if new else " ", "changed")]
        runs += [(pad(shown(name), first), "changed" if new else "key"), ("  ", "text")]
        room = max(width - line_width(runs), 0)
        runs.append((clip(value, room), "changed" if new else "payload"))
        if note:
            runs.append(("  " + note, "label"))
        items.append(clip_line(runs, width))
    return Parts(above, items)


def _entries(layout: UnplacedLayout) -> list[tuple[bytes, str, str]]:
    return [
        (entry.key, "" if entry.value is None else shown(entry.value), _until(entry))
        for entry in layout.entries
    ]


def _members(layout: RankedLayout) -> list[tuple[bytes, str, str]]:
    return [
        (one.member, _score(one.score), _("rank %(rank)d") % {"rank": one.rank})
        for one in layout.members
    ]


def _score(score: float) -> str:
    return score_text(score).decode()


def _until(entry: UnplacedEntry) -> str:
    """When the field expires; the years that no calendar has are told in milliseconds."""
    if entry.expires_ms is None:
        return ""
    try:
        when = _EPOCH + timedelta(milliseconds=entry.expires_ms)
    except OverflowError:
        return _("until %(when)s") % {"when": f"{entry.expires_ms} ms"}
    return _("until %(when)s") % {"when": f"{when:%Y-%m-%d %H:%M:%S} UTC"}


def _table(table: TableStats, width: int) -> list[Line]:
    lines = wrapped(_figures(table), width)
    row: list[Run] = [(_("chains by length:"), "label")]
    for length, slots in sorted(table.histogram.items()):
        bar = gauge(slots, table.size, _BAR)
        piece: Line = ((f"  {length} ", "header"), *bar, (f" {slots}", "label"))
        if line_width(row) + line_width(piece) > width:
            lines.append(clip_line(row, width))
            row = []
        row += piece
    return [*lines, clip_line(row, width)]


def _figures(table: TableStats) -> str:
    words = ngettext(
        "ht[%(number)d]: %(slots)s, %(n)d entry, longest chain %(longest)d",
        "ht[%(number)d]: %(slots)s, %(n)d entries, longest chain %(longest)d",
        table.used,
    )
    slots = ngettext("%(n)d slot", "%(n)d slots", table.size) % {"n": table.size}
    figures = {"number": table.number, "slots": slots, "n": table.used, "longest": table.max_chain}
    return words % figures


def _shown(layout: UnplacedLayout | RankedLayout) -> Sequence[object]:
    return layout.members if isinstance(layout, RankedLayout) else layout.entries


def _rest(layout: UnplacedLayout | RankedLayout) -> int:
    whole = layout.length if isinstance(layout, RankedLayout) else layout.used
    return whole - layout.start - len(_shown(layout))


def _before(layout: UnplacedLayout | RankedLayout) -> str:
    n = layout.start
    return ngettext("%(n)d entry before", "%(n)d entries before", n) % {"n": n}


def _more(layout: UnplacedLayout | RankedLayout) -> str:
    n = _rest(layout)
    return ngettext("%(n)d more entry", "%(n)d more entries", n) % {"n": n}


def describe_unplaced(
    layout: UnplacedLayout | RankedLayout, changed: Changed = frozenset()
) -> list[str]:
    """The same facts as sentences."""
    lines = [_figures(table) + "." for table in layout.tables]
    if layout.start:
        lines.append(not_shown(_before(layout)))
    if isinstance(layout, RankedLayout):
        words = _("Rank %(rank)d: member %(key)s with the score %(score)s.")
        lines += [
            words % {"rank": one.rank, "key": shown(one.member), "score": _score(one.score)}
            for one in layout.members
        ]
    else:
        lines += [_sentence(entry) for entry in layout.entries]
    if _rest(layout):
        lines.append(not_shown(_more(layout)))
    return [*lines, *changed_by_command([shown(one) for one in changed if isinstance(one, bytes)])]


def _sentence(entry: UnplacedEntry) -> str:
    if entry.value is None:
        return _("Member %(key)s.") % {"key": shown(entry.key)}
    words = {"key": shown(entry.key), "value": shown(entry.value), "until": _until(entry)}
    if words["until"]:
        return _("Field %(key)s holds %(value)s, %(until)s.") % words
    return _("Field %(key)s holds %(value)s.") % words
