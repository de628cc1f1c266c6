"""Sequences packed into one block, whatever their format: boxes in items of one, two or three.

┌ total ┬ tail ─┬ count ┐ ┌ 6-bit str ┬ 6-bit str ┐ ┌ end ┐
│ 32    │ 28    │ 4     │ │ name      │ Alice     │ │ ff  │
└ 4 B ──┴ 4 B ──┴ 2 B ──┘ └ 1+1+4 ────┴ 1+1+5 ────┘ └ 1 B ┘
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tutor.diagrams.boxes import Cell, Group, beside, cell, draw_row, flow, grid, row_width
from tutor.diagrams.canvas import Line, omitted, wrapped
from tutor.diagrams.listpacks import entry_cell, entry_legend, header_cells
from tutor.diagrams.parts import Parts
from tutor.diagrams.sentences import not_shown
from tutor.engine.structures.listpack import ListpackLayout
from tutor.i18n import ngettext

Changed = frozenset[object]


@dataclass(frozen=True, slots=True)
class Packed:
    """A block as boxes: its header, and its visible entries with their indexes among ``count``.
    An item is ``each`` so many entries."""

    header: Group
    entries: Sequence[tuple[int, Cell]]
    count: int
    each: int
    legend: str


def packed_listpack(layout: ListpackLayout, each: int, changed: Changed) -> Packed:
    """A listpack that does not hold pairs: a set or list of Redis 7.2, a hash with expiring fields
    of 7.4."""
    entries = [(entry.index, entry_cell(entry, changed)) for entry in layout.entries]
    header = header_cells(layout, changed)
    return Packed(header, entries, layout.count, each, entry_legend())


def draw_packed(packed: Packed, width: int) -> list[Line]:
    """In one row if there is room, else in columns."""
    end = [cell("ff", "end", "1 B", "label")]
    items = _items(packed)
    if len(packed.entries) == packed.count:
        whole = [packed.header, *(group for _index, group in items), end]
        if row_width(whole) <= width:
            return [*draw_row(whole), *wrapped(packed.legend, width)]
    lines = flow([packed.header], width)
    for gap, run in _runs(packed):
        if gap:
            lines.append(omitted(gap, width))
        elif run:
            lines += grid(run, width)
    if not packed.entries or packed.entries[-1][0] == packed.count - 1:
        lines = beside(lines, end, width)
    return [*lines, *wrapped(packed.legend, width)]


def packed_parts(packed: Packed, width: int) -> Parts:
    """The header, the window's items, what the figures under them mean."""
    groups = [group for _index, group in _items(packed)]
    items = grid(groups, width) if groups else []
    return Parts(flow([packed.header], width), items, wrapped(packed.legend, width))


def _items(packed: Packed) -> list[tuple[int, Group]]:
    """Boxes that belong together, with the index of the first entry."""
    some = packed.entries
    return [
        (some[at][0], [box for _index, box in some[at : at + packed.each]])
        for at in range(0, len(some), packed.each)
    ]


def _runs(packed: Packed) -> list[tuple[str, list[Group]]]:
    """Unbroken runs of items, and words for what is left out between them."""
    runs: list[tuple[str, list[Group]]] = []
    due = 0
    for index, group in _items(packed):
        if index > due:
            runs.append((items_left_out(index - due, due, packed.each), []))
        if not runs or runs[-1][0]:
            runs.append(("", []))
        runs[-1][1].append(group)
        due = index + packed.each
    if due < packed.count:
        runs.append((items_left_out(packed.count - due, due, packed.each), []))
    return runs


def items_left_out(entries: int, due: int, each: int) -> str:
    """Items that are not shown, before the first or after some that are."""
    n = entries // each
    if each == 1:
        words = (
            ngettext("%(n)d more entry", "%(n)d more entries", n)
            if due
            else ngettext("%(n)d entry before", "%(n)d entries before", n)
        )
    elif each == 3:
        words = (
            ngettext("%(n)d more field", "%(n)d more fields", n)
            if due
            else ngettext("%(n)d field before", "%(n)d fields before", n)
        )
    else:
        words = (
            ngettext("%(n)d more pair", "%(n)d more pairs", n)
            if due
            else ngettext("%(n)d pair before", "%(n)d pairs before", n)
        )
    return words % {"n": n}


def in_sentences(
    indexes: Sequence[int], count: int, each: int, say: Callable[[int], str]
) -> list[str]:
    """A sentence for each visible item (``say`` gets the place of its first entry among
    ``indexes``), and for each gap."""
    lines: list[str] = []
    due = 0
    for at in range(0, len(indexes), each):
        if indexes[at] > due:
            lines.append(not_shown(items_left_out(indexes[at] - due, due, each)))
        lines.append(say(at))
        due = indexes[at] + each
    if due < count:
        lines.append(not_shown(items_left_out(count - due, due, each)))
    return lines
