"""Sorted sets, waiting for a member: BZPOPMIN, BZPOPMAX, BZMPOP (redis 7.0, t_zset.c)."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.engine.commands.blocking import Take, take_or_wait, timeout_ms
from tutor.engine.commands.list import pop_options
from tutor.engine.commands.zset import pop_pairs, pop_with_key
from tutor.engine.registry import command
from tutor.engine.replies import Reply
from tutor.engine.session import Session
from tutor.engine.values import Zset


def _pop_one(lowest: bool) -> Take[Zset]:
    def take(session: Session, key: bytes, value: Zset, waited: bool) -> Reply:
        session.engine.propagation.instead(b"ZPOPMIN" if lowest else b"ZPOPMAX", key)
        return [key, *pop_pairs(session.db, key, value, lowest, 1)[0]]

    return take


@command("bzpopmin")
def bzpopmin(session: Session, argv: Sequence[bytes]) -> Reply:
    """BZPOPMIN key [key …] timeout: key, member and score."""
    timeout = timeout_ms(session, argv[-1])
    return take_or_wait(session, argv[1:-1], timeout, Zset, _pop_one(True))


@command("bzpopmax")
def bzpopmax(session: Session, argv: Sequence[bytes]) -> Reply:
    """BZPOPMAX key [key …] timeout: key, member and score."""
    timeout = timeout_ms(session, argv[-1])
    return take_or_wait(session, argv[1:-1], timeout, Zset, _pop_one(False))


@command("bzmpop")
def bzmpop(session: Session, argv: Sequence[bytes]) -> Reply:
    """BZMPOP timeout numkeys key [key …] MIN|MAX [COUNT count]."""
    keys, lowest, count = pop_options(argv, 2, b"min", b"max")
    timeout = timeout_ms(session, argv[1])

    def take(session: Session, key: bytes, value: Zset, waited: bool) -> Reply:
        return pop_with_key(session.db, key, value, lowest, count)

    return take_or_wait(session, keys, timeout, Zset, take)
