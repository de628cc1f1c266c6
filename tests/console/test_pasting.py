"""Where one command ends and the next begins in a text of several lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.console.lexer import split
from tutor.console.pasting import as_one_line, current, cut, statements

SCRIPT = """EVAL "local v = redis.call('GET', KEYS[1])
if v then
  return v
end
return ARGV[1]" 1 k other"""


def test_every_line_is_a_command() -> None:
    assert statements("SET a 1\n\n  \nGET a\n") == ["SET a 1", "GET a"]


def test_a_script_in_quotes_may_go_over_several_lines() -> None:
    assert statements(f"SET a 1\n{SCRIPT}\nGET a") == ["SET a 1", SCRIPT, "GET a"]


@pytest.mark.parametrize(
    "text",
    ["SET a it's\nGET a", 'SET a "x\nGET a', "SET a it's\nSET b it's", 'SET a "x"y\nSET b "z"'],
)
def test_a_quote_that_nobody_closes_spoils_its_own_line_only(text: str) -> None:
    assert statements(text) == text.split("\n")


def test_what_is_being_typed_is_all_after_an_open_quote() -> None:
    assert current('GET a\nEVAL "local x\nreturn ') == 'EVAL "local x\nreturn '
    assert current("GET a\nSET b") == "SET b"


def test_on_one_line_it_is_the_same_command() -> None:
    line = as_one_line(SCRIPT)
    assert "\n" not in line
    assert split(line) == split(SCRIPT)
    assert as_one_line("SET  a   'b  c'") == "SET  a   'b  c'"


@given(st.text(alphabet="a '\"\\\n", max_size=20), st.booleans())
def test_nothing_is_lost_by_cutting(text: str, typing: bool) -> None:
    assert "\n".join(cut(text, typing)) == text


@given(st.text(alphabet="ab '\"\\\n", max_size=20))
def test_on_one_line_every_whole_command_stays_what_it_was(text: str) -> None:
    for statement in statements(text):
        try:
            words = split(statement)
        except ValueError:
            continue
        assert split(as_one_line(statement)) == words
