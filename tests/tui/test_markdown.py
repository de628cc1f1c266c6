"""Markdown as rows."""

from __future__ import annotations

from tutor.tui.paint import text_of
from tutor.tui.widgets.markdown import markdown_rows


def shown(text: str, width: int = 40) -> str:
    return text_of(markdown_rows(text, width))


def test_blocks_are_separated_by_an_empty_row() -> None:
    assert shown("one\ntwo\n\nthree") == "one two\n\nthree"


def test_lists_hang() -> None:
    assert shown("- first of all things\n- second", 16) == ("• first of all\n  things\n• second")
    assert shown("3. three\n4. four") == "3. three\n4. four"


def test_code_keeps_its_role() -> None:
    (line,) = markdown_rows("type `GET key` now", 40)
    assert [piece.role for piece in line] == ["", "code", ""]


def test_a_table_that_fits_is_a_grid() -> None:
    table = "| a | bb |\n|---|---|\n| 1 | 2 |"
    assert shown(table) == "a   bb\n──────\n1   2"


def test_a_table_that_does_not_fit_is_told_row_by_row() -> None:
    table = "| Type | Inside |\n|---|---|\n| STRING | a simple dynamic string |"
    assert shown(table, 24) == "STRING\n  Inside: a simple\n    dynamic string"


def test_brackets_are_text_not_markup() -> None:
    assert shown("[bold]x[/bold]") == "[bold]x[/bold]"


def test_a_quote_has_a_bar() -> None:
    assert shown("> said") == "│ said"
