"""Asciicast, version 2: what a player may show, and the lines of the file."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.console.asciicast import END, Showable, event, head


def shown(*pieces: str) -> str:
    showable = Showable()
    return "".join(showable.feed(piece) for piece in pieces)


def test_the_head_says_nothing_of_the_environment() -> None:
    assert json.loads(head(120, 40, timestamp=7, title="redis-tutor demo cache")) == {
        "version": 2, "width": 120, "height": 40, "timestamp": 7,
        "title": "redis-tutor demo cache",
    }  # fmt: skip


def test_an_event_is_one_line_that_any_json_parser_takes() -> None:
    line = event(1.23456789, 'a"б\r\n\ud800\U0001f600')
    assert line.endswith("\n")
    assert line.count("\n") == 1
    assert json.loads(line) == [1.234568, "o", 'a"б\r\n�\U0001f600']
    line.encode("utf-8")


@pytest.mark.parametrize(
    "disturbing",
    [
        "\x1b[?1000h", "\x1b[?1003h\x1b[?1015h\x1b[?1006h", "\x1b[?1016h", "\x1b[?1004h",
        "\x1b[?2004h", "\x1b[?2048h", "\x1b[?2026h", "\x1b[?2026l", "\x1b[?2026$p",
        "\x1b[?2048$p", "\x1b[>13u", "\x1b[<u", "\x1b[c", "\x1b[6n", "\x1b[14t", "\x1b[>0q",
        "\x1b]52;c;c2VjcmV0\x07", "\x1b]0;title\x1b\\", "\x1b]8;;file:///home/x\x1b\\",
        "\x1bP+q544e\x1b\\", "\x1b_Gf=24;AAAA\x1b\\", "\x1b^x\x1b\\", "\x1bc", "\x1b=", "\x1b(0",
        "\x1b[2;10r", "\x1b[3g", "\x1b[s", "\x07", "\x00", "\x0e", "\x9b31m"[:1], "\x1b[?1049l",
        "\x1b[>4;2m", "\x1b[?4m", "\x1b[1 q", "\x1b[!p",
    ],
)  # fmt: skip
def test_what_would_disturb_a_terminal_is_left_out(disturbing: str) -> None:
    assert shown(f"before{disturbing}after") == "beforeafter"


@pytest.mark.parametrize(
    "showing",
    ["\x1b[0m", "\x1b[38;2;1;2;3;48;5;7m", "\x1b[4:3m", "\x1b[12;40H", "\x1b[H", "\x1b[2J",
     "\x1b[K", "\x1b[5A", "\x1b[3D", "\x1b[2G", "\x1b[4X", "\x1b[?25l", "\x1b[?25h", "\x1b[?7l",
     "\r\n", "\t", "\b", "«ё»", "表"],
)  # fmt: skip
def test_what_shows_something_stays(showing: str) -> None:
    assert shown(f"before{showing}after") == f"before{showing}after"


def test_of_several_modes_only_the_harmless_stay() -> None:
    assert shown("\x1b[?25;1000;7l") == "\x1b[?25;7l"


def test_a_screen_of_its_own_becomes_a_wiped_screen() -> None:
    assert shown("\x1b[?1049h") == "\x1b[0m\x1b[2J\x1b[H"


def test_a_sequence_that_begins_another_too_early_is_not_shown_as_a_sequence() -> None:
    assert shown("\x1b]0;never over\x1b[31mred") == "]0;never over\x1b[31mred"


@pytest.mark.parametrize("whole", ["\x1b]52;c;c2VjcmV0\x1b\\", "\x1b[38;2;1;2;3m", "\x1b[?1003h"])
def test_a_sequence_may_be_cut_anywhere(whole: str) -> None:
    expected = shown(f"a{whole}b")
    for at in range(len(whole) + 1):
        assert shown("a" + whole[:at], whole[at:] + "b") == expected
    assert shown("a", *whole, "b") == expected


def test_a_sequence_that_never_ends_does_not_hold_back_everything() -> None:
    assert shown("\x1b]0;" + "x" * 70_000, "after").endswith("after")


_ALPHABET = st.sampled_from([*list("ab1;?$<> [](Pm hlHuq\\"), "\x1b", "\x07", "\x9b", "ж"])


@given(st.lists(st.text(_ALPHABET, max_size=12), max_size=6))
def test_however_it_is_cut_the_same_is_shown_and_nothing_else_gets_through(cut: list[str]) -> None:
    text = "".join(cut) + "\x1b[0m"
    whole = shown(text)
    assert shown(*cut, "\x1b[0m") == whole
    assert shown(whole) == whole
    for part in whole.split("\x1b")[1:]:
        assert part[:1] == "["


def test_the_end_gives_cursor_colours_and_wrapping_back() -> None:
    assert shown(END) == END
