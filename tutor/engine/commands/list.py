"""Lists: LPUSH, RPOP, LRANGE, LINSERT, LPOS, LMOVE, LMPOP and their kin (redis 7.0, t_list.c)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tutor.engine import errors
from tutor.engine.arguments import INT64_MAX, INT64_MIN, Option, integer, options, positive, ranged
from tutor.engine.database import Database
from tutor.engine.registry import command
from tutor.engine.replies import NULL_ARRAY, OK, Reply, ReplyError
from tutor.engine.session import Session
from tutor.engine.structures.quicklist import Quicklist


def new_list(session: Session) -> Quicklist:
    """An empty list; the node limits in force now stay with it."""
    config = session.engine.config
    return Quicklist(
        config.list_max_listpack_size, config.list_compress_depth, config.packed_threshold
    )


# pushing


def _created(session: Session, key: bytes) -> Quicklist:
    items = new_list(session)
    session.db.set(key, items)
    return items


def _push_all(
    db: Database,
    key: bytes,
    items: Quicklist,
    argv: Sequence[bytes],
    event: str,
    push: Callable[[bytes], None],
) -> int:
    for value in argv[2:]:
        push(value)
    db.changed(key, event, len(argv) - 2)
    return items.length


@command("lpush")
def lpush(session: Session, argv: Sequence[bytes]) -> Reply:
    """LPUSH key element [element …]: the length afterwards."""
    db, key = session.db, argv[1]
    items = db.write(key, Quicklist)
    if items is None:
        items = _created(session, key)
    if len(argv) == 3:
        items.push_head(argv[2])
        db.changed(key, "lpush")
        return items.length
    return _push_all(db, key, items, argv, "lpush", items.push_head)


@command("rpush")
def rpush(session: Session, argv: Sequence[bytes]) -> Reply:
    """RPUSH key element [element …]: the length afterwards."""
    db, key = session.db, argv[1]
    items = db.write(key, Quicklist)
    if items is None:
        items = _created(session, key)
    if len(argv) == 3:
        items.push_tail(argv[2])
        db.changed(key, "rpush")
        return items.length
    return _push_all(db, key, items, argv, "rpush", items.push_tail)


@command("lpushx")
def lpushx(session: Session, argv: Sequence[bytes]) -> Reply:
    """LPUSHX key element [element …]: only if the list exists."""
    items = session.db.write(argv[1], Quicklist)
    if items is None:
        return 0
    return _push_all(session.db, argv[1], items, argv, "lpush", items.push_head)


@command("rpushx")
def rpushx(session: Session, argv: Sequence[bytes]) -> Reply:
    """RPUSHX key element [element …]: only if the list exists."""
    items = session.db.write(argv[1], Quicklist)
    if items is None:
        return 0
    return _push_all(session.db, argv[1], items, argv, "rpush", items.push_tail)


@command("linsert")
def linsert(session: Session, argv: Sequence[bytes]) -> Reply:
    """LINSERT key BEFORE|AFTER pivot element: the length, -1 without pivot, 0 without key."""
    where = argv[2].lower()
    if where not in (b"before", b"after"):
        raise ReplyError(errors.SYNTAX)
    db, key = session.db, argv[1]
    items = db.write(key, Quicklist)
    if items is None:
        return 0
    if not items.insert(argv[3], argv[4], where == b"before"):
        return -1
    db.changed(key, "linsert")
    return items.length


# popping


def popped(db: Database, key: bytes, items: Quicklist, head: bool, dirty: int = 1) -> None:
    """Announce that elements were taken from an end; an emptied list goes."""
    db.changed(key, "lpop" if head else "rpop", dirty)
    if not items.length:
        db.delete_if_empty(key, 0)


def take(items: Quicklist, head: bool, count: int) -> list[bytes]:
    """Take up to ``count`` elements from an end, the outermost first."""
    length = items.length
    if count > length:
        count = length
    if head:
        taken = items.slice(0, count)
        items.trim(count, length)
    else:
        taken = items.slice(length - count, length)
        taken.reverse()
        items.trim(0, length - count)
    return taken


def take_with_key(db: Database, key: bytes, items: Quicklist, head: bool, count: int) -> Reply:
    """What LMPOP answers: the key and the elements taken."""
    taken = take(items, head, count)
    popped(db, key, items, head, len(taken))
    db.engine.propagation.instead(b"LPOP" if head else b"RPOP", key, b"%d" % len(taken))
    return [key, taken]


def _pop(session: Session, argv: Sequence[bytes], head: bool) -> Reply:
    db, key = session.db, argv[1]
    if len(argv) == 2:
        items = db.write(key, Quicklist)
        if items is None:
            return None
        value = items.pop_head() if head else items.pop_tail()
        db.changed(key, "lpop" if head else "rpop")
        if not items.length:
            db.delete_if_empty(key, 0)
        return value
    if len(argv) > 3:
        raise ReplyError(errors.wrong_arity("lpop" if head else "rpop"))
    count = positive(argv[2])
    items = db.write(key, Quicklist)
    if items is None:
        return NULL_ARRAY
    if count == 0:
        return []
    taken = take(items, head, count)
    popped(db, key, items, head, len(taken))
    return taken


@command("lpop")
def lpop(session: Session, argv: Sequence[bytes]) -> Reply:
    """LPOP key [count]."""
    return _pop(session, argv, True)


@command("rpop")
def rpop(session: Session, argv: Sequence[bytes]) -> Reply:
    """RPOP key [count]."""
    return _pop(session, argv, False)


def _one_of(word: bytes, first: bytes, second: bytes) -> bool:
    """True for the first word, False for the second, in any case."""
    word = word.lower()
    if word not in (first, second):
        raise ReplyError(errors.SYNTAX)
    return word == first


def position(word: bytes) -> bool:
    """LEFT (True) or RIGHT (False)."""
    return _one_of(word, b"left", b"right")


_COUNT = {
    b"count": Option(
        (lambda word: ranged(word, 1, INT64_MAX, errors.COUNT_NOT_POSITIVE),),
        excludes=(b"count",),
    )
}


def pop_options(
    argv: Sequence[bytes], at: int, first: bytes, second: bytes
) -> tuple[Sequence[bytes], bool, int]:
    """``numkeys key… first|second [COUNT n]`` from word ``at`` on: the end of LMPOP and ZMPOP.

    Keys, whether the first word was said, and the count.
    """
    count = ranged(argv[at], 1, INT64_MAX, errors.NUMKEYS_NOT_POSITIVE)
    where = at + 1 + count
    if where >= len(argv):
        raise ReplyError(errors.SYNTAX)
    end = _one_of(argv[where], first, second)
    return argv[at + 1 : where], end, options(argv, where + 1, _COUNT).get(b"count", 1)


@command("lmpop")
def lmpop(session: Session, argv: Sequence[bytes]) -> Reply:
    """LMPOP numkeys key [key …] LEFT|RIGHT [COUNT count]: key and elements."""
    keys, head, count = pop_options(argv, 1, b"left", b"right")
    db = session.db
    for key in keys:
        items = db.write(key, Quicklist)
        if items is not None:
            return take_with_key(db, key, items, head, count)
    return NULL_ARRAY


# moving


def move_element(
    session: Session, source: bytes, target: bytes, from_head: bool, to_head: bool, dirty: int = 1
) -> Reply:
    """Take from one list and give to another (or the same); the element, or None."""
    db = session.db
    items = db.write(source, Quicklist)
    if items is None:
        return None
    other = db.write(target, Quicklist)
    value = items.pop_head() if from_head else items.pop_tail()
    if other is None:
        other = new_list(session)
        db.set(target, other)
    if to_head:
        other.push_head(value)
    else:
        other.push_tail(value)
    db.changed(target, "lpush" if to_head else "rpush", 0)
    popped(db, source, items, from_head, dirty)
    return value


@command("lmove")
def lmove(session: Session, argv: Sequence[bytes]) -> Reply:
    """LMOVE source destination LEFT|RIGHT LEFT|RIGHT: the element."""
    from_head, to_head = position(argv[3]), position(argv[4])
    return move_element(session, argv[1], argv[2], from_head, to_head)


@command("rpoplpush")
def rpoplpush(session: Session, argv: Sequence[bytes]) -> Reply:
    """RPOPLPUSH source destination: the element."""
    return move_element(session, argv[1], argv[2], False, True)


# reading


@command("llen")
def llen(session: Session, argv: Sequence[bytes]) -> Reply:
    """LLEN key."""
    items = session.db.read(argv[1], Quicklist)
    return 0 if items is None else items.length


@command("lindex")
def lindex(session: Session, argv: Sequence[bytes]) -> Reply:
    """LINDEX key index."""
    items = session.db.read(argv[1], Quicklist)
    if items is None:
        return None
    index = integer(argv[2])
    if not -items.length <= index < items.length:
        return None
    return items.index(index)


def clamp(start: int, stop: int, length: int) -> tuple[int, int]:
    """Inclusive positions that may count from the end as a half-open range within the length."""
    if start < 0:
        start = max(start + length, 0)
    if stop < 0:
        stop += length
    stop = min(stop + 1, length)
    return (start, stop) if start < stop else (0, 0)


@command("lrange")
def lrange(session: Session, argv: Sequence[bytes]) -> Reply:
    """LRANGE key start stop, both inclusive."""
    start, stop = integer(argv[2]), integer(argv[3])
    items = session.db.read(argv[1], Quicklist)
    if items is None:
        return []
    return items.slice(*clamp(start, stop, items.length))


def _rank(word: bytes) -> int:
    rank = integer(word)
    if rank == 0:
        raise ReplyError(errors.LPOS_RANK)
    return rank


_LPOS = {
    b"rank": Option((_rank,)),
    b"count": Option((lambda word: positive(word, errors.LPOS_COUNT),)),
    b"maxlen": Option((lambda word: positive(word, errors.LPOS_MAXLEN),)),
}


@command("lpos")
def lpos(session: Session, argv: Sequence[bytes]) -> Reply:
    """LPOS key element [RANK rank] [COUNT num-matches] [MAXLEN len]."""
    found = options(argv, 3, _LPOS)
    rank, count, limit = found.get(b"rank", 1), found.get(b"count"), found.get(b"maxlen", 0)
    items = session.db.read(argv[1], Quicklist)
    if items is None:
        return None if count is None else []
    places: list[int] = []
    skip = abs(rank) - 1
    if rank == INT64_MIN:  # 7.0 cannot negate it: no match is skipped, none is too many
        skip, count = 0, None if count is None else 0
    for place in items.positions(argv[2], reverse=rank < 0, limit=limit):
        if skip:
            skip -= 1
            continue
        if count is None:
            return place
        places.append(place)
        if len(places) == count:
            break
    return None if count is None else places


# changing inside


@command("lset")
def lset(session: Session, argv: Sequence[bytes]) -> Reply:
    """LSET key index element."""
    db, key = session.db, argv[1]
    items = db.write(key, Quicklist)
    if items is None:
        raise ReplyError(errors.NO_SUCH_KEY)
    index = integer(argv[2])
    if not -items.length <= index < items.length:
        raise ReplyError(errors.INDEX_OUT_OF_RANGE)
    items.set(index, argv[3])
    db.changed(key, "lset")
    return OK


@command("lrem")
def lrem(session: Session, argv: Sequence[bytes]) -> Reply:
    """LREM key count element: how many went."""
    count = integer(argv[2])
    db, key = session.db, argv[1]
    items = db.write(key, Quicklist)
    if items is None:
        return 0
    removed = items.remove(argv[3], count)
    if removed:
        db.changed(key, "lrem", removed)
        db.delete_if_empty(key, items.length)
    return removed


@command("ltrim")
def ltrim(session: Session, argv: Sequence[bytes]) -> Reply:
    """LTRIM key start stop: what is outside goes."""
    start, stop = integer(argv[2]), integer(argv[3])
    db, key = session.db, argv[1]
    items = db.write(key, Quicklist)
    if items is None:
        return OK
    length = items.length
    items.trim(*clamp(start, stop, length))
    db.changed(key, "ltrim", length - items.length)
    db.delete_if_empty(key, items.length)
    return OK
