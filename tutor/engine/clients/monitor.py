"""MONITOR: every command as it is carried out, as a line of text (redis 7.0, replication.c)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tutor.engine.cmdline import quote
from tutor.engine.replies import Status

if TYPE_CHECKING:
    from tutor.engine.engine import Engine
    from tutor.engine.session import Session


def start(engine: Engine, session: Session) -> None:
    """From now on ``session`` is told of all commands."""
    session.monitoring = True
    engine.monitors[session.id] = session
    session.settle()
    engine.settle()


def stop(engine: Engine, session: Session) -> None:
    """``session`` is told no more."""
    session.monitoring = False
    engine.monitors.pop(session.id, None)
    session.settle()
    engine.settle()


def feed_script(session: Session, argv: Sequence[bytes]) -> None:
    """A script is about to run: its command is told of before those that it calls."""
    if session.engine.monitors:
        feed(session.engine, session, argv)


def feed(engine: Engine, session: Session, argv: Sequence[bytes]) -> None:
    """Tell the monitors of a command: time, database, client, words (secrets hidden).

    A monitor's own command stands behind its reply.
    """
    seconds, micros = divmod(engine.clock.now_us(), 1_000_000)
    who = "lua" if session.script else session.peer
    if who.startswith("/"):
        who = "unix:" + who.rpartition(":")[0]
    words = " ".join(quote(word, readable=False, bare=False) for word in argv).encode()
    line = Status(b"%d.%06d [%d %b] %b" % (seconds, micros, session.db.index, who.encode(), words))
    for other in list(engine.monitors.values()):
        if not other.mute:
            other.follow(line)
