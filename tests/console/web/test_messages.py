"""What a browser may send."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.console.web.messages import COLUMNS, ROWS, BadMessage, Message, Pace, read, size_of

BAD = (
    "",
    "{",
    "null",
    "7",
    '"stdin"',
    "[]",
    "[[]]",
    '["stdin"]',
    '["stdin", 7]',
    '["stdin", null]',
    '["stdin", ["x"]]',
    '["stdin", "x", "y"]',
    '["resize"]',
    '["resize", {}]',
    '["resize", {"width": "80", "height": 24}]',
    '["resize", {"width": 80.5, "height": 24}]',
    '["resize", {"width": null, "height": 24}]',
    '["resize", [80, 24]]',
    '["ping", {"a": 1}]',
    '["ping", "' + "x" * 100 + '"]',
    '["quit"]',
    '["deliver_chunk_request", {"key": "../../etc/passwd", "size": 1000}]',
    '["deliver_file_start", "../../etc/passwd"]',
    '["meta", {"type": "exit"}]',
    '{"type": "resize", "width": 80, "height": 24}',
    "[" * 100_000,
    "[" + "9" * 5000 + "]",
)


@pytest.mark.parametrize("text", BAD)
def test_what_no_page_of_ours_sends_is_refused(text: str) -> None:
    with pytest.raises(BadMessage):
        read(text)


def test_what_our_page_sends_is_understood() -> None:
    assert read('["stdin", "Привет\\r"]') == Message("stdin", "Привет\r")
    assert read('["resize", {"width": 100, "height": 30}]') == Message("resize", size=(100, 30))
    assert read('["ping", 12.5]') == Message("ping", "12.5")
    assert read('["focus"]').kind == "focus"
    assert read('["blur", {}]').kind == "blur"


@pytest.mark.parametrize(("width", "height"), [(0, 0), (-5, 10**12), (10**15, -1), (10**9, 10**9)])
def test_a_terminal_has_a_size_that_a_screen_can_have(width: int, height: int) -> None:
    columns, rows = read(json.dumps(["resize", {"width": width, "height": height}])).size
    assert columns in COLUMNS
    assert rows in ROWS


@pytest.mark.parametrize(
    ("query", "size"),
    [
        (("100", "30"), (100, 30)),
        (("", ""), (80, 24)),
        (("x", "-1"), (80, 24)),
        (("9" * 5000, "1e9"), (80, 24)),
        (("٣", "99999999"), (80, ROWS[-1])),
    ],
)
def test_the_size_in_an_address_is_any_text(query: tuple[str, str], size: tuple[int, int]) -> None:
    assert size_of(*query) == size


def test_halves_of_surrogate_pairs_become_text_that_can_be_encoded() -> None:
    assert read('["stdin", "a\\ud800b"]').text.encode() == "a\ufffdb".encode()
    assert read('["stdin", "\\ud83d\\ude00"]').text == "😀"


@given(st.text())
def test_whatever_is_typed_arrives_as_it_was_typed(text: str) -> None:
    assert read(json.dumps(["stdin", text])).text == text


@given(st.lists(st.tuples(st.integers(0, 1 << 16), st.floats(0, 2)), min_size=1))
def test_who_waits_as_told_never_gets_more_through_than_the_rate(
    sent: list[tuple[int, float]],
) -> None:
    pace, now_s, total = Pace(rate=1000, burst=5000, least=10), 0.0, 0
    for count, pause_s in sent:
        total += max(count, 10)
        now_s += pace.wait_s(count, now_s) + pause_s
        assert total <= 1000 * now_s + 5000 + (1 << 16)


def test_what_a_person_types_never_waits() -> None:
    pace = Pace()
    assert not any(pace.wait_s(20, at / 100) for at in range(10_000))
