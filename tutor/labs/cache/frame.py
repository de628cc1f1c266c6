"""A moment of the cache lab as data: what is drawn, asserted and printed as JSON.

Times are virtual microseconds unless the name says otherwise. A `Lane` is the same traffic under
one cure; lanes run side by side in one time.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from tutor.labs.replication.frame import EventFrame

Experiment = str
"""One of `EXPERIMENTS`."""

EXPERIMENTS: tuple[Experiment, ...] = (
    "aside", "stampede", "models", "versions", "routing", "ttl", "eviction",
)  # fmt: skip
Outcome = Literal["hit", "miss", "waited", "early", "stale", "master", "killed"]
"""How a request was answered: out of the cache; by the slow function; by the function of another
whom it waited for; by the function although the value was still good; with an old value; by the
master instead of a replica; not at all."""


@dataclass(frozen=True, slots=True)
class Knobs:
    """What can be turned. ``rate``: requests a second, all workers together; ``cost_ms``: of the
    slow function; ``ttl_s`` of what is stored; ``keys``: different ones; ``delay_ms``: of the
    replication; ``gap_ms``: how long after its write a user reads, at most; ``change_s``: how often
    what is cached changes in the database; ``memory_kb``: maxmemory; ``skew``: of Zipf's law, times
    100."""

    workers: int = 12
    rate: int = 40
    cost_ms: int = 400
    ttl_s: int = 5
    keys: int = 1
    delay_ms: int = 80
    gap_ms: int = 400
    change_s: int = 20
    memory_kb: int = 1400
    skew: int = 100


@dataclass(frozen=True, slots=True)
class RequestFrame:
    """An answered request: when it came, who answered it how, after how long."""

    time: int
    worker: int
    key: str
    outcome: Outcome
    took_us: int
    age_us: int = 0  # of the answer


@dataclass(frozen=True, slots=True)
class WorkerFrame:
    """``doing``: "" (nothing), a command, query or sleep; ``since`` when."""

    doing: str
    since: int
    key: str = ""


@dataclass(frozen=True, slots=True)
class KeyFrame:
    """A key on the server. ``ttl_ms`` None: without; ``of_ms``: for how long it was stored."""

    name: str
    ttl_ms: int | None
    of_ms: int
    size: int


@dataclass(frozen=True, slots=True)
class WireFrame:
    """A command and its reply, in short."""

    time: int
    worker: int
    server: str
    text: str
    reply: str


@dataclass(frozen=True, slots=True)
class Sample:
    """Of one step of a tenth of a second. ``load``: queries at the database at once, at most;
    ``slowest_us`` of the requests that ended in it; ``counts``: how many ended how."""

    load: int = 0
    slowest_us: int = 0
    counts: tuple[tuple[Outcome, int], ...] = ()


@dataclass(frozen=True, slots=True)
class LaneFrame:
    """One cure. ``saved_us``: what the slow function would have taken, less what was taken.
    ``at_once``: recomputations of one key at a time, at most. ``oldest_us``: age of the oldest
    answer, ``age_us`` of all on average. ``wrong``: answers that the database would have given
    otherwise by then. ``by_delay``: (delay of the replication in ms, reads under it, stale ones).
    ``keys`` are the first of ``key_count``. ``series``: the samples of the last steps, this
    one's last."""

    cure: str
    requests: int
    done: int
    waiting: int
    hits: int
    computed: int
    background: int
    stale: int
    killed: int
    mean_us: int
    worst_us: int
    saved_us: int
    at_once: int
    oldest_us: int
    load: int
    peak: int
    sample: Sample
    writes: int = 0
    write_us: int = 0
    at_master: int = 0
    missing: int = 0
    age_us: int = 0
    wrong: int = 0
    by_delay: tuple[tuple[int, int, int], ...] = ()
    recent: tuple[RequestFrame, ...] = ()
    workers: tuple[WorkerFrame, ...] = ()
    keys: tuple[KeyFrame, ...] = ()
    key_count: int = 0
    wire: tuple[WireFrame, ...] = ()
    series: tuple[Sample, ...] = ()

    @property
    def hit_ratio(self) -> float:
        """Answers without the slow function in a hundred of the answered requests."""
        return 100 * self.hits / self.done if self.done else 0.0


@dataclass(frozen=True, slots=True)
class EvictionSample:
    """Of one step: pages that were there or not, writes that were refused, keys that had to go,
    queries at the database at once, at most."""

    hits: int = 0
    misses: int = 0
    refused: int = 0
    evicted: int = 0
    load: int = 0


@dataclass(frozen=True, slots=True)
class EvictionFrame:
    """One policy. ``hits`` and ``misses`` are of pages, the scan's left out. ``sessions`` that are
    there of ``session_count``, ``pages`` of ``page_count``. ``used`` bytes of ``limit``, of which
    ``base`` belong to no key. ``there``: of each group of pages, the most wanted first, how many in
    a hundred are there."""

    policy: str
    requests: int
    hits: int
    misses: int
    refused: int
    evicted: int
    sessions: int
    session_count: int
    session_misses: int
    scanned: int
    pages: int
    page_count: int
    used: int
    base: int
    limit: int
    queries: int
    there: tuple[int, ...]
    wire: tuple[WireFrame, ...]
    sample: EvictionSample
    series: tuple[EvictionSample, ...] = ()

    @property
    def lost(self) -> int:
        """Sessions that are gone."""
        return self.session_count - self.sessions

    @property
    def hit_ratio(self) -> float:
        """Pages that were there, in a hundred that were asked for."""
        asked = self.hits + self.misses
        return 100 * self.hits / asked if asked else 0.0


@dataclass(frozen=True, slots=True)
class CallFrame:
    """A line of the script: a call of an application, and what it sent."""

    time: int
    app: str
    call: str
    commands: tuple[str, ...]
    result: str


@dataclass(frozen=True, slots=True)
class VersionsFrame:
    """One way to throw a cache away. ``old_served``: reads that still got what was thrown away;
    ``neighbour_lost``: keys of the other application that are gone; ``held``: bytes of keys that
    nobody reads any more."""

    cure: str
    calls: tuple[CallFrame, ...]
    keys: tuple[KeyFrame, ...]
    commands: int
    neighbour_lost: int
    old_served: int
    held: int


@dataclass(frozen=True, slots=True)
class SizeFrame:
    """How a value is stored: bytes of the value, and what the key takes in Redis (MEMORY USAGE)."""

    way: str
    rows: int
    size: int
    memory: int


@dataclass(frozen=True, slots=True)
class ChangeFrame:
    """What becomes of values that are in the cache when the code changes. ``loads`` and ``uses``
    are the real error's text, or what came out; ``silent``: wrong, and nobody says so."""

    change: str
    way: str
    loads: str
    uses: str
    broken: bool
    silent: bool = False


@dataclass(frozen=True, slots=True)
class ModelsFrame:
    """Models beside dictionaries; ``pickled`` is one model's bytes, hexadecimal."""

    rows: int
    sizes: tuple[SizeFrame, ...]
    changes: tuple[ChangeFrame, ...]
    pickled: str


@dataclass(frozen=True, slots=True)
class CacheFrame:
    """A moment of one experiment; those parts that it has not are empty."""

    time: int
    seed: int
    experiment: Experiment
    knobs: Knobs
    lanes: tuple[LaneFrame, ...] = ()
    versions: tuple[VersionsFrame, ...] = ()
    evictions: tuple[EvictionFrame, ...] = ()
    models: ModelsFrame | None = None
    events: tuple[EventFrame, ...] = ()

    def lane(self, cure: str) -> LaneFrame:
        """A lane by its cure. Raises KeyError."""
        for lane in self.lanes:
            if lane.cure == cure:
                return lane
        raise KeyError(cure)

    def as_json(self) -> dict[str, Any]:
        """Plain dictionaries and lists."""
        return asdict(self)
