"""The syntax under the prompt, and which argument is active."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.console.signature import signature
from tutor.engine.table import load_table
from tutor.engine.table.notation import syntax
from tutor.i18n import set_language


def marked(line: str, cursor: int | None = None) -> str:
    """The syntax with the active piece in brackets of its own: ``key *value*``."""
    found = signature(line, cursor)
    assert found is not None
    return "".join(f"*{w.text}*" if w.state == "active" else w.text for w in found.words)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("HSET", "key field value [field value ...]"),
        ("HSET ", "*key* field value [field value ...]"),
        ("HSET k", "*key* field value [field value ...]"),
        ("HSET k ", "key *field* value [field value ...]"),
        ("HSET k f ", "key field *value* [field value ...]"),
        ("HSET k f v ", "key field value [*field* value ...]"),
        ("HSET k f v g ", "key field value [field *value* ...]"),
        ("DEL a b ", "key [*key* ...]"),
        ("LPOP k ", "key [*count*]"),
        ("EXPIRE k ", "key *seconds* [NX | XX] [GT | LT]"),
        ("EXPIRE k 1 ", "key seconds [NX | XX] [GT | LT]"),
        ("EXPIRE k 1 N", "key seconds [*NX* | XX] [GT | LT]"),
        ("GET a b", "key"),
        ("OBJECT ", "*subcommand*"),
        ("OBJECT ENCODING ", "*key*"),
        ("5 INCR ", "*key*"),
        (
            "XADD k * f ",
            "key [NOMKSTREAM] [<MAXLEN | MINID> [= | ~] threshold [LIMIT count]] <* | id>"
            " field *value* [field value ...]",
        ),
        (
            "XREAD STREAMS a b 0 ",
            "[COUNT count] [BLOCK milliseconds] STREAMS key [key ...] id [*id* ...]",
        ),
        ("SINTERCARD 2 a ", "numkeys key [*key* ...] [LIMIT limit]"),
        ("SINTERCARD 1 a LIMIT ", "numkeys key [key ...] [LIMIT *limit*]"),
    ],
)
def test_the_argument_that_comes_next_is_active(line: str, expected: str) -> None:
    assert marked(line) == expected


def test_an_alternative_that_was_not_taken_is_done() -> None:
    found = signature("SET k v EX ")
    assert found is not None
    states = {word.text: word.state for word in found.words if word.text.strip(" []|")}
    assert states["seconds"] == "active"
    assert states["PX "] == "done"
    assert states["NX"] == "remaining"


def test_what_may_come_in_any_order_is_not_passed_by_what_comes_after_it() -> None:
    found = signature("GEOSEARCH k BYRADIUS 1 km ")
    assert found is not None
    states = {word.text: word.state for word in found.words}
    assert states["FROMMEMBER "] == states["FROMLONLAT "] == "active"
    assert states["BYRADIUS "] == states["BYBOX "] == "done"


def test_the_cursor_decides_not_the_end_of_the_line() -> None:
    assert marked("HSET k f v", cursor=6) == "*key* field value [field value ...]"


def test_summary_and_complexity_come_in_the_language() -> None:
    english = signature("LPUSH ")
    set_language("ru")
    try:
        russian = signature("LPUSH ")
    finally:
        set_language("en")
    assert english is not None
    assert russian is not None
    assert english.command == "LPUSH"
    assert english.complexity.startswith("O(")
    assert english.summary != russian.summary


@pytest.mark.parametrize("line", ["", "   ", "FOO ", ":undo", "help"])
def test_no_signature_without_a_command(line: str) -> None:
    assert signature(line) is None


def test_the_pieces_are_the_syntax_of_every_command() -> None:
    for spec in load_table().values():
        for one in (spec, *spec.subcommands.values()):
            line = one.name.replace("|", " ") + " "
            found = signature(line)
            assert found is not None
            assert f"{found.command} {found.syntax}".strip() == syntax(one)


@given(st.text(alphabet="SETzadhlgeconfig019 \"'Ж", max_size=40), st.integers(0, 40))
def test_no_line_is_too_odd(line: str, cursor: int) -> None:
    signature(line, min(cursor, len(line)))
