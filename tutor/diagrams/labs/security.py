"""The security lab drawn: every setting, its attacks, the chosen one in detail.

draw_security(frame, chosen, width, height)    for a screen
security_drawing(frame, chosen, width)         for a file or a terminal, with its text twin
"""

from __future__ import annotations

from tutor.diagrams.canvas import Drawing, Line, clip_line, wrapped
from tutor.diagrams.labs.amounts import clock_text
from tutor.diagrams.labs.security_detail import draw_lane
from tutor.diagrams.labs.security_guess import draw_guess, draw_guesses, tell_guesses
from tutor.diagrams.labs.security_lanes import draw_lanes, tell_lanes
from tutor.diagrams.labs.security_words import (
    experiment_about,
    experiment_text,
    knobs_text,
    security_event_text,
)
from tutor.i18n import _
from tutor.labs.security.frame import SecurityFrame

_HEIGHT = 36
FIRST_ROW = 1
"""The row of the first lane, below the titles; a click on a lane's row chooses it."""


def lane_count(frame: SecurityFrame) -> int:
    """How many can be chosen."""
    return len(frame.lanes)


def draw_security(frame: SecurityFrame, chosen: int, width: int, height: int) -> list[Line]:
    """At most ``height`` lines: the lanes, then the ``chosen`` one."""
    chosen = min(chosen, lane_count(frame) - 1)
    gap: list[Line] = [()] if height >= 22 else []
    guesses = frame.experiment == "guess"
    lanes = draw_guesses if guesses else draw_lanes
    lines = [*lanes(frame, chosen, width), *gap]
    detail = draw_guess if guesses else draw_lane
    return [*lines, *detail(frame, chosen, width, height - len(lines))][:height]


def security_drawing(frame: SecurityFrame, chosen: int, width: int) -> Drawing:
    """The whole moment as a picture, with its text twin."""
    head = wrapped(_title(frame), width, "title")
    head += wrapped(experiment_about(frame.experiment), width)
    lines = [*head, (), *draw_security(frame, chosen, width, _HEIGHT)]
    return Drawing(tuple(clip_line(line, width) for line in lines), describe_security(frame))


def _title(frame: SecurityFrame) -> str:
    when = _("t = %(time)s s · seed %(seed)d") % {
        "time": clock_text(frame.time), "seed": frame.seed,
    }  # fmt: skip
    return " · ".join([experiment_text(frame.experiment), when, knobs_text(frame)])


def describe_security(frame: SecurityFrame) -> str:
    """The same facts as sentences."""
    told = [_title(frame) + ".", experiment_about(frame.experiment)]
    told += tell_guesses(frame) if frame.experiment == "guess" else tell_lanes(frame)
    for one in frame.events:
        when = _("%(n)s s") % {"n": clock_text(one.time)}
        told.append(f"{when}: {security_event_text(one)}.")
    return "\n".join(told)
