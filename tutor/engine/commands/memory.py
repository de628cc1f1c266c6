"""MEMORY: what the data costs (redis 7.0, object.c).

MEMORY USAGE is exact; the figures of STATS are `MemoryFigures`. The words of DOCTOR and
MALLOC-STATS are ours, the limits from which DOCTOR speaks are Redis's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tutor.engine import errors
from tutor.engine.arguments import integer
from tutor.engine.helptext import help_of
from tutor.engine.memory.figures import MemoryFigures
from tutor.engine.memory.usage import DEFAULT_SAMPLES, memory_usage
from tutor.engine.registry import command
from tutor.engine.replies import OK, Reply, ReplyError, Verbatim
from tutor.engine.session import Session
from tutor.engine.structures.allocator import size_class

_TOO_LITTLE = 5 * 1024 * 1024
_PEAK_PERCENT = 150
_FRAGMENTED = 1.4
_PART_FRAGMENTED = 1.1
_WORTH_MENTIONING = 10 * 1024 * 1024
_BIG_CLIENT = 200 * 1024
_MANY_SCRIPTS = 1000


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
    figures = MemoryFigures.of(session.engine)
    reply: dict[bytes, Reply] = {
        b"peak.allocated": figures.peak,
        b"total.allocated": figures.used,
        b"startup.allocated": figures.startup,
        b"replication.backlog": figures.backlog,
        b"clients.slaves": figures.replicas,
        b"clients.normal": figures.clients,
        b"cluster.links": 0,
        b"aof.buffer": 0,
        b"lua.caches": figures.scripts.cached_bytes,
        b"functions.caches": figures.scripts.functions_bytes,
    }
    for table in figures.tables:
        reply[b"db.%d" % table.database] = {
            b"overhead.hashtable.main": table.main,
            b"overhead.hashtable.expires": table.expires,
            b"overhead.hashtable.slot-to-keys": 0,
        }
    reply |= {
        b"overhead.total": figures.overhead,
        b"keys.count": figures.keys,
        b"keys.bytes-per-key": figures.bytes_per_key,
        b"dataset.bytes": figures.dataset,
        b"dataset.percentage": figures.dataset_percent,
        b"peak.percentage": figures.peak_percent,
        b"allocator.allocated": figures.used,
        b"allocator.active": figures.active,
        b"allocator.resident": figures.resident,
    }
    for name, ratio, surplus in figures.ratios():
        if name == "mem_fragmentation":
            reply |= {b"fragmentation": ratio, b"fragmentation.bytes": surplus}
        else:
            stem = _STATS_NAMES[name]
            reply |= {stem + b".ratio": ratio, stem + b".bytes": surplus}
    return reply


_STATS_NAMES = {
    "allocator_frag": b"allocator-fragmentation",
    "allocator_rss": b"allocator-rss",
    "rss_overhead": b"rss-overhead",
}


@command("memory|doctor")
def memory_doctor(session: Session, argv: Sequence[bytes]) -> Reply:
    """MEMORY DOCTOR: what looks wrong, and what to do about it."""
    figures = MemoryFigures.of(session.engine)
    if figures.used < _TOO_LITTLE:
        return Verbatim(
            b"There is too little data here for a diagnosis. Ask again when the server holds more"
            b" than 5 MB.\n"
        )
    found = list(_findings(figures))
    if not found:
        return Verbatim(b"No trouble found in the memory of this server.\n")
    text = "".join(f" * {finding}\n" for finding in found)
    return Verbatim(f"The memory of this server shows the following:\n\n{text}".encode())


def _findings(figures: MemoryFigures) -> Iterator[str]:
    ratios = {name: (ratio, surplus) for name, ratio, surplus in figures.ratios()}

    def much(name: str, limit: float) -> bool:
        ratio, surplus = ratios[name]
        return ratio > limit and surplus > _WORTH_MENTIONING

    if figures.peak * 100 > figures.used * _PEAK_PERCENT:
        yield (
            "Peak: memory once stood at more than 150 % of what is used now. The process may keep"
            " the difference for a while; a new peak will use it again. MEMORY PURGE asks for it"
            " back."
        )
    if much("mem_fragmentation", _FRAGMENTED):
        yield (
            "Fragmentation: the process holds more than 1.4 times the bytes that the data should"
            " take. Here this includes the interpreter and its objects, which a redis-server does"
            " not have."
        )
    if much("rss_overhead", _PART_FRAGMENTED):
        yield (
            "Process overhead: much resident memory belongs neither to the data nor to their"
            " allocator."
        )
    if figures.client_count and figures.clients // figures.client_count > _BIG_CLIENT:
        yield (
            "Clients: on average a client's buffers take more than 200 KB. Some client sends"
            " very large commands or does not read its replies; CLIENT LIST shows which (tot-mem,"
            " omem)."
        )
    if figures.scripts.cached > _MANY_SCRIPTS:
        yield (
            "Scripts: more than a thousand scripts are cached. Pass what changes as KEYS and ARGV"
            " instead of writing it into the script; SCRIPT FLUSH empties the cache."
        )


@command("memory|purge")
def memory_purge(session: Session, argv: Sequence[bytes]) -> Reply:
    """MEMORY PURGE: Python gives back by itself what it can."""
    return OK


@command("memory|malloc-stats")
def memory_malloc_stats(session: Session, argv: Sequence[bytes]) -> Reply:
    """MEMORY MALLOC-STATS: the size classes that the figures follow."""
    engine = session.engine
    allocator = engine.config.allocator
    classes = sorted({size_class(size, allocator) for size in range(1, 1025)})
    figures = MemoryFigures.of(engine)
    text = (
        "Sizes are computed here by the classes of jemalloc"
        f" ({allocator}): {' '.join(map(str, classes))} …, four to each doubling.\n"
        f"Allocated: {figures.used}, active: {figures.active}, resident: {figures.resident}\n"
    )
    return Verbatim(text.encode())


@command("memory|help")
def memory_help(session: Session, argv: Sequence[bytes]) -> Reply:
    return help_of(session, b"memory")
