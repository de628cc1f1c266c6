"""The notes' functions run as they are written, and each line tells what it did."""

from __future__ import annotations

import ast

import pytest

from tests.network.django.conftest import Make
from tutor.network.django.recipes import RECIPES, Kitchen, Step, short
from tutor.network.django.samples import calculate_leaderboard


@pytest.fixture
def kitchen(make: Make) -> Kitchen:
    caches = make("single")
    return Kitchen(caches.cache, caches.log, lambda: calculate_leaderboard(0))


def told(steps: list[Step]) -> list[tuple[int, list[bytes]]]:
    return [(one.line, [call.argv[0] for call in one.exchanges]) for one in steps]


def test_the_leaderboard_misses_and_then_hits(kitchen: Kitchen) -> None:
    first, second = kitchen.step("get_leaderboard"), kitchen.step("get_leaderboard")
    assert told(first) == [(2, []), (3, [b"GET"]), (4, []), (5, []), (6, [b"SET"]), (7, [])]
    assert told(second) == [(2, []), (3, [b"GET"]), (4, []), (7, [])]
    assert first[-1].returned == second[-1].returned
    assert first[1].changed == ("data",)
    assert first[1].variables == {"key": "'leaderboard_v1'", "data": "None"}


def test_the_limiter_counts_to_its_limit(kitchen: Kitchen) -> None:
    limited = kitchen.function("is_rate_limited")
    assert [limited("x", limit=3) for _ in range(5)] == [False, False, False, True, True]
    steps = kitchen.step("is_rate_limited", "y")
    assert steps[-1].returned == "False"
    assert told(kitchen.step("is_rate_limited", "y"))[-2] == (9, [b"EXISTS", b"INCRBY"])


def test_the_cured_limiter_counts_the_same(kitchen: Kitchen) -> None:
    limited = kitchen.function("is_rate_limited_add")
    assert [limited("x", limit=3) for _ in range(5)] == [False, False, False, True, True]


def test_the_notes_sending_is_no_python(kitchen: Kitchen) -> None:
    with pytest.raises(SyntaxError, match=r"'\(' was never closed"):
        kitchen.step("send_task")
    assert str(kitchen.parameters("send_task")) == "()"


def test_the_notes_receiving_asks_for_what_is_not_there(kitchen: Kitchen) -> None:
    (step,) = kitchen.step("take_task")
    assert isinstance(step.error, AttributeError)
    assert str(step.error) == "'RedisCache' object has no attribute 'rpop'"


def test_the_cured_queue_works(kitchen: Kitchen) -> None:
    assert kitchen.function("push_task")(to="a@b") == 1
    assert kitchen.function("pop_task")() == {"type": "send_email", "to": "a@b"}
    assert kitchen.function("pop_task")() is None
    assert kitchen.handled == [{"type": "send_email", "to": "a@b"}]


def test_wrong_arguments_are_pythons_own_error(kitchen: Kitchen) -> None:
    with pytest.raises(TypeError, match="user_id"):
        kitchen.step("is_rate_limited")


def test_every_cure_is_python_and_cures_something() -> None:
    for recipe in RECIPES.values():
        assert recipe.notes != bool(recipe.cures)
        assert not recipe.cures or RECIPES[recipe.cures].notes
        if recipe.name != "send_task":
            ast.parse(recipe.source)


def test_long_values_are_cut() -> None:
    assert short("x" * 1000).count("…") == 1
    assert len(short("x" * 1000)) == 60
