"""The replication lab: a master, replicas, wires, clients and those who watch, in virtual time.

    Lab(scenario, seed) ─▶ step ─▶ frame ─▶ step ─▶ frame …
      act ─▶ the run goes on with it
      back_to(time) ─▶ the run as it was then; acting there begins another future

A run is its seed and its actions: run again it comes out the same. Going back begins at the last
checkpoint before the moment (`tutor.labs.checkpoint`) and runs the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from tutor.engine.cmdline import split
from tutor.engine.replies import BLOCKED, Reply
from tutor.engine.session import Session
from tutor.labs.checkpoint import Checkpoints, Freezer
from tutor.labs.node import Kept, Node, NodeSettings
from tutor.labs.replication.actions import KNOBS, Action, UnknownTarget
from tutor.labs.replication.clients import Clients
from tutor.labs.replication.frame import EventFrame, Frame, SampleFrame
from tutor.labs.replication.ledger import Ledger, Write
from tutor.labs.replication.picture import Camera
from tutor.labs.replication.scenarios import SCENARIOS, Scenario
from tutor.labs.replication.words import line_of
from tutor.labs.sentinel import Sentinels, follow_words
from tutor.labs.simulation import Simulation
from tutor.labs.wire import Wire

STEP_US = 100_000
SAMPLES = 600
"""Of so many steps a frame tells the lag."""

MOST_REPLICAS = 5

DIRECTIVES: dict[str, object] = {
    "repl_diskless_sync_delay": 0,
    "repl_backlog_size": 16 * 1024,
    "repl_timeout": 5,
    "repl_ping_replica_period": 1,
}
"""Smaller than Redis's own figures, so that what takes minutes there can be seen in seconds."""


@dataclass(slots=True, eq=False)
class Deed:
    """An action that was carried out, and the reply to a command (`BLOCKED` until it comes)."""

    action: Action
    reply: Reply = None


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment of a run with all that led to it, to be there again (`Lab.keep`)."""

    frames: tuple[Frame, ...]
    samples: tuple[SampleFrame, ...]
    actions: tuple[Action, ...]
    world: bytes


class Lab:
    """One run. ``frames`` are all moments so far, one for each step; ``actions`` what was done and
    what is to come, ``deeds`` what was carried out. ``watch`` is called at each new moment.
    ``program`` carries out calls: it gets the deed and its number, and says what came of it.

    What a scenario does to a replica that is not there (``replicas`` may be fewer, or 0: one server
    by itself) is left out.
    """

    def __init__(
        self,
        scenario: str | Scenario = "healthy",
        seed: int = 7,
        replicas: int | None = None,
        *,
        actions: Sequence[Action] = (),
    ) -> None:
        self.scenario = SCENARIOS[scenario] if isinstance(scenario, str) else scenario
        self.seed = seed
        wanted = self.scenario.replicas if replicas is None else replicas
        self.replicas = min(max(wanted, 0), MOST_REPLICAS)
        names = {"", *self._names()}
        self._planned = [
            action for action in self.scenario.actions if names.issuperset(action.names)
        ]
        self.actions: list[Action] = sorted(
            [*self._planned, *actions], key=lambda action: action.time
        )
        self.frames: list[Frame] = []
        self.watch: Callable[[], None] | None = None
        self.program: Callable[[Deed, int], Reply] | None = None
        self.checkpoints = Checkpoints()
        self._catching_up = False
        self._build()
        self.frames = [self._camera.take()]

    def _names(self) -> list[str]:
        return ["master", *(f"replica{number + 1}" for number in range(self.replicas))]

    def _build(self) -> None:
        """Everything at the beginning."""
        simulation = self.simulation = Simulation(self.seed)
        self.events: list[EventFrame] = []
        self.deeds: list[Deed] = []
        self.nodes: dict[str, Node] = {}
        names = self._names()
        for number, name in enumerate(names):
            settings = NodeSettings(kept=self.scenario.kept, directives=DIRECTIVES)
            self.nodes[name] = Node(simulation, name, number, settings, self.nodes.get)
        self.wires: dict[tuple[str, str], Wire] = {}
        for number, first in enumerate(names):
            for second in names[number + 1 :]:
                wire = self.wires[first, second] = Wire(simulation, first, second)
                wire.settings.delay = self.scenario.delay_us
                self.nodes[first].wires[second] = self.nodes[second].wires[first] = wire
        self.ledger = Ledger(replicated=self.replicas > 0)
        self.clients = Clients(simulation, self.nodes, self.ledger, self.tell)
        self.sentinels = Sentinels(simulation, self.nodes, self.tell, self.switch)
        self._camera = Camera(self)
        self._done = 0
        for number, node in enumerate(self.nodes.values()):
            if number:
                node.master = self.scenario.chain.get(node.name, names[0])
            node.start()
        self.clients.rates.writes = self.scenario.write_rate
        self.clients.rates.reads = self.scenario.read_rate
        self.clients.start()
        logs = {"lab": self, "events": self.events, "samples": self._camera.samples}
        self._freezer = Freezer(
            {**logs, **self.ledger.logs},
            Write,
            lambda write: write.number - 1,
            lambda number: self.ledger.writes[number],
        )

    # time

    @property
    def now(self) -> int:
        """Microseconds since the beginning."""
        return self.simulation.now

    @property
    def frame(self) -> Frame:
        """The present moment."""
        return self.shown(len(self.frames) - 1)

    def shown(self, number: int) -> Frame:
        """A recorded moment by its number, with the samples that lead up to it."""
        samples = self._camera.samples[max(number + 1 - SAMPLES, 0) : number + 1]
        return replace(self.frames[number], samples=tuple(samples))

    def step(self, count: int = 1) -> Frame:
        """Go on by so many steps of a tenth of a second."""
        for _ in range(count):
            self._advance()
        return self.frame

    def _advance(self) -> None:
        """A step: what happens, a picture, what a person does at its end."""
        self._run_to(self.now + STEP_US)
        self._picture()
        self._by_hand()
        if not self._catching_up:
            self._tell_watch()
            number = len(self.frames) - 1
            self.checkpoints.offer(number, self.simulation.happenings, self._freeze)

    def _run_to(self, time: int) -> None:
        """What is done by hand at that very time comes behind the picture (`_by_hand`)."""
        while self._done < len(self.actions):
            action = self.actions[self._done]
            if action.time > time or (action.time == time and action.by_hand):
                break
            self._done += 1
            self.simulation.run_until(action.time)
            self._carry_out(action)
        self.simulation.run_until(time)

    def _by_hand(self) -> None:
        while self._done < len(self.actions):
            action = self.actions[self._done]
            if action.time > self.now or not action.by_hand:
                break
            self._done += 1
            self._carry_out(action)
            self._picture(again=True)

    def _picture(self, again: bool = False) -> None:
        """A frame of the present moment; the frames up to where we go back to are there."""
        if self._catching_up:
            self._camera.watch()
        elif again:
            self.frames[-1] = self._camera.take(again=True)
        else:
            self.frames.append(self._camera.take())

    def back_to(self, time: int) -> None:
        """Be at an earlier moment again. What was done later is forgotten with the first `act`;
        until then stepping repeats it."""
        steps = min(max(round(time / STEP_US), 0), len(self.frames) - 1)
        del self.frames[steps + 1 :]
        checkpoint = self.checkpoints.before(steps)
        self._catching_up = True
        try:
            if checkpoint is None:
                samples = self._camera.samples
                self.checkpoints.forget_from(0)  # they are of the run that is given up
                self._build()
                self._camera.samples += samples
                self._camera.watch()
                self._by_hand()
            else:
                self._thaw(checkpoint.data)
            while self.now < steps * STEP_US:
                self._advance()
        finally:
            self._catching_up = False
        del self._camera.samples[steps + 1 :]
        self._tell_watch()

    def _freeze(self) -> bytes | None:
        logs = len(self.events), self.ledger.flags()
        world = (
            self.simulation, self.nodes, self.wires, self.ledger, self.clients, self.sentinels,
            self.deeds,
        )  # fmt: skip
        return self._freezer.freeze((logs, world, self._camera, self._done))

    def _thaw(self, data: bytes) -> None:
        """Be where a checkpoint was taken. Events and writes are lists that only grow: of them it
        holds how long they were, and what has become of the writes."""
        (events, flags), world, self._camera, self._done = self._freezer.thaw(data)
        del self.events[events:]
        (
            self.simulation, self.nodes, self.wires, self.ledger, self.clients, self.sentinels,
            self.deeds,
        ) = world  # fmt: skip
        self.ledger.take_flags(flags)

    def keep(self) -> Moment | None:
        """The present moment, to try several futures from it (`come_to`); None if this one cannot
        be kept."""
        world = self._freeze()
        if world is None:
            return None
        return Moment(tuple(self.frames), tuple(self._camera.samples), tuple(self.actions), world)

    def come_to(self, moment: Moment) -> None:
        """Be at a kept moment, as if nothing had been done since. The run must not have gone back
        (`back_to`) in between: then its records may be those of another one."""
        self.frames[:] = moment.frames
        self.actions[:] = moment.actions
        self._thaw(moment.world)
        self._camera.samples[:] = moment.samples
        self.checkpoints.forget_from(0)
        self._tell_watch()

    # acting

    def act(self, kind: str, target: str = "", value: float | str = 0) -> None:
        """Do something now. What was done by hand later is given up; the scenario goes on. Raises
        `UnknownTarget`."""
        action = Action(self.now, kind, target, value, by_hand=True)  # type: ignore[arg-type]
        self._check(action)
        self._insert(action)
        self._carry_out(action)
        self._picture(again=True)
        self._tell_watch()

    def _tell_watch(self) -> None:
        if self.watch is not None:
            self.watch()

    def execute(self, name: str, words: Sequence[bytes]) -> Reply:
        """A command of a person on a node, now; part of the run from then on."""
        node = self._node(name)
        deed = Deed(Action(self.now, "command", name, line_of(words), by_hand=True))
        self._insert(deed.action)
        self._command(node, words, deed)
        self._picture(again=True)
        self._tell_watch()
        return deed.reply

    def _insert(self, action: Action) -> None:
        """It is done now; of what is to come only the scenario's own stays."""
        later = [one for one in self.actions[self._done :] if one in self._planned]
        self.actions[self._done :] = [action, *later]
        self._done += 1
        self.checkpoints.forget_from(len(self.frames) - 1)

    def session_on(self, name: str) -> Session:
        """The person's connection to a node."""
        return self._node(name).session_of("127.0.0.1:50002")

    def _command(self, node: Node, words: Sequence[bytes], deed: Deed) -> None:
        self.deeds.append(deed)
        session = self.session_on(node.name)
        deed.reply = node.execute(session, words)
        if deed.reply is BLOCKED:
            session.on_reply = partial(_late, deed, session, session.on_reply)
        if words[0].lower() in (b"replicaof", b"slaveof"):
            node.master = node.replication.follower.host.decode()
        self.tell("command", node=node.name, command=b" ".join(words).decode("utf-8", "replace"))

    def _call(self, deed: Deed) -> None:
        self.deeds.append(deed)
        if self.program is not None:
            deed.reply = self.program(deed, len(self.deeds))
        self.tell("call", call=str(deed.action.value))

    def tell(self, code: str, **params: str) -> None:
        """Something has happened."""
        self.events.append(EventFrame(self.simulation.now, code, tuple(params.items())))

    def _node(self, name: str) -> Node:
        if name not in self.nodes:
            raise UnknownTarget(name)
        return self.nodes[name]

    def wire(self, target: str) -> Wire:
        """The link ``a-b``, whichever way round it is written. Raises `UnknownTarget`."""
        first, _, second = target.partition("-")
        wire = self.wires.get((first, second)) or self.wires.get((second, first))
        if wire is None:
            raise UnknownTarget(target)
        return wire

    def can(self, action: Action) -> bool:
        """Whether there is such a node or link here, and the value can be read."""
        try:
            self._check(action)
            if KNOBS[action.kind].steps:
                return 0 <= float(action.value) < 1e9
            return action.kind != "command" or bool(split(str(action.value)))
        except (UnknownTarget, ValueError):
            return False

    def _check(self, action: Action) -> None:
        of = KNOBS[action.kind].of
        if of == "node":
            self._node(action.target)
        elif of == "link":
            self.wire(action.target)

    def _carry_out(self, action: Action) -> None:
        if action.kind == "command":
            node, words = self._node(action.target), split(str(action.value))
            self._command(node, words, Deed(action))
            return
        if action.kind == "call":
            self._call(Deed(action))
            return
        self.deeds.append(Deed(action))
        getattr(self, "_do_" + action.kind.replace("-", "_"))(action)

    # links

    def _do_delay(self, action: Action) -> None:
        self.wire(action.target).settings.delay = round(float(action.value) * 1000)

    def _do_jitter(self, action: Action) -> None:
        self.wire(action.target).settings.jitter = round(float(action.value) * 1000)

    def _do_bandwidth(self, action: Action) -> None:
        self.wire(action.target).settings.bandwidth = int(action.value)

    def _do_loss(self, action: Action) -> None:
        self.wire(action.target).settings.loss = float(action.value)

    def _do_cut(self, action: Action) -> None:
        wire = self.wire(action.target)
        wire.cut()
        self.tell("cut", first=wire.first, second=wire.second)

    def _do_heal(self, action: Action) -> None:
        wire = self.wire(action.target)
        wire.heal()
        self.tell("heal", first=wire.first, second=wire.second)

    def _do_isolate(self, action: Action) -> None:
        for wire in self._node(action.target).wires.values():
            if wire.cut_since is None:
                wire.cut()
                self.tell("cut", first=wire.first, second=wire.second)

    def _do_rejoin(self, action: Action) -> None:
        for wire in self._node(action.target).wires.values():
            if wire.cut_since is not None:
                wire.heal()
                self.tell("heal", first=wire.first, second=wire.second)

    # nodes

    def _do_pause(self, action: Action) -> None:
        self._node(action.target).pause()
        self.tell("pause", node=action.target)

    def _do_resume(self, action: Action) -> None:
        self._node(action.target).resume()
        self.tell("resume", node=action.target)

    def _do_crash(self, action: Action) -> None:
        self._node(action.target).crash()
        self.tell("crash", node=action.target)

    def _do_power_cut(self, action: Action) -> None:
        self._node(action.target).lose_power()
        self.tell("power-cut", node=action.target)

    def _do_restart(self, action: Action) -> None:
        node = self._node(action.target)
        kept: Kept = action.value if action.value in ("rdb", "aof") else "nothing"  # type: ignore[assignment]
        node.restart(kept)
        self.tell("restart", node=action.target, source=kept)
        self.settle()

    def _do_kept(self, action: Action) -> None:
        node = self._node(action.target)
        node.settings.kept = str(action.value)  # type: ignore[assignment]
        if node.up:
            save = b"2 1" if action.value == "rdb" else b""
            session = self.session_on(node.name)
            log = b"yes" if action.value == "aof" else b"no"
            node.execute(session, (b"CONFIG", b"SET", b"save", save, b"appendonly", log))

    def _do_promote(self, action: Action) -> None:
        node = self._node(action.target)
        if node.up:
            node.execute(self.session_on(node.name), (b"REPLICAOF", b"NO", b"ONE"))
            node.master = ""
            self.tell("promote", node=action.target)

    def _do_follow(self, action: Action) -> None:
        node = self._node(action.target)
        if node.up:
            node.execute(self.session_on(node.name), follow_words(str(action.value)))
            node.master = str(action.value)
            self.tell("follow", node=action.target, master=str(action.value))

    # clients

    def _do_switch(self, action: Action) -> None:
        self.switch(action.target)

    def switch(self, name: str) -> None:
        """Clients take another node for the master from now on: what it lacks is lost."""
        if self.clients.master == name:
            return
        self.clients.master = name
        self.tell("switch", node=name)
        self.settle()

    def settle(self) -> None:
        """Whoever clients take for the master is the truth: what it lacks is lost."""
        node = self.nodes[self.clients.master]
        if node.up:
            fresh = self.ledger.settle(node.engine)
            if fresh > 0:
                self.tell("lost", count=str(fresh))

    def _do_sentinels(self, action: Action) -> None:
        self.sentinels.watch(int(action.value), self.clients.master)

    def _do_wait(self, action: Action) -> None:
        self.clients.rates.wait = int(action.value)

    def _do_write_rate(self, action: Action) -> None:
        self.clients.rates.writes = float(action.value)

    def _do_read_rate(self, action: Action) -> None:
        self.clients.rates.reads = float(action.value)


def _late(
    deed: Deed, session: Session, before: Callable[[Reply], None] | None, reply: Reply
) -> None:
    """The reply of a command that waited."""
    deed.reply = reply
    session.on_reply = before
