"""The rate limiting lab: the same requests under seven algorithms, side by side in one time.

    LimiterLab(experiment, seed) ─▶ step ─▶ frame ─▶ step ─▶ frame …
      act("traffic" | "limit" | … )        every lane goes on with it
      act("scheduler", value="by-hand")    every worker stops before each of its commands
      act("go", "B")                       worker B sends its next one

How a run goes on, goes back and is remembered: `tutor.labs.lanes`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from tutor.labs.knobs import Act, Knob
from tutor.labs.lanes import EVENTS, SERIES, LaneLab, chosen_lanes
from tutor.labs.ratelimit.frame import (
    EXPERIMENTS,
    SCHEDULERS,
    TRAFFIC,
    WORKERS,
    Knobs,
    LaneFrame,
    RateFrame,
)
from tutor.labs.ratelimit.lane import LimiterLane
from tutor.labs.ratelimit.ways import NAMES

RECENT, WIRE = 200, 12
"""So many of the last steps, requests and commands a shown frame tells."""

STEPS: Mapping[str, tuple[float | str, ...]] = {
    "traffic": TRAFFIC,
    "limit": (1, 2, 3, 5, 10, 20, 50, 100),
    "window": (1, 2, 5, 10, 30, 60),
    "rate": (0, 1, 2, 5, 10, 20, 50, 100),
    "users": (1, 2, 3, 5, 10),
    "workers": (1, 2, 3, 4, 6, 8),
    "pause": (0, 1, 2, 5, 10, 20, 50),
    "scheduler": SCHEDULERS,
}
"""The values of each knob."""

OF: Mapping[str, tuple[str, ...]] = {
    "compare": ("traffic", "limit", "window", "rate", "users", "workers", "pause"),
    "edge": ("limit", "window", "workers", "pause"),
    "race": ("scheduler", "go", "traffic", "limit", "window", "rate", "workers", "pause"),
}
"""Which knobs an experiment has."""

FIRST: Mapping[str, Knobs] = {
    "compare": Knobs(),
    "edge": Knobs(traffic="edge", window_s=5),
    "race": Knobs(traffic="burst", limit=5, window_s=10, rate=5),
}
_FIELDS: Mapping[str, str] = {
    "traffic": "traffic", "limit": "limit", "window": "window_s", "rate": "rate", "users": "users",
    "workers": "workers", "pause": "pause_ms", "scheduler": "scheduler",
}  # fmt: skip

LANE_FIGURES = (
    "requests", "done", "accepted", "refused", "errors", "waiting", "over", "most", "bytes",
    "per_user", "key_count", "sent",
)  # fmt: skip


class LimiterLab(LaneLab[LimiterLane, Knobs, RateFrame]):
    """``names``: which lanes, all if none is named. Raises KeyError for an experiment or an
    algorithm that there is not."""

    kind = "rate-limit"

    def __init__(
        self,
        experiment: str = "compare",
        seed: int = 7,
        knobs: Knobs | None = None,
        names: Sequence[str] = (),
        acts: Sequence[Act] = (),
    ) -> None:
        lanes = chosen_lanes(names, NAMES)
        super().__init__(experiment, seed, lanes, knobs or FIRST[experiment], acts)

    def make_lane(self, name: str) -> LimiterLane:
        """At the beginning."""
        return LimiterLane(name, self.seed, self.first)

    # knobs

    def knobs_here(self) -> Sequence[Knob]:
        """Those of the experiment; ``go`` is done to a worker."""
        targets = tuple(WORKERS[: self.knobs.workers])
        return [
            Knob(kind, STEPS.get(kind, ()), targets if kind == "go" else ())
            for kind in OF[self.experiment]
        ]

    def standing(self, kind: str) -> float | str:
        """In the knob's own unit."""
        value: float | str = getattr(self.knobs, _FIELDS[kind])
        return value

    def turned(self, knobs: Knobs, act: Act) -> Knobs:
        """The knobs after an act."""
        return _with(knobs, act.kind, act.value) if act.kind in _FIELDS else knobs

    def act_on(self, lane: LimiterLane, name: str, act: Act, knobs: Knobs) -> str:
        """What was decided by it: accepted, refused, error, slipped."""
        if act.kind != "go":
            lane.set_knobs(knobs)
            return ""
        decided = lane.go(WORKERS.index(act.target))
        if decided is None:
            return ""
        return "slipped" if decided.slipped else decided.outcome

    def tell_act(self, act: Act, outcomes: Mapping[str, str]) -> None:
        """Of a worker that went on: whose request slipped past a limit, and in which lane."""
        if act.kind != "go":
            super().tell_act(act, outcomes)
            return
        for name, outcome in outcomes.items():
            if outcome == "slipped":
                self.tell("slipped", lane=name, worker=act.target)

    # looking

    def shown(self, number: int) -> RateFrame:
        """With what led up to it: samples, the last requests and commands."""
        frame = self.frames[number]
        before = self.frames[max(number + 1 - SERIES, 0) : number + 1]
        lanes = tuple(
            self._with_past(self.lanes[at], lane, [one.lanes[at] for one in before])
            for at, lane in enumerate(frame.lanes)
        )
        return replace(frame, lanes=lanes)

    def _with_past(
        self, lane: LimiterLane, frame: LaneFrame, before: Sequence[LaneFrame]
    ) -> LaneFrame:
        recent = lane.decided[max(frame.done - RECENT, 0) : frame.done]
        wire = lane.wire[max(frame.sent - WIRE, 0) : frame.sent]
        return replace(
            frame, recent=tuple(sorted(recent, key=lambda one: one.number)),
            wire=tuple(one.told() for one in wire), series=tuple(one.sample for one in before),
        )  # fmt: skip

    def take(self) -> RateFrame:
        """The present moment."""
        return RateFrame(
            time=self._now, seed=self.seed, experiment=self.experiment, knobs=self.knobs,
            lanes=tuple(lane.take() for lane in self.lanes), events=tuple(self.events[-EVENTS:]),
        )  # fmt: skip

    def figures(self) -> Mapping[str, float | str]:
        """Of each lane ``notes.accepted``, ``notes.over`` …, and what each knob stands at."""
        found: dict[str, float | str] = {kind: self.standing(kind) for kind in _FIELDS}
        for lane in self.frames[-1].lanes:
            found |= {f"{lane.name}.{name}": getattr(lane, name) for name in LANE_FIGURES}
        return found


def _with(knobs: Knobs, kind: str, value: float | str) -> Knobs:
    changed: dict[str, Any] = {_FIELDS[kind]: value if isinstance(value, str) else int(value)}
    return replace(knobs, **changed)


def make(
    experiment: str, seed: int, settings: Mapping[str, float | str], acts: Sequence[Act] = ()
) -> LimiterLab:
    """A run by words: see `tutor.labs.catalog`."""
    if experiment not in EXPERIMENTS:
        raise KeyError(experiment)
    knobs = FIRST[experiment]
    for kind, value in settings.items():
        if kind not in OF[experiment] or kind not in _FIELDS:
            raise KeyError(kind)
        knobs = _with(knobs, kind, value)
    return LimiterLab(experiment, seed, knobs, (), acts)
