"""The queue lab: one experiment, its lanes side by side in one time.

    QueueLab(experiment, seed) ─▶ step ─▶ frame ─▶ step ─▶ frame …
      act("rate" | "workers" | "crash" | … | "kill" | "freeze" | "outage") ─▶ every lane

How a run goes on, goes back and is remembered: `tutor.labs.lanes`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from tutor.labs.knobs import Act, Knob
from tutor.labs.lanes import EVENTS, LaneLab, chosen_lanes, with_series
from tutor.labs.queue.frame import EXPERIMENTS, WAYS, Experiment, Knobs, LaneFrame, QueueFrame
from tutor.labs.queue.lane import QueueLane

STEPS: Mapping[str, tuple[float | str, ...]] = {
    "rate": (0, 1, 2, 5, 10, 20, 40),
    "workers": (1, 2, 3, 4, 6, 8),
    "work": (50, 100, 200, 400, 800, 1600),
    "crash": (0, 5, 10, 20, 40),
    "poison": (0, 5, 10, 20, 40),
    "idle": (1, 2, 3, 5, 10),
    "attempts": (1, 2, 3, 5, 8),
    "delay": (0.5, 1, 2, 5, 10),
    "outage": ("off", "on"),
    "once": ("off", "on"),
}
"""The values of each knob: tasks a second, workers, milliseconds, per cent, per cent, seconds,
times, seconds, and two switches."""

_USUAL = ("rate", "workers", "work")
_MISHAPS = ("crash", "idle", "kill", "freeze", "once")
OF: Mapping[Experiment, tuple[str, ...]] = {
    "crash": (*_USUAL, *_MISHAPS),
    "retries": (*_USUAL, "poison", "attempts", *_MISHAPS),
    "delayed": (*_USUAL, "delay", "attempts", "outage", *_MISHAPS),
    "speed": (*_USUAL, "kill"),
}
"""Which knobs an experiment has."""

FIRST: Mapping[Experiment, Knobs] = {
    "crash": Knobs(),
    "retries": Knobs(crash=0, poison=10, rate=4),
    "delayed": Knobs(crash=0, rate=4),
    "speed": Knobs(crash=0, rate=5, workers=2),
}
_FIELDS: Mapping[str, tuple[str, int]] = {
    "rate": ("rate", 1), "workers": ("workers", 1), "work": ("work_ms", 1), "crash": ("crash", 1),
    "poison": ("poison", 1), "idle": ("idle_ms", 1000), "attempts": ("attempts", 1),
    "delay": ("delay_ms", 1000),
}  # fmt: skip
"""Which field a knob turns, and how many of the field's unit one of the knob's is."""

_SWITCHES = ("outage", "once")

FIGURES = (
    "made", "waiting", "working", "scheduled", "done", "doubled", "dead", "lost", "repeats",
    "early", "crashes", "vain", "commands", "longest",
)  # fmt: skip


def knob_of(knobs: Knobs, kind: str) -> float | str:
    """What a knob stands at, in its own unit. Raises KeyError for one that has no value."""
    if kind in _SWITCHES:
        word: str = getattr(knobs, kind)
        return word
    name, factor = _FIELDS[kind]
    value: int = getattr(knobs, name)
    return value if factor == 1 else value / factor


def with_knob(knobs: Knobs, kind: str, value: float | str) -> Knobs:
    """With one turned. Raises KeyError for one that has no value, ValueError for what is none."""
    changed: dict[str, Any]
    if kind in _SWITCHES:
        if value not in STEPS[kind]:
            raise ValueError(value)
        changed = {kind: str(value)}
    else:
        name, factor = _FIELDS[kind]
        changed = {name: round(float(value) * factor)}
    return replace(knobs, **changed)


class QueueLab(LaneLab[QueueLane, Knobs, QueueFrame]):
    """``ways``: which lanes, all of the experiment's if none is named. Raises KeyError for a way
    that it has not."""

    kind = "queue"
    experiment: Experiment

    def __init__(
        self,
        experiment: Experiment = "crash",
        seed: int = 7,
        knobs: Knobs | None = None,
        ways: Sequence[str] = (),
        acts: Sequence[Act] = (),
    ) -> None:
        names = chosen_lanes(ways, WAYS[experiment])
        super().__init__(experiment, seed, names, knobs or FIRST[experiment], acts)

    def make_lane(self, name: str) -> QueueLane:
        """At the beginning."""
        return QueueLane(name, self.seed, self.first, later=self.experiment == "delayed")

    # knobs

    def knobs_here(self) -> Sequence[Knob]:
        """Those of the experiment."""
        return [Knob(kind, STEPS.get(kind, ())) for kind in OF[self.experiment]]

    def standing(self, kind: str) -> float | str:
        """In the knob's own unit."""
        return knob_of(self.knobs, kind)

    def turned(self, knobs: Knobs, act: Act) -> Knobs:
        """The knobs after an act."""
        if act.kind not in _FIELDS and act.kind not in _SWITCHES:
            return knobs
        return with_knob(knobs, act.kind, act.value)

    def act_on(self, lane: QueueLane, name: str, act: Act, knobs: Knobs) -> str:
        """Who was hit, if somebody was; the lane itself tells of it."""
        if act.kind == "kill":
            return lane.kill()
        if act.kind == "freeze":
            return lane.freeze()
        lane.set_knobs(knobs)
        return ""

    def tell_act(self, act: Act, outcomes: Mapping[str, str]) -> None:
        """Of what was turned, and of a blow that hit nobody."""
        if act.kind not in ("kill", "freeze"):
            super().tell_act(act, outcomes)
        elif not outcomes:
            self.tell("nobody")

    # looking

    def shown(self, number: int) -> QueueFrame:
        """With the samples that lead up to it."""
        frame: QueueFrame = with_series(self.frames, number)
        return frame

    def take(self) -> QueueFrame:
        """The present moment."""
        taken = [lane.take() for lane in self.lanes]
        events = [one for lane in taken for one in lane.events] + self.events[-EVENTS:]
        events.sort(key=lambda event: event.time)
        return QueueFrame(
            time=self._now, seed=self.seed, experiment=self.experiment, knobs=self.knobs,
            lanes=tuple(self._with_longest(at, lane) for at, lane in enumerate(taken)),
            events=tuple(events[-EVENTS:]),
        )  # fmt: skip

    def _with_longest(self, at: int, lane: LaneFrame) -> LaneFrame:
        """The longest queue of all frames."""
        frames = getattr(self, "frames", ())
        before = frames[-1].lanes[at].longest if frames else 0
        return replace(lane, longest=max(before, lane.waiting))

    def figures(self) -> Mapping[str, float | str]:
        """Of each lane ``rpop.lost``, ``lmove.doubled``, ``stream.latency_ms`` …"""
        found: dict[str, float | str] = {}
        for lane in self.frames[-1].lanes:
            found |= {f"{lane.way}.{name}": getattr(lane, name) for name in FIGURES}
            found[f"{lane.way}.latency_ms"] = round(lane.latency_us / 1000)
            found[f"{lane.way}.worst_ms"] = round(lane.worst_us / 1000)
        return found


def make(
    experiment: str, seed: int, settings: Mapping[str, float | str], acts: Sequence[Act] = ()
) -> QueueLab:
    """A run by words: see `tutor.labs.catalog`."""
    if experiment not in EXPERIMENTS:
        raise KeyError(experiment)
    knobs = FIRST[experiment]
    for kind, value in settings.items():
        if kind not in OF[experiment]:
            raise KeyError(kind)
        knobs = with_knob(knobs, kind, value)
    return QueueLab(experiment, seed, knobs, (), acts)
