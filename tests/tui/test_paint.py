"""Rows of pieces: wrapping, fitting, spreading."""

from __future__ import annotations

from tutor.tui.paint import Piece, fit, plain, row, spread, text_of, width_of, wrap


def test_wrap_breaks_at_spaces_and_indents_what_follows() -> None:
    rows = wrap(row(("* ", "accent"), "one two three four"), 10, "  ")
    assert text_of(rows) == "* one two\n  three\n  four"


def test_wrap_keeps_punctuation_with_the_word_before_it_across_pieces() -> None:
    rows = wrap(row("see ", ("GET", "code"), ", then"), 7)
    assert text_of(rows) == "see\nGET,\nthen"


def test_wrap_breaks_a_word_that_is_longer_than_the_line() -> None:
    rows = wrap(row("abcdefghij"), 4)
    assert text_of(rows) == "abcd\nefgh\nij"


def test_wrap_counts_cells_not_characters() -> None:
    rows = wrap(row("漢字 漢字"), 5)
    assert text_of(rows) == "漢字\n漢字"


def test_wrap_joins_neighbours_of_one_role() -> None:
    assert wrap(row("one two"), 20) == [(Piece("one two"),)]


def test_fit_marks_what_was_cut() -> None:
    cut = fit(row("abc", ("defgh", "key")), 5, "…")
    assert text_of([cut]) == "abcd…"
    assert width_of(cut) == 5


def test_fit_leaves_a_row_that_fits() -> None:
    assert fit(row("abc"), 3, "…") == row("abc")


def test_spread_lets_the_right_side_give_way() -> None:
    assert text_of([spread(row("left"), row("right"), 12, "…")]) == "left   right"
    assert text_of([spread(row("left"), row("right"), 9, "…")]) == "left  ri…"
    assert text_of([spread(row("left"), row("right"), 6, "…")]).rstrip() == "left"


def test_plain_removes_what_could_disturb_a_terminal() -> None:
    assert plain("a\x1b[31mb\tc") == "a�[31mb c"
