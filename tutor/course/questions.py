"""Questions: of a predict step the engine finds the right answer, of a quiz the author says it."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from tutor.course import stage
from tutor.course.labattempt import LabAttempt
from tutor.course.model import Step
from tutor.course.prose import Prose, Text
from tutor.course.views import Option, Question
from tutor.engine.replies import Reply


def options(step: Step) -> tuple[str, ...]:
    """The option ids of a step's question, in order; raises ValueError if it asks nothing."""
    if step.predict is not None:
        return tuple(step.predict.options)
    if step.quiz is not None:
        return step.quiz.options
    raise ValueError(f"step {step.id!r} has no question")


def computed_reply(step: Step, seed: int) -> Reply:
    """What the engine (or a node of the lab) replies to a predict step's question, on a clean
    start."""
    predict = step.predict
    assert predict is not None
    if step.lab is not None:
        return LabAttempt(step, seed).run_lines((*predict.run, predict.ask))
    play = stage.build(step, seed).play
    for line in predict.run:
        play.run(line.argv)
    return play.run(predict.ask.argv).reply


def correct_option(step: Step, seed: int) -> str | None:
    """The right option; None if a predict question offers no option that fits."""
    if step.quiz is not None:
        return step.quiz.correct
    if step.predict is None:
        raise ValueError(f"step {step.id!r} has no question")
    reply = computed_reply(step, seed)
    fitting = [id_ for id_, spec in step.predict.options.items() if spec.fits(reply)]
    return fitting[0] if len(fitting) == 1 else None


def question(
    step: Step,
    chosen: str | None,
    prose: Callable[[str], Prose],
    seed: int,
    shuffle: int | None = None,
) -> Question | None:
    """The question as shown; after the choice every chosen or right option is explained. With
    ``shuffle``, a seed, the options stand in another order."""
    if step.predict is None and step.quiz is None:
        return None
    answered = chosen is not None
    correct = correct_option(step, seed) if answered else None
    shown = []
    for id_ in _ordered(step, shuffle):
        shown.append(
            Option(
                id=id_,
                label=_label(step, id_, prose),
                chosen=id_ == chosen,
                correct=(id_ == correct) if answered else None,
                explanation=prose(f"{step.id}/answer.{id_}") if answered else (),
            )
        )
    predict = step.predict
    return Question(
        options=tuple(shown),
        answered=answered,
        run=() if predict is None else tuple(line.text for line in predict.run),
        ask="" if predict is None else predict.ask.text,
    )


def _ordered(step: Step, shuffle: int | None) -> tuple[str, ...]:
    """Another order than the lesson's, if there is one."""
    given = options(step)
    if shuffle is None or len(given) < 2:
        return given
    chance, mixed = Random(shuffle), list(given)
    while tuple(mixed) == given:
        chance.shuffle(mixed)
    return tuple(mixed)


def _label(step: Step, option: str, prose: Callable[[str], Prose]) -> str:
    if step.predict is not None:
        return step.predict.options[option].text()
    text = " ".join(block.markdown for block in prose(f"{step.id}/option.{option}")
                    if isinstance(block, Text))  # fmt: skip
    return " ".join(text.split())
