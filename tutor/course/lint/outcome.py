"""What a sequence of commands or moves led to, as the rules of lint judge it."""

from __future__ import annotations

from dataclasses import dataclass

from tutor.course.predicates.base import Scene
from tutor.engine.replies import Reply


@dataclass(slots=True)
class Outcome:
    """What a sequence of commands led to."""

    scene: Scene
    green: frozenset[str]
    red: tuple[str, ...]
    feedback: str | None
    replies: tuple[Reply, ...]

    @property
    def passed(self) -> bool:
        return not self.red
