"""What the clients of a load do: requests of the rate limiting lab or of the cache lab.

The routines are the labs' own; here they run on the time of day and on a real server. Only one of
them goes on at a time (`Crew`), so what they share needs no locks.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

from tutor.console.load.figures import Figures
from tutor.console.load.truth import TRUTHS, AnyWindow
from tutor.console.load.zipf import Zipf
from tutor.labs.cache.calls import DjangoCache
from tutor.labs.cache.cures import WAYS as CURES
from tutor.labs.cache.frame import Knobs
from tutor.labs.cache.lane import Computation, Request, TrafficLane
from tutor.labs.ratelimit.ways import WAYS as ALGORITHM_WAYS
from tutor.labs.ratelimit.ways import Ask
from tutor.labs.routines import Routine
from tutor.labs.world import World

_HITS = frozenset({"hit", "stale", "waited"})

Spawn = Callable[[Routine[Any]], None]


@dataclass(slots=True)
class Visit:
    """One request: its routine, and what is made of its end. ``sent`` and ``heard`` are when its
    last command went and was answered, by the clock of that command's server in microseconds."""

    routine: Routine[Any]
    user: str = ""
    sent: int = 0
    heard: int = 0
    detail: Any = None


class Work(Protocol):
    """A workload."""

    def visit(self, number: int, chance: random.Random) -> Visit:
        """The next request."""
        ...

    def saw(self, visit: Visit, argv: Sequence[bytes], reply: Any) -> None:
        """A command of a request was answered."""
        ...

    def ended(self, visit: Visit, outcome: Any, figures: Figures) -> tuple[str, bool]:
        """A request has its answer: a name for what came of it, and whether that is good."""
        ...


class LimiterWork:
    """Requests of ``users`` into one algorithm. The user's name is a hash tag: all his keys are in
    one slot of a cluster."""

    def __init__(self, algorithm: str, limit: int, window_s: int, users: Zipf) -> None:
        self.algorithm, self.limit, self.window_s = algorithm, limit, window_s
        self._way, self._users = ALGORITHM_WAYS[algorithm], users
        self.truth = TRUTHS[algorithm](limit, window_s * 1_000_000)
        self.any_window = AnyWindow(limit, window_s * 1_000_000)

    def visit(self, number: int, chance: random.Random) -> Visit:
        user = f"{{user:{self._users.pick(chance)}}}"
        return Visit(self._way(Ask(user, f"r{number}", self.limit, self.window_s)), user)

    def saw(self, visit: Visit, argv: Sequence[bytes], reply: Any) -> None:
        self.truth.saw(visit.user, visit.sent, visit.heard, argv, reply)

    def ended(self, visit: Visit, outcome: Any, figures: Figures) -> tuple[str, bool]:
        if not outcome:
            return "refused", False
        over = self.truth.passed(visit.user, visit.sent, visit.heard)
        self.any_window.passed(visit.user, visit.sent, visit.heard)
        figures.over += over
        figures.most = self.any_window.most
        return "accepted", True


@dataclass(slots=True)
class _Moment:
    """The clock of the lab's routines: microseconds since the beginning."""

    began_us: int = field(default_factory=lambda: time.monotonic_ns() // 1000)

    @property
    def now(self) -> int:
        return time.monotonic_ns() // 1000 - self.began_us


class _LiveWorld:
    """What a lane asks of its world: the time, and that something be done behind the scenes."""

    def __init__(self, spawn: Spawn) -> None:
        self.simulation = _Moment()
        self._spawn = spawn

    def start(self, number: int, routine: Routine[Any]) -> None:
        """Behind the scenes."""
        self._spawn(routine)


class _LiveLane(TrafficLane):
    """A lane of the cache lab without its simulation: only what the cures need."""

    def __init__(self, cure: str, knobs: Knobs, world: _LiveWorld, figures: Figures) -> None:
        self.cure, self.knobs = cure, knobs
        self.world = cast("World", world)
        self.cache = DjangoCache("shop")
        self.chance = random.Random()
        self.computations = cast("list[Computation]", _Tally(figures))
        self.at_once = 0
        self._computing = Counter()


class _Tally:
    """Counts computations, and keeps none."""

    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    def append(self, one: Computation) -> None:
        self._figures.computed += 1


class CacheWork:
    """Reads of ``keys`` pages through the cache under one cure; the slow function takes
    ``cost_ms``."""

    def __init__(
        self, cure: str, ttl_s: int, cost_ms: int, keys: Zipf, spawn: Spawn, figures: Figures
    ) -> None:
        self.cure, self._cost_us = cure, cost_ms * 1000
        self._keys, self._way = keys, CURES[cure]
        self._lane = _LiveLane(cure, Knobs(ttl_s=ttl_s), _LiveWorld(spawn), figures)

    def visit(self, number: int, chance: random.Random) -> Visit:
        key = f"{{page:{self._keys.pick(chance)}}}"
        cost = round(self._cost_us * chance.uniform(0.8, 1.2))
        request = Request(number, self._lane.world.simulation.now, key, cost)
        return Visit(self._way(self._lane, request), key, detail=request)

    def saw(self, visit: Visit, argv: Sequence[bytes], reply: Any) -> None:
        """Nothing is learned from single commands."""

    def ended(self, visit: Visit, outcome: Any, figures: Figures) -> tuple[str, bool]:
        figures.at_once = self._lane.at_once
        name = str(visit.detail.outcome)
        return name, name in _HITS
