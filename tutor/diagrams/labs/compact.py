"""Many replicas in few lines: each has one, with its link and its lag over time.

master ● online   48 210   12/s   12 keys · memory only · 3f2a91c0
backlog 16 KB  │░░░░░███████████████│ 48 210
                                            lag in milliseconds · full height 600 ms
replica1 ● online  −90 B    84 ms  ━●━━━━━━► ▄▄██▄▄▄▄▄▄██▄▄▄▄
replica2 ○ witho…  −8.1 KB  3.3 s  ××××××××× ▄▄▄▄▄▄▄▄████████
"""

from __future__ import annotations

from tutor.diagrams.canvas import Line, Role, Run, clip_line, fill_line
from tutor.diagrams.labs.amounts import lag_bytes_text, lag_time_text
from tutor.diagrams.labs.charts import Measure, bars, chart_title, series_of, top_of
from tutor.diagrams.labs.nodes import data_line, head_of, offset_line, snapshot_line
from tutor.diagrams.labs.ring import draw_ring
from tutor.diagrams.labs.topology import first_of, link_to, others_of
from tutor.diagrams.labs.wires import draw_wire, no_wire
from tutor.i18n import _
from tutor.labs.replication.frame import Frame, NodeFrame

_NAME, _BYTES, _TIME, _LEAST_WIRE = 18, 9, 8, 14


def draw_compact(frame: Frame, measure: Measure | None, width: int) -> list[Line]:
    """All servers, a line for each replica; ``measure`` None leaves the charts out and gives their
    room to the links."""
    first = first_of(frame)
    blank: Run = ("   ", "text")
    head = (*head_of(first), blank, *offset_line(first, first.role == "replica"), blank)
    lines = [clip_line((*head, *data_line(first)), width)]
    others = others_of(frame)
    lines += draw_ring(first, others, width) if others else [snapshot_line(first)]
    room = max(width - _NAME - _BYTES - _TIME - 2, _LEAST_WIRE)
    wire = room if measure is None else max(room * 2 // 5, _LEAST_WIRE)
    cells = 0 if measure is None else max(room - wire, 0)
    if measure is not None:
        left = width - cells
        title = chart_title(frame, measure)
        shown = fill_line([(title, "label")], cells)
        if len(title) > cells:  # it begins further left, where there is nothing
            left, shown = max(width - len(title), 0), ((title, "label"),)
        lines.append(clip_line([(" " * left, "text"), *shown], width))
    return lines + [_row(frame, node, first, measure, wire, cells) for node in others]


def _row(
    frame: Frame, node: NodeFrame, first: NodeFrame, measure: Measure | None, wire: int, cells: int
) -> Line:
    late = node.behind_bytes is None or node.behind_bytes > 0
    role: Role = "warning" if late else "label"
    line: list[Run] = [*fill_line(clip_line(head_of(node), _NAME - 1), _NAME)]
    line += fill_line([(lag_bytes_text(node.behind_bytes), role)], _BYTES)
    line += fill_line([(lag_time_text(node.behind_ms), role)], _TIME)
    link = link_to(frame, node)
    if link is None:
        words = _("its own master") if node.role == "master" else _("no link")
        line += no_wire(words, wire)[1]
    else:
        line += draw_wire(link, link.second == node.name, frame.time, wire)[1]
    if measure is not None and node.name in frame.lagging:
        values = series_of(frame, measure)[frame.lagging.index(node.name)]
        line += [
            ("  ", "text"),
            *bars(values[-cells:] if cells else (), top_of(frame, measure), measure),
        ]
    return tuple(line)
