"""P6: what a picture shows is told in words too, for ears, pipes and dumb terminals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tutor.course.labattempt import LabAttempt
from tutor.course.lint.context import Bench, Context
from tutor.course.lint.engine import Rule
from tutor.course.lint.surroundings import Twins
from tutor.course.model import Line, Step
from tutor.course.problems import Problem
from tutor.i18n import language, set_language


def p6_panels_have_words(context: Context) -> Iterator[Problem]:
    """The panel that a step opens is told in words, in both languages."""
    twins = context.around.twins
    if twins is None:
        return
    before = language()
    try:
        for step in context.lesson.steps:
            for code in context.lesson.prose:
                set_language(code)
                said = _said(context, twins, step)
                if said is None:
                    continue
                context.count("panels")
                if not any(line.strip() for line in said):
                    what = "the lab" if step.lab else f"the panel {step.view.panel!r}"
                    where = f" of {step.view.focus.decode()!r}" if step.view.focus else ""
                    message = f"{step.id!r}: {what}{where} says nothing in words ({code})"
                    yield context.problem("P6", step.line, message)
                    break
    finally:
        set_language(before)


def _said(context: Context, twins: Twins, step: Step) -> Sequence[str] | None:
    """The words of what is seen when the step is over; None where nothing is looked at."""
    if step.lab is not None:
        return twins.of_lab(LabAttempt(step, context.lesson.seed).lab)
    if step.view.focus is None:
        return None
    bench = context.bench(step)
    assert isinstance(bench, Bench)
    play = bench.play()
    for line in _way(step):
        play.run(line.argv)
    return twins.of_key(play.world, step.view.focus, step.view.panel)


def _way(step: Step) -> tuple[Line, ...]:
    if step.predict is not None:
        return (*step.predict.run, step.predict.ask)
    return step.goal or step.solution


PANEL_RULES: dict[str, Rule] = {"P6": p6_panels_have_words}
