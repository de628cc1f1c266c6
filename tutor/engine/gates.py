"""What may stand between a command and its run: every check of redis 7.0, server.c:processCommand.

    look up ─▶ arity ─▶ protected ─▶ AUTH ─▶ NO-MULTI ─▶ ACL ─▶ memory ─▶ standing
            ─▶ subscribed ─▶ busy ─▶ MONITOR ─▶ CLIENT PAUSE ─▶ MULTI queues

Most commands of most clients need only the first two, which `Engine.execute` does by itself; this
is the long way for all others.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tutor.engine import errors, standing
from tutor.engine.clients.pause import holds_back, postpone
from tutor.engine.memory import eviction
from tutor.engine.registry import Command
from tutor.engine.replies import BLOCKED, QUEUED, Reply, ReplyError

if TYPE_CHECKING:
    from tutor.engine.engine import Engine
    from tutor.engine.session import Session


def admit(engine: Engine, session: Session, argv: Sequence[bytes]) -> Command | Reply:
    """The command to run now, or the reply where it is not run now (`QUEUED`, `BLOCKED`).

    Raises `ReplyError` where it is refused.
    """
    session.last_ms = engine.now_ms
    session.last_command = None
    command = session.last_command = engine.resolve(argv)
    if not command.min_args <= len(argv) <= command.max_args:
        raise ReplyError(errors.wrong_arity(command.name))
    _protected(engine, session, command)
    if not session.authenticated and not command.no_auth and not engine.acl.open:
        raise ReplyError(errors.NO_AUTH)
    transaction = session.transaction
    if transaction is not None and command.no_multi:
        raise ReplyError(errors.NO_MULTI)
    if not session.user.unrestricted and not session.from_master:
        engine.acl.check(session, command, argv)
    if engine.config.maxmemory and not engine.busy and not session.from_master:
        _memory(engine, session, command)
    if engine.tracking.overfull:
        engine.tracking.trim()
    if engine.guarded:
        standing.check(engine, session, command)
    if session.resp == 2 and len(session.subscriptions) and not command.allow_subscribed:
        raise ReplyError(errors.subscribed(command.name))
    if engine.busy and not command.allow_busy:
        assert engine.running_script is not None
        raise ReplyError(
            errors.BUSY_FUNCTION if engine.running_script.is_function else errors.BUSY_SCRIPT
        )
    if (session.monitoring or session.replica) and (
        command.writes or command.reads or command.may_replicate
    ):
        raise ReplyError(errors.REPLICA_KEYSPACE)
    if engine.pause is not None and holds_back(engine.pause, session, command):
        postpone(engine, session, argv)
        return BLOCKED
    if transaction is not None and not command.immediate:
        if not (transaction.broken or session.dirty_cas):  # else EXEC will refuse anyway
            transaction.queue.append((command, argv))
        return QUEUED
    return command


def _protected(engine: Engine, session: Session, command: Command) -> None:
    """DEBUG and MODULE, which a directive may reserve to local clients or forbid."""
    if not command.protected_by:
        return
    allowed = getattr(engine.config, command.protected_by)
    if allowed == "no" or (allowed == "local" and not session.local):
        directive = command.protected_by.replace("_", "-")
        raise ReplyError(errors.protected(command.name.partition("|")[0], directive))


def _memory(engine: Engine, session: Session, command: Command) -> None:
    """Make room; where that fails, refuse what may need more, and all that MULTI would queue."""
    engine.out_of_memory = not eviction.make_room(engine)
    queues = session.transaction is not None and not command.immediate
    if engine.out_of_memory and (command.deny_oom or queues):
        raise ReplyError(errors.OUT_OF_MEMORY)
