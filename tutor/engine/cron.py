"""What the server does by itself, ``hz`` times a second (redis 7.0, server.c: serverCron).

    blocked sessions whose time is over ─▶ expired keys ─▶ tables too large ─▶ tables on the move
      ─▶ evictions left over ─▶ times of use settled

Redis measures its budgets in microseconds. Here they are counted in keys and buckets, so that a
run can be repeated exactly: a slow cycle of expiry that Redis allows 25 ms may look at
25 x `KEYS_PER_MS` keys.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.engine import standing
from tutor.engine.memory import eviction
from tutor.engine.memory.last_uses import RECENT
from tutor.engine.structures.hashtable import INITIAL_SIZE
from tutor.engine.structures.trace import Trace
from tutor.engine.structures.window import Window

if TYPE_CHECKING:
    from tutor.engine.database import Database
    from tutor.engine.engine import Engine

KEYS_PER_MS = 200
KEYS_PER_LOOP = 20
BUCKETS_PER_KEY = 20
SLOW_CYCLE_PERCENT = 25
ACCEPTABLE_STALE_PERCENT = 10
CHECK_EVERY = 16
DATABASES_PER_CALL = 16
REHASH_BATCH = 100
REHASH_BATCHES = 20
_NOTHING = Window(0, 0)


@dataclass(slots=True)
class CronState:
    """Where the periodic work goes on next time.

    ``cut_short``: the last cycle of expiry ran out of its budget. ``stale_share`` is the running
    estimate of keys that are dead and still there. ``trace`` is told each key that is looked at,
    ``("expire", db=…, bucket=…, key=…, expired=…)``, what each look at a database came to,
    ``("expire-look", db=…, sampled=…, expired=…, percent=…, acceptable=…, again=…)``, and when a
    cycle is over, ``("expire-cycle", sampled=…, expired=…, cut_short=…)``. ``paused``: DEBUG
    PAUSE-CRON.
    """

    expire_db: int = 0
    resize_db: int = 0
    rehash_db: int = 0
    cut_short: bool = False
    stale_share: float = 0.0
    trace: Trace | None = None
    paused: bool = False


def run(engine: Engine) -> None:
    """One turn. ``engine.now_ms`` is the present. Who has waited long enough is answered behind the
    rest, as in Redis, where cron comes before the next sleep: what has expired is gone by then."""
    if engine.journal is not None:
        engine.journal.note_cron()
    if not engine.cron.paused:
        _work(engine)
    end_waits(engine)


def _work(engine: Engine) -> None:
    if engine.active_expire and engine.pause is None and not standing.is_replica(engine):
        started = engine.clock.stopwatch_us()
        expire_cycle(engine)
        took = engine.clock.stopwatch_us() - started
        engine.stats.expire_usec += took
        engine.spike("expire-cycle", took)
    if engine.own_expiring and engine.active_expire and engine.pause is None:
        expire_own(engine)
    _resize_tables(engine)
    if engine.config.activerehashing:
        _rehash_tables(engine)
    eviction.carry_on(engine)
    for database in engine.databases:
        if len(database.access.recent) > RECENT:
            database.access.settle()


def end_waits(engine: Engine) -> None:
    """Answer blocked sessions whose time is over, the most overdue first."""
    while 0 < engine.waiting.next_deadline_ms <= engine.now_ms:
        session = engine.waiting.first()
        assert session.blocked is not None
        engine.waiting.unblock(session, session.blocked.timeout_reply)


# expiry


@dataclass(slots=True)
class _Loop:
    """Figures of one look at a database."""

    sampled: int = 0
    expired: int = 0
    ttl_sum: int = 0
    ttl_samples: int = 0


def expire_own(engine: Engine) -> None:
    """Remove what clients of a replica that may be written to have let expire (redis 7.0, expire.c:
    expireSlaveKeys); its master knows nothing of it."""
    for index, key in list(engine.own_expiring):
        database = engine.databases[index]
        if database.is_expired(key):
            database.expire_now(key)
        if database.expires_at(key) is None:
            del engine.own_expiring[index, key]


def expire_cycle(engine: Engine) -> int:
    """Remove keys whose time is over, without being asked; returns how many.

    Databases take turns. Of each some keys are looked at, bucket after bucket from where the last
    look ended, and again while more than 10 % of them were dead.
    """
    state = engine.cron
    effort = engine.config.active_expire_effort - 1
    keys_per_loop = KEYS_PER_LOOP + KEYS_PER_LOOP // 4 * effort
    share = SLOW_CYCLE_PERCENT + 2 * effort
    budget = share * 10 * KEYS_PER_MS // engine.config.hz
    acceptable = ACCEPTABLE_STALE_PERCENT - effort
    count = len(engine.databases)
    turns = count if state.cut_short else min(DATABASES_PER_CALL, count)
    state.cut_short = False
    sampled = expired = loops = 0
    for _ in range(turns):
        database = engine.databases[state.expire_db % count]
        state.expire_db += 1
        while _worth_looking(database):
            loops += 1
            loop = _look(engine, database, keys_per_loop)
            sampled += loop.sampled
            expired += loop.expired
            _remember_ttl(database, loop)
            if loops % CHECK_EVERY == 0 and sampled > budget:
                state.cut_short = True
                engine.stats.expire_cap_reached += 1
            percent = loop.expired * 100 // loop.sampled if loop.sampled else 100
            again = percent > acceptable and not state.cut_short
            if state.trace is not None:
                _report(state.trace, database, loop, percent, acceptable, again)
            if not again:
                break
        if state.cut_short:
            break
    if state.trace is not None:
        state.trace("expire-cycle", sampled=sampled, expired=expired, cut_short=state.cut_short)
    stale = expired / sampled if sampled else 0.0
    state.stale_share = stale * 0.05 + state.stale_share * 0.95
    return expired


def _report(
    trace: Trace, database: Database, loop: _Loop, percent: int, acceptable: int, again: bool
) -> None:
    trace(
        "expire-look",
        db=database.index,
        sampled=loop.sampled,
        expired=loop.expired,
        percent=percent,
        acceptable=acceptable,
        again=again,
    )


def _worth_looking(database: Database) -> bool:
    """A table that is less than 1 % full would be mostly empty buckets; it shrinks soon."""
    table = database.expires
    used, slots = len(table.data), table.slots
    if not used:
        database.average_ttl_ms = 0
        return False
    return slots <= 4 or used * 100 // slots >= 1


def _look(engine: Engine, database: Database, keys_per_loop: int) -> _Loop:
    """Look at some keys of a database and remove the dead."""
    loop, trace = _Loop(), engine.cron.trace
    now = engine.now_ms
    wanted = min(len(database.expires.data), keys_per_loop)
    buckets_left = wanted * BUCKETS_PER_KEY
    while loop.sampled < wanted and buckets_left > 0:
        table = database.expires
        if not table.indexed:
            table.layout(_NOTHING)  # builds the index
        for buckets in (table.buckets0, table.buckets1):
            if not buckets:
                continue
            buckets_left -= 1
            place = database.expires_cursor & (len(buckets) - 1)
            bucket = buckets[place]
            if bucket is None:
                continue
            for key in bucket if isinstance(bucket, tuple) else (bucket,):
                when = table.data[key]
                if trace is not None:
                    trace("expire", db=database.index, bucket=place, key=key, expired=when < now)
                loop.sampled += 1
                if when < now:
                    database.expire_now(key)
                    loop.expired += 1
                elif when > now:
                    loop.ttl_sum += when - now
                    loop.ttl_samples += 1
        database.expires_cursor += 1
    return loop


def _remember_ttl(database: Database, loop: _Loop) -> None:
    """The running average that INFO shows: 98 % history, 2 % what was just seen."""
    if loop.ttl_samples:
        seen = loop.ttl_sum // loop.ttl_samples
        history = database.average_ttl_ms or seen
        database.average_ttl_ms = history // 50 * 49 + seen // 50


# tables


def _resize_tables(engine: Engine) -> None:
    """Keyspace tables that have become too empty begin to shrink."""
    state, count = engine.cron, len(engine.databases)
    for _ in range(min(DATABASES_PER_CALL, count)):
        database = engine.databases[state.resize_db % count]
        state.resize_db += 1
        for table in (database.keys, database.expires):
            if table.size0 > INITIAL_SIZE:  # most are small, and this is done all the time
                table.shrink_if_needed()


def _rehash_tables(engine: Engine) -> None:
    """Move buckets of the first keyspace table that is rehashing; one table a turn."""
    state, count = engine.cron, len(engine.databases)
    for _ in range(min(DATABASES_PER_CALL, count)):
        database = engine.databases[state.rehash_db % count]
        for table in (database.keys, database.expires):
            if table.rehashidx >= 0:
                for _batch in range(REHASH_BATCHES):
                    if not table.rehash_for(REHASH_BATCH):
                        break
                return
        state.rehash_db = (state.rehash_db + 1) % count
