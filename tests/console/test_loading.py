"""The bar while a server loads: seen on a terminal only, and gone before anybody else writes."""

from __future__ import annotations

import io

import pytest

from tutor.console import loading
from tutor.console.loading import LoadingBar


class Terminal(io.StringIO):
    """Takes what would be seen."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "_FIRST_AFTER", 0)
    monkeypatch.setattr(loading, "_EVERY", 0)
    monkeypatch.setenv("TERM", "xterm-256color")


def test_it_shows_how_far_the_reading_is() -> None:
    terminal = Terminal()
    bar = LoadingBar(terminal)
    bar(500_000, 2_000_000)
    bar(1_000_000, 2_000_000)
    seen = terminal.getvalue()
    assert "25%" in seen
    assert "1.0/2.0 MB" in seen
    assert seen.index("25%") < seen.index("50%")


def test_it_leaves_its_line_to_others_and_comes_back() -> None:
    terminal = Terminal()
    bar = LoadingBar(terminal)
    bar(1, 4)
    bar(0, 0)
    assert terminal.getvalue().endswith("\x1b[2K")
    before = len(terminal.getvalue())
    bar(0, 0)
    assert len(terminal.getvalue()) == before
    bar(3, 4)
    assert "75%" in terminal.getvalue()[before:]


def test_a_file_gets_no_bar() -> None:
    out = io.StringIO()
    bar = LoadingBar(out)
    bar(1, 4)
    bar(0, 0)
    assert out.getvalue() == ""


def test_what_is_loaded_in_a_moment_needs_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "_FIRST_AFTER", 60)
    terminal = Terminal()
    LoadingBar(terminal)(1, 4)
    assert terminal.getvalue() == ""
