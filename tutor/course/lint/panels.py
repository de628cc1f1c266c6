"""P6: what a picture shows is told in words too, for ears, pipes and dumb terminals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tutor.course.labattempt import LabAttempt
from tutor.course.lint.context import Bench, Context
from tutor.course.lint.engine import Rule
from tutor.course.lint.surroundings import Twins
from tutor.course.model import Step
from tutor.course.problems import Problem
from tutor.course.prose import Run
from tutor.engine.cmdline import split
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
    """The words of what is seen at some moment of the step: what is looked at may come late or go
    away. None where nothing is looked at."""
    if step.lab is not None:
        return twins.of_lab(LabAttempt(step, context.lesson.seed).lab)
    if step.view.focus is None:
        return None
    bench = context.bench(step)
    assert isinstance(bench, Bench)
    play = bench.play()
    said = twins.of_key(play.world, step.view.focus, step.view.panel)
    for argv in _way(context, step):
        if said:
            break
        play.run(argv)
        said = twins.of_key(play.world, step.view.focus, step.view.panel)
    return said


def _way(context: Context, step: Step) -> list[tuple[bytes, ...]]:
    """What is done in the step: of a page to read, its examples, which a click carries out."""
    lines = list(step.goal or step.solution)
    if step.predict is not None:
        lines = [*step.predict.run, step.predict.ask]
    if step.demo is not None:
        lines = [beat.moved for beat in step.demo.beats if beat.moved is not None]
    if lines:
        return [line.argv for line in lines]
    section = context.lesson.prose["en"].sections.get(step.id)
    blocks = () if section is None else section.blocks
    runs = [block for block in blocks if isinstance(block, Run)]
    return [tuple(split(text)) for run in runs for text in run.lines]


PANEL_RULES: dict[str, Rule] = {"P6": p6_panels_have_words}
