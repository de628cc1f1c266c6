"""The cache lab: one experiment, its lanes side by side in one time.

    CacheLab(experiment, seed) ─▶ step ─▶ frame ─▶ step ─▶ frame …
      act("rate" | "cost" | "ttl" | … | "kill") ─▶ every lane goes on with it

How a run goes on, goes back and is remembered: `tutor.labs.lanes`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from tutor.labs.cache.cures import CURES
from tutor.labs.cache.eviction import EvictionLane
from tutor.labs.cache.frame import (
    CacheFrame,
    EvictionFrame,
    Experiment,
    Knobs,
    LaneFrame,
    VersionsFrame,
)
from tutor.labs.cache.lane import TrafficLane
from tutor.labs.cache.models import ROWS, examine
from tutor.labs.cache.routing import RoutingLane
from tutor.labs.cache.versions import VersionsLane
from tutor.labs.knobs import Act, Knob
from tutor.labs.lanes import EVENTS, LaneLab, chosen_lanes, with_series

STEPS: Mapping[str, tuple[float, ...]] = {
    "workers": (1, 2, 4, 8, 12, 20, 40),
    "rate": (0, 5, 10, 20, 40, 80),
    "cost": (20, 50, 100, 200, 400, 800, 1600),
    "ttl": (1, 2, 3, 5, 10, 30),
    "keys": (1, 5, 10, 20),
    "delay": (0, 1, 10, 40, 80, 150, 300, 600, 1000),
    "gap": (50, 100, 200, 400, 800, 1600),
    "rows": ROWS,
    "change": (2, 5, 10, 20, 60, 300),
    "memory": (1200, 1300, 1400, 1600, 2048, 3072),
    "skew": (0, 60, 80, 100, 120, 150),
    "pages": (100, 200, 400, 800),
}
"""The values of each knob."""

OF: Mapping[Experiment, tuple[str, ...]] = {
    "aside": ("workers", "rate", "cost", "ttl", "keys"),
    "stampede": ("workers", "rate", "cost", "ttl", "keys", "kill"),
    "models": ("rows",),
    "versions": ("ttl",),
    "routing": ("rate", "delay", "gap", "cost"),
    "ttl": ("rate", "cost", "keys", "change", "workers"),
    "eviction": ("memory", "pages", "skew", "rate", "cost", "scan", "shift"),
}
"""Which knobs an experiment has."""

FIRST: Mapping[Experiment, Knobs] = {
    "aside": Knobs(workers=4, rate=5, cost_ms=400, ttl_s=5, keys=5),
    "stampede": Knobs(),
    "models": Knobs(keys=10),
    "versions": Knobs(ttl_s=5),
    "routing": Knobs(rate=20, cost_ms=50),
    "ttl": Knobs(workers=20, rate=20, cost_ms=100, keys=20),
    "eviction": Knobs(rate=80, cost_ms=20, keys=400),
}
_FIELDS: Mapping[str, str] = {
    "workers": "workers", "rate": "rate", "cost": "cost_ms", "ttl": "ttl_s", "keys": "keys",
    "delay": "delay_ms", "gap": "gap_ms", "rows": "keys",
    "change": "change_s", "memory": "memory_kb", "skew": "skew", "pages": "keys",
}  # fmt: skip


def knob_of(knobs: Knobs, kind: str) -> int:
    """What a knob stands at, in its own unit. Raises KeyError for one that is none."""
    value: int = getattr(knobs, _FIELDS[kind])
    return value


Lane = TrafficLane | RoutingLane | VersionsLane | EvictionLane

LANE_FIGURES = (
    "requests", "done", "hits", "hit_ratio", "computed", "background", "stale", "killed", "mean_us",
    "worst_us", "saved_us", "at_once", "oldest_us", "load", "peak", "writes", "at_master",
    "missing", "key_count", "age_us", "wrong",
)  # fmt: skip
EVICTION_FIGURES = (
    "requests", "hits", "misses", "hit_ratio", "refused", "evicted", "sessions", "lost",
    "session_misses", "scanned", "pages", "used", "limit", "queries",
)  # fmt: skip
WAY_FIGURES = ("commands", "neighbour_lost", "old_served", "held")


class CacheLab(LaneLab[Lane, Knobs, CacheFrame]):
    """``cures``: which lanes, all of the experiment's if none is named. Raises KeyError for a cure
    that it has not."""

    kind = "cache"
    experiment: Experiment

    def __init__(
        self,
        experiment: Experiment = "stampede",
        seed: int = 7,
        knobs: Knobs | None = None,
        cures: Sequence[str] = (),
        acts: Sequence[Act] = (),
    ) -> None:
        names = chosen_lanes(cures, CURES[experiment])
        super().__init__(experiment, seed, names, knobs or FIRST[experiment], acts)

    def make_lane(self, name: str) -> Lane:
        """At the beginning."""
        if self.experiment == "routing":
            return RoutingLane(name, self.seed, self.first)
        if self.experiment == "versions":
            return VersionsLane(name, self.seed, self.first)
        if self.experiment == "eviction":
            return EvictionLane(name, self.seed, self.first)
        return TrafficLane(name, self.seed, self.first, filled=self.experiment == "stampede")

    # knobs

    def knobs_here(self) -> Sequence[Knob]:
        """Those of the experiment."""
        return [Knob(kind, STEPS.get(kind, ())) for kind in OF[self.experiment]]

    def standing(self, kind: str) -> int:
        """In the knob's own unit."""
        return knob_of(self.knobs, kind)

    def turned(self, knobs: Knobs, act: Act) -> Knobs:
        """The knobs after an act."""
        if act.kind not in _FIELDS:
            return knobs
        values: dict[str, Any] = {_FIELDS[act.kind]: int(act.value)}
        return replace(knobs, **values)

    def act_on(self, lane: Lane, name: str, act: Act, knobs: Knobs) -> str:
        """The key whose computation was killed, if one was."""
        if act.kind == "kill":
            return lane.kill()
        if isinstance(lane, EvictionLane) and act.kind in ("scan", "shift"):
            (lane.scan if act.kind == "scan" else lane.shift)()
            return ""
        lane.set_knobs(knobs)
        return ""

    def tell_act(self, act: Act, outcomes: Mapping[str, str]) -> None:
        """Of a killed computation, each lane's key; also if nobody was computing."""
        if act.kind in ("scan", "shift"):
            self.tell(act.kind)
        elif act.kind != "kill":
            super().tell_act(act, outcomes)
        elif not outcomes:
            self.tell("nobody")
        for cure, key in outcomes.items():
            self.tell("crash", lane=cure, key=key)

    # looking

    def shown(self, number: int) -> CacheFrame:
        """With the samples that lead up to it."""
        frame: CacheFrame = with_series(self.frames, number, ("lanes", "evictions"))
        return frame

    def take(self) -> CacheFrame:
        """The present moment."""
        taken = [lane.take() for lane in self.lanes]
        models = examine(self.knobs.keys) if self.experiment == "models" else None
        return CacheFrame(
            time=self._now, seed=self.seed, experiment=self.experiment, knobs=self.knobs,
            lanes=tuple(one for one in taken if isinstance(one, LaneFrame)),
            versions=tuple(one for one in taken if isinstance(one, VersionsFrame)),
            evictions=tuple(one for one in taken if isinstance(one, EvictionFrame)),
            models=models, events=tuple(self.events[-EVENTS:]),
        )  # fmt: skip

    def figures(self) -> Mapping[str, float | str]:
        """Of each lane ``lock.hits``, ``lock.at_once`` …; of each way ``clear.neighbour_lost`` …"""
        frame = self.frames[-1]
        found: dict[str, float | str] = {}
        for lane in frame.lanes:
            found |= {f"{lane.cure}.{name}": getattr(lane, name) for name in LANE_FIGURES}
        for one in frame.evictions:
            found |= {f"{one.policy}.{name}": getattr(one, name) for name in EVICTION_FIGURES}
        for way in frame.versions:
            found |= {f"{way.cure}.{name}": getattr(way, name) for name in WAY_FIGURES}
        return found


def make(
    experiment: str, seed: int, settings: Mapping[str, float | str], acts: Sequence[Act] = ()
) -> CacheLab:
    """A run by words: see `tutor.labs.catalog`."""
    if experiment not in OF:
        raise KeyError(experiment)
    knobs = FIRST[experiment]
    for kind, value in settings.items():
        if kind not in OF[experiment] or kind not in _FIELDS:
            raise KeyError(kind)
        changed: dict[str, Any] = {_FIELDS[kind]: int(value)}
        knobs = replace(knobs, **changed)
    return CacheLab(experiment, seed, knobs, (), acts)
