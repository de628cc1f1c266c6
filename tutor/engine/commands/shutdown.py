"""SHUTDOWN: end the process (redis 7.0, db.c: shutdownCommand)."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.engine import errors
from tutor.engine.registry import command
from tutor.engine.replies import NO_REPLY, OK, Reply, ReplyError
from tutor.engine.session import Session

_OPTIONS = frozenset({b"nosave", b"save", b"now", b"force", b"abort"})


@command("shutdown")
def shutdown(session: Session, argv: Sequence[bytes]) -> Reply:
    """SHUTDOWN [NOSAVE | SAVE] [NOW] [FORCE] [ABORT]: no reply, the server is gone."""
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
    host.shutdown(save=save, now=b"now" in options, force=b"force" in options)
    return NO_REPLY
