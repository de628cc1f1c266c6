"""A cheat sheet in Markdown, made of what the learner typed.

Per lesson: their own commands with what each does, the recap cards of the steps they did, and what
went wrong with the feedback they read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tutor.course import feedback
from tutor.course.diary import events_of, typed
from tutor.course.markdown import code, escaped, fenced, heading, quoted
from tutor.course.model import Course, Lesson, Step
from tutor.course.progress import Progress
from tutor.course.prose import as_markdown
from tutor.course.texts import Texts
from tutor.engine.cmdline import UnbalancedQuotes, split
from tutor.engine.replies import Reply
from tutor.engine.table import CommandSpec, load_table
from tutor.i18n import _, language

MOST_LINES = 5
"""Of one command: the newest that differ."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A line of the learner's, on which node of a lab, and the error it got, if any; ``said`` is
    the feedback that came after it, as Markdown."""

    line: str
    node: str = ""
    error: str = ""
    said: str = ""
    rule: str = ""

    @property
    def shown(self) -> str:
        """The line as it stood at its prompt."""
        return f"{self.node}> {self.line}" if self.node else self.line


@dataclass(frozen=True, slots=True)
class Manner:
    """How the console prints a reply, and how the boxes of a lesson are called."""

    reply: Callable[[Reply], str]
    box: Callable[[str], str]


@dataclass(slots=True)
class _Group:
    """Lines of one command."""

    summary: str
    lines: dict[str, None] = field(default_factory=dict)


def cheat_sheet(
    course: Course, progress: Progress, manner: Manner, lesson_ids: Sequence[str] = ()
) -> str:
    """The sheet on these lessons, or on all that were begun; "" if nothing was done in them."""
    lessons = [course.lesson(id_) for id_ in lesson_ids] or list(course.lessons)
    sheets = [sheet for lesson in lessons if (sheet := _lesson(course, progress, manner, lesson))]
    if not sheets:
        return ""
    return "\n\n".join([heading(1, _("My Redis cheat sheet")), *sheets]) + "\n"


def _lesson(course: Course, progress: Progress, manner: Manner, lesson: Lesson) -> str:
    attempts = progress.attempts(course, lesson)
    lines = {
        step.id: list(_typed(lesson, step, attempts[step.id]))
        for step in lesson.steps
        if step.id in attempts
    }
    done = [step for step in lesson.steps if attempts.get(step.id, {}).get("done")]
    parts = [
        *_own_commands([line for each in lines.values() for line in each if not line.error]),
        *_recaps(lesson, done, manner),
        *_mistakes(lesson, lines),
    ]
    if not parts:
        return ""
    return "\n\n".join([heading(2, lesson.title(language())), *parts])


# what was typed


def _typed(lesson: Lesson, step: Step, attempt: Mapping[str, Any]) -> Iterator[Typed]:
    events = events_of(attempt.get("log"))
    waiting: Typed | None = None
    for event in events:
        if event[1] == "run":
            if waiting is not None:
                yield waiting
            waiting = Typed(event[2], event[3], event[4])
        elif event[1] == "said" and waiting is not None:
            said = said_text(lesson, step, event[2], event[3:])
            yield Typed(waiting.line, waiting.node, waiting.error, said, event[2])
            waiting = None
    if waiting is not None:
        yield waiting
    if not events:
        yield from _from_actions(attempt.get("actions"))


def _from_actions(actions: Any) -> Iterator[Typed]:
    """A step that was played before there were diaries."""
    for action in actions if isinstance(actions, list) else ():
        match action:
            case ["run", int(), *words] if words and all(isinstance(word, str) for word in words):
                yield Typed(typed([word.encode("utf-8", "replace") for word in words]))
            case ["act", int(), "command", str(node), str(line)]:
                yield Typed(line, node)


_SPAN = re.compile(r"(`+[^`]*`+)")


def said_text(lesson: Lesson, step: Step, rule: str, words: Sequence[str]) -> str:
    """A feedback text in the present language, with what was filled in when it was read."""
    section = Texts(lesson).raw(f"{step.id}/feedback.{rule}")
    if section is None:
        return ""
    values = dict(zip(words[::2], words[1::2], strict=False))
    safe = {name: escaped(value) for name, value in values.items()}
    parts = _SPAN.split(section)
    return "".join(
        feedback.fill(part, values if index % 2 else safe, language())
        for index, part in enumerate(parts)
    )


# commands


def _own_commands(lines: Sequence[Typed]) -> list[str]:
    groups: dict[str, _Group] = {}
    for line in lines:
        name, summary = _command(line.line)
        group = groups.setdefault(name, _Group(summary))
        group.lines.pop(line.shown, None)
        group.lines[line.shown] = None
    if not groups:
        return []
    parts = [heading(3, _("My commands"))]
    for name, group in sorted(groups.items()):
        title = f"**{code(name)}**" if group.summary else f"**{escaped(name)}**"
        about = f" — {escaped(group.summary)}" if group.summary else ""
        parts += [title + about, fenced(list(group.lines)[-MOST_LINES:], "redis")]
    return parts


def _command(line: str) -> tuple[str, str]:
    """The name of a line's command and what it does; a line that is no command of Redis has a
    general name and no summary."""
    try:
        words = [word.decode("utf-8", "replace").lower() for word in split(line)]
    except UnbalancedQuotes:
        words = []
    spec = load_table().get(words[0]) if words else None
    if spec is None:
        return (_("Moves") if line.startswith(":") else _("Other lines")), ""
    name = words[0]
    inner = spec.subcommands.get(words[1]) if len(words) > 1 else None
    if inner is not None:
        name, spec = f"{name} {words[1]}", inner
    return name.upper(), _summary(spec)


def _summary(spec: CommandSpec) -> str:
    return spec.summary.get(language()) or spec.summary.get("en", "")


# recap cards


def _recaps(lesson: Lesson, done: Sequence[Step], manner: Manner) -> list[str]:
    texts, parts = Texts(lesson), []
    for step in done:
        prose = texts.prose(f"{step.id}/recap")
        if prose:
            body = as_markdown(prose, manner.reply, manner.box)
            parts += [f"**{escaped(texts.title(step))}**", body]
    return [heading(3, _("Worth remembering")), *parts] if parts else []


# mistakes


def _mistakes(lesson: Lesson, typed: Mapping[str, Sequence[Typed]]) -> list[str]:
    """Each mistake once, as it was made the last time; what was said by the catch-all of a step is
    no mistake, but the way to its end."""
    texts, parts = Texts(lesson), []
    for step in lesson.steps:
        last_rule = step.feedback[-1].id if step.feedback else ""
        wrong: dict[tuple[str, str], Typed] = {}
        for line in typed.get(step.id, ()):
            said = "" if line.rule == last_rule else line.said
            if line.error or said:
                key = (line.rule if said else "", "" if said else line.shown)
                wrong.pop(key, None)
                wrong[key] = Typed(line.line, line.node, line.error, said)
        if wrong:
            parts.append(f"**{escaped(texts.title(step))}**")
            parts += [_mistake(line) for line in wrong.values()]
    return [heading(3, _("What went wrong, and why")), *parts] if parts else []


def _mistake(line: Typed) -> str:
    shown = [line.shown, *([f"(error) {line.error}"] if line.error else [])]
    block = fenced(shown, "redis")
    return f"{block}\n\n{quoted(line.said)}" if line.said else block
