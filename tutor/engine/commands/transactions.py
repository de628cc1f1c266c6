"""MULTI, EXEC, DISCARD, WATCH and UNWATCH (redis 7.0, multi.c)."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.engine import errors
from tutor.engine.registry import Command, command
from tutor.engine.replies import NO_REPLY, NULL_ARRAY, OK, Reply, ReplyError, Several
from tutor.engine.session import Session, Transaction


@command("multi")
def multi(session: Session, argv: Sequence[bytes]) -> Reply:
    """MULTI: from here on commands are queued."""
    if session.transaction is not None:
        raise ReplyError(errors.NESTED_MULTI)
    session.transaction = Transaction()
    return OK


@command("exec")
def exec_(session: Session, argv: Sequence[bytes]) -> Reply:
    """EXEC: the replies of all queued commands; a null array if a watched key has changed."""
    transaction = session.transaction
    if transaction is None:
        raise ReplyError(errors.EXEC_WITHOUT_MULTI)
    engine = session.engine
    touched = session.dirty_cas or _watched_key_expired(session)
    session.transaction = None
    engine.unwatch(session)
    if transaction.broken:
        raise ReplyError(errors.EXEC_ABORT)
    if touched:
        return NULL_ARRAY
    session.in_exec, session.executing = True, transaction
    try:
        return [_run(session, queued, words) for queued, words in transaction.queue]
    finally:
        session.in_exec, session.executing = False, None


def _run(session: Session, queued: Command, words: Sequence[bytes]) -> Reply:
    """A queued command's reply. What its user may do can have changed since it was queued."""
    if not session.user.unrestricted:
        try:
            session.engine.acl.check(session, queued, words)
        except ReplyError as error:
            return error.as_reply()
    closing = session.closing  # CLIENT KILL: nothing is sent any more
    reply = session.framed(session.engine.carry_out(session, queued, words))
    return Several() if reply is NO_REPLY or closing else reply


@command("discard")
def discard(session: Session, argv: Sequence[bytes]) -> Reply:
    """DISCARD: the queue and the watches are forgotten."""
    if session.transaction is None:
        raise ReplyError(errors.DISCARD_WITHOUT_MULTI)
    session.transaction = None
    session.engine.unwatch(session)
    return OK


@command("watch")
def watch(session: Session, argv: Sequence[bytes]) -> Reply:
    """WATCH key [key …]: EXEC will do nothing if one of them changes before it."""
    if session.transaction is not None:
        raise ReplyError(errors.WATCH_IN_MULTI)
    if session.dirty_cas:
        return OK  # EXEC will refuse whatever happens from here on
    db = session.db
    for key in argv[1:]:
        mark = (db.index, key)
        if mark not in session.watching:
            session.watching[mark] = db.is_expired(key)
            db.watchers.setdefault(key, {})[session] = None
    return OK


@command("unwatch")
def unwatch(session: Session, argv: Sequence[bytes]) -> Reply:
    """UNWATCH."""
    session.engine.unwatch(session)
    return OK


def _watched_key_expired(session: Session) -> bool:
    """A watched key has died of age since WATCH, though nobody has removed it yet."""
    databases = session.engine.databases
    return any(
        not expired and databases[index].is_expired(key)
        for (index, key), expired in session.watching.items()
    )
