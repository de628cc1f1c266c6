"""Markdown of lessons as plain lines."""

from __future__ import annotations

from tutor.console.plain.markdown import inline, markdown_lines


def plain(text: str, width: int = 40) -> list[str]:
    lines = markdown_lines(text, width)
    return ["".join(piece for piece, _role in line).rstrip() for line in lines]


def test_code_keeps_its_backticks_and_emphasis_goes() -> None:
    assert plain("Type `GET k` **now**, *please*.") == ["Type `GET k` now, please."]


def test_paragraphs_are_wrapped_and_separated() -> None:
    assert plain("one two three four\nfive\n\nsix", 13) == ["one two three", "four five", "", "six"]


def test_lists_hang_under_their_marks() -> None:
    assert plain("- alpha beta gamma\n- two\n\n3. one\n4. two", 12) == [
        "- alpha beta",
        "  gamma",
        "- two",
        "",
        "3. one",
        "4. two",
    ]


TABLE = "| name | means |\n|---|---|\n| `int` | a number |\n| `raw` | two blocks of memory |"


def test_a_table_that_fits_is_a_grid() -> None:
    assert plain(TABLE) == [
        "name    means",
        "-----   --------------------",
        "`int`   a number",
        "`raw`   two blocks of memory",
    ]


def test_a_table_that_does_not_fit_is_told_row_by_row() -> None:
    assert plain(TABLE, 24) == [
        "`int`",
        "  means: a number",
        "`raw`",
        "  means: two blocks of",
        "    memory",
    ]


def test_a_link_shows_where_it_leads() -> None:
    assert plain("[Redis](https://redis.io)") == ["Redis (https://redis.io)"]


def test_code_blocks_stand_as_they_are_unless_too_wide() -> None:
    assert plain("```\na = 1\n\nb = 'x y z'\n```", 10) == ["  a = 1", "", "  b = 'x y", "    z'"]


def test_one_line_without_blocks() -> None:
    assert inline("about `SET`", "note") == [("about ", "note"), ("`SET`", "syntax")]


def test_no_break_spaces_stay_and_control_characters_do_not() -> None:
    said = "".join(text for line in markdown_lines("в\u00a0кэше \x1b[31m", 72) for text, _ in line)
    assert "в\u00a0кэше" in said
    assert "\x1b" not in said
