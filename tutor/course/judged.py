"""What every try at a step has: verdicts, hints opened, an answer, whether it was ever solved."""

from __future__ import annotations

from typing import Any, Self

from tutor.course.diary import Diary
from tutor.course.exam import Record
from tutor.course.feedback import choose
from tutor.course.model import FeedbackRule, Step
from tutor.course.predicates.base import Scene, Verdict

CLOCK_STEP_S = 10


class Judged:
    """Subclasses have a `scene`, and call `judge` after whatever may change it."""

    def __init__(self, step: Step, seed: int) -> None:
        self.step = step
        self.seed = seed
        self.rung = 0
        self.saw_solution = False
        self.answer: str | None = None
        self.done = False
        self.verdicts: dict[str, tuple[Verdict, ...]] = {}
        self.progressed = False
        self.beat = 0
        """How many beats of the step's demo are over."""
        self.diary = Diary()
        self.record: Record | None = None

    def _begin_record(self) -> None:
        """An attempt begins: an exam has all its time."""
        self.verdicts = {}
        self.record = None if self.step.exam is None else Record(self.step.exam)

    @property
    def elapsed_ms(self) -> int:
        """How much of the step's own time has gone by since the learner came."""
        raise NotImplementedError

    @property
    def commands(self) -> int:
        """How many commands and moves the learner has made in this attempt."""
        raise NotImplementedError

    @property
    def scene(self) -> Scene:
        """What predicates judge."""
        raise NotImplementedError

    @property
    def passed(self) -> bool:
        """All checks are green now (False for a step without checks)."""
        return bool(self.verdicts) and all(self._green(id_) for id_ in self.verdicts)

    def _green(self, check_id: str) -> bool:
        return all(verdict.ok for verdict in self.verdicts[check_id])

    def judge(self) -> None:
        """Evaluate every check on the present state."""
        before = {id_ for id_ in self.verdicts if self._green(id_)}
        scene, earlier = self.scene, self.verdicts
        self.verdicts = {check.id: check.evaluate(scene) for check in self.step.checks}
        if self.record is not None:
            self.record.note(self.elapsed_ms, self.commands, earlier, self.verdicts)
        self.progressed = any(self._green(id_) and id_ not in before for id_ in self.verdicts)
        if self.passed and self.step.demo is None:
            self.done = True

    def green(self) -> frozenset[str]:
        """The ids of checks that are satisfied now."""
        return frozenset(id_ for id_ in self.verdicts if self._green(id_))

    def feedback(self) -> FeedbackRule | None:
        """The rule that fits the present state, once something was done and is not yet right."""
        scene = self.scene
        if self.passed or not self.verdicts or not scene.world.history:
            return None
        return choose(self.step.feedback, scene, self.green())

    def _record_state(self) -> dict[str, Any]:
        """An exam's time is kept as it goes by, roughly: what only changes the milliseconds is not
        written (`Progress.keep`)."""
        seconds = self.elapsed_ms // 1000
        return {} if self.record is None else {"clock_s": seconds - seconds % CLOCK_STEP_S}

    def _help_state(self) -> dict[str, Any]:
        return {
            "rung": self.rung,
            "saw_solution": self.saw_solution,
            "answer": self.answer,
            "done": self.done,
            **({"beat": self.beat} if self.beat else {}),
            "log": self.diary.state(),
        }

    def _take_help_state(self, state: dict[str, Any]) -> Self:
        self.rung = number(state.get("rung"))
        beats = () if self.step.demo is None else self.step.demo.beats
        self.beat = min(number(state.get("beat")), len(beats))
        self.saw_solution = bool(state.get("saw_solution"))
        answer = state.get("answer")
        self.answer = answer if isinstance(answer, str) else None
        self.diary = Diary.resumed(state.get("log"))
        self.judge()
        self.done = self.done or bool(state.get("done"))
        return self


def number(value: Any) -> int:
    """A number of a progress file, not below 0."""
    return max(0, value) if isinstance(value, int) else 0
