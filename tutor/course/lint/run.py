"""Runs every rule over lessons and says what was proved."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tutor.course.lint.bilingual import BILINGUAL_RULES
from tutor.course.lint.context import Context
from tutor.course.lint.engine import ENGINE_RULES, Rule
from tutor.course.lint.structure import STRUCTURE_RULES
from tutor.course.lint.teaching import TEACHING_RULES
from tutor.course.loader import IDS_FILE, read_course
from tutor.course.model import Course, Lesson
from tutor.course.problems import Problem, shown_path
from tutor.course.sync import read_ids
from tutor.resources import data_folder

LOADED = ("S1", "S7", "T2")
"""Rules that the loader itself applies; S2 and S3 and E12 in part."""

RULES: dict[str, Rule] = {
    **STRUCTURE_RULES, **ENGINE_RULES, **BILINGUAL_RULES, **TEACHING_RULES,
}  # fmt: skip


@dataclass(slots=True)
class Proof:
    """What was found out about one lesson."""

    lesson: str
    steps: int
    counts: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        return all(problem.warning for problem in self.problems)

    def summary(self) -> str:
        """One line: what was proved."""
        figures = [f"{self.steps} steps"]
        for what in ("exercises", "routes", "mistakes", "predictions", "run blocks", "mutants",
                     "noises", "texts"):  # fmt: skip
            figures.append(f"{self.counts.get(what, 0)} {_SAID[what]}")
        return f"{self.lesson}: {', '.join(figures)}; {self.seconds:.1f} s"


_SAID = {
    "exercises": "exercises",
    "routes": "right ways accepted",
    "mistakes": "mistakes refused and explained",
    "predictions": "predict questions computed",
    "run blocks": "examples run",
    "mutants": "mutants caught",
    "noises": "kinds of noise ignored",
    "texts": "texts compared",
}


def check_course(
    folder: Path | None = None, only: Sequence[str] = (), draft: bool = False
) -> tuple[list[Proof], list[Problem]]:
    """Prove the lessons of a folder (or those of ``only``); problems of no lesson come apart.

    ``draft`` makes what only a release needs (T2, the sync lock; S2, new ids) a warning.
    """
    root = folder or data_folder("lessons")
    course, found = read_course(root)
    proofs: list[Proof] = []
    released = read_ids(root / IDS_FILE)
    for lesson in course.lessons:
        if only and lesson.id not in only:
            continue
        started = time.perf_counter()
        context = Context(course, lesson, released, shown_path(root / IDS_FILE))
        mine = [problem for problem in found if _belongs(problem, lesson)]
        if not any(problem.rule == "S1" for problem in mine):
            for rule in RULES.values():
                mine += rule(context)
        if draft:
            mine = [_softened(problem) for problem in mine]
        mine.sort(key=lambda problem: (problem.warning, problem.file, problem.line))
        seconds = time.perf_counter() - started
        proofs.append(Proof(lesson.id, len(lesson.steps), context.counts, mine, seconds))
    loaded = course.lessons
    rest = [p for p in found if not any(_belongs(p, lesson) for lesson in loaded)]
    rest += _unknown(course, only)
    return proofs, rest


def lint(
    paths: Sequence[str] = (),
    report: Callable[[str], None] = print,
    folder: Path | None = None,
    draft: bool = False,
) -> int:
    """Prove lessons and report; ``paths`` are lesson ids or folders. Returns the exit code."""
    started = time.perf_counter()
    only = [Path(path).name for path in paths]
    proofs, rest = check_course(folder, only, draft)
    for problem in rest:
        report(str(problem))
    for proof in proofs:
        for problem in proof.problems:
            report(str(problem))
        report(("ok   " if proof.ok else "FAIL ") + proof.summary())
    errors = sum(not p.warning for proof in proofs for p in proof.problems) + len(rest)
    seconds = time.perf_counter() - started
    rules = len(RULES) + len(LOADED)
    report(f"{len(proofs)} lessons, {errors} errors, {rules} rules, {seconds:.1f} s")
    return 1 if errors or not proofs else 0


def _belongs(problem: Problem, lesson: Lesson) -> bool:
    return problem.file.startswith(f"{lesson.folder}/")


def _softened(problem: Problem) -> Problem:
    only_release = problem.rule == "T2" or (problem.rule == "S2" and "synced" in problem.message)
    if not only_release:
        return problem
    return Problem(problem.file, problem.line, problem.rule, problem.message, warning=True)


def _unknown(course: Course, only: Sequence[str]) -> list[Problem]:
    known = [lesson.id for lesson in course.lessons]
    absent = [id_ for id_ in only if id_ not in known]
    return [Problem(id_, 0, "S1", "no such lesson in course.toml") for id_ in absent]
