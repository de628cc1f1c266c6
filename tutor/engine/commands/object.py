"""OBJECT: what a key's value looks like from inside (redis 7.0, object.c)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tutor.engine import errors
from tutor.engine.helptext import help_of
from tutor.engine.lfu import frequency, is_lfu
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
    value = session.db.lookup(argv[2], touch=False)
    return None if value is None else encoding_name(value).encode()


@command("object|refcount")
def object_refcount(session: Session, argv: Sequence[bytes]) -> Reply:
    """OBJECT REFCOUNT key: 1, or a huge figure for the shared integers 0 to 9999."""
    value = session.db.lookup(argv[2], touch=False)
    return None if value is None else refcount(session.engine, value)


def refcount(engine: Engine, value: Value) -> int:
    """How many references a value has: 1, unless it is one of the shared integers."""
    if not isinstance(value, (bytes, int)) or encoding_name(value) != "int":
        return 1
    config = engine.config
    may_share = not config.maxmemory or not config.maxmemory_policy.endswith(("lru", "lfu"))
    return _SHARED if may_share and 0 <= int(text_of(value)) < SHARED_INTEGERS else 1


@command("object|idletime")
def object_idletime(session: Session, argv: Sequence[bytes]) -> Reply:
    """OBJECT IDLETIME key: seconds since it was last used."""
    db, key = session.db, argv[2]
    if db.lookup(key, touch=False) is None:
        return None
    if is_lfu(session.engine.config.maxmemory_policy):
        raise ReplyError(errors.LFU_SELECTED)
    now = session.engine.now_ms // 1000
    return max(now - db.access.get(key, now), 0)


@command("object|freq")
def object_freq(session: Session, argv: Sequence[bytes]) -> Reply:
    """OBJECT FREQ key: the logarithmic access counter, where the policy keeps one."""
    db, key = session.db, argv[2]
    if db.lookup(key, touch=False) is None:
        return None
    if not is_lfu(session.engine.config.maxmemory_policy):
        raise ReplyError(errors.LFU_NOT_SELECTED)
    return frequency(session.engine, db.access.get(key, 0))


@command("object|help")
def object_help(session: Session, argv: Sequence[bytes]) -> Reply:
    """OBJECT HELP."""
    return help_of(session, b"object")
