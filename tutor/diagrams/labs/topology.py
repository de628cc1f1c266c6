"""The lab's servers and the links between them.

    ┌ master ● online ────────┐  ━━ 80 ms ± 20 ━━━●━━━━━━►  ┌ replica1 ● online ──────┐
    │ 48 210   12/s           │                             │ 48 120   −90 B   84 ms  │
    └─────────────────────────┘  ×××××× cut for 3.3 s ××××  ┌ replica2 ○ without its …┐
                                                            │ 39 880   −8.1 KB  3.3 s │

Where there is too little room the frames go, and each replica keeps two lines.
"""

from __future__ import annotations

from collections.abc import Sequence

from tutor.diagrams.canvas import Line, clip_line, fill_line, line_width
from tutor.diagrams.labs.nodes import (
    data_line,
    head_of,
    offset_line,
    snapshot_line,
    sync_line,
)
from tutor.diagrams.labs.ring import draw_ring
from tutor.diagrams.labs.wires import draw_wire, no_wire
from tutor.diagrams.tables import framed
from tutor.i18n import _
from tutor.labs.replication.frame import Frame, LinkFrame, NodeFrame

BOX_ROWS = 4
"""Lines of a replica in its frame."""

_BESIDE = 96
"""From so many cells on the master stands beside its replicas."""


def first_of(frame: Frame) -> NodeFrame:
    """The node that stands at the left: the master, or who was one last."""
    for node in frame.nodes:
        if node.name == frame.master:
            return node
    masters = [node for node in frame.nodes if node.role == "master"]
    return masters[0] if masters else frame.nodes[0]


def others_of(frame: Frame) -> list[NodeFrame]:
    """All others, in their order."""
    first = first_of(frame)
    return [node for node in frame.nodes if node is not first]


def draw_topology(frame: Frame, width: int, height: int) -> list[Line]:
    """All servers, in at most ``height`` lines where that can be."""
    others = others_of(frame)
    if width >= _BESIDE and height >= len(others) * BOX_ROWS:
        return _boxed(frame, width)
    return _plain(frame, width)


# with frames


def _boxed(frame: Frame, width: int) -> list[Line]:
    first, others = first_of(frame), others_of(frame)
    box = min(38, width * 36 // 100)
    middle = width - 2 * box - 4
    rows = len(others) * BOX_ROWS or BOX_ROWS + 1
    left = _master_box(frame, first, others, box, rows)
    right: list[Line] = []
    wires: list[Line] = []
    for node in others:
        right += _replica_box(frame, node, box)
        wires += [*_wire_to(frame, node, first, middle), ((" " * middle, "text"),)]
    blank: Line = ((" " * middle, "text"),)
    lines = []
    for at in range(rows):
        mid = wires[at] if at < len(wires) else blank
        end = right[at] if at < len(right) else ()
        lines.append((*left[at], ("  ", "text"), *mid, ("  ", "text"), *end))
    return lines


def _master_box(
    frame: Frame, node: NodeFrame, others: Sequence[NodeFrame], width: int, rows: int
) -> list[Line]:
    """The master's frame, as high as all replicas beside it."""
    inside = width - 4
    content: list[Line] = [offset_line(node, with_lag=node.role == "replica"), data_line(node)]
    if not others:
        content.append(snapshot_line(node))
    elif rows > BOX_ROWS:
        content += draw_ring(node, others, inside)
        content.append(sync_line(node))
    content = content[: rows - 2]
    content += [()] * (rows - 2 - len(content))
    return framed(head_of(node), [content], width, least=inside)


def _replica_box(frame: Frame, node: NodeFrame, width: int) -> list[Line]:
    lagging = node.name != frame.master
    content = [offset_line(node, with_lag=lagging), data_line(node)]
    return framed(head_of(node), [content], width, least=width - 4)


def link_to(frame: Frame, node: NodeFrame) -> LinkFrame | None:
    """The link over which a node hears from its master."""
    if not node.master:
        return None
    ends = {node.name, node.master}
    return next((link for link in frame.links if {link.first, link.second} == ends), None)


def _wire_to(frame: Frame, node: NodeFrame, first: NodeFrame, width: int) -> list[Line]:
    link = link_to(frame, node)
    if link is None:
        words = _("its own master") if node.role == "master" else _("no link")
        return no_wire(words, width)
    source = "" if node.master == first.name else _("from %(name)s") % {"name": node.master}
    return draw_wire(link, link.second == node.name, frame.time, width, source)


# without


def _plain(frame: Frame, width: int) -> list[Line]:
    first, others = first_of(frame), others_of(frame)
    head: Line = (*head_of(first), ("   ", "text"), *offset_line(first, first.role == "replica"))
    lines = [clip_line((*head, ("   ", "text"), *data_line(first)), width)]
    lines += draw_ring(first, others, width) if others else [snapshot_line(first)]
    half = width // 2
    for node in others:
        name = fill_line(head_of(node), half)
        figures = offset_line(node, with_lag=node.name != frame.master)
        lines.append(clip_line((*name, *figures), width))
        lines.append(
            clip_line((("  ", "text"), *_short_wire(frame, node, first, width - 2)), width)
        )
    return lines


def _short_wire(frame: Frame, node: NodeFrame, first: NodeFrame, width: int) -> Line:
    """The link in one line: its settings, then the wire with what is on it."""
    link = link_to(frame, node)
    if link is None:
        return no_wire(_("its own master") if node.role == "master" else _("no link"), width)[1]
    third = max(width // 3, 16)
    source = "" if node.master == first.name else _("from %(name)s") % {"name": node.master}
    settings, wire, load = draw_wire(link, link.second == node.name, frame.time, third, source)
    words = "".join(text for text, _role in settings).strip()
    label = (*fill_line([(words, "label")], third - 1), (" ", "text"))
    loaded = "".join(text for text, _role in load).strip()
    role = load[0][1]
    line: Line = (*label, *wire, (f"  {loaded}", role))
    return line if line_width(line) <= width else clip_line(line, width)
