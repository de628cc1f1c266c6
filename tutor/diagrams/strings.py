"""A string: the object header, the SDS header, the text, the spare room.

┌ type ───┬ encoding ┬ refcount ┐ ┌ len ┬ alloc ┬ flags ┐ ┌ buf ───────┬ \\0 ┐
│ string  │ embstr   │ 1        │ │ 22  │ 22    │ 8     │ │ user_id=1… │ \\0 │
"""

from __future__ import annotations

from tutor.diagrams.boxes import Cell, flow
from tutor.diagrams.canvas import Line, bar, printable, wrapped
from tutor.engine.structures.sds import StringLayout
from tutor.i18n import _, ngettext


def draw_string(layout: StringLayout, width: int, changed: frozenset[object]) -> list[Line]:
    """``changed`` may hold the words ``encoding``, ``len``, ``alloc``, ``header``, ``text``."""
    groups = [_robj(layout, changed)]
    if layout.encoding == "int":
        lines = flow(groups, width)
        note = (
            _("The number itself lies in the pointer: no SDS at all.")
            if not layout.shared
            else _("One of the 10 000 shared integers 0–9999: every key that holds it points here.")
        )
        return [*lines, *wrapped(note, width)]
    groups.append(_header(layout, changed))
    groups.append(_buffer(layout, changed))
    lines = flow(groups, width, widest_cell=max(20, width - 12))
    lines.append((*_capacity(layout, width),))
    return [*lines, *wrapped(_allocations(layout), width)]


def _robj(layout: StringLayout, changed: frozenset[object]) -> list[Cell]:
    pointer = str(layout.integer) if layout.integer is not None else "▶ sds"
    return [
        Cell("string", "type", "4 bit", "header"),
        Cell(layout.encoding, "encoding", "4 bit", "header", "encoding" in changed),
        Cell("…", "lru", "24 bit", "header"),
        Cell("2147483647" if layout.shared else "1", "refcount", "4 B", "header"),
        Cell(pointer, "ptr", "8 B", "pointer", layout.integer is not None and "text" in changed),
    ]


def _header(layout: StringLayout, changed: frozenset[object]) -> list[Cell]:
    field = {"sdshdr8": 1, "sdshdr16": 2, "sdshdr32": 4, "sdshdr64": 8}.get(layout.header, 0)
    if field == 0:
        return [Cell(f"{layout.header} · len {layout.length}", "flags", "1 B", "header")]
    return [
        Cell(str(layout.length), "len", f"{field} B", "header", "len" in changed),
        Cell(str(layout.alloc), "alloc", f"{field} B", "header", "alloc" in changed),
        Cell(layout.header, "flags", "1 B", "header", "header" in changed),
    ]


def _buffer(layout: StringLayout, changed: frozenset[object]) -> list[Cell]:
    text = printable(layout.preview, 4096)
    if layout.preview_start + len(layout.preview) < layout.length:
        text += "…"
    cells = [
        Cell(text, "buf", f"{layout.length} B", "payload", "text" in changed),
        Cell("\\0", "", "1 B", "frame"),
    ]
    if layout.free:
        cells.append(Cell("░" * min(12, layout.free), _("free"), f"{layout.free} B", "free"))
    return cells


def _capacity(layout: StringLayout, width: int) -> Line:
    gauge = bar(layout.length, layout.alloc, max(8, min(32, width - 44)))
    free = (
        ngettext("%(n)d byte free", "%(n)d bytes free", layout.free) % {"n": layout.free}
        if layout.free
        else _("no spare room")
    )
    return (*gauge, (f" len {layout.length} / alloc {layout.alloc} · {free}", "label"))


def _allocations(layout: StringLayout) -> str:
    if layout.encoding == "embstr":
        return _("embstr: object, header and text in one block of %(bytes)d bytes") % {
            "bytes": layout.allocation
        }
    return _("raw: the object (16 bytes) and, apart from it, a block of %(bytes)d bytes") % {
        "bytes": layout.allocation
    }


def describe_string(layout: StringLayout) -> list[str]:
    """The same facts as sentences."""
    if layout.integer is not None:
        return [_("the integer %(value)d inside the object's pointer") % {"value": layout.integer}]
    return [
        _("%(header)s: len %(len)d, alloc %(alloc)d, free %(free)d")
        % {
            "header": layout.header,
            "len": layout.length,
            "alloc": layout.alloc,
            "free": layout.free,
        },
        _allocations(layout),
        _("text: %(text)s") % {"text": printable(layout.preview)},
    ]
