"""The summary of the whole course: what is done, what is weak, what to repeat, where to go on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tutor.course.model import Course
from tutor.course.player import Player
from tutor.course.progress import Progress
from tutor.course.summary import DAY_MS, HOUR_MS, span_text, summarize
from tutor.engine.clock import VirtualClock

NOW = VirtualClock().now_us() // 1000


@pytest.fixture
def progress(tmp_path: Path) -> Progress:
    return Progress(tmp_path / "home")


def test_before_anything_is_done_the_first_step_comes_next(
    tiny: Course, progress: Progress
) -> None:
    summary = summarize(tiny, progress, NOW)
    assert (summary.done, summary.steps, summary.finished, summary.due) == (0, 7, 0, 0)
    assert summary.next_step == ("tiny", "A trial", "The beginning")
    assert summary.next_due_ms is None
    assert summary.weak == ()


def test_steps_are_solved_assisted_or_open(tiny: Course, progress: Progress) -> None:
    player = Player(tiny, "tiny", clock=VirtualClock(), progress=progress)
    player.next()
    player.jump("alpha")
    player.solution()
    player.run_line("SET alpha:key 42")
    summary = summarize(tiny, progress, NOW)
    (lesson,) = summary.lessons
    assert lesson.solved == ("intro",)
    assert lesson.assisted == ("alpha",)
    assert lesson.open == ("guess", "which", "beta", "gamma", "delta")
    assert (lesson.done, lesson.steps, summary.assisted) == (2, 7, 1)
    assert summary.next_step == ("tiny", "A trial", "A guess")
    (weak,) = summary.weak
    assert (weak.names, weak.item.step.id) == (("string",), "alpha")
    assert weak.why == "solved with the solution"
    assert summary.next_due_ms is not None
    assert summary.next_due_ms > NOW


def test_what_is_probably_forgotten_is_weak_and_due(tiny: Course, progress: Progress) -> None:
    clock = VirtualClock()
    Player(tiny, "tiny", "which", clock=clock, progress=progress).answer("writes")
    assert summarize(tiny, progress, NOW).weak == ()
    later = summarize(tiny, progress, NOW + 400 * DAY_MS)
    assert later.due == 1
    assert later.weak[0].why.startswith("probably known still: ")


def test_at_the_end_nothing_comes_next(tiny: Course, progress: Progress) -> None:
    player = Player(tiny, "tiny", clock=VirtualClock(), progress=progress)
    for step in tiny.lessons[0].steps:
        player.jump(step.id)
        if step.kind == "exercise":
            player.run_line(f"SET {step.id}:key 42")
        elif step.kind != "read":
            player.answer("one" if step.kind == "predict" else "writes")
        else:
            player.next()
    summary = summarize(tiny, progress, NOW)
    assert summary.next_step is None
    assert (summary.done, summary.finished) == (7, 1)


@pytest.mark.parametrize(
    ("ms", "text"),
    [(0, "in 1 minute"), (10 * 60_000, "in 10 minutes"), (12 * HOUR_MS, "in 12 hours"),
     (DAY_MS, "in 1 day"), (40 * DAY_MS, "in 40 days")],
)  # fmt: skip
def test_a_time_to_come_is_told_roughly(ms: int, text: str) -> None:
    assert span_text(ms) == text
