"""What the server's role and files forbid: checks of redis 7.0, server.c: processCommand, script.c.

    MISCONF ─▶ NOREPLICAS ─▶ READONLY ─▶ MASTERDOWN ─▶ LOADING

A master that has all the replicas it wants, or none asked for, and files that can be written is
`unguarded`: nothing of this is looked at then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.engine import errors
from tutor.engine.replies import ReplyError

if TYPE_CHECKING:
    from tutor.engine.engine import Engine
    from tutor.engine.registry import Command
    from tutor.engine.session import Session


def is_replica(engine: Engine) -> bool:
    """Whether the data are another server's."""
    return engine.replication is not None and engine.replication.is_replica


def is_read_only(engine: Engine) -> bool:
    """Whether only the master may write."""
    return engine.config.replica_read_only and is_replica(engine)


def is_guarded(engine: Engine) -> bool:
    """Whether commands have to pass `check`; for `Engine.settle`."""
    persistence = engine.persistence
    return (
        engine.loading
        or is_replica(engine)
        or bool(engine.config.min_replicas_to_write and engine.config.min_replicas_max_lag)
        or (persistence is not None and bool(persistence.trouble))
    )


def check(engine: Engine, session: Session, command: Command) -> None:
    """Refuse what may not be done now; raises `ReplyError`."""
    if session.from_master:
        return
    writes = command.writes or _queued(session, command, "write")
    if writes or command.name == "ping":
        trouble = disk_trouble(engine)
        if trouble is not None:
            raise ReplyError(errors.MISCONF if not trouble else errors.misconf_log(trouble))
    if writes:
        if lacks_replicas(engine):
            raise ReplyError(errors.NO_REPLICAS)
        if is_read_only(engine):
            raise ReplyError(errors.READ_ONLY_REPLICA)
    flags = command.spec.flags
    if is_stale(engine) and ("stale" not in flags or _queued(session, command, "stale", False)):
        raise ReplyError(errors.MASTER_DOWN)
    if engine.loading and ("loading" not in flags or _queued(session, command, "loading", False)):
        raise ReplyError(errors.LOADING)


def check_in_script(engine: Engine, client: Session, command: Command, wrote: bool) -> None:
    """The same for a command that a script calls for ``client``; one that ``wrote`` goes on."""
    if client.from_master:
        return
    if "stale" not in command.spec.flags and is_stale(engine):
        raise ReplyError(errors.SCRIPT_STALE)
    if not command.writes or wrote:
        return
    if is_read_only(engine):
        raise ReplyError(errors.READ_ONLY_REPLICA)
    trouble = disk_trouble(engine)
    if trouble is not None:
        raise ReplyError(errors.MISCONF if not trouble else errors.misconf_log(trouble))
    if lacks_replicas(engine):
        raise ReplyError(errors.NO_REPLICAS)


def check_declared(engine: Engine, client: Session, *, reads: bool, allow_stale: bool) -> None:
    """The same before a script runs that declares by flags what it does (script.c:
    scriptPrepareForRun)."""
    if client.from_master:
        return
    if is_stale(engine) and not allow_stale:
        raise ReplyError(errors.MASTER_DOWN_SCRIPT)
    if reads:
        return
    if is_read_only(engine):
        raise ReplyError(errors.READ_ONLY_SCRIPT)
    trouble = disk_trouble(engine)
    if trouble is not None:
        raise ReplyError(
            errors.MISCONF_SCRIPT if not trouble else errors.misconf_log_script(trouble)
        )
    if lacks_replicas(engine):
        raise ReplyError(errors.NO_REPLICAS)


def disk_trouble(engine: Engine) -> str | None:
    """What keeps the data from being written: "" for the dump, the system's text for the
    append-only file, None if nothing does. A replica does not mind about its dump."""
    persistence = engine.persistence
    if persistence is None or not persistence.trouble:
        return None
    if persistence.trouble == "dump":
        return None if is_replica(engine) else ""
    return persistence.trouble_text


def lacks_replicas(engine: Engine) -> bool:
    """Whether fewer replicas than asked for have answered lately (min-replicas-to-write)."""
    config, replication = engine.config, engine.replication
    wanted = config.min_replicas_to_write if config.min_replicas_max_lag else 0
    if not wanted or is_replica(engine):
        return False
    return replication is None or replication.good_replicas < wanted


def is_stale(engine: Engine) -> bool:
    """Whether a replica without its master has nothing to say (replica-serve-stale-data no)."""
    replication = engine.replication
    return (
        replication is not None
        and replication.is_replica
        and not replication.link_up
        and not engine.config.replica_serve_stale_data
    )


def _queued(session: Session, command: Command, flag: str, has: bool = True) -> bool:
    """For EXEC: whether any queued command has the flag (or has it not)."""
    if command.name != "exec" or session.transaction is None:
        return False
    return any((flag in row.spec.flags) is has for row, _argv in session.transaction.queue)
