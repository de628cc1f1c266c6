"""``:slow`` at the plain prompt: a film in numbered sentences."""

from __future__ import annotations

import pytest

from tests.console.test_commands import Screen
from tests.engine.test_turns import held
from tutor.console.backend import EmbeddedBackend
from tutor.console.completion import complete
from tutor.console.highlight import highlight
from tutor.console.signature import signature
from tutor.console.slow import behind
from tutor.engine.replies import BLOCKED


@pytest.fixture
def screen() -> Screen:
    return Screen()


def test_the_last_command_is_told_step_by_step(screen: Screen) -> None:
    screen.type("HSET h a 1 b 2 c 3")
    screen.type("HGET h c")
    told = screen.type(":slow").splitlines()
    assert told[0] == "HGET h c"
    assert told[1].startswith("1. a is not c")
    assert told[3] == "3. c is the one: found after 3 comparisons."
    assert len(told) == 4


def test_a_command_behind_it_is_carried_out_once_and_told(screen: Screen) -> None:
    told = screen.type(":slow RPUSH l a 'b c'").splitlines()
    assert told[:2] == ["(integer) 2", 'RPUSH l a "b c"']
    assert screen.type("LLEN l") == "2"


def test_a_command_that_waits_is_left_waiting(screen: Screen) -> None:
    assert "waits" in screen.type(":slow BLPOP q 0")
    assert isinstance(screen.backend, EmbeddedBackend)
    assert screen.backend.waiting
    assert screen.backend.world.history[-1].reply is BLOCKED


def test_bytes_behind_it_arrive_as_they_are(screen: Screen) -> None:
    screen.type(r':slow APPEND k "\xff\x00"')
    assert screen.type("STRLEN k") == "2"


def test_without_a_history_the_command_is_filmed_while_it_runs(screen: Screen) -> None:
    screen.backend = EmbeddedBackend(remember=False)
    assert screen.type(":slow RPUSH l a").splitlines()[:2] == ["(integer) 1", "RPUSH l a"]
    assert screen.type("LLEN l") == "1"
    assert "works on no key" in screen.type(":slow PING")
    assert "nothing to show slowly" in screen.type(":slow")


def test_several_commands_make_one_film(screen: Screen) -> None:
    screen.type("SADD s a b c d")
    screen.type("SSCAN s 0 COUNT 2")
    screen.type("PING")
    screen.type("SADD s e")
    told = screen.type(":slow 3")
    assert told.splitlines()[0] == "3 commands"
    assert "Now: SSCAN s 0 COUNT 2" in told
    assert "Now: PING · This command works on no key" in told
    assert "A second table of 8 slots is made" in told
    assert screen.type(":slow 99").splitlines()[0] == "4 commands"


def test_the_next_turn_of_expiry_is_told(screen: Screen) -> None:
    screen.type("SET a 1 EX 100")
    told = screen.type(":slow expiry")
    assert "a lives on." in told
    assert "The cycle is over" in told
    assert screen.type("GET a") == "b'1'"


def test_before_any_command_there_is_nothing_to_show(screen: Screen) -> None:
    assert "No command has been run here yet" in screen.type(":slow")
    assert "over" in screen.type(":slow off")


def test_while_others_have_the_engine_it_says_so(screen: Screen) -> None:
    screen.type("SET a 1")
    assert isinstance(screen.backend, EmbeddedBackend)
    with held(screen.backend.world.lock):
        assert "busy" in screen.type(":slow")


@pytest.mark.parametrize(
    ("line", "command"),
    [
        (":slow ZADD lb 5 x", "ZADD lb 5 x"),
        ("  :SLOW   GET a ", "GET a"),
        (":slow", ""),
        (":slow off", ""),
        (":slow expiry", ""),
        (":slow 5", ""),
        ("GET :slow", ""),
        (":slowly GET a", ""),
    ],
)
def test_what_stands_behind_the_word(line: str, command: str) -> None:
    assert behind(line) == command


def test_the_command_behind_the_word_is_read_as_a_command() -> None:
    spans = {span.role for span in highlight(":slow ZADD lb 5 x")}
    assert {"client-word", "command", "key", "number"} <= spans
    assert "zadd" in [one.text for one in complete(":slow za")]
    assert "off" in [one.text for one in complete(":slow o")]
    behind_it, alone = signature(":slow ZADD lb "), signature("ZADD lb ")
    assert behind_it is not None
    assert behind_it == alone
    assert {span.role for span in highlight(":slow expiry")} == {"client-word", "string"}
