"""Hashes (redis 7.0, t_hash.c). When a hash grows into a table is decided in `conversions`."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from tutor.engine import errors
from tutor.engine.arguments import (
    INT64_MAX,
    INT64_MIN,
    integer,
    long_double,
    parse_integer,
    parse_long_double,
    ranged,
)
from tutor.engine.conversions import hash_admit, hash_set
from tutor.engine.database import Database
from tutor.engine.registry import command
from tutor.engine.replies import OK, Pairs, Reply, ReplyError
from tutor.engine.session import Session
from tutor.engine.values import Hash

_FEW = 3
"""A positive count above a third of the hash is met by leaving fields out, not by picking them."""


def _created(db: Database, key: bytes) -> Hash:
    value = Hash()
    db.set(key, value)
    return value


def _write(db: Database, key: bytes) -> Hash:
    """The hash to be written to, created if there is none."""
    value = db.write(key, Hash)
    return _created(db, key) if value is None else value


# writing


@command("hset")
def hset(session: Session, argv: Sequence[bytes]) -> Reply:
    """HSET key field value [field value …]: how many fields are new."""
    if len(argv) == 4:
        db, key = session.db, argv[1]
        value = db.write(key, Hash)
        if value is None:
            value = _created(db, key)
        new = hash_set(db, key, value, argv[2], argv[3])
        db.changed(key, "hset")
        return 1 if new else 0
    if len(argv) % 2:
        raise ReplyError(errors.wrong_arity("hset"))
    return _set_all(session, argv)


@command("hmset")
def hmset(session: Session, argv: Sequence[bytes]) -> Reply:
    """HMSET key field value [field value …]."""
    if len(argv) % 2:
        raise ReplyError(errors.wrong_arity("hmset"))
    _set_all(session, argv)
    return OK


def _set_all(session: Session, argv: Sequence[bytes]) -> int:
    db, key = session.db, argv[1]
    value = db.write(key, Hash)
    if value is None:
        value = _created(db, key)
    hash_admit(db, key, value, argv[2:])
    new = 0
    for at in range(2, len(argv), 2):
        new += hash_set(db, key, value, argv[at], argv[at + 1])
    db.changed(key, "hset", len(argv) // 2 - 1)
    return new


@command("hsetnx")
def hsetnx(session: Session, argv: Sequence[bytes]) -> Reply:
    """HSETNX key field value: 1 if it was stored."""
    db, key, field = session.db, argv[1], argv[2]
    value = _write(db, key)
    if value.get(field) is not None:
        return 0
    hash_set(db, key, value, field, argv[3])
    db.changed(key, "hset")
    return 1


@command("hdel")
def hdel(session: Session, argv: Sequence[bytes]) -> Reply:
    """HDEL key field [field …]: how many went."""
    db, key = session.db, argv[1]
    value = db.write(key, Hash)
    if value is None:
        return 0
    deleted = 0
    for field in argv[2:]:
        if value.delete(field):
            deleted += 1
            if not value.fields:
                break
    if deleted:
        db.changed(key, "hdel", deleted)
        db.delete_if_empty(key, len(value.fields))
    return deleted


@command("hincrby")
def hincrby(session: Session, argv: Sequence[bytes]) -> Reply:
    """HINCRBY key field increment."""
    db, key, field = session.db, argv[1], argv[2]
    increment = integer(argv[3])
    value = _write(db, key)
    old = value.get(field)
    number = 0 if old is None else parse_integer(old)
    if number is None:
        raise ReplyError(errors.HASH_NOT_INTEGER)
    number += increment
    if not INT64_MIN <= number <= INT64_MAX:
        raise ReplyError(errors.OVERFLOW)
    hash_set(db, key, value, field, b"%d" % number)
    db.changed(key, "hincrby")
    return number


@command("hincrbyfloat")
def hincrbyfloat(session: Session, argv: Sequence[bytes]) -> Reply:
    """HINCRBYFLOAT key field increment: the new value as text."""
    db, key, field = session.db, argv[1], argv[2]
    increment = long_double(argv[3])
    if increment.infinite:
        raise ReplyError(errors.INCREMENT_NOT_FINITE)
    value = _write(db, key)
    old = value.get(field)
    number = parse_long_double(b"0" if old is None else old)
    if number is None:
        raise ReplyError(errors.HASH_NOT_FLOAT)
    total = number + increment
    if total is None:
        raise ReplyError(errors.NAN_OR_INFINITY)
    text = bytes(total)
    hash_set(db, key, value, field, text)
    db.changed(key, "hincrbyfloat")
    db.engine.propagation.instead(b"HSET", key, field, text)
    return text


# reading


@command("hget")
def hget(session: Session, argv: Sequence[bytes]) -> Reply:
    """HGET key field."""
    value = session.db.read(argv[1], Hash)
    return None if value is None else value.get(argv[2])


@command("hmget")
def hmget(session: Session, argv: Sequence[bytes]) -> Reply:
    """HMGET key field [field …]."""
    value = session.db.read(argv[1], Hash)
    if value is None:
        return [None] * (len(argv) - 2)
    return [value.get(field) for field in argv[2:]]


@command("hgetall")
def hgetall(session: Session, argv: Sequence[bytes]) -> Reply:
    """HGETALL key: fields with values."""
    value = session.db.read(argv[1], Hash)
    return {} if value is None else dict(value.items())


@command("hkeys")
def hkeys(session: Session, argv: Sequence[bytes]) -> Reply:
    """HKEYS key: the fields."""
    value = session.db.read(argv[1], Hash)
    return [] if value is None else [field for field, _ in value.items()]


@command("hvals")
def hvals(session: Session, argv: Sequence[bytes]) -> Reply:
    """HVALS key: the values."""
    value = session.db.read(argv[1], Hash)
    return [] if value is None else [text for _, text in value.items()]


@command("hlen")
def hlen(session: Session, argv: Sequence[bytes]) -> Reply:
    """HLEN key."""
    value = session.db.read(argv[1], Hash)
    return 0 if value is None else len(value.fields)


@command("hexists")
def hexists(session: Session, argv: Sequence[bytes]) -> Reply:
    """HEXISTS key field: 1 or 0."""
    value = session.db.read(argv[1], Hash)
    return int(value is not None and value.get(argv[2]) is not None)


@command("hstrlen")
def hstrlen(session: Session, argv: Sequence[bytes]) -> Reply:
    """HSTRLEN key field: bytes of the value."""
    value = session.db.read(argv[1], Hash)
    return 0 if value is None else len(value.get(argv[2]) or b"")


@command("hrandfield")
def hrandfield(session: Session, argv: Sequence[bytes]) -> Reply:
    """HRANDFIELD key [count [WITHVALUES]]: a negative count allows repeats."""
    random = session.engine.random
    if len(argv) == 2:
        value = session.db.read(argv[1], Hash)
        return None if value is None else _pick(value, random)
    count = ranged(argv[2], -INT64_MAX, INT64_MAX)
    if len(argv) > 4 or (len(argv) == 4 and argv[3].lower() != b"withvalues"):
        raise ReplyError(errors.SYNTAX)
    if len(argv) == 4 and abs(count) > INT64_MAX // 2:
        raise ReplyError(errors.OUT_OF_RANGE)
    value = session.db.read(argv[1], Hash)
    if value is None or count == 0:
        return []
    if count < 0:
        fields = _pick_repeatedly(value, -count, random)
    elif count >= len(value):
        fields = [field for field, _ in value.items()]
    else:
        fields = _pick_some(value, count, random)
    if len(argv) == 3:
        return fields
    return Pairs((field, value.fields[field]) for field in fields)


def _pick(value: Hash, random: Random) -> bytes:
    """One field: any of a listpack with equal chance, of a table from a sample of buckets."""
    if value.table is None:
        fields = list(value.fields)
        return fields[random.getrandbits(32) % len(fields)]
    field = value.table.random_key(random)
    assert field is not None
    return field


def _pick_repeatedly(value: Hash, count: int, random: Random) -> list[bytes]:
    if value.table is not None:
        return [_pick(value, random) for _ in range(count)]
    fields = list(value.fields)
    return [fields[random.getrandbits(32) % len(fields)] for _ in range(count)]


def _pick_some(value: Hash, count: int, random: Random) -> list[bytes]:
    """Different fields, fewer than there are. A listpack keeps their order."""
    everything = [field for field, _ in value.items()]
    if value.table is None:
        places = list(range(len(everything)))
        for at in range(count):  # the first steps of a shuffle
            other = at + random.getrandbits(64) % (len(places) - at)
            places[at], places[other] = places[other], places[at]
        return [everything[place] for place in sorted(places[:count])]
    if count * _FEW > len(everything):
        left = dict.fromkeys(everything)
        while len(left) > count:
            left.pop(_pick(value, random), None)
        return list(left)
    chosen: dict[bytes, None] = {}
    while len(chosen) < count:
        chosen[_pick(value, random)] = None
    return list(chosen)
