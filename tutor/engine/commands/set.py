"""Sets: adding, removing, asking, moving and picking at random (redis 7.0, t_set.c).

What combines several sets stands in `set_algebra`.
"""

from __future__ import annotations

from collections.abc import Sequence

from tutor.engine import errors
from tutor.engine.arguments import INT64_MAX, positive, ranged
from tutor.engine.conversions import announce, new_set, set_add
from tutor.engine.registry import command
from tutor.engine.replies import Reply, ReplyError, SetReply
from tutor.engine.session import Session
from tutor.engine.structures.sds import parse_integer
from tutor.engine.values import Set

_REBUILD_FACTOR = 5
"""SPOP builds a new set of what remains when that is less than a fifth of what goes."""

_SUBTRACT_FACTOR = 3
"""SRANDMEMBER samples the whole set when more than a third of it is wanted."""


def contains(value: Set, member: bytes) -> bool:
    """Whether ``member`` is in the set."""
    ints = value.ints
    if ints is not None:
        number = parse_integer(member)
        return number is not None and number in ints
    table = value.table
    assert table is not None
    if table.rehashidx >= 0:
        table.step()
    if table.trace is not None:
        table.tell_search(member)
    return member in table.data


def discard(value: Set, member: bytes) -> bool:
    """Remove ``member``; False if it is not there. The encoding stays."""
    ints = value.ints
    if ints is not None:
        number = parse_integer(member)
        return number is not None and ints.discard(number)
    table = value.table
    assert table is not None
    if not table.discard(member):
        return False
    table.shrink_if_needed()
    return True


def random_member(session: Session, value: Set) -> bytes:
    """One member, picked by the engine's randomness."""
    generator = session.engine.random
    if value.ints is not None:
        values = value.ints.values
        return b"%d" % values[generator.randrange(len(values))]
    assert value.table is not None
    member = value.table.random_key(generator)
    assert member is not None
    return member


# adding and removing


@command("sadd")
def sadd(session: Session, argv: Sequence[bytes]) -> Reply:
    """SADD key member [member …]: how many are new."""
    db, key = session.db, argv[1]
    value = db.write(key, Set)
    if value is None:
        value = new_set(db, argv[2])
        db.set(key, value)
    if len(argv) == 3:
        added = 1 if set_add(db, key, value, argv[2]) else 0
    else:
        added = 0
        for member in argv[2:]:
            if set_add(db, key, value, member):
                added += 1
    if added:
        db.changed(key, "sadd", added)
    return added


@command("srem")
def srem(session: Session, argv: Sequence[bytes]) -> Reply:
    """SREM key member [member …]: how many went."""
    db, key = session.db, argv[1]
    value = db.write(key, Set)
    if value is None:
        return 0
    removed = 0
    for member in argv[2:]:
        if discard(value, member):
            removed += 1
            if not len(value):
                break
    if removed:
        db.changed(key, "srem", removed)
        db.delete_if_empty(key, len(value))
    return removed


@command("smove")
def smove(session: Session, argv: Sequence[bytes]) -> Reply:
    """SMOVE source destination member: 1 if it was moved."""
    db, source, target, member = session.db, argv[1], argv[2], argv[3]
    value = db.lookup_write(source)
    other = db.lookup_write(target)
    if value is None:
        return 0
    if not isinstance(value, Set) or not (other is None or isinstance(other, Set)):
        raise ReplyError(errors.WRONG_TYPE)
    if value is other:
        return int(contains(value, member))
    if not discard(value, member):
        return 0
    db.changed(source, "srem")
    db.delete_if_empty(source, len(value))
    if other is None:
        other = new_set(db, member)
        db.set(target, other)
    if set_add(db, target, other, member):
        db.changed(target, "sadd")
    return 1


# asking


@command("scard")
def scard(session: Session, argv: Sequence[bytes]) -> Reply:
    """SCARD key."""
    value = session.db.read(argv[1], Set)
    return 0 if value is None else len(value)


@command("sismember")
def sismember(session: Session, argv: Sequence[bytes]) -> Reply:
    """SISMEMBER key member: 1 or 0."""
    value = session.db.read(argv[1], Set)
    return int(value is not None and contains(value, argv[2]))


@command("smismember")
def smismember(session: Session, argv: Sequence[bytes]) -> Reply:
    """SMISMEMBER key member [member …]: 1 or 0 for each."""
    value = session.db.read(argv[1], Set)
    if value is None:
        return [0] * (len(argv) - 2)
    return [int(contains(value, member)) for member in argv[2:]]


@command("smembers")
def smembers(session: Session, argv: Sequence[bytes]) -> Reply:
    """SMEMBERS key."""
    value = session.db.read(argv[1], Set)
    return SetReply() if value is None else SetReply(value.members())


# picking at random


@command("spop")
def spop(session: Session, argv: Sequence[bytes]) -> Reply:
    """SPOP key [count]: random members, removed."""
    if len(argv) > 3:
        raise ReplyError(errors.SYNTAX)
    count = positive(argv[2]) if len(argv) == 3 else None
    db, key = session.db, argv[1]
    value = db.write(key, Set)
    if value is None:
        return None if count is None else SetReply()
    if count is None:
        member = random_member(session, value)
        discard(value, member)
        db.changed(key, "spop")
        session.engine.propagation.instead(b"SREM", key, member)
        db.delete_if_empty(key, len(value))
        return member
    if count == 0:
        return SetReply()
    if count >= len(value):
        taken = SetReply(value.members())
        db.changed(key, "spop", len(taken))
        db.delete_if_empty(key, 0)
        session.engine.propagation.instead(b"DEL", key)
        return taken
    remaining = len(value) - count
    if remaining * _REBUILD_FACTOR > count:
        taken = SetReply()
        for _ in range(count):
            member = random_member(session, value)
            discard(value, member)
            taken.append(member)
    else:
        taken = _replace_by_rest(session, key, value, remaining)
    db.changed(key, "spop", count)
    for member in taken:
        session.engine.propagation.instead(b"SREM", key, member)
    return taken


def _replace_by_rest(session: Session, key: bytes, value: Set, remaining: int) -> SetReply:
    """Move a few random members to a new set, which takes the key; the others."""
    db = session.db
    before = value.encoding
    rest: Set | None = None
    for _ in range(remaining):
        member = random_member(session, value)
        if rest is None:
            rest = new_set(db, member)
        set_add(db, None, rest, member)
        discard(value, member)
    assert rest is not None
    taken = SetReply(value.members())
    db.set(key, rest, keep_ttl=True)
    if rest.encoding != before:
        announce(db, key, before, rest.encoding, "store")
    return taken


@command("srandmember")
def srandmember(session: Session, argv: Sequence[bytes]) -> Reply:
    """SRANDMEMBER key [count]: random members; a negative count may repeat them."""
    if len(argv) > 3:
        raise ReplyError(errors.SYNTAX)
    count = ranged(argv[2], -INT64_MAX, INT64_MAX) if len(argv) == 3 else None
    value = session.db.read(argv[1], Set)
    if value is None:
        return None if count is None else []
    if count is None:
        return random_member(session, value)
    if count <= 1:
        repeats = count if count == 1 else -count
        return [random_member(session, value) for _ in range(repeats)]
    if count >= len(value):
        return list(value.members())
    if count * _SUBTRACT_FACTOR > len(value):
        members = value.members() if value.ints is not None else value.table.data  # type: ignore[union-attr]
        return session.engine.random.sample(list(members), count)
    picked: dict[bytes, None] = {}
    while len(picked) < count:
        picked[random_member(session, value)] = None
    return list(picked)
