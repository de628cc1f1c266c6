"""What a learner keeps, on the screens: reviews, the summary, the cheat sheet, an exam's report."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.course import labkit, lessonkit
from tests.tui.playing import Play, playing
from tests.tui.screen_text import check_golden
from tests.tui.test_screens import GOLDENS, RENEW
from tutor.course.loader import load_course
from tutor.course.player import Player
from tutor.course.progress import Progress
from tutor.course.report import report_of
from tutor.engine.clock import VirtualClock
from tutor.tui.screens.document import DocumentScreen
from tutor.tui.screens.finished import FinishedScreen
from tutor.tui.screens.home import HomeScreen
from tutor.tui.screens.lab_lesson import REST_TICKS, LabLessonScreen
from tutor.tui.screens.lesson import LessonScreen
from tutor.tui.screens.progress import ProgressScreen
from tutor.tui.screens.reviewed import ReviewedScreen

DAY_MS = 86_400_000


@pytest.fixture
def lessons(tmp_path: Path) -> Path:
    """A course whose last world step (`gamma`) and lab step (`tie`) are exams."""
    root = labkit.write_lesson(tmp_path / "lessons")
    file = root / "tiny" / "lesson.toml"
    for before in ('\n[[step]]\nid = "tie"', '\n[[step]]\nid = "foresee"'):
        lessonkit.edit(file, before, f"\n[step.exam]\nminutes = 2\n{before}")
    lessonkit.edit(file, 'concepts = ["string"]', 'concepts = ["string", "quiz"]')
    lessonkit.edit(file, 'id = "which"', 'id = "which"\nconcepts = ["quiz"]')
    lessonkit.edit(file, 'id = "alpha"', 'id = "alpha"\nconcepts = ["string"]')
    with (root / "course.toml").open("a", encoding="utf-8") as text:
        text.write('[concepts]\nquiz = { ru = "вопросы", en = "questions" }\n')
        text.write('string = { ru = "строка", en = "string" }\n')
    lessonkit.lock(root)
    return root


def learnt(lessons: Path, home: Path, clock: VirtualClock) -> None:
    """The question and the first exercise are done, three days ago."""
    course = load_course(lessons)
    player = Player(course, "tiny", "which", clock=clock, progress=Progress(home))
    player.answer("reads")
    player.jump("alpha")
    player.run_line("LPUSH alpha:key 42")
    player.run_line("DEL alpha:key")
    player.run_line("SET alpha:key 42")
    clock.advance(ms=3 * DAY_MS)


def run(
    lessons: Path, home: Path, scenario: Callable[[Play], Awaitable[None]],
    size: tuple[int, int] = (120, 40), lang: str = "en",
) -> None:  # fmt: skip
    async def play() -> None:
        clock = VirtualClock()
        learnt(lessons, home, clock)
        async with playing(home, size, lang, lessons=lessons, clock=clock) as open_:
            await scenario(open_)

    asyncio.run(play())


# reviews


def test_the_list_of_lessons_says_what_is_due_and_asks_it(lessons: Path, home: Path) -> None:
    async def scenario(play: Play) -> None:
        assert "2 concepts are due" in play.text
        await play.click("Review")
        screen = play.app.screen
        assert isinstance(screen, LessonScreen)
        assert "Review · questions" in play.text
        assert screen.player.step.id == "which"
        question = screen.player.question()
        assert question is not None
        right = [option.id for option in question.options].index("writes") + 1
        await play.press(str(right))
        assert "next question" in play.text
        await play.press("f8")
        assert "Review · string" in play.text
        await play.press("f3")
        await play.enter("SET alpha:key 42")
        await play.press("f8")
        assert isinstance(play.app.screen, ReviewedScreen)
        assert "✓ questions — right" in play.text
        assert "✓ string — right after hints" in play.text
        assert "comes back in " in play.text
        await play.press("enter")
        assert isinstance(play.app.screen, HomeScreen)
        assert "due" not in play.text
        place = play.app.progress.place("tiny")
        assert place is not None
        assert place["step"] == "alpha"

    run(lessons, home, scenario)


def test_nothing_due_says_when_something_will_be(lessons: Path, home: Path) -> None:
    async def scenario(play: Play) -> None:
        for step, concept in (("which", "quiz"), ("alpha", "string")):
            play.app.progress.rate(play.app.now_ms, concept, f"tiny/{step}", "good")
        play.app.open_review()
        await play.pilot.pause()
        assert isinstance(play.app.screen, HomeScreen)
        assert "Nothing is due now. The next review is in " in play.text

    run(lessons, home, scenario)


def test_a_review_that_is_left_counts_what_was_tried(lessons: Path, home: Path) -> None:
    async def scenario(play: Play) -> None:
        play.app.open_review()
        await play.pilot.pause()
        await play.press("f8")
        await play.enter("SET alpha:key 1")
        play.app.open_home()
        await play.pilot.pause()
        assert [(each[1], each[3]) for each in play.app.progress.reviews()] == [("string", "again")]

    run(lessons, home, scenario)


def test_what_is_still_due_can_be_gone_on_with(
    lessons: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tutor.course.review.Review.__init__.__defaults__", (None, 1))

    async def scenario(play: Play) -> None:
        play.app.open_review()
        await play.pilot.pause()
        await play.press("1", "f8")
        assert "1 concept is still due." in play.text
        await play.press("enter")
        assert "Review · string" in play.text

    run(lessons, home, scenario)


# the summary


@pytest.mark.parametrize("lang", ["en", "ru"])
@pytest.mark.parametrize("size", [(120, 40), (80, 24)], ids=["120x40", "80x24"])
def test_the_summary(lessons: Path, home: Path, size: tuple[int, int], lang: str) -> None:
    async def scenario(play: Play) -> None:
        play.app.open_progress()
        await play.pilot.pause()
        name = f"progress-{size[0]}x{size[1]}-{lang}"
        check_golden(GOLDENS / f"{name}.txt", play.text, RENEW)

    run(lessons, home, scenario, size, lang)


def test_from_the_summary_a_weak_step_is_opened(lessons: Path, home: Path) -> None:
    async def scenario(play: Play) -> None:
        play.app.open_progress()
        await play.pilot.pause()
        await play.click("A trial: A question")
        screen = play.app.screen
        assert isinstance(screen, LessonScreen)
        assert screen.player.step.id == "which"

    run(lessons, home, scenario)


@pytest.mark.parametrize(
    ("key", "screen"),
    [("enter", LessonScreen), ("r", LessonScreen), ("c", DocumentScreen), ("escape", HomeScreen)],
)
def test_the_summary_leads_on(lessons: Path, home: Path, key: str, screen: type) -> None:
    async def scenario(play: Play) -> None:
        await play.click("Progress")
        assert isinstance(play.app.screen, ProgressScreen)
        await play.press(key)
        assert isinstance(play.app.screen, screen)

    run(lessons, home, scenario)


# the cheat sheet


def test_the_end_of_a_lesson_offers_the_cheat_sheet_which_can_be_kept(
    lessons: Path, home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)

    async def scenario(play: Play) -> None:
        play.app.open_lesson("tiny", "foresee")
        await play.pilot.pause()
        await play.press("f8")
        assert isinstance(play.app.screen, FinishedScreen)
        await play.press("c")
        assert isinstance(play.app.screen, DocumentScreen)
        assert "My Redis cheat sheet" in play.text
        await play.press("s", "s")
        first, second = (tmp_path / f"redis-cheatsheet-tiny{n}.md" for n in ("", "-2"))
        assert "SET alpha:key 42" in first.read_text(encoding="utf-8")
        assert second.read_text() == first.read_text()
        await play.press("enter")
        assert isinstance(play.app.screen, FinishedScreen)

    run(lessons, home, scenario)


def test_a_folder_that_cannot_be_written_is_told(
    lessons: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario(play: Play) -> None:
        play.app.show_sheet()
        await play.pilot.pause()

        def full(path: Path, text: str, encoding: str) -> int:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(Path, "write_text", full)
        await play.press("s")
        assert "No space left on" in play.text

    run(lessons, home, scenario)


def test_without_anything_typed_there_is_no_sheet(lessons: Path, home: Path) -> None:
    async def scenario(play: Play) -> None:
        play.app.progress.forget("tiny")
        play.app.show_sheet()
        await play.pilot.pause()
        assert isinstance(play.app.screen, HomeScreen)
        assert "Nothing was typed in a lesson yet" in play.text

    run(lessons, home, scenario)


# the exam


@pytest.mark.parametrize("size", [(120, 40), (80, 24)], ids=["120x40", "80x24"])
def test_an_exam_shows_its_time_and_ends_with_a_report(
    lessons: Path, home: Path, size: tuple[int, int], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)

    async def scenario(play: Play) -> None:
        clock = play.app.clock
        assert isinstance(clock, VirtualClock)
        play.app.open_lesson("tiny", "gamma")
        await play.pilot.pause()
        assert "time left: 2:00 of 2:00" in play.text
        await play.enter("SET gamma:key 24")
        clock.advance(ms=61_000)
        screen = play.app.screen
        assert isinstance(screen, LessonScreen)
        screen.look()
        await play.pilot.pause()
        assert "time left: 0:59 of 2:00" in play.text
        assert "0:59" in play.text.splitlines()[0]
        clock.advance(ms=60_000)
        screen.look()
        await play.enter("PING")
        assert "The time of 2:00 is over" in play.text
        assert "time is over" in play.text.splitlines()[0]
        await play.press("f8")
        assert isinstance(play.app.screen, DocumentScreen)
        assert "Exam report" in play.text
        await play.press("s")
        written = (tmp_path / "redis-exam-gamma.md").read_text(encoding="utf-8")
        assert "## Not fixed" in written
        await play.press("escape")
        assert play.app.screen is screen
        await play.enter("SET gamma:key 42")
        await play.press("f8", "enter")
        assert isinstance(play.app.screen, LabLessonScreen)

    run(lessons, home, scenario, size)


def test_in_the_lab_the_time_of_an_exam_does_not_wait(lessons: Path, home: Path) -> None:
    async def scenario(play: Play) -> None:
        play.app.open_lesson("tiny", "tie")
        await play.pilot.pause()
        screen = play.app.screen
        assert isinstance(screen, LabLessonScreen)
        screen.playing.running = True
        for _tick in range(REST_TICKS + 10):
            screen.tick()
        assert screen.playing.running
        exam = screen.player.exam
        assert exam is not None
        assert exam.left_ms <= 120_000 - (REST_TICKS + 10) * 100
        for _tick in range(400):
            screen.tick()
        assert screen.player.exam is not None
        assert screen.player.exam.late
        await play.enter(":on replica1 REPLICAOF NO ONE")
        assert screen.player.passed
        report = report_of(screen.player)
        assert report is not None
        assert report.fixed == 0

    run(lessons, home, scenario)


def test_an_exam_in_which_nothing_was_done_is_passed_over_without_a_report(
    lessons: Path, home: Path
) -> None:
    async def scenario(play: Play) -> None:
        play.app.open_lesson("tiny", "gamma")
        await play.pilot.pause()
        await play.press("f8")
        assert isinstance(play.app.screen, LabLessonScreen)

    run(lessons, home, scenario)
