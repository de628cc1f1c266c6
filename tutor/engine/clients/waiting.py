"""Clients that wait for keys: who waits for what, until when, and how they are served.

Redis 7.0, blocked.c and timeout.c. Keys become ready while a command runs; who waits for them is
looked after when it is over.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tutor.engine.clients import notifications
from tutor.engine.replies import BLOCKED, NOT_SERVED, Reply, ReplyError
from tutor.engine.session import Blocked, Session
from tutor.engine.statistics import slowlog
from tutor.engine.structures.quicklist import Quicklist

if TYPE_CHECKING:
    from tutor.engine.database import Database
    from tutor.engine.engine import Engine

_FEW = 64


class Waiting:
    """``count`` says how many sessions wait for values of each class. While one is served,
    ``serving`` is it and ``served`` the list that it takes from."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.count: Counter[type] = Counter()
        self.serving: Session | None = None
        self.served: bytes | None = None
        self._deadlines: list[tuple[int, int]] = []  # a heap of (deadline in ms, session id)

    def block(
        self,
        session: Session,
        keys: Sequence[bytes],
        kind: type,
        timeout_ms: int,
        timeout_reply: Reply,
        serve: Callable[[Session, bytes], Reply],
        gone: str = "",
    ) -> Reply:
        """Let ``session`` wait for values of class ``kind`` under ``keys``; see `Blocked`.

        ``timeout_ms`` 0 is for ever.

        Inside EXEC nothing waits: the timeout reply is the answer.
        """
        if session.in_exec:
            return timeout_reply
        deadline = self._engine.now_ms + timeout_ms if timeout_ms else 0
        unique = tuple(dict.fromkeys(keys))
        session.blocked = Blocked(session.db, unique, kind, deadline, timeout_reply, serve, gone)
        if deadline:
            self._remember(deadline, session)
        self.count[kind] += 1
        for key in unique:
            session.db.blocked.setdefault(key, {})[session] = None
        return BLOCKED

    def _remember(self, deadline: int, session: Session) -> None:
        """Enter a deadline; now and then forget those of waits that have ended otherwise."""
        heapq.heappush(self._deadlines, (deadline, session.id))
        if len(self._deadlines) > _FEW + 2 * self.count.total():
            self._deadlines = [entry for entry in self._deadlines if self._holds(*entry)]
            heapq.heapify(self._deadlines)

    def _holds(self, deadline: int, session_id: int) -> bool:
        session = self._engine.sessions.get(session_id)
        blocked = None if session is None else session.blocked
        return blocked is not None and blocked.deadline_ms == deadline

    @property
    def next_deadline_ms(self) -> int:
        """When the first of those who wait has waited long enough; 0 if nobody minds."""
        while self._deadlines:
            if self._holds(*self._deadlines[0]):
                return self._deadlines[0][0]
            heapq.heappop(self._deadlines)
        return 0

    def first(self) -> Session:
        """Whose deadline `next_deadline_ms` is."""
        return self._engine.sessions[self._deadlines[0][1]]

    def unblock(self, session: Session, reply: Reply = NOT_SERVED) -> None:
        """End a wait; a reply other than `NOT_SERVED` is delivered."""
        blocked = session.blocked
        if blocked is None:
            return
        session.blocked = None
        self.count[blocked.kind] -= 1
        for key in blocked.keys:
            waiting = blocked.db.blocked.get(key)
            if waiting is not None:
                waiting.pop(session, None)
                if not waiting:
                    del blocked.db.blocked[key]
        if reply is not NOT_SERVED:
            self.deliver(session, reply)

    def deliver(self, session: Session, reply: Reply) -> None:
        """The answer to a command that had to wait."""
        if session.special:
            reply = self._engine.finish(session, reply)
        if session.on_reply is not None:
            session.on_reply(reply)

    def serve_ready(self) -> None:
        """Answer sessions whose keys became ready: keys in the order in which they did, sessions
        first come first served. A BLMOVE may make further keys ready."""
        while self._engine.ready:
            ready, self._engine.ready = self._engine.ready, []
            for database, key in dict.fromkeys(ready):
                kind = type(database.peek(key))
                for session in list(database.blocked.get(key, ())):
                    if database.peek(key) is None:
                        break
                    self._serve(session, database, key)
                self._give_up(database, key, kind)

    def _give_up(self, database: Database, key: bytes, kind: type) -> None:
        """``key`` holds a ``kind``: end the waits that do not outlive what they waited for."""
        for session in list(database.blocked.get(key, ())):
            blocked = session.blocked
            if blocked is not None and blocked.gone and blocked.kind is not kind:
                self.unblock(session, self._engine.count_error(ReplyError(blocked.gone)))

    def _serve(self, session: Session, database: Database, key: bytes) -> None:
        blocked = session.blocked
        if blocked is None or blocked.db is not database or key not in blocked.keys:
            return
        started = self._engine.clock.now_ns()
        command, outer = session.last_command, self._engine.late_events
        if command is not None:
            self._engine.late_events = notifications.late_events(command, blocked.argv)
        self.served = key if blocked.kind is Quicklist else None
        self.serving = session
        try:
            reply = self._engine.propagation.serve(
                session, blocked.argv, lambda: blocked.serve(session, key)
            )
        except ReplyError as error:
            reply = self._engine.count_error(error)
        self.served = self.serving = None
        self._engine.late_events = outer
        if reply is not NOT_SERVED:
            self._waited(session, reply, (self._engine.clock.now_ns() - started) // 1000)
            self.unblock(session, reply)

    def _waited(self, session: Session, reply: Reply, usec: int) -> None:
        """Statistics of a command that had to wait, once it is served."""
        command, blocked = session.last_command, session.blocked
        if command is None or blocked is None:
            return
        blocked.usec += usec
        self._engine.stats.waited(command, usec, blocked.usec, failed=type(reply) is ReplyError)
        if blocked.usec >= self._engine.slow_us:
            slowlog.note(self._engine, session, command, blocked.argv, blocked.usec)
