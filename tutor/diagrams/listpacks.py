"""A listpack: one block of bytes, entry after entry.

┌ total ┬ count ┐ ┌ 6-bit str ┬ 6-bit str ┐ ┌ end ┐
│ 55    │ 6     │ │ name      │ Alice     │ │ ff  │
└ 4 B ──┴ 2 B ──┘ └ 1+4+1 ────┴ 1+5+1 ────┘ └ 1 B ┘
"""

from __future__ import annotations

from collections.abc import Sequence

from tutor.diagrams.boxes import Cell, Group, beside, cell, draw_row, flow, grid, row_width
from tutor.diagrams.canvas import Line, Role, omitted, wrapped
from tutor.diagrams.payload import shown
from tutor.diagrams.sentences import changed_by_command, not_shown
from tutor.engine.structures.listpack import COUNT_UNKNOWN, ListpackEntry, ListpackLayout
from tutor.i18n import _, ngettext

Changed = frozenset[object]


def draw_pairs(layout: ListpackLayout, width: int, changed: Changed) -> list[Line]:
    """A hash or a sorted set: each field with its value, each member with its score.

    ``changed`` holds indexes of entries and the words ``total``, ``count``.
    """
    header = _header(layout, changed)
    end = [cell("ff", "end", "1 B", "label")]
    entries = layout.entries
    pairs = [
        [_entry(part, changed) for part in entries[at : at + 2]] for at in range(0, len(entries), 2)
    ]
    rest = (layout.count - layout.start - len(entries)) // 2
    whole = not layout.start and not rest
    if whole and row_width([header, *pairs, end]) <= width:
        lines = draw_row([header, *pairs, end])
    else:
        lines = flow([header], width)
        if layout.start:
            lines.append(omitted(_before(layout.start // 2), width))
        lines += grid(pairs, width) if pairs else []
        if rest:
            lines.append(omitted(_more(rest), width))
        else:
            lines = beside(lines, end, width)
    legend = _("Under an entry: bytes of its encoding + data + backlen.")
    return [*lines, *wrapped(legend, width)]


def _header(layout: ListpackLayout, changed: Changed) -> Group:
    count = str(min(layout.count, COUNT_UNKNOWN))
    return [
        cell(str(layout.total_bytes), "total", "4 B", "header", "total" in changed),
        cell(count, "count", "2 B", "header", "count" in changed),
    ]


def _before(pairs: int) -> str:
    return ngettext("%(n)d pair before", "%(n)d pairs before", pairs) % {"n": pairs}


def _more(pairs: int) -> str:
    return ngettext("%(n)d more pair", "%(n)d more pairs", pairs) % {"n": pairs}


def _entry(entry: ListpackEntry, changed: Changed) -> Cell:
    parts = [len(entry.prefix), len(entry.data), len(entry.backlen)]
    note = "+".join(str(part) for part in parts if part)
    text = str(entry.integer) if entry.integer is not None else shown(entry.value)
    role: Role = "payload" if entry.index % 2 else "key"
    return cell(text, entry.encoding, note, role, entry.index in changed)


def describe_pairs(layout: ListpackLayout, kind: str, changed: Changed = frozenset()) -> list[str]:
    """The same facts as sentences; ``kind`` is ``hash`` or ``zset``."""
    head = ngettext(
        "It is one listpack of %(bytes)d bytes with %(count)d entry.",
        "It is one listpack of %(bytes)d bytes with %(count)d entries.",
        layout.count,
    ) % {"bytes": layout.total_bytes, "count": layout.count}
    entries = layout.entries
    lines = [head]
    if layout.start:
        lines.append(not_shown(_before(layout.start // 2)))
    pairs = zip(entries[::2], entries[1::2], strict=True)
    words = (
        _("Member %(key)s has the score %(value)s.")
        if kind == "zset"
        else _("Field %(key)s holds %(value)s.")
    )
    lines += [words % {"key": _sized(one), "value": _sized(two)} for one, two in pairs]
    rest = (layout.count - layout.start - len(entries)) // 2
    if rest:
        lines.append(not_shown(_more(rest)))
    return [*lines, *_news(entries, changed)]


def _sized(entry: ListpackEntry) -> str:
    """``name (6-bit str, 6 bytes)``."""
    size = ngettext("%(n)d byte", "%(n)d bytes", entry.size) % {"n": entry.size}
    return f"{shown(entry.value)} ({entry.encoding}, {size})"


def _news(entries: Sequence[ListpackEntry], changed: Changed) -> list[str]:
    names: list[str] = [word for word in ("total", "count") if word in changed]
    names += [shown(entry.value) for entry in entries if entry.index in changed]
    return changed_by_command(names)
