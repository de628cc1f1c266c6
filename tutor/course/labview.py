"""A lab as checks see it: what a learner did in it, word by word, and what has come of it since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tutor.course.calls import CallEntry, essence
from tutor.engine.engine import Engine
from tutor.engine.replies import BLOCKED
from tutor.engine.table import keys_of, load_table
from tutor.engine.world import Entry
from tutor.labs.replication.frame import Counters, Frame
from tutor.labs.replication.lab import Deed, Lab
from tutor.labs.replication.words import FIRST_NODE, words_of


@dataclass(slots=True)
class NodeEntry(Entry):
    """A command on a ``node``, or a turned knob (``:cut master-replica1``; its node is "")."""

    node: str = ""


@dataclass(slots=True, eq=False)
class LabView:
    """``begun`` is when the learner came, in microseconds of the lab; what was done before is no
    deed of theirs, and ``counters`` are what had been counted then. ``seen`` are predicates, by
    identity, that held at some moment since, and the first frame at which they did."""

    lab: Lab
    begun: int
    counters: Counters = field(default_factory=Counters)
    seen: dict[int, int] = field(default_factory=dict)

    @property
    def history(self) -> Sequence[Entry]:
        """What the learner did, in order."""
        prepared = self.lab.scenario.actions
        return [entry_of(deed) for deed in self.lab.deeds if deed.action not in prepared]

    @property
    def last(self) -> Entry | None:
        """The newest of it, if any."""
        history = self.history
        return history[-1] if history else None

    @property
    def node(self) -> str:
        """Where the learner's last command was run."""
        names = [entry.node for entry in self.history if isinstance(entry, NodeEntry)]
        return next((name for name in reversed(names) if name), FIRST_NODE)

    @property
    def engine(self) -> Engine:
        """The engine of that node."""
        return self.engine_of(self.node)

    def engine_of(self, name: str) -> Engine:
        """The engine of a node, be it up or down."""
        return self.lab.nodes[name].engine

    @property
    def frame(self) -> Frame:
        """The present moment."""
        return self.lab.frames[-1]

    def since(self, counter: str) -> int:
        """What a counter has counted since the learner came."""
        now, before = (getattr(at, counter) for at in (self.frame.counters, self.counters))
        return int(now) - int(before)

    def see(self, predicate: int) -> None:
        """It holds at this moment."""
        self.seen[predicate] = len(self.lab.frames)

    def has_seen(self, predicate: int) -> bool:
        """Whether it held at this moment or before: going back takes back what came later."""
        return self.seen.get(predicate, len(self.lab.frames) + 1) <= len(self.lab.frames)

    def begin(self) -> None:
        """The learner comes now: forget what was seen and counted before."""
        self.seen.clear()
        self.counters = self.frame.counters


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
