"""E14: a learner sees the verdict at once, whatever they type."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator

from tutor.course.feedback import choose
from tutor.course.labattempt import LabAttempt
from tutor.course.lint.context import Context
from tutor.course.lint.engine import Rule
from tutor.course.model import Step
from tutor.course.problems import Problem

LIMIT_MS = 50.0
"""Of processor time, on a machine that does `_count_up` in `USUAL_MS`."""

TIMES = 5
TRIES = 3
USUAL_MS = 4.0
SLOWEST = 10
"""What is so much faster than the limit is fast enough on any machine."""


def e14_verdicts_come_at_once(context: Context) -> Iterator[Problem]:
    """A verdict with its feedback costs at most 50 ms: the median of five.

    Processor time of this thread is measured, so other processes do not count, in proportion to
    how fast the machine counts; and what was too slow is measured again before it is said.
    """
    for step in context.exercises():
        context.count("verdicts timed")
        judge = _judging(context, step)
        cost = _cost_ms(judge)
        for _try in range(TRIES - 1):
            if cost <= LIMIT_MS:
                break
            cost = min(cost, _cost_ms(judge))
        if cost > LIMIT_MS:
            message = f"a verdict on {step.id!r} takes {cost:.0f} ms, at most {LIMIT_MS:.0f}"
            yield context.problem("E14", step.line, message)


def _judging(context: Context, step: Step) -> Callable[[], object]:
    """What happens after each command: every check, and what is said of those that fail. The state
    is that after a mistake, where there is one: then feedback is chosen too."""
    lines = step.reject[-1].run if step.reject else step.solution
    if step.lab is not None:
        attempt = LabAttempt(step, context.lesson.seed)
        attempt.run_lines(lines)
        scene = attempt.scene
    else:
        scene = context.bench(step).run(lines).scene
    return lambda: (
        [check.holds(scene) for check in step.checks],
        choose(step.feedback, scene, frozenset()),
    )


def _cost_ms(act: Callable[[], object]) -> float:
    """Milliseconds on the machine that the limit is meant for."""
    cost = _median_ms(act)
    return cost if cost < LIMIT_MS / SLOWEST else cost * USUAL_MS / _median_ms(_count_up)


def _median_ms(act: Callable[[], object]) -> float:
    took = []
    for _time in range(TIMES):
        started = time.thread_time()
        act()
        took.append(1000 * (time.thread_time() - started))
        if took[-1] > 20 * LIMIT_MS:  # one is enough to know
            break
    return statistics.median(took)


def _count_up() -> int:
    """A fixed amount of work for the interpreter, to know how fast it is here."""
    total = 0
    for number in range(100_000):
        total += number & 7
    return total


PACE_RULES: dict[str, Rule] = {"E14": e14_verdicts_come_at_once}
