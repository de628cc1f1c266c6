"""Lists, waiting for an element: BLPOP, BRPOP, BLMOVE, BRPOPLPUSH, BLMPOP (redis 7.0, t_list.c)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tutor.engine import errors
from tutor.engine.arguments import INT64_MAX, long_double
from tutor.engine.commands.list import (
    list_pop_options,
    move_element,
    popped,
    position,
    take_with_key,
)
from tutor.engine.registry import command
from tutor.engine.replies import NOT_SERVED, NULL_ARRAY, Reply, ReplyError
from tutor.engine.session import Session
from tutor.engine.structures.quicklist import Quicklist

Take = Callable[[Session, bytes, Quicklist], Reply]
"""Take what a command wants from a list that has elements; the reply."""


def timeout_ms(session: Session, word: bytes) -> int:
    """A timeout in seconds as milliseconds, rounded up; 0 waits for ever."""
    seconds = long_double(word, errors.TIMEOUT_NOT_FLOAT)
    if seconds.infinite:
        raise ReplyError(errors.TIMEOUT_NEGATIVE if seconds.mantissa < 0 else errors.TIMEOUT_RANGE)
    numerator = seconds.mantissa * 1000
    shift = seconds.exponent
    timeout = numerator << shift if shift >= 0 else -(-numerator >> -shift)
    if timeout > INT64_MAX:
        raise ReplyError(errors.TIMEOUT_RANGE)
    if timeout < 0:
        raise ReplyError(errors.TIMEOUT_NEGATIVE)
    if timeout + session.engine.now_ms > INT64_MAX:
        raise ReplyError(errors.TIMEOUT_RANGE)
    return timeout


def _wait_for_list(session: Session, keys: Sequence[bytes], timeout: int, take: Take) -> Reply:
    """Take from the first of the lists that exists, or wait for one of them."""
    db = session.db
    for key in keys:
        items = db.write(key, Quicklist)
        if items is not None:
            return take(session, key, items)

    def serve(session: Session, key: bytes) -> Reply:
        items = db.lookup_write(key)
        if type(items) is not Quicklist:
            return NOT_SERVED
        return take(session, key, items)

    return session.engine.block(session, keys, timeout, NULL_ARRAY, serve)


def _pop_one(head: bool) -> Take:
    def take(session: Session, key: bytes, items: Quicklist) -> Reply:
        value = items.pop_head() if head else items.pop_tail()
        popped(session.db, key, items, head)
        return [key, value]

    return take


@command("blpop")
def blpop(session: Session, argv: Sequence[bytes]) -> Reply:
    timeout = timeout_ms(session, argv[-1])
    return _wait_for_list(session, argv[1:-1], timeout, _pop_one(True))


@command("brpop")
def brpop(session: Session, argv: Sequence[bytes]) -> Reply:
    timeout = timeout_ms(session, argv[-1])
    return _wait_for_list(session, argv[1:-1], timeout, _pop_one(False))


@command("blmpop")
def blmpop(session: Session, argv: Sequence[bytes]) -> Reply:
    keys, head, count = list_pop_options(argv, 2)
    timeout = timeout_ms(session, argv[1])

    def take(session: Session, key: bytes, items: Quicklist) -> Reply:
        return take_with_key(session.db, key, items, head, count)

    return _wait_for_list(session, keys, timeout, take)


def _blocking_move(
    session: Session, argv: Sequence[bytes], from_head: bool, to_head: bool, timeout: int
) -> Reply:
    source, target = argv[1], argv[2]

    def take(session: Session, key: bytes, items: Quicklist) -> Reply:
        return move_element(session, source, target, from_head, to_head)

    if session.in_exec and session.db.write(source, Quicklist) is None:
        return None  # where BLPOP answers a null array
    return _wait_for_list(session, [source], timeout, take)


@command("blmove")
def blmove(session: Session, argv: Sequence[bytes]) -> Reply:
    from_head, to_head = position(argv[3]), position(argv[4])
    return _blocking_move(session, argv, from_head, to_head, timeout_ms(session, argv[5]))


@command("brpoplpush")
def brpoplpush(session: Session, argv: Sequence[bytes]) -> Reply:
    return _blocking_move(session, argv, False, True, timeout_ms(session, argv[3]))
