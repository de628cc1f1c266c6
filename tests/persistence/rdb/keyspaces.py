"""Engines full of keys of every type, and what they hold in words that can be compared."""

from __future__ import annotations

import random
from typing import Any

from tests.oracle.fuzz.grammar import Grammar
from tutor.engine.clock import VirtualClock
from tutor.engine.codec import dump
from tutor.engine.config import Config
from tutor.engine.engine import Engine
from tutor.engine.replies import BLOCKED
from tutor.engine.structures.quicklist import Quicklist
from tutor.engine.structures.stream import Stream
from tutor.engine.values import Hash, Set, Value, Zset, text_of
from tutor.persistence.rdb import RdbInfo, ReplInfo, write_rdb

LIBRARY = b"#!lua name=lib\nredis.register_function('f', function() return 1 end)"
OTHER_LIBRARY = b"#!lua name=other\nredis.register_function('g', function() return 2 end)"
REPL = ReplInfo(stream_db=3, id=b"a" * 40, offset=12_345)
INFO = RdbInfo(ctime=1_700_000_000, used_memory=1_048_576)


def new_engine(seed: int = 1, **settings: Any) -> Engine:
    """An engine whose clock stands still."""
    return Engine(VirtualClock(), seed=seed, config=Config(**settings))


def run(engine: Engine, *lines: bytes) -> Any:
    """Carry out commands written as words; the last reply."""
    session = engine.connect()
    reply: Any = None
    for line in lines:
        reply = engine.execute(session, line.split())
    engine.disconnect(session)
    return reply


def fill(engine: Engine, seed: int, commands: int = 400) -> None:
    """Random commands of every group on three databases, and a library of functions."""
    grammar = Grammar(random.Random(seed))
    session = engine.connect()
    engine.execute(session, [b"FUNCTION", b"LOAD", LIBRARY])
    for at in range(commands):
        if at % 50 == 0:
            engine.execute(session, [b"DISCARD"])
            engine.execute(session, [b"SELECT", b"%d" % (at // 50 % 3 * 2)])
        if engine.execute(session, grammar.command()) is BLOCKED:
            index = session.db.index
            engine.disconnect(session)
            session = engine.connect()
            engine.execute(session, [b"SELECT", b"%d" % index])
    engine.disconnect(session)


def file_of(engine: Engine, *, compress: bool = True, checksum: bool = True) -> bytes:
    """The engine's file in one piece."""
    return b"".join(write_rdb(engine, INFO, compress=compress, checksum=checksum))


def contents(engine: Engine) -> Any:
    """Everything that a file is to carry: values whatever their encoding (which is decided anew
    when they are read; lists and streams by their DUMP), expiries, libraries."""
    databases = [
        {
            key: (_told(engine, value), database.expires.data.get(key))
            for key, value in database.keys.data.items()
        }
        for database in engine.databases
    ]
    libraries = {name: one.code for name, one in engine.scripting.libraries.items()}
    return databases, libraries


def _told(engine: Engine, value: Value) -> Any:
    if isinstance(value, Set):
        return sorted(value.members())
    if isinstance(value, Hash):
        return sorted(value.items())
    if isinstance(value, Zset):
        return sorted(value.scores.items())
    if isinstance(value, (Quicklist, Stream)):
        return dump(engine, value)
    return text_of(value)
