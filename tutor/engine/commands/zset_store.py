"""Sorted sets combined: ZUNION, ZINTER, ZDIFF, their STORE forms, ZINTERCARD (redis 7.0, t_zset.c).

A plain set may take part; each of its members then has the score 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from tutor.engine import errors
from tutor.engine.arguments import FLAG, Option, integer, number, options, positive
from tutor.engine.commands.set import contains
from tutor.engine.conversions import announce, big_zset, zset_fits
from tutor.engine.database import Database
from tutor.engine.registry import command
from tutor.engine.replies import Pairs, Reply, ReplyError
from tutor.engine.session import Session
from tutor.engine.values import Set, Zset

Scores = dict[bytes, float]
Aggregate = Callable[[float, float], float]


def _sum(left: float, right: float) -> float:
    total = left + right
    return total if total == total else 0.0  # +inf and -inf


def _min(left: float, right: float) -> float:
    return right if right < left else left


def _max(left: float, right: float) -> float:
    return right if right > left else left


_AGGREGATES: dict[bytes, Aggregate] = {b"sum": _sum, b"min": _min, b"max": _max}


def _aggregate(word: bytes) -> Aggregate:
    found = _AGGREGATES.get(word.lower())
    if found is None:
        raise ReplyError(errors.SYNTAX)
    return found


class Source:
    """One input: a sorted set, a set or nothing, with its weight."""

    __slots__ = ("length", "value", "weight")

    def __init__(self, value: Zset | Set | None, weight: float = 1.0) -> None:
        self.value = value
        self.weight = weight
        self.length = 0 if value is None else len(value)

    def items(self) -> Iterable[tuple[bytes, float]]:
        """Members and scores, unweighted: by rank, or in the set's order."""
        value = self.value
        if isinstance(value, Zset):
            if value.skiplist is None:
                return [(member, score) for score, member in value.ordered]
            return ((node.member, node.score) for node in value.skiplist)
        if value is None:
            return ()
        if value.ints is not None:
            return [(b"%d" % number, 1.0) for number in value.ints.values]
        assert value.table is not None
        return dict.fromkeys(value.table.data, 1.0).items()

    def weighted(self, score: float) -> float:
        """A score times the weight; infinity times 0 is 0."""
        score *= self.weight
        return score if score == score else 0.0

    def score(self, member: bytes) -> float | None:
        value = self.value
        if isinstance(value, Zset):
            return value.score(member)
        return 1.0 if value is not None and contains(value, member) else None


# the operations


def _common(sources: Sequence[Source], aggregate: Aggregate) -> Iterable[tuple[bytes, float]]:
    """What the smallest input shares with all others."""
    ranked = sorted(sources, key=lambda source: source.length)
    first, others = ranked[0], ranked[1:]
    for member, own in first.items():
        total = first.weighted(own)
        for other in others:
            score = own if other.value is first.value else other.score(member)
            if score is None:
                break
            total = aggregate(total, score * other.weight)
        else:
            yield member, total


def _union(sources: Sequence[Source], aggregate: Aggregate) -> Scores:
    found: Scores = {}
    for source in sorted(sources, key=lambda source: source.length):
        for member, score in source.items():
            score = source.weighted(score)
            known = found.get(member)
            found[member] = score if known is None else aggregate(known, score)
    return found


def _difference(sources: Sequence[Source]) -> tuple[Scores, int]:
    """What only the first input has, and the size that the result's table is left with, or 0.

    Redis looks each member up in the other inputs or removes theirs from a copy, whichever seems
    less work; the copy's table remembers how large it was.
    """
    first, others = sources[0], sources[1:]
    if not first.length or any(other.value is first.value for other in others):
        return {}, 0
    if first.length * len(sources) // 2 <= sum(source.length for source in sources):
        others = sorted(others, key=lambda source: source.length, reverse=True)
        found = {
            member: score
            for member, score in first.items()
            if all(other.score(member) is None for other in others)
        }
        return found, 0
    found = dict(first.items())
    for other in others:
        for member, _ in other.items():
            if found.pop(member, None) is not None and not found:
                return {}, first.length
    return found, first.length


# reading the words


class _Call:
    """The words of a command: its inputs and options."""

    __slots__ = ("aggregate", "limit", "sources", "withscores")

    def __init__(
        self, session: Session, argv: Sequence[bytes], at: int, name: str, allowed: set[bytes]
    ) -> None:
        count = integer(argv[at])
        if count < 1:
            raise ReplyError(errors.no_input_key(name))
        if count > len(argv) - at - 1:
            raise ReplyError(errors.SYNTAX)
        keys = argv[at + 1 : at + 1 + count]
        values = [session.db.lookup(key) for key in keys]
        self.sources = [Source(_combinable(value)) for value in values]
        weight = partial(number, error=errors.WEIGHT_NOT_FLOAT)
        table = {
            b"weights": Option((weight,) * count),
            b"aggregate": Option((_aggregate,)),
            b"withscores": FLAG,
            b"limit": Option((lambda word: positive(word, errors.LIMIT_NEGATIVE),)),
        }
        table = {option: table[option] for option in allowed}
        found = options(argv, at + 1 + count, table)
        weights = found.get(b"weights")
        if weights is not None:
            for source, given in zip(
                self.sources, weights if count > 1 else (weights,), strict=True
            ):
                source.weight = given
        self.aggregate: Aggregate = found.get(b"aggregate", _sum)
        self.withscores = b"withscores" in found
        self.limit: int = found.get(b"limit", 0)


def _combinable(value: object) -> Zset | Set | None:
    if value is None or isinstance(value, (Zset, Set)):
        return value
    raise ReplyError(errors.WRONG_TYPE)


_COMBINE = {b"weights", b"aggregate"}
_SCORES = {b"withscores"}


# answering and storing


def _answer(scores: Scores, withscores: bool) -> Reply:
    ordered = sorted(zip(scores.values(), scores, strict=True))
    if withscores:
        return Pairs((member, score) for score, member in ordered)
    return [member for _, member in ordered]


def build_zset(db: Database, scores: Scores, room: int = 0) -> Zset:
    """The sorted set of a result: a listpack if it fits, else a skiplist.

    ``room`` is how many members its table was made for; 0 lets it grow with them.
    """
    engine = db.engine
    if zset_fits(engine.config, len(scores), max(map(len, scores), default=0)):
        result = Zset()
        # a listpack stores -0 as the integer 0
        result.scores = {member: score + 0.0 for member, score in scores.items()}
        result.ordered = sorted((score, member) for member, score in result.scores.items())
        return result
    result = big_zset(engine, room)
    assert result.table is not None
    assert result.skiplist is not None
    for score, member in sorted(zip(scores.values(), scores, strict=True)):
        result.table.add(member, score)
        result.skiplist.insert(score, member)
    result.table.shrink_if_needed()
    return result


def _store(session: Session, key: bytes, result: Zset, event: str) -> int:
    db = session.db
    before = db.peek(key)
    if isinstance(before, Zset) and len(result) and before.encoding != result.encoding:
        announce(db, key, before.encoding, result.encoding, "store")
    return db.store_result(key, result, event)


@command("zunion")
def zunion(session: Session, argv: Sequence[bytes]) -> Reply:
    """ZUNION numkeys key [key …] [WEIGHTS …] [AGGREGATE SUM|MIN|MAX] [WITHSCORES]."""
    call = _Call(session, argv, 1, "zunion", _COMBINE | _SCORES)
    return _answer(_union(call.sources, call.aggregate), call.withscores)


@command("zunionstore")
def zunionstore(session: Session, argv: Sequence[bytes]) -> Reply:
    """ZUNIONSTORE destination numkeys key [key …] [WEIGHTS …] [AGGREGATE …]."""
    call = _Call(session, argv, 2, "zunionstore", _COMBINE)
    scores = _union(call.sources, call.aggregate)
    result = build_zset(session.db, scores, len(scores))
    return _store(session, argv[1], result, "zunionstore")


@command("zinter")
def zinter(session: Session, argv: Sequence[bytes]) -> Reply:
    """ZINTER numkeys key [key …] [WEIGHTS …] [AGGREGATE SUM|MIN|MAX] [WITHSCORES]."""
    call = _Call(session, argv, 1, "zinter", _COMBINE | _SCORES)
    return _answer(dict(_common(call.sources, call.aggregate)), call.withscores)


@command("zinterstore")
def zinterstore(session: Session, argv: Sequence[bytes]) -> Reply:
    """ZINTERSTORE destination numkeys key [key …] [WEIGHTS …] [AGGREGATE …]."""
    call = _Call(session, argv, 2, "zinterstore", _COMBINE)
    scores = dict(_common(call.sources, call.aggregate))
    return _store(session, argv[1], build_zset(session.db, scores), "zinterstore")


@command("zintercard")
def zintercard(session: Session, argv: Sequence[bytes]) -> Reply:
    """ZINTERCARD numkeys key [key …] [LIMIT limit]."""
    call = _Call(session, argv, 1, "zintercard", {b"limit"})
    found = 0
    for _ in _common(call.sources, call.aggregate):
        found += 1
        if found == call.limit:
            break
    return found


@command("zdiff")
def zdiff(session: Session, argv: Sequence[bytes]) -> Reply:
    """ZDIFF numkeys key [key …] [WITHSCORES]."""
    call = _Call(session, argv, 1, "zdiff", _SCORES)
    return _answer(_difference(call.sources)[0], call.withscores)


@command("zdiffstore")
def zdiffstore(session: Session, argv: Sequence[bytes]) -> Reply:
    """ZDIFFSTORE destination numkeys key [key …]."""
    call = _Call(session, argv, 2, "zdiffstore", set())
    scores, room = _difference(call.sources)
    return _store(session, argv[1], build_zset(session.db, scores, room), "zdiffstore")
