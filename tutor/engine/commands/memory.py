"""MEMORY: what the data costs (redis 7.0, object.c).

MEMORY USAGE is exact. Figures of the whole process are not: there is no process to measure, so
`Footprint` adds up the model's sizes, and what the model does not know (allocator, buffers, code)
is 0. The words of DOCTOR and MALLOC-STATS are ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from tutor.engine import errors
from tutor.engine.arguments import integer
from tutor.engine.database import Database
from tutor.engine.helptext import help_of
from tutor.engine.memory import DEFAULT_SAMPLES, memory_usage
from tutor.engine.registry import command
from tutor.engine.replies import OK, Reply, ReplyError, Verbatim
from tutor.engine.session import Session
from tutor.engine.structures.hashtable import ENTRY_SIZE, SLOT_SIZE
from tutor.engine.structures.sds import ROBJ_SIZE

if TYPE_CHECKING:
    from tutor.engine.engine import Engine

_KEYS_MEASURED = 1000
_TOO_LITTLE = 5 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Footprint:
    """Bytes of all data by the model; ``overhead`` (tables, entries, objects) is part of ``total``.

    Of a database with more than 1,000 keys about as many, evenly spread, are measured and the
    rest is taken to be like them.
    """

    keys: int
    overhead: int
    total: int

    @classmethod
    def of(cls, engine: Engine) -> Footprint:
        keys = overhead = total = 0
        for database in engine.databases:
            main, expires = hashtable_overhead(database)
            keys += len(database)
            overhead += main + expires
            total += _data(engine, database) + expires + database.keys.slots * SLOT_SIZE
        return cls(keys, overhead, max(total, overhead))

    @property
    def dataset(self) -> int:
        return self.total - self.overhead


def hashtable_overhead(database: Database) -> tuple[int, int]:
    """Bytes of the main table with its objects, and of the table of expiry times."""
    count, expiring = len(database), len(database.expires)
    main = count * (ENTRY_SIZE + ROBJ_SIZE) + database.keys.slots * SLOT_SIZE
    return main, expiring * ENTRY_SIZE + database.expires.slots * SLOT_SIZE


def _data(engine: Engine, database: Database) -> int:
    items = database.keys.data
    step = max(len(items) // _KEYS_MEASURED, 1)
    sizes = [
        memory_usage(engine, key, value) for key, value in islice(items.items(), 0, None, step)
    ]
    return sum(sizes) * len(items) // len(sizes) if sizes else 0


@command("memory|usage")
def memory_usage_of_key(session: Session, argv: Sequence[bytes]) -> Reply:
    """MEMORY USAGE key [SAMPLES count]: 0 samples measures everything."""
    samples = DEFAULT_SAMPLES
    for at in range(3, len(argv), 2):
        if argv[at].lower() != b"samples" or at + 1 == len(argv):
            raise ReplyError(errors.SYNTAX)
        samples = integer(argv[at + 1])
        if samples < 0:
            raise ReplyError(errors.SYNTAX)
    value = session.db.keys.find(argv[2])
    return None if value is None else memory_usage(session.engine, argv[2], value, samples)


@command("memory|stats")
def memory_stats(session: Session, argv: Sequence[bytes]) -> Reply:
    """MEMORY STATS."""
    engine = session.engine
    footprint = Footprint.of(engine)
    total, dataset = footprint.total, footprint.dataset
    reply: dict[bytes, Reply] = {b"peak.allocated": total, b"total.allocated": total}
    for name in (
        b"startup.allocated",
        b"replication.backlog",
        b"clients.slaves",
        b"clients.normal",
        b"cluster.links",
        b"aof.buffer",
        b"lua.caches",
        b"functions.caches",
    ):
        reply[name] = 0
    for database in engine.databases:
        if len(database):
            main, expires = hashtable_overhead(database)
            reply[b"db.%d" % database.index] = {
                b"overhead.hashtable.main": main,
                b"overhead.hashtable.expires": expires,
                b"overhead.hashtable.slot-to-keys": 0,
            }
    reply |= {
        b"overhead.total": footprint.overhead,
        b"keys.count": footprint.keys,
        b"keys.bytes-per-key": total // footprint.keys if footprint.keys else 0,
        b"dataset.bytes": dataset,
        b"dataset.percentage": dataset * 100 / total if total else 0.0,
        b"peak.percentage": 100.0 if total else 0.0,
        b"allocator.allocated": total,
        b"allocator.active": total,
        b"allocator.resident": total,
        b"allocator-fragmentation.ratio": 1.0,
        b"allocator-fragmentation.bytes": 0,
        b"allocator-rss.ratio": 1.0,
        b"allocator-rss.bytes": 0,
        b"rss-overhead.ratio": 1.0,
        b"rss-overhead.bytes": 0,
        b"fragmentation": 1.0,
        b"fragmentation.bytes": 0,
    }
    return reply


@command("memory|doctor")
def memory_doctor(session: Session, argv: Sequence[bytes]) -> Reply:
    """MEMORY DOCTOR: fragmentation and peaks, which it looks for, do not exist here."""
    if Footprint.of(session.engine).total < _TOO_LITTLE:
        return Verbatim(b"There is too little data here to say anything about its memory.\n")
    return Verbatim(b"No trouble found: sizes are computed here, so nothing can fragment.\n")


@command("memory|purge")
def memory_purge(session: Session, argv: Sequence[bytes]) -> Reply:
    """MEMORY PURGE: nothing to give back."""
    return OK


@command("memory|malloc-stats")
def memory_malloc_stats(session: Session, argv: Sequence[bytes]) -> Reply:
    """MEMORY MALLOC-STATS."""
    allocator = session.engine.config.allocator.encode()
    return Verbatim(b"No allocator runs here; sizes follow jemalloc's classes (%b).\n" % allocator)


@command("memory|help")
def memory_help(session: Session, argv: Sequence[bytes]) -> Reply:
    return help_of(session, b"memory")
