"""SAVE, BGSAVE, BGREWRITEAOF, LASTSAVE (redis 7.0, rdb.c, aof.c).

The engine writes no files: `Engine.persistence` does, where whoever serves can. Without it these
commands say so; they never pretend that anything was saved.
"""

from __future__ import annotations

from collections.abc import Sequence

from tutor.engine import errors
from tutor.engine.host import Persistence
from tutor.engine.registry import command
from tutor.engine.replies import Reply, ReplyError
from tutor.engine.session import Session


def _persistence(session: Session) -> Persistence:
    persistence = session.engine.persistence
    if persistence is None:
        raise ReplyError(errors.NO_PERSISTENCE)
    return persistence


@command("save")
def save(session: Session, argv: Sequence[bytes]) -> Reply:
    """SAVE: write the dump before anything else happens."""
    return _persistence(session).save()


@command("bgsave")
def bgsave(session: Session, argv: Sequence[bytes]) -> Reply:
    """BGSAVE [SCHEDULE]: write the dump while clients are served."""
    if len(argv) > 2 or (len(argv) == 2 and argv[1].lower() != b"schedule"):
        raise ReplyError(errors.SYNTAX)
    return _persistence(session).save_in_background(schedule=len(argv) == 2)


@command("bgrewriteaof")
def bgrewriteaof(session: Session, argv: Sequence[bytes]) -> Reply:
    """BGREWRITEAOF: make the append-only file short again."""
    return _persistence(session).rewrite_in_background()


@command("lastsave")
def lastsave(session: Session, argv: Sequence[bytes]) -> Reply:
    """LASTSAVE: while nothing was ever saved it is the start, as in Redis."""
    persistence = session.engine.persistence
    if persistence is None:
        return session.engine.start_us // 1_000_000
    return persistence.last_save
