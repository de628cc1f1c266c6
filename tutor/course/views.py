"""What a screen shows of a step, in the present language: plain data that `Player` hands out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tutor.course.predicates.base import Status
from tutor.course.prose import Prose
from tutor.engine.replies import Reply
from tutor.engine.world import Entry
from tutor.i18n import _


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One line of the list of checks.

    ``status``: "ok" ✓, "wrong" ✗ (the text says got → want), "pending" ○ (nothing to compare yet).
    """

    status: Status
    text: str


@dataclass(frozen=True, slots=True)
class CheckView:
    """One check; a check of several predicates has several lines, all must be "ok".

    ``label`` is the author's text for it, if there is one, ``details`` are the lines of its
    predicates; ``lines`` are what is shown of both.
    """

    id: str
    ok: bool
    lines: tuple[CheckLine, ...]
    label: str = ""
    details: tuple[CheckLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Feedback:
    """What is said about the present state of the exercise; ``prose`` is already filled in.

    ``quiet`` is True for the catch-all while the last command brought a check to green: the
    learner is on the way, so a screen shows it softly or not at all.
    """

    id: str
    prose: Prose
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Hint:
    """One rung of the ladder. ``paste`` goes into the prompt, and is not run."""

    rung: int
    rungs: int
    name: Literal["idea", "family", "skeleton", "solution"]
    prose: Prose
    paste: str = ""


def hint_title(name: str) -> str:
    """The head of a rung, by its name."""
    titles = {
        "idea": _("Hint: the idea"),
        "family": _("Hint: which command"),
        "skeleton": _("Hint: the shape"),
        "solution": _("Hint: the line itself"),
    }
    return titles[name]


@dataclass(frozen=True, slots=True)
class Option:
    """One possible answer. ``explanation`` is filled once it was chosen."""

    id: str
    label: str
    chosen: bool = False
    correct: bool | None = None
    explanation: Prose = ()


@dataclass(frozen=True, slots=True)
class Question:
    """A predict or quiz question.

    For predict: ``run`` are the commands that come first, ``ask`` the one whose reply is sought.
    """

    options: tuple[Option, ...]
    answered: bool
    run: tuple[str, ...] = ()
    ask: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """The verdict on a choice; after a predict question ``reply`` is what the engine replied."""

    option: str
    correct: bool
    explanation: Prose
    reply: Reply = None


@dataclass(frozen=True, slots=True)
class StepView:
    """The words of a step. ``stale`` is True where this language lags behind the other one."""

    id: str
    title: str
    body: Prose
    task: Prose
    recap: Prose
    note: Prose
    stale: bool = False
    missing: bool = False
    """True where the text exists in the other language only and is shown in that."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What came of one command.

    ``passed`` is True if the step's checks are all green now, ``just_passed`` if this command
    made them so. ``entry`` carries argv, reply, touched keys and conversions.
    """

    entry: Entry
    reply: Reply
    passed: bool
    just_passed: bool
    feedback: Feedback | None


@dataclass(frozen=True, slots=True)
class DemoView:
    """How far a demo is: ``beat`` of ``beats``. ``note`` is what is read at this pause."""

    beat: int
    beats: int
    note: Prose = ()

    @property
    def over(self) -> bool:
        return self.beat >= self.beats


@dataclass(frozen=True, slots=True)
class DemoTurn:
    """What a demo did until it paused: the lines that were carried out, and the ``checkpoint`` it
    has come to, if it paused there."""

    entries: tuple[Entry, ...]
    checkpoint: str = ""


@dataclass(frozen=True, slots=True)
class StepMark:
    """One step in the list of steps: where the learner stands with it."""

    id: str
    title: str
    kind: str
    done: bool
    assisted: bool
    current: bool
