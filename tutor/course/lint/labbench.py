"""Tries sequences of moves on a step that is played in a lab, each from its beginning."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tutor.course.labattempt import LabAttempt
from tutor.course.lint.outcome import Outcome
from tutor.course.model import Line, Step
from tutor.engine.engine import Engine
from tutor.engine.replies import Reply, is_error
from tutor.labs.checkpoint import Checkpoints
from tutor.labs.replication.lab import STEP_US, Lab, Moment

NEVER = 1 << 60

Moves = tuple[tuple[bytes, ...], ...]


class LabBench:
    """The run is virtual and follows from its seed: what was tried once need not be tried again,
    and the setup is run once."""

    def __init__(self, step: Step, seed: int) -> None:
        self.step, self.seed = step, seed
        self._attempt = LabAttempt(step, seed)
        self._beginning: Moment | None = None
        if isinstance(self._attempt.lab, Lab):
            self._attempt.lab.checkpoints = Checkpoints(gap=NEVER)  # there is no going back in it
            self._beginning = self._attempt.lab.keep()
        self._known: dict[tuple[Moves, bool], Outcome] = {}

    @property
    def failed(self) -> list[tuple[Line, Reply]]:
        """Commands of the setup that got an error."""
        start = LabAttempt(self.step, self.seed)
        done = [(deed, getattr(deed.reply, "reply", deed.reply)) for deed in start.lab.deeds]
        return [(_as_line(deed), reply) for deed, reply in done if is_error(reply)]

    @property
    def engine(self) -> Engine:
        """An engine that knows the commands."""
        return LabAttempt(self.step, self.seed).world.engine

    def run(self, lines: Iterable[Line | tuple[bytes, ...]], undo_redo: bool = False) -> Outcome:
        """Make moves and judge. ``undo_redo``: go back to the beginning, and make them again."""
        moves = tuple(line.argv if isinstance(line, Line) else line for line in lines)
        found = self._known.get((moves, undo_redo))
        if found is None:
            found = self._known[moves, undo_redo] = self._tried(moves, undo_redo)
        return found

    def _fresh(self, goes_back: bool) -> LabAttempt:
        """An attempt at the moment when the learner comes; the one before it is gone."""
        if goes_back or self._beginning is None:
            return LabAttempt(self.step, self.seed)
        self._attempt.come_back(self._beginning)
        return self._attempt

    def _tried(self, moves: Moves, undo_redo: bool) -> Outcome:
        goes_back = undo_redo or any(argv[0].lower() == b":back" for argv in moves)
        attempt = self._fresh(goes_back)
        replies = [attempt.run(argv).reply for argv in moves]
        if undo_redo:
            attempt.lab.back_to(attempt.begun // STEP_US * STEP_US)
            attempt.node = attempt.stage.first
            replies = [attempt.run(argv).reply for argv in moves]
        checks = [check.id for check in self.step.checks]
        green = frozenset(checks) if attempt.passed else attempt.green()
        red = tuple(id_ for id_ in checks if id_ not in green)
        rule = attempt.feedback()
        return Outcome(attempt.scene, green, red, rule.id if rule else None, tuple(replies))


def _as_line(deed: Any) -> Line:
    done = deed.action if hasattr(deed, "action") else deed.act
    if done.kind == "call":
        return Line(str(done.value), (str(done.value).encode(),))
    text = f":on {done.target} {done.value}"
    return Line(text, tuple(word.encode() for word in text.split()))
