"""The linter proves steps that are played in labs of lanes, by the same rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.course import lanekit
from tests.course.lessonkit import spoil
from tutor.course.lint import check_course

FIXTURES = sorted(lanekit.BAD.glob("*.toml"))


def test_a_faultless_lesson_in_a_lab_of_lanes_is_proved(tmp_path: Path) -> None:
    proofs, rest = check_course(lanekit.write_lesson(tmp_path / "lessons"))
    assert not rest
    assert [str(problem) for proof in proofs for problem in proof.problems] == []
    assert proofs[0].counts["mutants"] == 3 + 2
    assert proofs[0].counts["noises"] == 3 * 5 + 6
    assert proofs[0].counts["demos"] == 1


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda path: path.stem)
def test_a_fault_is_found_by_its_rule(fixture: Path, tmp_path: Path) -> None:
    folder = lanekit.write_lesson(tmp_path / "lessons")
    wanted = spoil(folder, fixture)
    proofs, rest = check_course(folder)
    problems = [problem for proof in proofs for problem in proof.problems] + rest
    found = {problem.rule for problem in problems}
    assert found - set(wanted.get("also", ())) == {wanted["rule"]}, "\n".join(map(str, problems))
    mine = [problem for problem in problems if problem.rule == wanted["rule"]]
    assert any(wanted["says"] in problem.message for problem in mine), "\n".join(map(str, mine))
    assert all(problem.file.startswith(folder.as_posix()) for problem in problems)
