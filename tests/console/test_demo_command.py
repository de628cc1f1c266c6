"""`redis-tutor demo` without a screen: the list, what it refuses, the check."""

from __future__ import annotations

import pytest

from tutor.cli import main
from tutor.course.scenereading import demo_names


def test_the_list_names_every_demo_and_its_scenes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--list", "--lang", "ru"]) == 0
    told = capsys.readouterr().out
    for name in demo_names():
        assert f"\n{name} " in f"\n{told}"
    assert "6  Мастер умер, действуем руками" in told


def test_the_list_of_one_demo(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "cache", "--list", "--lang", "en"]) == 0
    told = capsys.readouterr().out
    assert "3  Everybody at once" in told
    assert "replication" not in told


def test_a_misspelt_demo_is_told_with_the_one_that_was_meant(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["demo", "replicaton", "--lang", "en"]) == 2
    assert "There is no demo replicaton. Did you mean replication?" in capsys.readouterr().err


def test_an_unknown_demo_is_told_with_those_that_there_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["demo", "zzz", "--lang", "en"]) == 2
    assert ", ".join(demo_names()) in capsys.readouterr().err


def test_a_demo_is_checked(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "security", "--check", "--lang", "en"]) == 0
    assert capsys.readouterr().out == "Every scene does what it says.\n"
