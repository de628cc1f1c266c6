"""What was done in the steps of a lesson, line by line with its time: ``progress history``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from tutor.course.cheatsheet import said_text
from tutor.course.diary import events_of
from tutor.course.model import Course, Lesson, Step
from tutor.course.progress import Progress
from tutor.course.summary import step_title
from tutor.i18n import _, pgettext

Words = Sequence[str]


def history_lines(course: Course, progress: Progress, lesson: Lesson) -> Iterator[str]:
    """Every step in which something was done, in the lesson's order."""
    attempts = progress.attempts(course, lesson)
    for step in lesson.steps:
        events = events_of(attempts.get(step.id, {}).get("log"))
        if events:
            yield step_title(lesson, step)
            yield from (f"  {_time(event[0])}  {_told(lesson, step, event)}" for event in events)


def _time(ms: int) -> str:
    try:
        return datetime.fromtimestamp(ms / 1000).strftime("%Y-%m-%d %H:%M:%S")
    except (OverflowError, OSError, ValueError):
        return str(ms)


def _told(lesson: Lesson, step: Step, event: list[Any]) -> str:
    _ms, kind, *words = event
    if kind == "said":
        text = " ".join(said_text(lesson, step, words[0], words[1:]).split())
        return _("feedback: {text}").format(text=text)
    return _TEXTS[kind](words)


def _run(words: Words) -> str:
    line, node, error = words[:3]
    return f"{node}> {line}" + (f"  (error) {error}" if error else "")


def _green(words: Words) -> str:
    if not words:
        return _("no check is right now")
    return _("right now: {checks}").format(checks=", ".join(words))


def _answer(words: Words) -> str:
    option, right = words[:2]
    verdict = pgettext("review", "right") if right == "right" else pgettext("review", "wrong")
    return _("answer: {option}, {verdict}").format(option=option, verdict=verdict)


def _done(words: Words) -> str:
    texts = {
        "alone": _("done without help"),
        "hints": _("done after hints"),
        "solution": _("done after the solution was seen"),
        "right": _("done: the answer was right"),
        "wrong": _("done: the answer was wrong"),
        "read": _("done: read"),
    }
    return texts[words[0]]


_TEXTS: dict[str, Callable[[Words], str]] = {
    "run": _run,
    "green": _green,
    "answer": _answer,
    "done": _done,
    "hint": lambda words: _("hint {n} opened").format(n=words[0]),
    "solution": lambda words: _("the solution was seen"),
    "undo": lambda words: _("a command taken back"),
    "redo": lambda words: _("a command done again"),
    "reset": lambda words: _("begun again"),
}
