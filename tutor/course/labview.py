"""A lab as checks see it: what a learner did in it, word by word, and what has come of it since."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tutor.course.calls import CallEntry, essence
from tutor.course.laneoffer import KNOB
from tutor.engine.engine import Engine
from tutor.engine.replies import BLOCKED
from tutor.engine.table import keys_of, load_table
from tutor.engine.world import Entry
from tutor.labs.catalog import AnyLab
from tutor.labs.knobs import Act, Knob
from tutor.labs.lanes import COMMAND, LaneDeed
from tutor.labs.lanewords import words_of as lane_words
from tutor.labs.replication.frame import Counters, Frame
from tutor.labs.replication.lab import Deed, Lab
from tutor.labs.replication.words import FIRST_NODE, words_of


@dataclass(slots=True)
class NodeEntry(Entry):
    """A command on a ``node``, or a turned knob (``:cut master-replica1``; its node is "")."""

    node: str = ""


class RunView(ABC):
    """A run of any lab. ``begun`` is when the learner came, in microseconds of the lab; what was
    done before is no deed of theirs. ``seen`` are predicates, by identity, that held at some moment
    since, and the first frame at which they did."""

    lab: Any
    begun: int
    first = FIRST_NODE
    """Where the prompt is at the beginning."""

    def __init__(self, lab: Any, begun: int) -> None:
        self.lab, self.begun = lab, begun
        self.seen: dict[int, int] = {}

    @property
    @abstractmethod
    def history(self) -> Sequence[Entry]:
        """What the learner did, in order."""

    @abstractmethod
    def engine_of(self, name: str) -> Engine:
        """The engine of a node, be it up or down."""

    @abstractmethod
    def is_up(self, name: str) -> bool:
        """Whether a node runs."""

    @property
    def last(self) -> Entry | None:
        """The newest of it, if any."""
        history = self.history
        return history[-1] if history else None

    @property
    def node(self) -> str:
        """Where the learner's last command was run."""
        names = [entry.node for entry in self.history if isinstance(entry, NodeEntry)]
        return next((name for name in reversed(names) if name), self.first)

    @property
    def engine(self) -> Engine:
        """The engine of that node."""
        return self.engine_of(self.node)

    def see(self, predicate: int) -> None:
        """It holds at this moment."""
        self.seen[predicate] = len(self.lab.frames)

    def has_seen(self, predicate: int) -> bool:
        """Whether it held at this moment or before: going back takes back what came later."""
        return self.seen.get(predicate, len(self.lab.frames) + 1) <= len(self.lab.frames)

    def forget_later(self) -> None:
        """Time has gone back: what comes now may be another future."""
        now = len(self.lab.frames)
        self.seen = {one: number for one, number in self.seen.items() if number <= now}

    def begin(self) -> None:
        """The learner comes now: forget what was seen before."""
        self.seen.clear()


class LabView(RunView):
    """The replication lab. ``counters`` are what had been counted when the learner came."""

    lab: Lab

    def __init__(self, lab: Lab, begun: int) -> None:
        super().__init__(lab, begun)
        self.counters = Counters()

    @property
    def history(self) -> Sequence[Entry]:
        """What the learner did, in order."""
        prepared = self.lab.scenario.actions
        return [entry_of(deed) for deed in self.lab.deeds if deed.action not in prepared]

    def engine_of(self, name: str) -> Engine:
        """The engine of a node, be it up or down."""
        return self.lab.nodes[name].engine

    def is_up(self, name: str) -> bool:
        """Whether a node runs."""
        return self.lab.nodes[name].up

    @property
    def frame(self) -> Frame:
        """The present moment."""
        return self.lab.frames[-1]

    def since(self, counter: str) -> int:
        """What a counter has counted since the learner came."""
        now, before = (getattr(at, counter) for at in (self.frame.counters, self.counters))
        return int(now) - int(before)

    def begin(self) -> None:
        """The learner comes now: forget what was seen and counted before."""
        super().begin()
        self.counters = self.frame.counters


class LaneView(RunView):
    """A lab of lanes. ``given`` are the acts of the setup; ``before`` are the figures when the
    learner came."""

    lab: AnyLab

    def __init__(
        self,
        lab: AnyLab,
        begun: int,
        given: tuple[Act, ...],
        first: str,
        knobs: Mapping[str, Knob],
    ) -> None:
        super().__init__(lab, begun)
        self.given, self.first, self._knobs = given, first, knobs
        self.before: Mapping[str, float | str] = {}
        self._figures: tuple[object, Mapping[str, float | str]] = None, {}

    @property
    def history(self) -> Sequence[Entry]:
        """What the learner did, in order."""
        given = {id(act) for act in self.given}
        return [self._entry(deed) for deed in self.lab.deeds if id(deed.act) not in given]

    def _entry(self, deed: LaneDeed) -> Entry:
        act = deed.act
        argv = lane_words(act, self._knobs.get(act.kind))
        node = act.target if act.kind == COMMAND else ""
        return NodeEntry(argv, deed.reply, keys=_keys(argv), now_us=act.time, node=node)

    def engine_of(self, name: str) -> Engine:
        """The engine of a place."""
        return self.lab.engine_at(name)

    def is_up(self, name: str) -> bool:
        """Whether the server there runs."""
        return self.lab.condition_of(name) != "down"

    @property
    def figures(self) -> Mapping[str, float | str]:
        """What the present moment shows, by names; what knobs stand at is among it."""
        frame = self.lab.frames[-1]
        if self._figures[0] is not frame:
            stand = {
                KNOB + kind: self.lab.standing(kind)
                for kind, knob in self._knobs.items()
                if knob.values
            }
            self._figures = frame, {**self.lab.figures(), **stand}
        return self._figures[1]

    def since(self, figure: str) -> float:
        """How much a figure has grown since the learner came."""
        now, before = self.figures[figure], self.before.get(figure, 0)
        return 0 if isinstance(now, str) or isinstance(before, str) else now - before

    def begin(self) -> None:
        """The learner comes now."""
        super().begin()
        self.before = self.figures


def entry_of(deed: Deed) -> Entry:
    """A deed as an entry of a history."""
    if deed.action.kind == "call":
        return _call(deed)
    argv = words_of(deed.action)
    node = deed.action.target if deed.action.kind == "command" else ""
    return NodeEntry(argv, deed.reply, keys=_keys(argv), now_us=deed.action.time, node=node)


def _call(deed: Deed) -> Entry:
    """What came of it is a `Told`, or is still to come."""
    from tutor.course.callwords import call_keys

    text = str(deed.action.value)
    argv = (text.encode("utf-8", "surrogateescape"),)
    told = None if deed.reply is BLOCKED else deed.reply
    entry = CallEntry(essence(argv), BLOCKED, now_us=deed.action.time, text=text,
                      named=call_keys(text), told=told)  # fmt: skip
    if told is not None:
        entry.reply, entry.keys, entry.db = told.reply, told.keys, told.db
    return entry


def _keys(argv: Sequence[bytes]) -> tuple[bytes, ...]:
    spec = load_table().get(argv[0].decode("utf-8", "replace").lower())
    try:
        return () if spec is None else tuple(argv[index] for index in keys_of(spec, argv))
    except ValueError:
        return ()
