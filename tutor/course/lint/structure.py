"""Rules about the files of a lesson: ids, anchors, literals, prerequisites, size."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tutor.course.calls import line_name
from tutor.course.lint.context import Context, beside, command_name, command_of, line_command
from tutor.course.lint.engine import Rule
from tutor.course.lint.measure import WIDTH, rendered_lines, widest_code
from tutor.course.model import Lesson, Step
from tutor.course.problems import Problem
from tutor.course.texts import perform_section
from tutor.engine.cmdline import UnbalancedQuotes, split

UNWRITTEN = "TODO"
"""What `lessons new` puts where an author has to write."""

TASK_LINES = 8
STEP_LINES = 18
CODE_CELLS = 72
_CALL = re.compile(r"(cache\.[a-z]\w*)\(|:(mc) ([a-z]\w*)")
CODE_SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")


def required_anchors(step: Step) -> list[str]:
    """What a step's prose must have, in the order of the guide."""
    anchors = [step.id]
    if step.kind in ("exercise", "predict", "quiz"):
        anchors.append(f"{step.id}/task")
    if step.hints is not None:
        anchors += [f"{step.id}/hint.{rung}" for rung in range(1, step.hints.rungs)]
    anchors += [f"{step.id}/feedback.{rule.id}" for rule in step.feedback]
    if step.quiz is not None:
        anchors += [f"{step.id}/option.{option}" for option in step.quiz.options]
        anchors += [f"{step.id}/answer.{option}" for option in step.quiz.options]
    if step.demo is not None:
        anchors += [f"{step.id}/{note}" for note in step.demo.notes]
    if step.predict is not None:
        anchors += [f"{step.id}/answer.{option}" for option in step.predict.options]
    return anchors


def optional_anchors(step: Step) -> list[str]:
    """What it may have besides."""
    anchors = [f"{step.id}/{name}" for name in ("task", "recap", "note")]
    if step.hints is not None:
        anchors.append(f"{step.id}/hint.{step.hints.rungs}")
    return anchors + [f"{step.id}/check.{check.id}" for check in step.checks]


def s2_ids_are_kept(context: Context) -> Iterator[Problem]:
    """Ids of the course that were released are still there, and new ones are written down."""
    released = context.released
    if released is None:
        yield context.problem("S2", 0, "missing; write it with: lessons synced", context.ids_file)
        return
    present = {context.lesson.id, *(f"{context.lesson.id}/{s.id}" for s in context.lesson.steps)}
    for number, id_ in released.items():
        if id_.partition("/")[0] != context.lesson.id or id_ in present:
            continue
        if context.course.aliases.get(id_) in present:
            continue
        message = f"the released id {id_!r} is gone; add it to [aliases] in course.toml"
        yield context.problem("S2", number, message, context.ids_file)
    for step in context.lesson.steps:
        if f"{context.lesson.id}/{step.id}" not in released.values():
            message = (
                f"the id {step.id!r} is not in ids.lock; "
                f"write it with: redis-tutor lessons synced {context.lesson.id}"
            )
            yield context.problem("S2", step.line, message)


def s3_anchors_fit(context: Context) -> Iterator[Problem]:
    """Every text that the structure refers to is there, and no other."""
    for language, document in context.lesson.prose.items():
        needed = [anchor for step in context.lesson.steps for anchor in required_anchors(step)]
        allowed = {anchor for step in context.lesson.steps for anchor in optional_anchors(step)}
        if not document.title:
            yield context.text_problem("S3", language, "", "the title '# …' is missing")
        for anchor in needed:
            if anchor not in document.sections:
                yield context.text_problem("S3", language, anchor, "this text is missing")
        for anchor, section in document.sections.items():
            title = document.titles.get(anchor, "")
            if UNWRITTEN in f"{title} {section.text}":
                yield context.text_problem("S3", language, anchor, "this text is not written yet")
        if UNWRITTEN in f"{document.title} {document.about}":
            yield context.text_problem("S3", language, "", "the head is not written yet")
        for anchor in document.sections:
            if anchor not in needed and anchor not in allowed:
                yield context.text_problem("S3", language, anchor, "nothing refers to this text")


def s4_task_names_what_is_checked(context: Context) -> Iterator[Problem]:
    """What a check demands literally (keys, values, seconds) stands in the task."""
    for step in context.exercises():
        for language in context.lesson.prose:
            section = context.lesson.prose[language].sections.get(f"{step.id}/task")
            if section is None:
                continue
            for check in step.checks:
                wanted = {word for predicate in check.predicates for word in predicate.literals()}
                for word in sorted(wanted - set(check.implied)):
                    if word not in section.text:
                        message = f"the check {check.id!r} demands {word!r}, the task does not"
                        anchor = f"{step.id}/task"
                        yield context.text_problem("S4", language, anchor, message)


def s5_commands_were_introduced(context: Context) -> Iterator[Problem]:
    """Solution and hints use commands of this step, an earlier one or a required lesson."""
    lesson = context.lesson
    for id_ in lesson.requires:
        if id_ not in [other.id for other in context.course.lessons]:
            message = f"the required lesson {id_!r} does not exist"
            yield context.problem("S5", 1, message)
    cycle = _cycle(context, lesson, ())
    if cycle:
        yield context.problem("S5", 1, f"lessons require each other: {' → '.join(cycle)}")
        return
    known = _taught_before(context, lesson)
    for step in lesson.steps:
        known |= set(step.introduces)
        for line in step.solution:
            name = line_command(step, line)
            if name and name not in known:
                shown = name if line_name(line.argv) and beside(step) else name.upper()
                message = f"{step.id!r} needs {shown}, introduced nowhere"
                yield context.problem("S5", step.line, message)
        for language, anchor, name in _commands_in_hints(context, step):
            if name not in known:
                message = f"the hint names {name.upper()}, introduced nowhere"
                yield context.text_problem("S5", language, anchor, message)


def _commands_in_hints(context: Context, step: Step) -> Iterator[tuple[str, str, str]]:
    for language, anchor, section in context.sections():
        if not anchor.startswith(f"{step.id}/hint."):
            continue
        for span in CODE_SPAN.findall(section.text):
            if beside(step) and (call := _CALL.match(span)) is not None:
                yield language, anchor, call[1] or f"mc.{call[3]}"
                continue
            try:
                argv = split(span)
            except UnbalancedQuotes:
                continue
            if argv[:1] == [b":on"]:
                argv = argv[2:]
            if argv and argv[0].isupper() and command_of(argv) is not None:
                yield language, anchor, command_name(argv)


def _taught_before(context: Context, lesson: Lesson) -> set[str]:
    taught: set[str] = set()
    for id_ in lesson.requires:
        for other in context.course.lessons:
            if other.id == id_:
                taught |= {name for step in other.steps for name in step.introduces}
                taught |= _taught_before(context, other)
    return taught


def _cycle(context: Context, lesson: Lesson, path: tuple[str, ...]) -> tuple[str, ...]:
    if lesson.id in path:
        return (*path, lesson.id)
    for other in context.course.lessons:
        if other.id in lesson.requires:
            found = _cycle(context, other, (*path, lesson.id))
            if found:
                return found
    return ()


def s6_fits_a_terminal(context: Context) -> Iterator[Problem]:
    """Body and task of each step fit an 80×24 terminal, in both languages."""
    for step in context.lesson.steps:
        for language, document in context.lesson.prose.items():
            total, task = 0, 0
            for anchor in (step.id, f"{step.id}/task"):
                section = document.sections.get(anchor)
                if section is None:
                    continue
                prose = perform_section(section.blocks, step, context.lesson.seed)
                task = rendered_lines(prose, WIDTH)
                total += task + (1 if total else 0)
                if widest_code(prose) > CODE_CELLS:
                    message = f"a line of code is wider than {CODE_CELLS} cells"
                    yield context.text_problem("S6", language, anchor, message)
            if f"{step.id}/task" in document.sections and task > TASK_LINES:
                message = f"the task takes {task} lines, at most {TASK_LINES}"
                yield context.text_problem("S6", language, f"{step.id}/task", message)
            if total > STEP_LINES:
                message = f"body and task take {total} lines of {WIDTH} cells, at most {STEP_LINES}"
                yield context.text_problem("S6", language, step.id, message)


STRUCTURE_RULES: dict[str, Rule] = {
    "S2": s2_ids_are_kept,
    "S3": s3_anchors_fit,
    "S4": s4_task_names_what_is_checked,
    "S5": s5_commands_were_introduced,
    "S6": s6_fits_a_terminal,
}
