"""The list of lessons as the home screen shows it, and what is wrong with their files."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tutor.course.progress import Progress
from tutor.i18n import _, language

if TYPE_CHECKING:
    from tutor.course.model import Course, Lesson

MOST_PROBLEMS = 3
"""Findings about lesson files that are shown; `redis-tutor lessons lint` prints all."""

_FATAL = ("S1", "S7")
"""Rules of lint without which a lesson cannot be played (see `course.loader.load_course`)."""


class Mark(NamedTuple):
    """One step of a lesson in its description."""

    title: str
    done: bool
    current: bool


class LessonLine(NamedTuple):
    """One lesson, in the present language. ``step`` counts from 0."""

    id: str
    number: int
    title: str
    about: str
    minutes: int
    steps: int
    done: int
    step: int
    step_title: str
    started: bool
    finished: bool
    marks: Sequence[Mark]


class NoSuchPlace(LookupError):
    """A lesson or a step is not there; the text says which there are, in the present language."""


class Outline:
    """Reads the course when first asked."""

    def __init__(
        self,
        progress: Progress,
        folder: Path | None = None,
        now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self._progress = progress
        self._now_ms = now_ms
        self._folder = folder
        self._course: Course | None = None
        self._problems: list[str] = []

    @property
    def course(self) -> Course:
        """The lessons that can be played; of the others `problems` tells file and line."""
        if self._course is None:
            from tutor.course.loader import read_course

            course, problems = read_course(self._folder)
            errors = [each for each in problems if each.rule in _FATAL and not each.warning]
            self._problems += [str(each) for each in errors[:MOST_PROBLEMS]]
            sound = tuple(
                lesson
                for lesson in course.lessons
                if not any(each.file.startswith(f"{lesson.folder}/") for each in errors)
            )
            self._course = dataclasses.replace(course, lessons=sound)
        return self._course

    def find(self, lesson_id: str, step_id: str | None = None) -> tuple[str, str | None]:
        """The ids of a lesson (an alias will do) and of a step of it (its number will do). Raises
        `NoSuchPlace`."""
        try:
            lesson = self.course.lesson(lesson_id)
        except KeyError:
            known = ", ".join(lesson.id for lesson in self.course.lessons)
            text = _("There is no lesson {id}. There are: {known}")
            raise NoSuchPlace(text.format(id=lesson_id, known=known)) from None
        ids = [step.id for step in lesson.steps]
        if step_id is None or step_id in ids:
            return lesson.id, step_id
        if step_id.isdecimal() and 1 <= int(step_id) <= len(ids):
            return lesson.id, ids[int(step_id) - 1]
        text = _("There is no step {id}. There are: {known}")
        raise NoSuchPlace(text.format(id=step_id, known=", ".join(ids)))

    def problems(self) -> list[str]:
        """What the learner should know: damaged files, progress that cannot be kept."""
        assert self.course is not None
        self.news()
        return self._problems

    def news(self) -> list[str]:
        """What has become known about the progress file since the last time."""
        fresh = self._progress.notices()
        self._problems += fresh
        return fresh

    def note(self, problem: str) -> None:
        """Tell the learner something above the list of lessons."""
        self._problems.append(problem)

    @property
    def due(self) -> int:
        """How many concepts a review would ask now."""
        if not any(self._progress.summary(lesson.id).done for lesson in self.course.lessons):
            return 0
        from tutor.course.review import due_now

        return len(due_now(self.course, self._progress, self._now_ms()))

    @property
    def current(self) -> str:
        """The lesson to go on with: the last one touched, or the first that is not finished."""
        lines = self.lines()
        last = next((line for line in lines if line.id == self._progress.last_lesson), None)
        if last is not None and not last.finished:
            return last.id
        return next((line.id for line in lines if not line.finished), lines[0].id if lines else "")

    def lines(self) -> list[LessonLine]:
        """Every lesson, in order."""
        lessons = self.course.lessons
        return [self._line(number, lesson) for number, lesson in enumerate(lessons, 1)]

    def _line(self, number: int, lesson: Lesson) -> LessonLine:
        summary = self._progress.summary(lesson.id)
        document = lesson.prose[language()]
        ids = [step.id for step in lesson.steps]
        step = ids.index(summary.current) if summary.current in ids else 0
        done = len(summary.done & set(ids))
        titles = [document.titles.get(id_) or id_ for id_ in ids]
        return LessonLine(
            id=lesson.id,
            number=number,
            title=document.title,
            about=document.about,
            minutes=lesson.minutes,
            steps=len(ids),
            done=done,
            step=step,
            step_title=titles[step] if titles else "",
            started=bool(summary.steps),
            finished=bool(ids) and done == len(ids),
            marks=[
                Mark(title, id_ in summary.done, id_ == summary.current)
                for id_, title in zip(ids, titles, strict=True)
            ],
        )
