"""What an experiment of a lab of lanes offers to a lesson: its places, words and figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from tutor.labs.catalog import lab_kind
from tutor.labs.knobs import Knob
from tutor.labs.lanewords import LaneWords

KNOB = "knob."
"""Before the word of a knob: what it stands at, as a figure."""


@dataclass(frozen=True, slots=True)
class Offer:
    """``lanes`` in order, ``places`` of prompts, the names of ``figures``, knobs by their words."""

    lanes: tuple[str, ...]
    places: tuple[str, ...]
    figures: tuple[str, ...]
    knobs: Mapping[str, Knob]

    @property
    def words(self) -> LaneWords:
        """What is typed there."""
        return LaneWords(tuple(self.knobs.values()), self.places)


@cache
def offer_of(lab: str, experiment: str) -> Offer:
    """Of an experiment; none of it depends on seed, settings or time. Raises KeyError."""
    run = lab_kind(lab).make(experiment, 1, {}, ())
    knobs = {knob.kind: knob for knob in run.knobs_here()}
    turned = (KNOB + kind for kind, knob in knobs.items() if knob.values)
    return Offer(run.names, tuple(run.places), (*run.figures(), *turned), knobs)
