"""A listpack and an intset: one block of bytes, entry after entry.

┌ total ┬ count ┐ ┌ 6-bit str ┬ 6-bit str ┐ ┌ end ┐
│ 55    │ 6     │ │ name      │ Alice     │ │ ff  │
└ 4 ────┴ 2 ────┘ └ 1+4+1 ────┴ 1+5+1 ────┘ └ 1 ──┘
"""

from __future__ import annotations

from collections.abc import Sequence

from tutor.diagrams.boxes import Cell, flow
from tutor.diagrams.canvas import Line, Role, printable, wrapped
from tutor.engine.structures.intset import IntsetLayout
from tutor.engine.structures.listpack import ListpackEntry, ListpackLayout
from tutor.i18n import _, ngettext


def draw_listpack(
    layout: ListpackLayout, width: int, changed: frozenset[object], *, pairs: bool = False
) -> list[Line]:
    """``pairs`` keeps field and value together; ``changed`` holds indexes of entries."""
    header = [
        Cell(str(layout.total_bytes), "total", "4", "header", "total" in changed),
        Cell(str(min(layout.count, 65535)), "count", "2", "header", "count" in changed),
    ]
    step = 2 if pairs else 1
    groups: list[Sequence[Cell]] = [header]
    if layout.start:
        groups.append([Cell(_("%(n)d before") % {"n": layout.start // step}, "…", role="label")])
    entries = layout.entries
    if pairs:
        groups += [
            [
                _entry(part, changed, number % 2 == 0)
                for number, part in enumerate(entries[at : at + 2])
            ]
            for at in range(0, len(entries), 2)
        ]
    elif entries:
        groups.append([_entry(part, changed) for part in entries])
    rest = layout.count - layout.start - len(entries)
    if rest > 0:
        groups.append([Cell(_("%(n)d more") % {"n": rest // step}, "…", role="label")])
    groups.append([Cell("ff", "end", "1", "frame")])
    return flow(groups, width)


def _entry(entry: ListpackEntry, changed: frozenset[object], field: bool = False) -> Cell:
    parts = [len(entry.prefix), len(entry.data), len(entry.backlen)]
    note = "+".join(str(part) for part in parts if part)
    text = str(entry.integer) if entry.integer is not None else printable(entry.value)
    role: Role = "header" if field else "payload"
    return Cell(text or '""', entry.encoding, note, role, entry.index in changed)


def describe_listpack(layout: ListpackLayout, pairs: bool = False) -> list[str]:
    """The same facts as sentences."""
    lines = [
        _("listpack of %(bytes)d bytes, %(count)d entries")
        % {"bytes": layout.total_bytes, "count": layout.count}
    ]
    texts = [printable(entry.value) for entry in layout.entries]
    if pairs:
        lines += [f"{texts[at]} = {texts[at + 1]}" for at in range(0, len(texts) - 1, 2)]
    else:
        lines += texts
    return lines


def draw_intset(layout: IntsetLayout, width: int, changed: frozenset[object]) -> list[Line]:
    """``changed`` holds values and the word ``width``."""
    bits = layout.width * 8
    header = [
        Cell(f"{layout.width} (int{bits})", "encoding", "4", "header", "width" in changed),
        Cell(str(layout.length), "length", "4", "header", "length" in changed),
    ]
    cells = [
        Cell(
            str(element.value),
            f"[{element.index}]",
            str(layout.width),
            "payload",
            element.value in changed,
        )
        for element in layout.elements
    ]
    groups: list[Sequence[Cell]] = [header]
    if layout.start:
        groups.append([Cell(_("%(n)d before") % {"n": layout.start}, "…", role="label")])
    if cells:
        groups.append(cells)
    rest = layout.length - layout.start - len(cells)
    if rest > 0:
        groups.append([Cell(_("%(n)d more") % {"n": rest}, "…", role="label")])
    lines = flow(groups, width)
    note = _("sorted; each number takes %(bits)d bits; found by binary search") % {"bits": bits}
    return [*lines, *wrapped(note, width)]


def describe_intset(layout: IntsetLayout) -> list[str]:
    """The same facts as sentences."""
    head = ngettext(
        "intset of %(count)d number, %(bits)d bits each, %(bytes)d bytes in all",
        "intset of %(count)d numbers, %(bits)d bits each, %(bytes)d bytes in all",
        layout.length,
    ) % {"count": layout.length, "bits": layout.width * 8, "bytes": layout.total_bytes}
    return [head, ", ".join(str(element.value) for element in layout.elements)]
