"""Strings: SET and GET with all their relatives (redis 7.0, t_string.c).

A value is ``bytes`` as SET stores it, ``int`` as INCR leaves it, or an `Sds` that was edited in
place; `text_of` reads any of them. LCS stands in `string_lcs`.
"""

from __future__ import annotations

from collections.abc import Sequence

from tutor.engine import errors
from tutor.engine.arguments import (
    FLAG,
    INT64_MAX,
    INT64_MIN,
    Option,
    OptionTable,
    integer,
    long_double,
    options,
    word,
)
from tutor.engine.conversions import announce, announce_string
from tutor.engine.database import Database
from tutor.engine.registry import command
from tutor.engine.replies import OK, Reply, ReplyError
from tutor.engine.session import Session
from tutor.engine.structures.sds import EMBSTR_LIMIT, Sds, encoding_of
from tutor.engine.values import String, text_of

_TIMES = (b"ex", b"px", b"exat", b"pxat")


def _time(*excluded: bytes) -> dict[bytes, Option]:
    """EX, PX, EXAT and PXAT, which exclude one another and what else is named."""
    return {
        name: Option((word,), (*(other for other in _TIMES if other != name), *excluded))
        for name in _TIMES
    }


_SET_OPTIONS: OptionTable = {
    b"nx": Option(excludes=(b"xx",)),
    b"xx": Option(excludes=(b"nx",)),
    b"get": FLAG,
    b"keepttl": Option(excludes=_TIMES),
    **_time(b"keepttl"),
}
_GETEX_OPTIONS: OptionTable = {b"persist": Option(excludes=_TIMES), **_time(b"persist")}


def _deadline(session: Session, name: str, option: bytes, value: bytes) -> int:
    """The moment (Unix ms) that an expiry option of the command ``name`` stands for."""
    when = integer(value)
    seconds = option in (b"ex", b"exat")
    if when <= 0 or (seconds and when > INT64_MAX // 1000):
        raise ReplyError(errors.invalid_expire(name))
    if seconds:
        when *= 1000
    if option in (b"ex", b"px"):
        when += session.engine.now_ms
        if when > INT64_MAX:
            raise ReplyError(errors.invalid_expire(name))
    return when


def _store(db: Database, key: bytes, value: bytes, keep_ttl: bool = False) -> None:
    """What every SET does to a key."""
    engine = db.engine
    if db.expires.data or engine.observed or engine.counts_uses:
        old = db.touch(key)
        if isinstance(old, (bytes, int, Sds)):
            announce_string(db, key, old, value)
    db.set(key, value, keep_ttl)
    db.changed(key, "set")


def _store_until(db: Database, key: bytes, value: bytes, when: int) -> None:
    _store(db, key, value)
    db.set_expiry(key, when)
    db.changed(key, "expire", 0)
    if db.engine.propagation.active:
        db.engine.propagation.instead(b"SET", key, value, b"PXAT", b"%d" % when)


# SET


@command("set")
def set_(session: Session, argv: Sequence[bytes]) -> Reply:
    """SET key value [NX|XX] [GET] [EX s|PX ms|EXAT s|PXAT ms|KEEPTTL]."""
    db, key = session.db, argv[1]
    if len(argv) == 3:
        _store(db, key, argv[2])
        return OK
    found = options(argv, 3, _SET_OPTIONS)
    when = None
    for option in _TIMES:
        if option in found:
            when = _deadline(session, "set", option, found[option])
    reply: Reply = OK
    if b"get" in found:
        old = db.read_string(key)
        reply = None if old is None else text_of(old)
    exists = db.peek(key) is not None
    if (exists and b"nx" in found) or (not exists and b"xx" in found):
        db.touch(key)
        return reply if b"get" in found else None
    if when is None:
        _store(db, key, argv[2], b"keepttl" in found)
        if b"get" in found:
            _without_get(session, argv)
    else:
        _store_until(db, key, argv[2], when)
        if b"pxat" in found:
            session.engine.propagation.as_it_is()
    return reply


def _without_get(session: Session, argv: Sequence[bytes]) -> None:
    options = [word for word in argv[3:] if word.lower() != b"get"]
    session.engine.propagation.instead(*argv[:3], *options)


@command("setnx")
def setnx(session: Session, argv: Sequence[bytes]) -> Reply:
    """SETNX key value: 1 if it was stored."""
    if session.db.touch(argv[1]) is not None:
        return 0
    _store(session.db, argv[1], argv[2])
    return 1


@command("setex")
def setex(session: Session, argv: Sequence[bytes]) -> Reply:
    """SETEX key seconds value."""
    when = _deadline(session, "setex", b"ex", argv[2])
    _store_until(session.db, argv[1], argv[3], when)
    return OK


@command("psetex")
def psetex(session: Session, argv: Sequence[bytes]) -> Reply:
    """PSETEX key milliseconds value."""
    when = _deadline(session, "psetex", b"px", argv[2])
    _store_until(session.db, argv[1], argv[3], when)
    return OK


@command("getset")
def getset(session: Session, argv: Sequence[bytes]) -> Reply:
    """GETSET key value: the old value."""
    old = session.db.read_string(argv[1])
    reply = None if old is None else text_of(old)
    _store(session.db, argv[1], argv[2])
    session.engine.propagation.instead(b"SET", argv[1], argv[2])
    return reply


@command("mset")
def mset(session: Session, argv: Sequence[bytes]) -> Reply:
    """MSET key value [key value …]."""
    if len(argv) % 2 == 0:
        raise ReplyError(errors.wrong_arity("mset"))
    for at in range(1, len(argv), 2):
        _store(session.db, argv[at], argv[at + 1])
    return OK


@command("msetnx")
def msetnx(session: Session, argv: Sequence[bytes]) -> Reply:
    """MSETNX key value [key value …]: all of them, or none if one key exists."""
    if len(argv) % 2 == 0:
        raise ReplyError(errors.wrong_arity("msetnx"))
    db = session.db
    if any(db.touch(argv[at]) is not None for at in range(1, len(argv), 2)):
        return 0
    for at in range(1, len(argv), 2):
        _store(db, argv[at], argv[at + 1])
    return 1


# GET


@command("get")
def get(session: Session, argv: Sequence[bytes]) -> Reply:
    """GET key."""
    value = session.db.lookup(argv[1])
    if value is None or type(value) is bytes:
        return value
    if isinstance(value, (int, Sds)):
        return text_of(value)
    raise ReplyError(errors.WRONG_TYPE)


@command("mget")
def mget(session: Session, argv: Sequence[bytes]) -> Reply:
    """MGET key [key …]: null where there is no string."""
    replies: list[bytes | None] = []
    for key in argv[1:]:
        value = session.db.lookup(key)
        replies.append(text_of(value) if isinstance(value, (bytes, int, Sds)) else None)
    return replies


@command("getdel")
def getdel(session: Session, argv: Sequence[bytes]) -> Reply:
    """GETDEL key."""
    db, key = session.db, argv[1]
    value = db.read_string(key)
    if value is None:
        return None
    db.delete(key)
    db.changed(key, "del")
    session.engine.propagation.instead(b"DEL", key)
    return text_of(value)


@command("getex")
def getex(session: Session, argv: Sequence[bytes]) -> Reply:
    """GETEX key [EX s|PX ms|EXAT s|PXAT ms|PERSIST]."""
    db, key = session.db, argv[1]
    found = options(argv, 2, _GETEX_OPTIONS)
    value = db.read_string(key)
    if value is None:
        return None
    for option in _TIMES:
        if option in found:
            when = _deadline(session, "getex", option, found[option])
            propagation = session.engine.propagation
            if option in (b"exat", b"pxat") and when <= session.engine.now_ms:
                db.delete(key)
                db.changed(key, "del")
                propagation.instead(db.removal, key)
            else:
                db.set_expiry(key, when)
                db.changed(key, "expire")
                propagation.instead(b"PEXPIREAT", key, b"%d" % when)
    if b"persist" in found and db.persist(key):
        db.changed(key, "persist")
        session.engine.propagation.instead(b"PERSIST", key)
    return text_of(value)


@command("strlen")
def strlen(session: Session, argv: Sequence[bytes]) -> Reply:
    """STRLEN key: bytes, not characters."""
    value = session.db.read_string(argv[1])
    if value is None:
        return 0
    return len(b"%d" % value) if isinstance(value, int) else len(value)


@command("substr")
@command("getrange")
def getrange(session: Session, argv: Sequence[bytes]) -> Reply:
    """GETRANGE key start end: both ends belong to it, negative ones count from the end."""
    start, end = integer(argv[2]), integer(argv[3])
    value = session.db.read_string(argv[1])
    if value is None or (start < 0 and end < 0 and start > end):
        return b""
    text: bytes | bytearray = value.data if isinstance(value, Sds) else text_of(value)
    length = len(text)
    if start < 0:
        start = max(start + length, 0)
    if end < 0:
        end = max(end + length, 0)
    return bytes(text[start : end + 1])


# editing in place


def _check_length(session: Session, total: int) -> None:
    if total > min(session.engine.config.proto_max_bulk_len, INT64_MAX):
        raise ReplyError(errors.STRING_TOO_LONG)


def editable(db: Database, key: bytes, value: String) -> Sds:
    """The raw string that stands under ``key`` from now on, to be written into.

    One that EXEC's queue holds too is not edited but copied (redis 7.0, db.c:
    dbUnshareStringValue), and a copy keeps the spare room that SET would have cut off.
    """
    encoding = encoding_of(value)
    allocator = db.engine.config.allocator
    if type(value) is bytes and encoding == "raw" and db.engine.is_queued(value):
        sds = Sds.fresh(value, allocator)
    else:
        sds = Sds.from_value(value, allocator)
    if sds is not value:
        db.set(key, sds, keep_ttl=True)
    if encoding != "raw":
        announce(db, key, encoding, "raw", "append")
    return sds


@command("append")
def append(session: Session, argv: Sequence[bytes]) -> Reply:
    """APPEND key value: the new length."""
    db, key, added = session.db, argv[1], argv[2]
    value = db.write_string(key)
    if value is None:
        db.set(key, added)
        db.changed(key, "append")
        return len(added)
    old = len(b"%d" % value) if isinstance(value, int) else len(value)
    _check_length(session, old + len(added))
    sds = editable(db, key, value)
    sds.append(added, session.engine.config.allocator)
    db.changed(key, "append")
    return len(sds)


@command("setrange")
def setrange(session: Session, argv: Sequence[bytes]) -> Reply:
    """SETRANGE key offset value: the new length; a gap is filled with zero bytes."""
    db, key, added = session.db, argv[1], argv[3]
    offset = integer(argv[2])
    if offset < 0:
        raise ReplyError(errors.OFFSET_OUT_OF_RANGE)
    value = db.write_string(key)
    if not added:
        return 0 if value is None else len(text_of(value))
    _check_length(session, offset + len(added))
    allocator = session.engine.config.allocator
    if value is None:
        sds = Sds.fresh(bytes(offset) + added, allocator)
        db.set(key, sds)
    else:
        sds = editable(db, key, value)
        sds.write_at(offset, added, allocator)
    db.changed(key, "setrange")
    return len(sds)


# counting


def _add(session: Session, key: bytes, increment: int) -> int:
    """What INCR, DECR, INCRBY and DECRBY share."""
    db = session.db
    value = db.lookup_write(key)
    if type(value) is int and INT64_MIN <= (number := value + increment) <= INT64_MAX:
        db.keys.data[key] = number
        db.changed(key, "incrby")
        return number
    if value is None:
        number = 0
    elif isinstance(value, int):
        number = value
    elif isinstance(value, (bytes, Sds)):
        number = integer(text_of(value))
    else:
        raise ReplyError(errors.WRONG_TYPE)
    number += increment
    if not INT64_MIN <= number <= INT64_MAX:
        raise ReplyError(errors.OVERFLOW)
    if isinstance(value, (bytes, Sds)):
        announce_string(db, key, value, number)
    db.set(key, number, True)
    db.changed(key, "incrby")
    return number


@command("incr")
def incr(session: Session, argv: Sequence[bytes]) -> Reply:
    """INCR key."""
    return _add(session, argv[1], 1)


@command("decr")
def decr(session: Session, argv: Sequence[bytes]) -> Reply:
    """DECR key."""
    return _add(session, argv[1], -1)


@command("incrby")
def incrby(session: Session, argv: Sequence[bytes]) -> Reply:
    """INCRBY key increment."""
    return _add(session, argv[1], integer(argv[2]))


@command("decrby")
def decrby(session: Session, argv: Sequence[bytes]) -> Reply:
    """DECRBY key decrement."""
    decrement = integer(argv[2])
    if decrement == INT64_MIN:
        raise ReplyError(errors.DECREMENT_OVERFLOW)
    return _add(session, argv[1], -decrement)


@command("incrbyfloat")
def incrbyfloat(session: Session, argv: Sequence[bytes]) -> Reply:
    """INCRBYFLOAT key increment: the new value as text, which is never an int again."""
    db, key = session.db, argv[1]
    value = db.write_string(key)
    number = long_double(b"0" if value is None else text_of(value))
    total = number + long_double(argv[2])
    if total is None:
        raise ReplyError(errors.NAN_OR_INFINITY)
    text = bytes(total)
    if len(text) > EMBSTR_LIMIT:
        new = Sds.fresh(text, db.engine.config.allocator)
    else:
        new = Sds.embstr(text)
    if value is not None:
        announce_string(db, key, value, new)
    db.set(key, new, True)
    db.changed(key, "incrbyfloat")
    db.engine.propagation.instead(b"SET", key, text, b"KEEPTTL")
    return text
