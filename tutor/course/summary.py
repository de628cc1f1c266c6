"""How far a learner is in the course: steps, weak concepts, what to repeat, where to go on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tutor.course.concepts import Concept, Item, concepts_of
from tutor.course.model import Course, Lesson, Step
from tutor.course.progress import Progress
from tutor.course.texts import Texts
from tutor.i18n import _, language, ngettext

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


@dataclass(frozen=True, slots=True)
class LessonSummary:
    """One lesson. ``solved`` steps were done without the solution, ``assisted`` ones with it."""

    id: str
    number: int
    title: str
    solved: tuple[str, ...]
    assisted: tuple[str, ...]
    open: tuple[str, ...]
    """Ids of steps, in the lesson's order."""

    @property
    def steps(self) -> int:
        """How many there are."""
        return len(self.solved) + len(self.assisted) + len(self.open)

    @property
    def done(self) -> int:
        """How many of them are done."""
        return len(self.solved) + len(self.assisted)


@dataclass(frozen=True, slots=True)
class Weak:
    """A step to look at again: for which concepts, by their names, and why."""

    names: tuple[str, ...]
    why: str
    item: Item
    lesson_title: str
    step_title: str


@dataclass(frozen=True, slots=True)
class Summary:
    """``next_step`` is where to go on: a lesson's id, its title and that of the step; None at the
    end of the course. ``next_due_ms`` is when a review is due next, if nothing is now."""

    lessons: tuple[LessonSummary, ...]
    weak: tuple[Weak, ...]
    known: int
    """Concepts that were met so far."""
    due: int
    next_due_ms: int | None
    next_step: tuple[str, str, str] | None
    now_ms: int

    @property
    def done(self) -> int:
        """Steps that are done."""
        return sum(lesson.done for lesson in self.lessons)

    @property
    def assisted(self) -> int:
        """Steps that were done with the solution."""
        return sum(len(lesson.assisted) for lesson in self.lessons)

    @property
    def steps(self) -> int:
        """Steps that there are."""
        return sum(lesson.steps for lesson in self.lessons)

    @property
    def finished(self) -> int:
        """Lessons that are done wholly."""
        return sum(not lesson.open for lesson in self.lessons)


def summarize(course: Course, progress: Progress, now_ms: int) -> Summary:
    """The summary, its words in the present language."""
    lessons = tuple(
        _lesson(course, progress, number, lesson) for number, lesson in enumerate(course.lessons, 1)
    )
    concepts = concepts_of(course, progress, now_ms)
    weak = [concept for concept in concepts if concept.weak]
    weak.sort(key=lambda one: (one.newest.grade == "good", one.memory.recall, one.id))
    later = [one.memory.due_ms for one in concepts if one.memory.due_ms > now_ms]
    return Summary(
        lessons=lessons,
        weak=tuple(_weak(course, weak)),
        known=len(concepts),
        due=len(concepts) - len(later),
        next_due_ms=min(later) if later and len(later) == len(concepts) else None,
        next_step=_next(course, progress, lessons),
        now_ms=now_ms,
    )


def _lesson(course: Course, progress: Progress, number: int, lesson: Lesson) -> LessonSummary:
    attempts = progress.attempts(course, lesson)
    sorts: dict[str, list[str]] = {"solved": [], "assisted": [], "open": []}
    for step in lesson.steps:
        attempt = attempts.get(step.id, {})
        done, helped = attempt.get("done"), attempt.get("saw_solution")
        sorts["open" if not done else "assisted" if helped else "solved"].append(step.id)
    return LessonSummary(
        lesson.id, number, lesson.title(language()), *(tuple(each) for each in sorts.values())
    )


def _next(
    course: Course, progress: Progress, lessons: tuple[LessonSummary, ...]
) -> tuple[str, str, str] | None:
    """The lesson that was touched last if it has open steps, else the first that has some."""
    rest = [lesson for lesson in lessons if lesson.open]
    if not rest:
        return None
    chosen = next((one for one in rest if one.id == progress.last_lesson), rest[0])
    lesson = course.lesson(chosen.id)
    current = progress.summary(lesson.id).current
    step = current if current in chosen.open else chosen.open[0]
    return lesson.id, chosen.title, step_title(lesson, lesson.steps[lesson.index_of(step)])


def _weak(course: Course, concepts: Iterable[Concept]) -> Iterator[Weak]:
    """Concepts that one step tells of for the same reason stand together."""
    told: dict[tuple[str, str], list[Concept]] = {}
    for concept in concepts:
        told.setdefault((concept.repeat.id, why_weak(concept)), []).append(concept)
    for (_id, why), group in told.items():
        item = group[0].repeat
        yield Weak(
            tuple(course.concept_name(concept.id, language()) for concept in group),
            why,
            item,
            item.lesson.title(language()),
            step_title(item.lesson, item.step),
        )


def step_title(lesson: Lesson, step: Step) -> str:
    """The step's heading in the present language."""
    return Texts(lesson).title(step)


def why_weak(concept: Concept) -> str:
    """What is known against a concept."""
    newest = concept.newest
    if newest.grade == "good":
        percent = round(100 * concept.memory.recall)
        return _("probably known still: {n} %").format(n=percent)
    texts = {
        "wrong": _("the first answer was wrong"),
        "solution": _("solved with the solution"),
        "hints": _("solved after hints"),
        "again": _("wrong at the last review"),
        "hard": _("needed hints at the last review"),
    }
    return texts[newest.grade if newest.reviewed else newest.how]


def span_text(ms: int) -> str:
    """A time to come, roughly: "in 3 days"."""
    days, hours = round(ms / DAY_MS), round(ms / HOUR_MS)
    if hours >= 24:
        return ngettext("in {n} day", "in {n} days", days).format(n=days)
    if hours >= 1:
        return ngettext("in {n} hour", "in {n} hours", hours).format(n=hours)
    minutes = max(1, round(ms / 60_000))
    return ngettext("in {n} minute", "in {n} minutes", minutes).format(n=minutes)
