"""What a step is played in, where it is a lab: the one seam between an attempt and the labs.

    step ─▶ stage_of ─┬─▶ NodeStage: the replication lab
                      └─▶ LaneStage: a lab of lanes, by its name

A stage makes runs, reads what is typed there, looks at servers, and keeps and restores what was
done. A run itself (`LabRun`) has the same shape in every lab.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, Protocol

from tutor.course.calls import is_call
from tutor.course.labview import LabView, LaneView, RunView
from tutor.course.model import LabSetup, LaneSetup, Line, Step
from tutor.engine.engine import Engine
from tutor.engine.replies import Reply
from tutor.engine.session import Session
from tutor.labs.catalog import AnyLab, lab_kind
from tutor.labs.knobs import Act
from tutor.labs.lanes import COMMAND
from tutor.labs.lanewords import value_of
from tutor.labs.replication.actions import KNOBS, Action
from tutor.labs.replication.lab import STEP_US, Lab
from tutor.labs.replication.scenarios import SCENARIOS, Scenario
from tutor.labs.replication.words import WORDS, next_words, read_move, usage_of

SECOND_US = 1_000_000

Row = tuple[int, str, str, str]
"""Something that was done, as it is kept: time, kind, whom, value."""


class LabRun(Protocol):
    """A run of any lab: it goes on in tenths of a second, goes back, and remembers."""

    frames: list[Any]
    watch: Callable[[], None] | None

    @property
    def now(self) -> int:
        """Microseconds since the beginning."""

    @property
    def deeds(self) -> Sequence[Any]:
        """What was carried out."""

    @property
    def events(self) -> Sequence[Any]:
        """What has happened."""

    def step(self, count: int = 1) -> Any:
        """Go on."""

    def back_to(self, time: int) -> None:
        """Be at an earlier moment again."""

    def act(self, kind: str, target: str = "", value: float | str = 0) -> None:
        """Do something now."""

    def execute(self, name: str, words: Sequence[bytes], /) -> Reply:
        """A command of a person on a server, now."""


class LabMove(Protocol):
    """What a person does, read from words."""

    @property
    def kind(self) -> str:
        """The word of a knob, or command, run, back, node."""

    @property
    def target(self) -> str:
        """Whom."""

    @property
    def value(self) -> float | str:
        """To what; of ``run`` and ``back`` seconds."""

    @property
    def words(self) -> tuple[bytes, ...]:
        """Of a command."""


def steps_of(move: LabMove) -> int:
    """How many tenths of a second a ``run`` or ``back`` is."""
    return round(float(move.value) * SECOND_US / STEP_US)


class LabStage(ABC):
    """``begun``: when the learner comes, in microseconds of the run. ``nodes`` are where prompts
    can be, ``first`` where the prompt is at the beginning; ``words`` are taken besides commands."""

    begun: int
    nodes: tuple[str, ...]
    first: str
    words: Sequence[str]

    @abstractmethod
    def make(self, seed: int, rows: Sequence[Any] = ()) -> Any:
        """A run at its beginning, with what is going to be done in it besides the setup."""

    @abstractmethod
    def view(self, lab: Any) -> RunView:
        """The run as checks see it."""

    @abstractmethod
    def read(self, argv: Sequence[bytes], at: str) -> LabMove:
        """A move out of its words; a plain command is for the server ``at``. Raises `BadWord`."""

    @abstractmethod
    def next_words(self, before: Sequence[str]) -> Sequence[str] | None:
        """What may stand behind words; None where a command begins."""

    @abstractmethod
    def usage_of(self, word: str) -> str:
        """How a word is written; "" if there is none."""

    @abstractmethod
    def condition(self, lab: Any, name: str) -> str:
        """Whether a server answers: online, paused, down …"""

    @abstractmethod
    def session(self, lab: Any, name: str) -> Session:
        """The person's connection to a server."""

    @abstractmethod
    def kept(self, lab: Any) -> list[Row]:
        """What the learner has done."""

    @abstractmethod
    def restored(self, row: Sequence[Any]) -> Any | None:
        """It again, for `make`; None if this lab cannot do it."""

    def engine(self, lab: Any, name: str) -> Engine:
        """The engine of a server, be it up or down."""
        return self.view(lab).engine_of(name)

    def unreachable(self, lab: Any, name: str) -> str:
        """Why a server takes no commands now, as redis-cli would say it, or ""."""
        if name not in self.nodes:
            return f"Could not connect to Redis at {name}:6379: Name or service not known"
        condition = self.condition(lab, name)
        if condition == "down":
            return f"Could not connect to Redis at {name}:6379: Connection refused"
        return "Timeout" if condition == "paused" else ""


def stage_of(step: Step) -> LabStage:
    """The stage of a step that is played in a lab."""
    assert step.lab is not None
    return NodeStage(step) if isinstance(step.lab, LabSetup) else LaneStage(step)


# the replication lab


class NodeStage(LabStage):
    """The scenario of a step, its setup included."""

    words = WORDS

    def __init__(self, step: Step) -> None:
        setup = step.lab
        assert isinstance(setup, LabSetup)
        self.nodes, self.first = setup.nodes, setup.first
        base = SCENARIOS[setup.scenario]
        actions, self.begun = _timed(step.setup, setup.nodes)
        self.scenario: Scenario = replace(
            base,
            actions=tuple(sorted((*base.actions, *actions), key=lambda action: action.time)),
            replicas=setup.replicas,
            write_rate=float(setup.writes),
            read_rate=float(setup.reads),
        )

    @cached_property
    def _shape(self) -> Lab:
        """A run, to ask what can be done in it."""
        return Lab(self.scenario)

    def make(self, seed: int, rows: Sequence[Any] = ()) -> Lab:
        return Lab(self.scenario, seed, actions=rows)

    def view(self, lab: Lab) -> LabView:
        return LabView(lab, self.begun)

    def read(self, argv: Sequence[bytes], at: str) -> LabMove:
        return read_move(argv, self.nodes, at)

    def next_words(self, before: Sequence[str]) -> Sequence[str] | None:
        return next_words(before, self.nodes)

    def usage_of(self, word: str) -> str:
        return usage_of(word)

    def condition(self, lab: Lab, name: str) -> str:
        return lab.nodes[name].condition

    def session(self, lab: Lab, name: str) -> Session:
        return lab.session_on(name)

    def kept(self, lab: Lab) -> list[Row]:
        mine = [action for action in lab.actions if action not in self.scenario.actions]
        return [(one.time, one.kind, one.target, str(one.value)) for one in mine]

    def restored(self, row: Sequence[Any]) -> Action | None:
        time, kind, target, value = row
        if kind not in KNOBS:
            return None
        try:
            read = float(value) if KNOBS[kind].steps else value
        except ValueError:
            return None
        action = Action(time, kind, target, read, by_hand=True)
        return action if self._shape.can(action) else None


def _timed(lines: Iterable[Line], nodes: Sequence[str]) -> tuple[list[Action], int]:
    """Moves as actions with their times, and the time at which they are over."""
    actions: list[Action] = []
    time, node = 0, nodes[0]
    for line in lines:
        if is_call(line.argv):
            actions.append(Action(time, "call", "", line.text.strip()))
            continue
        move = read_move(line.argv, nodes, node)
        if move.kind == "run":
            time += steps_of(move) * STEP_US
        elif move.kind == "node":
            node = move.target
        else:
            actions.append(replace(move.action, time=time))
    return actions, time


# labs of lanes


class LaneStage(LabStage):
    """An experiment with its settings; the setup's acts are the ``given`` ones of its runs."""

    def __init__(self, step: Step) -> None:
        setup = step.lab
        assert isinstance(setup, LaneSetup)
        self.setup, self.nodes, self.first = setup, setup.nodes, setup.first
        self._words = setup.offer.words
        self.words = self._words.words
        self.given, self.begun = self._timed(step.setup)

    def _timed(self, lines: Iterable[Line]) -> tuple[tuple[Act, ...], int]:
        acts: list[Act] = []
        time, place = 0, self.first
        for line in lines:
            move = self._words.read(line.argv, place)
            if move.kind == "run":
                time += steps_of(move) * STEP_US
            elif move.kind == "node":
                place = move.target
            else:
                acts.append(move.act(time))
        return tuple(acts), time

    def make(self, seed: int, rows: Sequence[Any] = ()) -> AnyLab:
        setup = self.setup
        acts = tuple(sorted((*self.given, *rows), key=lambda act: act.time))
        lab = lab_kind(setup.lab).make(setup.experiment, seed, dict(setup.settings), acts)
        lab.given = self.given
        return lab

    def view(self, lab: AnyLab) -> LaneView:
        return LaneView(lab, self.begun, self.given, self.first, self.setup.offer.knobs)

    def read(self, argv: Sequence[bytes], at: str) -> LabMove:
        return self._words.read(argv, at)

    def next_words(self, before: Sequence[str]) -> Sequence[str] | None:
        return self._words.next_words(before)

    def usage_of(self, word: str) -> str:
        return self._words.usage_of(word)

    def condition(self, lab: AnyLab, name: str) -> str:
        return lab.condition_of(name)

    def session(self, lab: AnyLab, name: str) -> Session:
        return lab.session_on(name)

    def kept(self, lab: AnyLab) -> list[Row]:
        mine = [act for act in lab.acts if not is_one_of(act, self.given)]
        return [(act.time, act.kind, act.target, str(act.value)) for act in mine]

    def restored(self, row: Sequence[Any]) -> Act | None:
        time, kind, target, value = row
        if kind == COMMAND:
            return Act(time, kind, value, target) if target in self.nodes and value else None
        knob = self.setup.offer.knobs.get(kind)
        if knob is None or (target not in knob.targets if knob.targets else target):
            return None
        if not knob.values:
            return Act(time, kind, 0, target)
        read = value_of(knob, value)
        return None if read is None else Act(time, kind, read, target)


def is_one_of(act: Act, acts: Iterable[Act]) -> bool:
    """Whether it is that very act: another may look the same."""
    return any(act is one for one in acts)
