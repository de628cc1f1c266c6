"""Active expiry as an onlooker sees it: where the cursor stands, what the last cycles looked at.

While it is attached a watch listens to the trace of the real cycle (`tutor.engine.cron`) and
remembers the last cycle, and the last in which keys died. Nothing is kept of a cycle's thousandth
key: of each look at a database the first `KEPT` keys.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from tutor.engine.cron import (
    ACCEPTABLE_STALE_PERCENT,
    BUCKETS_PER_KEY,
    KEYS_PER_LOOP,
    SLOW_CYCLE_PERCENT,
    expire_cycle,
)
from tutor.engine.structures.hashtable_index import chain
from tutor.engine.structures.window import Window

if TYPE_CHECKING:
    from tutor.engine.database import Database
    from tutor.engine.engine import Engine

KEPT = 40
"""Keys of one look that are remembered."""

LOOKS = 64
"""Looks of one cycle that are remembered."""

HISTORY = 60
"""Cycles of which the figures are remembered."""


@dataclass(frozen=True, slots=True)
class SampledKey:
    """A key that a cycle looked at: the bucket it was found in, and whether its time was over."""

    bucket: int
    key: bytes
    expired: bool


@dataclass(frozen=True, slots=True)
class ExpiryRound:
    """One look at a database: of ``sampled`` keys ``expired`` were dead, ``percent`` of them; above
    ``acceptable`` percent the database is looked at ``again`` at once. ``keys``: the first of
    them."""

    db: int
    sampled: int
    expired: int
    percent: int
    acceptable: int
    again: bool
    keys: tuple[SampledKey, ...]


@dataclass(frozen=True, slots=True)
class ExpiryCycle:
    """One cycle: when (Unix milliseconds), what it came to, and its first rounds. ``cut_short``: it
    ran out of its budget."""

    at_ms: int
    sampled: int
    expired: int
    cut_short: bool
    rounds: tuple[ExpiryRound, ...]


@dataclass(frozen=True, slots=True)
class Bucket:
    """One bucket of the table of expiry times: its keys, each with the milliseconds it has left."""

    number: int
    keys: tuple[tuple[bytes, int], ...]


@dataclass(frozen=True, slots=True)
class ExpiryFigures:
    """Active expiry now.

    ``expiring`` of ``keys`` keys of database ``db`` have a TTL, in a table of ``slots`` slots;
    ``cursor`` is the bucket that is looked at next, ``buckets`` those around it (empty while the
    table has no index: the first cycle builds it). ``per_round`` keys are wanted of each look;
    ``acceptable`` and ``stale_percent`` are percents of dead keys; ``budget_percent`` is the share
    of the time that a cycle may take, ``hz`` times a second. ``asleep``: DEBUG
    SET-ACTIVE-EXPIRE 0. ``history``: (sampled, expired) of the last cycles, the newest last.
    ``rehearsed``: the last cycle was carried out on a copy, it is the one that comes next.
    """

    db: int
    keys: int
    expiring: int
    slots: int
    cursor: int
    buckets: tuple[Bucket, ...]
    average_ttl_ms: int
    per_round: int
    buckets_per_key: int
    acceptable: int
    stale_percent: float
    budget_percent: int
    hz: int
    asleep: bool
    expired_keys: int
    now_ms: int
    last: ExpiryCycle | None = None
    deadly: ExpiryCycle | None = None
    history: tuple[tuple[int, int], ...] = ()
    rehearsed: bool = False


class ExpiryWatch:
    """Listens while attached; `figures` may be asked at any time."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.last: ExpiryCycle | None = None
        self.deadly: ExpiryCycle | None = None
        self.history: deque[tuple[int, int]] = deque(maxlen=HISTORY)
        self._keys: list[SampledKey] = []
        self._rounds: list[ExpiryRound] = []

    def attach(self) -> None:
        """Begin to listen, unless somebody else does."""
        if self.engine.cron.trace is None:
            self.engine.cron.trace = self

    def detach(self) -> None:
        """Listen no more; what was heard stays."""
        if self.engine.cron.trace is self:
            self.engine.cron.trace = None

    def __call__(self, kind: str, /, **particulars: Any) -> None:
        """A step of the cycle."""
        if kind == "expire":
            if len(self._keys) < KEPT:
                self._keys.append(
                    SampledKey(particulars["bucket"], particulars["key"], particulars["expired"])
                )
        elif kind == "expire-look":
            if len(self._rounds) < LOOKS:
                self._rounds.append(ExpiryRound(**particulars, keys=tuple(self._keys)))
            self._keys.clear()
        elif kind == "expire-cycle":
            self._end(**particulars)

    def _end(self, sampled: int, expired: int, cut_short: bool) -> None:
        rounds = tuple(self._rounds)
        self._rounds.clear()
        if not rounds:
            return
        self.last = ExpiryCycle(self.engine.now_ms, sampled, expired, cut_short, rounds)
        if expired:
            self.deadly = self.last
        self.history.append((sampled, expired))

    def figures(self, db: int, buckets: int = 128) -> ExpiryFigures:
        """The present state of a database, with so many buckets around the cursor. O(buckets)."""
        engine = self.engine
        database = engine.databases[db]
        effort = engine.config.active_expire_effort - 1
        now_ms = engine.clock.now_us() // 1000
        slots = max(database.expires.slots, 1)
        return ExpiryFigures(
            db=db,
            keys=len(database),
            expiring=len(database.expires.data),
            slots=database.expires.slots,
            cursor=database.expires_cursor & (slots - 1),
            buckets=_around_cursor(database, buckets, now_ms),
            average_ttl_ms=database.average_ttl_ms,
            per_round=KEYS_PER_LOOP + KEYS_PER_LOOP // 4 * effort,
            buckets_per_key=BUCKETS_PER_KEY,
            acceptable=ACCEPTABLE_STALE_PERCENT - effort,
            stale_percent=engine.cron.stale_share * 100,
            budget_percent=SLOW_CYCLE_PERCENT + 2 * effort,
            hz=engine.config.hz,
            asleep=not engine.active_expire or engine.cron.paused,
            expired_keys=engine.stats.expired_keys,
            now_ms=now_ms,
            last=self.last,
            deadly=self.deadly,
            history=tuple(self.history),
        )


def _around_cursor(database: Database, wanted: int, now_ms: int) -> tuple[Bucket, ...]:
    """A part of the table of expiry times in which the cursor stands; no index is built for it."""
    table = database.expires
    places = table.buckets0
    if not places:
        return ()
    cursor = database.expires_cursor & (len(places) - 1)
    start = max(min(cursor - wanted // 2, len(places) - wanted), 0)
    return tuple(
        Bucket(number, tuple((key, table.data[key] - now_ms) for key in chain(places[number])))
        for number in range(start, min(start + wanted, len(places)))
    )


def rehearse(engine: Engine, db: int, buckets: int = 128) -> ExpiryFigures:
    """Active expiry now, with what its next cycle will do: it is carried out on a copy of the
    engine. O(keys)."""
    copy = engine.fork()
    copy.cron.expire_db, copy.cron.stale_share = engine.cron.expire_db, engine.cron.stale_share
    for mine, theirs in zip(copy.databases, engine.databases, strict=True):
        mine.expires_cursor, mine.average_ttl_ms = theirs.expires_cursor, theirs.average_ttl_ms
    watch = ExpiryWatch(copy)
    watch.attach()
    copy.now_ms = engine.clock.now_us() // 1000
    copy.databases[db].expires.layout(Window(0, 0))  # builds the index of the copy
    walked = watch.figures(db, buckets).buckets
    if copy.active_expire:
        expire_cycle(copy)
    now = ExpiryWatch(engine).figures(db, buckets)
    return replace(
        now,
        buckets=walked,
        last=watch.last,
        deadly=watch.deadly,
        rehearsed=watch.last is not None,
    )
