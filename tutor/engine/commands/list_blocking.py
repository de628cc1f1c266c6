"""Lists, waiting for an element: BLPOP, BRPOP, BLMOVE, BRPOPLPUSH, BLMPOP (redis 7.0, t_list.c).

Served to a client that waited, all but BLMPOP count no change besides the push.
"""

from __future__ import annotations

from collections.abc import Sequence

from tutor.engine.commands.blocking import Take, take_or_wait, timeout_ms
from tutor.engine.commands.list import (
    move_element,
    pop_options,
    popped,
    position,
    take_with_key,
)
from tutor.engine.registry import command
from tutor.engine.replies import Reply
from tutor.engine.session import Session
from tutor.engine.structures.quicklist import Quicklist


def _pop_one(head: bool) -> Take[Quicklist]:
    def take(session: Session, key: bytes, items: Quicklist, waited: bool) -> Reply:
        value = items.pop_head() if head else items.pop_tail()
        popped(session.db, key, items, head, 0 if waited else 1)
        session.engine.propagation.instead(b"LPOP" if head else b"RPOP", key)
        if waited:
            session.engine.propagation.force()
        return [key, value]

    return take


@command("blpop")
def blpop(session: Session, argv: Sequence[bytes]) -> Reply:
    """BLPOP key [key …] timeout: key and element."""
    timeout = timeout_ms(session, argv[-1])
    return take_or_wait(session, argv[1:-1], timeout, Quicklist, _pop_one(True))


@command("brpop")
def brpop(session: Session, argv: Sequence[bytes]) -> Reply:
    """BRPOP key [key …] timeout: key and element."""
    timeout = timeout_ms(session, argv[-1])
    return take_or_wait(session, argv[1:-1], timeout, Quicklist, _pop_one(False))


@command("blmpop")
def blmpop(session: Session, argv: Sequence[bytes]) -> Reply:
    """BLMPOP timeout numkeys key [key …] LEFT|RIGHT [COUNT count]."""
    keys, head, count = pop_options(argv, 2, b"left", b"right")
    timeout = timeout_ms(session, argv[1])

    def take(session: Session, key: bytes, items: Quicklist, waited: bool) -> Reply:
        return take_with_key(session.db, key, items, head, count)

    return take_or_wait(session, keys, timeout, Quicklist, take)


def _blocking_move(
    session: Session, argv: Sequence[bytes], from_head: bool, to_head: bool, timeout: int
) -> Reply:
    source, target = argv[1], argv[2]

    def take(session: Session, key: bytes, items: Quicklist, waited: bool) -> Reply:
        propagation = session.engine.propagation
        if len(argv) == 4:  # BRPOPLPUSH
            propagation.instead(b"RPOPLPUSH", source, target)
        elif waited:
            ends = [b"left" if head else b"right" for head in (from_head, to_head)]
            propagation.instead(b"LMOVE", source, target, *ends)
        else:
            propagation.instead(b"LMOVE", *argv[1:5])
        value = move_element(session, key, target, from_head, to_head, 0 if waited else 1)
        if waited:
            propagation.force()
        return value

    if session.in_exec and session.db.write(source, Quicklist) is None:
        return None  # where BLPOP answers a null array
    return take_or_wait(session, [source], timeout, Quicklist, take)


@command("blmove")
def blmove(session: Session, argv: Sequence[bytes]) -> Reply:
    """BLMOVE source destination LEFT|RIGHT LEFT|RIGHT timeout."""
    from_head, to_head = position(argv[3]), position(argv[4])
    return _blocking_move(session, argv, from_head, to_head, timeout_ms(session, argv[5]))


@command("brpoplpush")
def brpoplpush(session: Session, argv: Sequence[bytes]) -> Reply:
    """BRPOPLPUSH source destination timeout."""
    return _blocking_move(session, argv, False, True, timeout_ms(session, argv[3]))
