"""Mistakes with streams and their groups."""

from __future__ import annotations

import pytest

from tests.console.cards.asking import card_of, first_try, tries, world
from tutor.console.backend import EmbeddedBackend


@pytest.fixture
def backend() -> EmbeddedBackend:
    return world("XADD log 5-1 f v", "XGROUP CREATE log workers 0", "SET text abc")


@pytest.mark.parametrize(
    ("line", "attempt"),
    [
        ("XADD log name value", "XADD log * name value"),
        ("XADD log abc name value", "XADD log * name value"),
        ("XADD log abc n v n v", "XADD log * n v n v"),
        ("XADD log 5-0 f v", "XADD log * f v"),
        ("XADD log 0-0 f v", "XADD log * f v"),
        ("XADD log MAXLEN 5 LIMIT 3 * f v", "XADD log MAXLEN ~ 5 LIMIT 3 * f v"),
        ("XTRIM log LIMIT 5 MAXLEN = 3", "XTRIM log LIMIT 5 MAXLEN ~ 3"),
        ("XRANGE log a b", "XRANGE log - +"),
        ("XDEL log abc", "XDEL log 5-1"),
        ("XREAD log 0", "XREAD STREAMS log 0"),
        ("XREAD STREAMS log other 0", "XREAD STREAMS log other 0 0"),
        ("XREAD STREAMS log >", "XREAD STREAMS log 0"),
        ("XREAD STREAMS log abc", "XREAD STREAMS log 0"),
        ("XREAD STREAMS log +", "XREVRANGE log + - COUNT 1"),
        ("XREAD GROUP workers me STREAMS log >", "XREADGROUP GROUP workers me STREAMS log >"),
        ("XREADGROUP workers me STREAMS log >", "XREADGROUP GROUP workers me STREAMS log >"),
        ("XREADGROUP GROUP workers me STREAMS log $", "XREADGROUP GROUP workers me STREAMS log >"),
        ("XREADGROUP GROUP worker me STREAMS log >", "XREADGROUP GROUP workers me STREAMS log >"),
        ("XREADGROUP GROUP workers me STREAMS lo >", "XREADGROUP GROUP workers me STREAMS log >"),
        ("XGROUP CREATE new g $", "XGROUP CREATE new g $ MKSTREAM"),
        ("XGROUP CREATE log workers 0", "XREADGROUP GROUP workers consumer STREAMS log >"),
        ("XGROUP DESTROY LOG g", "XGROUP DESTROY log g"),
        ("XREAD BLOCK x STREAMS log $", "XREAD BLOCK 5000 STREAMS log $"),
    ],
)
def test_the_first_line_to_try_is_what_was_meant(
    backend: EmbeddedBackend, line: str, attempt: str
) -> None:
    assert first_try(backend, line) == attempt


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("XADD log 5-1 f v", "`5-1`"),
        ("XADD log 99999999999999999999-0 f v", "milliseconds"),
        ("XPENDING log nobody", "`workers`"),
        ("XGROUP CREATE new g 0", "`new`"),
        ("XCLAIM log workers me x 1-1", "`min-idle-time`"),
        ("XCLAIM log workers me 0 1-1 FOO", "taken for one"),
        ("XADD log MAXLEN 5 MINID 3 * f v", "only one"),
        ("XSETID log 1-1", "forward"),
        ("XADD log MAXLEN -1 * f v", "syntax"),
        ("XRANGE log (18446744073709551615-18446744073709551615 +", "beyond"),
        ("XADD text * f v", "a string"),
    ],
)
def test_the_meaning_names_what_is_wrong(backend: EmbeddedBackend, line: str, word: str) -> None:
    assert word in card_of(backend, line).meaning


def test_a_stream_that_is_full_for_ever_says_so() -> None:
    backend = world("XADD log 18446744073709551615-18446744073709551615 f v")
    assert "no greater id" in card_of(backend, "XADD log * f v").title


def test_removing_words_is_proposed_only_if_the_rest_is_a_command(backend: EmbeddedBackend) -> None:
    assert "XREADGROUP" not in tries(card_of(backend, "XREADGROUP a"))
