"""One server, a client that writes, a death, a restart: which acknowledged writes are gone.

    Stage(policy, seed) ─▶ step ─▶ frame ─▶ step ─▶ frame …
      act("crash" | "power-cut" | "restart" | "rate" | "fsync") ─▶ the run goes on with it
      back_to(time) ─▶ the run as it was then; acting there begins another future

A run is its settings, its seed and its actions: run again it comes out the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from tutor.engine.replies import ReplyError
from tutor.labs.checkpoint import Checkpoints, Freezer
from tutor.labs.disk import TimedSyncer
from tutor.labs.durability.frame import Place, Runs, StageFrame, WriteFrame, in_runs
from tutor.labs.durability.policies import POLICIES
from tutor.labs.node import Node, NodeSettings
from tutor.labs.replication.frame import EventFrame
from tutor.labs.replication.ledger import Ledger, Write, holds
from tutor.labs.simulation import Simulation

CARTS = 5
STEP_US = 100_000
RETRY_US = 250_000
GAP = 150
"""Happenings between two checkpoints: a server by itself has few, and looking at it costs more."""

MOST_BYTES = 16 << 20
"""Of checkpoints of one server; six are played side by side."""

RECENT = 24
EVENTS = 12
RATES = (0.0, 1.0, 5.0, 20.0, 80.0)
FSYNCS_US = (0, 20_000, 300_000, 1_500_000, 4_000_000)
"""How long an fsync takes: nothing, an SSD, a disk, a busy one, one that is in trouble."""

_WRITEBACK_US = 5_000_000
"""By itself the system writes pages back after about so long (Linux: dirty_expire_centisecs 30 s,
looked at each 5 s; the lab takes the shorter)."""

_OUTSIDE = frozenset(
    ("policy", "seed", "acts", "events", "checkpoints", "frame", "_first_rate", "_freezer")
)
"""What of a `Stage` is not part of its world."""

Kind = Literal["crash", "power-cut", "restart", "rate", "fsync"]


@dataclass(frozen=True, slots=True)
class Act:
    """``time`` in microseconds since the beginning; ``value`` of a rate (a second) or of fsync
    (microseconds)."""

    time: int
    kind: Kind
    value: float = 0


class Stage:
    """One run. ``frame`` is the present moment; a step is a tenth of a second."""

    def __init__(
        self, policy: str, seed: int = 7, rate: float = 20.0, acts: Sequence[Act] = ()
    ) -> None:
        self.policy = POLICIES[policy]
        self.seed = seed
        self.acts = list(acts)
        self._first_rate = rate
        number = list(POLICIES).index(policy)
        self.checkpoints = Checkpoints(GAP + 17 * number, MOST_BYTES)  # not all at the same step
        self._build()
        self._by_hand()

    def _build(self) -> None:
        policy = self.policy
        self.simulation = Simulation(self.seed)
        settings = NodeSettings(policy.kept, policy.save, policy.appendfsync)
        self.node = Node(self.simulation, "server", 0, settings, lambda name: None)
        self.syncer = TimedSyncer(self.simulation)
        self.node.syncer = lambda: self.syncer
        self.ledger = Ledger(replicated=False)
        self.events: list[EventFrame] = []
        self.rate = self._first_rate
        self.death = ""
        self.died: int | None = None
        self._ends: dict[int, int] = {}  # of the log behind each write that is not on the disk
        self._dumped = self._number = self._done = 0
        self._saves, self._on_disk, self._synced = 0, 0, 0
        self._gone: set[int] = set()
        self._firm: list[tuple[Place, int]] = []
        self._firm_count = 0
        self._last: dict[int, WriteFrame] = {}
        self.node.start()
        self.simulation.after(1000, self._write)
        if settings.kept == "aof" and settings.appendfsync == "no":
            self.simulation.after(_WRITEBACK_US, self._write_back)
        self.frame = self._take()
        self._freezer = Freezer(
            {"stage": self, "events": self.events, **self.ledger.logs},
            Write,
            lambda write: write.number - 1,
            lambda number: self.ledger.writes[number],
        )

    def _write_back(self) -> None:
        """The system itself brings pages to the disk."""
        self.node.disk.write_back()
        self.simulation.after(_WRITEBACK_US, self._write_back)

    # the client

    def _write(self) -> None:
        node, simulation = self.node, self.simulation
        if node.condition != "online":
            self.ledger.refuse()
            simulation.after(RETRY_US, self._write)
            return
        if self.rate <= 0:
            simulation.after(RETRY_US, self._write)
            return
        self._number += 1
        key = b"cart:%d" % (self._number % CARTS)
        write = self.ledger.begin(self._number, key, simulation.now, "server", b"")
        reply = node.execute(node.session_of("app:50000"), write.words)
        if isinstance(reply, ReplyError):
            self.ledger.refuse()
        else:
            self.ledger.acknowledge(write)
            self._ends[write.number] = self._log()[0] + node.persister.file.pending
        pause = round(1_000_000 / self.rate * simulation.random.uniform(0.5, 1.5))
        if self.policy.appendfsync == "always" and self.policy.kept == "aof":
            pause = max(pause, self.syncer.takes)  # it is answered when the disk has it
        simulation.after(pause, self._write)

    # time

    @property
    def now(self) -> int:
        """Microseconds since the beginning."""
        return self.simulation.now

    def step(self, count: int = 1) -> StageFrame:
        """Go on by so many tenths of a second."""
        for _ in range(count):
            self.run_to(self.now + STEP_US)
            self.frame = self._take()
            self._by_hand()
            number = self.now // STEP_US
            self.checkpoints.offer(number, self.simulation.happenings, self._freeze)
        return self.frame

    def run_to(self, time: int) -> None:
        """Let time pass without taking a frame."""
        self.simulation.run_until(time)

    def _by_hand(self) -> None:
        while self._done < len(self.acts) and self.acts[self._done].time <= self.now:
            self._done += 1
            self._carry_out(self.acts[self._done - 1])
            self.frame = self._take()

    def back_to(self, time: int) -> None:
        """Be at an earlier moment again; what was done later is repeated, until the first `act`."""
        steps = min(max(round(time / STEP_US), 0), self.now // STEP_US)
        checkpoint = self.checkpoints.before(steps)
        if checkpoint is None:
            self.checkpoints.forget_from(0)
            self._build()
            self._by_hand()
        else:
            told, flags, state = self._freezer.thaw(checkpoint.data)
            del self.events[told:]
            vars(self).update(state)
            self.ledger.take_flags(flags)
        while self.now < steps * STEP_US:
            self.run_to(self.now + STEP_US)
            self._look()
            self._by_hand()
        self.frame = self._take()

    def _freeze(self) -> bytes | None:
        state = {name: value for name, value in vars(self).items() if name not in _OUTSIDE}
        return self._freezer.freeze((len(self.events), self.ledger.flags(), state))

    # acting

    def act(self, kind: str, target: str = "", value: float | str = 0) -> None:
        """Do something now; there is only one ``target``, the server."""
        one = Act(self.now, kind, float(value))  # type: ignore[arg-type]
        self.acts[self._done :] = [one]
        self.checkpoints.forget_from(self.now // STEP_US)
        self._by_hand()

    def _carry_out(self, act: Act) -> None:
        if act.kind == "rate":
            self.rate = act.value
        elif act.kind == "fsync":
            self.syncer.takes = int(act.value)
        elif act.kind == "restart":
            self._restart()
        elif self.node.up or act.kind == "power-cut":
            self._die(act.kind)

    def _die(self, kind: str) -> None:
        self._look()
        if kind == "crash":
            self.node.crash()
        else:
            self.node.lose_power()
            self.syncer.forget()
        self.death, self.died = kind, self.now
        self.tell(kind, node="server")

    def _restart(self) -> None:
        """The process begins anew, and its data are looked at: what is there, what is gone."""
        if self.node.up:
            self._die("crash")
        self.node.start()
        self.tell("restart", node="server", source=self.policy.kept)
        before = len(self._gone)
        self._gone = {one.number for one in self.ledger.acknowledged if not self.holds(one)}
        self._dumped = self._number
        self._saves, self.died = 0, None
        self.tell("back", there=str(len(self.ledger.acknowledged) - len(self._gone)))
        if len(self._gone) > before:
            self.tell("lost", count=str(len(self._gone) - before))

    def tell(self, code: str, **params: str) -> None:
        """Something has happened."""
        self.events.append(EventFrame(self.now, code, tuple(params.items())))

    def holds(self, write: Write) -> bool:
        """Whether the server's data contain a write."""
        return self.node.up and holds(self.node.engine, write)

    # looking

    def _log(self) -> tuple[int, int]:
        """Bytes of the append-only file: written, and on the disk."""
        files = self.node.disk.folder("appendonlydir").sizes()
        logs = [sizes for name, sizes in files.items() if name.endswith(".incr.aof")]
        return sum(size for size, _ in logs), sum(synced for _, synced in logs)

    def _look(self) -> None:
        """Notice what has come to the disk."""
        node = self.node
        if not node.up:
            return
        saves = node.persister.figures.saves
        if self.policy.kept == "rdb" and saves != self._saves:
            self._saves = saves
            self._dumped = self._number - node.engine.stats.dirty // 2  # two fields each
            self._synced = self.now
            self.tell("dumped", count=str(self._dumped))
        on_disk = self._log()[1]
        if on_disk != self._on_disk:
            self._on_disk, self._synced = on_disk, self.now

    def place(self, write: Write) -> Place:
        """Where an acknowledged write is now. Of a server that is down: where it will be found."""
        if write.number in self._gone:
            return "gone"
        if self.policy.kept == "aof":
            size, synced = self._sizes
            end = self._ends.get(write.number, 0)
            if end <= synced:
                return "disk"
            if end <= size:
                return "cache"
            return "buffer" if self.node.up else "gone"
        if self.policy.kept == "rdb" and write.number <= self._dumped:
            return "disk"
        return "memory" if self.node.up else "gone"

    def _take(self) -> StageFrame:
        self._look()
        self._sizes = size, synced = self._log()
        node, writes = self.node, self.ledger.acknowledged
        recent = tuple(self._recent(write) for write in writes[-RECENT:])
        return StageFrame(
            time=self.now, seed=self.seed, policy=self.policy.name, up=node.up,
            death=self.death, died=self.died, rate=self.rate, fsync_us=self.syncer.takes,
            refused=self.ledger.refused, runs=self._runs(), recent=recent,
            buffered=node.persister.file.pending if node.up else 0,
            cached=size - synced, on_disk=self._disk_bytes(synced),
            dump=node.up and node.persister.kind == "dump", syncing=self.syncer.busy,
            synced=self._synced or None, events=tuple(self.events[-EVENTS:]),
        )  # fmt: skip

    def _recent(self, write: Write) -> WriteFrame:
        """The same object as in the frame before, if it is where it was."""
        place, known = self.place(write), self._last.get(write.number)
        if known is None or known.place != place:
            known = WriteFrame(write.number, write.time, write.key.decode(), place)
            self._last[write.number] = known
            self._last.pop(write.number - RECENT, None)
        return known

    def _runs(self) -> Runs:
        """Where all acknowledged writes are. What is on the disk or gone stays so."""
        writes = self.ledger.acknowledged
        while self.node.up and self._firm_count < len(writes):
            place = self.place(writes[self._firm_count])
            if place not in ("disk", "gone"):
                break
            self._ends.pop(writes[self._firm_count].number, None)
            self._firm_count += 1
            if self._firm and self._firm[-1][0] == place:
                self._firm[-1] = place, self._firm[-1][1] + 1
            else:
                self._firm.append((place, 1))
        later = writes[self._firm_count :]
        if self.node.up and later and self.policy.kept != "aof":
            rest: Runs = ((self.place(later[0]), len(later)),)  # what came after the last dump
        else:
            rest = in_runs([self.place(write) for write in later])
        if self._firm and rest and self._firm[-1][0] == rest[0][0]:
            joined = rest[0][0], self._firm[-1][1] + rest[0][1]
            return (*self._firm[:-1], joined, *rest[1:])
        return (*self._firm, *rest)

    def _disk_bytes(self, log: int) -> int:
        if self.policy.kept == "aof":
            return log
        return self.node.disk.sizes().get("dump.rdb", (0, 0))[1]
