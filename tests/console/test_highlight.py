"""What is coloured while a line is typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.console import highlight as module
from tutor.console.highlight import highlight


def roles(line: str, types: dict[bytes, str] | None = None) -> list[tuple[str, str]]:
    spans = highlight(line, types.get if types is not None else None)
    return [(line[one.start : one.end], one.role) for one in spans]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("SET", ["command"]),
        ("SET k v", ["command", "key", "string"]),
        ("set k 12", ["command", "key", "number"]),
        ('SET k "12"', ["command", "key", "string"]),
        ("SET k v EX 10 NX", ["command", "key", "string", "option", "number", "option"]),
        ("HSET h f v", ["command", "key", "string", "string"]),
        ("OBJECT ENCODING k", ["command", "subcommand", "key"]),
        ("ZADD z 1.5 a", ["command", "key", "number", "string"]),
        ("ZADD z a 1.5", ["command", "key", "error-argument", "number"]),
        ("EXPIRE k ten", ["command", "key", "error-argument"]),
        ("GET a b", ["command", "key", "error-argument"]),
        ("SETT k v", ["unknown-command", "string", "string"]),
        ("SЕT k v", ["unknown-command", "string", "string"]),
        ("CONFIG GTE x", ["command", "error-argument", "string"]),
        ("5 INCR k", ["number", "command", "key"]),
        ("XADD s 5-* f v", ["command", "key", "number", "string", "string"]),
        ("XRANGE s - (5", ["command", "key", "number", "number"]),
        ("XRANGE s a +", ["command", "key", "error-argument", "number"]),
        ("GEODIST k a b km", ["command", "key", "string", "string", "option"]),
        (":undo", ["client-word"]),
        ("help SET", ["client-word", "string"]),
        (":nonsense", ["unknown-command"]),
        ('SET k "a"b', ["command", "key", "error-argument"]),
        ('SET k "a b', ["command", "key", "string"]),
    ],
)
def test_each_word_has_its_role(line: str, expected: list[str]) -> None:
    assert [role for _text, role in roles(line)] == expected


@pytest.mark.parametrize(
    "line", ["S", "se", "CONFIG GE", "SET k v E", "EXPIRE k -", "XDEL s 5-", ":un", "hel"]
)
def test_a_word_that_may_still_become_right_is_not_called_wrong(line: str) -> None:
    assert not {"unknown-command", "error-argument"} & {role for _text, role in roles(line)}


def test_the_same_word_is_wrong_once_it_is_left() -> None:
    assert roles("SET k v E ")[-1] == ("E", "error-argument")


def test_a_key_of_another_type_is_marked() -> None:
    types = {b"s": "string", b"l": "list"}
    assert roles("LPUSH s x", types)[1] == ("s", "error-argument")
    assert roles("LPUSH l x", types)[1] == ("l", "key")
    assert roles("LPUSH new x", types)[1] == ("new", "key")
    assert roles("DEL s l", types)[1:] == [("s", "key"), ("l", "key")]


def test_set_overwrites_any_type_unless_it_returns_the_old_value() -> None:
    types = {b"l": "list"}
    assert roles("SET l x", types)[1] == ("l", "key")
    assert roles("SET l x GET", types)[1] == ("l", "error-argument")


def test_a_destination_may_have_any_type() -> None:
    types = {b"l": "list", b"s": "set"}
    assert roles("SINTERSTORE l s", types)[1:] == [("l", "key"), ("s", "key")]


@given(st.text(alphabet="SETGzadlconfig1 \"'\\-:#Ж\t", max_size=60))
def test_any_line_is_coloured_without_complaint(line: str) -> None:
    end = 0
    for span in highlight(line, lambda key: "list"):
        assert end <= span.start < span.end <= len(line)
        end = span.end


def test_a_line_is_read_once() -> None:
    line = "SET some-key-that-nobody-else-uses 1"
    highlight(line)
    before = module._spans.cache_info().hits
    highlight(line)
    assert module._spans.cache_info().hits == before + 1


def test_words_of_the_lab_are_known_and_what_stands_behind_on_is_a_command() -> None:
    assert roles(":cut master-replica1") == [
        (":cut", "client-word"),
        ("master-replica1", "string"),
    ]
    assert roles(":on replica1 SET k 1 NX") == [
        (":on", "client-word"),
        ("replica1", "string"),
        ("SET", "command"),
        ("k", "key"),
        ("1", "number"),
        ("NX", "option"),
    ]
    assert roles(":on replica1 NOSUCH x")[2] == ("NOSUCH", "unknown-command")
