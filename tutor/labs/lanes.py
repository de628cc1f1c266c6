"""A lab of lanes: the same traffic under several ways, side by side in one time.

    lab ─▶ step ─▶ frame ─▶ step ─▶ frame …
      act("rate", value=40)      a knob: every lane goes on with it
      execute(lane, argv)        a command on the server of a lane
      back_to(time)              the run as it was then; acting there begins another future

A run is its seed and its acts. Going back begins at the last checkpoint of each lane before the
moment (`LaneMemory`) and runs the rest.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from tutor.engine.cmdline import quote, split
from tutor.engine.engine import Engine
from tutor.engine.replies import BLOCKED, Reply
from tutor.engine.session import Session
from tutor.labs.knobs import Act, Knob
from tutor.labs.lanememory import LaneMemory
from tutor.labs.replication.frame import EventFrame
from tutor.labs.replication.lab import STEP_US
from tutor.labs.world import World

EVENTS = 12
"""So many of the last events a frame tells."""

SERIES = 120
"""So many of the last samples a frame is drawn with."""

COMMAND = "command"
"""The kind of an act that was typed."""


@dataclass(slots=True, eq=False)
class LaneDeed:
    """An act that was carried out, and the reply to a command (`BLOCKED` until it comes)."""

    act: Act
    reply: Reply = None


class Lane(Protocol):
    """One way. ``world`` is where it runs; ``logs`` are lists that are only added to."""

    world: World

    @property
    def logs(self) -> tuple[list[Any], ...]: ...

    def begin_step(self) -> None:
        """A tenth of a second begins."""
        ...

    def run_to(self, time: int) -> None:
        """Let time pass."""
        ...


LaneT = TypeVar("LaneT", bound=Lane)
KnobsT = TypeVar("KnobsT")
FrameT = TypeVar("FrameT")


class LaneLab(ABC, Generic[LaneT, KnobsT, FrameT]):
    """``frames`` are all moments so far, one for each tenth of a second. ``names`` are the lanes,
    ``first`` the knobs at the beginning; ``acts`` what was done and is to come, of that ``given``
    what comes whatever is done before it; ``deeds`` what was carried out. ``watch`` is called at
    each new moment. What a lab is made of, it says itself: its lanes,
    its knobs, its frames, its figures."""

    kind: ClassVar[str]
    """The word of the lab: ``redis-tutor lab WORD``."""

    def __init__(
        self,
        experiment: str,
        seed: int,
        names: Sequence[str],
        first: KnobsT,
        acts: Sequence[Act] = (),
    ) -> None:
        self.experiment = experiment
        self.seed = seed
        self.names = tuple(names)
        self.acts = list(acts)
        self.first = self.knobs = first
        self.events: list[EventFrame] = []
        self.deeds: list[LaneDeed] = []
        self.given: tuple[Act, ...] = ()
        self.watch: Callable[[], None] | None = None
        self.lanes: list[LaneT] = [self.make_lane(name) for name in self.names]
        self._memory = [LaneMemory(number) for number in range(len(self.names))]
        self._now = self._done = 0
        self.frames: list[FrameT] = [self.take()]
        self._by_hand()

    # what a lab says of itself

    @abstractmethod
    def make_lane(self, name: str) -> LaneT:
        """A lane at the beginning, under the first knobs."""

    @abstractmethod
    def knobs_here(self) -> Sequence[Knob]:
        """What can be turned and done in this experiment."""

    @abstractmethod
    def standing(self, kind: str) -> float | str:
        """What a knob stands at now. Raises KeyError for one that has no value."""

    @abstractmethod
    def turned(self, knobs: KnobsT, act: Act) -> KnobsT:
        """The knobs after an act."""

    @abstractmethod
    def act_on(self, lane: LaneT, name: str, act: Act, knobs: KnobsT) -> str:
        """Do it to one lane; what is to be told of it, "" for nothing."""

    @abstractmethod
    def take(self) -> FrameT:
        """The present moment as data."""

    @abstractmethod
    def figures(self) -> Mapping[str, float | str]:
        """What the present moment shows, by flat names (``incr.over``): lessons check these, a
        demo and a report tell them. The names do not depend on the moment."""

    def tell_act(self, act: Act, outcomes: Mapping[str, str]) -> None:
        """Tell of an act; ``outcomes``: of the lanes where there is something to tell."""
        self.tell("knob", name=act.kind, value=_text(act.value))

    # time

    @property
    def now(self) -> int:
        """Microseconds since the beginning."""
        return self._now

    @property
    def frame(self) -> FrameT:
        """The present moment."""
        return self.shown(len(self.frames) - 1)

    def shown(self, number: int) -> FrameT:
        """A recorded moment by its number, as it is to be drawn."""
        return self.frames[number]

    def step(self, count: int = 1) -> FrameT:
        """Go on by so many tenths of a second."""
        for _ in range(count):
            self._now += STEP_US
            for lane in self.lanes:
                _advance(lane, self._now)
            self.frames.append(self.take())
            self._by_hand()
            for lane, memory in zip(self.lanes, self._memory, strict=True):
                memory.offer(self._now // STEP_US, lane)
            self._tell_watch()
        return self.frames[-1]

    def back_to(self, time: int) -> None:
        """Be at an earlier moment again; what was done later is repeated, until the first `act`."""
        steps = min(max(round(time / STEP_US), 0), len(self.frames) - 1)
        del self.frames[steps + 1 :]
        self._now = steps * STEP_US
        self._done = sum(act.time <= self._now for act in self.acts)
        del self.deeds[self._done :]
        self.events = [event for event in self.events if event.time <= self._now]
        self.knobs = self.first
        for act in self.acts[: self._done]:
            self.knobs = self.turned(self.knobs, act)
        for at, name in enumerate(self.names):
            self.lanes[at] = self._lane_at(at, name, steps)
        self._tell_watch()

    def _lane_at(self, at: int, name: str, steps: int) -> LaneT:
        """A lane as it was after so many steps."""
        found = self._memory[at].before(steps)
        lane: LaneT
        first, lane = found if found is not None else (0, self.make_lane(name))
        knobs = self.first
        for deed in self.deeds:
            act = deed.act
            knobs = self.turned(knobs, act)
            number = act.time // STEP_US
            if found is not None and number <= found[0]:
                continue  # the checkpoint knows of it
            for step in range(first + 1, number + 1):
                _advance(lane, step * STEP_US)
            first = max(first, number)
            self._do(lane, name, deed, knobs)
        for step in range(first + 1, steps + 1):
            _advance(lane, step * STEP_US)
        return lane

    # acting

    def act(self, kind: str, target: str = "", value: float | str = 0) -> None:
        """Turn a knob of all lanes to a value, or do something. Raises KeyError for a knob or a
        target that the experiment has not."""
        knob = next((one for one in self.knobs_here() if one.kind == kind), None)
        if knob is None or (knob.targets and target not in knob.targets):
            raise KeyError(kind)
        self._add(Act(self._now, kind, value, target))

    def execute(self, place: str, argv: Sequence[bytes]) -> Reply:
        """A command on the server of a lane; it is part of the run from now on."""
        line = " ".join(quote(word, readable=False) for word in argv)
        self._add(Act(self._now, COMMAND, line, place))
        return self.deeds[-1].reply

    def _add(self, act: Act) -> None:
        later = [one for one in self.acts[self._done :] if any(one is it for it in self.given)]
        self.acts[self._done :] = [act, *later]
        for memory in self._memory:
            memory.forget_from(self._now // STEP_US)
        self._by_hand()
        self._tell_watch()

    def _tell_watch(self) -> None:
        if self.watch is not None:
            self.watch()

    def _by_hand(self) -> None:
        """Do what is to be done at this moment."""
        before = self._done
        while self._done < len(self.acts) and self.acts[self._done].time <= self._now:
            self._done += 1
            self._carry_out(self.acts[self._done - 1])
        if self._done > before:
            self.frames[-1] = self.take()

    def _carry_out(self, act: Act) -> None:
        self.knobs = self.turned(self.knobs, act)
        deed = LaneDeed(act)
        self.deeds.append(deed)
        outcomes: dict[str, str] = {}
        for lane, name in zip(self.lanes, self.names, strict=True):
            outcome = self._do(lane, name, deed, self.knobs)
            if outcome:
                outcomes[name] = outcome
        if act.kind != COMMAND:
            self.tell_act(act, outcomes)

    def _do(self, lane: LaneT, name: str, deed: LaneDeed, knobs: KnobsT) -> str:
        act = deed.act
        if act.kind != COMMAND:
            return self.act_on(lane, name, act, knobs)
        if act.target == name:
            session = lane.world.yours()
            deed.reply = lane.world.master.execute(session, split(str(act.value)))
            if deed.reply is BLOCKED:
                lane.world.live += 1  # who waits cannot be frozen
                session.on_reply = partial(_late, deed, lane.world, session, session.on_reply)
        return ""

    def tell(self, code: str, **params: str) -> None:
        """Something has happened."""
        self.events.append(EventFrame(self._now, code, tuple(params.items())))

    # a prompt beside it

    @property
    def places(self) -> Sequence[str]:
        """Where a prompt can be: on the server of each lane."""
        return self.names

    def engine_at(self, place: str) -> Engine:
        """The engine behind a prompt. Raises KeyError."""
        return self._world_of(place).master.engine

    def session_on(self, place: str) -> Session:
        """The session of a prompt."""
        return self._world_of(place).yours()

    def condition_of(self, place: str) -> str:
        """Whether the server there answers: see `tutor.labs.node.Node.condition`. Of a place that
        is no lane the reply itself tells."""
        return self._world_of(place).master.condition if place in self.names else "online"

    def _world_of(self, place: str) -> World:
        if place not in self.names:
            raise KeyError(place)
        return self.lanes[self.names.index(place)].world


def chosen_lanes(asked: Sequence[str], known: Sequence[str]) -> tuple[str, ...]:
    """The lanes that are asked for, all if none is. Raises KeyError for one that is not known."""
    for name in asked:
        if name not in known:
            raise KeyError(name)
    return tuple(asked) or tuple(known)


def with_series(frames: Sequence[Any], number: int, parts: Sequence[str] = ("lanes",)) -> Any:
    """A frame by its number, each of its lanes (in all its ``parts`` that hold such) with the
    samples that lead up to it."""
    frame = frames[number]
    before = frames[max(number + 1 - SERIES, 0) : number + 1]
    drawn = {
        part: tuple(
            replace(lane, series=tuple(getattr(one, part)[at].sample for one in before))
            for at, lane in enumerate(getattr(frame, part))
        )
        for part in parts
    }
    return replace(frame, **drawn)


def _late(
    deed: LaneDeed,
    world: World,
    session: Session,
    before: Callable[[Reply], Any] | None,
    reply: Reply,
) -> None:
    """The reply of a command that waited."""
    deed.reply = reply
    world.live -= 1
    session.on_reply = before


def _advance(lane: Lane, time: int) -> None:
    """A step of a tenth of a second up to a time."""
    lane.begin_step()
    lane.run_to(time)


def _text(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:g}"
