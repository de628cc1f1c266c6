"""A step that is played in a lab of lanes: figures, knobs, verdicts with time, coming back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.course.lanekit import write_lesson
from tutor import i18n
from tutor.course.figurewords import _WORDS, figure_text
from tutor.course.labattempt import LabAttempt
from tutor.course.laneoffer import KNOB, offer_of
from tutor.course.loader import load_course
from tutor.course.model import LaneSetup, Line, Step
from tutor.course.player import Player
from tutor.course.predicates.base import Check, line_text
from tutor.course.predicates.reading import read_check
from tutor.course.progress import Progress
from tutor.course.schema import Source
from tutor.engine.clock import VirtualClock
from tutor.engine.cmdline import split
from tutor.labs.cache import CURES, EXPERIMENTS
from tutor.labs.catalog import lab_kind
from tutor.labs.security.attacks import ATTACKS

STEP = """
[[step]]
lab = {{ lab = "cache", experiment = "aside" }}
check = [{{ id = "c", {demand} }}]
"""


def lines(*texts: str) -> tuple[Line, ...]:
    return tuple(Line(text, tuple(split(text))) for text in texts)


def check(demand: str, name: str = "c") -> Check:
    source = Source("lesson.toml", STEP.format(demand=demand))
    (table,) = next(source.top.tables("step")).tables("check")
    made = read_check(table)
    assert not source.problems, source.problems
    return Check(name, made.predicates, 1)


def attempt(*demands: str, setup: tuple[str, ...] = (":run 1",), lane: str = "") -> LabAttempt:
    checks = tuple(check(demand, f"c{n}") for n, demand in enumerate(demands))
    lab = LaneSetup("cache", "aside", lane, (("rate", 20), ("keys", 1)))
    return LabAttempt(Step("s", "exercise", 1, setup=lines(*setup), checks=checks, lab=lab), 7)


def play(played: LabAttempt, *texts: str) -> LabAttempt:
    played.run_lines(lines(*texts))
    return played


@pytest.mark.parametrize(
    ("demand", "moves", "expected"),
    [
        ('figure = { name = "aside.hits", ge = 1 }', (), "ok"),
        ('figure = { name = "aside.hits", since = true, ge = 1 }', (), "wrong"),
        ('figure = { name = "aside.hits", since = true, ge = 15 }', (":run 1",), "ok"),
        ('figure = { name = "aside.hit_ratio", ge = 10.5, lt = 100 }', (":run 1",), "ok"),
        ('figure = { name = "without.hits", gt = 0 }', (":run 2",), "wrong"),
        ('figure = { name = "knob.rate", eq = 20 }', (), "ok"),
        ('figure = { name = "knob.rate", ge = 40 }', (), "wrong"),
        ('figure = { name = "knob.rate", ge = 40 }', (":rate 80",), "ok"),
        ('figure = { name = "knob.rate", is = "fast" }', (":rate 80",), "wrong"),
        ('once = { figure = { name = "knob.rate", ge = 40 } }', (), "pending"),
        ('once = { figure = { name = "knob.rate", ge = 40 } }', (":rate 80", ":rate 5"), "ok"),
        ('history = { used = ":rate" }', (), "pending"),
        ('history = { used = { cmd = ":rate", args = ["80"] } }', (":rate 40",), "pending"),
        ('history = { used = { cmd = ":rate", args = ["80"] } }', (":RATE 80",), "ok"),
        ('history = { not_used = ":ttl" }', (":ttl 1",), "ok"),  # a step that was passed stays so
        ('expect = { node = "aside", key = "k", db = 1, value = "v" }', (), "pending"),
        ('expect = { node = "aside", key = "k", db = 1, value = "v" }', ("SET k v",), "pending"),
        ('expect = { node = "aside", key = "k", db = 1, value = "v" }',
         (":on aside SET k v",), "ok"),
        ('expect = { key = "k", db = 1, value = "v" }', ("SET k v",), "ok"),
        ('expect = { key = "k", db = 0, value = "v" }', ("SELECT 0", "SET k v"), "ok"),
        ('reply = { cmd = "GET", node = "aside", is = "v" }', ("SET k v", "GET k"), "pending"),
        ('reply = { cmd = "GET", is = "v" }', (":node aside", "SET k v", "GET k"), "ok"),
        ('reply = { cmd = "BLPOP", is = { nil = true } }', ("BLPOP l 1", ":run 2"), "ok"),
        ('config = { node = "aside", maxmemory = "1048576" }',
         (":on aside CONFIG SET maxmemory 1mb",), "ok"),
    ],
)  # fmt: skip
def test_a_predicate_judges_the_lanes(demand: str, moves: tuple[str, ...], expected: str) -> None:
    assert play(attempt(demand), *moves).verdicts["c0"][0].status == expected


def test_the_prompt_begins_on_the_lane_that_is_looked_at() -> None:
    assert attempt().node == "without"
    assert attempt(lane="aside").node == "aside"
    assert play(attempt(), ":node aside").node == "aside"


def test_the_prompt_begins_where_the_step_says() -> None:
    lab = LaneSetup("security", "harden", "yours", (("scan", 0),), "admin@yours")
    played = LabAttempt(Step("s", "exercise", 1, lab=lab), 7)
    assert played.node == "admin@yours"
    assert play(played, ":node open").node == "open"
    played.reset()
    assert played.node == "admin@yours"
    assert LaneSetup("security", "harden", "yours").first == "yours"


def test_once_remembers_and_going_back_forgets() -> None:
    played = attempt(
        'once = { figure = { name = "knob.rate", ge = 80 } }',
        'figure = { name = "knob.ttl", eq = 1 }',
    )
    play(played, ":run 1", ":rate 80", ":run 0.2", ":rate 5", ":run 1")
    assert played.green() == {"c0"}
    play(played, ":back 1.5", ":run 1")
    assert played.green() == {"c0"}  # until something else is done, the same comes again
    play(played, ":back 1", ":workers 1", ":run 1")
    assert played.green() == frozenset()
    assert [entry.argv[0] for entry in played.view.history] == [b":workers"]


def test_what_is_passed_stays_passed_until_one_goes_back() -> None:
    played = play(attempt('figure = { name = "knob.rate", ge = 80 }'), ":run 1", ":rate 80")
    assert played.passed
    play(played, ":rate 5", ":run 1")
    assert played.passed
    play(played, ":back 2", ":ttl 1")
    assert not played.passed
    assert played.done


def test_the_setup_is_no_deed_and_going_back_into_it_is_no_way_around_it() -> None:
    setup = (":rate 80", ":run 1", ":on aside SET k v", ":run 1", ":rate 20", ":run 1")
    played = attempt('figure = { name = "knob.rate", ge = 80 }', setup=setup)
    assert played.view.history == []
    assert played.verdicts["c0"][0].status == "wrong"
    play(played, ":back 2.5", ":ttl 1")
    assert played.verdicts["c0"][0].status == "pending"
    play(played, ":run 3")
    assert not played.passed
    assert played.lab.knobs.rate == 20
    assert [entry.argv for entry in played.view.history] == [(b":ttl", b"1")]


def test_words_that_are_none_give_an_error_and_do_nothing() -> None:
    played = attempt()
    for line in (":rat 40", ":rate 41", ":cut without-aside", ":on nowhere PING", ":run 0"):
        assert "written" in str(played.run(split(line)).reply) or "no word" in str(
            played.run(split(line)).reply
        )
    assert played.lab.deeds == []


def test_an_experiment_without_servers_takes_words_and_no_commands() -> None:
    step = Step("s", "free", 1, lab=LaneSetup("cache", "models"))
    played = LabAttempt(step, 7)
    assert played.node == ""
    assert "Could not connect" in str(played.run(split("PING")).reply)
    played.run(split(":rows 100"))
    assert played.view.figures["knob.rows"] == 100


@pytest.mark.parametrize("language", ["en", "ru"])
def test_each_wrong_line_says_what_is_and_what_is_wanted(language: str) -> None:
    i18n.set_language(language)
    played = attempt(
        'figure = { name = "aside.hits", since = true, ge = 7000 }',
        'figure = { name = "aside.hit_ratio", eq = 12.5 }',
        'figure = { name = "knob.rate", gt = 40, le = 80 }',
        'figure = { name = "knob.rate", is = "fast" }',
    )
    for demand in played.step.checks:
        (predicate,), (verdict,) = demand.predicates, played.verdicts[demand.id]
        text = line_text(predicate, verdict)
        assert predicate.name() in text
        assert predicate.want() in text
        assert predicate.got(verdict) in text
    assert "≤ 80" in line_text(played.step.checks[2].predicates[0], played.verdicts["c2"][0])


@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_every_figure_of_the_cache_lab_has_words(experiment: str) -> None:
    offer = offer_of("cache", experiment)
    assert offer.lanes == CURES[experiment]
    for figure in offer.figures:
        what = figure.rpartition(".")[2]
        assert figure.startswith(KNOB) or what in _WORDS["cache"], figure
        assert figure_text("cache", figure) != figure
    assert figure_text("cache", "lock.something") == "lock: something"
    assert figure_text("nolab", "over") == "over"


@pytest.mark.parametrize("experiment", lab_kind("rate-limit").experiments)
def test_every_figure_of_a_lane_of_the_rate_limiting_lab_has_words(experiment: str) -> None:
    offer = offer_of("rate-limit", experiment)
    counted = [figure for figure in offer.figures if figure.partition(".")[0] in offer.lanes]
    assert len(counted) > len(offer.lanes)
    for figure in counted:
        assert figure.rpartition(".")[2] in _WORDS["rate-limit"], figure


@pytest.mark.parametrize("experiment", lab_kind("security").experiments)
def test_every_figure_of_the_security_lab_but_its_attacks_has_words(experiment: str) -> None:
    for figure in offer_of("security", experiment).figures:
        what = figure.rpartition(".")[2]
        assert figure.startswith(KNOB) or what in {*_WORDS["security"], *ATTACKS}, figure


# the player


def opened(tmp_path: Path, progress: Progress | None = None, step: str | None = "warm") -> Player:
    folder = tmp_path / "lessons"
    course = load_course(folder if folder.exists() else write_lesson(folder))
    return Player(course, "tiny", step, clock=VirtualClock(), progress=progress)


def test_a_player_plays_lanes_by_lines_and_says_what_is_wrong(tmp_path: Path) -> None:
    player = opened(tmp_path)
    assert player.node == "aside"
    assert player.run_line(":rate 0").feedback.id == "quiet"  # type: ignore[union-attr]
    turn = player.run_line(":on without SET mine 1")
    assert turn.feedback is not None
    player.run_line(":rate 80")
    player.run_line(":run 2")
    found = player.feedback()
    assert found is not None
    assert found.id == "elsewhere"
    assert player.run_line("SET mine 1").just_passed


def test_a_question_is_answered_by_a_lane(tmp_path: Path) -> None:
    player = opened(tmp_path, step="foresee")
    answer = player.answer("none")
    assert (answer.correct, answer.reply) == (True, None)
    assert [getattr(entry, "node", "") for entry in player.history] == ["without", "aside"]


def test_a_demo_makes_its_moves(tmp_path: Path) -> None:
    player = opened(tmp_path, step="show")
    player.play_on()
    before = player.lab.now
    player.play_on()
    assert player.lab.now - before == 30_000_000
    assert player.lab.knobs.rate == 0
    assert player.done


def test_the_last_hint_pastes_the_next_line_that_is_not_done(tmp_path: Path) -> None:
    player = opened(tmp_path)
    player.run_line(":rate 80")
    hints = [player.hint() for _ in range(4)]
    assert hints[-1] is not None
    assert hints[-1].paste == ":on aside SET mine 1"
    assert player.goal_world() is None


def test_lanes_are_as_they_were_when_the_learner_comes_back(tmp_path: Path) -> None:
    progress = Progress(tmp_path / "home")
    player = opened(tmp_path, progress)
    for line in (":rate 80", ":run 2", "SET k 'a b'", ":run 1", ":on without GET k", ":ttl 2"):
        player.run_line(line)
    player.next()
    again = opened(tmp_path, Progress(tmp_path / "home"))
    player.previous()
    assert again.lab is not player.lab
    assert again.lab.now == player.lab.now == 4_000_000
    assert again.lab.frame == player.lab.frame
    assert [deed.reply for deed in again.lab.deeds] == [deed.reply for deed in player.lab.deeds]
    assert [entry.argv for entry in again.history] == [entry.argv for entry in player.history]
    again.reset()
    assert again.lab.now == 1_000_000
    assert again.history == []


@pytest.mark.parametrize(
    "action",
    [
        ["act", 5, "rat", "", "5"],
        ["act", 5, "rate", "", "6"],
        ["act", 5, "rate", "", "much"],
        ["act", 5, "rate", "aside", "5"],
        ["act", -5, "rate", "", "5"],
        ["act", 5, "command", "nowhere", "GET k"],
        ["act", 5, "command", "aside", ""],
        ["act", 5, "rate", "", 5],
        ["run", 5, "SET", "k"],
        "nonsense",
    ],
)
def test_a_progress_file_that_does_not_fit_gives_a_clean_start(
    tmp_path: Path, action: object
) -> None:
    player = opened(tmp_path)
    player.run_line(":rate 10")
    state = json.loads(json.dumps(player.state()))
    state["attempts"]["warm"]["actions"].append(action)
    player.restore(state)
    assert player.lab.now == 1_000_000
    assert player.history == []


def test_world_moves_do_nothing_in_lanes(tmp_path: Path) -> None:
    player = opened(tmp_path)
    assert (player.undo(), player.redo(), player.cancel()) == (None, None, False)
    assert player.tick()
    assert not player.tick()
