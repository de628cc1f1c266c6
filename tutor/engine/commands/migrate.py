"""MIGRATE: move keys to another server (redis 7.0, cluster.c), over `Engine.replication`."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.engine import errors
from tutor.engine.arguments import integer
from tutor.engine.registry import command
from tutor.engine.replies import Reply, ReplyError, Status
from tutor.engine.session import Session

_NO_KEY = Status(b"NOKEY")


@command("migrate")
def migrate(session: Session, argv: Sequence[bytes]) -> Reply:
    """MIGRATE host port key|"" db timeout [COPY] [REPLACE] [AUTH …] [AUTH2 …] [KEYS key …]."""
    keys = _keys(argv)
    integer(argv[5])
    integer(argv[4])
    present = [key for key in keys if session.db.lookup(key) is not None]
    if not present:
        return _NO_KEY
    replication = session.engine.replication
    if replication is None:
        raise ReplyError(errors.NO_REPLICATION)
    return replication.migrate(session, argv, present)


def _keys(argv: Sequence[bytes]) -> Sequence[bytes]:
    at = 6
    while at < len(argv):
        option, left = argv[at].lower(), len(argv) - 1 - at
        if option in (b"copy", b"replace"):
            at += 1
        elif option == b"auth" and left:
            at += 2
        elif option == b"auth2" and left >= 2:
            at += 3
        elif option == b"keys":
            if argv[3]:
                raise ReplyError(errors.MIGRATE_KEYS)
            return argv[at + 1 :]
        else:
            raise ReplyError(errors.SYNTAX)
    return argv[3:4]
