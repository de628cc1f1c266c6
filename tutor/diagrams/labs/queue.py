"""The queue lab drawn: what is tried, every lane, the chosen one in detail.

draw_queue(frame, chosen, width, height)    for a screen
queue_drawing(frame, chosen, width)         for a file or a terminal, with its text twin
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple

from tutor.diagrams.canvas import Drawing, Line, Run, clip_line, fill_line, wrapped
from tutor.diagrams.labs.amounts import clock_text, grouped, lag_time_text
from tutor.diagrams.labs.cache_parts import bar_rows
from tutor.diagrams.labs.lanetable import Cell, Row, draw_table
from tutor.diagrams.labs.queue_parts import (
    beside,
    event_rows,
    key_rows,
    task_rows,
    titled,
    wire_rows,
    worker_line,
    worker_rows,
)
from tutor.diagrams.labs.queue_words import (
    experiment_about,
    experiment_text,
    knobs_text,
    queue_event_text,
    state_text,
    way_about,
    way_text,
)
from tutor.i18n import _, ngettext, pgettext
from tutor.labs.queue.frame import STATES, Experiment, LaneFrame, QueueFrame, State

_HEIGHT = 34
FIRST_ROW = 1
"""The row of the first lane, below the titles; a click on a lane's row chooses it."""

_WIDE = 100
"""Cells from which on the detail has two columns."""

_LATE_US = 3_000_000
"""From here on a task that was done is drawn as late."""


class Figure(NamedTuple):
    """A column: its title, its text of a lane, and whether that is bad news."""

    title: Callable[[], str]
    text: Callable[[LaneFrame], str]
    bad: Callable[[LaneFrame], bool] = lambda lane: False


def _time(us: int) -> str:
    return lag_time_text(us / 1000)


_DONE = Figure(lambda: pgettext("task", "done"), lambda lane: grouped(lane.done))
_LOST = Figure(lambda: pgettext("task", "lost"), lambda lane: grouped(lane.lost),
               lambda lane: lane.lost > 0)  # fmt: skip
_TWICE = Figure(lambda: pgettext("column", "twice"), lambda lane: _twice(lane),
                lambda lane: lane.doubled > 0)  # fmt: skip
_DEAD = Figure(lambda: pgettext("column", "dead"), lambda lane: grouped(lane.dead))
_EARLY = Figure(lambda: pgettext("column", "too soon"), lambda lane: grouped(lane.early),
                lambda lane: lane.early > 0)  # fmt: skip
_LATER = Figure(lambda: pgettext("task", "for later"), lambda lane: grouped(lane.scheduled))
_WAITS = Figure(lambda: pgettext("task", "waits"), lambda lane: grouped(lane.waiting))
_LONGEST = Figure(lambda: pgettext("column", "longest"), lambda lane: grouped(lane.longest))
_LATENCY = Figure(lambda: pgettext("column", "latency"), lambda lane: _time(lane.latency_us),
                  lambda lane: lane.latency_us >= _LATE_US)  # fmt: skip
_VAIN = Figure(lambda: pgettext("column", "in vain"), lambda lane: grouped(lane.vain))


def _twice(lane: LaneFrame) -> str:
    """In brackets what came once more and was not taken."""
    return grouped(lane.doubled) + (f" ({grouped(lane.repeats)})" if lane.repeats else "")


FIGURES: Mapping[Experiment, tuple[Figure, ...]] = {
    "crash": (_DONE, _LOST, _TWICE, _WAITS, _LATENCY),
    "retries": (_DONE, _DEAD, _WAITS, _TWICE, _LATENCY),
    "delayed": (_DONE, _DEAD, _EARLY, _LATER, _LATENCY),
    "speed": (_DONE, _WAITS, _LATENCY, _LONGEST, _VAIN),
}


def lane_count(frame: QueueFrame) -> int:
    """How many can be chosen."""
    return len(frame.lanes)


def draw_queue(frame: QueueFrame, chosen: int, width: int, height: int) -> list[Line]:
    """At most ``height`` lines: the lanes, then the ``chosen`` one."""
    chosen = min(chosen, len(frame.lanes) - 1)
    gap: list[Line] = [()] if height >= 22 else []
    lines = [*draw_lanes(frame, chosen, width), *gap]
    return [*lines, *draw_lane(frame, chosen, width, height - len(lines))][:height]


def draw_lanes(frame: QueueFrame, chosen: int, width: int) -> list[Line]:
    """A line for each lane: its queue over time, its figures."""
    figures = FIGURES[frame.experiment]
    top = max((sample.waiting for lane in frame.lanes for sample in lane.series), default=0)
    rows = [
        Row(way_text(lane.way), partial(_queue_strip, lane, top),
            [Cell(one.text(lane), one.bad(lane)) for one in figures])
        for lane in frame.lanes
    ]  # fmt: skip
    title = _("queue · full height %(n)d") % {"n": top}
    return draw_table(title, [one.title() for one in figures], rows, chosen, width)


def _queue_strip(lane: LaneFrame, top: int, cells: int) -> list[Run]:
    values = [sample.waiting for sample in lane.series]
    return bar_rows(values, [("█", "payload")] * len(values), top, cells, 1)[0]


# the chosen lane


def draw_lane(frame: QueueFrame, chosen: int, width: int, height: int) -> list[Line]:
    """The chosen lane in detail: what its way is, latency over time, tasks, workers, keys, the
    wire, what happened; what there is room for."""
    lane = frame.lanes[chosen]
    about = wrapped(way_about(lane.way), width)
    roomy = height >= 16
    lines = about if roomy else about[:2]
    gap: list[Line] = [()] if height >= 20 else []
    if roomy:
        lines += [*gap, *latency_chart(lane, width, 3 if height >= 20 else 2)]
    lines += [*gap, *task_rows(lane, width, height >= 9)]
    room = height - len(lines) - len(gap)
    block = _wide if width >= _WIDE else _narrow
    return [*lines, *gap, *block(frame, lane, width, room)][:height]


def latency_chart(lane: LaneFrame, width: int, rows: int) -> list[Line]:
    """The slowest task that was done in each step."""
    values = [sample.slowest_us for sample in lane.series]
    top = max(values, default=0)
    bars: list[Run] = [("█", "warning" if one >= _LATE_US else "payload") for one in values]
    words = _("slowest task done in each 0.1 s · full height %(time)s") % {"time": _time(top)}
    made = bar_rows(values, bars, top, width, rows)
    return [clip_line([(words, "label")], width), *(fill_line(line, width) for line in made)]


def _wide(frame: QueueFrame, lane: LaneFrame, width: int, room: int) -> list[Line]:
    split = (width - 3) * 2 // 5
    other = width - 3 - split
    workers = titled(_("workers"), worker_rows(lane.workers, frame.time, split), split)
    keys = key_rows(lane.keys, lane.key_count, split, room - len(workers) - 1)
    left = [*workers, *titled(_("keys"), keys, split)]
    events = titled(
        _("what happened"), event_rows(lane.events, other, max(room // 2 - 1, 1)), other
    )
    wire = titled(_("last commands"), wire_rows(lane.wire, other, room - len(events) - 1), other)
    return beside(left[:room], [*events, *wire][:room], width, split)


def _narrow(frame: QueueFrame, lane: LaneFrame, width: int, room: int) -> list[Line]:
    lines: list[Line] = [worker_line(lane.workers, width)] if room > 0 else []
    if room >= 12:
        lines = worker_rows(lane.workers, frame.time, width)
    left = max(room - len(lines), 0)
    keys = key_rows(lane.keys, lane.key_count, width, max(min(left // 3 + 1, left), 0))
    left -= len(keys)
    events = event_rows(lane.events, width, left // 2)
    wire = wire_rows(lane.wire, width, left - len(events))
    return [*lines, *keys, *events, *wire][:room] if room > 0 else []


# for a file, with its twin


def queue_drawing(frame: QueueFrame, chosen: int, width: int) -> Drawing:
    """The whole moment as a picture, with its text twin."""
    head = wrapped(_title(frame), width, "title")
    head += wrapped(experiment_about(frame.experiment), width)
    lines = [*head, (), *draw_queue(frame, chosen, width, _HEIGHT)]
    return Drawing(tuple(clip_line(line, width) for line in lines), describe_queue(frame))


def _title(frame: QueueFrame) -> str:
    time = _("t = %(time)s s · seed %(seed)d") % {
        "time": clock_text(frame.time), "seed": frame.seed,
    }  # fmt: skip
    return " · ".join([experiment_text(frame.experiment), time, knobs_text(frame)])


def describe_queue(frame: QueueFrame) -> str:
    """The same facts as sentences."""
    told = [_title(frame) + ".", experiment_about(frame.experiment)]
    for lane in frame.lanes:
        told += _described(lane)
    for one in frame.events:
        when = _("%(n)s s") % {"n": clock_text(one.time)}
        told.append(f"{when}: {queue_event_text(one)}.")
    return "\n".join(told)


def _described(lane: LaneFrame) -> list[str]:
    words = ngettext("%(way)s: %(n)d task was made; %(states)s.",
                     "%(way)s: %(n)d tasks were made; %(states)s.", lane.made)  # fmt: skip
    counts: Mapping[State, int] = {
        "waiting": lane.waiting, "working": lane.working, "scheduled": lane.scheduled,
        "done": lane.done, "doubled": lane.doubled, "dead": lane.dead, "lost": lane.lost,
    }  # fmt: skip
    some = ", ".join(f"{state_text(state)}: {counts[state]}" for state in STATES if counts[state])
    told = [words % {"way": way_text(lane.way), "n": lane.made, "states": some or "–"}]
    told.append("  " + _("Latency %(latency)s, at worst %(worst)s; the queue was %(longest)d long "
                         "at most.") % {"latency": _time(lane.latency_us),
                                        "worst": _time(lane.worst_us),
                                        "longest": lane.longest})  # fmt: skip
    if lane.early:
        words = ngettext("%(n)d task was done before its time.",
                         "%(n)d tasks were done before their time.", lane.early)  # fmt: skip
        told.append("  " + words % {"n": lane.early})
    if lane.repeats:
        words = ngettext("%(n)d letter came once more and was not taken.",
                         "%(n)d letters came once more and were not taken.",
                         lane.repeats)  # fmt: skip
        told.append("  " + words % {"n": lane.repeats})
    return told
