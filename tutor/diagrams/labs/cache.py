"""The cache lab drawn: what is tried, every lane, the chosen one in detail.

draw_cache(frame, chosen, width, height)    for a screen
cache_drawing(frame, chosen, width)         for a file or a terminal, with its text twin
"""

from __future__ import annotations

from tutor.diagrams.canvas import Drawing, Line, clip_line, wrapped
from tutor.diagrams.labs.amounts import clock_text
from tutor.diagrams.labs.cache_eviction import draw_policies, draw_policy, tell_policies
from tutor.diagrams.labs.cache_lanes import delay_rows, draw_lane, draw_lanes, tell_lanes
from tutor.diagrams.labs.cache_models import draw_models, tell_models
from tutor.diagrams.labs.cache_versions import draw_way, draw_ways, tell_ways
from tutor.diagrams.labs.cache_words import (
    cache_event_text,
    experiment_about,
    experiment_text,
    knobs_text,
)
from tutor.i18n import _
from tutor.labs.cache.frame import CacheFrame
from tutor.labs.cache.lab import CacheLab
from tutor.labs.cache.routing import stale_by_delay

__all__ = [
    "FIRST_ROW", "cache_drawing", "delay_drawing", "delay_rows", "describe_cache", "draw_cache",
]  # fmt: skip

_DELAYS = (0, 10, 40, 80, 150, 300, 600)
_HEIGHT, _MODELS_HEIGHT = 34, 60
FIRST_ROW = 1
"""The row of the first lane, below the titles; a click on a lane's row chooses it."""


def lane_count(frame: CacheFrame) -> int:
    """How many can be chosen."""
    return len(frame.lanes) or len(frame.versions) or len(frame.evictions) or 1


def draw_cache(frame: CacheFrame, chosen: int, width: int, height: int) -> list[Line]:
    """At most ``height`` lines: the lanes, then the ``chosen`` one."""
    gap: list[Line] = [()] if height >= 22 else []
    if frame.models is not None:
        return draw_models(frame.models, width, height)
    chosen = min(chosen, lane_count(frame) - 1)
    if frame.versions:
        lines = [*draw_ways(frame, chosen, width), *gap]
        return [*lines, *draw_way(frame, chosen, width, height - len(lines))][:height]
    if frame.evictions:
        lines = [*draw_policies(frame, chosen, width), *gap]
        return [*lines, *draw_policy(frame, chosen, width, height - len(lines))][:height]
    lines = [*draw_lanes(frame, chosen, width), *gap]
    return [*lines, *draw_lane(frame, chosen, width, height - len(lines))][:height]


def cache_drawing(frame: CacheFrame, chosen: int, width: int) -> Drawing:
    """The whole moment as a picture, with its text twin."""
    height = _HEIGHT if frame.models is None else _MODELS_HEIGHT
    head = wrapped(_title(frame), width, "title")
    head += wrapped(experiment_about(frame.experiment), width)
    lines = [*head, (), *draw_cache(frame, chosen, width, height)]
    return Drawing(tuple(clip_line(line, width) for line in lines), describe_cache(frame))


def delay_drawing(lab: CacheLab, chosen: int, width: int) -> Drawing:
    """Of reads from replicas: how many are old under other delays of the replication."""
    if lab.experiment != "routing":
        return Drawing((), "")
    points = stale_by_delay(lab.names[chosen], lab.seed, _DELAYS, lab.knobs, 10)
    title = _("the same visits under other delays:")
    rows = delay_rows(points, width)
    told = "\n".join([title, *("".join(text for text, _role in row) for row in rows)])
    return Drawing((((title, "label"),), *rows), told)


def _title(frame: CacheFrame) -> str:
    words = [experiment_text(frame.experiment)]
    if frame.models is None:
        words += [_("t = %(time)s s · seed %(seed)d") % {
            "time": clock_text(frame.time), "seed": frame.seed,
        }]  # fmt: skip
    return " · ".join([*words, knobs_text(frame)])


def describe_cache(frame: CacheFrame) -> str:
    """The same facts as sentences."""
    told = [_title(frame) + ".", experiment_about(frame.experiment)]
    told += tell_lanes(frame) if frame.lanes else []
    told += tell_ways(frame) if frame.versions else []
    told += tell_policies(frame) if frame.evictions else []
    told += tell_models(frame.models) if frame.models is not None else []
    for one in frame.events:
        when = _("%(n)s s") % {"n": clock_text(one.time)}
        told.append(f"{when}: {cache_event_text(one)}.")
    return "\n".join(told)
