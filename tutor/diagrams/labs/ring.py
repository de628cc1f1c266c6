"""The backlog: the last bytes of the stream, and how far each replica has come in them.

backlog 16 KB  ▕░░░░░███████████████████████▏ 48 210
                  ▲r2                    ▲r1
"""

from __future__ import annotations

from collections.abc import Sequence

from tutor.diagrams.amounts import size_text
from tutor.diagrams.canvas import Line, Run, clip_line, line_width
from tutor.diagrams.labs.amounts import grouped
from tutor.i18n import _
from tutor.labs.replication.frame import NodeFrame


def draw_ring(master: NodeFrame, others: Sequence[NodeFrame], width: int) -> list[Line]:
    """Two lines: what is kept, and where the replicas stand; one if there is no backlog."""
    backlog = master.backlog
    if not backlog.size:
        words = _("no backlog: it comes into being with the first replica")
        return [clip_line([(words, "label")], width)]
    head = _("backlog %(size)s") % {"size": size_text(backlog.size)} + " "
    tail = f" {grouped(master.offset)}"
    cells = max(width - len(head) - len(tail) - 2, 4)
    full = min(-(-backlog.histlen * cells // backlog.size), cells) if backlog.histlen else 0
    bar: list[Run] = [(head, "label"), ("│", "frame")]
    bar += [("░" * (cells - full), "free"), ("█" * full, "payload"), ("│", "frame")]
    lines: list[Line] = [clip_line([*bar, (tail, "header")], width)]
    marks = _marks(master, others, cells)
    if marks:
        lines.append(clip_line([(" " * (len(head) + 1), "text"), *marks], width))
    return lines


def _marks(master: NodeFrame, others: Sequence[NodeFrame], cells: int) -> list[Run]:
    """``▲r1 r3`` under the byte that replicas want next; those that fell out of it at the left."""
    placed: dict[int, list[str]] = {}
    fallen: list[str] = []
    for node in others:
        behind = node.behind_bytes
        if behind is None or node.role != "replica":
            continue
        if behind > master.backlog.histlen:
            fallen.append(short_name(node.name))
        else:
            at = cells - 1 - behind * cells // master.backlog.size
            placed.setdefault(max(at, 0), []).append(short_name(node.name))
    runs: list[Run] = [("◄" + " ".join(fallen) + " ", "gone")] if fallen else []
    free, marks = cells, []
    for at, names in sorted(placed.items(), reverse=True):  # those at the right keep their place
        text = "▲" + " ".join(names)
        start = min(at, free - len(text))
        free = start - 1
        marks.append((start, text))
    for start, text in reversed(marks):
        room = max(start - line_width(runs), int(bool(runs)))
        runs += [(" " * room, "text"), (text, "pointer")]
    return runs


def short_name(name: str) -> str:
    """``r1`` for ``replica1``, ``m`` for ``master``."""
    digits = name.lstrip("abcdefghijklmnopqrstuvwxyz-_")
    return name[:1] + digits if digits != name else name[:3]
