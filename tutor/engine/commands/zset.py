"""Sorted sets: adding, scores, ranks, popping and picking at random (redis 7.0, t_zset.c).

Ranges stand in `zset_ranges`, what combines several sets in `zset_store`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from tutor.engine import errors
from tutor.engine.arguments import INT64_MAX, number, parse_number, positive, ranged
from tutor.engine.commands.list import pop_options
from tutor.engine.conversions import new_zset, zset_add
from tutor.engine.database import Database
from tutor.engine.registry import command
from tutor.engine.replies import NULL_ARRAY, Pairs, Reply, ReplyError
from tutor.engine.session import Session
from tutor.engine.values import Zset

# adding

_NX, _XX, _CH, _INCR, _GT, _LT = 1, 2, 4, 8, 16, 32
_FLAGS = {b"nx": _NX, b"xx": _XX, b"ch": _CH, b"incr": _INCR, b"gt": _GT, b"lt": _LT}


@command("zadd")
def zadd(session: Session, argv: Sequence[bytes]) -> Reply:
    """ZADD key [NX|XX] [GT|LT] [CH] [INCR] score member [score member …]."""
    if len(argv) == 4:
        score = parse_number(argv[2])
        if score is not None:
            return _add_one(session.db, argv[1], score, argv[3])
    return _add(session, argv, 0)


def _add_one(db: Database, key: bytes, score: float, member: bytes) -> int:
    """ZADD of one member without options: the form in which it is called all the time."""
    value = db.write(key, Zset)
    if value is None:
        value = new_zset(db, member)
        db.set(key, value)
    current = value.score(member)
    if current is None:
        if value.skiplist is None:
            zset_add(db, key, value, member, score)
        else:
            value.add(member, score, db.engine.random.random)
        db.changed(key, "zadd")
        return 1
    if score != current:
        value.update(member, current, score, db.engine.random.random)
        db.changed(key, "zadd")
    return 0


@command("zincrby")
def zincrby(session: Session, argv: Sequence[bytes]) -> Reply:
    """ZINCRBY key increment member: the new score."""
    return _add(session, argv, _INCR)


def _add(session: Session, argv: Sequence[bytes], flags: int) -> Reply:
    at, end = 2, len(argv)
    while at < end:
        flag = _FLAGS.get(argv[at].lower())
        if flag is None:
            break
        flags |= flag
        at += 1
    if at == end or (end - at) % 2:
        raise ReplyError(errors.SYNTAX)
    if flags:
        _check_flags(flags, end - at)
    scores = [number(word) for word in argv[at::2]]
    db, key = session.db, argv[1]
    value = db.write(key, Zset)
    if value is None:
        if flags & _XX:
            return None if flags & _INCR else 0
        value = new_zset(db, argv[at + 1])
        db.set(key, value)
    return _add_all(db, key, value, scores, argv[at + 1 :: 2], flags)


def _check_flags(flags: int, words: int) -> None:
    if flags & _NX and flags & _XX:
        raise ReplyError(errors.ZADD_NX_XX)
    if (flags & (_GT | _LT | _NX)).bit_count() > 1:
        raise ReplyError(errors.ZADD_GT_LT_NX)
    if flags & _INCR and words > 2:
        raise ReplyError(errors.ZADD_INCR)


def _add_all(
    db: Database,
    key: bytes,
    value: Zset,
    scores: list[float],
    members: Sequence[bytes],
    flags: int,
) -> Reply:
    added = updated = 0
    result: float | None = None
    for score, member in zip(scores, members, strict=True):
        current = value.score(member)
        if current is None:
            if not flags & _XX:
                zset_add(db, key, value, member, score)
                added += 1
                result = score
            continue
        if flags & _NX:
            continue
        if flags & _INCR:
            score = _incremented(current, score)
        if (flags & _LT and score >= current) or (flags & _GT and score <= current):
            continue
        result = score
        if score != current:
            value.update(member, current, score, db.engine.random.random)
            updated += 1
    if added or updated:
        db.changed(key, "zincr" if flags & _INCR else "zadd", added + updated)
    if flags & _INCR:
        return result
    return added + updated if flags & _CH else added


def _incremented(score: float, by: float) -> float:
    total = score + by
    if total != total:
        raise ReplyError(errors.SCORE_NAN)
    return total


@command("zrem")
def zrem(session: Session, argv: Sequence[bytes]) -> Reply:
    """ZREM key member [member …]: how many went."""
    db, key = session.db, argv[1]
    value = db.write(key, Zset)
    if value is None:
        return 0
    removed = 0
    for member in argv[2:]:
        if value.remove(member):
            removed += 1
            if not value.scores:
                break
    if removed:
        db.changed(key, "zrem", removed)
        db.delete_if_empty(key, len(value.scores))
    return removed


# asking


@command("zcard")
def zcard(session: Session, argv: Sequence[bytes]) -> Reply:
    """ZCARD key."""
    value = session.db.read(argv[1], Zset)
    return 0 if value is None else len(value.scores)


@command("zscore")
def zscore(session: Session, argv: Sequence[bytes]) -> Reply:
    """ZSCORE key member."""
    value = session.db.read(argv[1], Zset)
    return None if value is None else value.score(argv[2])


@command("zmscore")
def zmscore(session: Session, argv: Sequence[bytes]) -> Reply:
    """ZMSCORE key member [member …]."""
    value = session.db.read(argv[1], Zset)
    if value is None:
        return [None] * (len(argv) - 2)
    return [value.score(member) for member in argv[2:]]


def _rank(session: Session, argv: Sequence[bytes]) -> tuple[int, int] | None:
    """Rank of a member and length of the sorted set."""
    value = session.db.read(argv[1], Zset)
    if value is None:
        return None
    member = argv[2]
    score = value.score(member)
    if score is None:
        return None
    skiplist = value.skiplist
    if skiplist is None:
        return bisect_left(value.ordered, (score, member)), len(value.ordered)
    rank = skiplist.rank(score, member)
    assert rank is not None
    return rank, skiplist.length


@command("zrank")
def zrank(session: Session, argv: Sequence[bytes]) -> Reply:
    """ZRANK key member: 0 is the lowest score."""
    found = _rank(session, argv)
    return None if found is None else found[0]


@command("zrevrank")
def zrevrank(session: Session, argv: Sequence[bytes]) -> Reply:
    """ZREVRANK key member: 0 is the highest score."""
    found = _rank(session, argv)
    return None if found is None else found[1] - 1 - found[0]


# popping


def pop_pairs(db: Database, key: bytes, value: Zset, lowest: bool, count: int) -> Pairs:
    """Take up to ``count`` members with their scores from an end, the outermost first."""
    taken = Pairs()
    skiplist = value.skiplist
    for _ in range(min(count, len(value.scores))):
        if skiplist is None:
            score, member = value.ordered[0 if lowest else -1]
        else:
            node = skiplist.first if lowest else skiplist.tail
            assert node is not None
            score, member = node.score, node.member
        value.remove(member)
        taken.append((member, score))
    db.changed(key, "zpopmin" if lowest else "zpopmax", len(taken))
    db.delete_if_empty(key, len(value.scores))
    return taken


def _pop(session: Session, argv: Sequence[bytes], lowest: bool) -> Reply:
    if len(argv) > 3:
        raise ReplyError(errors.SYNTAX)
    count = positive(argv[2]) if len(argv) == 3 else None
    db, key = session.db, argv[1]
    value = db.write(key, Zset)
    if value is None or count == 0:
        return []
    taken = pop_pairs(db, key, value, lowest, 1 if count is None else count)
    return list(taken[0]) if count is None else taken


@command("zpopmin")
def zpopmin(session: Session, argv: Sequence[bytes]) -> Reply:
    """ZPOPMIN key [count]."""
    return _pop(session, argv, True)


@command("zpopmax")
def zpopmax(session: Session, argv: Sequence[bytes]) -> Reply:
    """ZPOPMAX key [count]."""
    return _pop(session, argv, False)


def pop_with_key(db: Database, key: bytes, value: Zset, lowest: bool, count: int) -> Reply:
    """What ZMPOP answers: the key and, nested in both protocols, members with scores."""
    taken = pop_pairs(db, key, value, lowest, count)
    name = b"ZPOPMIN" if lowest else b"ZPOPMAX"
    db.engine.propagation.instead(name, key, b"%d" % len(taken))
    return [key, [list(pair) for pair in taken]]


@command("zmpop")
def zmpop(session: Session, argv: Sequence[bytes]) -> Reply:
    """ZMPOP numkeys key [key …] MIN|MAX [COUNT count]: key and members with scores."""
    keys, lowest, count = pop_options(argv, 1, b"min", b"max")
    db = session.db
    for key in keys:
        value = db.write(key, Zset)
        if value is not None:
            return pop_with_key(db, key, value, lowest, count)
    return NULL_ARRAY


# picking at random


@command("zrandmember")
def zrandmember(session: Session, argv: Sequence[bytes]) -> Reply:
    """ZRANDMEMBER key [count [WITHSCORES]]; a negative count may repeat members."""
    count: int | None = None
    withscores = False
    if len(argv) > 2:
        count = ranged(argv[2], -INT64_MAX, INT64_MAX)
        if len(argv) > 4 or (len(argv) == 4 and argv[3].lower() != b"withscores"):
            raise ReplyError(errors.SYNTAX)
        withscores = len(argv) == 4
        if withscores and not -(INT64_MAX // 2) <= count <= INT64_MAX // 2:
            raise ReplyError(errors.OUT_OF_RANGE)
    value = session.db.read(argv[1], Zset)
    if value is None:
        return None if count is None else []
    if count is None:
        return _pairs_at(value, _ranks(session, len(value), -1))[0][0]
    pairs = _pairs_at(value, _ranks(session, len(value), count))
    return Pairs(pairs) if withscores else [member for member, _ in pairs]


def _ranks(session: Session, length: int, count: int) -> list[int]:
    """Random ranks: ``count`` different ones ascending, or -``count`` that may repeat."""
    generator = session.engine.random
    if count < 0:
        return [generator.randrange(length) for _ in range(-count)]
    return sorted(generator.sample(range(length), min(count, length)))


def _pairs_at(value: Zset, ranks: list[int]) -> list[tuple[bytes, float]]:
    """Members and scores at some ranks."""
    skiplist = value.skiplist
    if skiplist is None:
        return [value.ordered[rank][::-1] for rank in ranks]
    nodes = [skiplist.by_rank(rank) for rank in ranks]
    return [(node.member, node.score) for node in nodes if node is not None]
