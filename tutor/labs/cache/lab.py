"""The cache lab: one experiment, its lanes side by side in one time.

    CacheLab(experiment, seed) ─▶ step ─▶ frame ─▶ step ─▶ frame …
      act("rate" | "cost" | "ttl" | … | "kill") ─▶ every lane goes on with it
      back_to(time) ─▶ the run as it was then; acting there begins another future

A run is its seed and its actions. Going back begins at the last checkpoint of each lane before the
moment (`LaneMemory`) and runs the rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from tutor.labs.cache.cures import CURES
from tutor.labs.cache.frame import CacheFrame, Experiment, Knobs, LaneFrame, VersionsFrame
from tutor.labs.cache.lane import TrafficLane
from tutor.labs.cache.memory import LaneMemory
from tutor.labs.cache.models import ROWS, examine
from tutor.labs.cache.routing import RoutingLane
from tutor.labs.cache.versions import VersionsLane
from tutor.labs.replication.frame import EventFrame
from tutor.labs.replication.lab import STEP_US

SERIES = 120
EVENTS = 12
Kind = Literal["workers", "rate", "cost", "ttl", "keys", "delay", "gap", "rows", "kill"]

STEPS: Mapping[str, tuple[float, ...]] = {
    "workers": (1, 2, 4, 8, 12, 20, 40),
    "rate": (0, 5, 10, 20, 40, 80),
    "cost": (50, 100, 200, 400, 800, 1600),
    "ttl": (1, 2, 3, 5, 10, 30),
    "keys": (1, 5, 10, 20),
    "delay": (0, 1, 10, 40, 80, 150, 300, 600, 1000),
    "gap": (50, 100, 200, 400, 800, 1600),
    "rows": ROWS,
}
"""The values of each knob."""

OF: Mapping[Experiment, tuple[Kind, ...]] = {
    "aside": ("workers", "rate", "cost", "ttl", "keys"),
    "stampede": ("workers", "rate", "cost", "ttl", "keys", "kill"),
    "models": ("rows",),
    "versions": ("ttl",),
    "routing": ("rate", "delay", "gap", "cost"),
}
"""Which knobs an experiment has."""

FIRST: Mapping[Experiment, Knobs] = {
    "aside": Knobs(workers=4, rate=5, cost_ms=400, ttl_s=5, keys=5),
    "stampede": Knobs(),
    "models": Knobs(keys=10),
    "versions": Knobs(ttl_s=5),
    "routing": Knobs(rate=20, cost_ms=50),
}
_FIELDS: Mapping[str, str] = {
    "workers": "workers", "rate": "rate", "cost": "cost_ms", "ttl": "ttl_s", "keys": "keys",
    "delay": "delay_ms", "gap": "gap_ms", "rows": "keys",
}  # fmt: skip


def knob_of(knobs: Knobs, kind: str) -> int:
    """What a knob stands at, in its own unit. Raises KeyError for one that is none."""
    value: int = getattr(knobs, _FIELDS[kind])
    return value


Lane = TrafficLane | RoutingLane | VersionsLane


@dataclass(frozen=True, slots=True)
class Act:
    """``time`` in microseconds since the beginning; ``value`` of a knob in its own unit."""

    time: int
    kind: str
    value: float = 0


class CacheLab:
    """``frames`` are all moments so far, one for each tenth of a second. ``cures``: which lanes,
    all of the experiment's if none is named. Raises KeyError for a cure that it has not."""

    def __init__(
        self,
        experiment: Experiment = "stampede",
        seed: int = 7,
        knobs: Knobs | None = None,
        cures: Sequence[str] = (),
        acts: Sequence[Act] = (),
    ) -> None:
        for cure in cures:
            if cure not in CURES[experiment]:
                raise KeyError(cure)
        self.experiment = experiment
        self.seed = seed
        self.cures = tuple(cures) or CURES[experiment]
        self.acts = list(acts)
        self._first = self.knobs = knobs or FIRST[experiment]
        self.events: list[EventFrame] = []
        self.lanes: list[Lane] = [self._lane(cure) for cure in self.cures]
        self._memory = [LaneMemory(number) for number in range(len(self.cures))]
        self._now = self._done = 0
        self.frames: list[CacheFrame] = [self._take()]
        self._by_hand()

    def _lane(self, cure: str) -> Lane:
        """At the beginning."""
        if self.experiment == "routing":
            return RoutingLane(cure, self.seed, self._first)
        if self.experiment == "versions":
            return VersionsLane(cure, self.seed, self._first)
        return TrafficLane(cure, self.seed, self._first, filled=self.experiment == "stampede")

    # time

    @property
    def now(self) -> int:
        """Microseconds since the beginning."""
        return self._now

    @property
    def frame(self) -> CacheFrame:
        """The present moment."""
        return self.shown(len(self.frames) - 1)

    def shown(self, number: int) -> CacheFrame:
        """A recorded moment by its number, with the samples that lead up to it."""
        frame = self.frames[number]
        before = self.frames[max(number + 1 - SERIES, 0) : number + 1]
        lanes = tuple(
            replace(lane, series=tuple(one.lanes[at].sample for one in before))
            for at, lane in enumerate(frame.lanes)
        )
        return replace(frame, lanes=lanes)

    def step(self, count: int = 1) -> CacheFrame:
        """Go on by so many tenths of a second."""
        for _ in range(count):
            self._now += STEP_US
            for lane in self.lanes:
                _advance(lane, self._now)
            self.frames.append(self._take())
            self._by_hand()
            for lane, memory in zip(self.lanes, self._memory, strict=True):
                memory.offer(self._now // STEP_US, lane)
        return self.frames[-1]

    def back_to(self, time: int) -> None:
        """Be at an earlier moment again; what was done later is repeated, until the first `act`."""
        steps = min(max(round(time / STEP_US), 0), len(self.frames) - 1)
        del self.frames[steps + 1 :]
        self._now = steps * STEP_US
        self._done = sum(act.time <= self._now for act in self.acts)
        self.events = [event for event in self.events if event.time <= self._now]
        self.knobs = self._first
        for act in self.acts[: self._done]:
            self.knobs = _turned(self.knobs, act)
        for at, cure in enumerate(self.cures):
            self.lanes[at] = self._lane_at(at, cure, steps)

    def _lane_at(self, at: int, cure: str, steps: int) -> Lane:
        """A lane as it was after so many steps."""
        found = self._memory[at].before(steps)
        lane: Lane
        first, lane = found if found is not None else (0, self._lane(cure))
        knobs = self._first
        for act in self.acts[: self._done]:
            knobs = _turned(knobs, act)
            number = act.time // STEP_US
            if found is not None and number <= found[0]:
                continue  # the checkpoint knows of it
            for step in range(first + 1, number + 1):
                _advance(lane, step * STEP_US)
            first = max(first, number)
            _act_on(lane, act, knobs)
        for step in range(first + 1, steps + 1):
            _advance(lane, step * STEP_US)
        return lane

    # acting

    def act(self, kind: str, target: str = "", value: float | str = 0) -> None:
        """Turn a knob of all lanes to a value, or ``kill`` who computes. Raises KeyError for a
        knob that the experiment has not."""
        if kind not in OF[self.experiment]:
            raise KeyError(kind)
        self.acts[self._done :] = [Act(self._now, kind, float(value))]
        for memory in self._memory:
            memory.forget_from(self._now // STEP_US)
        self._by_hand()

    def _by_hand(self) -> None:
        """Do what is to be done at this moment."""
        before = self._done
        while self._done < len(self.acts) and self.acts[self._done].time <= self._now:
            self._done += 1
            self._carry_out(self.acts[self._done - 1])
        if self._done > before:
            self.frames[-1] = self._take()

    def _carry_out(self, act: Act) -> None:
        self.knobs = _turned(self.knobs, act)
        if act.kind != "kill":
            self.tell("knob", name=act.kind, value=f"{act.value:g}")
        for lane in self.lanes:
            key = _act_on(lane, act, self.knobs)
            if key:
                self.tell("crash", lane=lane.cure, key=key)

    def tell(self, code: str, **params: str) -> None:
        """Something has happened."""
        self.events.append(EventFrame(self._now, code, tuple(params.items())))

    # looking

    def _take(self) -> CacheFrame:
        taken = [lane.take() for lane in self.lanes]
        models = examine(self.knobs.keys) if self.experiment == "models" else None
        return CacheFrame(
            time=self._now, seed=self.seed, experiment=self.experiment, knobs=self.knobs,
            lanes=tuple(one for one in taken if isinstance(one, LaneFrame)),
            versions=tuple(one for one in taken if isinstance(one, VersionsFrame)),
            models=models, events=tuple(self.events[-EVENTS:]),
        )  # fmt: skip


def _advance(lane: Lane, time: int) -> None:
    """A step of a tenth of a second up to a time."""
    lane.begin_step()
    lane.run_to(time)


def _turned(knobs: Knobs, act: Act) -> Knobs:
    """The knobs after an act."""
    if act.kind == "kill":
        return knobs
    values: dict[str, Any] = {_FIELDS[act.kind]: int(act.value)}
    return replace(knobs, **values)


def _act_on(lane: Lane, act: Act, knobs: Knobs) -> str:
    """Do it to one lane; the key whose computation was killed, if one was."""
    if act.kind == "kill":
        return lane.kill()
    lane.set_knobs(knobs)
    return ""
