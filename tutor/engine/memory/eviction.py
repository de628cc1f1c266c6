"""Making room under maxmemory: which keys go (redis 7.0, evict.c).

    some keys of each database ─▶ pool of 16, the best victim last ─▶ evict it ─▶ enough? ─▶ again

LRU and LFU are approximated: of each database ``maxmemory-samples`` keys, neighbours in the table,
are looked at, and the best seen so far wait in a pool from one eviction to the next. The random
policies take any key, database after database.

Redis stops after a time that ``maxmemory-eviction-tenacity`` gives and goes on between commands.
Here the time is counted in keys, so that a run can be repeated exactly.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from operator import itemgetter
from typing import TYPE_CHECKING

from tutor.engine import standing
from tutor.engine.memory.last_uses import idle_seconds
from tutor.engine.memory.lfu import MOST, NO_EVICTION, frequency
from tutor.engine.structures.trace import Trace

if TYPE_CHECKING:
    from tutor.engine.database import Database
    from tutor.engine.engine import Engine

POOL_SIZE = 16
CHECK_EVERY = 16
KEYS_PER_MS = 200
ROUNDS_PER_TICK = 20
_UNLIMITED = 100
_NEVER = (1 << 64) - 1

Candidate = tuple[int, int, bytes]
"""How good a victim (the higher the better), database, key."""


@dataclass(slots=True)
class EvictionState:
    """What lasts from one eviction to the next.

    ``pool`` is sorted, the best victim last. ``running``: the last turn ended before there was room
    enough; the periodic work goes on. ``limit`` is the maxmemory last seen. ``trace`` is told each
    key that is looked at, ``("evict-sample", db=…, key=…, score=…, pooled=…)``, and each that goes,
    ``("evict", db=…, key=…, score=…)``. ``over_since_ms``, ``over_ms``: since when memory has been
    over the limit, and for how long it was so before.
    """

    pool: list[Candidate] = field(default_factory=list)
    next_db: int = 0
    running: bool = False
    limit: int = 0
    trace: Trace | None = None
    over_since_ms: int | None = None
    over_ms: int = 0


def make_room(engine: Engine) -> bool:
    """Evict until memory is under the limit or the time is over.

    False if memory is over the limit and nothing can go: what may need more is then refused.
    """
    if engine.pause is not None or _left_to_master(engine):
        return True
    if engine.journal is not None:
        engine.journal.note_eviction()
    state = engine.eviction
    limit = state.limit = engine.config.maxmemory
    room = True
    if engine.accounts.used > limit:
        room = engine.config.maxmemory_policy != NO_EVICTION and _evict(engine, state, limit)
        engine.propagation.tell_each()
    else:
        state.running = False
    _note_time(engine, state, over=not room or state.running)
    return room


def _left_to_master(engine: Engine) -> bool:
    return engine.config.replica_ignore_maxmemory and standing.is_replica(engine)


def carry_on(engine: Engine) -> None:
    """The periodic work: go on where a turn ended too early, and follow a new maxmemory."""
    if _left_to_master(engine):
        return
    state, limit = engine.eviction, engine.config.maxmemory
    if limit != state.limit:
        state.limit, state.running = limit, bool(limit)
        if not limit:
            engine.accounts.close()
            state.pool.clear()
            _note_time(engine, state, over=False)
    engine.accounts.watch_peak()
    for _ in range(ROUNDS_PER_TICK):
        if not state.running:
            break
        if not make_room(engine):
            state.running = False


def time_over(engine: Engine) -> tuple[int, int]:
    """Milliseconds for which memory has been over the limit: in all, and without a break now."""
    state = engine.eviction
    now = 0 if state.over_since_ms is None else engine.now_ms - state.over_since_ms
    return state.over_ms + now, now


def _note_time(engine: Engine, state: EvictionState, over: bool) -> None:
    if over:
        if state.over_since_ms is None:
            state.over_since_ms = engine.now_ms
    elif state.over_since_ms is not None:
        state.over_ms += engine.now_ms - state.over_since_ms
        state.over_since_ms = None


def _evict(engine: Engine, state: EvictionState, limit: int) -> bool:
    """One turn; False if there was no victim."""
    allowed = _allowance(engine.config.maxmemory_eviction_tenacity)
    evicted = 0
    state.running = False
    while engine.accounts.used > limit:
        victim = _victim(engine, state)
        if victim is None:
            return False
        _remove(engine, state, victim)
        evicted += 1
        if evicted % CHECK_EVERY == 0 and evicted > allowed:
            state.running = True
            break
    return True


def _allowance(tenacity: int) -> float:
    """How many keys a turn may evict: the microseconds of evict.c: evictionTimeLimitUs, as keys."""
    if tenacity >= _UNLIMITED:
        return float("inf")
    microseconds = 50.0 * tenacity if tenacity <= 10 else 500.0 * 1.15 ** (tenacity - 10.0)
    return microseconds * KEYS_PER_MS / 1000


def _remove(engine: Engine, state: EvictionState, victim: Candidate) -> None:
    score, number, key = victim
    database = engine.databases[number]
    if state.trace is not None:
        state.trace("evict", db=number, key=key, score=score)
    database.delete(key)
    engine.stats.evicted_keys += 1
    database.changed(key, "evicted", 0)
    lazy = engine.config.lazyfree_lazy_eviction
    engine.propagation.also(number, b"UNLINK" if lazy else b"DEL", key)


# choosing


def _victim(engine: Engine, state: EvictionState) -> Candidate | None:
    """The next key to go, or None if no database has one that may."""
    policy = engine.config.maxmemory_policy
    every_key = policy.startswith("allkeys")
    if policy.endswith("random"):
        return _random(engine, state, every_key)
    pool = state.pool
    while True:
        found = False
        for database in engine.databases:
            if (database.keys if every_key else database.expires).data:
                found = True
                _fill_pool(engine, state, database, every_key)
        if not found:
            return None
        while pool:
            candidate = pool.pop()
            database = engine.databases[candidate[1]]
            if candidate[2] in (database.keys if every_key else database.expires).data:
                return candidate


def _random(engine: Engine, state: EvictionState, every_key: bool) -> Candidate | None:
    count = len(engine.databases)
    for _ in range(count):
        state.next_db = (state.next_db + 1) % count
        database = engine.databases[state.next_db]
        key = (database.keys if every_key else database.expires).random_key(engine.random)
        if key is not None:
            return 0, state.next_db, key
    return None


def _fill_pool(engine: Engine, state: EvictionState, database: Database, every_key: bool) -> None:
    """Look at some keys of a database; those that are better victims than the pool's worst, or find
    it not full, go in."""
    table = database.keys if every_key else database.expires
    pool, trace = state.pool, state.trace
    for key in table.random_keys(engine.config.maxmemory_samples, engine.random):
        score = _score(engine, database, key)
        place = bisect_left(pool, score, key=itemgetter(0))
        full = len(pool) == POOL_SIZE
        pooled = not full or place > 0
        if pooled:
            if full:
                del pool[0]
                place -= 1
            pool.insert(place, (score, database.index, key))
        if trace is not None:
            trace("evict-sample", db=database.index, key=key, score=score, pooled=pooled)


def _score(engine: Engine, database: Database, key: bytes) -> int:
    """How good a victim a key is: milliseconds idle, rarely used, or soon dead."""
    policy = engine.config.maxmemory_policy
    if policy == "volatile-ttl":
        when = database.expires_at(key)
        assert when is not None
        return _NEVER - when
    if policy.endswith("lfu"):
        return MOST - frequency(engine, database.access.get(key))
    return idle_seconds(engine.now_ms, database.access.get(key)) * 1000


def reading(policy: str, score: int, now_ms: int) -> int:
    """What a score was made of: seconds idle, the counter of uses, or milliseconds to live; 0 under
    a policy that draws lots."""
    if policy == "volatile-ttl":
        return _NEVER - score - now_ms
    if policy.endswith("lfu"):
        return MOST - score
    return score // 1000
