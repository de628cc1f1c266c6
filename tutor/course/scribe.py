"""Writes down what a learner does in a step, as it happens (`tutor.course.diary`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from tutor.course.attempt import Attempt
from tutor.course.diary import HOW, typed
from tutor.course.feedback import placeholders_in
from tutor.course.labattempt import LabAttempt
from tutor.course.labview import NodeEntry
from tutor.engine.clock import Clock
from tutor.engine.replies import BLOCKED, ReplyError
from tutor.engine.world import Entry

_ERROR_CHARACTERS = 160


class Scribe:
    """``clock`` tells the time of day."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._deeds: dict[int, int] = {}

    def note(self, attempt: Attempt | LabAttempt, kind: str, *words: str) -> None:
        """Write one event down."""
        attempt.diary.note(self._clock.now_us() // 1000, kind, *words)

    def meet(self, attempt: Attempt | LabAttempt) -> None:
        """The attempt as it stands was written down before, or is no deed of the learner's."""
        if isinstance(attempt, LabAttempt):
            self._deeds[id(attempt)] = len(attempt.view.history)

    def ran(self, attempt: Attempt | LabAttempt, entry: Entry | None = None) -> bool:
        """Write down a command that was run (in a lab: whatever was done since the last time), and
        what has become of the checks; True if something was run."""
        entries = _fresh(entry) if isinstance(attempt, Attempt) else self._new_deeds(attempt)
        for each in entries:
            node = each.node if isinstance(each, NodeEntry) else ""
            self.note(attempt, "run", typed(each.argv), node, _error(each))
        self._verdicts(attempt)
        return bool(entries)

    def _new_deeds(self, attempt: LabAttempt) -> Sequence[Entry]:
        history = attempt.view.history
        known = min(self._deeds.get(id(attempt), 0), len(history))
        self._deeds[id(attempt)] = len(history)
        return history[known:]

    def _verdicts(self, attempt: Attempt | LabAttempt) -> None:
        green = sorted(attempt.green())
        last = attempt.diary.last("green")
        if green != (last[2:] if last is not None else []):
            self.note(attempt, "green", *green)

    def said(
        self, attempt: Attempt | LabAttempt, rule: str, section: str, values: Mapping[str, str]
    ) -> None:
        """Write down a feedback text that is shown."""
        names = dict.fromkeys(name for name in placeholders_in(section) if name in values)
        self.note(attempt, "said", rule, *_pairs(values, names))

    def done(self, attempt: Attempt | LabAttempt, how: str) -> None:
        """Write down, once, how the step came to be done."""
        assert how in HOW
        if attempt.diary.last("done") is None:
            self.note(attempt, "done", how)

    def solved(self, attempt: Attempt | LabAttempt) -> None:
        """The same for an exercise whose checks are all green."""
        help_ = "solution" if attempt.saw_solution else "hints" if attempt.rung else "alone"
        self.done(attempt, help_)


def _fresh(entry: Entry | None) -> Sequence[Entry]:
    return () if entry is None else (entry,)


def _error(entry: Entry) -> str:
    reply = entry.reply
    if reply is BLOCKED or not isinstance(reply, ReplyError):
        return ""
    return str(reply)[:_ERROR_CHARACTERS] or "ERR"


def _pairs(values: Mapping[str, str], names: Iterable[str]) -> list[str]:
    return [word for name in names for word in (name, values[name])]
