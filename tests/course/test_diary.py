"""What a learner did is written down as it happens, and survives resets, breaks, hand editing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.course.labkit import write_lesson
from tutor.course import diary
from tutor.course.diary import Diary, sound, trimmed
from tutor.course.loader import load_course
from tutor.course.model import Course
from tutor.course.player import Player
from tutor.course.progress import Progress
from tutor.engine.clock import VirtualClock


def kinds(player: Player) -> list[str]:
    return [event[1] for event in player.diary]


def test_every_thing_that_is_done_in_a_step_is_written_down_with_its_time(tiny: Course) -> None:
    clock = VirtualClock(5_000_000)
    player = Player(tiny, "tiny", "alpha", clock=clock)
    player.run_line("LPUSH alpha:key 42")
    clock.advance(ms=1500)
    player.hint()
    player.undo()
    player.redo()
    player.reset()
    clock.advance(ms=500)
    player.run_line("SET alpha:key 42")
    first = player.diary[0]
    assert first == [5000, "run", "LPUSH alpha:key 42", "", ""]
    assert ["green", "kept"] in [event[1:] for event in player.diary]
    assert [5000, "said", "list"] in player.diary
    assert [6500, "hint", "1"] in player.diary
    assert [7000, "green", "kept", "value"] in player.diary
    assert player.diary[-1] == [7000, "done", "hints"]
    order = [kind for kind in kinds(player) if kind not in ("green", "said")]
    assert order == ["run", "hint", "undo", "redo", "reset", "run", "done"]


def test_an_error_reply_is_written_down_with_its_line(tiny: Course) -> None:
    player = Player(tiny, "tiny", "alpha", clock=VirtualClock())
    player.run_line("GETT alpha:key")
    assert player.diary[0][2] == "GETT alpha:key"
    assert player.diary[0][4].startswith("ERR unknown command")


def test_values_that_a_feedback_showed_are_kept_for_another_language(tiny: Course) -> None:
    player = Player(tiny, "tiny", "alpha", clock=VirtualClock())
    player.run_line("SET alpha:key 24")
    said = next(event for event in player.diary if event[1] == "said")
    assert said[2:] == ["swapped", "state.value", "24"]


@pytest.mark.parametrize(
    ("option", "how"), [("writes", "right"), ("reads", "wrong")], ids=["right", "wrong"]
)
def test_the_first_answer_says_how_a_question_went(tiny: Course, option: str, how: str) -> None:
    player = Player(tiny, "tiny", "which", clock=VirtualClock())
    player.answer(option)
    player.answer("writes")
    assert [event[1:] for event in player.diary] == [["answer", option, how], ["done", how]]


def test_how_an_exercise_was_solved_is_what_held_the_first_time(tiny: Course) -> None:
    player = Player(tiny, "tiny", "alpha", clock=VirtualClock())
    player.run_line("SET alpha:key 42")
    player.solution()
    player.reset()
    player.run_line("SET alpha:key 42")
    assert [event[2] for event in player.diary if event[1] == "done"] == ["alone"]


def test_the_solution_seen_before_is_help(tiny: Course) -> None:
    player = Player(tiny, "tiny", "alpha", clock=VirtualClock())
    player.solution()
    player.run_line("SET alpha:key 42")
    assert player.diary[-1][2] == "solution"


def test_the_diary_is_there_after_a_break_and_goes_on(tiny: Course, tmp_path: Path) -> None:
    clock, home = VirtualClock(), tmp_path / "home"
    player = Player(tiny, "tiny", "alpha", clock=clock, progress=Progress(home))
    player.run_line("SET alpha:key 24")
    player.reset()
    before = [list(event) for event in player.diary]
    again = Player(tiny, "tiny", "alpha", clock=clock, progress=Progress(home))
    assert list(again.diary) == before
    assert again.world.history == []
    again.run_line("SET alpha:key 42")
    kept = Progress(home).place("tiny")
    assert kept is not None
    lines = [event[2] for event in kept["attempts"]["alpha"]["log"] if event[1] == "run"]
    assert lines == ["SET alpha:key 24", "SET alpha:key 42"]


def test_what_two_windows_did_in_a_step_stands_in_one_diary(tiny: Course, tmp_path: Path) -> None:
    clock, home = VirtualClock(), tmp_path / "home"
    one = Player(tiny, "tiny", "alpha", clock=clock, progress=Progress(home))
    two = Player(tiny, "tiny", "alpha", clock=clock, progress=Progress(home))
    one.run_line("SET alpha:key 1")
    clock.advance(ms=1)
    two.run_line("SET alpha:key 2")
    kept = Progress(home).place("tiny")
    assert kept is not None
    lines = [event[2] for event in kept["attempts"]["alpha"]["log"] if event[1] == "run"]
    assert lines == ["SET alpha:key 1", "SET alpha:key 2"]


def test_in_a_lab_what_others_did_for_the_learner_is_no_deed_of_theirs(tmp_path: Path) -> None:
    course = load_course(write_lesson(tmp_path / "lessons"))
    player = Player(course, "tiny", "tie", clock=VirtualClock())
    assert player.lab is not None
    player.lab.act("cut", "master-replica1")
    player.tick()
    player.run_line(":on replica1 REPLICAOF NO ONE")
    runs = [event[2:] for event in player.diary if event[1] == "run"]
    assert runs == [[":cut master-replica1", "", ""], ["REPLICAOF NO ONE", "replica1", ""]]
    assert player.diary[-1][1:] == ["done", "alone"]
    foresee = Player(course, "tiny", "foresee", clock=VirtualClock())
    foresee.answer("one")
    foresee.tick()
    assert "run" not in kinds(foresee)


def test_a_deed_after_going_back_in_a_lab_is_written_down_as_well(tmp_path: Path) -> None:
    course = load_course(write_lesson(tmp_path / "lessons"))
    player = Player(course, "tiny", "tie", clock=VirtualClock())
    player.run_line(":run 1")
    player.run_line(":cut master-replica1")
    player.run_line(":run 1")
    player.run_line(":back 2")
    player.run_line(":pause replica1")
    runs = [event[2] for event in player.diary if event[1] == "run"]
    assert runs == [":cut master-replica1", ":pause replica1"]


def test_when_there_is_no_room_the_oldest_lines_go_and_what_lasts_stays() -> None:
    events = [[0, "done", "alone"], [1, "answer", "a", "right"]]
    events += [[n, "run", "x" * 1000, "", ""] for n in range(2, 102)]
    kept = trimmed(events)
    assert kept[:2] == events[:2]
    assert kept[-1] == events[-1]
    assert sum(16 + sum(map(len, event[2:])) for event in kept) <= diary.KEPT_CHARACTERS
    assert len(kept) < len(events)


@pytest.mark.parametrize(
    "event",
    [None, [], [1], ["1", "undo"], [-1, "undo"], [True, "undo"], [1, "unheard"], [1, "run", "PING"],
     [1, "run", 1, "", ""], [1, "done", "somehow"], [1, "answer", "a"], [1, 2, 3]],
)  # fmt: skip
def test_what_is_no_event_is_left_out(event: object) -> None:
    assert not sound(event)
    good = [1, "run", "PING", "", ""]
    assert Diary.resumed([event, good]).events == [good]
    assert Diary.resumed({"log": 1}).events == []
