"""One client's state, as plain data. The rules live in the engine and the commands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tutor.engine.replies import Reply

if TYPE_CHECKING:
    from tutor.engine.database import Database
    from tutor.engine.engine import Engine
    from tutor.engine.registry import Command


@dataclass(slots=True)
class Transaction:
    """What MULTI collects: commands that passed the checks, and whether one did not."""

    queue: list[tuple[Command, Sequence[bytes]]] = field(default_factory=list)
    broken: bool = False


@dataclass(slots=True)
class Blocked:
    """Why a session waits: for any of ``keys`` of ``db``, until ``deadline_ms`` (0 = for ever).

    ``kind`` is the class of the values it waits for. ``serve(session, key)`` tries to answer when
    ``key`` became ready and returns the reply, or ``NOT_SERVED``. ``timeout_reply`` is delivered
    when the deadline passes.
    """

    db: Database
    keys: tuple[bytes, ...]
    kind: type
    deadline_ms: int
    timeout_reply: Reply
    serve: Callable[[Session, bytes], Reply]


class Session:
    """A connection as the engine sees it: selected database, protocol, MULTI, WATCH, blocking.

    ``on_reply`` receives replies that come later than the call (blocking commands).
    """

    __slots__ = (
        "authenticated",
        "blocked",
        "closing",
        "created_ms",
        "db",
        "dirty_cas",
        "engine",
        "id",
        "in_exec",
        "last_command",
        "last_ms",
        "name",
        "on_reply",
        "peer",
        "resp",
        "transaction",
        "watching",
    )

    def __init__(self, engine: Engine, session_id: int, peer: str = "127.0.0.1:0") -> None:
        self.engine = engine
        self.id = session_id
        self.db: Database = engine.databases[0]
        self.name = b""
        self.peer = peer
        self.resp = 2
        self.authenticated = True
        self.closing = False  # QUIT or CLIENT KILL: the host hangs up after the reply
        self.transaction: Transaction | None = None
        self.in_exec = False
        self.dirty_cas = False
        self.watching: dict[tuple[int, bytes], bool] = {}
        self.blocked: Blocked | None = None
        self.on_reply: Callable[[Reply], Any] | None = None
        self.created_ms = engine.now_ms
        self.last_ms = engine.now_ms
        self.last_command = ""

    def __repr__(self) -> str:
        return f"<Session {self.id} db={self.db.index}>"
