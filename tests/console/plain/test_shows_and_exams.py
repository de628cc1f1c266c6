"""Demos from pause to pause, and exams under time, in lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.console.plain.kit import Script
from tests.course import test_demo
from tests.course.lessonkit import edit, lock, write_lesson
from tutor.course.loader import load_course


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A course with a demo, and an exam of one minute."""
    root = write_lesson(tmp_path / "lessons")
    file = root / "tiny" / "lesson.toml"
    edit(file, '\n[[step]]\nid = "which"', test_demo.STEP)
    edit(root / "tiny/ru.md", "## step:which", test_demo.RU)
    edit(root / "tiny/en.md", "## step:which", test_demo.EN)
    with file.open("a", encoding="utf-8") as more:
        more.write("[step.exam]\nminutes = 1\n")
    lock(root)
    return root


def test_next_plays_a_demo_from_pause_to_pause_and_then_goes_on(folder: Path) -> None:
    script = Script("tiny", "show", course=load_course(folder))
    assert "next plays it, bit by bit." in script.page.text
    said = script.type("next")
    assert "> SET hits 1 EX 60\nOK\n" in said
    assert "The key will live for a minute." in said
    assert "next plays on." in said
    while not script.player.done:
        said += script.type("next")
    assert "(integer) 0" in said
    assert "The minute is over, and there is no key." in said
    script.type("next")
    assert script.player.step.id == "which"


def test_an_exam_tells_its_time_and_reports_before_it_goes_on(folder: Path) -> None:
    course = load_course(folder)
    exam = next(step for step in course.lessons[0].steps if step.exam is not None)
    script = Script("tiny", exam.id, course=course)
    assert "time left: 1:00 of 1:00" in script.page.text
    script.clock.advance(ms=10_000)
    assert "time left: 0:50 of 1:00" in script.type("task")
    assert "0:50" in script.type("where")
    script.type("PING")
    said = script.type("next")
    assert "Exam report" in said
    assert "Not fixed" in said
    assert script.player.step is exam
    script.type("next")
    assert script.lesson._ended or script.player.step is not exam


def test_after_the_time_what_is_done_counts_as_late(folder: Path) -> None:
    course = load_course(folder)
    exam = next(step for step in course.lessons[0].steps if step.exam is not None)
    script = Script("tiny", exam.id, course=course)
    script.clock.advance(ms=61_000)
    script.type(*(line.text for line in exam.solution))
    assert "counts as late" in script.type("task")
    assert "Fixed after the time was over" in script.type("verdict")


def test_other_steps_have_no_report(folder: Path) -> None:
    script = Script("tiny", course=load_course(folder))
    assert script.type("verdict") == "This step is no exam.\n"
