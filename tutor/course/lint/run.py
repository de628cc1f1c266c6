"""Runs every rule over lessons and says what was proved."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tutor.course.lint.jobs import Finding, Progress, Workshop, carry_out
from tutor.course.lint.rules import LOADED, RULES
from tutor.course.lint.surroundings import Surroundings
from tutor.course.model import Lesson
from tutor.course.problems import Problem
from tutor.resources import lessons_folder


@dataclass(slots=True)
class Proof:
    """What was found out about one lesson."""

    lesson: str
    steps: int
    counts: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    seconds: float = 0.0
    """Of all processes together."""

    @property
    def ok(self) -> bool:
        return all(problem.warning for problem in self.problems)

    def take(self, finding: Finding) -> None:
        """Add what a job found out."""
        self.problems += finding.problems
        self.seconds += finding.seconds
        for what, number in finding.counts.items():
            self.counts[what] = self.counts.get(what, 0) + number

    def summary(self) -> str:
        """One line: what was proved."""
        return f"{self.lesson}: {self.steps} steps, {_figures(self.counts)}; {self.seconds:.1f} s"


_SAID = {
    "exercises": "exercises",
    "routes": "right ways accepted",
    "mistakes": "mistakes refused and explained",
    "predictions": "predict questions computed",
    "run blocks": "examples run",
    "mutants": "mutants caught",
    "noises": "kinds of noise ignored",
    "demos": "demos replayed",
    "panels": "pictures told in words",
    "texts": "texts compared",
}


def _figures(counts: dict[str, int]) -> str:
    return ", ".join(f"{counts.get(what, 0)} {words}" for what, words in _SAID.items())


def check_course(
    folder: Path | None = None,
    only: Sequence[str] = (),
    draft: bool = False,
    *,
    around: Surroundings | None = None,
    processes: int = 1,
    progress: Progress | None = None,
) -> tuple[list[Proof], list[Problem]]:
    """Prove the lessons of a folder (or those of ``only``); problems of no lesson come apart.

    ``draft`` makes what only a release needs (T2, the sync lock; S2, new ids) a warning.
    """
    workshop = Workshop(folder or lessons_folder(), around or Surroundings())
    proofs = {}
    for lesson in workshop.course.lessons:
        if not only or lesson.id in only:
            mine = [problem for problem in workshop.found if _belongs(problem, lesson)]
            proofs[lesson.id] = Proof(lesson.id, len(lesson.steps), problems=mine)
    sound = [id_ for id_, proof in proofs.items() if not _unreadable(proof.problems)]
    rest = _of_no_lesson(workshop.found, workshop.course.lessons)
    for finding in carry_out(workshop, workshop.jobs(sound), processes, progress):
        if finding.job.lesson:
            proofs[finding.job.lesson].take(finding)
        else:
            rest += finding.problems
    for proof in proofs.values():
        if draft:
            proof.problems = [_softened(problem) for problem in proof.problems]
        proof.problems.sort(key=lambda each: (each.warning, each.file, each.line, each.rule))
    rest += _unknown(workshop.course.lessons, only)
    return list(proofs.values()), rest


def lint(
    paths: Sequence[str] = (),
    report: Callable[[str], None] = print,
    folder: Path | None = None,
    draft: bool = False,
    *,
    around: Surroundings | None = None,
    processes: int = 1,
    progress: Progress | None = None,
) -> int:
    """Prove lessons and report; ``paths`` are lesson ids or folders. Returns the exit code."""
    started = time.perf_counter()
    only = [Path(path).name for path in paths]
    proofs, rest = check_course(
        folder, only, draft, around=around, processes=processes, progress=progress
    )
    for problem in rest:
        report(str(problem))
    for proof in proofs:
        for problem in proof.problems:
            report(str(problem))
        report(("ok   " if proof.ok else "FAIL ") + proof.summary())
    errors = sum(not p.warning for proof in proofs for p in proof.problems) + len(rest)
    for line in _sum(proofs, errors, around or Surroundings(), time.perf_counter() - started):
        report(line)
    return 1 if errors or not proofs else 0


def _sum(
    proofs: Sequence[Proof], errors: int, around: Surroundings, seconds: float
) -> Iterable[str]:
    """All lessons together, and which rules were not asked."""
    counts: dict[str, int] = {}
    for proof in proofs:
        for what, number in proof.counts.items():
            counts[what] = counts.get(what, 0) + number
    steps = sum(proof.steps for proof in proofs)
    yield f"{len(proofs)} lessons, {steps} steps, {_figures(counts)}"
    asked = set(RULES) | set(LOADED)
    if around.twins is None:
        asked.discard("P6")
        yield "P6 was not proved: nothing here draws pictures"
    yield f"{errors} errors, {len(asked)} rules, {seconds:.1f} s"


def _belongs(problem: Problem, lesson: Lesson) -> bool:
    return problem.file.startswith(f"{lesson.folder}/")


def _of_no_lesson(found: Iterable[Problem], lessons: Iterable[Lesson]) -> list[Problem]:
    known = list(lessons)
    return [each for each in found if not any(_belongs(each, lesson) for lesson in known)]


def _unreadable(problems: Iterable[Problem]) -> bool:
    return any(problem.rule == "S1" for problem in problems)


def _softened(problem: Problem) -> Problem:
    only_release = problem.rule == "T2" or (problem.rule == "S2" and "synced" in problem.message)
    if not only_release:
        return problem
    return Problem(problem.file, problem.line, problem.rule, problem.message, warning=True)


def _unknown(lessons: Iterable[Lesson], only: Sequence[str]) -> list[Problem]:
    known = [lesson.id for lesson in lessons]
    absent = [id_ for id_ in only if id_ not in known]
    return [Problem(id_, 0, "S1", "no such lesson in course.toml") for id_ in absent]
