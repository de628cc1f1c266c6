"""A step under time: which check was right when, and how things stood when the time was over.

    note ─▶ turns: check "link" right after 3:10 and 14 commands, wrong again after 5:00 …
         ─▶ at the limit the verdicts of that moment are kept

Everything follows from the step's own clock and from what was done, so a step that is resumed, or a
lab that goes back in time, has the record that belongs to the moment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tutor.course.model import Exam
from tutor.course.predicates.base import Verdict

Verdicts = Mapping[str, tuple[Verdict, ...]]


@dataclass(frozen=True, slots=True)
class Turn:
    """A check became right or wrong, so long after the beginning, after so many commands."""

    check: str
    green: bool
    ms: int
    commands: int


@dataclass(slots=True)
class Record:
    """What has come of an attempt at an exam so far."""

    exam: Exam
    turns: list[Turn] = field(default_factory=list)
    at_limit: Verdicts | None = None
    """The verdicts when the time was over; None while it is not."""

    def note(self, ms: int, commands: int, before: Verdicts, now: Verdicts) -> None:
        """The step was judged; ``before`` are the verdicts of the time before."""
        while self.turns and self.turns[-1].ms > ms:
            self.turns.pop()
        if ms <= self.exam.limit_ms:
            self.at_limit = None
        elif self.at_limit is None:
            self.at_limit = dict(before or now)
        for check, verdicts in now.items():
            green = all(verdict.ok for verdict in verdicts)
            if green != self._green(check):
                self.turns.append(Turn(check, green, ms, commands))

    def _green(self, check: str) -> bool:
        last = next((turn for turn in reversed(self.turns) if turn.check == check), None)
        return last is not None and last.green

    def righted(self, check: str, within: int | None = None) -> Turn | None:
        """The turn by which a check became right for good; with ``within`` as things stood after
        so many milliseconds. None if it was not right."""
        turns = [t for t in self.turns if t.check == check and (within is None or t.ms <= within)]
        return turns[-1] if turns and turns[-1].green else None

    @property
    def all_right_ms(self) -> int | None:
        """When the last check became right, if all are."""
        if not self.turns or not all(self._green(turn.check) for turn in self.turns):
            return None
        return self.turns[-1].ms


@dataclass(frozen=True, slots=True)
class ExamView:
    """How much time there is, and how much of it is spent; it stands still once all checks are
    right (``passed``). ``late``: they were not when the time was over."""

    limit_ms: int
    spent_ms: int
    passed: bool
    late: bool

    @property
    def left_ms(self) -> int:
        """How much is left, 0 at the end."""
        return max(0, self.limit_ms - self.spent_ms)

    @property
    def over(self) -> bool:
        """Whether the time is over."""
        return self.spent_ms > self.limit_ms


def minutes(ms: int) -> str:
    """``3:07``; a part of a second counts as none."""
    return f"{ms // 60_000}:{ms // 1000 % 60:02d}"


def minutes_left(ms: int) -> str:
    """The same for time that is left: a part of a second counts as one, so that 0:00 is the end."""
    return minutes(ms + 999)
