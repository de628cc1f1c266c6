"""A learner's try at a step that is played in a lab: the run itself, and verdicts at each moment.

    setup ─▶ the learner comes ─▶ knobs, commands, time ─▶ all checks green at one moment: passed

Time goes on in a lab whether or not anything is done, so a step is passed once all its checks have
been green together, and stays so in this run; going back before that moment takes it back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tutor.course.attempt import kept_actions
from tutor.course.calls import essence, is_call
from tutor.course.judged import Judged, number
from tutor.course.labdjango import LabDjango
from tutor.course.labstage import SECOND_US, stage_of, steps_of
from tutor.course.labview import NodeEntry
from tutor.course.model import Line, Step
from tutor.course.predicates.base import PENDING, Scene
from tutor.engine.clock import VirtualClock
from tutor.engine.engine import Engine
from tutor.engine.replies import Reply, ReplyError
from tutor.engine.session import Session
from tutor.engine.world import Entry, World
from tutor.labs.replication.lab import STEP_US, Moment
from tutor.labs.replication.words import BadWord

if TYPE_CHECKING:
    from tutor.network.django.desk import Desk

LONGEST_US = 600 * SECOND_US
"""A run is run again when a learner comes back: of a longer one this much, which takes seconds.
Of an exam there is half as much again as it may last."""


class LabAttempt(Judged):
    """See the module's text. ``lab`` becomes another object on `reset`. A screen plays ``lab``
    itself; `run` is for those who write moves as lines."""

    def __init__(self, step: Step, seed: int) -> None:
        super().__init__(step, seed)
        self.stage = stage_of(step)
        self.begun = self.stage.begun
        self._told: tuple[object, ...] = ()
        self.django = LabDjango(step, seed) if step.django is not None else None
        self._begin()

    def _begin(self, acts: Sequence[Any] = (), time: int = 0) -> None:
        self.node = self.stage.first
        self._begin_record()
        lab = self.stage.make(self.seed, acts)
        self._take(lab)
        lab.step(max(self.begun, time) // STEP_US)
        self._noticed()

    def _take(self, lab: Any) -> None:
        self.lab = lab
        self.view = self.stage.view(lab)
        self._passed_at: int | None = None
        lab.watch = self._noticed
        if self.django is not None:
            self.django.attach(lab)

    def come_back(self, moment: Moment) -> None:
        """To a kept moment of this run at which nothing was done yet (`Lab.keep`)."""
        self.node = self.stage.first
        self.done = False
        self._passed_at = None
        self.view.seen.clear()
        self.lab.come_to(moment)

    @property
    def scene(self) -> Scene:
        return Scene(self.view, beside=self.django)

    @property
    def desk(self) -> Desk:
        """The Django process. Only for a step that has one."""
        assert self.django is not None
        return self.django.desk

    @property
    def elapsed_ms(self) -> int:
        passed: int = max(0, self.lab.now - self.begun)
        return passed // 1000

    @property
    def commands(self) -> int:
        return len(self.view.history)

    @property
    def _longest_us(self) -> int:
        exam = self.step.exam
        return LONGEST_US if exam is None else max(LONGEST_US, exam.limit_ms * 1500)

    @cached_property
    def world(self) -> World:
        """An empty one: what happens here happens in the lab."""
        return World(Engine(VirtualClock(), self.seed))

    # judging

    def _noticed(self) -> None:
        """A moment of the lab: the next one, or an earlier one again."""
        now = self.lab.now
        self.view.forget_later()
        if now <= self.begun and not self.view.history:
            self._passed_at = None
            self.view.begin()
        if now < self.begun:
            self.verdicts = {c.id: (PENDING,) * len(c.predicates) for c in self.step.checks}
            return
        self.judge()

    def judge(self) -> None:
        """Evaluate every check, unless they have all been green before in this run."""
        if self._passed_at is not None:
            if self._passed_at < len(self.lab.frames):
                return
            self._passed_at = None
        super().judge()
        if all(self._green(id_) for id_ in self.verdicts) and self.verdicts:
            self._passed_at = len(self.lab.frames) - 1

    def tick(self) -> bool:
        """Whether something is to be told anew: a verdict, a deed, what is said about it."""
        rule = self.feedback()
        statuses = tuple(
            tuple(verdict.status for verdict in verdicts) for verdicts in self.verdicts.values()
        )
        told = statuses, len(self.lab.deeds), None if rule is None else rule.id, self.passed
        changed = told != self._told
        self._told = told
        return changed

    # doing

    def run(self, argv: Sequence[bytes]) -> Entry:
        """Make one move, written in words. A word that is none gives an error."""
        if self.django is not None and is_call(argv):
            return self._call(argv[0].decode("utf-8", "surrogateescape"))
        try:
            move = self.stage.read(argv, self.node)
        except BadWord as error:
            return Entry(tuple(argv), ReplyError(f"ERR {error}"))
        if move.kind == "run":
            self.lab.step(steps_of(move))
            return Entry(tuple(argv))
        if move.kind == "back":
            self.lab.back_to(max(self.lab.now - steps_of(move) * STEP_US, 0))
            return Entry(tuple(argv))
        if move.kind == "node":
            self.node = move.target
            return Entry(tuple(argv))
        if move.kind != "command":
            self.lab.act(move.kind, move.target, move.value)
            return Entry(tuple(argv))
        why_not = self.stage.unreachable(self.lab, move.target)
        if why_not:
            return NodeEntry(move.words, ReplyError(why_not), node=move.target)
        self.lab.execute(move.target, move.words)
        entry = self.view.last
        assert entry is not None
        return entry

    def _call(self, line: str) -> Entry:
        """A line for Django's cache."""
        self.lab.act("call", "", line)
        entry = self.view.last
        assert entry is not None
        return entry

    def run_lines(self, lines: Sequence[Line]) -> Reply:
        """Make prepared moves; the reply to the last."""
        reply: Reply = None
        for line in lines:
            reply = self.run(line.argv).reply
        return reply

    def reset(self) -> None:
        """The lab from its beginning; hints opened stay opened."""
        self.beat = 0
        self._begin()

    def next_line(self) -> str:
        """The first line of the solution that was not done yet."""
        done = [_essence(entry) for entry in self.view.history]
        for line in self.step.solution:
            if self.django is not None and is_call(line.argv):
                wanted: tuple[tuple[bytes, ...], object] = essence(line.argv), ()
            else:
                move = self.stage.read(line.argv, self.stage.first)
                if move.kind == "run":
                    continue
                asked = line.asked or line.argv
                wanted = (asked[0].lower(), *asked[1:]), line.asked and move.target
            if wanted in done:
                done.remove(wanted)
            else:
                return line.text
        return self.step.solution[-1].text if self.step.solution else ""

    # what a world could do, and a lab does otherwise

    @property
    def clients(self) -> Mapping[int, Session]:
        """A lab's clients are its own."""
        return {}

    def undo(self) -> Entry | None:
        """A lab goes back by its slider."""
        return None

    def redo(self) -> Entry | None:
        """See `undo`."""
        return None

    def go(self, index: int) -> None:
        """See `undo`."""

    def switch(self, number: int) -> None:
        """See `undo`."""

    def cancel(self) -> bool:
        """Nothing here waits for this side."""
        return False

    # keeping and coming back

    def state(self) -> dict[str, Any]:
        """All of it as plain data: when the learner did what, up to now."""
        rows = [row for row in self.stage.kept(self.lab) if row[0] <= self._longest_us]
        actions = [["act", *row] for row in rows]
        return {
            "actions": kept_actions(actions),
            "elapsed_ms": min(self.lab.now, self._longest_us) // 1000 if rows or self.record else 0,
            **self._record_state(),
            **self._help_state(),
        }

    @classmethod
    def resumed(cls, step: Step, seed: int, state: dict[str, Any]) -> LabAttempt:
        """The run as it was left; what does not fit (another version's) yields a clean start."""
        attempt = cls(step, seed)
        acts = [attempt._act(each) for each in state.get("actions", [])]
        sound = [act for act in acts if act is not None]
        time = 1000 * number(state.get("elapsed_ms"))
        if len(sound) == len(acts) and (sound or (attempt.record and time)):
            latest = max((act.time for act in sound), default=0)
            attempt._begin(sound, min(max(time, latest), attempt._longest_us))
        return attempt._take_help_state(state)

    def _act(self, kept: Any) -> Any | None:
        """Something that was done, of a progress file; None if this lab cannot do it."""
        if not (isinstance(kept, list) and len(kept) == 5 and kept[0] == "act"):
            return None
        _act, time, kind, target, value = kept
        if not (isinstance(time, int) and 0 <= time <= self._longest_us):
            return None
        if not all(isinstance(each, str) for each in (kind, target, value)):
            return None
        return self.stage.restored((time, kind, target, value))


def _essence(entry: Entry) -> tuple[tuple[bytes, ...], object]:
    node = entry.node if isinstance(entry, NodeEntry) else ""
    return (entry.argv[0].lower(), *entry.argv[1:]), node or ()
