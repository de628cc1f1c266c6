"""Why a step is not done yet, demand by demand."""

from __future__ import annotations

from tutor.course.model import Course
from tutor.course.player import Player
from tutor.course.unmet import unmet
from tutor.engine.clock import VirtualClock


def test_each_demand_that_is_not_met_is_listed_with_its_key(tiny: Course) -> None:
    player = Player(tiny, "tiny", clock=VirtualClock())
    exercise = next(step for step in player.lesson.steps if step.checks)
    player.jump(exercise.id)
    key = exercise.checks[0].predicates[0].key
    assert key is not None
    lines = unmet(player.step, player.verdicts)
    assert [line.status for line in lines] == ["pending"]
    assert lines[0].text.startswith(f"{key.decode()} · ")
    player.run([b"SET", key, b"24"])
    assert "24" in unmet(player.step, player.verdicts)[0].text
    for line in exercise.solution:
        player.run(line.argv)
    assert unmet(player.step, player.verdicts) == []


def test_a_check_with_words_of_its_own_is_told_in_full(course: Course) -> None:
    for lesson in course.lessons:
        for step in lesson.steps:
            player = Player(course, lesson.id, step.id, clock=VirtualClock())
            told = unmet(step, player.verdicts)
            demands = [one for each in player.verdicts.values() for one in each if not one.ok]
            assert len(told) == len(demands), f"{lesson.id}/{step.id}"
