"""Lag over time, as bars: one chart for each replica.

replica1  84 ms   ▄▄██▄▄▄▄▄▄██▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄   highest 120 ms
replica2  3.3 s   ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄████████???   highest 3.3 s
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from tutor.diagrams.canvas import Line, Role, Run, clip_line, fill_line
from tutor.diagrams.labs.amounts import lag_bytes_text, lag_time_text
from tutor.i18n import _, pgettext
from tutor.labs.replication.frame import Frame

Measure = Literal["ms", "bytes"]

NAME_CELLS = 11
NOW_CELLS = 9
LATE_MS, LATE_BYTES = 1000, 1024
"""From here on a lag is drawn as a warning."""


def draw_lags(frame: Frame, measure: Measure, width: int, rows: int = 1) -> list[Line]:
    """A chart of each replica, ``rows`` lines high, all to one scale."""
    title = _("lag in milliseconds") if measure == "ms" else _("lag in bytes")
    series = _series(frame, measure)
    top = max((value for values in series for value in values if value), default=0)
    text: Callable[[float | None], str] = (
        lag_time_text if measure == "ms" else lambda value: _bytes(value)
    )
    scale = " · " + pgettext("chart", "full height %(value)s") % {"value": text(top)} if top else ""
    lines: list[Line] = [clip_line([(title + scale, "label")], width)]
    cells = max(width - NAME_CELLS - NOW_CELLS - 1, 8)
    for name, values in zip(frame.lagging, series, strict=True):
        lines += _chart(name, values[-cells:], top, cells, rows, measure, text)
    return lines


def _bytes(value: float | None) -> str:
    return lag_bytes_text(None if value is None else int(value))


def _series(frame: Frame, measure: Measure) -> list[list[float | None]]:
    columns: Sequence[Sequence[float | None]] = [
        sample.ms if measure == "ms" else sample.bytes for sample in frame.samples
    ]
    return [[column[at] for column in columns] for at in range(len(frame.lagging))]


def _chart(
    name: str,
    values: Sequence[float | None],
    top: float,
    cells: int,
    rows: int,
    measure: Measure,
    text: Callable[[float | None], str],
) -> list[Line]:
    now = values[-1] if values else 0
    lines: list[Line] = []
    for row in range(rows - 1, -1, -1):
        runs: list[Run] = []
        for value in values:
            sign, role = _bar(value, top, row, rows, measure)
            if runs and runs[-1][1] == role:
                runs[-1] = (runs[-1][0] + sign, role)
            else:
                runs.append((sign, role))
        bottom = row == 0
        label = fill_line([(name if bottom else "", "label")], NAME_CELLS)
        figure: Role = "warning" if _late(now, measure) else "label"
        shown = fill_line([(text(now) if bottom else "", figure)], NOW_CELLS)
        lines.append((*label, *shown, *fill_line(runs, cells)))
    return lines


def _bar(
    value: float | None, top: float, row: int, rows: int, measure: Measure
) -> tuple[str, Role]:
    """One column in one line: two steps to a line, nothing below the first."""
    if value is None:
        return ("?" if row == 0 else " ", "gone")
    if not value or not top:
        return ("·" if row == 0 else " ", "free")
    steps = max(round(value / top * rows * 2), 1) - row * 2
    role: Role = "warning" if _late(value, measure) else "payload"
    return ("█" if steps >= 2 else "▄" if steps == 1 else " ", role)


def _late(value: float | None, measure: Measure) -> bool:
    return value is None or value >= (LATE_MS if measure == "ms" else LATE_BYTES)
