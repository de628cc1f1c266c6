"""A lane with maxmemory: the same Zipf traffic and the same limit under one policy.

    pages       cache-aside, with a TTL; some are asked for far more often than others
    sessions    stored once, without a TTL: nobody can make them anew
    a scan      somebody reads every page once, in order

Who has to go is decided by the engine (`tutor.engine.memory.eviction`).
"""

from __future__ import annotations

import random
from bisect import bisect_left
from collections import deque
from functools import partial
from itertools import accumulate

from tutor.engine.replies import ReplyError
from tutor.labs.arrivals import Arrivals
from tutor.labs.cache.calls import DjangoCache
from tutor.labs.cache.frame import EvictionFrame, EvictionSample, Knobs
from tutor.labs.cache.lane import wire_of
from tutor.labs.replication.lab import DIRECTIVES
from tutor.labs.routines import Query, Routine
from tutor.labs.world import DATABASE, World

SESSIONS = 60
CONNECTIONS = 4
"""Of the application; each takes memory of its own, which counts."""

SESSION_SHARE = 0.15
BUCKETS = 60
SCAN_US = 10_000
"""A scan reads a page each so many microseconds."""

_DEPLOY, _SCANNER = 90, 91


class EvictionLane:
    """``policy`` is the maxmemory-policy."""

    def __init__(self, policy: str, seed: int, knobs: Knobs) -> None:
        self.cure = policy
        self.knobs = knobs
        directives = {**DIRECTIVES, "maxmemory_policy": policy}
        self.world = World(seed, directives=directives)
        self.cache = DjangoCache("shop")
        self.requests = self.hits = self.misses = self.refused = 0
        self.session_reads = self.session_misses = 0
        self.scanned = self.shifted = 0
        self.used = self.base = 0
        self._measure()
        self._step = [0, 0, 0]
        self._evicted = 0
        self._ranks: list[float] = []
        self._names: list[bytes] = []
        self._sessions = [self.cache.key(f"session:{number}") for number in range(SESSIONS)]
        self._weigh()
        self.arrivals = Arrivals(self.world.simulation, seed, lambda: self.knobs.rate, self._arrive)
        self.world.start(_DEPLOY, self._log_in(), lambda outcome: self._open())

    @property
    def logs(self) -> tuple[list[object], ...]:
        """Nothing only grows."""
        return ()

    def _open(self) -> None:
        self._limit()
        self.arrivals.begin()

    def _limit(self) -> None:
        """CONFIG SET maxmemory, as one does on a server that runs."""
        node = self.world.master
        limit = b"%d" % (self.knobs.memory_kb * 1024)
        session = node.session_of("127.0.0.1:50000")
        node.execute(session, (b"CONFIG", b"SET", b"maxmemory", limit))

    def _weigh(self) -> None:
        """Zipf: the n-th page is asked for as often as 1/n to the power of the skew."""
        skew = self.knobs.skew / 100
        self._names = [self.cache.key(f"page:{number}") for number in range(self.knobs.keys)]
        self._ranks = list(accumulate(1 / rank**skew for rank in range(1, self.knobs.keys + 1)))

    def set_knobs(self, knobs: Knobs) -> None:
        """From now on."""
        before, self.knobs = self.knobs, knobs
        if (knobs.keys, knobs.skew) != (before.keys, before.skew):
            self._weigh()
        if knobs.memory_kb != before.memory_kb:
            self._limit()

    def kill(self) -> str:
        """Nobody is killed here."""
        return ""

    # traffic

    def _log_in(self) -> Routine[None]:
        """Sessions are stored before there is a limit; a TTL they have not."""
        for number in range(SESSIONS):
            value = {"user": number, "data": "s" * 300}
            yield from self.cache.set(f"session:{number}", value, None)

    def _arrive(self, chance: random.Random) -> None:
        self.requests += 1
        worker = self.requests % CONNECTIONS
        if chance.random() < SESSION_SHARE:
            number = chance.randrange(SESSIONS)
            self.world.start(worker, self.cache.get(f"session:{number}"), self._session_read)
            return
        rank = bisect_left(self._ranks, chance.random() * self._ranks[-1])
        number = (rank + self.shifted) % self.knobs.keys
        self.world.start(worker, self._page(number), self._count)

    def _session_read(self, value: object) -> None:
        self.session_reads += 1
        self.session_misses += value is None

    def _page(self, number: int) -> Routine[tuple[bool, bool]]:
        """Whether it was a hit, and whether the server refused to store it."""
        key = f"page:{number}"
        value = yield from self.cache.get(key)
        if value is not None:
            return True, False
        yield Query(self.knobs.cost_ms * 1000)
        try:
            yield from self.cache.set(key, page(number), lifetime(number))
        except ReplyError:
            return False, True
        return False, False

    def _count(self, outcome: tuple[bool, bool]) -> None:
        hit, refused = outcome
        self.hits += hit
        self.misses += not hit
        self.refused += refused
        self._step[0] += hit
        self._step[1] += not hit
        self._step[2] += refused

    # what happens

    def shift(self) -> None:
        """Others are wanted from now on: what was wanted most comes a third further back."""
        self.shifted += self.knobs.keys // 3

    def scan(self) -> None:
        """Somebody reads every page once."""
        self._scan(0)

    def _scan(self, number: int) -> None:
        if number < self.knobs.keys:
            self.world.start(_SCANNER, self._page(number), self._scanned)
            self.world.simulation.after(SCAN_US, partial(self._scan, number + 1))

    def _scanned(self, outcome: tuple[bool, bool]) -> None:
        self.scanned += 1
        self.refused += outcome[1]

    # looking

    def begin_step(self) -> None:
        """A tenth of a second begins."""
        self._step[:] = [0, 0, 0]
        self._evicted = self.world.master.engine.stats.evicted_keys
        self.world.database.begin_step()

    def run_to(self, time: int) -> None:
        """Let time pass, and measure: to look at the memory may change what the engine takes it
        for, so it belongs to the run and not to the onlooker."""
        self.world.simulation.run_until(time)
        self._measure()

    def _measure(self) -> None:
        accounts = self.world.master.engine.accounts
        self.used, self.base = accounts.present(), sum(accounts.others().values())

    def take(self) -> EvictionFrame:
        """The present moment."""
        engine, database = self.world.master.engine, self.world.database
        keys = engine.databases[DATABASE].keys.data
        first = self.shifted % self.knobs.keys
        names = [*self._names[first:], *self._names[:first]]
        there = [name in keys for name in names]
        sessions = sum(name in keys for name in self._sessions)
        hits, misses, refused = self._step
        evicted = engine.stats.evicted_keys
        sample = EvictionSample(hits, misses, refused, evicted - self._evicted, database.peak)
        return EvictionFrame(
            policy=self.cure, requests=self.requests, hits=self.hits, misses=self.misses,
            refused=self.refused, evicted=evicted, sessions=sessions, session_count=SESSIONS,
            session_misses=self.session_misses, scanned=self.scanned, pages=sum(there),
            page_count=self.knobs.keys, used=self.used, base=self.base,
            limit=engine.config.maxmemory, queries=database.queries, there=_shares(there),
            wire=wire_of(deque(self.world.log), 8), sample=sample,
        )  # fmt: skip


def page(number: int) -> dict[str, object]:
    """What a page is made of: some are longer than others."""
    return {"title": f"Page {number}", "body": "p" * (600 + number * 7919 % 2000)}


def lifetime(number: int) -> int:
    """Seconds for which a page is stored."""
    return 120 + number * 31 % 480


def _shares(there: list[bool]) -> tuple[int, ...]:
    """How many in a hundred of each group of pages are there; the most wanted come first."""
    count = min(BUCKETS, len(there))
    shares: list[int] = []
    for at in range(count):
        group = there[at * len(there) // count : (at + 1) * len(there) // count]
        shares.append(round(100 * sum(group) / len(group)))
    return tuple(shares)
