"""MIGRATE: move keys to another server (redis 7.0, cluster.c).

AUTH ─▶ SELECT ─▶ RESTORE each key ─▶ those that were taken are deleted here
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tutor.engine import codec, errors
from tutor.engine.arguments import integer
from tutor.engine.registry import command
from tutor.engine.replies import OK, Reply, ReplyError, Status
from tutor.engine.session import Session

_NO_KEY = Status(b"NOKEY")
_TIMEOUT_MS = 1000
"""For whoever gives none."""


@dataclass
class _Move:
    """What MIGRATE was asked for."""

    keys: Sequence[bytes]
    copy: bool = False
    replace: bool = False
    auth: list[bytes] = field(default_factory=list)


@command("migrate")
def migrate(session: Session, argv: Sequence[bytes]) -> Reply:
    """MIGRATE host port key|"" db timeout [COPY] [REPLACE] [AUTH …] [AUTH2 …] [KEYS key …]."""
    move = _options(argv)
    timeout_ms = integer(argv[5])
    database = integer(argv[4])
    engine, db = session.engine, session.db
    present = [key for key in move.keys if db.lookup(key) is not None]
    if not present:
        return _NO_KEY
    if engine.host is None:
        raise ReplyError(errors.NO_REPLICATION)
    head = [(b"AUTH", *move.auth)] if move.auth else []
    head.append((b"SELECT", b"%d" % database))
    call = engine.host.ask(
        argv[1],
        int(argv[2]) if argv[2].isdigit() else 0,
        [*head, *(_restore(session, key, move.replace) for key in present)],
        timeout_ms if timeout_ms > 0 else _TIMEOUT_MS,
    )
    if call.trouble == "connecting":
        raise ReplyError(errors.MIGRATE_CONNECTING)
    before, answers = call.replies[: len(head)], call.replies[len(head) :]
    refused = [reply for reply in before if isinstance(reply, ReplyError)]
    moved = []
    for key, reply in zip(present, answers, strict=False):
        if isinstance(reply, ReplyError):
            refused.append(reply)
        elif not any(isinstance(one, ReplyError) for one in before):
            moved.append(key)
    if not move.copy:
        _delete(session, moved)
    if refused and answers:
        raise ReplyError(errors.migrate_refused(refused[0].message))
    if call.trouble:
        raise ReplyError(errors.migrate_trouble(call.trouble))
    return OK


def _restore(session: Session, key: bytes, replace: bool) -> list[bytes]:
    db = session.db
    value, expires_ms = db.peek(key), db.expires_at(key)
    assert value is not None
    ttl = 0 if expires_ms is None else max(expires_ms - session.engine.now_ms, 1)
    words = [b"RESTORE", key, b"%d" % ttl, codec.dump(session.engine, value)]
    return [*words, b"REPLACE"] if replace else words


def _delete(session: Session, keys: Sequence[bytes]) -> None:
    db = session.db
    for key in keys:
        db.delete(key)
        db.changed(key, "del")
    if keys:
        session.engine.propagation.instead(b"DEL", *keys)


def _options(argv: Sequence[bytes]) -> _Move:
    move, at = _Move(argv[3:4]), 6
    while at < len(argv):
        option, left = argv[at].lower(), len(argv) - 1 - at
        if option == b"copy":
            move.copy = True
        elif option == b"replace":
            move.replace = True
        elif option == b"auth" and left:
            move.auth = [argv[at + 1]]
            at += 1
        elif option == b"auth2" and left >= 2:
            move.auth = [argv[at + 1], argv[at + 2]]
            at += 2
        elif option == b"keys":
            if argv[3]:
                raise ReplyError(errors.MIGRATE_KEYS)
            move.keys = argv[at + 1 :]
            return move
        else:
            raise ReplyError(errors.SYNTAX)
        at += 1
    return move
