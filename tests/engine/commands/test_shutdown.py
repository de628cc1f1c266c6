"""SHUTDOWN against a host that only takes notes."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from tutor.engine import errors
from tutor.engine.engine import Engine
from tutor.engine.replies import NO_REPLY, OK, ReplyError


def engine_with_host() -> tuple[Engine, list[dict[str, Any]]]:
    engine, asked = Engine(seed=1), []
    engine.host = SimpleNamespace(  # type: ignore[assignment]
        shutdown=lambda **how: asked.append(how), abort_shutdown=lambda: False
    )
    return engine, asked


@pytest.mark.parametrize(
    ("words", "how"),
    [
        (b"", {"save": None, "now": False, "force": False}),
        (b"NoSave", {"save": False, "now": False, "force": False}),
        (b"SAVE NOW FORCE", {"save": True, "now": True, "force": True}),
        (b"now now", {"save": None, "now": True, "force": False}),
    ],
)
def test_the_host_is_asked_and_nothing_answered(words: bytes, how: dict[str, Any]) -> None:
    engine, asked = engine_with_host()
    assert engine.execute(engine.connect(), [b"SHUTDOWN", *words.split()]) is NO_REPLY
    assert asked == [how]


@pytest.mark.parametrize("words", [b"FOO", b"SAVE NOSAVE", b"ABORT NOW", b"abort save"])
def test_contradictions_are_refused(words: bytes) -> None:
    engine, asked = engine_with_host()
    reply = engine.execute(engine.connect(), [b"SHUTDOWN", *words.split()])
    assert isinstance(reply, ReplyError)
    assert reply.message == errors.SYNTAX
    assert not asked


def test_abort_answers_whether_there_was_something_to_abort() -> None:
    engine, _ = engine_with_host()
    session = engine.connect()
    reply = engine.execute(session, [b"SHUTDOWN", b"ABORT"])
    assert isinstance(reply, ReplyError)
    assert reply.message == errors.NO_SHUTDOWN
    engine.host.abort_shutdown = lambda: True  # type: ignore[union-attr, method-assign]
    assert engine.execute(session, [b"SHUTDOWN", b"ABORT"]) is OK


def test_without_a_host_there_is_nothing_to_end() -> None:
    engine = Engine(seed=1)
    reply = engine.execute(engine.connect(), [b"SHUTDOWN"])
    assert isinstance(reply, ReplyError)
    assert reply.message == errors.SHUTDOWN_FAILED
