"""How the labs of lanes are drawn and called, by the lab's name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from tutor.diagrams.canvas import Drawing, Line
from tutor.labs.replication.frame import EventFrame


class LabPicture(NamedTuple):
    """A lab's pictures and words. ``draw(frame, chosen, width, height)`` is at most so high, the
    lane ``chosen`` in detail; the row of the first lane is ``first_row`` (a click chooses it), of
    ``lane_count(frame)``. ``drawing(frame, chosen, width)`` is the whole moment with its text
    twin. The others are words in the present language: of the lab, an experiment (a title, and a
    sentence), a lane, a knob (its word, and what stands now), an event."""

    draw: Callable[[Any, int, int, int], list[Line]]
    drawing: Callable[[Any, int, int], Drawing]
    first_row: int
    lane_count: Callable[[Any], int]
    lab_text: Callable[[], str]
    experiment_text: Callable[[str], str]
    experiment_about: Callable[[str], str]
    lane_text: Callable[[str], str]
    knob_text: Callable[[str], str]
    knobs_text: Callable[[Any], str]
    event_text: Callable[[EventFrame], str]


def _cache() -> LabPicture:
    from tutor.diagrams.labs.cache import FIRST_ROW, cache_drawing, draw_cache, lane_count
    from tutor.diagrams.labs.cache_words import (
        cache_event_text,
        cure_text,
        experiment_about,
        experiment_text,
        knob_text,
        knobs_text,
    )
    from tutor.i18n import _

    return LabPicture(
        draw_cache, cache_drawing, FIRST_ROW, lane_count, lambda: _("Cache lab"),
        experiment_text, experiment_about, cure_text, knob_text, knobs_text, cache_event_text,
    )  # fmt: skip


def _rate_limit() -> LabPicture:
    from tutor.diagrams.labs.ratelimit import FIRST_ROW, draw_rate, lane_count, rate_drawing
    from tutor.diagrams.labs.ratelimit_words import (
        limit_event_text,
        limit_experiment_about,
        limit_experiment_text,
        limit_knob_text,
        limit_knobs_text,
        limiter_text,
    )
    from tutor.i18n import _

    return LabPicture(
        draw_rate, rate_drawing, FIRST_ROW, lane_count, lambda: _("Rate limiting lab"),
        limit_experiment_text, limit_experiment_about, limiter_text, limit_knob_text,
        limit_knobs_text, limit_event_text,
    )  # fmt: skip


_PICTURES: Mapping[str, Callable[[], LabPicture]] = {"cache": _cache, "rate-limit": _rate_limit}


def lab_picture(name: str) -> LabPicture:
    """Of a lab by its name. Raises KeyError."""
    return _PICTURES[name]()
