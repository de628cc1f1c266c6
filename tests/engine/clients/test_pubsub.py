"""Who hears a message: many patterns, and clients that have gone."""

from __future__ import annotations

from tutor.engine.engine import Engine
from tutor.engine.replies import Push, Reply
from tutor.engine.session import Session


def listener(engine: Engine, *words: bytes) -> tuple[Session, list[Reply]]:
    """A client that has said ``words``, and what it hears from then on."""
    session, heard = engine.connect(), []
    session.on_push = heard.append
    engine.execute(session, words)
    heard.clear()
    return session, heard


def test_of_a_thousand_patterns_those_that_fit_are_served_in_order() -> None:
    engine = Engine(seed=1)
    patterns = [b"room:%d:*" % number for number in range(1000)]
    _, heard = listener(engine, b"PSUBSCRIBE", *patterns, b"room:7*")
    assert engine.execute(engine.connect(), (b"PUBLISH", b"room:7:x", b"hi")) == 2
    assert heard == [
        Push([b"pmessage", pattern, b"room:7:x", b"hi"]) for pattern in (patterns[7], b"room:7*")
    ]


def test_a_pattern_lives_as_long_as_its_last_subscriber() -> None:
    engine = Engine(seed=1)
    first, _ = listener(engine, b"PSUBSCRIBE", b"a*", b"b*")
    second, heard = listener(engine, b"PSUBSCRIBE", b"a*")
    engine.disconnect(first)
    publisher = engine.connect()
    assert engine.execute(publisher, (b"PUBLISH", b"ab", b"1")) == 1
    assert engine.execute(publisher, (b"PUBLISH", b"ba", b"2")) == 0
    assert heard == [Push([b"pmessage", b"a*", b"ab", b"1"])]
    engine.execute(second, (b"PUNSUBSCRIBE", b"a*"))
    assert engine.execute(publisher, (b"PUBLISH", b"ab", b"3")) == 0
    engine.execute(second, (b"PSUBSCRIBE", b"a*"))
    assert engine.execute(publisher, (b"PUBLISH", b"ab", b"4")) == 1
