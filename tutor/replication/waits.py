"""WAIT: clients that wait for replicas to have what they wrote (redis 7.0, replication.c).

WAIT 2 100 ─▶ enough have acknowledged: their number
           └▶ GETACK to all ─▶ acknowledgements ─▶ enough, or the time is over: their number
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.engine.commands.wait import Acknowledgement
from tutor.engine.replies import NOT_SERVED, Reply

if TYPE_CHECKING:
    from tutor.engine.engine import Engine
    from tutor.engine.session import Session
    from tutor.replication.master import Master


class Waits:
    """Who waits for how many replicas to have what. ``asks``: replicas are to be asked how far
    they are."""

    def __init__(self, engine: Engine, master: Master) -> None:
        self._engine = engine
        self._master = master
        self._waiting: dict[Session, tuple[int, int]] = {}
        self._changed = False
        self.asks = False

    def wait(self, session: Session, wanted: int, timeout_ms: int) -> Reply:
        """How many replicas have the client's writes, now or later."""
        count = self._master.count(session.write_offset)
        if count >= wanted or session.in_exec:
            return count
        self._waiting[session] = wanted, session.write_offset
        self.asks = True
        return self._engine.waiting.block(
            session, (), Acknowledgement, timeout_ms, count, _by_replicas
        )

    def count_again(self) -> None:
        """Acknowledgements or replicas have come or gone."""
        for session, (_wanted, offset) in list(self._waiting.items()):
            blocked = session.blocked
            if blocked is None or blocked.kind is not Acknowledgement:
                del self._waiting[session]
            else:
                blocked.timeout_reply = self._master.count(offset)
                self._changed = True

    def answer(self) -> None:
        """Answer those who have waited for what is true now."""
        if not self._changed:
            return
        self._changed = False
        for session, (wanted, offset) in list(self._waiting.items()):
            blocked = session.blocked
            if blocked is None or blocked.kind is not Acknowledgement:
                del self._waiting[session]
            elif self._master.count(offset) >= wanted:
                del self._waiting[session]
                self._engine.waiting.unblock(session, blocked.timeout_reply)


def _by_replicas(session: Session, key: bytes) -> Reply:
    return NOT_SERVED
