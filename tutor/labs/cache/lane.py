"""A lane: the same traffic under one cure. Workers take requests in the order in which they come.

    requests ─▶ queue ─▶ free worker ─▶ cure: cache calls, slow function ─▶ answer

The traffic has chances of its own (`Arrivals`), so that every lane gets the same requests.
"""

from __future__ import annotations

import random
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from heapq import nsmallest
from typing import Any

from tutor.labs.arrivals import Arrivals
from tutor.labs.cache.calls import DjangoCache
from tutor.labs.cache.cures import GRACE_S, LOCK_S, WAYS, aside
from tutor.labs.cache.frame import (
    KeyFrame,
    Knobs,
    LaneFrame,
    Outcome,
    RequestFrame,
    Sample,
    WireFrame,
    WorkerFrame,
)
from tutor.labs.cache.wire_text import reply_text, words_text
from tutor.labs.routines import Query, Routine, Sleep
from tutor.labs.world import DATABASE, Logged, Task, World

RECENT = 40
KEYS = 8
"""So many of a server's keys are told by name."""

_DEPLOY, _BEHIND = 90, 91
"""Workers that nobody's request goes to: who fills the cache first, who refreshes it."""

_HITS: frozenset[Outcome] = frozenset({"hit", "stale", "waited", "master"})


@dataclass(slots=True, eq=False)
class Request:
    """One request. ``cost``: what the slow function takes for it, in microseconds."""

    number: int
    time: int
    key: str
    cost: int
    outcome: Outcome = "hit"


@dataclass(slots=True, eq=False)
class Worker:
    """A process of the application, one request at a time."""

    number: int
    task: Task | None = None
    request: Request | None = None


@dataclass(slots=True)
class Computation:
    """A run of the slow function for a key; ``end`` 0 while it goes on or if it was killed."""

    key: str
    begin: int
    end: int = 0
    background: bool = False


@dataclass(slots=True)
class Sums:
    """Since the beginning."""

    done: int = 0
    took: int = 0
    cost: int = 0
    worst: int = 0
    oldest: int = 0
    ages: int = 0
    outcomes: Counter[Outcome] = field(default_factory=Counter)


class TrafficLane:
    """``cure`` names a way of `WAYS`. ``filled``: every key is there when the traffic begins."""

    def __init__(self, cure: str, seed: int, knobs: Knobs, *, filled: bool) -> None:
        self.cure = cure
        self.knobs = _knobs_of(cure, knobs)
        self.world = World(seed)
        self.cache = DjangoCache("shop")
        self.chance = random.Random(f"{seed}:{cure}")
        self.arrivals = Arrivals(self.world.simulation, seed, lambda: self.knobs.rate, self._arrive)
        self.workers = [Worker(number) for number in range(knobs.workers)]
        self.queue: deque[Request] = deque()
        self.requests = 0
        self.sums = Sums()
        self.wrong = 0
        self.computations: list[Computation] = []
        self.at_once = 0
        self.recent: deque[RequestFrame] = deque(maxlen=RECENT)
        self.answers: list[RequestFrame] = []
        self._step: list[RequestFrame] = []
        self._computing: Counter[str] = Counter()
        if filled:
            self.world.start(_DEPLOY, self._fill(), lambda outcome: self._open())
        else:
            self._open()

    # traffic

    def _open(self) -> None:
        if self.cure == "warm":
            self._rest()
        self.arrivals.begin()

    def _arrive(self, chance: random.Random) -> None:
        share = chance.random() ** 1.6  # some keys are asked for more often
        number, factor = int(share * self.knobs.keys), chance.uniform(0.8, 1.2)
        self.requests += 1
        cost = round(self.knobs.cost_ms * 1000 * factor)
        now = self.world.simulation.now
        self.queue.append(Request(self.requests, now, f"page:{number}", cost))
        self._serve()

    def _serve(self) -> None:
        for worker in self.workers:
            if worker.request is None and self.queue:
                request = worker.request = self.queue.popleft()
                routine = WAYS.get(self.cure, aside)(self, request)
                done = partial(self._answered, worker, request)
                worker.task = self.world.start(worker.number, routine, done)

    def _answered(self, worker: Worker, request: Request, value: Any) -> None:
        age = self.world.simulation.now - value["made"]
        self.wrong += self._version(request.key, value["made"]) != self._version(request.key)
        self._count(worker, request, age)
        worker.task = worker.request = None
        if worker.number >= self.knobs.workers:
            self.workers.remove(worker)
        self._serve()

    def _count(self, worker: Worker, request: Request, age: int) -> None:
        took = self.world.simulation.now - request.time
        answer = RequestFrame(
            request.time, worker.number, request.key, request.outcome, took, max(age, 0)
        )
        for kept in (self.recent, self.answers, self._step):
            kept.append(answer)
        sums = self.sums
        sums.outcomes[request.outcome] += 1
        if request.outcome != "killed":
            sums.done += 1
            sums.took += took
            sums.cost += request.cost
            sums.worst = max(sums.worst, took)
            sums.oldest = max(sums.oldest, age)
            sums.ages += max(age, 0)

    def _version(self, key: str, time: int | None = None) -> int:
        """Which version of a page the database has at a time: each changes every ``change_s``
        seconds, not all at once."""
        number = int(key.partition(":")[2])
        period = self.knobs.change_s * 1_000_000
        when = self.world.simulation.now if time is None else time
        return (when + number * 7_919_317) // period

    def set_knobs(self, knobs: Knobs) -> None:
        """From now on; workers that are too many go when they have answered."""
        knobs = self.knobs = _knobs_of(self.cure, knobs)
        have = {worker.number for worker in self.workers}
        self.workers += [Worker(number) for number in range(knobs.workers) if number not in have]
        self.workers = [one for one in self.workers if one.number < knobs.workers or one.request]
        self.workers.sort(key=lambda worker: worker.number)
        self._serve()

    def kill(self) -> str:
        """The first worker that computes dies (kill -9) and is started again; its request's key, ""
        if nobody computes."""
        for worker in self.workers:
            if worker.task is not None and worker.task.doing == "query" and worker.request:
                request = worker.request
                worker.task.kill()
                request.outcome = "killed"
                self._count(worker, request, 0)
                worker.task = worker.request = None
                self._serve()
                return request.key
        return ""

    # the slow function

    def compute(self, request: Request) -> Routine[Any]:
        """Within a request."""
        if request.outcome in ("hit", "waited"):
            request.outcome = "miss"
        return (yield from self._compute(request.key, request.cost))

    def _compute(self, key: str, cost: int, background: bool = False) -> Routine[Any]:
        now = self.world.simulation.now
        one = Computation(key, now, background=background)
        self.computations.append(one)
        self._computing[key] += 1
        self.at_once = max(self.at_once, self._computing[key])
        try:
            yield Query(cost)
        finally:
            self._computing[key] -= 1
        one.end = self.world.simulation.now
        return {"made": one.end, "title": f"Page {key}", "rows": [[n, f"row {n}"] for n in (1, 2)]}

    def lifetime(self) -> int:
        """A third more or less than the lifetime, in whole seconds as Django stores them."""
        ttl = self.knobs.ttl_s
        spread = max(ttl // 3, 1)
        return max(self.chance.randint(ttl - spread, ttl + spread), 1)

    def keep(self, key: str, value: Any, delta: int) -> Routine[None]:
        """Store a value with what an early refresh or an old answer needs to know."""
        ttl = self.knobs.ttl_s
        now = self.world.simulation.now
        stored = {"value": value, "delta": delta, "until": now + ttl * 1_000_000}
        grace = GRACE_S if self.cure == "stale" else 0
        yield from self.cache.set(key, stored, ttl + grace)

    def refill(self, request: Request) -> Routine[None]:
        """One makes the value, the others wait until it is there."""
        cache, key = self.cache, request.key
        while (yield from cache.get(key)) is None:
            if (yield from cache.add(f"{key}:lock", request.number, LOCK_S)):
                if (yield from cache.get(key)) is None:
                    value = yield from self.compute(request)
                    yield from self.keep(key, value, request.cost)
                yield from cache.delete(f"{key}:lock")
                return
            request.outcome = "waited"
            yield Sleep(50_000)

    def behind_the_scenes(self, key: str, cost: int) -> None:
        """A new value is made while the old one is served."""
        self.world.start(_BEHIND, self._refresh(key, cost))

    def _refresh(self, key: str, cost: int) -> Routine[None]:
        value = yield from self._compute(key, cost, background=True)
        yield from self.keep(key, value, cost)
        yield from self.cache.delete(f"{key}:lock")

    def _fill(self) -> Routine[None]:
        """Whoever puts the application into service fills its cache."""
        value = {"made": 0, "title": "", "rows": [[1, "row 1"], [2, "row 2"]]}
        for number in range(self.knobs.keys):
            key = f"page:{number}"
            made = {**value, "made": self.world.simulation.now, "title": f"Page {key}"}
            if self.cure in ("early", "stale"):
                yield from self.keep(key, made, self.knobs.cost_ms * 1000)
            else:
                ttl = self.lifetime() if self.cure == "jitter" else self.knobs.ttl_s
                yield from self.cache.set(key, made, ttl)

    def _rest(self) -> None:
        """Whoever keeps the values warm comes again before they are over."""
        ttl, cost = self.knobs.ttl_s * 1_000_000, self.knobs.cost_ms * 1000
        lead = min(max(2 * cost * self.knobs.keys, ttl // 5), ttl // 2)
        self.world.simulation.after(max(ttl - lead, 100_000), self._warm)

    def _warm(self) -> None:
        self.world.start(_BEHIND, self._keep_warm(), lambda outcome: self._rest())

    def _keep_warm(self) -> Routine[None]:
        """Make every value anew."""
        for number in range(self.knobs.keys):
            cost = self.knobs.cost_ms * 1000
            value = yield from self._compute(f"page:{number}", cost, background=True)
            yield from self.cache.set(f"page:{number}", value, self.knobs.ttl_s)

    @property
    def logs(self) -> tuple[list[Any], ...]:
        """What only grows, and is not part of a checkpoint."""
        return (self.answers, self.computations)

    # looking

    def begin_step(self) -> None:
        """A tenth of a second begins."""
        self._step.clear()
        self.world.database.begin_step()

    def run_to(self, time: int) -> None:
        """Let time pass."""
        self.world.simulation.run_until(time)

    def take(self) -> LaneFrame:
        """The present moment."""
        sums, database = self.sums, self.world.database
        hits = sum(count for outcome, count in sums.outcomes.items() if outcome in _HITS)
        waiting = len(self.queue)
        return LaneFrame(
            cure=self.cure, requests=self.requests, done=sums.done, waiting=waiting, hits=hits,
            computed=len(self.computations),
            background=sum(one.background for one in self.computations),
            stale=sums.outcomes["stale"], killed=sums.outcomes["killed"],
            mean_us=sums.took // sums.done if sums.done else 0, worst_us=sums.worst,
            saved_us=sums.cost - sums.took, at_once=self.at_once, oldest_us=sums.oldest,
            load=database.load, peak=database.peak, sample=self._sample(),
            age_us=sums.ages // sums.done if sums.done else 0, wrong=self.wrong,
            recent=tuple(self.recent), workers=tuple(map(_worker, self.workers)),
            keys=keys_of(self.world), key_count=key_count(self.world), wire=wire_of(self.world.log),
        )  # fmt: skip

    def _sample(self) -> Sample:
        counts = Counter(one.outcome for one in self._step)
        slowest = max((one.took_us for one in self._step), default=0)
        return Sample(self.world.database.peak, slowest, tuple(sorted(counts.items())))


def _knobs_of(cure: str, knobs: Knobs) -> Knobs:
    """A lane may have a lifetime of its own: ``ttl-5``."""
    seconds = cure.removeprefix("ttl-")
    return replace(knobs, ttl_s=int(seconds)) if seconds != cure else knobs


_IDLE = WorkerFrame("", 0)


def _worker(worker: Worker) -> WorkerFrame:
    if worker.task is None or worker.request is None:
        return _IDLE
    return WorkerFrame(worker.task.doing, worker.task.since, worker.request.key)


def keys_of(
    world: World, numbers: Mapping[int, str] | None = None, most: int = KEYS
) -> tuple[KeyFrame, ...]:
    """The first keys of the master, sorted. ``numbers`` are databases with what stands before the
    names of their keys."""
    found: list[KeyFrame] = []
    engine = world.master.engine
    now = engine.clock.now_us() // 1000
    for number, before in (numbers or {DATABASE: ""}).items():
        database = engine.databases[number]
        for name in nsmallest(most, database.live_keys()):
            at = database.expires_at(name)
            left = None if at is None else max(at - now, 0)
            whole = world.lifetimes.get((number, name), left or 0)
            value = database.peek(name)
            size = len(value) if isinstance(value, bytes) else len(str(value))
            found.append(KeyFrame(before + name.decode(), left, whole, size))
    return tuple(found)


def key_count(world: World) -> int:
    """How many keys there are in the database of the notes."""
    return len(world.master.engine.databases[DATABASE])


def wire_of(log: deque[Logged], count: int = 12) -> tuple[WireFrame, ...]:
    """The last commands in short."""
    return tuple(_told(one) for one in list(log)[-count:])


def _told(one: Logged) -> WireFrame:
    if one.shown is None:
        words, reply = words_text(one.argv), reply_text(one.reply)
        one.shown = WireFrame(one.time, one.worker, one.server, words, reply)
    assert isinstance(one.shown, WireFrame)
    return one.shown
