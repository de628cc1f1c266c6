"""WAIT: for replicas to have what was written (redis 7.0, replication.c).

Without `Engine.replication` there never are any.
"""

from __future__ import annotations

from collections.abc import Sequence

from tutor.engine import errors
from tutor.engine.arguments import INT64_MAX, integer
from tutor.engine.registry import command
from tutor.engine.replies import NOT_SERVED, Reply, ReplyError
from tutor.engine.session import Session


class Acknowledgement:
    """What WAIT waits for; no key holds one."""


@command("wait")
def wait(session: Session, argv: Sequence[bytes]) -> Reply:
    """WAIT numreplicas timeout: how many replicas have it all; milliseconds, 0 for ever."""
    replication = session.engine.replication
    if replication is not None and replication.is_replica:
        raise ReplyError(errors.WAIT_ON_REPLICA)
    wanted = integer(argv[1])
    timeout = integer(argv[2], errors.TIMEOUT_NOT_INTEGER)
    if timeout < 0:
        raise ReplyError(errors.TIMEOUT_NEGATIVE)
    timeout = min(timeout, INT64_MAX)
    if replication is not None:
        return replication.wait(session, wanted, timeout)
    if wanted <= 0:
        return 0
    return session.engine.waiting.block(session, (), Acknowledgement, timeout, 0, _never)


def _never(session: Session, key: bytes) -> Reply:
    return NOT_SERVED
