"""What a client's connection holds, as an onlooker sees it (the figures of CLIENT LIST)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.engine.clients.info import argv_of, client_type, flags_of, memory_of, queued_words
from tutor.engine.host import Buffers

if TYPE_CHECKING:
    from tutor.engine.engine import Engine
    from tutor.engine.session import Session

_CLASSES = {"normal": 0, "pubsub": 2}


@dataclass(frozen=True, slots=True)
class OutputLimit:
    """client-output-buffer-limit of a class of clients: bytes, bytes, and for how many seconds the
    soft one may be passed; 0 is no limit."""

    kind: str
    hard: int
    soft: int
    seconds: int


@dataclass(frozen=True, slots=True)
class ClientFigures:
    """One client. ``connected`` is False for a prompt in this process: it has no socket, and the
    buffers of ``buffers`` are empty. ``argv`` and ``multi`` are bytes of the words of the command
    at hand and of those that MULTI has queued; ``total`` is ``tot-mem``."""

    id: int
    peer: str
    name: bytes
    kind: str
    flags: str
    db: int
    resp: int
    command: str
    idle_s: int
    connected: bool
    buffers: Buffers
    argv: int
    multi: int
    queued: int
    subscriptions: int
    total: int


@dataclass(frozen=True, slots=True)
class ClientsFigures:
    """The first clients of ``count``, the limits of their classes, and the most bytes of commands
    that a client may have sent and not finished (client-query-buffer-limit)."""

    clients: tuple[ClientFigures, ...]
    count: int
    limits: tuple[OutputLimit, ...]
    query_limit: int
    total: int


def figures_of(session: Session) -> ClientFigures:
    """One client as it is now."""
    transaction = session.transaction or session.executing
    command = session.last_command
    return ClientFigures(
        id=session.id,
        peer=session.peer,
        name=session.name,
        kind=client_type(session).decode(),
        flags=flags_of(session),
        db=session.db.index,
        resp=session.resp,
        command=command.name if command is not None else "",
        idle_s=max(session.engine.now_ms - session.last_ms, 0) // 1000,
        connected=session.buffers is not None,
        buffers=session.buffers() if session.buffers is not None else Buffers(),
        argv=sum(map(len, argv_of(session))),
        multi=queued_words(session),
        queued=len(transaction.queue) if transaction is not None else 0,
        subscriptions=len(session.subscriptions),
        total=memory_of(session),
    )


def clients_of(engine: Engine, most: int = 50) -> ClientsFigures:
    """The first ``most`` clients, in the order in which they came."""
    sessions = list(engine.sessions.values())
    limits = engine.config.client_output_buffer_limit
    return ClientsFigures(
        clients=tuple(map(figures_of, sessions[:most])),
        count=len(sessions),
        limits=tuple(OutputLimit(kind, *limits[at]) for kind, at in _CLASSES.items()),
        query_limit=engine.config.client_query_buffer_limit,
        total=sum(map(memory_of, sessions)),
    )
