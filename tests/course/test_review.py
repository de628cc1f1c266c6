"""Concepts come back: when, by which step, and what happens to the rating."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.course import lessonkit
from tutor.course.concepts import IN_ONE_GO_MS, concepts_of
from tutor.course.loader import load_course
from tutor.course.model import Course
from tutor.course.player import Player
from tutor.course.progress import Progress
from tutor.course.review import Review, due_now, grade_of
from tutor.course.spacing import Rated, memory
from tutor.course.summary import summarize
from tutor.engine.clock import VirtualClock

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """`which` is about questions, `alpha` about writing, `delta` an exam about both."""
    root = lessonkit.write_lesson(tmp_path / "lessons")
    file = root / "tiny" / "lesson.toml"
    lessonkit.edit(file, 'concepts = ["string"]', 'concepts = ["string", "quiz", "writing"]')
    lessonkit.edit(file, 'id = "guess"', 'id = "guess"\nconcepts = ["string"]')
    lessonkit.edit(file, 'id = "which"', 'id = "which"\nconcepts = ["quiz"]')
    for letter in ("alpha", "beta", "gamma"):
        lessonkit.edit(file, f'id = "{letter}"', f'id = "{letter}"\nconcepts = ["writing"]')
    with file.open("a", encoding="utf-8") as text:
        text.write("\n[step.exam]\nminutes = 5\n")
    return root


@pytest.fixture
def course(folder: Path) -> Course:
    return load_course(folder)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def progress(tmp_path: Path) -> Progress:
    return Progress(tmp_path / "home")


def solve(
    course: Course, step: str, clock: VirtualClock, progress: Progress, help_: str = ""
) -> None:
    """Do a step of the lesson: alone, after a hint, or with the solution."""
    player = Player(course, "tiny", step, clock=clock, progress=progress)
    if player.step.kind == "predict":
        player.answer("two" if help_ else "one")
        return
    if player.step.kind == "quiz":
        player.answer("reads" if help_ else "writes")
        return
    if help_ == "hint":
        player.hint()
    elif help_ == "solution":
        player.solution()
    player.run_line(f"SET {step}:key 42")
    assert player.done


def due(course: Course, clock: VirtualClock, progress: Progress) -> list[tuple[str, str]]:
    found = due_now(course, progress, clock.now_us() // 1000)
    return [(each.concept.id, each.item.step.id) for each in found]


def test_only_concepts_of_finished_steps_are_asked(
    course: Course, clock: VirtualClock, progress: Progress
) -> None:
    Player(course, "tiny", "intro", clock=clock, progress=progress).next()
    Player(course, "tiny", "alpha", clock=clock, progress=progress).run_line("SET alpha:key 1")
    clock.advance(ms=400 * DAY)
    assert due(course, clock, progress) == []
    solve(course, "which", clock, progress)
    clock.advance(ms=400 * DAY)
    assert due(course, clock, progress) == [("quiz", "which")]


def test_what_needed_help_comes_back_earlier(
    course: Course, clock: VirtualClock, tmp_path: Path
) -> None:
    when = {}
    for help_ in ("", "hint", "solution"):
        progress = Progress(tmp_path / f"home-{help_}")
        solve(course, "alpha", clock, progress, help_)
        (concept,) = concepts_of(course, progress, clock.now_us() // 1000)
        when[help_] = concept.memory.due_ms - clock.now_us() // 1000
    assert when["solution"] < when["hint"] < when[""]
    assert when["solution"] >= MINUTE
    assert when[""] >= HOUR


def test_right_answers_make_the_way_to_the_next_one_longer_and_longer(
    course: Course, clock: VirtualClock, progress: Progress
) -> None:
    solve(course, "which", clock, progress)
    waits = []
    for _review in range(5):
        (concept,) = concepts_of(course, progress, clock.now_us() // 1000)
        waits.append(concept.memory.due_ms - clock.now_us() // 1000)
        clock.advance(ms=waits[-1])
        progress.rate(clock.now_us() // 1000, "quiz", "tiny/which", "good")
    assert waits == sorted(waits)
    assert waits[-1] > 20 * DAY
    clock.advance(ms=waits[-1])
    progress.rate(clock.now_us() // 1000, "quiz", "tiny/which", "again")
    (concept,) = concepts_of(course, progress, clock.now_us() // 1000)
    assert concept.memory.due_ms - clock.now_us() // 1000 < HOUR


def test_steps_finished_in_one_go_count_once_and_the_worst_counts(
    course: Course, clock: VirtualClock, progress: Progress
) -> None:
    solve(course, "alpha", clock, progress)
    clock.advance(ms=MINUTE)
    solve(course, "beta", clock, progress, "solution")
    clock.advance(ms=MINUTE)
    solve(course, "gamma", clock, progress)
    (concept,) = concepts_of(course, progress, clock.now_us() // 1000)
    assert len(concept.ratings) == 1
    assert concept.newest.grade == "again"
    assert concept.weak
    assert concept.repeat.step.id == "beta"
    clock.advance(ms=IN_ONE_GO_MS)
    assert due(course, clock, progress) == [("writing", "alpha")]


def test_a_question_comes_before_an_exercise_and_what_was_used_long_ago_before_both(
    course: Course, clock: VirtualClock, progress: Progress
) -> None:
    solve(course, "alpha", clock, progress)
    clock.advance(ms=MINUTE)
    solve(course, "beta", clock, progress)
    clock.advance(ms=3 * DAY)
    assert due(course, clock, progress) == [("writing", "alpha")]
    progress.rate(clock.now_us() // 1000, "writing", "tiny/alpha", "again")
    clock.advance(ms=3 * DAY)
    assert due(course, clock, progress) == [("writing", "beta")]


def test_a_review_opens_a_clean_start_and_leaves_the_lesson_as_it_is(
    course: Course, clock: VirtualClock, progress: Progress
) -> None:
    solve(course, "alpha", clock, progress)
    kept = progress.place("tiny")
    clock.advance(ms=3 * DAY)
    review = Review(course, progress, clock)
    player = review.open()
    assert player is not None
    assert player.step.id == "alpha"
    assert not player.done
    assert player.world.history == []
    player.run_line("SET alpha:key 42")
    asked = review.close(player)
    assert asked is not None
    assert asked.grade == "good"
    assert asked.next_ms > clock.now_us() // 1000
    assert progress.place("tiny") == kept
    assert due(course, clock, progress) == []
    assert review.open() is None


def test_the_options_stand_in_another_order(
    course: Course, clock: VirtualClock, progress: Progress
) -> None:
    for step in ("guess", "which"):
        solve(course, step, clock, progress)
    clock.advance(ms=3 * DAY)
    review = Review(course, progress, clock)
    for _number in range(2):
        player = review.open()
        assert player is not None
        question = player.question()
        usual = Player(course, "tiny", player.step.id).question()
        assert question is not None
        assert usual is not None
        ids, given = ([option.id for option in one.options] for one in (question, usual))
        assert ids != given
        assert sorted(ids) == sorted(given)
        assert player.question() == question
        right = "one" if player.step.id == "guess" else "writes"
        assert player.answer(right).correct
        assert grade_of(player) == "good"
        review.close(player)
    assert [asked.grade for asked in review.asked] == ["good", "good"]


@pytest.mark.parametrize(
    ("moves", "grade"),
    [
        (["SET alpha:key 42"], "good"),
        (["hint", "SET alpha:key 42"], "hard"),
        (["solution", "SET alpha:key 42"], "again"),
        (["SET alpha:key 1"], "again"),
        (["hint"], "again"),
        ([], None),
    ],
)
def test_it_is_rated_by_what_happened(
    course: Course, clock: VirtualClock, progress: Progress, moves: list[str], grade: str | None
) -> None:
    solve(course, "alpha", clock, progress)
    clock.advance(ms=3 * DAY)
    review = Review(course, progress, clock)
    player = review.open()
    assert player is not None
    for move in moves:
        if move == "hint":
            player.hint()
        elif move == "solution":
            player.solution()
        else:
            player.run_line(move)
    asked = review.close(player)
    assert asked is not None
    assert asked.grade == grade
    assert len(progress.reviews()) == (grade is not None)
    assert review.close(player) is None


def test_a_wrong_answer_to_a_question_counts_as_wrong(
    course: Course, clock: VirtualClock, progress: Progress
) -> None:
    solve(course, "which", clock, progress)
    clock.advance(ms=3 * DAY)
    review = Review(course, progress, clock)
    player = review.open()
    assert player is not None
    assert grade_of(player) is None
    player.answer("reads")
    asked = review.close(player)
    assert asked is not None
    assert asked.grade == "again"
    summary = summarize(course, progress, clock.now_us() // 1000)
    assert [weak.names for weak in summary.weak] == [("quiz",)]
    assert summary.weak[0].why == "wrong at the last review"


def test_a_session_has_an_end_and_the_most_forgotten_comes_first(
    course: Course, clock: VirtualClock, progress: Progress
) -> None:
    solve(course, "which", clock, progress, "wrong")
    solve(course, "guess", clock, progress)
    clock.advance(ms=5 * DAY)
    assert due(course, clock, progress) == [("quiz", "which"), ("string", "guess")]
    assert len(Review(course, progress, clock, most=1).queue) == 1


def test_an_exam_is_never_a_review(course: Course, clock: VirtualClock, progress: Progress) -> None:
    solve(course, "delta", clock, progress)
    clock.advance(ms=30 * DAY)
    assert due(course, clock, progress) == []


def test_progress_from_before_there_were_diaries_is_due_at_once(
    course: Course, clock: VirtualClock, progress: Progress
) -> None:
    attempts = {
        "which": {"done": True, "answer": "writes"},
        "alpha": {"done": True, "saw_solution": True},
        "gone": {"done": True},
    }
    progress.keep("tiny", {"step": "alpha", "attempts": attempts}, 7)
    assert due(course, clock, progress) == [("writing", "alpha"), ("quiz", "which")]


def test_a_memory_fades_and_needs_no_clock_that_is_right() -> None:
    rated = [Rated(0, "good"), Rated(2 * DAY, "good"), Rated(DAY, "good")]
    soon, late = memory(rated, 3 * DAY), memory(rated, 300 * DAY)
    assert 0.5 < soon.recall <= 1
    assert late.recall < soon.recall
    assert memory([Rated(10**18, "again")], 0).due_ms > 0
