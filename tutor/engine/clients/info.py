"""A client as CLIENT LIST and the log show it, and of which type it is (redis 7.0, networking.c).

What a client costs in memory is reckoned with the sizes of redis-server's own structures on a
64-bit machine; what its connection holds comes from the host (`Session.buffers`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tutor.engine.host import Buffers

if TYPE_CHECKING:
    from tutor.engine.session import Session, Transaction

_CLIENT = 768  # the client itself, as jemalloc rounds it
_POINTER = 8
_LIST_NODE = 24
_DICT_ENTRY = 24
_QUEUED = 24  # one command of MULTI
_QUERY_HEADER = 6  # of the SDS that holds the query
_EMPTY_QUERY = 8
_RAX_NODE = 32  # of the prefixes tracked, roughly


def client_type(session: Session) -> bytes:
    """``normal``, ``pubsub``, ``replica`` or ``master``; who monitors is normal."""
    if session.replica:
        return b"replica"
    if session.from_master:
        return b"master"
    return b"pubsub" if len(session.subscriptions) else b"normal"


def describe(session: Session, argv: Sequence[bytes] = ()) -> bytes:
    """One line of CLIENT LIST. ``argv``: the command that the client is carrying out."""
    now_s = session.engine.now_ms // 1000
    buffers = session.buffers() if session.buffers is not None else Buffers()
    argv = (b"exec",) if session.executing is not None else argv or argv_of(session)
    words = sum(map(len, argv))
    transaction, tracking = _transaction(session), session.tracking
    mine = session.subscriptions
    fields: dict[str, object] = {
        "id": session.id,
        "addr": session.peer,
        "laddr": session.laddr,
        "fd": buffers.fd,
        "name": session.name.decode("latin-1"),
        "age": now_s - session.created_ms // 1000,
        "idle": now_s - session.last_ms // 1000,
        "flags": flags_of(session),
        "db": session.db.index,
        "sub": len(mine.channels),
        "psub": len(mine.patterns),
        "ssub": len(mine.shard_channels),
        "multi": len(transaction.queue) if transaction is not None else -1,
        "qbuf": buffers.query,
        "qbuf-free": buffers.query_free,
        "argv-mem": words,
        "multi-mem": queued_words(session),
        "rbs": buffers.reply,
        "rbp": buffers.peak,
        "obl": buffers.fixed,
        "oll": buffers.chunks,
        "omem": buffers.output,
        "tot-mem": _memory(session, buffers) + words + _POINTER * len(argv),
        "events": "rw" if buffers.writable else "r",
        "cmd": session.last_command.name if session.last_command is not None else "NULL",
        "user": "(superuser)" if session.from_master else session.user.name.decode("latin-1"),
        "redir": tracking.redirect if tracking is not None else -1,
        "resp": session.resp,
    }
    return " ".join(f"{name}={value}" for name, value in fields.items()).encode("latin-1")


def flags_of(session: Session) -> str:
    """The letters of 7.0, in its order."""
    tracking = session.tracking
    letters = {
        "O": session.monitoring,
        "S": session.replica and not session.monitoring,
        "M": session.from_master,
        "P": len(session.subscriptions) > 0,
        "x": _transaction(session) is not None,
        "b": session.blocked is not None or session.postponed is not None,
        "t": tracking is not None,
        "R": tracking is not None and tracking.broken,
        "B": tracking is not None and tracking.broadcast,
        "d": session.dirty_cas,
        "c": session.closing,
        "U": session.peer.startswith("/"),
        "e": session.no_evict,
    }
    return "".join(letter for letter, holds in letters.items() if holds) or "N"


def _transaction(session: Session) -> Transaction | None:
    """What MULTI has collected, also while EXEC carries it out."""
    return session.transaction or session.executing


def argv_of(session: Session) -> Sequence[bytes]:
    """The words of the command that keeps a client waiting; none of one that does not wait."""
    if session.blocked is not None:
        return session.blocked.argv
    return session.postponed or ()


def queued_words(session: Session) -> int:
    """Bytes of the words that MULTI has collected."""
    transaction = _transaction(session)
    if transaction is None:
        return 0
    return sum(sum(map(len, argv)) + _POINTER * len(argv) for _, argv in transaction.queue)


def memory_of(session: Session) -> int:
    """``tot-mem`` of a client between commands."""
    return _memory(session, session.buffers() if session.buffers is not None else Buffers())


def _memory(session: Session, buffers: Buffers) -> int:
    query = buffers.query + buffers.query_free
    total = _CLIENT + buffers.reply + buffers.output
    total += query + _QUERY_HEADER if query else _EMPTY_QUERY
    if session.transaction is not None or session.executing is not None:
        total += queued_words(session) + _QUEUED * _room(_queue_length(session))
    total += (_LIST_NODE + _POINTER) * len(session.watching)
    mine = session.subscriptions
    total += _LIST_NODE * len(mine.patterns)
    if mine.channels or mine.shard_channels:
        for names in (mine.channels, mine.shard_channels):
            if names:
                total += _DICT_ENTRY * len(names) + _POINTER * max(_room(len(names)), 4)
    if session.tracking is not None:
        total += _RAX_NODE * len(session.tracking.prefixes)
    return total


def _queue_length(session: Session) -> int:
    transaction = _transaction(session)
    return len(transaction.queue) if transaction is not None else 0


def _room(count: int) -> int:
    """Places in something that grows by doubling, from 2."""
    return 0 if not count else max(1 << (count - 1).bit_length(), 2)
