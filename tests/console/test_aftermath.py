"""What is said after a reply, besides the reply itself."""

from __future__ import annotations

import pytest

from tests.console.test_backend import filled
from tutor.console.aftermath import endings, error_in, message_note, note
from tutor.console.backend import EmbeddedBackend
from tutor.console.lexer import split
from tutor.engine.replies import NO_REPLY, OK, Push, ReplyError, Several


def said(backend: EmbeddedBackend, line: str) -> str:
    argv = split(line)
    found = note(backend, argv, backend.execute(argv))
    return found() if found is not None else ""


@pytest.mark.parametrize(
    ("line", "end"),
    [
        ("SUBSCRIBE a", "UNSUBSCRIBE"),
        ("PSUBSCRIBE a*", "PUNSUBSCRIBE"),
        ("ssubscribe a", "SUNSUBSCRIBE"),
        ("MONITOR", "RESET"),
    ],
)
def test_whoever_listens_is_told_how_to_end_it(line: str, end: str) -> None:
    text = said(EmbeddedBackend(), line)
    assert f"{end} or Ctrl-C ends it" in text
    assert ":client 2" in text


@pytest.mark.parametrize(
    ("lines", "ends"),
    [
        (["GET a"], []),
        (["PSUBSCRIBE a*", "SUBSCRIBE a"], ["UNSUBSCRIBE", "PUNSUBSCRIBE"]),
        (["SSUBSCRIBE a"], ["SUNSUBSCRIBE"]),
        (["MONITOR"], ["RESET"]),
    ],
)
def test_ctrl_c_types_what_ends_the_listening(lines: list[str], ends: list[str]) -> None:
    backend = filled(*lines)
    assert endings(backend) == ends
    for end in ends:
        backend.execute(split(end))
    assert endings(backend) == []


def test_in_resp3_no_other_client_is_needed() -> None:
    assert ":client" not in said(filled("HELLO 3"), "SUBSCRIBE a")


def test_a_client_without_answers_is_told_so() -> None:
    backend = EmbeddedBackend()
    assert "CLIENT REPLY ON" in said(backend, "CLIENT REPLY OFF")
    assert "without an answer" in said(backend, "GET a")
    assert said(backend, "CLIENT REPLY ON") == ""
    assert "next command" in said(backend, "CLIENT REPLY SKIP")
    assert "without an answer" in said(backend, "GET a")
    assert said(backend, "GET a") == ""


def test_a_client_that_ends_itself_is_another_one_afterwards() -> None:
    backend = filled("SELECT 3", "CLIENT NO-EVICT on")
    number = backend.execute([b"CLIENT", b"ID"])
    assert "closed" in said(backend, f"CLIENT KILL ID {number} SKIPME no")
    assert backend.execute([b"CLIENT", b"ID"]) != number
    assert backend.prompt().db == 0


@pytest.mark.parametrize("line", ["GET a", "SET a 1", "SUBSCRIBE", "UNSUBSCRIBE a", "NOSUCH"])
def test_otherwise_nothing_is_said(line: str) -> None:
    assert said(EmbeddedBackend(), line) == ""


def test_an_error_is_found_among_messages() -> None:
    error = ReplyError("ERR no")
    assert error_in(error) is error
    assert error_in(Several([Push([b"message", b"a", b"b"]), error])) is error
    assert error_in([error]) is None
    assert error_in(OK) is None


def test_messages_of_other_clients_say_whose_they_are() -> None:
    backend = filled("SUBSCRIBE news")
    backend.use_client(2)
    backend.execute(split("PUBLISH news hello"))
    assert list(backend.pushes) == [(1, [b"message", b"news", b"hello"])]
    assert message_note(backend, 1) == "to client 1:"
    assert message_note(backend, 2) == ""


def test_a_client_that_is_held_back_waits_and_can_give_up() -> None:
    backend = filled("CLIENT PAUSE 60000 WRITE")
    backend.execute(split("SET a 1"))
    assert backend.waiting
    backend.cancel()
    assert not backend.waiting
    backend.execute(split("CLIENT UNPAUSE"))
    backend.tick()
    assert backend.execute(split("GET a")) is None


def test_a_server_that_stops_leaves_nobody_to_answer() -> None:
    found = note(EmbeddedBackend(), split("shutdown nosave"), NO_REPLY)
    assert found is not None
    assert "server stops" in found()
