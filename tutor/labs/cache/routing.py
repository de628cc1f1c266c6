"""Read-after-write with replicas: a user saves, the next page reads, and from where.

    save ─▶ SET at server 0 ─ ─ ─ delay ─ ─ ─▶ replica1, replica2
    next page, some time later ─▶ GET at a random replica: is it what was saved?

Cures: ``none`` accepts it; ``sticky`` reads from the master for a while after a user's own write;
``wait`` lets the write wait until both replicas have it (WAIT); ``version`` asks for the version
that was written, so that a replica that has it not yet says "nothing" instead of something old.
"""

from __future__ import annotations

import random
from collections import Counter, deque
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from typing import Any

from tutor.labs.arrivals import Arrivals
from tutor.labs.cache.calls import DjangoCache
from tutor.labs.cache.frame import Knobs, LaneFrame, Outcome, RequestFrame, Sample
from tutor.labs.cache.lane import RECENT, key_count, keys_of, wire_of
from tutor.labs.routines import Query, Routine, Send
from tutor.labs.world import World

REPLICAS = 2
USERS = 20
STICKY_US = 1_000_000
"""A user who has written is read for from the master for so long."""

WAIT_MS = 500
TTL_S = 60
SYNCED_US = 1_500_000
"""Then both replicas follow, and the traffic begins."""


@dataclass(slots=True, eq=False)
class Visit:
    """A user saves, and ``gap`` microseconds later reads. ``delay`` (ms) is that of the replication
    when it was saved, ``written`` when that was acknowledged."""

    worker: int
    key: str
    gap: int
    number: int = 0
    delay: int = 0
    written: int = 0


class RoutingLane:
    """``pairs``: each write with the read that followed, as (delay it was made under, how long
    after the write it was read in microseconds, outcome)."""

    def __init__(self, cure: str, seed: int, knobs: Knobs) -> None:
        self.cure = cure
        self.knobs = knobs
        self.world = World(seed, REPLICAS, knobs.delay_ms * 1000)
        self.cache = DjangoCache("shop")
        self._busy: set[int] = set()  # connections of the pool that are taken
        self._numbers: Counter[str] = Counter()
        self.recent: deque[RequestFrame] = deque(maxlen=RECENT)
        self.pairs: list[tuple[int, int, Outcome]] = []
        self.outcomes: Counter[Outcome] = Counter()
        self._by_delay: dict[int, tuple[int, int]] = {}  # reads, stale ones
        self.requests = self.writes = self.missing = self.read_us = self.write_us = 0
        self.worst = self.oldest = self.queries = 0
        self._step: list[RequestFrame] = []
        self.arrivals = Arrivals(self.world.simulation, seed, lambda: self.knobs.rate, self._arrive)
        self.world.simulation.after(SYNCED_US, self.arrivals.begin)

    def _arrive(self, chance: random.Random) -> None:
        user = chance.randrange(USERS)
        gap = round(chance.uniform(0.02, 1.0) * self.knobs.gap_ms * 1000)
        self.requests += 1
        worker = self._connection()
        visit = Visit(worker, f"profile:{user}", gap)
        self.world.start(worker, self._save(visit), lambda outcome: self._next_page(visit))

    def _next_page(self, visit: Visit) -> None:
        """The connection goes back to the pool; the user comes again after a while."""
        self._busy.discard(visit.worker)
        self.world.simulation.after(visit.gap, partial(self._come_back, visit))

    def _come_back(self, visit: Visit) -> None:
        visit.worker = self._connection()
        done = partial(self._gone, visit)
        self.world.start(visit.worker, self._read_again(visit), done)

    def _gone(self, visit: Visit, outcome: object) -> None:
        self._busy.discard(visit.worker)

    def _connection(self) -> int:
        """A free one of the pool."""
        worker = next(number for number in count() if number not in self._busy)
        self._busy.add(worker)
        return worker

    def set_knobs(self, knobs: Knobs) -> None:
        """From now on."""
        self.knobs = knobs
        for wire in self.world.wires:
            wire.settings.delay = knobs.delay_ms * 1000

    def kill(self) -> str:
        """Nobody computes here."""
        return ""

    # a user's visit

    def _save(self, visit: Visit) -> Routine[None]:
        """Save, and be sent to the next page."""
        now = self.world.simulation
        self._numbers[visit.key] += 1
        visit.number = self._numbers[visit.key]
        began, visit.delay = now.now, self.knobs.delay_ms
        value = {"number": visit.number, "saved": began, "name": f"User {visit.key}"}
        yield from self.cache.set(visit.key, value, TTL_S, self._version(visit))
        if self.cure == "wait":
            yield Send(True, (b"WAIT", b"%d" % REPLICAS, b"%d" % WAIT_MS))
        self.writes += 1
        self.write_us += now.now - began
        visit.written = now.now

    def _version(self, visit: Visit) -> int | None:
        return visit.number if self.cure == "version" else None

    def _read_again(self, visit: Visit) -> Routine[None]:
        began = self.world.simulation.now
        version, number = self._version(visit), visit.number
        outcome, found = yield from self._read(visit.key, version, number, visit.written)
        self._count(visit.worker, visit.key, outcome, began, found)
        self.pairs.append((visit.delay, visit.gap, outcome))
        reads, stale = self._by_delay.get(visit.delay, (0, 0))
        self._by_delay[visit.delay] = reads + 1, stale + (outcome == "stale")

    def _read(
        self, key: str, version: int | None, number: int, written: int
    ) -> Routine[tuple[Outcome, Any]]:
        sticky = self.cure == "sticky" and self.world.simulation.now < written + STICKY_US
        if sticky:
            data = yield from _at_master(self.cache.get(key))
        else:
            data = yield from self.cache.get(key, version=version)
        if data is not None and data["number"] >= number:
            return "master" if sticky else "hit", data
        if data is None and version is not None:
            yield Query(self.knobs.cost_ms * 1000)  # the database knows it
            self.missing += 1
            return "miss", None
        return "stale", data

    def _count(self, worker: int, key: str, outcome: Outcome, began: int, found: Any) -> None:
        now = self.world.simulation.now
        took = now - began
        age = now - found["saved"] if found is not None and outcome == "stale" else 0
        answer = RequestFrame(began, worker, key, outcome, took, age)
        self.recent.append(answer)
        self._step.append(answer)
        self.outcomes[outcome] += 1
        self.read_us += took
        self.worst = max(self.worst, took)
        self.oldest = max(self.oldest, age)

    @property
    def logs(self) -> tuple[list[Any], ...]:
        """What only grows, and is not part of a checkpoint."""
        return (self.pairs,)

    # looking

    def begin_step(self) -> None:
        """A tenth of a second begins."""
        self._step.clear()
        self.world.database.begin_step()

    def run_to(self, time: int) -> None:
        """Let time pass."""
        self.world.simulation.run_until(time)

    def take(self) -> LaneFrame:
        """The present moment. ``requests`` are visits, ``done`` reads."""
        done, database = self.outcomes.total(), self.world.database
        counts = Counter(one.outcome for one in self._step)
        slowest = max((one.took_us for one in self._step), default=0)
        by_delay = tuple((delay, *counts) for delay, counts in sorted(self._by_delay.items()))
        sample = Sample(database.peak, slowest, tuple(sorted(counts.items())))
        return LaneFrame(
            cure=self.cure, requests=self.requests, done=done, waiting=0,
            hits=done - self.outcomes["miss"], computed=database.queries, background=0,
            stale=self.outcomes["stale"], killed=0, mean_us=self.read_us // done if done else 0,
            worst_us=self.worst, saved_us=0, at_once=0, oldest_us=self.oldest, load=database.load,
            peak=database.peak, sample=sample, writes=self.writes,
            write_us=self.write_us // self.writes if self.writes else 0,
            at_master=self.outcomes["master"], missing=self.missing, by_delay=by_delay,
            recent=tuple(self.recent), keys=keys_of(self.world), key_count=key_count(self.world),
            wire=wire_of(self.world.log),
        )  # fmt: skip


def _at_master(call: Routine[Any]) -> Routine[Any]:
    """The same call by a cache whose LOCATION is the master alone."""
    wish = next(call)
    while True:
        assert isinstance(wish, Send)
        reply = yield Send(True, wish.argv)
        try:
            wish = call.send(reply)
        except StopIteration as end:
            return end.value


def stale_by_delay(
    cure: str, seed: int, delays: tuple[int, ...], knobs: Knobs, seconds: int = 20
) -> list[tuple[int, int, int]]:
    """(delay in ms, reads, stale reads) of runs that differ in nothing else."""
    found: list[tuple[int, int, int]] = []
    for delay in delays:
        lane = RoutingLane(cure, seed, replace(knobs, delay_ms=delay))
        lane.run_to(seconds * 1_000_000)
        found.append((delay, lane.outcomes.total(), lane.outcomes["stale"]))
    return found
