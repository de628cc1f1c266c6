"""CLIENT PAUSE on the engine alone."""

from __future__ import annotations

import pytest

from tutor.engine.clients import pause
from tutor.engine.clock import VirtualClock
from tutor.engine.engine import Engine
from tutor.engine.replies import BLOCKED, OK, Reply
from tutor.engine.session import Session


@pytest.fixture
def engine() -> Engine:
    return Engine(VirtualClock(), seed=1)


def say(session: Session, line: str) -> Reply:
    return session.engine.execute(session, line.encode().split())


def client(engine: Engine, answers: list[Reply]) -> Session:
    session = engine.connect()
    session.on_reply = answers.append
    return session


def test_what_waits_is_carried_out_in_the_order_in_which_it_came(engine: Engine) -> None:
    answers: list[Reply] = []
    first, second, third = (client(engine, answers) for _ in range(3))
    say(engine.connect(), "CLIENT PAUSE 1000")
    assert [say(one, "INCR n") for one in (third, first, second)] == [BLOCKED] * 3
    order: list[int] = []
    for one in (first, second, third):
        one.on_reply = lambda reply, one=one: order.append(one.id)
    assert isinstance(engine.clock, VirtualClock)
    engine.clock.advance(ms=1000)
    engine.tick()
    assert order == [third.id, first.id, second.id]
    assert not engine.special


def test_a_pause_of_writes_lets_readers_pass(engine: Engine) -> None:
    session = engine.connect()
    say(session, "CLIENT PAUSE 1000 WRITE")
    assert say(session, "GET a") is None
    assert say(engine.connect(), "SET a 1") is BLOCKED


def test_a_pause_grows_longer_and_stricter_never_milder(engine: Engine) -> None:
    session = engine.connect()
    say(session, "CLIENT PAUSE 1000 WRITE")
    say(session, "CLIENT PAUSE 10 ALL")
    assert engine.pause is not None
    assert (engine.pause.until_ms - engine.now_ms, engine.pause.writes_only) == (1000, False)


def test_while_clients_are_paused_no_key_dies(engine: Engine) -> None:
    assert isinstance(engine.clock, VirtualClock)
    session = engine.connect()
    say(session, "SET a 1 PX 5")
    say(session, "CLIENT PAUSE 1000 WRITE")
    engine.clock.advance(ms=100)
    engine.tick()
    assert say(session, "GET a") is None
    assert len(session.db) == 1
    engine.clock.advance(ms=1000)
    engine.tick()
    assert len(session.db) == 0


def test_who_disconnects_takes_the_command_along(engine: Engine) -> None:
    session = engine.connect()
    say(engine.connect(), "CLIENT PAUSE 1000")
    assert say(session, "SET a 1") is BLOCKED
    engine.disconnect(session)
    pause.resume(engine)
    engine.tick()
    assert len(engine.databases[0]) == 0


def test_unpause_answers_before_anything_goes_on(engine: Engine) -> None:
    answers: list[Reply] = []
    session = client(engine, answers)
    other = engine.connect()
    say(other, "CLIENT PAUSE 1000 WRITE")
    assert say(session, "SET a 1") is BLOCKED
    assert say(other, "CLIENT UNPAUSE") == OK
    assert answers == []
    engine.before_sleep()
    assert answers == [OK]
