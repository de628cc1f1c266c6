"""What a rule is given: one lesson, the course around it, and the benches of its steps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from tutor.course import stage
from tutor.course.calls import line_name
from tutor.course.feedback import choose
from tutor.course.lint.labbench import LabBench
from tutor.course.lint.outcome import Outcome
from tutor.course.lint.surroundings import Surroundings
from tutor.course.model import Course, Lesson, Line, Step
from tutor.course.play import Play
from tutor.course.predicates.base import Scene
from tutor.course.problems import Problem
from tutor.course.prose import Section
from tutor.course.stepclock import StepClock
from tutor.engine.clients.pause import resume
from tutor.engine.clock import Clock, VirtualClock
from tutor.engine.replies import Reply
from tutor.engine.table import CommandSpec, load_table

SEEDS = (1, 2, 3, 4, 5)


class Bench:
    """Tries sequences of commands on one step, each from a clean start.

    The engine is built once and put back to its beginning, which is much cheaper than a new one.
    """

    def __init__(self, step: Step, seed: int, clock: Clock | None = None) -> None:
        self.step = step
        self.clock = StepClock(clock or VirtualClock())
        self.beginning = stage.begin(step, seed, self.clock)
        self.engine, self.failed = self.beginning.engine, self.beginning.failed
        self.start = self.engine.snapshot()
        self._ahead_us = self.clock.ahead_us

    def play(self) -> Play:
        """A clean world; the one before it is gone."""
        for session in list(self.engine.sessions.values()):
            self.engine.disconnect(session)
        self.clock.ahead_us = self._ahead_us
        for purpose in list(self.engine.pauses):  # CLIENT PAUSE, of the world before
            resume(self.engine, purpose)
        self.engine.restore(self.start)
        return self.beginning.play()

    def run(self, lines: Iterable[Line | tuple[bytes, ...]], undo_redo: bool = False) -> Outcome:
        """Run commands and judge; ``undo_redo`` takes back and repeats each change on the way."""
        play = self.play()
        world = play.world
        replies = []
        for line in lines:
            argv = line.argv if isinstance(line, Line) else line
            entry = play.run(argv)
            replies.append(entry.reply)
            if undo_redo and entry.undoable:
                world.undo()
                world.redo()
        return self.judge(play, replies)

    def judge(self, play: Play, replies: Sequence[Reply] = ()) -> Outcome:
        """The verdicts of the step on a play of this bench."""
        scene = Scene(play.world, self.start, beside=play.beside)
        green = frozenset(check.id for check in self.step.checks if check.holds(scene))
        red = tuple(check.id for check in self.step.checks if check.id not in green)
        rule = choose(self.step.feedback, scene, green) if red else None
        return Outcome(scene, green, red, rule.id if rule else None, tuple(replies))


@dataclass(slots=True)
class Context:
    """One lesson under examination; ``counts`` collects what was proved.

    ``released`` maps lines of `ids.lock` to ids; None if there is no such file.
    """

    course: Course
    lesson: Lesson
    released: dict[int, str] | None = None
    ids_file: str = "ids.lock"
    around: Surroundings = field(default_factory=Surroundings)
    counts: dict[str, int] = field(default_factory=dict)
    benches: dict[tuple[str, int], Bench | LabBench] = field(default_factory=dict)

    @property
    def file(self) -> str:
        return f"{self.lesson.folder}/lesson.toml"

    def bench(self, step: Step, seed: int | None = None) -> Bench | LabBench:
        """The bench of a step under a seed (the lesson's unless given)."""
        number = self.lesson.seed if seed is None else seed
        known = self.benches.get((step.id, number))
        if known is None:
            make = Bench if step.lab is None else LabBench
            known = self.benches[(step.id, number)] = make(step, number)
        return known

    def count(self, what: str, how_many: int = 1) -> None:
        self.counts[what] = self.counts.get(what, 0) + how_many

    def problem(self, rule: str, line: int, message: str, file: str | None = None) -> Problem:
        return Problem(file or self.file, line, rule, message)

    def exercises(self) -> Iterator[Step]:
        """The steps with checks."""
        return (step for step in self.lesson.steps if step.kind == "exercise")

    def sections(self) -> Iterator[tuple[str, str, Section]]:
        """Language, anchor and text of everything."""
        for language, document in self.lesson.prose.items():
            for anchor, section in document.sections.items():
                yield language, anchor, section

    def text_problem(self, rule: str, language: str, anchor: str, message: str) -> Problem:
        """A problem in a Markdown file, at the heading of an anchor."""
        document = self.lesson.prose[language]
        section = document.sections.get(anchor) or document.sections.get(anchor.split("/")[0])
        where = f"{anchor}: " if anchor else ""
        return Problem(document.file, section.line if section else 1, rule, where + message)


def command_of(argv: Sequence[bytes]) -> CommandSpec | None:
    """The row of the table for a command's words, or None."""
    return load_table().get(argv[0].decode("utf-8", "replace").lower())


def command_name(argv: Sequence[bytes]) -> str:
    """``get``, or ``object encoding`` where the command is a container."""
    spec = command_of(argv)
    name = argv[0].decode("utf-8", "replace").lower()
    if spec is not None and spec.subcommands and len(argv) > 1:
        return f"{name} {argv[1].decode('utf-8', 'replace').lower()}"
    return name


def beside(step: Step) -> bool:
    """Whether lines of the step may be for Django or Memcached."""
    return step.django is not None or step.memcached is not None


def line_command(step: Step, line: Line) -> str:
    """What a line uses, as `introduces` names it: ``get``, ``cache.get``, ``mc.get``; "" for a
    move."""
    if beside(step) and (name := line_name(line.argv)):
        return name
    return command_name(line.asked) if line.asked else ""


def shown(lines: Iterable[Line]) -> str:
    """Commands in one line, for a message."""
    return " ⏎ ".join(line.text for line in lines)
