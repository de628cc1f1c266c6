"""What of the lab is shown where: the parts of `tutor.diagrams.labs`, laid out for a size.

A tall screen shows everything at once; a low one the servers, the sums and one panel of one's
choice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from tutor.diagrams.canvas import Line, clip_line, fill_line
from tutor.diagrams.labs import (
    draw_compact,
    draw_counters,
    draw_events,
    draw_lags,
    draw_reads,
    draw_sentinels,
    draw_topology,
)
from tutor.diagrams.labs.charts import Measure
from tutor.i18n import pgettext
from tutor.labs.replication.frame import Frame

Panel = Literal["ms", "bytes", "reads", "events", "sentinels"]
PANELS: tuple[Panel, ...] = ("ms", "bytes", "reads", "events", "sentinels")

_WIDE = 100
_LEAST_ROWS = 3
"""Of a panel that is a list."""


def panel_name(panel: Panel) -> str:
    """The word on its tab."""
    return {
        "ms": pgettext("panel", "lag, ms"),
        "bytes": pgettext("panel", "lag, bytes"),
        "reads": pgettext("panel", "reads"),
        "events": pgettext("panel", "events"),
        "sentinels": pgettext("panel", "sentinels"),
    }[panel]


def panel_in(frame: Frame, panel: Panel) -> Panel:
    """The panel that is shown: a server by itself has no lag, what happened stands in its place."""
    return "events" if panel in ("ms", "bytes") and not frame.lagging else panel


def lab_lines(frame: Frame, panel: Panel, width: int, height: int) -> list[Line]:
    """At most ``height`` lines of exactly this frame."""
    panel = panel_in(frame, panel)
    sums = draw_counters(frame, width)
    lines = draw_topology(frame, width, height - len(sums) - 4)
    measure: Measure | None = "ms" if panel == "ms" else "bytes" if panel == "bytes" else None
    least = len(frame.lagging) + 1 if measure is not None else _LEAST_ROWS
    if len(lines) + len(sums) + least > height:
        lines = draw_compact(frame, measure, width)
        if measure is not None:
            return [clip_line(line, width) for line in [*lines, *sums][:height]]
    lines += sums
    left = height - len(lines)
    drawn = _drawers(frame, width)
    order = [panel, *(other for other in PANELS if other != panel and other != "bytes")]
    if width >= _WIDE:
        order = [one for one in order if one not in ("reads", "events")]
    for one in order:
        if one == "sentinels" and not frame.sentinels and one != panel:
            continue
        if one == "ms" and not frame.lagging:
            continue
        if left < 3 and one != panel:
            break
        made = drawn[one](left - 1 if left > 6 else left)
        if made and (left >= len(made) + 1 or one == panel):
            gap: list[Line] = [()] if left > len(made) else []
            lines += [*gap, *made][:left]
            left = height - len(lines)
        if left <= 2:
            break
    if width >= _WIDE and left >= 3:
        lines += [(), *_pair(frame, width, left - 1)]
    return [clip_line(line, width) for line in lines[:height]]


def _drawers(frame: Frame, width: int) -> dict[Panel, Callable[[int], Sequence[Line]]]:
    replicas = max(len(frame.lagging), 1)

    def chart(measure: Literal["ms", "bytes"]) -> Callable[[int], Sequence[Line]]:
        return lambda rows: draw_lags(
            frame, measure, width, rows=2 if rows > replicas * 2 + 6 else 1
        )

    return {
        "ms": chart("ms"),
        "bytes": chart("bytes"),
        "reads": lambda rows: draw_reads(frame, width, max(rows, 1)),
        "events": lambda rows: draw_events(frame, width, max(rows, 1)),
        "sentinels": lambda rows: draw_sentinels(frame, width) or _no_sentinels(),
    }


def _no_sentinels() -> list[Line]:
    return [((pgettext("panel", "nobody watches: S lets three sentinels watch"), "label"),)]


def _pair(frame: Frame, width: int, rows: int) -> list[Line]:
    """Reads at the left, events at the right."""
    half = (width - 3) // 2
    left, right = draw_reads(frame, half, rows), draw_events(frame, half, rows)
    count = max(len(left), len(right))
    left += [()] * (count - len(left))
    right += [()] * (count - len(right))
    return [
        (*fill_line(one, half), (" │ ", "frame"), *other)
        for one, other in zip(left, right, strict=True)
    ]
