"""SHUTDOWN: end the process (redis 7.0, db.c: shutdownCommand)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tutor.engine import errors
from tutor.engine.registry import command
from tutor.engine.replies import NO_REPLY, NOT_SERVED, OK, Reply, ReplyError
from tutor.engine.session import Session

if TYPE_CHECKING:
    from tutor.engine.engine import Engine

_OPTIONS = frozenset({b"nosave", b"save", b"now", b"force", b"abort"})


@command("shutdown")
def shutdown(session: Session, argv: Sequence[bytes]) -> Reply:
    """SHUTDOWN [NOSAVE | SAVE] [NOW] [FORCE] [ABORT]: no reply, the server is gone. It may wait for
    replicas first; then the client is answered if it comes to nothing."""
    options = {word.lower() for word in argv[1:]}
    abort = b"abort" in options
    if (
        not options <= _OPTIONS
        or (abort and len(options) > 1)
        or options >= {b"save", b"nosave"}
    ):  # fmt: skip
        raise ReplyError(errors.SYNTAX)
    engine, host = session.engine, session.engine.host
    if abort:
        if host is None or not host.abort_shutdown():
            raise ReplyError(errors.NO_SHUTDOWN)
        return OK
    script = engine.running_script
    if script is not None and script.timed_out and b"nosave" not in options:
        raise ReplyError(errors.BUSY_FUNCTION if script.is_function else errors.BUSY_SCRIPT)
    if host is None:
        raise ReplyError(errors.SHUTDOWN_FAILED)
    save = True if b"save" in options else False if b"nosave" in options else None
    if host.shutdown(save=save, now=b"now" in options, force=b"force" in options):
        return engine.waiting.block(session, (), Goodbye, 0, None, _by_nothing)
    return NO_REPLY


class Goodbye:
    """What clients wait for who have said SHUTDOWN: nothing that a key could hold."""


def _by_nothing(session: Session, key: bytes) -> Reply:
    return NOT_SERVED


def shutdown_failed(engine: Engine) -> None:
    """Whoever has waited for the end hears that it does not come."""
    for session in list(engine.sessions.values()):
        if session.blocked is not None and session.blocked.kind is Goodbye:
            engine.waiting.unblock(session, engine.count_error(ReplyError(errors.SHUTDOWN_FAILED)))
