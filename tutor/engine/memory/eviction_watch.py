"""Eviction as an onlooker sees it: the limit, the pool of candidates, the samples, who went.

While it is attached a watch listens to the trace of the real algorithm
(`tutor.engine.memory.eviction`); the pool is the engine's own.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tutor.engine.memory.eviction import POOL_SIZE, reading

if TYPE_CHECKING:
    from tutor.engine.engine import Engine

KEPT = 50
"""Evicted keys that are remembered."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A key that may go. ``reading`` is what it is judged by: seconds idle (LRU), the counter of
    uses (LFU), milliseconds to live (TTL), 0 where chance decides; ``pooled``: it came into the
    pool; ``there``: it still exists."""

    db: int
    key: bytes
    score: int
    reading: int
    pooled: bool = True
    there: bool = True


@dataclass(frozen=True, slots=True)
class Eviction:
    """A key that went: when (Unix milliseconds), and the sample that was taken before."""

    at_ms: int
    victim: Candidate
    sample: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class EvictionFigures:
    """Eviction now. ``used`` and ``limit`` in bytes (0: no limit); ``by`` says what the policy goes
    by: ``lru``, ``lfu``, ``ttl``, ``random`` or ``""`` for noeviction; ``volatile``: only keys with
    a TTL may go. ``pool``: the best victim last, at most ``pool_size``. ``evictions``: those that
    were watched, the newest first."""

    policy: str
    by: str
    volatile: bool
    limit: int
    used: int
    samples: int
    pool: tuple[Candidate, ...]
    pool_size: int
    candidates: int
    evicted_keys: int
    running: bool
    now_ms: int
    evictions: tuple[Eviction, ...] = ()


class EvictionWatch:
    """Listens while attached; `figures` may be asked at any time."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.evictions: deque[Eviction] = deque(maxlen=KEPT)
        self._sample: list[Candidate] = []
        self._estimate = -1, 0  # of which second, how many bytes

    def attach(self) -> None:
        """Begin to listen, unless somebody else does."""
        if self.engine.eviction.trace is None:
            self.engine.eviction.trace = self

    def detach(self) -> None:
        """Listen no more; what was heard stays."""
        if self.engine.eviction.trace is self:
            self.engine.eviction.trace = None

    def __call__(self, kind: str, /, **particulars: Any) -> None:
        """A step of the algorithm."""
        if kind == "evict-sample":
            self._sample.append(self._candidate(**particulars))
        elif kind == "evict":
            victim = self._candidate(**particulars)
            self.evictions.appendleft(
                Eviction(self.engine.now_ms, victim, tuple(self._sample[-KEPT:]))
            )
            self._sample.clear()

    def _candidate(self, db: int, key: bytes, score: int, pooled: bool = True) -> Candidate:
        engine = self.engine
        there = key in engine.databases[db].keys.data
        policy = engine.config.maxmemory_policy
        return Candidate(db, key, score, reading(policy, score, engine.now_ms), pooled, there)

    def figures(self) -> EvictionFigures:
        """The present state. With a maxmemory the used bytes are exact, else estimated."""
        engine = self.engine
        policy = engine.config.maxmemory_policy
        volatile = policy.startswith("volatile")
        return EvictionFigures(
            policy=policy,
            by=policy.rpartition("-")[2] if "-" in policy else "",
            volatile=volatile,
            limit=engine.config.maxmemory,
            used=self._used(),
            samples=engine.config.maxmemory_samples,
            pool=tuple(self._candidate(db, key, score) for score, db, key in engine.eviction.pool),
            pool_size=POOL_SIZE,
            candidates=sum(
                len((one.expires if volatile else one.keys).data) for one in engine.databases
            ),
            evicted_keys=engine.stats.evicted_keys,
            running=engine.eviction.running,
            now_ms=engine.now_ms,
            evictions=tuple(self.evictions),
        )

    def _used(self) -> int:
        """Bytes in use; without a maxmemory they are estimated, once a second: that is not free."""
        engine = self.engine
        if engine.config.maxmemory:
            return engine.accounts.present()
        second = engine.now_ms // 1000
        if self._estimate[0] != second:
            self._estimate = second, engine.accounts.present()
        return self._estimate[1]
