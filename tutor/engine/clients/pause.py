"""CLIENT PAUSE and FAILOVER: commands wait, their clients with them (redis 7.0, networking.c)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.engine.replies import BLOCKED, Reply

if TYPE_CHECKING:
    from tutor.engine.engine import Engine
    from tutor.engine.registry import Command
    from tutor.engine.session import Session


CLIENT, FAILOVER, SHUTDOWN = "client", "failover", "shutdown"
"""Why there is a pause: CLIENT PAUSE, or FAILOVER or SHUTDOWN while it waits for replicas."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Until ``until_ms`` all commands wait, or those only that may write."""

    until_ms: int
    writes_only: bool


def begin(engine: Engine, until_ms: int, *, writes_only: bool, purpose: str = CLIENT) -> None:
    """Pause, or make the present pause longer and stricter; nothing makes it milder.

    Each ``purpose`` has a pause of its own; the strictest of those that hold is what clients feel.
    """
    present = engine.pauses.get(purpose)
    if present is not None:
        until_ms = max(until_ms, present.until_ms)
        writes_only = writes_only and present.writes_only
    engine.pauses[purpose] = Pause(until_ms, writes_only)
    _settle(engine)


def _settle(engine: Engine) -> None:
    pauses = engine.pauses.values()
    engine.pause = None
    if pauses:
        until_ms = max(pause.until_ms for pause in pauses)
        engine.pause = Pause(until_ms, all(pause.writes_only for pause in pauses))
    engine.settle()


def end_overdue(engine: Engine) -> None:
    """End the pauses whose time is over."""
    now_ms = engine.now_ms
    for purpose in [one for one, pause in engine.pauses.items() if now_ms >= pause.until_ms]:
        resume(engine, purpose)


def holds_back(pause: Pause, session: Session, command: Command) -> bool:
    """Whether the command has to wait; what waits in MULTI is looked at when EXEC comes.

    Who monitors counts as a replica, and those never wait.
    """
    if session.monitoring or session.replica:
        return False
    if not pause.writes_only:
        return True
    if command.may_replicate:
        return True
    transaction = session.transaction
    return (
        command.name == "exec"
        and transaction is not None
        and any(queued.may_replicate for queued, _ in transaction.queue)
    )


def postpone(engine: Engine, session: Session, argv: Sequence[bytes]) -> None:
    """Keep a command until the pause is over; its reply comes through ``on_reply``."""
    session.postponed = argv
    engine.postponed[session.id] = session


def resume(engine: Engine, purpose: str = CLIENT) -> None:
    """A pause is over: what has waited is carried out before the next sleep."""
    engine.pauses.pop(purpose, None)
    _settle(engine)


def give_up(engine: Engine, session: Session, reply: Reply) -> None:
    """CLIENT UNBLOCK: answer a client whose command is held back; the command is dropped."""
    session.postponed = None
    del engine.postponed[session.id]
    engine.waiting.deliver(session, reply)


def carry_on(engine: Engine) -> None:
    """Carry out what has been held back, in the order in which it came."""
    engine.carrying_on = True
    waiting, engine.postponed = engine.postponed, {}
    for session in waiting.values():
        argv, session.postponed = session.postponed, None
        if argv is None:
            continue
        reply = engine.execute(session, argv)
        if reply is not BLOCKED and session.on_reply is not None:
            session.on_reply(reply)
    engine.carrying_on = False
