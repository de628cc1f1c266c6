"""How the labs of lanes are drawn and called, by the lab's name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from tutor.diagrams.canvas import Drawing, Line
from tutor.labs.lanes import LaneLab
from tutor.labs.replication.frame import EventFrame

_TOLD = 80
"""Cells of a picture that is told and not drawn; sentences do not depend on it."""


class LabPicture(NamedTuple):
    """A lab's pictures and words. ``draw(frame, chosen, width, height)`` is at most so high, the
    lane ``chosen`` in detail; the row of the first lane is ``first_row`` (a click chooses it), of
    ``lane_count(frame)``. ``drawing(frame, chosen, width)`` is the whole moment with its text
    twin. The others are words in the present language: of the lab, an experiment (a title, and a
    sentence), a lane, a knob (its word, and what stands now), an event.
    ``more(lab, chosen, width)`` is what a printed picture has beneath, if there is something."""

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
    more: Callable[[Any, int, int], Drawing] = lambda lab, chosen, width: Drawing((), "")


def _cache() -> LabPicture:
    from tutor.diagrams.labs.cache import (
        FIRST_ROW,
        cache_drawing,
        delay_drawing,
        draw_cache,
        lane_count,
    )
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
        delay_drawing,
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


def _queue() -> LabPicture:
    from tutor.diagrams.labs.queue import FIRST_ROW, draw_queue, lane_count, queue_drawing
    from tutor.diagrams.labs.queue_words import (
        experiment_about,
        experiment_text,
        knob_text,
        knobs_text,
        queue_event_text,
        way_text,
    )
    from tutor.i18n import _

    return LabPicture(
        draw_queue, queue_drawing, FIRST_ROW, lane_count, lambda: _("Task queue lab"),
        experiment_text, experiment_about, way_text, knob_text, knobs_text, queue_event_text,
    )  # fmt: skip


def _security() -> LabPicture:
    from tutor.diagrams.labs.security import (
        FIRST_ROW,
        draw_security,
        lane_count,
        security_drawing,
    )
    from tutor.diagrams.labs.security_words import (
        experiment_about,
        experiment_text,
        knob_text,
        knobs_text,
        security_event_text,
        setting_text,
    )
    from tutor.i18n import _

    return LabPicture(
        draw_security, security_drawing, FIRST_ROW, lane_count, lambda: _("Security lab"),
        experiment_text, experiment_about, setting_text, knob_text, knobs_text, security_event_text,
    )  # fmt: skip


_PICTURES: Mapping[str, Callable[[], LabPicture]] = {
    "cache": _cache,
    "rate-limit": _rate_limit,
    "queue": _queue,
    "security": _security,
}


def lab_picture(name: str) -> LabPicture:
    """Of a lab by its name. Raises KeyError."""
    return _PICTURES[name]()


# any lab


def lab_sentences(lab: Any, place: str = "") -> list[str]:
    """A run of any lab at its present moment, in words; ``place``: whose lane first."""
    if not isinstance(lab, LaneLab):
        from tutor.diagrams.labs import describe_lab

        return describe_lab(lab.frame)
    chosen = lab.names.index(place) if place in lab.names else 0
    return lab_picture(lab.kind).drawing(lab.frame, chosen, _TOLD).text.splitlines()


def event_words(lab: Any) -> Callable[[EventFrame], str]:
    """What tells the events of a run of any lab."""
    if isinstance(lab, LaneLab):
        return lab_picture(lab.kind).event_text
    from tutor.diagrams.labs import event_text

    return event_text
