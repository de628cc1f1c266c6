"""Lint in parts that do not depend on each other: a lesson's texts, each of its steps, the app.

course ─▶ jobs ─▶ here, or in several processes ─▶ findings ─▶ one proof for each lesson
"""

from __future__ import annotations

import dataclasses
import gc
import multiprocessing
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path

from tutor.course.lint.app import APP_RULES
from tutor.course.lint.context import Context
from tutor.course.lint.rules import LESSON_RULES, STEP_RULES
from tutor.course.lint.surroundings import Surroundings
from tutor.course.loader import IDS_FILE, read_course
from tutor.course.model import Course
from tutor.course.problems import Problem, shown_path
from tutor.course.sync import read_ids

Progress = Callable[[int, int, str], None]
"""Told of each job that is done: how many are, of how many, and which it was."""


@dataclass(frozen=True, slots=True)
class Job:
    """The texts of a lesson (``step`` ""), one of its steps, or the app (``lesson`` "")."""

    lesson: str = ""
    step: str = ""
    weight: int = 0

    def __str__(self) -> str:
        return "/".join(filter(None, (self.lesson, self.step))) or "tutor"


@dataclass(slots=True)
class Finding:
    """What a job found out, and how long it took."""

    job: Job
    counts: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    seconds: float = 0.0


class Workshop:
    """A course that was read, and what its jobs need."""

    def __init__(self, folder: Path, around: Surroundings) -> None:
        self.course: Course
        self.folder, self.around = folder, around
        self.course, self.found = read_course(folder)
        self.released = read_ids(folder / IDS_FILE)
        self.ids_file = shown_path(folder / IDS_FILE)

    def jobs(self, lessons: Sequence[str]) -> list[Job]:
        """Those of some lessons, and the app's."""
        made = [Job()] if self.around.app is not None else []
        for lesson in self.course.lessons:
            if lesson.id in lessons:
                made.append(Job(lesson.id, weight=1))
                for step in lesson.steps:
                    samples = len(step.accept) + 2 * len(step.reject)
                    made.append(Job(lesson.id, step.id, samples * (30 if step.lab else 1)))
        return made

    def do(self, job: Job) -> Finding:
        """Apply every rule that a job is about."""
        started = time.perf_counter()
        finding = Finding(job)
        if not job.lesson:
            assert self.around.app is not None
            for app_rule in APP_RULES.values():
                finding.problems += app_rule(self.around.app)
        else:
            context = self._context(job)
            for rule in (STEP_RULES if job.step else LESSON_RULES).values():
                finding.problems += rule(context)
            finding.counts = context.counts
        finding.seconds = time.perf_counter() - started
        return finding

    def _context(self, job: Job) -> Context:
        lesson = self.course.lesson(job.lesson)
        if job.step:
            only = tuple(step for step in lesson.steps if step.id == job.step)
            lesson = dataclasses.replace(lesson, steps=only)
        return Context(self.course, lesson, self.released, self.ids_file, self.around)


def carry_out(
    workshop: Workshop, jobs: Sequence[Job], processes: int = 1, progress: Progress | None = None
) -> Iterator[Finding]:
    """The findings, in any order. With one process everything is done in this one."""
    if processes <= 1 or len(jobs) < 2:
        results: Iterator[Finding] = map(workshop.do, jobs)
    else:
        results = _in_processes(workshop, jobs, processes)
    for number, finding in enumerate(results, 1):
        if progress is not None:
            progress(number, len(jobs), str(finding.job))
        yield finding


def _in_processes(workshop: Workshop, jobs: Sequence[Job], processes: int) -> Iterator[Finding]:
    """The longest first, so that none is left alone at the end."""
    started = (workshop.folder, workshop.around)
    pool = ProcessPoolExecutor(
        min(processes, len(jobs)), multiprocessing.get_context("spawn"), _begin, started
    )
    try:
        ahead: set[Future[Finding]] = {
            pool.submit(_do, job) for job in sorted(jobs, key=lambda job: -job.weight)
        }
        while ahead:
            done, ahead = wait(ahead, return_when=FIRST_COMPLETED)
            for future in done:
                yield future.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


_workshop: Workshop | None = None
"""Of a process that was started for jobs: read once."""


def _begin(folder: Path, around: Surroundings) -> None:
    global _workshop
    _workshop = Workshop(folder, around)
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)  # worlds and labs are many objects, and few of them garbage


def _do(job: Job) -> Finding:
    assert _workshop is not None
    return _workshop.do(job)
