"""What lesson authors type: new, lint, play, sync, synced."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.course.lessonkit import edit, write_lesson
from tutor import i18n
from tutor.console.lessons.bar import progress_bar
from tutor.console.lessons.command import main
from tutor.course.loader import load_course


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    before = i18n.language()
    i18n.set_language("en")
    yield
    i18n.set_language(before)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_lesson(tmp_path / "lessons")


def filled(folder: Path) -> None:
    """What an author does: write where the scaffold says TODO."""
    for path in folder.rglob("*.*"):
        text = path.read_text(encoding="utf-8")
        text = text.replace("TODO: ", "").replace('"TODO"', '"string"').replace("TODO ", "")
        path.write_text(text, encoding="utf-8")


# new


def test_a_new_lesson_lints_as_a_draft_once_it_is_filled(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--lessons", str(tmp_path / "pack")]
    assert main(["new", "first-steps", *where]) == 0
    assert main(["lint", "--draft", "--jobs", "1", *where]) == 1
    said = capsys.readouterr().out
    assert "S3: intro: this text is not written yet" in said
    assert "P8: 'concepts' is empty" in said
    assert "S1:" not in said
    filled(tmp_path / "pack")
    assert main(["lint", "--draft", "--jobs", "1", *where]) == 0, capsys.readouterr().out
    assert main(["synced", "first-steps", *where]) == 0
    assert main(["lint", "--jobs", "1", *where]) == 0, capsys.readouterr().out


def test_a_second_lesson_is_added_to_the_list(folder: Path) -> None:
    assert main(["new", "more", "--lessons", str(folder)]) == 0
    assert [lesson.id for lesson in load_course(folder).lessons] == ["tiny", "more"]
    text = (folder / "course.toml").read_text(encoding="utf-8")
    assert 'lessons = ["tiny", "more"]' in text
    assert '"ключ" = "key"' in text


def test_a_list_of_many_lines_stays_one(folder: Path) -> None:
    edit(folder / "course.toml", '["tiny"]', '[\n    "tiny", # the first\n]')
    assert main(["new", "more", "--lessons", str(folder)]) == 0
    assert [lesson.id for lesson in load_course(folder).lessons] == ["tiny", "more"]


@pytest.mark.parametrize("id_", ["../evil", "Big", "a b", "", "ключ", "-x", "tiny"])
def test_what_cannot_be_a_new_lesson_is_refused(
    id_: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(path.as_posix() for path in folder.parent.rglob("*"))
    assert main(["new", "--lessons", str(folder), "--", id_]) == 1
    assert capsys.readouterr().err
    assert sorted(path.as_posix() for path in folder.parent.rglob("*")) == before


# play


def test_solutions_are_played_and_written_down(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "tiny.md"
    assert main(["play", "tiny", "--lessons", str(folder), "--record", str(file)]) == 0
    text = file.read_text(encoding="utf-8")
    assert text.startswith("# A trial\n")
    assert "> SET alpha:key 42\nOK\n" in text
    assert "- alpha:key · value: “42”\n" in text.replace('"', "“").replace("“42“", "“42”")
    assert "Right, it is a string of one digit." in text
    assert '> GET guess\n"1"\n' in text


def test_a_transcript_speaks_the_wished_language(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "tiny.md"
    where = ["--lessons", str(folder), "--record", str(file)]
    assert main(["play", "tiny", "--lang", "ru", *where]) == 0
    text = file.read_text(encoding="utf-8")
    assert text.startswith("# Проба\n")
    assert "Верно, это строка из одной цифры." in text
    assert i18n.language() == "en"


def test_a_cast_is_events_in_order(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "tiny.cast"
    assert main(["play", "tiny", "--lessons", str(folder), "--record", str(file)]) == 0
    head, *events = map(json.loads, file.read_text(encoding="utf-8").splitlines())
    assert (head["version"], head["width"], head["height"]) == (2, 80, 24)
    times = [event[0] for event in events]
    assert times == sorted(times)
    assert "SET alpha:key 42\r\nOK\r\n" in "".join(event[2] for event in events)


def test_a_solution_that_does_not_solve_is_told(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(folder / "tiny/lesson.toml", 'solution = ["SET beta:key 42"]', 'solution = ["PING"]')
    assert main(["play", "tiny", "--lessons", str(folder)]) == 1
    assert "not solved: Writing" in capsys.readouterr().err


def test_a_file_that_cannot_be_written_is_told(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["play", "tiny", "--lessons", str(folder), "--record", str(folder)]) == 1
    assert str(folder) in capsys.readouterr().err


# sync


def test_both_texts_are_shown_where_one_lags_behind(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--lessons", str(folder)]
    assert main(["sync", *where]) == 0
    assert "nothing lags behind" in capsys.readouterr().out
    edit(folder / "tiny/en.md", "Nobody has stored a two.", "Nobody has ever stored a two.")
    assert main(["sync", "tiny", "--width", "80", *where]) == 1
    said = capsys.readouterr().out
    assert "tiny · guess/answer.two: ru is behind" in said
    row = next(line for line in said.splitlines() if "Двойку" in line)
    assert row.split(" │ ")[1] == "Nobody has ever stored a two."
    assert "1 text wants a look" in said
    assert main(["synced", "tiny", *where]) == 0
    assert main(["sync", *where]) == 0


def test_no_line_is_wider_than_was_wished(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "tiny" / "sync.lock").unlink()
    main(["sync", "tiny", "--width", "60", "--lessons", str(folder)])
    rows = [line for line in capsys.readouterr().out.splitlines() if "│" in line]
    assert rows
    assert max(map(len, rows)) <= 60


# lint


def test_without_a_terminal_there_is_no_bar(folder: Path) -> None:
    with progress_bar() as tell:
        assert tell is None


def test_a_lesson_that_is_none_is_told_by_every_word(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for word in ("lint", "play", "sync", "synced"):
        assert main([word, "nowhere", "--lessons", str(folder)]) == 1
        assert "nowhere: S1: no such lesson in course.toml" in capsys.readouterr().out
