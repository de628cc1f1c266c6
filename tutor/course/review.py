"""A review: what is due is asked again, each concept by a step that the learner once finished.

session = Review(course, progress, clock)
player = session.open()          a clean start of the step, options in another order
session.close(player)            rated by what happened; the next `open` asks the next concept
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from zlib import crc32

from tutor.course.concepts import REVIEWED, Concept, Item, concepts_of
from tutor.course.model import Course
from tutor.course.player import Player
from tutor.course.progress import Progress
from tutor.course.spacing import Grade
from tutor.engine.clock import Clock, SystemClock

MOST = 12
"""Questions of one session: the rest is due at the next."""


@dataclass(frozen=True, slots=True)
class Due:
    """A concept, and the step that will ask it."""

    concept: Concept
    item: Item


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of one question; ``grade`` is None if it was passed over, and then nothing is
    kept. ``next_ms`` is when the concept is due again."""

    due: Due
    grade: Grade | None
    next_ms: int


class Review:
    """One session. ``asked`` is what came of the questions so far."""

    def __init__(
        self, course: Course, progress: Progress, clock: Clock | None = None, most: int = MOST
    ) -> None:
        self.course, self.progress = course, progress
        self.clock: Clock = clock or SystemClock()
        self.queue: list[Due] = due_now(course, progress, self.now_ms)[:most]
        self.asked: list[Asked] = []
        self._player: Player | None = None

    @property
    def now_ms(self) -> int:
        """The time of day."""
        return self.clock.now_us() // 1000

    @property
    def number(self) -> int:
        """Which question it is, from 1."""
        return len(self.asked) + 1

    @property
    def present(self) -> Due | None:
        """What is asked now; None at the end."""
        return self.queue[len(self.asked)] if len(self.asked) < len(self.queue) else None

    def open(self) -> Player | None:
        """A player on a clean start of the step that is asked now; None if nothing is left."""
        due = self.present
        if due is None:
            return None
        lesson = replace(due.item.lesson, steps=(due.item.step,))
        seed = crc32(f"{due.item.id} {due.item.used_ms}".encode())
        course = replace(self.course, lessons=(lesson,))
        self._player = Player(course, lesson.id, clock=self.clock, shuffle=seed)
        return self._player

    def close(self, player: Player) -> Asked | None:
        """The question is over, answered or not: rate it, and go on to the next. None if another
        question is asked now."""
        due = self.present
        if due is None or player is not self._player:
            return None
        grade, concept = grade_of(player), due.concept.id
        if grade is not None:
            self.progress.rate(self.now_ms, concept, due.item.id, grade)
        later = concepts_of(self.course, self.progress, self.now_ms)
        next_ms = next((one.memory.due_ms for one in later if one.id == concept), self.now_ms)
        asked = Asked(due, grade, next_ms)
        self.asked.append(asked)
        self._player = None
        return asked


def due_now(course: Course, progress: Progress, now_ms: int) -> list[Due]:
    """What should be asked now: what is probably forgotten comes first. No step asks twice where
    there are others."""
    concepts = [c for c in concepts_of(course, progress, now_ms) if c.memory.due_ms <= now_ms]
    concepts.sort(key=lambda concept: (concept.memory.recall, concept.memory.due_ms, concept.id))
    taken: set[str] = set()
    due = []
    for concept in concepts:
        item = _item(concept, taken)
        taken.add(item.id)
        due.append(Due(concept, item))
    return due


def _item(concept: Concept, taken: set[str]) -> Item:
    """The step that was used longest ago; of several a question before an exercise."""

    def order(item: Item) -> tuple[bool, int, int, str]:
        return item.id in taken, item.used_ms, REVIEWED.index(item.step.kind), item.id

    return min(concept.items, key=order)


def grade_of(player: Player) -> Grade | None:
    """What happened: right, right after hints, wrong; None if nothing was tried."""
    diary: Sequence[Sequence[object]] = player.diary
    if player.step.kind in ("predict", "quiz"):
        answer = next((event for event in diary if event[1] == "answer"), None)
        return None if answer is None else "good" if answer[3] == "right" else "again"
    if player.assisted:
        return "again"
    if player.done:
        return "hard" if player.hints() else "good"
    return "again" if any(event[1] in ("run", "hint") for event in diary) else None
