"""A HyperLogLog: its header, its 16,384 registers, and, where it is sparse, the runs it is told in.

┌ magic ┬ encoding ┬ unused ┬ cached cardinality ┐ ┌ registers ┐
│ HYLL  │ 1 sparse │ 00×3   │ 2                  │ │ 5 opcodes │
└ 4 B ──┴ 1 B ─────┴ 3 B ───┴ 8 B ───────────────┘ └ 7 B ──────┘
0 ·······························1········2········ 16383

What a string of this form looks like is in `heat`, why an element touches a register in `hits`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from tutor.diagrams.boxes import Group, cell, flow
from tutor.diagrams.canvas import Line, marked, omitted, wrapped
from tutor.diagrams.difference import replaced, string_text
from tutor.diagrams.hyperloglogs.heat import heat_map, histogram, per_row, ribbon
from tutor.diagrams.hyperloglogs.hits import describe_hit, draw_hit
from tutor.diagrams.sentences import changed_by_command, not_shown
from tutor.diagrams.tables import Column, fitting, table
from tutor.engine.inspect import Inspection
from tutor.engine.structures.hyperloglog import HEADER_SIZE, REGISTERS, is_hyperloglog
from tutor.engine.structures.hyperloglog_layout import (
    Hit,
    HyperloglogLayout,
    OpcodeLayout,
    hit_of,
    hyperloglog_layout,
)
from tutor.engine.structures.sds import StringLayout
from tutor.engine.structures.window import Window
from tutor.i18n import _, ngettext

Changed = frozenset[object]
_ROWS, _OPCODES = 16, 24
"""Rows of registers and opcodes that are drawn, unless a wide window asks for all."""

_WIDE = 256
_NAMED = 8


def is_one(inspection: Inspection) -> bool:
    """Whether the key can be looked at as a HyperLogLog. O(1)."""
    return inspection.type == "string" and is_hyperloglog(string_text(inspection))


def _layout(inspection: Inspection) -> HyperloglogLayout:
    text = string_text(inspection)
    layout = hyperloglog_layout(text, Window(0, len(text)))
    assert layout is not None
    return layout


def draw_registers(inspection: Inspection, width: int, changed: Changed) -> list[Line]:
    """``changed`` may hold what `difference` and `named` say of strings: ("register", number),
    ("element", element) and the word ``registers`` if all that changed are named."""
    layout = _layout(inspection)
    raised = _raised(changed)
    lines = flow(_boxes(layout, changed), width)
    lines += [line for text in _notes(layout) for line in wrapped(text, width)]
    if not layout.corrupt:
        for hit in _hits(changed):
            value = layout.registers[hit.register]
            known = None if "registers" not in changed else hit.register in raised
            lines += [(), *draw_hit(hit, value, known, width)]
        lines += [(), *ribbon(layout.registers, raised, width)]
        if not layout.sparse:
            lines += [(), *_map(layout, inspection, raised, changed, width)]
    if layout.opcodes:
        lines += [(), *_runs(layout, inspection, raised, width)]
    if not layout.corrupt:
        lines += [(), *histogram(layout.histogram, width)]
    return lines


def _boxes(layout: HyperloglogLayout, changed: Changed) -> list[Group]:
    """The sixteen bytes of the header, and what follows."""
    name = "1 sparse" if layout.sparse else "0 dense"
    cached = str(layout.cached)
    piece = replaced(changed)
    new = piece is not None and piece[0] < HEADER_SIZE
    if layout.stale:
        cached += " · " + _("stale")
    body = ngettext("%(n)d opcode", "%(n)d opcodes", layout.opcode_count)
    held = body % {"n": layout.opcode_count} if layout.sparse else f"{REGISTERS} × 6 bit"
    return [
        [
            cell("HYLL", "magic", "4 B", "label"),
            cell(name, "encoding", "1 B", "header"),
            cell(layout.header[5:8].hex(" "), _("unused"), "3 B", "free"),
            cell(cached, _("cached cardinality"), "8 B", "header", new),
        ],
        [cell(held, _("registers"), f"{layout.size - HEADER_SIZE} B", "payload")],
    ]


def _notes(layout: HyperloglogLayout) -> list[str]:
    if layout.corrupt:
        return [_("Corrupt: the runs do not cover the 16,384 registers exactly.")]
    about = ngettext(
        "The registers say: %(n)d different element, give or take 0.81 %%.",
        "The registers say: %(n)d different elements, give or take 0.81 %%.",
        layout.estimate or 0,
    ) % {"n": layout.estimate}
    if layout.stale:
        kept = _("The highest bit of the cached number is 1, it is stale: PFCOUNT will count anew.")
    else:
        kept = _("The cached number is right: PFCOUNT just reads it.")
    return [about, kept]


def _hits(changed: Changed) -> list[Hit]:
    """Where the elements of the last command fall."""
    named = (item for item in changed if isinstance(item, tuple) and item[0] == "element")
    return [hit_of(element) for element in sorted(item[1] for item in named)]


def _raised(changed: Changed) -> list[int]:
    """Registers that the last command changed."""
    named = (item for item in changed if isinstance(item, tuple) and item[0] == "register")
    return sorted(item[1] for item in named)


def _first_shown(inspection: Inspection) -> int:
    """The byte of the registers with which the window begins."""
    layout = inspection.layout
    return layout.preview_start if isinstance(layout, StringLayout) else 0


def _map(
    layout: HyperloglogLayout,
    inspection: Inspection,
    raised: Sequence[int],
    changed: Changed,
    width: int,
) -> list[Line]:
    """Rows of a dense value's registers: where the window is, or where something changed."""
    per = per_row(width)
    size = REGISTERS if inspection.window.count >= _WIDE else _ROWS * per
    start = max(_first_shown(inspection) - HEADER_SIZE, 0) * 8 // 6
    touched = [*raised, *(hit.register for hit in _hits(changed))]
    if touched and not start <= min(touched) < start + size:
        start = max(min(touched) - size // 2, 0)
    start = min(start, REGISTERS - size) // per * per
    stop = min(start + size, REGISTERS)
    lines = heat_map(layout.registers, start, stop, raised, width)
    if size == REGISTERS:
        return lines
    words = _("shown are registers %(first)d–%(last)d of %(size)d")
    return [*lines, omitted(words % {"first": start, "last": stop - 1, "size": REGISTERS}, width)]


def _window(
    layout: HyperloglogLayout, inspection: Inspection, raised: Collection[int]
) -> Sequence[OpcodeLayout]:
    """The opcodes that are shown: from where the window is, or around what changed."""
    opcodes = layout.opcodes
    if inspection.window.count >= _WIDE:
        return opcodes
    start = next(
        (one.index for one in opcodes if one.offset >= _first_shown(inspection)), len(opcodes)
    )
    if raised:
        first = min(raised)
        place = next(one.index for one in opcodes if one.register + one.run > first)
        if not start <= place < start + _OPCODES:
            start = max(place - _OPCODES // 2, 0)
    start = max(min(start, len(opcodes) - _OPCODES), 0)
    return opcodes[start : start + _OPCODES]


def _runs(
    layout: HyperloglogLayout, inspection: Inspection, raised: Collection[int], width: int
) -> list[Line]:
    """The opcodes as a table."""
    shown = _window(layout, inspection, raised)
    new = [any(one.register <= at < one.register + one.run for at in raised) for one in shown]
    value = [marked(str(one.rank), "header", fresh) for one, fresh in zip(shown, new, strict=True)]
    columns = [
        Column(_("offset"), [((str(one.offset), "label"),) for one in shown]),
        Column(_("bytes"), [((one.data.hex(" "), "payload"),) for one in shown]),
        Column(_("opcode"), [((one.name, "header"),) for one in shown]),
        Column(_("run"), [((str(one.run), "header"),) for one in shown]),
        Column(_("registers"), [((_range(one), "label"),) for one in shown]),
        Column(_("value"), value),
    ]
    shapes = [columns, columns[1:], [*columns[1:4], columns[5]]]
    lines: list[Line] = []
    if shown[0].index:
        lines.append(omitted(_opcodes_before(shown[0].index), width))
    lines += table(fitting(shapes, width), width)
    rest = layout.opcode_count - shown[-1].index - 1
    return [*lines, omitted(_more_opcodes(rest), width)] if rest else lines


def _range(one: OpcodeLayout) -> str:
    if one.run == 1:
        return str(one.register)
    return f"{one.register}–{one.register + one.run - 1}"


def _opcodes_before(count: int) -> str:
    return ngettext("%(n)d opcode before", "%(n)d opcodes before", count) % {"n": count}


def _more_opcodes(count: int) -> str:
    return ngettext("%(n)d more opcode", "%(n)d more opcodes", count) % {"n": count}


def describe_registers(inspection: Inspection, changed: Changed) -> list[str]:
    """The same facts as sentences."""
    layout = _layout(inspection)
    raised = _raised(changed)
    words = _("It is a HyperLogLog, %(form)s, with the cached cardinality %(cached)d.")
    form = _("sparse") if layout.sparse else _("dense")
    lines = [words % {"form": form, "cached": layout.cached}, *_notes(layout)]
    if not layout.corrupt:
        for hit in _hits(changed):
            value = layout.registers[hit.register]
            lines.append(describe_hit(hit, value))
    if layout.opcodes:
        lines += _sentences(layout, inspection, raised)
    if not layout.corrupt:
        lines += [
            ngettext(
                "Value %(value)d is held by %(n)d register.",
                "Value %(value)d is held by %(n)d registers.",
                count,
            )
            % {"value": rank, "n": count}
            for rank, count in enumerate(layout.histogram)
            if count
        ]
    return [*lines, *changed_by_command(_news(layout, raised, changed))]


def _sentences(
    layout: HyperloglogLayout, inspection: Inspection, raised: Collection[int]
) -> list[str]:
    shown = _window(layout, inspection, raised)
    words = _("Offset %(offset)d (%(bytes)s): %(opcode)s, value %(value)d in %(range)s.")
    lines = [not_shown(_opcodes_before(shown[0].index))] if shown[0].index else []
    lines += [
        words
        % {
            "offset": one.offset,
            "bytes": one.data.hex(" "),
            "opcode": f"{one.name} {one.run}",
            "range": _range(one),
            "value": one.rank,
        }
        for one in shown
    ]
    rest = layout.opcode_count - shown[-1].index - 1
    return [*lines, not_shown(_more_opcodes(rest))] if rest else lines


def _news(layout: HyperloglogLayout, raised: Sequence[int], changed: Changed) -> list[str]:
    words = _("register %(register)d")
    names = [words % {"register": one} for one in raised[:_NAMED]]
    if len(raised) > _NAMED:
        more = len(raised) - _NAMED
        names.append(ngettext("%(n)d more register", "%(n)d more registers", more) % {"n": more})
    if not names and ("text" in changed or "new" in changed):
        names.append(_("the text"))
    return names
