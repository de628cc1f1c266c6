"""A foretaste of a lesson: the X-ray of a key that its learner will build."""

from __future__ import annotations

from tutor.course import stage
from tutor.course.model import Lesson, Step
from tutor.diagrams import draw
from tutor.engine.inspect import Inspection, inspect
from tutor.tui.paint import EMPTY, Row, row

TALLEST = 14
"""Rows of a picture beyond which another step is looked for."""


def preview_rows(lesson: Lesson, width: int) -> list[Row]:
    """The picture after the first exercise whose picture is small enough; none if there is none."""
    for step in lesson.steps:
        place = (lesson.folder, step.id)
        if place not in _seen:
            _seen[place] = _after(step, lesson.seed)
        seen = _seen[place]
        if seen is not None:
            lines = draw(seen, width).lines
            if len(lines) <= TALLEST:
                return [EMPTY, *(row(*line) for line in lines)]
    return []


_seen: dict[tuple[str, str], Inspection | None] = {}


def _after(step: Step, seed: int) -> Inspection | None:
    """The key in view when the step is solved, if it has both."""
    if not step.solution or step.view.focus is None:
        return None
    play = stage.build(step, seed).play
    for line in step.solution:
        play.run(line.argv)
    return inspect(play.world.engine, 0, step.view.focus)
