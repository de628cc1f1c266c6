"""The whole course in lines: every step of every lesson, in both languages, mistakes included."""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterator

import pytest

from tests.console.plain.kit import Script
from tutor import i18n
from tutor.console.pasting import as_one_line
from tutor.console.plain.page import DATA
from tutor.console.plain.telling import unmet
from tutor.course.loader import load_course
from tutor.course.model import Course, Lesson, Line, Reject, Step
from tutor.diagrams.canvas import line_width
from tutor.i18n import _, language, set_language

COURSE: Course = load_course()

SPEECH_IN_DATA = DATA | {"syntax", "command", "prompt", "label", "sentence", "event"}
"""Roles of what may be in any language: what was typed, replied, or kept under a key."""

DRAWN = re.compile(r"(?![○▌])[\u2500-\u25ff]")
"""Lines, blocks and arrows of pictures: in lines everything is told in words."""

QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"|«[^»]*»|`[^`]*`")


class Strict(gettext.NullTranslations):
    """A catalog that remembers what it could not translate."""

    def __init__(self, inner: gettext.NullTranslations) -> None:
        super().__init__()
        self.inner = inner
        self.missing: set[str] = set()

    def _look(self, key: object, message: str) -> None:
        if key not in self.inner._catalog:  # type: ignore[attr-defined]
            self.missing.add(message)

    def gettext(self, message: str) -> str:
        self._look(message, message)
        return self.inner.gettext(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        self._look((msgid1, 0), msgid1)
        return self.inner.ngettext(msgid1, msgid2, n)

    def pgettext(self, context: str, message: str) -> str:
        self._look(f"{context}\x04{message}", message)
        return self.inner.pgettext(context, message)


@pytest.fixture
def spoken(request: pytest.FixtureRequest) -> Iterator[Strict | None]:
    """The language of the parameter; of Russian what lacks a translation is kept."""
    set_language(request.param)
    strict = None
    if request.param == "ru":
        strict = Strict(i18n._translations)
        i18n._translations = strict
    yield strict
    set_language("en")


def typed(lines: tuple[Line, ...]) -> list[str]:
    """Lines of a lesson as a person types them into a pipe: each on one line."""
    return [as_one_line(line.text) if "\n" in line.text else line.text for line in lines]


def mistake(step: Step) -> Reject | None:
    """A mistake that has words of its own."""
    own = {rule.id for rule in step.feedback if not rule.catch_all}
    return next((one for one in step.reject if one.feedback in own), None)


def play_exercise(script: Script, step: Step) -> None:
    wrong = mistake(step)
    way = step.solution
    if wrong is not None:
        heard = script.type(*typed(wrong.run))
        assert not script.player.passed, step.id
        assert _("Not yet") in heard, step.id
        reasons = script.type("why")
        demands = unmet(script.player)
        assert demands, step.id
        assert sum(reasons.count(sign) for sign in "✗○") >= len(demands), step.id
        way = wrong.recover or step.solution
    if step.hints is not None:
        assert f"/{step.hints.rungs}:" in script.type("hint"), step.id
    heard = script.type(*typed(way))
    assert script.player.passed, step.id
    assert "✓" in heard, step.id
    assert _("Done. next goes on.") in heard or _("Done. next finishes the lesson.") in heard


def play_question(script: Script, step: Step, number: int) -> None:
    question = script.player.question()
    assert question is not None
    heard = script.type(str(number))
    answered = script.player.question()
    assert answered is not None
    chosen = answered.options[number - 1]
    assert chosen.chosen, step.id
    assert (_("Right.") if chosen.correct else _("No.")) in heard
    assert f"({_('your answer')})" in " ".join(heard.split()), step.id


@pytest.mark.parametrize("spoken", ["ru", "en"], indirect=True)
@pytest.mark.parametrize("lesson", [lesson.id for lesson in COURSE.lessons])
def test_every_step_can_be_solved_in_lines(lesson: str, spoken: Strict | None) -> None:
    script = Script(lesson, course=COURSE)
    steps = COURSE.lesson(lesson).steps
    for number, step in enumerate(steps, 1):
        assert script.player.step is step
        if step.kind == "exercise":
            play_exercise(script, step)
        elif step.kind in ("predict", "quiz"):
            play_question(script, step, 1 + number % 2)
        while (demo := script.player.demo()) is not None and not demo.over:
            script.type("next")
        if script.player.exam is not None:
            assert script.type("verdict").strip(), step.id
            script.type("next")  # the report comes before the next step
        script.type("show", "goal", "where")
        assert script.player.step is step
        script.type("next")
        assert script.player.marks()[number - 1].done, step.id
    assert all(mark.done for mark in script.player.marks())
    assert _("Finished: {title}").format(title=script.player.lesson_title()) in " ".join(
        script.page.text.split()
    )
    check_the_page(script)
    if spoken is not None:
        assert spoken.missing == set()


def check_the_page(script: Script) -> None:
    """Narrow enough, nothing but text, in one language."""
    assert [row for row in script.page.rows if line_width(row) > script.page.width] == []  # type: ignore[arg-type]
    assert "\x1b" not in script.page.text
    speech = "\n".join(
        "".join(text for text, role in row if role not in SPEECH_IN_DATA)
        for row in script.page.rows
    )
    assert DRAWN.findall(speech) == []
    if language() == "en":
        for data in sorted(wanted_data(script.player.lesson), key=len, reverse=True):
            speech = speech.replace(data, "")
        assert re.findall(r".*[А-яЁё].*", QUOTED.sub("", speech)) == []


def wanted_data(lesson: Lesson) -> set[str]:
    """What the checks of a lesson ask for: names and values, in whatever language they are."""
    return {
        literal
        for step in lesson.steps
        for check in step.checks
        for predicate in check.predicates
        for literal in predicate.literals()
    }
