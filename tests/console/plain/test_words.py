"""Which lines are words of the course, and which are Redis's."""

from __future__ import annotations

import pytest

from tests.console.plain.kit import small
from tutor.console.plain import words
from tutor.engine.table import load_table
from tutor.labs.replication.words import WORDS as MOVES
from tutor.network.django.recipes import RECIPES
from tutor.network.django.samples import VALUES
from tutor.tui.keys import _TABLE


def name_of(line: str, foreign: tuple[str, ...] = ()) -> str | None:
    found = words.find(line, foreign)
    return None if found is None else found[0].name


@pytest.mark.parametrize("name", [name for name in words.WORDS if name != "quit"])
def test_a_word_never_hides_a_command_of_redis(name: str) -> None:
    assert name_of(f":{name}") == name
    is_redis = name in load_table()
    assert name_of(name) == (None if is_redis else name)
    assert name_of(name.upper()) == (None if is_redis else name)


def test_reset_is_redis_and_quit_leaves_as_in_redis_cli() -> None:
    assert name_of("RESET") is None
    assert name_of(":reset") == "reset"
    assert name_of("QUIT") == name_of("exit") == "quit"


def test_the_keys_that_lessons_name_can_be_typed() -> None:
    assert name_of("F5") == "reset"
    assert name_of("f8") == "next"
    on_screens = {(key.keys, key.id) for key in _TABLE}
    assert set(words.KEYS.items()) - {("f8", "next"), ("f7", "back")} <= on_screens
    assert {("f7", "previous"), ("f8", "next")} <= on_screens


def test_a_bare_word_takes_no_more_than_its_arguments() -> None:
    assert name_of("hint = 5") is None
    assert name_of("show = 5") is None
    assert name_of("go 3") == "go"
    assert name_of("show user:1 bytes") == "show"
    assert name_of("show user:1 bytes more") is None


def test_the_moves_of_a_lab_come_first_unless_they_stand_alone() -> None:
    assert ":back" in MOVES
    assert name_of(":back 2", MOVES) is None
    assert name_of(":back", MOVES) == "back"
    assert name_of("back", MOVES) == "back"


def test_help_lists_every_word_as_it_may_be_typed() -> None:
    said = small().type("help")
    for word in words.WORDS.values():
        assert f"  {word.syntax} " in said
    assert "  :reset " in said


def test_help_on_a_word_and_on_a_command() -> None:
    script = small()
    assert "a hint; each one says more" in script.type("help hint")
    assert "GET key" in script.type("help GET")


def test_too_many_arguments_behind_a_colon_are_explained() -> None:
    assert "This is written so: back" in small().type(":back 4")


def test_who_types_reset_hears_of_the_other_one() -> None:
    said = small("hash").type("RESET")
    assert said.startswith("RESET\n")
    assert ":reset" in said


def test_no_word_hides_what_is_ready_beside_django() -> None:
    mine = {*words.WORDS, *words.ALIASES}
    assert mine.isdisjoint(RECIPES)
    assert mine.isdisjoint(VALUES)
