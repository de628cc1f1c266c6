"""A learner's try at a step that is played in a lab: the run itself, and verdicts at each moment.

    setup ─▶ the learner comes ─▶ knobs, commands, time ─▶ all checks green at one moment: passed

Time goes on in a lab whether or not anything is done, so a step is passed once all its checks have
been green together, and stays so in this run; going back before that moment takes it back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tutor.course.attempt import kept_actions
from tutor.course.calls import essence, is_call
from tutor.course.judged import Judged, number
from tutor.course.labdjango import LabDjango
from tutor.course.labview import LabView, NodeEntry
from tutor.course.model import Line, Step
from tutor.course.predicates.base import PENDING, Scene
from tutor.engine.clock import VirtualClock
from tutor.engine.engine import Engine
from tutor.engine.replies import Reply, ReplyError
from tutor.engine.session import Session
from tutor.engine.world import Entry, World
from tutor.labs.replication.actions import KNOBS, Action
from tutor.labs.replication.lab import STEP_US, Lab, Moment
from tutor.labs.replication.scenarios import SCENARIOS, Scenario
from tutor.labs.replication.words import FIRST_NODE, BadWord, Move, read_move

if TYPE_CHECKING:
    from tutor.network.django.desk import Desk

SECOND_US = 1_000_000
LONGEST_US = 600 * SECOND_US
"""A run is run again when a learner comes back: of a longer one this much, which takes seconds.
Of an exam there is half as much again as it may last."""


def scenario_of(step: Step) -> tuple[Scenario, int]:
    """The run that a step begins with, its setup included, and when the learner comes (µs)."""
    setup = step.lab
    assert setup is not None
    base = SCENARIOS[setup.scenario]
    actions, time = timed(step.setup, setup.nodes)
    scenario = replace(
        base,
        actions=tuple(sorted((*base.actions, *actions), key=lambda action: action.time)),
        replicas=setup.replicas,
        write_rate=float(setup.writes),
        read_rate=float(setup.reads),
    )
    return scenario, time


def timed(lines: Iterable[Line], nodes: Sequence[str]) -> tuple[list[Action], int]:
    """Moves as actions with their times, and the time at which they are over."""
    actions: list[Action] = []
    time, node = 0, FIRST_NODE
    for line in lines:
        if is_call(line.argv):
            actions.append(Action(time, "call", "", line.text.strip()))
            continue
        move = read_move(line.argv, nodes, node)
        if move.kind == "run":
            time += _steps(move) * STEP_US
        elif move.kind == "node":
            node = move.target
        else:
            actions.append(replace(move.action, time=time))
    return actions, time


def _steps(move: Move) -> int:
    return round(float(move.value) * SECOND_US / STEP_US)


def unreachable(lab: Lab, name: str) -> str:
    """Why a node takes no commands now, as redis-cli would say it, or ""."""
    condition = lab.nodes[name].condition
    if condition == "down":
        return f"Could not connect to Redis at {name}:6379: Connection refused"
    return "Timeout" if condition == "paused" else ""


class LabAttempt(Judged):
    """See the module's text. ``lab`` becomes another object on `reset`. A screen plays ``lab``
    itself; `run` is for those who write moves as lines."""

    def __init__(self, step: Step, seed: int) -> None:
        super().__init__(step, seed)
        self._scenario, self.begun = scenario_of(step)
        self._told: tuple[object, ...] = ()
        self.django = LabDjango(step, seed) if step.django is not None else None
        self._begin()

    def _begin(self, actions: Sequence[Action] = (), time: int = 0) -> None:
        self.node = FIRST_NODE
        self._begin_record()
        lab = Lab(self._scenario, self.seed, actions=actions)
        self._take(lab)
        lab.step(max(self.begun, time) // STEP_US)
        self._noticed()

    def _take(self, lab: Lab) -> None:
        self.lab = lab
        self.view = LabView(lab, self.begun)
        self._passed_at: int | None = None
        lab.watch = self._noticed
        if self.django is not None:
            self.django.attach(lab)

    def come_back(self, moment: Moment) -> None:
        """To a kept moment of this run at which nothing was done yet (`Lab.keep`)."""
        self.node = FIRST_NODE
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
        return max(0, self.lab.now - self.begun) // 1000

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
            move = read_move(argv, self.lab.nodes, self.node)
        except BadWord as error:
            return Entry(tuple(argv), ReplyError(f"ERR {error}"))
        if move.kind == "run":
            self.lab.step(_steps(move))
            return Entry(tuple(argv))
        if move.kind == "back":
            self.lab.back_to(max(self.lab.now - _steps(move) * STEP_US, 0))
            return Entry(tuple(argv))
        if move.kind == "node":
            self.node = move.target
            return Entry(tuple(argv))
        if move.kind != "command":
            action = move.action
            self.lab.act(action.kind, action.target, action.value)
            return Entry(tuple(argv))
        why_not = unreachable(self.lab, move.target)
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
                move = read_move(line.argv, self.lab.nodes)
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
        mine = [
            action
            for action in self.lab.actions
            if action not in self._scenario.actions and action.time <= self._longest_us
        ]
        actions = [["act", one.time, one.kind, one.target, str(one.value)] for one in mine]
        return {
            "actions": kept_actions(actions),
            "elapsed_ms": min(self.lab.now, self._longest_us) // 1000 if mine or self.record else 0,
            **self._record_state(),
            **self._help_state(),
        }

    @classmethod
    def resumed(cls, step: Step, seed: int, state: dict[str, Any]) -> LabAttempt:
        """The run as it was left; what does not fit (another version's) yields a clean start."""
        attempt = cls(step, seed)
        longest = attempt._longest_us
        actions = [_action(each, attempt.lab, longest) for each in state.get("actions", [])]
        sound = [action for action in actions if action is not None]
        time = 1000 * number(state.get("elapsed_ms"))
        if len(sound) == len(actions) and (sound or (attempt.record and time)):
            latest = max((action.time for action in sound), default=0)
            attempt._begin(sound, min(max(time, latest), longest))
        return attempt._take_help_state(state)


def _essence(entry: Entry) -> tuple[tuple[bytes, ...], object]:
    node = entry.node if isinstance(entry, NodeEntry) else ""
    return (entry.argv[0].lower(), *entry.argv[1:]), node or ()


def _action(kept: Any, lab: Lab, longest: int) -> Action | None:
    """An action of a progress file, if this lab can do it."""
    if not (isinstance(kept, list) and len(kept) == 5 and kept[0] == "act"):
        return None
    _act, time, kind, target, value = kept
    if not (isinstance(time, int) and 0 <= time <= longest and kind in KNOBS):
        return None
    if not (isinstance(target, str) and isinstance(value, str)):
        return None
    try:
        read = float(value) if KNOBS[kind].steps else value
    except ValueError:
        return None
    action = Action(time, kind, target, read, by_hand=True)
    return action if lab.can(action) else None
