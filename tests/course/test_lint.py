"""The linter proves the real lessons, and each of its rules catches what it is for."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tests.course.lessonkit import BAD, spoil
from tutor.console.lessons.command import main
from tutor.console.lessons.twins import DiagramTwins
from tutor.course.lint import LOADED, RULES, Surroundings, check_course, lint

FIXTURES = sorted(BAD.glob("*.toml"))
AROUND = Surroundings(DiagramTwins())


def test_every_real_lesson_is_proved(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["lint"])
    said = capsys.readouterr().out
    assert code == 0, said
    assert "\nok   string: " in f"\n{said}"


def test_a_faultless_lesson_is_proved(tiny_folder: Path) -> None:
    proofs, rest = check_course(tiny_folder, around=AROUND)
    assert not rest
    assert [str(problem) for proof in proofs for problem in proof.problems] == []
    assert proofs[0].counts["mutants"] == 4
    assert proofs[0].counts["panels"] == 2 * 4


def test_several_processes_find_what_one_does(tiny_folder: Path) -> None:
    spoil(tiny_folder, BAD / "E4-mistake-accepted.toml")
    spoil(tiny_folder, BAD / "P4-belittling.toml")
    told: list[tuple[int, int]] = []
    one, _rest = check_course(tiny_folder, around=AROUND)
    two, _rest = check_course(
        tiny_folder, around=AROUND, processes=2,
        progress=lambda done, of, what: told.append((done, of)),
    )  # fmt: skip
    assert list(map(str, one[0].problems)) == list(map(str, two[0].problems)) != []
    assert one[0].counts == two[0].counts
    jobs = 1 + one[0].steps
    assert told == [(number, jobs) for number in range(1, jobs + 1)]


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda path: path.stem)
def test_a_fault_is_found_by_its_rule(fixture: Path, tiny_folder: Path) -> None:
    wanted = spoil(tiny_folder, fixture)
    proofs, rest = check_course(tiny_folder, around=AROUND)
    problems = [problem for proof in proofs for problem in proof.problems] + rest
    found = {problem.rule for problem in problems}
    assert found - set(wanted.get("also", ())) == {wanted["rule"]}, "\n".join(map(str, problems))
    mine = [problem for problem in problems if problem.rule == wanted["rule"]]
    assert any(wanted["says"] in problem.message for problem in mine), "\n".join(map(str, mine))
    assert all(problem.file.startswith(tiny_folder.as_posix()) for problem in problems)


def test_every_rule_has_a_fault_that_it_finds() -> None:
    covered = {tomllib.loads(path.read_text(encoding="utf-8"))["rule"] for path in FIXTURES}
    assert set(RULES) | set(LOADED) == covered


def test_the_authors_guide_has_one_row_for_every_rule_and_no_other() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "lessons.md").read_text(encoding="utf-8")
    table = guide[guide.index("## What lint proves") :]
    named = [line.split("|")[1].strip() for line in table.splitlines() if line.startswith("|")]
    assert sorted(named[2:]) == sorted({*RULES, *LOADED})


def test_a_draft_may_lack_what_only_a_release_needs(tiny_folder: Path) -> None:
    for name in ("tiny/sync.lock", "ids.lock"):
        (tiny_folder / name).unlink()
    lines: list[str] = []
    assert lint((), lines.append, tiny_folder) == 1
    lines.clear()
    assert lint((), lines.append, tiny_folder, draft=True) == 0
    assert any("T2: warning: missing" in line for line in lines)


def test_only_the_lessons_named_are_proved(tiny_folder: Path) -> None:
    lines: list[str] = []
    assert lint(["nowhere"], lines.append, tiny_folder) == 1
    assert "nowhere: S1: no such lesson in course.toml" in lines
    assert lint([f"{tiny_folder}/tiny"], lines.append, tiny_folder) == 0


def test_the_command_lints_syncs_and_lists(
    tiny_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tiny_folder / "tiny" / "sync.lock").unlink()
    folder = ["--folder", str(tiny_folder)]
    assert main(["lint", *folder]) == 1
    assert main(["synced", "tiny", *folder]) == 0
    assert "texts marked as reviewed" in capsys.readouterr().out
    assert main(["lint", *folder]) == 0
    assert main(["list", *folder]) == 0
    assert "alpha  exercise" in capsys.readouterr().out
    assert main(["synced", "nowhere", *folder]) == 1
