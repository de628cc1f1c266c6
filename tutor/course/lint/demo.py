"""P7: a demo plays to its end without a hand, and comes to what its checkpoints say."""

from __future__ import annotations

from collections.abc import Iterator

from tutor.course.lint.context import Context
from tutor.course.lint.engine import Rule
from tutor.course.model import Step
from tutor.course.player import Player
from tutor.course.problems import Problem
from tutor.engine.clock import VirtualClock


def p7_demos_replay(context: Context) -> Iterator[Problem]:
    """Demo steps play on to their last checkpoint; a check of a checkpoint's name holds there."""
    for step in context.lesson.steps:
        if step.demo is None:
            continue
        context.count("demos")
        named = [beat.name for beat in step.demo.beats if beat.kind == "checkpoint"]
        for check in step.checks:
            if check.id not in named:
                message = f"no checkpoint of {step.id!r} is called {check.id!r}: nothing asks it"
                yield context.problem("P7", check.line, message)
        yield from _replayed(context, step)


def _replayed(context: Context, step: Step) -> Iterator[Problem]:
    player = Player(context.course, context.lesson.id, step.id, clock=VirtualClock())
    asked = {check.id: check for check in step.checks}
    assert step.demo is not None
    while (turn := player.play_on()) is not None:
        check = asked.get(turn.checkpoint)
        if check is not None and check.id not in player.green():
            message = f"{step.id!r} comes to {turn.checkpoint!r} and the check does not hold"
            yield context.problem("P7", check.line, message)
            return
    again = Player(context.course, context.lesson.id, clock=VirtualClock())
    again.restore(player.state())
    if not player.done or again.demo() != player.demo():
        yield context.problem("P7", step.demo.line, f"{step.id!r} is not over at its end")


DEMO_RULES: dict[str, Rule] = {"P7": p7_demos_replay}
