"""The plain course on a terminal: prompt_toolkit's prompt."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput

from tests.console.plain.kit import Script, small
from tutor.console.plain.typing import PromptReader


@contextmanager
def terminal() -> Iterator[PipeInput]:
    with create_pipe_input() as keys, create_app_session(input=keys, output=DummyOutput()):
        yield keys


def completions(script: Script, line: str) -> list[str]:
    with terminal():
        reader = PromptReader(script.page)
        reader._desk = script.lesson
        completer = reader._session.completer
        assert completer is not None
        found = completer.get_completions(Document(line), CompleteEvent(completion_requested=True))
        return [one.text for one in found]


def test_a_line_is_read_and_a_paste_becomes_several() -> None:
    script = small()
    with terminal() as keys:
        reader = PromptReader(script.page)
        keys.send_text("\x1b[200~SET a 1\nGET a\x1b[201~\r")
        assert reader.read("> ", script.lesson) == "SET a 1"
        assert reader.read("> ", script.lesson) == "GET a"
        assert script.page.text.endswith("> GET a\n")
        keys.send_text("\x04")
        assert reader.read("> ", script.lesson) is None


def test_a_hint_puts_its_line_into_the_prompt() -> None:
    script = small()
    with terminal() as keys:
        keys.send_text(" EX 5\r")
        assert PromptReader(script.page).read("> ", script.lesson, "SET k v") == "SET k v EX 5"


def test_ctrl_c_gives_up_what_waits() -> None:
    script = small()
    script.lesson._turns._holds = False
    script.type("BLPOP q 0")
    with terminal() as keys:
        keys.send_text("\x03")
        assert PromptReader(script.page).read("> ", script.lesson) == ""
    assert not script.player.world.waiting
    assert script.page.text.endswith("Given up waiting.\n")


def test_words_of_the_course_keys_and_moves_are_completed() -> None:
    script = small("hash")
    assert "hint" in completions(script, "hi")
    assert ":reset" in completions(script, ":re")
    assert ":client" in completions(script, ":cl")
    assert "/serve" not in completions(script, "/")
    script.type("SET user:7 x")
    assert "user:7" in completions(script, "GET use")
    lab = Script("replication", "stale")
    assert ":cut" in completions(lab, ":cu")
    assert "master-replica1" in completions(lab, ":cut mas")


@pytest.mark.parametrize(
    ("line", "role"),
    [("hint", "class:client-word"), ("2", "class:client-word"), ("GET k", "class:command")],
)
def test_words_and_answers_do_not_look_like_mistyped_commands(line: str, role: str) -> None:
    script = small("guess")
    with terminal():
        reader = PromptReader(script.page)
        reader._desk = script.lesson
        lexer = reader._session.lexer
        assert lexer is not None
        pieces = lexer.lex_document(Document(line))(0)
    assert role in [style for style, text, *_rest in pieces if text.strip()]
