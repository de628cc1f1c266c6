"""Words of the console: help, :undo, :client, …"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from tutor.console import commands
from tutor.console.backend import Backend, EmbeddedBackend
from tutor.console.commands import ClientWord, is_word, register, run
from tutor.console.lexer import split
from tutor.console.render import Line
from tutor.i18n import language, set_language


class Screen:
    """A host that remembers what it was told."""

    def __init__(self) -> None:
        self.backend: Backend = EmbeddedBackend()
        self.raw = False
        self.readable = True
        self.shown: list[str] = []
        self.left = self.cleared = False

    def show(self, lines: Sequence[Line]) -> None:
        self.shown += ["".join(text for text, _role in line) for line in lines]

    def clear(self) -> None:
        self.cleared = True

    def quit(self) -> None:
        self.left = True

    def set_language(self, code: str) -> None:
        set_language(code)

    def type(self, line: str) -> str:
        """What a line prints."""
        self.shown.clear()
        if not run(line, self):
            self.shown.append(repr(self.backend.execute(split(line))))
        return "\n".join(self.shown)


@pytest.fixture
def screen() -> Iterator[Screen]:
    yield Screen()
    set_language("en")


@pytest.mark.parametrize("line", ["GET a", "", 'SET a "x', "clear now", "SET help x"])
def test_lines_for_redis_are_left_alone(screen: Screen, line: str) -> None:
    assert not run(line, screen)


def test_undo_and_redo(screen: Screen) -> None:
    screen.type("SET a 1")
    screen.type("SET a 2")
    assert "SET a 2" in screen.type(":undo")
    assert screen.type("GET a") == "b'1'"
    assert "SET a 2" in screen.type(":redo")
    assert screen.type("GET a") == "b'2'"
    assert "Nothing" in screen.type(":redo")


def test_another_client_answers_the_one_that_waits(screen: Screen) -> None:
    answers = []
    screen.backend.on_reply = lambda *answer: answers.append(answer)
    screen.type("BLPOP q 0")
    assert screen.backend.waiting
    assert "2" in screen.type(":client 2")
    assert not screen.backend.waiting
    assert "waits for key q" in screen.type(":client")
    screen.type("RPUSH q x")
    assert answers == [(1, (b"BLPOP", b"q", b"0"), [b"q", b"x"])]
    assert str(screen.backend.prompt()) == "#2 127.0.0.1:6379> "


@pytest.mark.parametrize("line", [":client 0", ":client x", ":client 99", ":lang xx", ":raw maybe"])
def test_a_wrong_argument_is_explained(screen: Screen, line: str) -> None:
    assert screen.type(line)


def test_an_unknown_word_with_a_colon_never_reaches_redis(screen: Screen) -> None:
    assert ":nonsense" in screen.type(":nonsense")


def test_the_language_changes_at_once(screen: Screen) -> None:
    screen.type(":lang ru")
    assert language() == "ru"
    assert "en" in screen.type(":lang")


def test_switches(screen: Screen) -> None:
    screen.type(":raw")
    assert screen.raw
    screen.type(":raw off")
    assert not screen.raw
    screen.type(":readable off")
    assert not screen.readable


@pytest.mark.parametrize("line", ["quit", "EXIT", "exit now"])
def test_leaving(screen: Screen, line: str) -> None:
    screen.type(line)
    assert screen.left


def test_clear_and_help(screen: Screen) -> None:
    screen.type("clear")
    assert screen.cleared
    assert screen.type("help get").startswith("GET key")
    assert screen.type("? get").startswith("GET key")


def test_a_later_word_can_be_added(screen: Screen) -> None:
    word = ClientWord(
        ":xray", ":xray KEY", lambda: "", lambda host, words: host.show([[(words[0], "")]])
    )
    register(word)
    try:
        assert is_word(b":xray", 2)
        assert screen.type(":xray cart") == "cart"
    finally:
        del commands._words[":xray"]
