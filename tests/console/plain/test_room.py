"""The list of lessons in lines, lines from a pipe, and the way out."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.console.plain.kit import room
from tutor import i18n
from tutor.course.outline import NoSuchPlace
from tutor.course.progress import Progress


def test_lessons_are_numbered_and_opened_by_number_or_name(home: Path) -> None:
    said = room(["2", "lessons", "sample"], home)
    assert " 1 ○ " in said
    assert "(sample, begin here)" in said
    assert said.index("lesson> 2") < said.index("step 1 of 1") < said.index("lesson> sample")


def test_what_was_typed_stands_behind_the_prompt_of_a_pipe(home: Path) -> None:
    said = room(["PING"], home, lesson="sample")
    assert "127.0.0.1:6379> PING\nPONG\n" in said


def test_the_end_of_the_input_leaves_with_a_word_and_keeps_the_place(home: Path) -> None:
    said = " ".join(room(["next", "HSET user:1 name Alice"], home, lesson="sample").split())
    assert "Until next time: you go on with" in said
    assert said.endswith("step 2 of 4.")
    again = room(["why"], home, lesson="sample")
    assert "step 2 of 4" in again
    assert "✓ fields: name = Alice" in again


def test_quit_reads_no_further(home: Path) -> None:
    said = room(["quit", "2"], home)
    assert said.endswith("Until next time.\n")
    assert "step 1" not in said


def test_a_step_may_be_named_or_numbered(home: Path) -> None:
    assert "step 3 of 4" in room([], home, lesson="sample", step="guess")
    assert "step 4 of 4" in room([], home, lesson="sample", step="4")


def test_a_lesson_or_a_step_that_is_not_there_is_told_with_those_that_are(home: Path) -> None:
    with pytest.raises(NoSuchPlace, match=r"There is no lesson nosuch\. There are: sample, second"):
        room([], home, lesson="nosuch")
    with pytest.raises(NoSuchPlace, match=r"There is no step 9\. There are: intro, hash"):
        room([], home, lesson="sample", step="9")


def test_after_the_last_step_next_opens_the_next_lesson(home: Path) -> None:
    said = room(["next", "next", "next"], home, lesson="sample", step="words")
    assert "The end of" in said
    assert "step 1 of 1" in said


def test_next_in_the_list_goes_on_where_the_learner_is(home: Path) -> None:
    room(["next"], home, lesson="sample")
    said = room(["next"], home)
    assert "(sample, 1 of 4, go on here)" in said
    assert "step 2 of 4" in said


def test_the_language_is_kept_for_the_next_time(home: Path) -> None:
    said = room(["lang ru", "lang xx", "nonsense"], home)
    assert "Уроки" in said
    assert Progress(home).setting("language") == "ru"
    assert i18n.language() == "ru"


def test_a_damaged_progress_file_is_told_of_and_kept(home: Path) -> None:
    (home / "progress.json").write_text("{nonsense")
    said = " ".join(room([], home).split())
    assert "The progress file was damaged" in said
    assert [path.read_text() for path in home.glob("progress*") if path.stat().st_size] == [
        "{nonsense"
    ]


def test_bytes_that_are_no_text_reach_redis_as_they_are(home: Path) -> None:
    said = room(['SET k "\\xff"', "GET k"], home, lesson="sample")
    assert '"\\xff"' in said
