"""Client-side caching on the engine alone: who is told what, and what is remembered."""

from __future__ import annotations

import pytest

from tutor.engine.clock import VirtualClock
from tutor.engine.engine import Engine
from tutor.engine.replies import OK, Push, Reply, Several
from tutor.engine.session import Session


@pytest.fixture
def engine() -> Engine:
    return Engine(VirtualClock(), seed=1)


def say(session: Session, line: str) -> Reply:
    return session.engine.execute(session, line.encode().split())


def reader(engine: Engine, options: str = "") -> tuple[Session, list[Reply]]:
    """A RESP3 client that tracks, and the messages it gets."""
    session = engine.connect()
    told: list[Reply] = []
    session.on_push = told.append
    say(session, "HELLO 3")
    assert say(session, f"CLIENT TRACKING ON {options}") == OK
    return session, told


def test_who_has_read_a_key_is_told_once(engine: Engine) -> None:
    session, told = reader(engine)
    writer = engine.connect()
    say(session, "GET a")
    say(writer, "SET a 1")
    say(writer, "SET a 2")
    assert told == [Push([b"invalidate", [b"a"]])]


def test_a_clients_own_change_is_told_behind_the_reply(engine: Engine) -> None:
    session, told = reader(engine)
    say(session, "GET a")
    assert say(session, "SET a 1") == Several([OK, Push([b"invalidate", [b"a"]])])
    assert told == []


def test_noloop_keeps_a_clients_own_changes_from_it(engine: Engine) -> None:
    session, told = reader(engine, "NOLOOP")
    say(session, "GET a")
    assert say(session, "SET a 1") == OK
    assert told == []


def test_broadcasting_tells_of_prefixes_all_keys_at_once(engine: Engine) -> None:
    _, told = reader(engine, "BCAST PREFIX a PREFIX b")
    say(engine.connect(), "MSET b 1 a2 2 a1 3 c 4")
    assert told == [
        Push([b"invalidate", [b"a1", b"a2"]]),
        Push([b"invalidate", [b"b"]]),
    ]


def test_a_key_that_dies_of_age_is_told(engine: Engine) -> None:
    assert isinstance(engine.clock, VirtualClock)
    session, told = reader(engine)
    say(session, "SET a 1 PX 5")
    say(session, "GET a")
    engine.clock.advance(ms=10)
    engine.tick()
    assert told == [Push([b"invalidate", [b"a"]])]


def test_who_reads_no_more_costs_nothing(engine: Engine) -> None:
    session, _ = reader(engine)
    say(session, "GET a")
    assert engine.listened
    assert engine.watched
    say(session, "CLIENT TRACKING OFF")
    assert engine.tracking.active  # the table still has the key
    say(engine.connect(), "SET a 1")
    assert not engine.tracking.active
    assert not engine.listened
    assert not engine.watched
    assert not session.special


def test_a_client_that_goes_is_forgotten(engine: Engine) -> None:
    session, _ = reader(engine, "BCAST PREFIX a")
    engine.disconnect(session)
    assert engine.tracking.clients == {}
    assert engine.tracking.prefixes == {}
    assert say(engine.connect(), "SET a 1") == OK


def test_the_table_is_held_to_its_size_before_the_next_command(engine: Engine) -> None:
    session, told = reader(engine)
    other = engine.connect()
    say(other, "CONFIG SET tracking-table-max-keys 2")
    say(session, "MGET a b c d")
    assert told == []
    say(other, "PING")
    assert len(told) == 2
    assert len(engine.tracking.readers) == 2
    assert engine.tracking.items == 2


def test_of_a_large_table_a_little_more_is_forgotten(engine: Engine) -> None:
    session, _ = reader(engine)
    say(engine.connect(), "CONFIG SET tracking-table-max-keys 2000")
    say(session, "MGET " + " ".join(map(str, range(2001))))
    say(engine.connect(), "PING")
    assert len(engine.tracking.readers) == 1998


def test_a_redirection_whose_client_is_gone_is_told(engine: Engine) -> None:
    target = engine.connect()
    session, told = reader(engine, f"REDIRECT {target.id}")
    engine.disconnect(target)
    say(session, "GET a")
    say(engine.connect(), "SET a 1")
    assert told == [Push([b"tracking-redir-broken", target.id])]
    assert session.tracking is not None
    assert session.tracking.broken
