"""The rate limiting lab drawn: every lane, and the chosen one in detail beside the one before it.

draw_rate(frame, chosen, width, height)    for a screen
rate_drawing(frame, chosen, width)         for a file or a terminal, with its text twin
"""

from __future__ import annotations

from tutor.diagrams.amounts import size_text
from tutor.diagrams.canvas import Drawing, Line, clip_line, fill_line, wrapped
from tutor.diagrams.labs.amounts import clock_text
from tutor.diagrams.labs.ratelimit_lanes import draw_limiters, legend
from tutor.diagrams.labs.ratelimit_parts import (
    inside_chart,
    limiter_keys,
    limiter_wire,
    user_rows,
    worker_rows,
)
from tutor.diagrams.labs.ratelimit_words import (
    limit_event_text,
    limit_experiment_about,
    limit_experiment_text,
    limit_knobs_text,
    limiter_about,
    limiter_text,
)
from tutor.i18n import _, ngettext
from tutor.labs.ratelimit.frame import LaneFrame, RateFrame

__all__ = ["FIRST_ROW", "describe_rate", "draw_rate", "lane_count", "rate_drawing"]

_HEIGHT = 32
_TWO_ABREAST = 100
FIRST_ROW = 1
"""The row of the first lane, below the titles; a click on a lane's row chooses it."""


def lane_count(frame: RateFrame) -> int:
    """How many can be chosen."""
    return len(frame.lanes)


def draw_rate(frame: RateFrame, chosen: int, width: int, height: int) -> list[Line]:
    """At most ``height`` lines: the lanes, then the ``chosen`` one; where there is room for two
    abreast, the one before it at its left (the next one, if it is the first)."""
    chosen = min(chosen, len(frame.lanes) - 1)
    lines = draw_limiters(frame, chosen, width)
    if height - len(lines) >= 12:
        lines += [legend(width), ()]
    left = height - len(lines)
    if left < 1:
        return lines[:height]
    if width < _TWO_ABREAST or len(frame.lanes) < 2:
        return [*lines, *_detail(frame, frame.lanes[chosen], width, left)][:height]
    first, second = (chosen - 1, chosen) if chosen else (0, 1)
    half = (width - 3) // 2
    one = _detail(frame, frame.lanes[first], half, left)
    two = _detail(frame, frame.lanes[second], width - 3 - half, left)
    rows = max(len(one), len(two))
    one += [()] * (rows - len(one))
    two += [()] * (rows - len(two))
    both: list[Line] = [
        (*fill_line(a, half), (" │ ", "frame"), *b) for a, b in zip(one, two, strict=True)
    ]
    return [*lines, *both][:height]


def _detail(frame: RateFrame, lane: LaneFrame, width: int, height: int) -> list[Line]:
    """What there is room for of: name, what it is, workers in a race, keys, what passed against
    the limit, users, the last commands."""
    race = frame.experiment == "race"
    lines: list[Line] = [clip_line([(limiter_text(lane.name), "title")], width)]
    about = wrapped(limiter_about(lane.name), width)
    if height >= 10 + len(about) or not race:
        lines += about[: max(min(len(about), height - 4), 0)]
    if race:
        lines += worker_rows(lane.workers, width, min(height - len(lines) - 1, 8))
    gap: list[Line] = [()] if height >= 16 else []
    left = height - len(lines)
    lines += [*gap, *limiter_keys(lane, width, 1 if left < 8 else 3)]
    left = height - len(lines)
    if left >= 2:
        rows = 3 if left >= 9 else 2 if left >= 5 else 1
        lines += [*gap, *inside_chart(lane, frame.knobs, width, rows)]
    if len(lane.users) > 1:
        lines += user_rows(lane.users, width, 2)
    left = height - len(lines) - len(gap)
    if left >= 2 and lane.wire:
        title = clip_line([(_("last commands"), "label")], width)
        lines += [*gap, title, *limiter_wire(lane.wire, width, left - 1)]
    return lines[:height]


def rate_drawing(frame: RateFrame, chosen: int, width: int) -> Drawing:
    """The whole moment as a picture, with its text twin."""
    head = wrapped(_title(frame), width, "title")
    head += wrapped(limit_experiment_about(frame.experiment), width)
    lines = [*head, (), *draw_rate(frame, chosen, width, _HEIGHT)]
    return Drawing(tuple(clip_line(line, width) for line in lines), describe_rate(frame))


def _title(frame: RateFrame) -> str:
    when = _("t = %(time)s s · seed %(seed)d") % {
        "time": clock_text(frame.time), "seed": frame.seed,
    }  # fmt: skip
    return " · ".join([limit_experiment_text(frame.experiment), when, limit_knobs_text(frame)])


def describe_rate(frame: RateFrame) -> str:
    """The same facts as sentences."""
    told = [_title(frame) + ".", limit_experiment_about(frame.experiment)]
    for lane in frame.lanes:
        told.append(_told(lane, frame.knobs.window_s))
        told += [f"  {line}" for line in _workers(frame, lane)]
    for one in frame.events:
        when = _("%(n)s s") % {"n": clock_text(one.time)}
        told.append(f"{when}: {limit_event_text(one)}.")
    return "\n".join(told)


def _told(lane: LaneFrame, window: int) -> str:
    counted = ngettext("%(n)d request", "%(n)d requests", lane.requests) % {"n": lane.requests}
    words = _(
        "%(name)s: %(requests)s, %(accepted)d passed, %(refused)d refused, %(errors)d failed; "
        "%(over)d slipped past the limit; %(most)d of one user in any %(window)d s at most; "
        "%(size)s a user."
    )
    return words % {
        "name": limiter_text(lane.name), "requests": counted, "accepted": lane.accepted,
        "refused": lane.refused, "errors": lane.errors, "over": lane.over, "most": lane.most,
        "window": window, "size": size_text(lane.per_user),
    }  # fmt: skip


def _workers(frame: RateFrame, lane: LaneFrame) -> list[str]:
    """By hand: who has read what, and what each sends next."""
    if frame.knobs.scheduler != "by-hand":
        return []
    told: list[str] = []
    for one in lane.workers:
        heard = ", ".join(f"{command} → {reply}" for command, reply in one.heard)
        words = _("worker %(name)s: %(heard)s; next %(next)s") if heard else _(
            "worker %(name)s: next %(next)s"
        )  # fmt: skip
        told.append(words % {"name": one.name, "heard": heard, "next": one.next})
    return told
