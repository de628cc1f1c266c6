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
    series, top, text = series_of(frame, measure), top_of(frame, measure), _text(measure)
    lines: list[Line] = [clip_line([(chart_title(frame, measure), "label")], width)]
    cells = max(width - NAME_CELLS - NOW_CELLS - 1, 8)
    for name, values in zip(frame.lagging, series, strict=True):
        lines += _chart(name, values[-cells:], top, cells, rows, measure, text)
    return lines


def chart_title(frame: Frame, measure: Measure) -> str:
    """What is drawn, and to which scale."""
    title = _("lag in milliseconds") if measure == "ms" else _("lag in bytes")
    top = top_of(frame, measure)
    if not top:
        return title
    return title + " · " + pgettext("chart", "full height %(value)s") % {
        "value": _text(measure)(top),
    }  # fmt: skip


def top_of(frame: Frame, measure: Measure) -> float:
    """The highest value of all charts: they are drawn to one scale."""
    values = (value for series in series_of(frame, measure) for value in series if value)
    return max(values, default=0)


def bars(values: Sequence[float | None], top: float, measure: Measure) -> list[Run]:
    """A chart of one line, a cell for each value."""
    return _bars(values, top, 0, 1, measure)


def _text(measure: Measure) -> Callable[[float | None], str]:
    return lag_time_text if measure == "ms" else _bytes


def _bytes(value: float | None) -> str:
    return lag_bytes_text(None if value is None else int(value))


def series_of(frame: Frame, measure: Measure) -> list[list[float | None]]:
    """The lag of each replica over time."""
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
        runs = _bars(values, top, row, rows, measure)
        bottom = row == 0
        label = fill_line([(name if bottom else "", "label")], NAME_CELLS)
        figure: Role = "warning" if _late(now, measure) else "label"
        shown = fill_line([(text(now) if bottom else "", figure)], NOW_CELLS)
        lines.append((*label, *shown, *fill_line(runs, cells)))
    return lines


def _bars(
    values: Sequence[float | None], top: float, row: int, rows: int, measure: Measure
) -> list[Run]:
    runs: list[Run] = []
    for value in values:
        sign, role = _bar(value, top, row, rows, measure)
        if runs and runs[-1][1] == role:
            runs[-1] = (runs[-1][0] + sign, role)
        else:
            runs.append((sign, role))
    return runs


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
