"""Demos: what an instructor would type, played from pause to pause."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.course.lessonkit import edit, lock
from tutor.course.lint import check_course
from tutor.course.loader import load_course
from tutor.course.player import Player
from tutor.engine.clock import VirtualClock

STEP = """
[[step]]
id = "show"
kind = "demo"
introduces = ["EXISTS"]
setup = ["SET other x"]
[[step.demo]]
at = ["type SET hits 1 EX 60", "run", "pause note.1", "clock +61s", "type EXISTS hits", "run",
      "checkpoint expired", "pause note.2"]
[[step.demo]]
at = ["type DEL other", "run", "checkpoint over"]
[[step.check]]
id = "expired"
expect = { key = "hits", exists = false }
[[step]]
id = "which\""""
RU = """## step:show Показ
Смотрите, что будет с ключом.
### note.1
Ключ проживёт минуту.
### note.2
Минута прошла, и ключа нет.

## step:which"""
EN = """## step:show A show
Watch what becomes of the key.
### note.1
The key will live for a minute.
### note.2
The minute is over, and there is no key.

## step:which"""


@pytest.fixture
def folder(tiny_folder: Path) -> Path:
    edit(tiny_folder / "tiny/lesson.toml", '\n[[step]]\nid = "which"', STEP)
    edit(tiny_folder / "tiny/ru.md", "## step:which", RU)
    edit(tiny_folder / "tiny/en.md", "## step:which", EN)
    lock(tiny_folder)
    return tiny_folder


@pytest.fixture
def player(folder: Path) -> Player:
    return Player(load_course(folder), "tiny", "show", clock=VirtualClock())


def shown(player: Player) -> tuple[list[bytes], str, int]:
    turn, demo = player.play_on(), player.demo()
    assert turn is not None
    assert demo is not None
    note = " ".join(getattr(block, "markdown", "") for block in demo.note)
    return [b" ".join(entry.argv) for entry in turn.entries], note, demo.beat


def test_a_demo_goes_from_pause_to_pause(player: Player) -> None:
    assert player.demo() is not None
    assert player.demo().note == ()  # type: ignore[union-attr]
    lives = "The key will live for a minute."
    assert shown(player) == ([b"SET hits 1 EX 60"], lives, 3)
    assert shown(player) == ([b":run 61", b"EXISTS hits"], lives, 7)
    assert player.world.last is not None
    assert player.world.last.reply == 0
    assert shown(player) == ([], "The minute is over, and there is no key.", 8)
    assert not player.done
    assert shown(player)[0] == [b"DEL other"]
    assert player.done
    assert player.play_on() is None


def test_a_check_that_holds_does_not_end_it(player: Player) -> None:
    player.run_line("DEL hits")
    assert player.green() == {"expired"}
    assert not player.done
    assert player.checks() == []


def test_it_is_gone_on_with_where_it_was_left(player: Player, folder: Path) -> None:
    player.play_on()
    player.play_on()
    again = Player(load_course(folder), "tiny", clock=VirtualClock())
    again.restore(player.state())
    assert again.demo() == player.demo()
    assert again.world.engine.execute(again.world.session, [b"EXISTS", b"hits"]) == 0
    assert shown(again)[2] == 8


def test_from_the_beginning_it_is_played_anew(player: Player) -> None:
    player.play_on()
    player.reset()
    assert shown(player)[0] == [b"SET hits 1 EX 60"]


def test_lint_replays_it(folder: Path) -> None:
    proofs, rest = check_course(folder)
    assert [str(problem) for proof in proofs for problem in proof.problems] + rest == []
    assert proofs[0].counts["demos"] == 1


def test_a_demo_in_a_lab_makes_its_moves(folder: Path) -> None:
    edit(folder / "tiny/lesson.toml", 'setup = ["SET other x"]\n[[step.demo]]', "[[step.demo]]")
    edit(
        folder / "tiny/lesson.toml",
        'expect = { key = "hits", exists = false }\n[[step]]',
        'expect = { node = "replica1", key = "hits", exists = false }\n'
        "[step.lab]\nreplicas = 1\n[[step]]",
    )
    edit(folder / "tiny/lesson.toml", "hits 1 EX 60", "hits 1 EX 40")
    edit(folder / "tiny/lesson.toml", "clock +61s", "clock +50s")
    lock(folder)
    proofs, rest = check_course(folder)
    assert [str(problem) for proof in proofs for problem in proof.problems] + rest == []
    player = Player(load_course(folder), "tiny", "show")
    player.play_on()
    before = player.lab.now if player.lab else 0
    player.play_on()
    assert player.lab is not None
    assert player.lab.now - before == 50_000_000


@pytest.mark.parametrize(
    ("find", "replace", "says"),
    [
        ('"run", "pause note.1"', '"pause note.1"', "a line is typed and not run"),
        ('"type SET hits 1 EX 60", "run"', '"run"', "each 'type LINE' is followed by one 'run'"),
        ("clock +61s", "clock 61", "is no moment of a demo (type LINE, run"),
        ("pause note.1", "pause", "is no moment of a demo"),
        ("type SET hits 1 EX 60", "type 'SET", "unbalanced quotes"),
        ('at = ["type DEL other", "run", "checkpoint over"]', "at = 5", "must be a list"),
    ],
)
def test_what_no_demo_can_be_is_told(folder: Path, find: str, replace: str, says: str) -> None:
    edit(folder / "tiny/lesson.toml", find, replace)
    proofs, rest = check_course(folder)
    told = [problem for proof in proofs for problem in proof.problems] + rest
    assert any(says in problem.message and problem.line for problem in told), told
