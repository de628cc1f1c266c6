"""Lanes side by side: the same requests under each cure, over time and in figures.

                 load of the database                     made  at once    mean   worst   old
► no cure        ···········▄███▄·············▄███▄···      36       12   32 ms   1.1 s     0
  lock by add    ···········▄▄▄▄▄·············▄▄▄▄▄···       3        1   16 ms  475 ms     0
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from tutor.diagrams.canvas import Line, Run, clip_line, pad, width_of, wrapped
from tutor.diagrams.labs.amounts import grouped, lag_time_text
from tutor.diagrams.labs.cache_parts import (
    BARS,
    SIGNS,
    bar_rows,
    key_rows,
    outcome_strip,
    slowest_chart,
    wire_rows,
    worker_row,
)
from tutor.diagrams.labs.cache_words import cure_about, cure_text, outcome_text
from tutor.diagrams.labs.lanetable import Cell, Row, draw_table
from tutor.i18n import _, ngettext, pgettext
from tutor.labs.cache.frame import CacheFrame, Experiment, LaneFrame, Outcome

_CONNECTIONS = 4
_FULL = 7
"""Rows from which on the chart of the chosen lane has its legend and a key beside it."""


class Figure(NamedTuple):
    """A column: its title, its text of a lane, and whether that is bad news."""

    title: Callable[[], str]
    text: Callable[[LaneFrame], str]
    bad: Callable[[LaneFrame], bool] = lambda lane: False


def _time(us: int) -> str:
    if us >= 10_000 or not us:
        return lag_time_text(us / 1000)
    return _("%(n)s ms") % {"n": f"{us / 1000:.1f}"}


def _share(part: int, whole: int) -> str:
    return f"{round(100 * part / whole)} %" if whole else "–"


_MADE = Figure(lambda: pgettext("column", "made"), lambda lane: grouped(lane.computed))
_ONCE = Figure(lambda: pgettext("column", "at once"), lambda lane: str(lane.at_once),
               lambda lane: lane.at_once > 1)  # fmt: skip
_MEAN = Figure(lambda: pgettext("column", "mean"), lambda lane: _time(lane.mean_us))
_WORST = Figure(lambda: pgettext("column", "worst"), lambda lane: _time(lane.worst_us))
_OLD = Figure(lambda: pgettext("column", "old"), lambda lane: str(lane.stale),
              lambda lane: lane.stale > 0)  # fmt: skip
_HITS = Figure(lambda: pgettext("column", "hits"), lambda lane: _share(lane.hits, lane.done))
_SAVED = Figure(lambda: pgettext("column", "saved"), lambda lane: _saved(lane))
_OLD_SHARE = Figure(lambda: pgettext("column", "old"), lambda lane: _share(lane.stale, lane.done),
                    lambda lane: lane.stale > 0)  # fmt: skip
_WRITE = Figure(lambda: pgettext("column", "a write"), lambda lane: _time(lane.write_us))
_READ = Figure(lambda: pgettext("column", "a read"), lambda lane: _time(lane.mean_us))
_MASTER = Figure(lambda: pgettext("column", "by master"),
                 lambda lane: _share(lane.at_master, lane.done))  # fmt: skip
_ASKED = Figure(lambda: pgettext("column", "database"), lambda lane: grouped(lane.missing))

_AGE = Figure(lambda: pgettext("column", "age"), lambda lane: _time(lane.age_us))
_WRONG = Figure(lambda: pgettext("column", "outdated"),
                lambda lane: _share(lane.wrong, lane.done),
                lambda lane: lane.wrong > 0)  # fmt: skip

FIGURES: Mapping[Experiment, tuple[Figure, ...]] = {
    "aside": (_HITS, _MEAN, _WORST, _SAVED, _MADE),
    "stampede": (_MADE, _ONCE, _MEAN, _WORST, _OLD),
    "ttl": (_HITS, _MADE, _MEAN, _AGE, _WRONG),
    "routing": (_OLD_SHARE, _WRITE, _READ, _MASTER, _ASKED),
}


def _saved(lane: LaneFrame) -> str:
    seconds = lane.saved_us / 1_000_000
    sign = "−" if seconds < 0 else ""
    return sign + _("%(n)s s") % {"n": f"{abs(seconds):.1f}"}


def draw_lanes(frame: CacheFrame, chosen: int, width: int) -> list[Line]:
    """A line for each lane; ``chosen`` has a mark."""
    figures = FIGURES[frame.experiment]
    strip = frame.experiment == "routing"
    top = max((sample.load for lane in frame.lanes for sample in lane.series), default=0)

    def look(lane: LaneFrame, cells: int) -> list[Run]:
        return outcome_strip(lane.series, cells) if strip else _load(lane, top, cells)

    rows = [
        Row(cure_text(lane.cure), partial(look, lane),
            [Cell(one.text(lane), one.bad(lane)) for one in figures])
        for lane in frame.lanes
    ]  # fmt: skip
    return draw_table(_legend_title(strip), [one.title() for one in figures], rows, chosen, width)


def _legend_title(strip: bool) -> str:
    return _("reads over time") if strip else _("queries at the database")


def _load(lane: LaneFrame, top: int, cells: int) -> list[Run]:
    """What the database has to do; more than it can do at once is a warning."""
    values = [sample.load for sample in lane.series]
    bars: list[Run] = [("█", "warning" if one > _CONNECTIONS else "payload") for one in values]
    return bar_rows(values, bars, top, cells, 1)[0]


def draw_lane(frame: CacheFrame, chosen: int, width: int, height: int) -> list[Line]:
    """The chosen lane in detail: what its cure is, its answers over time, workers, keys, commands;
    what there is room for."""
    lane = frame.lanes[chosen]
    lines: list[Line] = wrapped(cure_about(frame.experiment, lane.cure), width)
    left = height - len(lines)
    routing = frame.experiment == "routing"
    if routing:
        lines += [*([()] if left > 12 else []), *_delays(lane, width, left)]
    elif left >= _FULL:
        chart = slowest_chart(lane.series, width, 3 if left > 16 else 2)
        lines += [*([()] if left > 12 else []), *chart, _legend(lane, width, bars=True)]
        lines.append(worker_row(lane.workers, width))
    elif left >= 2:
        chart = slowest_chart(lane.series, width, min(left - 3, 2)) if left > 3 else []
        first = key_rows(lane.keys, width, 1, lane.key_count)
        return [*lines, *chart, *first, worker_row(lane.workers, width)][:height]
    left = height - len(lines)
    if left >= 2:
        lines += _keys_and_wire(lane, width, left, routing)
    return lines[:height]


def _keys_and_wire(lane: LaneFrame, width: int, room: int, routing: bool) -> list[Line]:
    """Keys with what is left of their lives, then the last commands."""
    gap: list[Line] = [()] if room > 9 else []
    keys = key_rows(lane.keys, width, max(min(lane.key_count, room // 3, 5), 1), lane.key_count)
    wire = wire_rows(lane.wire, width, room - len(keys) - 2 * len(gap) - 1, routing)
    words = _("last commands") if routing else _("last commands, hits left out")
    title: list[Line] = [clip_line([(words, "label")], width)] if wire else []
    return [*gap, *keys, *gap, *title, *wire]


def _legend(lane: LaneFrame, width: int, bars: bool = False) -> Line:
    """The signs and colours of outcomes that there were; ``bars``: in a chart."""
    seen = {one.outcome for one in lane.recent} | {
        outcome for sample in lane.series for outcome, _count in sample.counts
    }
    runs: list[Run] = []
    for outcome in SIGNS:
        if outcome in seen:
            sign, role = SIGNS[outcome]
            if bars:
                sign = BARS.get(outcome, "▄" if outcome == "hit" else "█")
            runs += [(sign, role), (f" {outcome_text(outcome)}   ", "label")]
    return clip_line(runs, width)


def _delays(lane: LaneFrame, width: int, most: int) -> list[Line]:
    """How many reads were old under each delay that was tried."""
    lines: list[Line] = [_legend(lane, width), *delay_rows(lane.by_delay, width)]
    return lines[: max(min(most - 3, len(lines)), 1)]


def delay_rows(points: Sequence[tuple[int, int, int]], width: int) -> list[Line]:
    """Old reads as a function of the delay."""
    lines: list[Line] = []
    for delay, reads, stale in points:
        head = _("replication %(time)s") % {"time": lag_time_text(delay)}
        words = ngettext("%(stale)d old of %(n)d read", "%(stale)d old of %(n)d reads", reads) % {
            "stale": stale, "n": reads,
        }  # fmt: skip
        cells = max(min(width - 22 - width_of(words) - 8, 50), 6)
        done = 0 if not reads else max(round(cells * stale / reads), 1 if stale else 0)
        lines.append(clip_line([
            (pad(head, 21) + " ", "label"), ("█" * done, "warning"), ("░" * (cells - done), "free"),
            (f" {_share(stale, reads):>5}  ", "header"), (words, "label"),
        ], width))  # fmt: skip
    return lines


def tell_lanes(frame: CacheFrame) -> list[str]:
    """A sentence or two for each lane."""
    told: list[str] = []
    for lane in frame.lanes:
        figures = ", ".join(f"{one.title()} {one.text(lane)}" for one in FIGURES[frame.experiment])
        words = ngettext("%(cure)s: %(n)d request answered; %(figures)s.",
                         "%(cure)s: %(n)d requests answered; %(figures)s.", lane.done)  # fmt: skip
        told.append(words % {"cure": cure_text(lane.cure), "n": lane.done, "figures": figures})
        counts = outcome_counts(lane)
        if counts:
            told.append("  " + ", ".join(f"{outcome_text(one)}: {n}" for one, n in counts))
        for delay, reads, stale in lane.by_delay:
            told.append("  " + _("With a replication of %(time)s %(stale)d of %(n)d reads were "
                                 "old.") % {"time": lag_time_text(delay), "stale": stale,
                                            "n": reads})  # fmt: skip
    return told


def outcome_counts(lane: LaneFrame) -> list[tuple[Outcome, int]]:
    """How often each outcome, in the samples that are shown."""
    counts: dict[Outcome, int] = {}
    for sample in lane.series:
        for outcome, count in sample.counts:
            counts[outcome] = counts.get(outcome, 0) + count
    return sorted(counts.items())
