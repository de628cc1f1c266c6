"""A listpack: one block of bytes, entry after entry.

┌ total ┬ count ┐ ┌ 6-bit str ┬ 6-bit str ┐ ┌ end ┐
│ 55    │ 6     │ │ name      │ Alice     │ │ ff  │
└ 4 B ──┴ 2 B ──┘ └ 1+4+1 ────┴ 1+5+1 ────┘ └ 1 B ┘
"""

from __future__ import annotations

from collections.abc import Sequence

from tutor.diagrams.boxes import Cell, Group, beside, cell, draw_row, flow, grid, row_width
from tutor.diagrams.canvas import Line, Role, omitted, wrapped
from tutor.diagrams.parts import Parts
from tutor.diagrams.paths import HERE, PASSED, PairAt, path_in
from tutor.diagrams.payload import shown
from tutor.diagrams.sentences import changed_by_command, not_shown
from tutor.engine.structures.listpack import COUNT_UNKNOWN, ListpackEntry, ListpackLayout
from tutor.i18n import _, ngettext

Changed = frozenset[object]


def draw_pairs(layout: ListpackLayout, width: int, changed: Changed) -> list[Line]:
    """A hash or a sorted set: each field with its value, each member with its score.

    ``changed`` holds indexes of entries and the words ``total``, ``count``.
    """
    header = header_cells(layout, changed)
    end = [cell("ff", "end", "1 B", "label")]
    whole = len(layout.entries) == layout.count
    pairs = [_pair(part, changed) for run in _runs(layout) for part in run]
    if whole and row_width([header, *pairs, end]) <= width:
        lines = draw_row([header, *pairs, end])
    else:
        lines = flow([header], width)
        due = 0
        for run in _runs(layout):
            lines += _gap(run[0][0].index - due, due, width)
            lines += grid([_pair(part, changed) for part in run], width)
            due = run[-1][-1].index + 1
        lines += _gap(layout.count - due, due, width)
        lines = beside(lines, end, width) if due == layout.count else lines
    return [*lines, *wrapped(entry_legend(), width)]


def pairs_parts(layout: ListpackLayout, width: int, changed: Changed) -> Parts:
    """The header, the window's pairs, what the figures under them mean."""
    pairs = [_pair(pair, changed) for run in _runs(layout) for pair in run]
    items = grid(pairs, width) if pairs else []
    legend = wrapped(entry_legend(), width)
    return Parts(flow([header_cells(layout, changed)], width), items, legend)


def entry_legend() -> str:
    """What the figures under an entry mean."""
    return _("Under an entry: bytes of its encoding + data + backlen.")


Pair = tuple[ListpackEntry, ListpackEntry]


def _runs(layout: ListpackLayout) -> list[list[Pair]]:
    """The visible pairs in unbroken runs."""
    runs: list[list[Pair]] = []
    for pair in zip(layout.entries[::2], layout.entries[1::2], strict=True):
        if runs and runs[-1][-1][1].index + 1 == pair[0].index:
            runs[-1].append(pair)
        else:
            runs.append([pair])
    return runs


def _gap(entries: int, due: int, width: int) -> list[Line]:
    return [omitted(_left_out(entries, due), width)] if entries else []


def _left_out(entries: int, due: int) -> str:
    """Pairs that are not shown, before the first or after some that are."""
    pairs = entries // 2
    if due == 0:
        words = ngettext("%(n)d pair before", "%(n)d pairs before", pairs)
    else:
        words = ngettext("%(n)d more pair", "%(n)d more pairs", pairs)
    return words % {"n": pairs}


def _pair(pair: Pair, changed: Changed) -> Group:
    return [entry_cell(part, changed) for part in pair]


def header_cells(layout: ListpackLayout, changed: Changed) -> Group:
    """The six bytes in front."""
    count = str(min(layout.count, COUNT_UNKNOWN))
    return [
        cell(str(layout.total_bytes), "total", "4 B", "header", "total" in changed),
        cell(count, "count", "2 B", "header", "count" in changed),
    ]


def entry_cell(entry: ListpackEntry, changed: Changed) -> Cell:
    """One entry: the kind of its encoding above, bytes of its parts below."""
    parts = [len(entry.prefix), len(entry.data), len(entry.backlen)]
    note = "+".join(str(part) for part in parts if part)
    text = str(entry.integer) if entry.integer is not None else shown(entry.value)
    role: Role = "payload" if entry.index % 2 else "key"
    caption = _walk_sign(entry, changed) + entry.encoding
    return cell(text, caption, note, role, entry.index in changed)


def _walk_sign(entry: ListpackEntry, changed: Changed) -> str:
    """Whether a walk through the pairs stands at an entry or has passed it."""
    path = path_in(changed, PairAt)
    if path is None or entry.index % 2:
        return ""
    pair = entry.index // 2
    return HERE if pair == path.pair else PASSED if path.walked and pair < path.pair else ""


def describe_pairs(layout: ListpackLayout, kind: str, changed: Changed = frozenset()) -> list[str]:
    """The same facts as sentences; ``kind`` is ``hash`` or ``zset``."""
    head = ngettext(
        "It is one listpack of %(bytes)d bytes with %(count)d entry.",
        "It is one listpack of %(bytes)d bytes with %(count)d entries.",
        layout.count,
    ) % {"bytes": layout.total_bytes, "count": layout.count}
    words = (
        _("Member %(key)s has the score %(value)s.")
        if kind == "zset"
        else _("Field %(key)s holds %(value)s.")
    )
    lines = [head]
    due = 0
    for run in _runs(layout):
        lines += _not_shown(run[0][0].index - due, due)
        lines += [words % {"key": sized(one), "value": sized(two)} for one, two in run]
        due = run[-1][-1].index + 1
    return [*lines, *_not_shown(layout.count - due, due), *_news(layout.entries, changed)]


def _not_shown(entries: int, due: int) -> list[str]:
    return [not_shown(_left_out(entries, due))] if entries else []


def sized(entry: ListpackEntry) -> str:
    """``name (6-bit str, 6 bytes)``."""
    size = ngettext("%(n)d byte", "%(n)d bytes", entry.size) % {"n": entry.size}
    return f"{shown(entry.value)} ({entry.encoding}, {size})"


def _news(entries: Sequence[ListpackEntry], changed: Changed) -> list[str]:
    names: list[str] = [word for word in ("total", "count") if word in changed]
    names += [shown(entry.value) for entry in entries if entry.index in changed]
    return changed_by_command(names)
