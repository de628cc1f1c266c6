"""Time to live: EXPIRE and TTL in all their units (redis 7.0, expire.c)."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.engine import errors
from tutor.engine.arguments import FLAG, INT64_MAX, INT64_MIN, OptionTable, integer, options
from tutor.engine.registry import command
from tutor.engine.replies import Reply, ReplyError
from tutor.engine.session import Session

_OPTIONS: OptionTable = {b"nx": FLAG, b"xx": FLAG, b"gt": FLAG, b"lt": FLAG}


def _expire(session: Session, argv: Sequence[bytes], name: str, seconds: bool, base: int) -> int:
    """Set the expiry of ``argv[1]`` to ``base`` + ``argv[2]``; 1 if it was set."""
    found = options(argv, 3, _OPTIONS, errors.unsupported_option) if len(argv) > 3 else {}
    if b"nx" in found and len(found) > 1:
        raise ReplyError(errors.EXPIRE_NX)
    if b"gt" in found and b"lt" in found:
        raise ReplyError(errors.EXPIRE_GT_LT)
    when = integer(argv[2])
    if seconds:
        when *= 1000
    if not INT64_MIN <= when <= INT64_MAX - base:
        raise ReplyError(errors.invalid_expire(name))
    when += base
    db, key = session.db, argv[1]
    if db.touch(key) is None:
        return 0
    if found and not _permits(found, db.expires_at(key), when):
        return 0
    propagation = session.engine.propagation
    if when <= session.engine.now_ms:
        db.delete(key)
        db.changed(key, "del")
        propagation.instead(db.removal, key)
    else:
        db.set_expiry(key, when)
        db.changed(key, "expire")
        if propagation.active and name != "pexpireat":
            propagation.instead(b"PEXPIREAT", key, b"%d" % when, *argv[3:])
    return 1


def _permits(found: dict[bytes, bool], present: int | None, when: int) -> bool:
    """Whether the options allow ``when`` in place of the present expiry; none is infinitely far."""
    if present is None:
        return b"xx" not in found and b"gt" not in found
    return not (
        b"nx" in found
        or (b"gt" in found and when <= present)
        or (b"lt" in found and when >= present)
    )


@command("expire")
def expire(session: Session, argv: Sequence[bytes]) -> Reply:
    """EXPIRE key seconds [NX|XX|GT|LT]."""
    return _expire(session, argv, "expire", True, session.engine.now_ms)


@command("pexpire")
def pexpire(session: Session, argv: Sequence[bytes]) -> Reply:
    """PEXPIRE key milliseconds [NX|XX|GT|LT]."""
    return _expire(session, argv, "pexpire", False, session.engine.now_ms)


@command("expireat")
def expireat(session: Session, argv: Sequence[bytes]) -> Reply:
    """EXPIREAT key unix-time-seconds [NX|XX|GT|LT]."""
    return _expire(session, argv, "expireat", True, 0)


@command("pexpireat")
def pexpireat(session: Session, argv: Sequence[bytes]) -> Reply:
    """PEXPIREAT key unix-time-milliseconds [NX|XX|GT|LT]."""
    return _expire(session, argv, "pexpireat", False, 0)


def _left(session: Session, key: bytes, base: int) -> int:
    """Milliseconds from ``base`` to the expiry; -1 without one, -2 without a key."""
    if session.db.lookup(key, touch=False) is None:
        return -2
    when = session.db.expires_at(key)
    return -1 if when is None else max(when - base, 0)


def _in_seconds(milliseconds: int) -> int:
    return milliseconds if milliseconds < 0 else (milliseconds + 500) // 1000


@command("ttl")
def ttl(session: Session, argv: Sequence[bytes]) -> Reply:
    """TTL key, in seconds, rounded to the nearest."""
    return _in_seconds(_left(session, argv[1], session.engine.now_ms))


@command("pttl")
def pttl(session: Session, argv: Sequence[bytes]) -> Reply:
    """PTTL key, in milliseconds."""
    return _left(session, argv[1], session.engine.now_ms)


@command("expiretime")
def expiretime(session: Session, argv: Sequence[bytes]) -> Reply:
    """EXPIRETIME key: the Unix time in seconds at which it dies."""
    return _in_seconds(_left(session, argv[1], 0))


@command("pexpiretime")
def pexpiretime(session: Session, argv: Sequence[bytes]) -> Reply:
    """PEXPIRETIME key: the Unix time in milliseconds at which it dies."""
    return _left(session, argv[1], 0)


@command("persist")
def persist(session: Session, argv: Sequence[bytes]) -> Reply:
    """PERSIST key: 1 if it had a time to live."""
    db, key = session.db, argv[1]
    if db.touch(key) is None or not db.persist(key):
        return 0
    db.changed(key, "persist")
    return 1
