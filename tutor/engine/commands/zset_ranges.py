"""Ranges of sorted sets, by rank, score or member: reading, counting, removing, storing.

Every range is first turned into ranks; from there on all kinds are alike (redis 7.0, t_zset.c).
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter

from tutor.engine import errors
from tutor.engine.arguments import integer
from tutor.engine.commands.list import clamp
from tutor.engine.conversions import big_zset, zset_add
from tutor.engine.registry import command
from tutor.engine.replies import Pairs, Reply, ReplyError
from tutor.engine.session import Session
from tutor.engine.structures.skiplist_range import LexEnd, LexRange, ScoreRange
from tutor.engine.values import Zset

# reading the ends

_DOUBLE = re.compile(
    rb"[ \t-\r]*[+-]?(?:inf(?:inity)?|(0x(?:[0-9a-f]+\.?[0-9a-f]*|\.[0-9a-f]+)(?:p[+-]?\d+)?)"
    rb"|(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)",
    re.IGNORECASE,
).fullmatch


def _score_end(word: bytes) -> tuple[float, bool]:
    """A score and whether ``(`` excludes it.

    Looser than elsewhere, as C's `strtod`: ends at a NUL, nothing is 0, too large is infinite.
    """
    exclusive = word.startswith(b"(")
    text = word[exclusive:].partition(b"\0")[0]
    if not text:
        return 0.0, exclusive
    match = _DOUBLE(text)
    if match is None:
        raise ReplyError(errors.RANGE_NOT_FLOAT)
    if match[1] is None:
        return float(text), exclusive
    try:
        return float.fromhex(text.decode("ascii")), exclusive
    except OverflowError:
        return math.copysign(math.inf, -1 if text.lstrip().startswith(b"-") else 1), exclusive


def score_range(low: bytes, high: bytes) -> ScoreRange:
    """The range of scores between two words such as ``1.5``, ``(3`` and ``+inf``."""
    (lowest, above), (highest, below) = _score_end(low), _score_end(high)
    return ScoreRange(lowest, highest, above, below)


def _lex_end(word: bytes) -> tuple[bytes | LexEnd, bool]:
    first, rest = word[:1], word[1:]
    if first in (b"[", b"("):
        return rest, first == b"("
    if first in (b"-", b"+") and rest[:1] in (b"", b"\0"):
        return LexEnd(first.decode()), True
    raise ReplyError(errors.RANGE_NOT_LEX)


def lex_range(low: bytes, high: bytes) -> LexRange:
    """The range of members between two words such as ``[a``, ``(b``, ``-`` and ``+``."""
    (lowest, above), (highest, below) = _lex_end(low), _lex_end(high)
    return LexRange(lowest, highest, above, below)


# from a range to ranks


def _score_ranks(value: Zset, span: ScoreRange) -> tuple[int, int]:
    """The half-open ranks of a range of scores."""
    skiplist = value.skiplist
    if skiplist is not None:
        first, last = skiplist.first_in_range(span), skiplist.last_in_range(span)
        if first is None or last is None:
            return 0, 0
        return skiplist.rank_of(first), skiplist.rank_of(last) + 1
    key = itemgetter(0)
    low = (bisect_right if span.low_exclusive else bisect_left)(value.ordered, span.low, key=key)
    high = (bisect_left if span.high_exclusive else bisect_right)(value.ordered, span.high, key=key)
    return (low, high) if low < high else (0, 0)


@dataclass(slots=True)
class _Element:
    member: bytes
    score: float = 0.0


def _lex_ranks(value: Zset, span: LexRange, reverse: bool = False) -> tuple[int, int]:
    """The half-open ranks of a range of members.

    Only equal scores make sense of it; a listpack of different ones is walked as Redis walks it.
    """
    skiplist = value.skiplist
    if skiplist is not None:
        first, last = skiplist.first_in_range(span), skiplist.last_in_range(span)
        if first is None or last is None:
            return 0, 0
        return skiplist.rank_of(first), skiplist.rank_of(last) + 1
    elements = [_Element(member) for _, member in value.ordered]
    if not elements or _is_empty(span):
        return 0, 0
    if not span.not_below(elements[-1]) or not span.not_above(elements[0]):
        return 0, 0
    count = len(elements)
    if not reverse:
        low = next((i for i in range(count) if span.not_below(elements[i])), count)
        high = next((i for i in range(low, count) if not span.not_above(elements[i])), count)
        return low, high
    high = next((i for i in range(count, 0, -1) if span.not_above(elements[i - 1])), 0)
    low = next((i for i in range(high, 0, -1) if not span.not_below(elements[i - 1])), 0)
    return low, high


def _ranks(value: Zset, span: ScoreRange | LexRange, reverse: bool = False) -> tuple[int, int]:
    """The half-open ranks of a range that is to be read or removed. A trace hears nothing of it:
    Redis does not look for both ends before it begins."""
    skiplist = value.skiplist
    if skiplist is not None and skiplist.trace is not None:
        with skiplist.unwatched():
            return _ranks(value, span, reverse)
    if isinstance(span, ScoreRange):
        return _score_ranks(value, span)
    return _lex_ranks(value, span, reverse)


def _is_empty(span: LexRange) -> bool:
    """A range that holds nothing whatever the members are."""
    low, high = span.low, span.high
    if low == high:
        return span.low_exclusive or span.high_exclusive
    if isinstance(low, LexEnd) or isinstance(high, LexEnd):
        return low is LexEnd.HIGHEST or high is LexEnd.LOWEST
    return low > high


def pairs(value: Zset, start: int, stop: int) -> Pairs:
    """Members and scores of the half-open ranks, ascending. O(log N + result)."""
    skiplist = value.skiplist
    if skiplist is None:
        return Pairs((member, score) for score, member in value.ordered[start:stop])
    found = Pairs()
    node = skiplist.by_rank(start) if start < stop else None
    for _ in range(stop - start):
        if node is None:
            break
        found.append((node.member, node.score))
        node = node.next
    return found


def _read_watched(
    value: Zset, start: int, stop: int, span: ScoreRange | LexRange | None, reverse: bool
) -> Pairs:
    """As `pairs`, telling the trace how Redis reads: it looks for the end where reading begins, and
    goes on from node to node (t_zset.c, genericZrangebyscoreCommand and its siblings)."""
    skiplist = value.skiplist
    assert skiplist is not None
    rank = stop - 1 if reverse else start
    if span is not None:
        (skiplist.last_in_range if reverse else skiplist.first_in_range)(span)
    elif 0 < rank < skiplist.length - reverse:
        skiplist.by_rank(rank)
    with skiplist.unwatched() as trace:
        node = skiplist.by_rank(rank) if start < stop else None
        found = pairs(value, start, stop)
    assert trace is not None
    for at in range(stop - start):
        assert node is not None
        trace("read", node=node, rank=rank - at if reverse else rank + at, reverse=reverse)
        node = node.backward if reverse else node.next
    return found


# ZRANGE and its kin

_RANK, _SCORE, _LEX = "rank", "score", "lex"


@dataclass(slots=True)
class _Query:
    """What a command of the ZRANGE family asks for."""

    kind: str
    reverse: bool
    withscores: bool = False
    offset: int = 0
    limit: int = -1


def _parse(
    argv: Sequence[bytes], at: int, kind: str | None, reverse: bool | None, store: bool = False
) -> _Query:
    """The options from word ``at`` on; a kind or direction that is given cannot be chosen."""
    query = _Query(kind or _RANK, bool(reverse))
    end = len(argv)
    while at < end:
        word = argv[at].lower()
        if word == b"withscores" and not store:
            query.withscores = True
        elif word == b"limit" and at + 2 < end:
            query.offset, query.limit = integer(argv[at + 1]), integer(argv[at + 2])
            at += 2
        elif word == b"rev" and reverse is None:
            query.reverse = reverse = True
        elif word in (b"bylex", b"byscore") and kind is None:
            query.kind = kind = _LEX if word == b"bylex" else _SCORE
        else:
            raise ReplyError(errors.SYNTAX)
        at += 1
    if query.limit != -1 and query.kind is _RANK:
        raise ReplyError(errors.RANGE_LIMIT)
    if query.withscores and query.kind is _LEX:
        raise ReplyError(errors.RANGE_WITHSCORES)
    return query


def _select(session: Session, key: bytes, low: bytes, high: bytes, query: _Query) -> Pairs | None:
    """Members and scores in the order asked for; None if there is no such key."""
    span: ScoreRange | LexRange | None = None
    if query.kind is _RANK:
        start, stop = integer(low), integer(high)
        value = session.db.read(key, Zset)
        if value is None:
            return None
        start, stop = clamp(start, stop, len(value))
        if query.reverse:
            start, stop = len(value) - stop, len(value) - start
    else:
        if query.reverse:
            low, high = high, low
        span = (score_range if query.kind is _SCORE else lex_range)(low, high)
        value = session.db.read(key, Zset)
        if value is None:
            return None
        start, stop = _limited(*_ranks(value, span, query.reverse), query)
    if value.skiplist is not None and value.skiplist.trace is not None:
        found = _read_watched(value, start, stop, span, query.reverse)
    else:
        found = pairs(value, start, stop)
    if query.reverse:
        found.reverse()
    return found


def _limited(start: int, stop: int, query: _Query) -> tuple[int, int]:
    """LIMIT applied to ranks, from the side where reading begins."""
    offset, limit = query.offset, query.limit
    if offset < 0 or offset >= stop - start:
        return 0, 0
    if limit < 0:
        limit = stop - start
    if query.reverse:
        stop -= offset
        return max(start, stop - limit), stop
    start += offset
    return start, min(stop, start + limit)


def _range(
    session: Session, argv: Sequence[bytes], kind: str | None, reverse: bool | None
) -> Reply:
    query = _parse(argv, 4, kind, reverse)
    found = _select(session, argv[1], argv[2], argv[3], query)
    if found is None:
        return []
    return found if query.withscores else [member for member, _ in found]


@command("zrange")
def zrange(session: Session, argv: Sequence[bytes]) -> Reply:
    """ZRANGE key start stop [BYSCORE|BYLEX] [REV] [LIMIT offset count] [WITHSCORES]."""
    return _range(session, argv, None, None)


@command("zrevrange")
def zrevrange(session: Session, argv: Sequence[bytes]) -> Reply:
    """ZREVRANGE key start stop [WITHSCORES]."""
    return _range(session, argv, _RANK, True)


@command("zrangebyscore")
def zrangebyscore(session: Session, argv: Sequence[bytes]) -> Reply:
    """ZRANGEBYSCORE key min max [WITHSCORES] [LIMIT offset count]."""
    return _range(session, argv, _SCORE, False)


@command("zrevrangebyscore")
def zrevrangebyscore(session: Session, argv: Sequence[bytes]) -> Reply:
    """ZREVRANGEBYSCORE key max min [WITHSCORES] [LIMIT offset count]."""
    return _range(session, argv, _SCORE, True)


@command("zrangebylex")
def zrangebylex(session: Session, argv: Sequence[bytes]) -> Reply:
    """ZRANGEBYLEX key min max [LIMIT offset count]."""
    return _range(session, argv, _LEX, False)


@command("zrevrangebylex")
def zrevrangebylex(session: Session, argv: Sequence[bytes]) -> Reply:
    """ZREVRANGEBYLEX key max min [LIMIT offset count]."""
    return _range(session, argv, _LEX, True)


@command("zrangestore")
def zrangestore(session: Session, argv: Sequence[bytes]) -> Reply:
    """ZRANGESTORE dst src min max [BYSCORE|BYLEX] [REV] [LIMIT offset count]."""
    query = _parse(argv, 5, None, None, store=True)
    found = _select(session, argv[2], argv[3], argv[4], query)
    db, key, engine = session.db, argv[1], session.engine
    result = Zset()
    # A range of ranks is known to be long before it is stored, the others are not.
    if query.kind is _RANK and len(found or ()) > engine.config.zset_max_listpack_entries:
        result = big_zset(engine)
    for member, score in found or ():
        zset_add(db, key, result, member, score)
    return db.store_result(key, result, "zrangestore")


# counting


@command("zcount")
def zcount(session: Session, argv: Sequence[bytes]) -> Reply:
    """ZCOUNT key min max, by score."""
    span = score_range(argv[2], argv[3])
    value = session.db.read(argv[1], Zset)
    if value is None:
        return 0
    start, stop = _score_ranks(value, span)
    return stop - start


@command("zlexcount")
def zlexcount(session: Session, argv: Sequence[bytes]) -> Reply:
    """ZLEXCOUNT key min max, by member."""
    span = lex_range(argv[2], argv[3])
    value = session.db.read(argv[1], Zset)
    if value is None:
        return 0
    start, stop = _lex_ranks(value, span)
    return stop - start


# removing


def _remove(
    session: Session,
    key: bytes,
    value: Zset,
    ranks: tuple[int, int],
    event: str,
    span: ScoreRange | LexRange | None = None,
) -> int:
    """Remove the half-open ranks; a table is asked once, at the end, whether it should shrink.
    ``span`` is the range that the ranks were found from: a trace is to see it searched for."""
    start, stop = ranks
    count = stop - start
    if count <= 0:
        return 0
    if value.skiplist is None:
        for _, member in value.ordered[start:stop]:
            del value.scores[member]
        del value.ordered[start:stop]
    else:
        assert value.table is not None
        if span is None or value.skiplist.trace is None:
            gone = value.skiplist.delete_ranks(start, stop)
        else:
            gone = value.skiplist.delete_range(span)
        for member in gone:
            value.table.discard(member)
        value.table.shrink_if_needed()
    session.db.changed(key, event, count)
    session.db.delete_if_empty(key, len(value))
    return count


@command("zremrangebyrank")
def zremrangebyrank(session: Session, argv: Sequence[bytes]) -> Reply:
    """ZREMRANGEBYRANK key start stop: how many went."""
    start, stop = integer(argv[2]), integer(argv[3])
    value = session.db.write(argv[1], Zset)
    if value is None:
        return 0
    start, stop = clamp(start, stop, len(value))
    return _remove(session, argv[1], value, (start, stop), "zremrangebyrank")


@command("zremrangebyscore")
def zremrangebyscore(session: Session, argv: Sequence[bytes]) -> Reply:
    """ZREMRANGEBYSCORE key min max: how many went."""
    span = score_range(argv[2], argv[3])
    value = session.db.write(argv[1], Zset)
    if value is None:
        return 0
    return _remove(session, argv[1], value, _ranks(value, span), "zremrangebyscore", span)


@command("zremrangebylex")
def zremrangebylex(session: Session, argv: Sequence[bytes]) -> Reply:
    """ZREMRANGEBYLEX key min max: how many went."""
    span = lex_range(argv[2], argv[3])
    value = session.db.write(argv[1], Zset)
    if value is None:
        return 0
    return _remove(session, argv[1], value, _ranks(value, span), "zremrangebylex", span)
