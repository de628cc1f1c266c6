"""A step that is played in a lab: predicates, verdicts as time goes on, coming back to it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.course.labkit import write_lesson
from tutor import i18n
from tutor.course import labattempt
from tutor.course.labattempt import LabAttempt
from tutor.course.loader import load_course
from tutor.course.model import LabSetup, Line, Step
from tutor.course.player import Player
from tutor.course.predicates.base import Check, line_text
from tutor.course.predicates.reading import read_check
from tutor.course.progress import Progress
from tutor.course.schema import Source
from tutor.engine.clock import VirtualClock
from tutor.engine.cmdline import split
from tutor.labs.replication.frame import Frame


def lines(*texts: str) -> tuple[Line, ...]:
    return tuple(Line(text, tuple(split(text))) for text in texts)


def check(demand: str) -> Check:
    source = Source("lesson.toml", f'id = "c"\n{demand}\n')
    made = read_check(source.top)
    assert not source.problems, source.problems
    return made


def attempt(*demands: str, setup: tuple[str, ...] = (":run 2",)) -> LabAttempt:
    checks = [check(demand) for demand in demands]
    named = tuple(Check(f"c{n}", each.predicates, 1) for n, each in enumerate(checks))
    step = Step("s", "exercise", 1, setup=lines(*setup), checks=named, lab=LabSetup())
    return LabAttempt(step, 7)


def play(played: LabAttempt, *texts: str) -> LabAttempt:
    played.run_lines(lines(*texts))
    return played


def status(demand: str, *texts: str) -> str:
    played = play(attempt(demand), *texts)
    return played.verdicts["c0"][0].status


@pytest.mark.parametrize(
    ("demand", "moves", "expected"),
    [
        ('repl = { node = "replica1", role = "replica" }', (), "ok"),
        ('repl = { node = "replica1", role = "master" }', (), "wrong"),
        ('repl = { node = "replica1", role = "master" }', (":promote replica1",), "ok"),
        ('repl = { node = "replica1", follows = "master" }', (), "ok"),
        ('repl = { node = "replica1", follows = "" }', (":promote replica1",), "ok"),
        ('repl = { node = "replica1", link = "up" }', (), "ok"),
        ('repl = { node = "master", state = "down" }', (":crash master",), "ok"),
        ('repl = { node = "replica1", role = "replica" }', (":crash replica1",), "ok"),
        ('repl = { node = "replica1", synced = true }', (), "ok"),
        (
            'repl = { node = "replica1", synced = true }',
            (":delay master-replica1 2000", ":run 5"),
            "ok",  # it was so at the beginning, and a step that was passed stays passed
        ),
        (
            'repl = { node = "replica1", synced = false }',
            (":cut master-replica1", ":run 3"),
            "ok",
        ),
        ('repl = { node = "replica1", offset_lag = { ge = 500 } }', (":run 5",), "wrong"),
        (
            'repl = { node = "replica1", offset_lag = { ge = 500 } }',
            (":cut master-replica1", ":run 2"),
            "ok",
        ),
        (
            'repl = { node = "replica1", lag_ms = { ge = 1000 } }',
            (":cut master-replica1", ":run 2"),
            "ok",
        ),
        ('repl = { node = "replica1", offset_lag = { ge = 0 } }', (":crash replica1",), "ok"),
        ('repl = { node = "master", loaded = { ge = 1 } }', ("SET k v",), "pending"),
        ('repl = { node = "master", loaded = 1 }', (":restart master rdb",), "wrong"),
        (
            'repl = { node = "master", loaded = { ge = 1 } }',
            ("SET k v", "SAVE", ":restart master rdb"),
            "ok",
        ),
        ('lab = { refused = { ge = 5 } }', (":run 5",), "wrong"),
        ('lab = { refused = { ge = 5 } }', (":crash master", ":run 2"), "ok"),
        ('lab = { master = "replica1" }', (":switch replica1",), "ok"),
        ("lab = { wait = 1 }", (":wait 1",), "ok"),
        ('expect = { node = "replica1", key = "k", value = "v" }', ("SET k v",), "pending"),
        ('expect = { node = "replica1", key = "k", value = "v" }', ("SET k v", ":run 1"), "ok"),
        ('expect = { node = "replica1", key = "k", value = "v" }', ("SET k w", ":run 1"), "wrong"),
        ('reply = { cmd = "GET", node = "replica1", is = "v" }', ("SET k v", "GET k"), "pending"),
        ('history = { used = { cmd = ":cut", args = ["master-replica1"] } }', (), "pending"),
        ('history = { used = ":cut" }', (":cut master-replica1",), "ok"),
        ('history = { not_used = ":cut" }', (), "ok"),
        ('once = { repl = { node = "replica1", state = "down" } }', (":run 1",), "pending"),
    ],
)  # fmt: skip
def test_a_predicate_judges_the_lab(demand: str, moves: tuple[str, ...], expected: str) -> None:
    assert status(demand, *moves) == expected


def test_once_remembers_and_going_back_forgets() -> None:
    down = 'once = { repl = { node = "replica1", state = "down" } }'
    played = attempt(down, "lab = { wait = 1 }")
    play(played, ":crash replica1", ":restart replica1 nothing", ":run 1")
    assert played.green() == {"c0"}
    play(played, ":back 2", ":run 3", ":back 4", ":cut master-replica1", ":run 4")
    assert played.green() == frozenset()


def test_counts_begin_when_the_learner_comes() -> None:
    setup = (":crash master", ":run 2", ":restart master nothing", ":run 1")
    played = attempt("lab = { refused = 0 }", "lab = { wait = 3 }", setup=setup)
    assert played.view.frame.counters.refused > 0
    assert played.green() == {"c0"}


def test_a_reply_may_have_to_come_after_something() -> None:
    demand = 'reply = { cmd = "WAIT", after = { cmd = "SET", key = "k" }, is = { ge = 1 } }'
    assert status(demand, "WAIT 1 500", "SET k v", ":run 1") == "pending"
    assert status(demand, "SET k v", "WAIT 1 500", ":run 1") == "ok"


def test_what_is_passed_stays_passed_until_one_goes_back() -> None:
    played = play(attempt('repl = { node = "master", state = "down" }'), ":run 1", ":crash master")
    assert played.passed
    play(played, ":restart master nothing", ":run 1")
    assert played.passed
    play(played, ":back 2", ":cut master-replica1")
    assert not played.passed
    assert played.done


def test_going_back_into_the_setup_is_no_way_around_it() -> None:
    played = attempt('repl = { node = "replica1", role = "master" }',
                     setup=(":run 1", ":promote replica1", ":run 1",
                            ":on replica1 REPLICAOF master 6379", ":run 1"))  # fmt: skip
    play(played, ":back 2", ":cut master-replica2")
    assert not played.passed
    assert {verdict.status for verdict in played.verdicts["c0"]} == {"pending"}
    play(played, ":run 3")
    assert not played.passed


def test_a_node_that_is_down_or_frozen_takes_no_commands() -> None:
    played = play(attempt(), ":crash replica1", ":pause replica2")
    deeds = len(played.lab.deeds)
    assert "Connection refused" in str(played.run(split(":on replica1 PING")).reply)
    assert "Timeout" in str(played.run(split(":on replica2 PING")).reply)
    assert "no word" in str(played.run(split(":nosuchword")).reply)
    assert len(played.lab.deeds) == deeds


@pytest.mark.parametrize("language", ["en", "ru"])
def test_each_wrong_line_says_what_is_and_what_is_wanted(language: str) -> None:
    i18n.set_language(language)
    played = attempt(
        'repl = { node = "replica1", role = "master", state = "down", link = "none",'
        ' follows = "replica2", synced = false, offset_lag = { gt = 90000 }, keys = 0,'
        ' sync_full = 9, lag_ms = { gt = 90000 }, sync_partial = 9 }',
        'lab = { lost = 7, reads = 9999, master = "replica2", wait = 3 }',
    )  # fmt: skip
    for demand in played.step.checks:
        for predicate, verdict in zip(demand.predicates, played.verdicts[demand.id], strict=True):
            text = line_text(predicate, verdict)
            assert verdict.status == "wrong"
            assert predicate.name().split(": ")[-1].split(" ")[0] in text
            if verdict.got is not None and predicate.want():
                assert predicate.want() in text


def opened(tmp_path: Path, progress: Progress | None = None, step: str | None = "tie") -> Player:
    folder = tmp_path / "lessons"
    course = load_course(folder if folder.exists() else write_lesson(folder))
    return Player(course, "tiny", step, clock=VirtualClock(), progress=progress)


def test_a_player_plays_a_lab_by_lines_and_says_what_is_wrong(tmp_path: Path) -> None:
    player = opened(tmp_path)
    assert player.lab is not None
    turn = player.run_line(":on replica1 ROLE")
    assert (turn.passed, turn.feedback and turn.feedback.id) == (False, "looked")
    assert [each.lines[0].text for each in player.checks()] == [
        "replica1: role: replica, needs: master",
        "clients write to: master",
    ]
    assert player.run_line(":on replica1 REPLICAOF NO ONE").just_passed
    player.next()
    assert player.lab is not None
    answer = player.answer("one")
    assert (answer.correct, answer.reply) == (True, b"1")
    assert [entry.action.kind for entry in player.lab.deeds] == ["command", "command"]


def test_the_last_hint_pastes_the_next_line_that_is_not_done(tmp_path: Path) -> None:
    player = opened(tmp_path)
    hints = [player.hint() for _ in range(4)]
    assert hints[-1] is not None
    assert hints[-1].paste == ":on replica1 REPLICAOF NO ONE"
    assert player.assisted
    assert player.goal_world() is None


def served(frame: Frame) -> Frame:
    """Without a rate that is smoothed over the moments at which one looked."""
    return replace(frame, nodes=tuple(replace(node, ops_per_s=0.0) for node in frame.nodes))


def test_a_lab_is_as_it_was_when_the_learner_comes_back(tmp_path: Path) -> None:
    progress = Progress(tmp_path / "home")
    player = opened(tmp_path, progress)
    for line in (":delay master-replica1 300", ":run 2", "SET k 'a b'", ":on replica1 ROLE"):
        player.run_line(line)
    player.previous()  # which keeps the time as well
    again = opened(tmp_path, Progress(tmp_path / "home"))
    assert again.lab is not None
    assert player.lab is None
    player.next()
    assert player.lab is not None
    assert again.lab.now == player.lab.now
    assert served(again.lab.frame) == served(player.lab.frame)
    assert [deed.reply for deed in again.lab.deeds] == [deed.reply for deed in player.lab.deeds]
    again.reset()
    assert again.lab.now == 1_000_000


def test_of_a_very_long_run_the_beginning_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(labattempt, "LONGEST_US", 5_000_000)
    player = opened(tmp_path)
    for line in (":wait 1", ":run 10", ":crash replica1"):
        player.run_line(line)
    player.restore(player.state())
    assert player.lab is not None
    assert player.lab.now == 5_000_000
    assert [deed.action.kind for deed in player.lab.deeds] == ["wait"]


@pytest.mark.parametrize(
    "action",
    [
        ["act", 5, "cut", "master-replica9", "0"],
        ["act", 5, "explode", "master", "0"],
        ["act", -5, "crash", "master", "0"],
        ["act", 5, "delay", "master-replica1", "much"],
        ["run", 5, "SET", "k"],
        "nonsense",
    ],
)
def test_a_progress_file_that_does_not_fit_gives_a_clean_start(
    tmp_path: Path, action: object
) -> None:
    player = opened(tmp_path)
    player.run_line(":crash replica1")
    state = json.loads(json.dumps(player.state()))
    state["attempts"]["tie"]["actions"].append(action)
    player.restore(state)
    assert player.lab is not None
    assert player.lab.now == 1_000_000
    assert not player.world.history


def test_world_moves_do_nothing_in_a_lab(tmp_path: Path) -> None:
    player = opened(tmp_path)
    assert (player.undo(), player.redo(), player.cancel()) == (None, None, False)
    assert player.tick()
    assert not player.tick()
