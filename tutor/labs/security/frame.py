"""A moment of the security lab as data: what is drawn, asserted and printed as JSON.

Times are virtual microseconds since the beginning. A lane is the same server under one setting, the
same application and the same attacker.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from tutor.labs.replication.frame import EventFrame

Experiment = str
"""One of `EXPERIMENTS`."""

EXPERIMENTS: tuple[Experiment, ...] = ("attacks", "rights", "guess", "harden")
Outcome = Literal["", "through", "stopped"]
"""Of an attack: not tried yet, it got through, it was stopped."""

Who = Literal["attacker", "app", "admin"]


@dataclass(frozen=True, slots=True)
class Knobs:
    """What can be turned. ``rate``: requests of the application a second; ``guesses``: AUTH a
    second; ``scan``: whether the attacker goes through all attacks by himself; ``password``:
    weak or strong; ``app_host``: where the application runs; ``configs``: the server's
    enable-protected-configs (yes: as before 7.0); ``account``: under which the server runs."""

    rate: int = 5
    guesses: int = 50
    scan: int = 1
    password: str = "weak"
    app_host: str = "10.0.0.5"
    configs: str = "no"
    account: str = "root"


@dataclass(frozen=True, slots=True)
class ExchangeFrame:
    """A command and its reply, or a line that MONITOR showed (``line`` empty)."""

    time: int
    who: Who
    line: str
    reply: str
    refused: bool = False


@dataclass(frozen=True, slots=True)
class AttackFrame:
    """An attack and what came of its last attempt. ``line`` and ``reply`` decided it; ``lines``
    are all of that attempt. ``stale``: the server was changed since; ``now``: it is under way."""

    name: str
    outcome: Outcome = ""
    time: int = 0
    line: str = ""
    reply: str = ""
    lines: tuple[ExchangeFrame, ...] = ()
    tries: int = 0
    stale: bool = False
    now: bool = False


@dataclass(frozen=True, slots=True)
class FileFrame:
    """A file that the attacker had the server write. ``text``: the attacker's line in it."""

    time: int
    path: str
    size: int
    text: str


@dataclass(frozen=True, slots=True)
class ClientFrame:
    """A connection that stands: whose, from where, as which user."""

    who: str
    address: str
    user: str


@dataclass(frozen=True, slots=True)
class Sample:
    """The application's requests of one step of a tenth of a second."""

    served: int = 0
    refused: int = 0
    empty: int = 0
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class GuessFrame:
    """Guessing a password. ``tried``: AUTHs that were sent; ``place``: which guess it would be, 0
    if it does not come up in any list; ``found``: it was let in. ``choices``: how many passwords of
    that kind there are, 0 if none of them is right. ``logged``: failed logins in ACL LOG."""

    password: str
    tried: int
    place: int
    found: bool
    choices: int
    logged: int


@dataclass(frozen=True, slots=True)
class LaneFrame:
    """One setting. ``through`` and ``stopped``: attacks by their last attempts, ``untested`` those
    that were not tried since the server was changed. ``refused_now``: the application's refused
    requests of the last two seconds. ``lost``: keys that the attacker has destroyed so far,
    ``foreign`` keys of the attacker that are there, ``missing`` keys that are not. ``series``: the
    samples of the last steps."""

    setting: str
    attacks: tuple[AttackFrame, ...]
    under_way: str
    through: int
    stopped: int
    untested: int
    asked: int
    served: int
    refused: int
    empty: int
    waiting: int
    refused_now: int
    app_error: str
    keys: int
    lost: int
    foreign: int
    missing: int
    role: str
    busy: bool
    up: bool
    known: str
    conf: tuple[str, ...]
    clients: tuple[ClientFrame, ...]
    files: tuple[FileFrame, ...]
    wire: tuple[ExchangeFrame, ...]
    sample: Sample
    guess: GuessFrame | None = None
    series: tuple[Sample, ...] = ()


@dataclass(frozen=True, slots=True)
class SecurityFrame:
    """A moment of one experiment."""

    time: int
    seed: int
    experiment: Experiment
    knobs: Knobs
    lanes: tuple[LaneFrame, ...]
    events: tuple[EventFrame, ...] = ()

    def lane(self, setting: str) -> LaneFrame:
        """A lane by its setting. Raises KeyError."""
        for lane in self.lanes:
            if lane.setting == setting:
                return lane
        raise KeyError(setting)

    def as_json(self) -> dict[str, Any]:
        """Plain dictionaries and lists."""
        return asdict(self)
