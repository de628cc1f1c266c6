"""MONITOR (redis 7.0, replication.c); how its lines look: `tutor.engine.clients.monitor`."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.engine import errors
from tutor.engine.clients import monitor
from tutor.engine.registry import command
from tutor.engine.replies import NO_REPLY, OK, Reply, ReplyError
from tutor.engine.session import Session


@command("monitor")
def monitor_(session: Session, argv: Sequence[bytes]) -> Reply:
    """MONITOR: from now on a line for every command; said twice it is not answered."""
    if session.in_exec:
        raise ReplyError(errors.MONITOR_IN_EXEC)
    if session.monitoring:
        return NO_REPLY
    monitor.start(session.engine, session)
    return OK
