"""Words of the console: help, :undo, :client, …"""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence

import pytest
import redis

from tests.engine.test_turns import held
from tests.network.serving import free_port
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
    made = Screen()
    yield made
    if isinstance(made.backend, EmbeddedBackend):
        made.backend.stop_serving()
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
        ":later", ":later KEY", lambda: "", lambda host, words: host.show([[(words[0], "")]])
    )
    register(word)
    try:
        assert is_word(b":later", 2)
        assert screen.type(":later cart") == "cart"
    finally:
        del commands._words[":later"]


# the port


def port_of(screen: Screen) -> int:
    backend = screen.backend
    assert isinstance(backend, EmbeddedBackend)
    assert backend.service is not None
    return backend.service.port


def test_serve_opens_a_port_and_says_how_to_come_in(screen: Screen) -> None:
    port = free_port()
    assert f"redis-cli -p {port}" in screen.type(f"/serve {port}")
    assert str(screen.backend.prompt()) == f"127.0.0.1:{port}> "
    assert redis.Redis(port=port).set("k", "v")
    assert screen.type("GET k") == "b'v'"
    assert screen.type(":serve") == f"127.0.0.1:{port} is open: redis-cli -p {port}"
    assert "One port at a time" in screen.type(f"/serve {port + 1}")
    assert screen.type("/SERVE stop") == f"127.0.0.1:{port} is closed."
    assert port_of(screen) == 0
    assert screen.type(":serve stop") == "No port is open."
    assert str(screen.backend.prompt()) == "127.0.0.1:6379> "


def test_serve_says_what_is_wrong_with_a_port(screen: Screen) -> None:
    for words in ("/serve 0", "/serve 65536", "/serve -1", "/serve there", "/serve ²"):
        assert screen.type(words) == "A port is a number from 1 to 65535: /serve 7000"
    assert screen.type("/serve 1 2") == "A port is one number: /serve 7000"
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert screen.type(f"/serve {port}").startswith(f"Port {port} is taken")


def test_another_address_is_refused_and_protected_mode_explained(screen: Screen) -> None:
    said = screen.type("/serve 0.0.0.0:7000")
    assert "Protected mode" in said
    assert "CONFIG SET requirepass" in said
    assert "CONFIG SET bind 0.0.0.0" in said
    backend = screen.backend
    assert isinstance(backend, EmbeddedBackend)
    assert backend.service is None


def test_a_lesson_has_no_port(screen: Screen) -> None:
    screen.backend = EmbeddedBackend(may_serve=False)
    assert "In the sandbox /serve opens a port" in screen.type("/serve")


def test_undo_that_costs_others_their_work_wants_a_yes(screen: Screen) -> None:
    backend = screen.backend
    assert isinstance(backend, EmbeddedBackend)
    engine = backend.world.engine
    other = engine.connect()
    screen.type("SET mine 1")
    engine.execute(other, [b"SET", b"theirs", b"1"])
    said = screen.type(":undo")
    assert "1 change since then (theirs)" in said
    assert ":undo yes" in said
    assert screen.type("GET mine") == "b'1'"
    assert "1 change of other clients went with it" in screen.type(":undo yes")
    assert screen.type("EXISTS mine theirs") == "0"
    engine.execute(other, [b"SET", b"later", b"1"])
    assert ":redo yes" in screen.type(":redo")
    assert screen.type(":redo yes").startswith("Done again: SET mine 1")
    assert screen.type("EXISTS mine theirs later") == "2"


def test_words_wait_for_no_long_command(screen: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "_BUSY_S", 0.01)
    backend = screen.backend
    assert isinstance(backend, EmbeddedBackend)
    with held(backend.world.lock):
        for line in (":client 2", ":undo", ":redo", "/serve"):
            assert screen.type(line).startswith("Redis is busy with a command")
