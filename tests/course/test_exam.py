"""A step under time: in a world and in the lab, resumed, late, with a report in Markdown."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.course import labkit, lessonkit
from tutor.course import judged
from tutor.course.exam import minutes, minutes_left
from tutor.course.loader import load_course, read_course
from tutor.course.model import Course
from tutor.course.player import Player
from tutor.course.progress import Progress
from tutor.course.report import Report, exam_markdown, report_of
from tutor.engine.clock import VirtualClock
from tutor.i18n import set_language

MINUTE = 60_000


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """`delta` is an exam of one minute, `tie` one of two, in a lab."""
    root = labkit.write_lesson(tmp_path / "lessons")
    file = root / "tiny" / "lesson.toml"
    lessonkit.edit(
        file, '\n[[step]]\nid = "tie"', '\n[step.exam]\nminutes = 1\n[[step]]\nid = "tie"'
    )
    lessonkit.edit(file, '\n[[step]]\nid = "foresee"',
                   '\n[step.exam]\nminutes = 2\n[[step]]\nid = "foresee"')  # fmt: skip
    return load_course(root)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


def report(player: Player) -> Report:
    made = report_of(player)
    assert made is not None
    return made


def at(course: Course, step: str, clock: VirtualClock, progress: Progress | None = None) -> Player:
    return Player(course, "tiny", step, clock=clock, progress=progress)


def test_only_the_step_that_says_so_is_an_exam(course: Course, clock: VirtualClock) -> None:
    player = at(course, "alpha", clock)
    assert player.exam is None
    assert report_of(player) is None
    player.jump("gamma")
    assert player.exam is not None
    assert player.exam.limit_ms == MINUTE


def test_time_goes_by_the_clock_of_the_world(course: Course, clock: VirtualClock) -> None:
    player = at(course, "gamma", clock)
    clock.advance(ms=12_300)
    exam = player.exam
    assert exam is not None
    assert (exam.left_ms, exam.over, exam.late) == (47_700, False, False)
    assert player.tick()
    clock.advance(ms=10)
    assert not player.tick()
    clock.advance(ms=1000)
    assert player.tick()


def test_time_goes_by_the_seconds_of_the_lab(course: Course, clock: VirtualClock) -> None:
    player = at(course, "tie", clock)
    clock.advance(ms=MINUTE)
    player.run_line(":run 30")
    exam = player.exam
    assert exam is not None
    assert exam.left_ms == 2 * MINUTE - 30_000


def test_what_is_right_in_time_is_told_with_its_moment_and_commands(
    course: Course, clock: VirtualClock
) -> None:
    player = at(course, "gamma", clock)
    clock.advance(ms=5000)
    player.run_line("SET gamma:key 24")
    clock.advance(ms=5000)
    player.hint()
    player.run_line("SET gamma:key 42")
    clock.advance(ms=10 * MINUTE)
    player.tick()
    exam = player.exam
    assert exam is not None
    assert (exam.passed, exam.late, exam.left_ms) == (True, False, 50_000)
    made = report(player)
    value, kept = made.faults
    assert value.fixed is not None
    assert (value.fixed.ms, value.fixed.commands) == (10_000, 2)
    assert (made.fixed, made.total, made.hints, made.commands) == (1, 1, 1, 2)
    assert kept.kept
    text = exam_markdown(made)
    assert "**after 0:10 and 2 commands**" in text
    assert "- time: 0:10 of 1:00\n" in text
    assert "- faults fixed in time: 1 of 1\n" in text
    assert "- hints opened: 1" in text
    assert "## Was in order, and stayed so" in text


def test_when_the_time_is_over_the_step_is_judged_as_it_stood(
    course: Course, clock: VirtualClock
) -> None:
    player = at(course, "gamma", clock)
    player.run_line("SET gamma:key 24")
    clock.advance(ms=MINUTE + 1)
    assert player.tick()
    exam = player.exam
    assert exam is not None
    assert (exam.over, exam.late, exam.passed) == (True, True, False)
    text = exam_markdown(report(player))
    assert "## Not fixed" in text
    assert "is “24”, needs “42”" in text
    assert "- time: 1:00, all of it" in text


def test_it_can_be_gone_on_with_and_is_marked_as_late(course: Course, clock: VirtualClock) -> None:
    player = at(course, "gamma", clock)
    player.run_line("SET gamma:key 24")
    clock.advance(ms=MINUTE + 5000)
    turn = player.run_line("SET gamma:key 42")
    assert turn.just_passed
    assert player.done
    exam = player.exam
    assert exam is not None
    assert (exam.passed, exam.late) == (True, True)
    made = report(player)
    assert made.fixed == 0
    text = exam_markdown(made)
    assert "## Fixed after the time was over" in text
    assert "**after 1:05 and 2 commands**" in text
    assert "is “24”, needs “42”" in text
    assert "all was right after 1:05, too late" in text


def test_what_was_right_and_was_spoilt_is_not_fixed(course: Course, clock: VirtualClock) -> None:
    player = at(course, "gamma", clock)
    player.run_line("SET gamma:key 42")
    player.run_line("SET other 1")
    player.run_line("DEL gamma:key")
    made = report(player)
    value, kept = made.faults
    assert value.fixed is None
    assert kept.broken
    assert "was right at the beginning" in exam_markdown(made)
    clock.advance(ms=1000)
    player.run_line("SET gamma:key 42")
    value, _kept = report(player).faults
    assert value.fixed is not None
    assert value.fixed.commands == 4


def test_a_reset_gives_all_the_time_again(course: Course, clock: VirtualClock) -> None:
    player = at(course, "gamma", clock)
    player.run_line("SET gamma:key 24")
    clock.advance(ms=2 * MINUTE)
    player.tick()
    player.reset()
    exam = player.exam
    assert exam is not None
    assert (exam.left_ms, exam.late) == (MINUTE, False)
    assert report(player).commands == 0


def test_after_a_break_the_record_is_the_same_and_time_stood_still(
    course: Course, clock: VirtualClock, tmp_path: Path
) -> None:
    player = at(course, "gamma", clock, Progress(tmp_path))
    clock.advance(ms=5000)
    player.run_line("SET gamma:key 42")
    clock.advance(ms=1000)
    player.run_line("SET other 1")
    before = exam_markdown(report(player))
    clock.advance(ms=30 * MINUTE)
    again = at(course, "gamma", clock, Progress(tmp_path))
    assert exam_markdown(report(again)) == before
    assert again.exam is not None
    assert again.exam.left_ms == MINUTE - 6000


def test_time_spent_thinking_is_kept_as_well(
    course: Course, clock: VirtualClock, tmp_path: Path
) -> None:
    player = at(course, "gamma", clock, Progress(tmp_path))
    player.run_line("PING")
    for _second in range(25):
        clock.advance(ms=1000)
        player.tick()
    again = at(course, "gamma", clock, Progress(tmp_path))
    assert again.exam is not None
    assert again.exam.left_ms <= MINUTE - 1000 * 2 * judged.CLOCK_STEP_S


def test_in_the_lab_going_back_takes_back_what_came_later(
    course: Course, clock: VirtualClock
) -> None:
    player = at(course, "tie", clock)
    player.run_line(":run 10")
    player.run_line(":switch replica1")
    player.run_line(":run 60")
    player.run_line(":run 60")
    player.run_line(":run 1")
    exam = player.exam
    assert exam is not None
    assert exam.late
    assert "Not fixed" in exam_markdown(report(player))
    player.run_line(":back 60")
    player.run_line(":back 60")
    player.run_line(":back 5")
    exam = player.exam
    assert exam is not None
    assert (exam.late, exam.left_ms) == (False, 2 * MINUTE - 6000)
    player.run_line(":on replica1 REPLICAOF NO ONE")
    assert player.passed
    role = report(player).faults[0]
    assert role.fixed is not None
    assert (role.fixed.ms, role.fixed.commands) == (6000, 1)


def test_an_exam_in_the_lab_longer_than_a_usual_run_is_resumed_whole(
    course: Course, clock: VirtualClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tutor.course.labattempt.LONGEST_US", 5_000_000)
    player = at(course, "tie", clock, Progress(tmp_path))
    player.run_line(":run 40")
    player.run_line(":switch replica1")
    before = exam_markdown(report(player))
    again = at(course, "tie", clock, Progress(tmp_path))
    assert exam_markdown(report(again)) == before
    assert again.commands == 1


def test_the_report_is_in_the_language_of_the_moment(course: Course, clock: VirtualClock) -> None:
    player = at(course, "gamma", clock)
    player.run_line("SET gamma:key 24")
    english = exam_markdown(report(player))
    set_language("ru")
    russian = exam_markdown(report(player))
    assert russian != english
    assert "Проба" in russian


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        (("minutes = 1\n[[step]]", "minutes = 0\n[[step]]"), "'minutes' must be 1 to 180"),
        (("minutes = 1\n[[step]]", "hours = 1\n[[step]]"), "the key 'minutes' is missing"),
        (('ask = "GET guess"', 'ask = "GET guess"\n[step.exam]\nminutes = 5'),
         "'exam' belongs to steps of kind 'exercise' only"),
        (('kind = "quiz"', 'kind = "quiz"\nconcepts = ["strnig"]'),
         "the lesson has no concept 'strnig'; did you mean 'string'?"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_exam_or_a_concept_is_told(
    course: Course, tmp_path: Path, edit: tuple[str, str], says: str
) -> None:
    lessonkit.edit(tmp_path / "lessons" / "tiny" / "lesson.toml", *edit)
    _course, problems = read_course(tmp_path / "lessons")
    assert any(says in problem.message for problem in problems if problem.rule == "S1")


def test_a_step_is_about_its_own_concepts_or_about_the_lessons(tmp_path: Path) -> None:
    root = lessonkit.write_lesson(tmp_path / "lessons")
    file = root / "tiny" / "lesson.toml"
    lessonkit.edit(file, 'concepts = ["string"]', 'concepts = ["string", "quiz"]')
    lessonkit.edit(file, 'kind = "quiz"', 'kind = "quiz"\nconcepts = ["quiz"]')
    with (root / "course.toml").open("a", encoding="utf-8") as courses:
        courses.write('[concepts]\nquiz = { ru = "вопрос", en = "question" }\n')
    course = load_course(root)
    steps = {step.id: step.concepts for step in course.lessons[0].steps}
    assert steps["which"] == ("quiz",)
    assert steps["alpha"] == ("string", "quiz")
    assert course.concept_name("quiz", "ru") == "вопрос"
    assert course.concept_name("string", "ru") == "string"


def test_times_are_written_in_minutes_and_seconds() -> None:
    assert minutes(187_900) == "3:07"
    assert minutes_left(187_001) == "3:08"
    assert minutes_left(0) == "0:00"
    assert minutes_left(1) == "0:01"
