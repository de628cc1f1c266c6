"""A moment of the queue lab as data: what is drawn, asserted and printed as JSON.

Times are virtual microseconds unless the name says otherwise. A lane is the same tasks handed out
in one way; lanes run side by side in one time.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from tutor.labs.replication.frame import EventFrame

Experiment = str
"""One of `EXPERIMENTS`."""

EXPERIMENTS: tuple[Experiment, ...] = ("crash", "retries", "delayed", "speed")

WAYS: dict[Experiment, tuple[str, ...]] = {
    "crash": ("rpop", "brpop", "lmove", "stream"),
    "retries": ("lmove", "retry", "stream"),
    "delayed": ("retry", "delayed"),
    "speed": ("rpop", "brpop", "lmove", "stream"),
}
"""The lanes of each experiment."""

State = Literal["waiting", "working", "scheduled", "done", "doubled", "dead", "lost"]
"""Where a task is: in the queue; in hand; put off until its time; done once; done more than once; a
dead letter; nowhere, and never done."""

STATES: tuple[State, ...] = (
    "waiting", "working", "scheduled", "done", "doubled", "dead", "lost",
)  # fmt: skip

Moment = Literal["before", "while", "after", "killed", "error"]
"""When a worker died: with the task in hand, before it began; while it worked; after its work,
before it could say so; by somebody's hand; of a reply it had not expected."""


@dataclass(frozen=True, slots=True)
class Knobs:
    """What can be turned. ``rate``: tasks a second; ``work_ms``: what one takes; ``crash``: in how
    many of a hundred the worker dies; ``poison``: how many of a hundred never succeed; ``idle_ms``:
    after so long a task in hand is given to another; ``attempts``: then it is a dead letter;
    ``delay_ms``: how far a task is put off, and the first pause before it is tried again;
    ``outage``: who gets the letters refuses all of them; ``once``: takes each only once;
    ``restart_ms``: then a dead worker is started again (no knob)."""

    rate: int = 5
    workers: int = 3
    work_ms: int = 400
    crash: int = 10
    poison: int = 0
    idle_ms: int = 2_000
    attempts: int = 3
    delay_ms: int = 2_000
    outage: str = "off"
    once: str = "off"
    restart_ms: int = 1_000


@dataclass(frozen=True, slots=True)
class TaskFrame:
    """A task: its state, and how often somebody has begun it."""

    number: int
    state: State
    begun: int


@dataclass(frozen=True, slots=True)
class WorkerFrame:
    """``doing``: "" (asks nothing), a command that it waits for, "work", "sleep", "frozen" or
    "down"; ``since`` when. ``pace``: how long it takes for a task, 1 is usual."""

    name: str
    doing: str
    since: int
    task: str
    pace: float


@dataclass(frozen=True, slots=True)
class KeyFrame:
    """A key: its type as TYPE says, how many elements, what is left of its life (None: for ever).
    Of a stream ``waiting`` entries were not read yet and ``pending`` ones not acknowledged."""

    name: str
    kind: str
    size: int
    ttl_ms: int | None
    waiting: int = 0
    pending: int = 0


@dataclass(frozen=True, slots=True)
class WireFrame:
    """A command and its reply, in short."""

    time: int
    who: str
    text: str
    reply: str


@dataclass(frozen=True, slots=True)
class Sample:
    """Of one step of a tenth of a second. ``waiting``: in the queue at its end; ``slowest_us``:
    from being made to being done, of those that were done in it, ``done``."""

    waiting: int = 0
    slowest_us: int = 0
    done: int = 0


@dataclass(frozen=True, slots=True)
class LaneFrame:
    """One way. ``made`` = ``waiting`` + ``working`` + ``scheduled`` + ``done`` + ``dead`` +
    ``lost``; ``doubled`` are those of ``done`` that were done more than once, ``repeats`` what was
    done again and taken by nobody, ``early`` what was done before its time. ``latency_us``: of the
    last tasks that were done, on average; ``vain``: questions that brought nothing; ``longest``:
    the queue, until now. ``recent``: the last tasks; ``series``: the samples of the last steps."""

    way: str
    made: int
    waiting: int
    working: int
    scheduled: int
    done: int
    doubled: int
    dead: int
    lost: int
    repeats: int
    early: int
    crashes: int
    vain: int
    commands: int
    latency_us: int
    worst_us: int
    sample: Sample
    longest: int = 0
    recent: tuple[TaskFrame, ...] = ()
    workers: tuple[WorkerFrame, ...] = ()
    keys: tuple[KeyFrame, ...] = ()
    key_count: int = 0
    wire: tuple[WireFrame, ...] = ()
    events: tuple[EventFrame, ...] = ()
    series: tuple[Sample, ...] = ()


@dataclass(frozen=True, slots=True)
class QueueFrame:
    """A moment of one experiment."""

    time: int
    seed: int
    experiment: Experiment
    knobs: Knobs
    lanes: tuple[LaneFrame, ...] = ()
    events: tuple[EventFrame, ...] = ()

    def lane(self, way: str) -> LaneFrame:
        """A lane by its way. Raises KeyError."""
        for lane in self.lanes:
            if lane.way == way:
                return lane
        raise KeyError(way)

    def as_json(self) -> dict[str, Any]:
        """Plain dictionaries and lists."""
        return asdict(self)
