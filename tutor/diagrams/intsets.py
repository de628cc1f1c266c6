"""An intset: numbers side by side, all of one width.

┌ encoding ──┬ length ┐ ┌ [0] ───┬ [1] ───┐
│ 4 (32 bit) │ 2      │ │ 1      │ 70000  │
└ 4 B ───────┴ 4 B ───┘ └ 4 B ───┴ 4 B ───┘
"""

from __future__ import annotations

from tutor.diagrams.boxes import Group, cell, draw_row, flow, row_width
from tutor.diagrams.canvas import Line, omitted, wrapped
from tutor.diagrams.parts import Parts
from tutor.diagrams.paths import HERE, PASSED, SearchSpan, path_in
from tutor.diagrams.sentences import changed_by_command, not_shown
from tutor.engine.structures.intset import IntsetLayout
from tutor.i18n import _, ngettext

Changed = frozenset[object]


def draw_intset(layout: IntsetLayout, width: int, changed: Changed) -> list[Line]:
    """``changed`` holds values and the words ``width``, ``length``."""
    header = _header(layout, changed)
    cells = _elements(layout, changed)
    rest = layout.length - layout.start - len(cells)
    if not layout.start and not rest and cells and row_width([header, cells]) <= width:
        lines = draw_row([header, cells])
    else:
        lines = flow([header], width)
        if layout.start:
            lines.append(omitted(_before(layout.start), width))
        lines += flow([cells], width) if cells else []
        if rest:
            lines.append(omitted(_more(rest), width))
    return [*lines, *wrapped(_note(layout), width)]


def intset_parts(layout: IntsetLayout, width: int, changed: Changed) -> Parts:
    """The header, the window's numbers, what is true of all."""
    cells = _elements(layout, changed)
    items = flow([cells], width) if cells else []
    return Parts(flow([_header(layout, changed)], width), items, wrapped(_note(layout), width))


def _header(layout: IntsetLayout, changed: Changed) -> Group:
    bits = ngettext("%(n)d bit", "%(n)d bits", layout.width * 8) % {"n": layout.width * 8}
    return [
        cell(f"{layout.width} ({bits})", "encoding", "4 B", "header", "width" in changed),
        cell(str(layout.length), "length", "4 B", "header", "length" in changed),
    ]


def _elements(layout: IntsetLayout, changed: Changed) -> Group:
    """Boxes of one width, as in memory."""
    note = f"{layout.width} B"
    span = path_in(changed, SearchSpan)
    captions = [f"{_search_sign(one.index, span)}[{one.index}]" for one in layout.elements]
    cells = [
        cell(str(one.value), caption, note, "payload", one.value in changed)
        for one, caption in zip(layout.elements, captions, strict=True)
    ]
    widest = max((one.width for one in cells), default=0)
    return [
        cell(str(one.value), caption, note, "payload", one.value in changed, widest)
        for one, caption in zip(layout.elements, captions, strict=True)
    ]


def _search_sign(index: int, span: SearchSpan | None) -> str:
    """Whether a binary search looks at an element, or has it behind it."""
    if span is None:
        return ""
    return HERE if index == span.middle else "" if span.low <= index <= span.high else PASSED


def _note(layout: IntsetLayout) -> str:
    return ngettext(
        "In ascending order, %(bits)d bit each: found by binary search. "
        "The widest number there ever was sets the width of all.",
        "In ascending order, %(bits)d bits each: found by binary search. "
        "The widest number there ever was sets the width of all.",
        layout.width * 8,
    ) % {"bits": layout.width * 8}


def _before(numbers: int) -> str:
    return ngettext("%(n)d number before", "%(n)d numbers before", numbers) % {"n": numbers}


def _more(numbers: int) -> str:
    return ngettext("%(n)d more number", "%(n)d more numbers", numbers) % {"n": numbers}


def describe_intset(layout: IntsetLayout, changed: Changed = frozenset()) -> list[str]:
    """The same facts as sentences."""
    head = ngettext(
        "It is one intset of %(bytes)d bytes with %(count)d number.",
        "It is one intset of %(bytes)d bytes with %(count)d numbers.",
        layout.length,
    ) % {"count": layout.length, "bytes": layout.total_bytes}
    lines = [head, _note(layout)]
    if layout.start:
        lines.append(not_shown(_before(layout.start)))
    values = ", ".join(str(one.value) for one in layout.elements)
    lines.append(_("Its numbers are %(values)s.") % {"values": values})
    rest = layout.length - layout.start - len(layout.elements)
    if rest:
        lines.append(not_shown(_more(rest)))
    names = [
        name for word, name in (("width", "encoding"), ("length", "length")) if word in changed
    ]
    names += [str(one.value) for one in layout.elements if one.value in changed]
    return lines + changed_by_command(names)
