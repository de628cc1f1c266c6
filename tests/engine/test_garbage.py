"""What commands let go of is gone at once: nothing waits for the garbage collector."""

from __future__ import annotations

import gc
import random
from collections import Counter

import pytest

from tests.oracle.fuzz.grammar import Grammar
from tutor.engine.engine import Engine
from tutor.engine.session import Session

_ENDLESS = frozenset([b"quit", b"shutdown", b"monitor", b"subscribe", b"psubscribe", b"ssubscribe"])


def carry_out(engine: Engine, session: Session, count: int, seed: int) -> None:
    grammar = Grammar(random.Random(seed))
    for argv in (grammar.command() for _ in range(count)):
        if argv[0].lower() not in _ENDLESS:
            engine.execute(session, argv)
        if session.blocked is not None:
            engine.waiting.unblock(session, None)
    engine.execute(session, [b"DISCARD"])
    engine.execute(session, [b"FLUSHALL"])


def test_a_lua_state_that_is_flushed_goes_with_its_memory() -> None:
    engine = Engine(seed=1)
    session = engine.connect()
    script = b"return {redis.call('incr', 'n'), redis.sha1hex('x'), redis.pcall('nope').err}"
    for _ in range(2):
        engine.execute(session, [b"EVAL", script, b"0"])
        engine.execute(session, [b"SCRIPT", b"FLUSH"])
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        for number in range(1, 6):
            reply = engine.execute(session, [b"EVAL", script, b"0"])
            assert isinstance(reply, list)
            assert reply[0] == 2 + number
            engine.execute(session, [b"SCRIPT", b"FLUSH"])
        gc.collect()
        assert Counter(type(one).__qualname__ for one in gc.garbage) == {}
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()


@pytest.mark.parametrize("seed", range(4))
def test_commands_of_all_groups_leave_no_cycles(seed: int) -> None:
    engine = Engine(seed=seed)
    session = engine.connect()
    carry_out(engine, session, 1000, 99)  # what is made once is made now
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        carry_out(engine, session, 4000, seed)
        gc.collect()
        assert Counter(type(one).__qualname__ for one in gc.garbage) == {}
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
