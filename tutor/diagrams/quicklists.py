"""A quicklist: a doubly linked list whose nodes are listpacks, drawn from head to tail.

head ▼
┌ node 0 · listpack 38 B ▕█░░░░░░░▏ of 8192 B · 2 entries
└▶ boxes of the entries
"""

from __future__ import annotations

from tutor.diagrams.boxes import Cell, flow
from tutor.diagrams.canvas import Line, Run, bar, clip_line, printable
from tutor.engine.structures.quicklist_layout import QuicklistLayout, QuicklistNodeLayout
from tutor.i18n import _, ngettext

_INDENT = 2
_SHOWN = 24


def draw_quicklist(layout: QuicklistLayout, width: int, changed: frozenset[object]) -> list[Line]:
    """``changed`` holds pairs (node index, entry index) and indexes of new nodes."""
    lines: list[Line] = [
        clip_line([(_fill(layout), "label")], width),
        (("head ", "title"), ("▼", "pointer")),
    ]
    if layout.start:
        lines.append(((_("… %(n)d nodes before") % {"n": layout.start}, "label"),))
    for node in layout.nodes:
        lines += _node(node, layout, width, changed)
    rest = layout.node_count - layout.start - len(layout.nodes)
    if rest > 0:
        lines.append(((_("… %(n)d more nodes") % {"n": rest}, "label"),))
    lines.append((("tail ", "title"), ("▲", "pointer")))
    return lines


def _fill(layout: QuicklistLayout) -> str:
    if layout.entry_limit is None:
        limit = _("a node holds up to %(bytes)d bytes") % {"bytes": layout.byte_limit}
    else:
        limit = _("a node holds up to %(count)d entries") % {"count": layout.entry_limit}
    return f"list-max-listpack-size {layout.fill}: {limit}"


def _node(
    node: QuicklistNodeLayout, layout: QuicklistLayout, width: int, changed: frozenset[object]
) -> list[Line]:
    entries = ngettext("%(n)d entry", "%(n)d entries", node.count) % {"n": node.count}
    kind = "plain" if node.plain else "listpack"
    new = node.index in changed
    if layout.entry_limit is None:
        gauge, limit = bar(node.size, layout.byte_limit, 10), f"{layout.byte_limit} B"
    else:
        gauge = bar(node.count, max(layout.entry_limit, 1), 10)
        limit = str(max(layout.entry_limit, 1))
    head: list[Run] = [
        ("├─" if node.index else "┌─", "frame"),
        (f" node {node.index} ", "changed" if new else "title"),
        (f"{kind} {node.size} B · {entries} ", "label"),
        *gauge,
        (f" / {limit}", "label"),
    ]
    if node.compressed is not None:
        head.append((f" · LZF {node.compressed} B", "free"))
    lines: list[Line] = [clip_line(head, width)]
    for row in flow([_cells(node, changed)], width - _INDENT, widest_cell=32):
        lines.append((("│ ", "pointer"), *row))
    return lines


def _cells(node: QuicklistNodeLayout, changed: frozenset[object]) -> list[Cell]:
    if node.listpack is None:
        return [Cell(printable(node.preview, 60), "plain", f"{node.size} B", "payload")]
    entries = node.listpack.entries[:_SHOWN]
    cells = [
        Cell(
            printable(entry.value, 60) or '""',
            entry.encoding,
            f"{entry.size} B",
            "payload",
            (node.index, entry.index) in changed,
        )
        for entry in entries
    ]
    rest = node.count - len(entries)
    if rest > 0:
        cells.append(Cell(_("%(n)d more") % {"n": rest}, "…", role="label"))
    return cells


def describe_quicklist(layout: QuicklistLayout) -> list[str]:
    """The same facts as sentences."""
    lines = [
        _("quicklist: %(length)d elements in %(nodes)d nodes")
        % {"length": layout.length, "nodes": layout.node_count},
        _fill(layout),
    ]
    for node in layout.nodes:
        values = (
            ", ".join(printable(entry.value, 60) for entry in node.listpack.entries[:_SHOWN])
            if node.listpack is not None
            else printable(node.preview, 60)
        )
        lines.append(
            _("node %(index)d: %(bytes)d bytes, %(count)d entries: %(values)s")
            % {"index": node.index, "bytes": node.size, "count": node.count, "values": values}
        )
    return lines
