"""OBJECT: what a key's value looks like from inside (redis 7.0, object.c)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tutor.engine import errors
from tutor.engine.helptext import help_of
from tutor.engine.memory.last_uses import idle_seconds
from tutor.engine.memory.lfu import frequency, is_lfu
from tutor.engine.registry import command
from tutor.engine.replies import Reply, ReplyError
from tutor.engine.session import Session
from tutor.engine.structures.sds import SHARED_INTEGERS
from tutor.engine.values import Value, encoding_name, text_of

if TYPE_CHECKING:
    from tutor.engine.engine import Engine

_SHARED = 2**31 - 1


@command("object|encoding")
def object_encoding(session: Session, argv: Sequence[bytes]) -> Reply:
    """OBJECT ENCODING key."""
    value = session.db.lookup(argv[2], touch=False, notify=False)
    return None if value is None else encoding_name(value).encode()


@command("object|refcount")
def object_refcount(session: Session, argv: Sequence[bytes]) -> Reply:
    """OBJECT REFCOUNT key: mostly 1, a huge figure for the shared integers 0 to 9999."""
    value = session.db.lookup(argv[2], touch=False, notify=False)
    return None if value is None else refcount(session.engine, value)


def refcount(engine: Engine, value: Value) -> int:
    """How many references a value has: 1, unless it is one of the shared integers, or a string that
    EXEC's queue holds too."""
    if not isinstance(value, (bytes, int)):
        return 1
    if encoding_name(value) == "int":
        config = engine.config
        may_share = not config.maxmemory or not config.maxmemory_policy.endswith(("lru", "lfu"))
        if may_share and 0 <= int(text_of(value)) < SHARED_INTEGERS:
            return _SHARED
    return 2 if engine.is_queued(value) else 1


@command("object|idletime")
def object_idletime(session: Session, argv: Sequence[bytes]) -> Reply:
    """OBJECT IDLETIME key: seconds since it was last used."""
    db, key = session.db, argv[2]
    if db.lookup(key, touch=False, notify=False) is None:
        return None
    if is_lfu(session.engine.config.maxmemory_policy):
        raise ReplyError(errors.LFU_SELECTED)
    now_ms = session.engine.now_ms
    return idle_seconds(now_ms, db.access.get(key, now_ms // 1000))


@command("object|freq")
def object_freq(session: Session, argv: Sequence[bytes]) -> Reply:
    """OBJECT FREQ key: the logarithmic access counter, where the policy keeps one."""
    db, key = session.db, argv[2]
    if db.lookup(key, touch=False, notify=False) is None:
        return None
    if not is_lfu(session.engine.config.maxmemory_policy):
        raise ReplyError(errors.LFU_NOT_SELECTED)
    return frequency(session.engine, db.access.get(key))


@command("object|help")
def object_help(session: Session, argv: Sequence[bytes]) -> Reply:
    """OBJECT HELP."""
    return help_of(session, b"object")
