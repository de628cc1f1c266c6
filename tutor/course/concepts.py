"""What a learner knows, concept by concept: from the steps they finished, and from reviews.

finished steps ─▶ a rating for each of their concepts ─┐
reviews ─▶ a rating for the concept that was asked ────┴─▶ `spacing` ─▶ due, weak
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tutor.course.diary import HOW, events_of
from tutor.course.model import Course, Lesson, Step
from tutor.course.progress import Progress
from tutor.course.spacing import Grade, Memory, Rated, memory

GRADE_OF: Mapping[str, Grade] = {
    "alone": "good",
    "right": "good",
    "hints": "hard",
    "solution": "again",
    "wrong": "again",
}
"""What the way in which a step came to be done (`diary.HOW`) says of its concepts."""

REVIEWED = ("predict", "quiz", "exercise")
"""Kinds of steps that a review can ask."""

WEAK_RECALL = 0.8
IN_ONE_GO_MS = 12 * 3_600_000
_ORDER: Mapping[Grade, int] = {"good": 0, "hard": 1, "again": 2}


@dataclass(frozen=True, slots=True)
class Item:
    """A step that asks something; ``used_ms`` is when it was last done or reviewed."""

    lesson: Lesson
    step: Step
    used_ms: int = 0

    @property
    def id(self) -> str:
        """``lesson/step``."""
        return f"{self.lesson.id}/{self.step.id}"


@dataclass(frozen=True, slots=True)
class Rating:
    """One thing that is known of a concept: which step told it, when, and how it went. ``how`` is
    that of `diary.HOW` where the step was done for the first time."""

    ms: int
    grade: Grade
    item: str
    how: str = ""
    reviewed: bool = False
    """It was a review; else the step was done for the first time."""


@dataclass(frozen=True, slots=True)
class Concept:
    """A concept of at least one finished step. ``ratings``: what was learnt in one go counts as
    one rating, that of the step which went worst."""

    id: str
    items: tuple[Item, ...]
    ratings: tuple[Rating, ...]
    memory: Memory

    @property
    def newest(self) -> Rating:
        """What was known of it last."""
        return self.ratings[-1]

    @property
    def weak(self) -> bool:
        """It went wrong or needed help the last time, or it is probably forgotten by now."""
        return self.newest.grade != "good" or self.memory.recall < WEAK_RECALL

    @property
    def repeat(self) -> Item:
        """The step to look at again: that in which it went wrong, else the one longest ago."""
        wrong = next((item for item in self.items if item.id == self.newest.item), None)
        if wrong is not None and self.newest.grade != "good":
            return wrong
        return min(self.items, key=lambda item: (item.used_ms, item.id))


@dataclass(slots=True)
class _Found:
    items: dict[str, Item] = field(default_factory=dict)
    ratings: list[Rating] = field(default_factory=list)


def concepts_of(course: Course, progress: Progress, now_ms: int) -> list[Concept]:
    """Every concept of a finished step, the one that is due first at the beginning."""
    found: dict[str, _Found] = {}
    used: dict[str, int] = {}
    for lesson, step, done in finished(course, progress):
        item = Item(lesson, step)
        used[item.id] = done.ms
        for concept in step.concepts:
            entry = found.setdefault(concept, _Found())
            entry.items[item.id] = item
            entry.ratings.append(done)
    for ms, concept, item_id, grade in progress.reviews():
        used[item_id] = max(ms, used.get(item_id, 0))
        if concept in found:
            found[concept].ratings.append(Rating(ms, grade, item_id, reviewed=True))
    concepts = [_concept(id_, each, used, now_ms) for id_, each in found.items()]
    return sorted(concepts, key=lambda concept: (concept.memory.due_ms, concept.id))


def _concept(id_: str, found: _Found, used: Mapping[str, int], now_ms: int) -> Concept:
    ratings = _joined(sorted(found.ratings, key=lambda one: (one.ms, one.item, one.reviewed)))
    items = tuple(
        Item(item.lesson, item.step, used.get(key, 0)) for key, item in found.items.items()
    )
    rated = [Rated(rating.ms, rating.grade) for rating in ratings]
    return Concept(id_, items, tuple(ratings), memory(rated, now_ms))


def _joined(ratings: Sequence[Rating]) -> list[Rating]:
    """The steps that a learner finishes in one go tell one thing of a concept, that of the step
    which went worst: six right answers in a row are no six days of remembering."""
    joined: list[Rating] = []
    for rating in ratings:
        last = joined[-1] if joined else None
        if last is None or rating.reviewed or last.reviewed or rating.ms - last.ms >= IN_ONE_GO_MS:
            joined.append(rating)
        else:
            worst = max(last, rating, key=lambda one: _ORDER[one.grade])
            joined[-1] = replace(worst, ms=rating.ms)
    return joined


def finished(course: Course, progress: Progress) -> Iterator[tuple[Lesson, Step, Rating]]:
    """The steps that ask something and were done, and how that went. An exam asks too much at once
    to be a review."""
    for lesson in course.lessons:
        known = {step.id: step for step in lesson.steps}
        for id_, attempt in progress.attempts(course, lesson).items():
            step = known.get(id_)
            if step is None or step.kind not in REVIEWED or step.exam or not attempt.get("done"):
                continue
            yield lesson, step, _done(attempt, f"{lesson.id}/{step.id}")


def _done(attempt: Mapping[str, Any], item: str) -> Rating:
    events = events_of(attempt.get("log"))
    event = next((event for event in events if event[1] == "done"), None)
    if event is not None:
        return Rating(event[0], GRADE_OF.get(event[2], "good"), item, event[2])
    helped = "solution" if attempt.get("saw_solution") else "hints" if attempt.get("rung") else ""
    how = helped or "alone"
    return Rating(0, GRADE_OF[how], item, how)


assert GRADE_OF.keys() <= set(HOW)
