"""A moment of the rate limiting lab as data: what is drawn, asserted and printed as JSON.

Times are virtual microseconds unless the name says otherwise. A lane is the same requests under
one algorithm; lanes run side by side in one time.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from tutor.labs.replication.frame import EventFrame

EXPERIMENTS = ("compare", "edge", "race")
TRAFFIC = ("steady", "burst", "poisson", "two-users", "attacker", "edge")
SCHEDULERS = ("free", "by-hand")
WORKERS = "ABCDEFGH"
"""The names of the workers."""

Outcome = Literal["accepted", "refused", "error"]
"""``error``: the algorithm itself failed (Django's ``ValueError``: the key is not there)."""


@dataclass(frozen=True, slots=True)
class Knobs:
    """What can be turned. ``limit`` requests of a user pass in ``window_s`` seconds; ``rate``:
    requests a second; ``pause_ms``: what a worker does at most before each of its commands;
    ``scheduler``: ``by-hand`` stops every worker before each command."""

    traffic: str = "poisson"
    limit: int = 10
    window_s: int = 10
    rate: int = 5
    users: int = 1
    workers: int = 4
    pause_ms: int = 2
    scheduler: str = "free"

    @property
    def window_us(self) -> int:
        return self.window_s * 1_000_000


@dataclass(frozen=True, slots=True)
class RequestFrame:
    """A request that was decided. ``number`` tells it among the requests of the run, ``time`` when
    Redis carried out the last command for it; ``slipped``: it passed, and its algorithm had
    promised that it would not."""

    number: int
    time: int
    user: str
    worker: int
    outcome: Outcome
    slipped: bool = False


@dataclass(frozen=True, slots=True)
class WorkerFrame:
    """``user`` "" if it has no request. ``heard``: its commands for this request (the first word)
    and what came back; ``next`` the one that is under way, or that it stands before (``held``).
    ``last``: what became of its request before this one."""

    name: str
    user: str = ""
    number: int = 0
    heard: tuple[tuple[str, str], ...] = ()
    next: str = ""
    held: bool = False
    last: Outcome | None = None
    slipped: bool = False


@dataclass(frozen=True, slots=True)
class KeyFrame:
    """A key on the server: its ``value`` in short, ``ttl_ms`` (None: it stays for good) of
    ``of_ms``, ``size`` as MEMORY USAGE tells it."""

    name: str
    type: str
    value: str
    ttl_ms: int | None
    of_ms: int
    size: int


@dataclass(frozen=True, slots=True)
class WireFrame:
    """A command and its reply, in short."""

    time: int
    worker: int
    text: str
    reply: str


@dataclass(frozen=True, slots=True)
class UserFrame:
    """What became of a user's requests."""

    name: str
    accepted: int
    refused: int


@dataclass(frozen=True, slots=True)
class Sample:
    """Of one step of a tenth of a second. ``inside``: requests of one user that have passed within
    the window that ends here, of the user with the most."""

    accepted: int = 0
    refused: int = 0
    slipped: int = 0
    inside: int = 0


@dataclass(frozen=True, slots=True)
class LaneFrame:
    """One algorithm. ``over``: requests that slipped past what it promises; ``most`` of one user
    in any window so far (both anew since limit or window were turned). ``bytes`` of all its keys
    now, ``per_user``: the most that the keys of one user ever took. ``keys`` are the first of
    ``key_count``. ``sent``: commands; ``recent``, ``wire`` and ``series`` are the last ones."""

    name: str
    requests: int
    done: int
    accepted: int
    refused: int
    errors: int
    waiting: int
    over: int
    most: int
    bytes: int
    per_user: int
    sent: int
    sample: Sample
    workers: tuple[WorkerFrame, ...] = ()
    keys: tuple[KeyFrame, ...] = ()
    key_count: int = 0
    users: tuple[UserFrame, ...] = ()
    recent: tuple[RequestFrame, ...] = ()
    wire: tuple[WireFrame, ...] = ()
    series: tuple[Sample, ...] = ()


@dataclass(frozen=True, slots=True)
class RateFrame:
    """A moment of one experiment."""

    time: int
    seed: int
    experiment: str
    knobs: Knobs
    lanes: tuple[LaneFrame, ...] = ()
    events: tuple[EventFrame, ...] = ()

    def lane(self, name: str) -> LaneFrame:
        """A lane by its algorithm. Raises KeyError."""
        for lane in self.lanes:
            if lane.name == name:
                return lane
        raise KeyError(name)

    def as_json(self) -> dict[str, Any]:
        """Plain dictionaries and lists."""
        return asdict(self)
