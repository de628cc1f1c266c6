"""Slips, layouts and look-alike letters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.console.spelling import (
    as_latin,
    by_sound,
    distance,
    foreign_letters,
    from_layout,
    nearest,
)


def test_the_russian_layout() -> None:
    assert from_layout("ЫУЕ") == "SET"
    assert from_layout("рфы") == "has"
    assert as_latin("пуе") == "get"


def test_look_alike_letters_are_found_with_their_place() -> None:
    (found,) = foreign_letters("SЕT")
    assert (found.position, found.letter, found.latin) == (1, "Е", "E")
    assert as_latin("SЕT") == "SET"
    assert foreign_letters("SET") == []
    assert foreign_letters("Привет") == []


def test_a_command_written_by_ear() -> None:
    assert by_sound("ГЕТ") == "get"
    assert by_sound("СЕТ") == "set"


@pytest.mark.parametrize(
    ("word", "first"), [("gte", "get"), ("HGETAL", "hgetall"), ("lpsuh", "lpush"), ("sett", "set")]
)
def test_the_nearest_name_comes_first(word: str, first: str) -> None:
    assert nearest(word, ["get", "set", "hgetall", "hget", "lpush", "setex"])[0] == first


def test_nothing_is_near_to_something_else() -> None:
    assert nearest("qwertyuiop", ["get", "set", "zrangebyscore"]) == []


@given(st.text(max_size=8), st.text(max_size=8))
def test_distance_is_symmetric_and_zero_only_for_equals(one: str, other: str) -> None:
    assert distance(one, other) == distance(other, one)
    assert (distance(one, other) == 0) == (one == other)
    assert distance(one, other) <= max(len(one), len(other))
