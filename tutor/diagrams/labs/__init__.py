"""The replication lab drawn: servers and links, lag, reads, sums, those who vote, what happened.

    topology ─ counters ─ lag charts ─ reads | sentinels ─ events

Every part draws for itself, so that a screen may place them; `draw_lab` puts all of them one under
the other, for pictures.
"""

from __future__ import annotations

from tutor.diagrams.canvas import Drawing, Line, clip_line, fill_line
from tutor.diagrams.labs.amounts import clock_text
from tutor.diagrams.labs.charts import draw_lags
from tutor.diagrams.labs.compact import draw_compact
from tutor.diagrams.labs.events import draw_events, event_text
from tutor.diagrams.labs.reads import draw_reads
from tutor.diagrams.labs.sentinels import draw_sentinels
from tutor.diagrams.labs.topology import draw_topology
from tutor.diagrams.labs.twin import describe_lab
from tutor.diagrams.labs.verdicts import draw_counters
from tutor.i18n import _
from tutor.labs.replication.frame import Frame

__all__ = [
    "describe_lab",
    "draw_compact",
    "draw_counters",
    "draw_events",
    "draw_lab",
    "draw_lags",
    "draw_reads",
    "draw_sentinels",
    "draw_topology",
    "event_text",
]

NARROWEST = 40
_LIST_ROWS = 5


def draw_lab(frame: Frame, width: int, height: int = 40) -> Drawing:
    """The whole lab, ``width`` cells wide at most, and its text twin."""
    width = max(width, NARROWEST)
    lines: list[Line] = [_head(frame, width), *draw_topology(frame, width, height // 2), ()]
    lines += draw_counters(frame, width)
    if frame.samples and frame.lagging:
        lines += [(), *draw_lags(frame, "ms", width, rows=2)]
    lines += [(), *_side_by_side(frame, width)]
    if frame.sentinels:
        lines += [(), *draw_sentinels(frame, width)]
    clipped = tuple(clip_line(line, width) for line in lines)
    return Drawing(clipped, "\n".join(describe_lab(frame)))


def _head(frame: Frame, width: int) -> Line:
    words = _("t = %(time)s s · seed %(seed)d · %(scenario)s") % {
        "time": clock_text(frame.time),
        "seed": frame.seed,
        "scenario": frame.scenario,
    }
    return clip_line([(words, "title")], width)


def _side_by_side(frame: Frame, width: int) -> list[Line]:
    """Reads at the left, events at the right; one under the other where that is too narrow."""
    if width < 100:
        return [*draw_reads(frame, width, _LIST_ROWS), (), *draw_events(frame, width, _LIST_ROWS)]
    half = (width - 3) // 2
    left, right = draw_reads(frame, half, _LIST_ROWS), draw_events(frame, half, _LIST_ROWS)
    rows = max(len(left), len(right))
    left += [()] * (rows - len(left))
    right += [()] * (rows - len(right))
    return [
        (*fill_line(one, half), (" │ ", "frame"), *other)
        for one, other in zip(left, right, strict=True)
    ]
