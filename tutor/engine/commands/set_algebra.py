"""Sets combined: SINTER, SUNION, SDIFF, their STORE forms and SINTERCARD (redis 7.0, t_set.c).

The results of the STORE forms are built as Redis builds them, since the way shows in the encoding
and the table sizes: from an empty intset, member by member.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from tutor.engine import errors
from tutor.engine.arguments import INT64_MAX, Option, options, positive, ranged
from tutor.engine.commands.set import contains, discard
from tutor.engine.conversions import set_add
from tutor.engine.registry import command
from tutor.engine.replies import Reply, ReplyError, SetReply
from tutor.engine.session import Session
from tutor.engine.structures.intset import Intset
from tutor.engine.structures.sds import parse_integer
from tutor.engine.values import Set


def _sets(session: Session, keys: Sequence[bytes]) -> list[Set | None]:
    return [session.db.read(key, Set) for key in keys]


def _contents(value: Set) -> Collection[bytes]:
    """The members, in no particular order when they lie in a table."""
    if value.ints is not None:
        return [b"%d" % number for number in value.ints.values]
    assert value.table is not None
    return value.table.data


def _ordered(session: Session, members: Collection[bytes]) -> SetReply:
    """Members as a set built from an intset would list them: small integers ascending."""
    if len(members) > session.engine.config.set_max_intset_entries:
        return SetReply(members)
    numbers = [number for member in members if (number := parse_integer(member)) is not None]
    if len(numbers) < len(members):
        return SetReply(members)
    return SetReply(b"%d" % number for number in sorted(numbers))


# intersection


def _common(sets: list[Set | None]) -> Iterable[bytes]:
    """The members of the smallest set that all others have too."""
    if None in sets:
        return
    ranked: list[Set] = sorted(sets, key=len)  # type: ignore[arg-type]
    first, others = ranked[0], ranked[1:]
    for member in _contents(first):
        for other in others:
            if other is not first and not contains(other, member):
                break
        else:
            yield member


@command("sinter")
def sinter(session: Session, argv: Sequence[bytes]) -> Reply:
    """SINTER key [key …]."""
    return SetReply(_common(_sets(session, argv[1:])))


@command("sinterstore")
def sinterstore(session: Session, argv: Sequence[bytes]) -> Reply:
    """SINTERSTORE destination key [key …]: the size of the result."""
    sets = _sets(session, argv[2:])
    result = Set(ints=Intset())
    for member in _common(sets):
        set_add(session.db, argv[1], result, member)
    return session.db.store_result(argv[1], result, "sinterstore")


_LIMIT = {b"limit": Option((lambda word: positive(word, errors.LIMIT_NEGATIVE),))}


@command("sintercard")
def sintercard(session: Session, argv: Sequence[bytes]) -> Reply:
    """SINTERCARD numkeys key [key …] [LIMIT limit]."""
    count = ranged(argv[1], 1, INT64_MAX, errors.NUMKEYS_NOT_POSITIVE)
    if count > len(argv) - 2:
        raise ReplyError(errors.TOO_MANY_KEYS)
    limit = options(argv, 2 + count, _LIMIT).get(b"limit", 0)
    found = 0
    for _ in _common(_sets(session, argv[2 : 2 + count])):
        found += 1
        if found == limit:
            break
    return found


# union


@command("sunion")
def sunion(session: Session, argv: Sequence[bytes]) -> Reply:
    """SUNION key [key …]."""
    members: dict[bytes, None] = {}
    for value in _sets(session, argv[1:]):
        if value is not None:
            members.update(dict.fromkeys(_contents(value)))
    return _ordered(session, members)


@command("sunionstore")
def sunionstore(session: Session, argv: Sequence[bytes]) -> Reply:
    """SUNIONSTORE destination key [key …]: the size of the result."""
    result = Set(ints=Intset())
    for value in _sets(session, argv[2:]):
        if value is not None:
            for member in _contents(value):
                set_add(session.db, argv[1], result, member)
    return session.db.store_result(argv[1], result, "sunionstore")


# difference


def _difference(session: Session, key: bytes | None, keys: Sequence[bytes]) -> Set:
    """The members of the first set that no other has, by the cheaper of Redis's two ways.

    Either each member of the first is looked for in the others, the largest first; or the others
    are taken from a copy of the first, one after the other.
    """
    db = session.db
    sets = _sets(session, keys)
    first, others = sets[0], [value for value in sets[1:] if value is not None]
    result = Set(ints=Intset())
    if first is None or any(other is first for other in others):
        return result
    by_lookup = len(first) * (1 + len(others)) // 2
    if by_lookup <= len(first) + sum(map(len, others)):
        others.sort(key=len, reverse=True)
        for member in _contents(first):
            if not any(contains(other, member) for other in others):
                set_add(db, key, result, member)
        return result
    for member in _contents(first):
        set_add(db, key, result, member)
    for other in others:
        for member in _contents(other):
            discard(result, member)
        if not len(result):
            break
    return result


@command("sdiff")
def sdiff(session: Session, argv: Sequence[bytes]) -> Reply:
    """SDIFF key [key …]."""
    return SetReply(_contents(_difference(session, None, argv[1:])))


@command("sdiffstore")
def sdiffstore(session: Session, argv: Sequence[bytes]) -> Reply:
    """SDIFFSTORE destination key [key …]: the size of the result."""
    result = _difference(session, argv[1], argv[2:])
    return session.db.store_result(argv[1], result, "sdiffstore")
