"""One server, a client that writes, a death, a restart: which acknowledged writes are gone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from tutor.engine.replies import ReplyError
from tutor.labs.node import Kept, Node, NodeSettings
from tutor.labs.replication.ledger import Ledger, Write, holds
from tutor.labs.simulation import Simulation

Death = Literal["crash", "power-cut"]
DEATHS: tuple[Death, ...] = ("crash", "power-cut")

CARTS = 5
_WRITEBACK_US = 5_000_000
"""By itself the system writes pages back after about so long (Linux: dirty_expire_centisecs 30 s,
looked at each 5 s; the lab takes the shorter)."""


@dataclass(frozen=True, slots=True)
class Policy:
    """How the server keeps its data; ``words`` are the lines of redis.conf."""

    name: str
    words: str
    kept: Kept
    save: tuple[tuple[int, int], ...] = ()
    appendfsync: str = "everysec"


_ALL = (
    Policy("memory", 'save ""', "nothing"),
    Policy("save-60", "save 60 10", "rdb", ((60, 10),)),
    Policy("save-2", "save 2 1", "rdb", ((2, 1),)),
    Policy("aof-no", "appendonly yes, appendfsync no", "aof", appendfsync="no"),
    Policy("aof-everysec", "appendonly yes, appendfsync everysec", "aof"),
    Policy("aof-always", "appendonly yes, appendfsync always", "aof", appendfsync="always"),
)
POLICIES: Mapping[str, Policy] = {policy.name: policy for policy in _ALL}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a run. Times in microseconds since the beginning. ``writes`` are (time, still
    there) of every acknowledged write, in order."""

    policy: str
    death: Death
    at: int
    seed: int
    writes: tuple[tuple[int, bool], ...] = field(default=())

    @property
    def acknowledged(self) -> int:
        """Writes that the client was told of as done."""
        return len(self.writes)

    @property
    def lost(self) -> int:
        """Of those, what is gone."""
        return sum(not there for _time, there in self.writes)

    @property
    def oldest_loss(self) -> int:
        """Microseconds between the oldest write that is gone and the death; 0 if none is."""
        return max((self.at - time for time, there in self.writes if not there), default=0)


class _Run:
    """A server by itself, and one client."""

    def __init__(self, policy: Policy, seed: int, rate: float) -> None:
        self.simulation = Simulation(seed)
        settings = NodeSettings(policy.kept, policy.save, policy.appendfsync)
        self.node = Node(self.simulation, "server", 0, settings, lambda name: None)
        self.ledger = Ledger()
        self._rate = rate
        self._number = 0

    def start(self) -> None:
        self.node.start()
        self.session = self.node.engine.connect("app:50000")
        self.simulation.after(1000, self._write)
        if self.node.settings.appendfsync == "no":
            self.simulation.after(_WRITEBACK_US, self._write_back)

    def _write_back(self) -> None:
        """The system itself brings pages to the disk."""
        self.node.disk.write_back()
        self.simulation.after(_WRITEBACK_US, self._write_back)

    def _write(self) -> None:
        if self.node.condition != "online":
            return
        self._number += 1
        key = b"cart:%d" % (self._number % CARTS)
        write = self.ledger.begin(self._number, key, self.simulation.now, "server", b"")
        reply = self.node.execute(self.session, write.words)
        if not isinstance(reply, ReplyError):
            self.ledger.acknowledge(write)
        spread = self.simulation.random.uniform(0.5, 1.5)
        self.simulation.after(round(1_000_000 / self._rate * spread), self._write)

    def there(self, write: Write) -> bool:
        return self.node.up and holds(self.node.engine, write)


def run(policy: str, death: Death, at: int, seed: int = 7, rate: float = 20.0) -> Outcome:
    """Write until ``at`` (microseconds), die, start again, and look."""
    one = _Run(POLICIES[policy], seed, rate)
    one.start()
    one.simulation.run_until(at)
    if death == "crash":
        one.node.crash()
    else:
        one.node.lose_power()
    one.simulation.run_until(at + 1_000_000)
    one.node.start()
    writes = tuple((write.time, one.there(write)) for write in one.ledger.acknowledged)
    return Outcome(policy, death, at, seed, writes)


def run_all(death: Death, at: int, seed: int = 7, rate: float = 20.0) -> Sequence[Outcome]:
    """The same under every policy."""
    return [run(policy, death, at, seed, rate) for policy in POLICIES]
