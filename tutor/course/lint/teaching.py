"""Rules about teaching: hints that do not spoil, mistakes that are explained, kind words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tutor.course import questions
from tutor.course.calls import essence, is_call
from tutor.course.lint.context import Context, beside
from tutor.course.lint.engine import Rule
from tutor.course.lint.structure import CODE_SPAN, UNWRITTEN
from tutor.course.model import Line, Step
from tutor.course.problems import Problem

EXERCISES = 4
EXPLANATIONS = 3

BANNED = {
    "ru": r"\b(просто|очевидно|очевиден|элементарно|легко|несложно|всего[- ]навсего|конечно же|"
    r"разумеется|как известно)\b",
    "en": r"\b(just|simply|obviously|easily|trivial|trivially|of course|clearly|merely)\b",
}
BY_SIGHT = {
    "ru": r"\b(красн|зел[её]н|ж[её]лт|син(?:ий|яя|ее|им)|голуб|справа|слева|правее|левее)\w*",
    "en": r"\b(red|green|yellow|blue|on the (?:left|right)|to the (?:left|right)|line \d+)\b",
}


def p1_hints_do_not_spoil(context: Context) -> Iterator[Problem]:
    """Only the last rung may have all the words of a line of the solution."""
    for step in context.exercises():
        if step.hints is None:
            continue
        for language, anchor, section in context.sections():
            if not anchor.startswith(f"{step.id}/hint."):
                continue
            if anchor.endswith(f".{step.hints.rungs}"):
                continue
            for line in step.solution:
                if line.command in (":run", ":client"):
                    continue  # a way to the next command, told by the guide of the prompt
                words = _words(step, line)
                if len(words) > 1 and _tells(section.text, words):
                    message = f"tells the whole solution: {line.text!r}"
                    yield context.text_problem("P1", language, anchor, message)


def _words(step: Step, line: Line) -> tuple[bytes, ...]:
    """A line's words; those of a call as patterns have them."""
    return essence(line.argv) if beside(step) and is_call(line.argv) else line.argv


def _tells(text: str, argv: tuple[bytes, ...]) -> bool:
    """Some piece of code has the command's name and all its arguments."""
    for span in [*CODE_SPAN.findall(text), *text.split("```")[1::2]]:
        lowered = span.lower()
        words = [word.decode("utf-8", "replace").lower() for word in argv]
        if all(word in lowered for word in words):
            return True
    return False


def p2_mistakes_have_their_own_words(context: Context) -> Iterator[Problem]:
    """Each mistake has a feedback of its own, unless it is said to be of no kind (``generic``); at
    least three different explanations, and no rule that no mistake proves."""
    for step in context.exercises():
        everything_else = {rule.id for rule in step.feedback if rule.catch_all}
        for reject in step.reject:
            if reject.generic != (reject.feedback in everything_else):
                message = (
                    f"{reject.feedback!r} is a feedback of its own: leave out 'generic'"
                    if reject.generic
                    else f"{reject.feedback!r} is said of everything else: explain this mistake, "
                    "or say generic = true"
                )
                yield context.problem("P2", reject.line, f"{step.id!r}: {message}")
        proved = {reject.feedback for reject in step.reject}
        own = proved - {rule.id for rule in step.feedback if rule.catch_all}
        if len(own) < EXPLANATIONS:
            message = f"{step.id!r} explains {len(own)} mistakes by themselves, not {EXPLANATIONS}"
            yield context.problem("P2", step.line, message)
        for rule in step.feedback:
            if not rule.catch_all and rule.id not in proved:
                message = f"no mistake of {step.id!r} proves the feedback {rule.id!r}"
                yield context.problem("P2", rule.line, message)


def p3_answers_vary(context: Context) -> Iterator[Problem]:
    """Every option explains itself, in words of its own; the right one does not always stand at
    the same place."""
    yield from _same_words(context)
    places = []
    asking: list[Step] = []
    for step in context.lesson.steps:
        if step.predict is None and step.quiz is None:
            continue
        correct = questions.correct_option(step, context.lesson.seed)
        if correct is not None:
            places.append(questions.options(step).index(correct))
            asking.append(step)
    if len(places) > 2 and len(set(places)) == 1:
        message = f"the right answer is always option {places[0] + 1}"
        yield context.problem("P3", asking[-1].line, message)


def _same_words(context: Context) -> Iterator[Problem]:
    """Options or answers of one question that say the same."""
    for language, document in context.lesson.prose.items():
        for step in context.lesson.steps:
            for kind in ("option", "answer"):
                seen: dict[str, str] = {}
                for anchor, section in document.sections.items():
                    if not anchor.startswith(f"{step.id}/{kind}."):
                        continue
                    words = " ".join(section.text.lower().split())
                    if words and words in seen:
                        message = f"says the same as {seen[words]!r}"
                        yield context.text_problem("P3", language, anchor, message)
                    seen.setdefault(words, anchor)


def p4_kind_words(context: Context) -> Iterator[Problem]:
    """Nothing is called simple or obvious."""
    for language, anchor, section in context.sections():
        found = re.search(BANNED[language], section.text, re.I)
        if found:
            message = f"{found[0]!r} belittles whoever is stuck"
            yield context.text_problem("P4", language, anchor, message)


def p5_not_by_sight_alone(context: Context) -> Iterator[Problem]:
    """Nothing is pointed at by colour or by place on the screen."""
    for language, anchor, section in context.sections():
        found = re.search(BY_SIGHT[language], section.text, re.I)
        if found:
            message = f"{found[0]!r}: name the thing, not its colour or place"
            yield context.text_problem("P5", language, anchor, message)


def p8_lesson_is_whole(context: Context) -> Iterator[Problem]:
    """Minutes and concepts are stated; at least four exercises and one predict question."""
    lesson = context.lesson
    if lesson.minutes <= 0:
        yield context.problem("P8", 1, "'minutes' is not set")
    if not lesson.concepts or UNWRITTEN in lesson.concepts:
        yield context.problem("P8", 1, "'concepts' is empty")
    exercises = sum(1 for step in lesson.steps if step.kind == "exercise")
    if exercises < EXERCISES:
        yield context.problem("P8", 1, f"{exercises} exercises, not {EXERCISES}")
    if not any(step.kind == "predict" for step in lesson.steps):
        yield context.problem("P8", 1, "no predict question")


TEACHING_RULES: dict[str, Rule] = {
    "P1": p1_hints_do_not_spoil,
    "P2": p2_mistakes_have_their_own_words,
    "P3": p3_answers_vary,
    "P4": p4_kind_words,
    "P5": p5_not_by_sight_alone,
    "P8": p8_lesson_is_whole,
}
