"""Lines on a page: broken to its width, in ASCII or colour as wished."""

from __future__ import annotations

from io import BytesIO, StringIO, TextIOWrapper

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.console.plain.kit import Recorded
from tutor.console.plain.page import Page, wants_ascii, wrap
from tutor.diagrams.canvas import line_width

WORDS = st.text(st.sampled_from("ab яЖ漢\u00a0-`"), max_size=40)


@given(st.lists(st.tuples(WORDS, st.sampled_from(["", "note"])), max_size=5), st.integers(8, 30))
def test_no_line_is_wider_and_no_character_is_lost(line: list[tuple[str, str]], width: int) -> None:
    rows = wrap(line, width, "  ")
    assert all(line_width(row) <= width for row in rows)  # type: ignore[arg-type]
    said = "".join(text for text, _role in line).replace(" ", "")
    assert "".join(text for row in rows for text, _role in row).replace(" ", "") == said


def test_a_line_is_broken_at_spaces_and_the_rest_hangs() -> None:
    rows = wrap([("alpha beta gamma", "")], 11, "  ")
    assert rows == [[("alpha beta", "")], [("  gamma", "")]]


def test_a_word_that_is_too_long_is_broken_where_the_line_ends() -> None:
    rows = wrap([("a " + "x" * 12, "data")], 8)
    assert ["".join(text for text, _role in row) for row in rows] == ["a", "x" * 8, "x" * 4]


def test_pieces_without_a_space_between_stay_together() -> None:
    rows = wrap([("say ", ""), ("`GET`", "syntax"), (".", "")], 8)
    assert ["".join(text for text, _role in row) for row in rows] == ["say", "`GET`."]


def test_empty_lines_never_stand_side_by_side() -> None:
    page = Recorded()
    page.gap()
    page.say("one")
    page.gap()
    page.gap()
    page.say("two")
    assert page.text == "one\n\ntwo\n"


def test_ascii_spells_signs_but_not_data() -> None:
    page = Recorded(ascii=True)
    page.show([[("✓ «да» — …", "")], [('"→ ✓"', "string")]])
    assert page.text == '+ "да" - ...\n"→ ✓"\n'


def test_what_the_encoding_lacks_is_spelt_with_backslashes_within_the_width() -> None:
    out = TextIOWrapper(BytesIO(), encoding="ascii", write_through=True)
    Page(out, 24, colour=False).show([[("Привет, Redis", "")]])
    out.flush()
    lines = out.buffer.getvalue().decode("ascii").splitlines()  # type: ignore[attr-defined]
    assert "".join(lines).replace(" ", "") == r"\u041f\u0440\u0438\u0432\u0435\u0442,Redis"
    assert max(map(len, lines)) <= 24


@pytest.mark.parametrize(
    ("environ", "wished"),
    [({"REDIS_TUTOR_ASCII": "1"}, True), ({"REDIS_TUTOR_ASCII": "no"}, False), ({}, False)],
)
def test_ascii_is_wished_by_a_variable(environ: dict[str, str], wished: bool) -> None:
    assert wants_ascii(environ) is wished


def test_ascii_where_the_encoding_has_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout", TextIOWrapper(BytesIO(), encoding="koi8-r"))
    assert wants_ascii({})


class Terminal(StringIO):
    """Says that it is one."""

    def isatty(self) -> bool:
        return True


def test_the_width_follows_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    page = Page(Terminal(), 72, colour=False)
    monkeypatch.setenv("COLUMNS", "50")
    page.measure()
    assert page.width == 50
    pipe = Page(StringIO(), 72)
    pipe.measure()
    assert pipe.width == 72


def test_colours_only_on_a_terminal_that_has_them(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Page(Terminal(), 80).colour
    assert not Page(StringIO(), 80).colour
    monkeypatch.setenv("NO_COLOR", "1")
    assert not Page(Terminal(), 80).colour
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("TERM", "dumb")
    assert not Page(Terminal(), 80).colour
