"""While a line is typed: colours, menu, parameters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.console.django.completion import complete
from tutor.console.django.highlight import highlight, pieces
from tutor.console.django.signature import signature
from tutor.console.django.typed import statements
from tutor.network.django.session import Session


def roles(line: str) -> list[tuple[str, str]]:
    return [(line[one.start : one.end], one.role) for one in highlight(line)]


def test_a_call_is_coloured() -> None:
    assert roles('x = cache.set("k", -5, timeout=None)') == [
        ("cache", "subcommand"), ("set", "command"), ('"k"', "key"), ("5", "number"),
        ("timeout", "option"), ("None", "option"),
    ]  # fmt: skip
    assert ("nope", "unknown-command") in roles("cache.nope(1)")
    assert roles(":settings x") == [(":settings", "client-word")]
    assert ('"open', "key") in roles('cache.get("open')


@given(st.text(max_size=80))
def test_any_text_is_coloured_without_a_loss(line: str) -> None:
    assert "".join(text for text, _role in pieces(line)) == line


def texts(line: str, session: Session | None = None) -> list[str]:
    return [one.text for one in complete(line, None, session)]


def test_methods_are_proposed(session: Session) -> None:
    assert texts("cache.get_") == ["get_or_set(", "get_many("]
    assert "lpush(" in texts("cache._cache.get_client(None, write=True).lp")
    assert "touch(" in texts('caches["default"].to')
    assert "is_rate_limited" in texts("is_")


def test_keys_that_exist_are_proposed(session: Session) -> None:
    session.execute('cache.set_many({"page:1": 1, "page:2": 2, "other": 3})')
    assert texts('cache.get("pa', session) == ['page:1"', 'page:2"']
    assert texts('caches["de', session) == ['default"]']
    assert 'myapp:1:page:1"' in texts(
        'cache._cache.get_client(None, write=True).get("myapp:1:page:1', session
    )


def test_keyword_arguments_are_proposed_once() -> None:
    assert texts('cache.set("k", 1, t')[0] == "timeout="
    assert texts('cache.set("k", 1, timeout=5, v')[0] == "version="
    assert "timeout=" not in texts('cache.set("k", 1, timeout=5, ')


def test_words_and_their_arguments_are_proposed(session: Session) -> None:
    assert texts(":se", session) == [":settings", ":servers"]
    assert "replicas" in texts(":settings r", session)
    assert texts(":source is_rate_limited_", session) == ["is_rate_limited_add"]


@pytest.mark.parametrize(
    ("line", "active"),
    [
        ("cache.set(", "key"),
        ('cache.set("k", ', "value"),
        ('cache.set("a, b", {"x": (1, 2)}, ', "timeout=DEFAULT"),
        ('cache.set("k", 1, version=', "version=None"),
        ("is_rate_limited(7, ", "limit=100"),
        ('cache._cache.get_client(None, write=True).lpush("q", 1, 2, ', "*values"),
        ("cache._cache.get_client(", "key=None"),
        ('await cache.aget("k", ', "default=None"),
    ],
)
def test_the_parameter_at_hand_is_marked(line: str, active: str) -> None:
    found = signature(line)
    assert found is not None
    assert [one.text.rstrip(", ") for one in found.words if one.state == "active"] == [active]


@pytest.mark.parametrize("line", ["", "cache", 'cache.get("k")', "x = (", "nothing(", '"('])
def test_where_no_call_is_open_there_is_none(line: str) -> None:
    assert signature(line) is None


def test_a_paste_is_taken_apart() -> None:
    assert statements('cache.set("k", {\n  "a": 1,\n})\ncache.get("k")') == [
        'cache.set("k", {\n  "a": 1,\n})', 'cache.get("k")',
    ]  # fmt: skip
    assert statements(">>> x = 1\n>>> x") == ["x = 1", "x"]
    assert statements("broken(\nx") == ["broken(", "x"]
