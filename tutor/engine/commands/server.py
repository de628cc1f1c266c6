"""DBSIZE, FLUSHALL, SWAPDB, TIME and other words to the server as a whole (redis 7.0, server.c)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tutor.engine import errors
from tutor.engine.arguments import integer
from tutor.engine.database import Database
from tutor.engine.registry import command
from tutor.engine.replies import OK, Reply, ReplyError
from tutor.engine.session import Session

_INT32 = 2**31


@command("dbsize")
def dbsize(session: Session, argv: Sequence[bytes]) -> Reply:
    return len(session.db)


@command("flushdb")
def flushdb(session: Session, argv: Sequence[bytes]) -> Reply:
    """FLUSHDB [ASYNC | SYNC]."""
    return _flush(session, argv, [session.db])


@command("flushall")
def flushall(session: Session, argv: Sequence[bytes]) -> Reply:
    """FLUSHALL [ASYNC | SYNC]."""
    reply = _flush(session, argv, session.engine.databases)
    if session.engine.persistence is not None:
        session.engine.persistence.emptied()
    return reply


def _flush(session: Session, argv: Sequence[bytes], databases: Iterable[Database]) -> Reply:
    if len(argv) > 2 or (len(argv) == 2 and argv[1].lower() not in (b"async", b"sync")):
        raise ReplyError(errors.SYNTAX)
    if session.engine.tracking.active:
        session.engine.tracking.flushed()
    for database in databases:
        session.engine.stats.dirty += database.clear()
    session.engine.propagation.force()
    return OK


@command("swapdb")
def swapdb(session: Session, argv: Sequence[bytes]) -> Reply:
    """SWAPDB index index: clients keep their number and find the other data there."""
    first = _index(argv[1], errors.BAD_FIRST_DB)
    second = _index(argv[2], errors.BAD_SECOND_DB)
    databases = session.engine.databases
    if not (0 <= first < len(databases) and 0 <= second < len(databases)):
        raise ReplyError(errors.DB_OUT_OF_RANGE)
    if first != second:
        databases[first].exchange(databases[second])
    session.engine.stats.dirty += 1
    return OK


def _index(word: bytes, error: str) -> int:
    value = integer(word, error)
    if not -_INT32 <= value < _INT32:
        raise ReplyError(error)
    return value


@command("time")
def time(session: Session, argv: Sequence[bytes]) -> Reply:
    """TIME: seconds and microseconds of the engine's clock."""
    seconds, microseconds = divmod(session.engine.clock.now_us(), 1_000_000)
    return [b"%d" % seconds, b"%d" % microseconds]
