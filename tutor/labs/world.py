"""A small world for routines: servers, a database behind them, and programs that use both.

routine ─ Send  ─▶ half a round trip ─▶ Node.execute ─▶ half a round trip ─▶ routine
        ─ Query ─▶ one of the database's connections, or its queue        ─▶ routine
        ─ Sleep ─▶ later                                                  ─▶ routine
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from tutor.engine.replies import BLOCKED, Reply, ReplyError
from tutor.engine.session import Session
from tutor.labs.node import Node, NodeSettings
from tutor.labs.replication.lab import DIRECTIVES
from tutor.labs.routines import Query, Send, Sleep
from tutor.labs.simulation import Simulation
from tutor.labs.wire import Wire

HOP_US = 250
"""From a worker to a server and back again takes two of these."""

CONNECTIONS = 4
"""So many queries the database answers at once; the others wait in its queue."""

DATABASE = 1
"""The number at the end of the notes' LOCATION, redis://127.0.0.1:6379/1."""

LOG = 40

_YOU = "you:50000"


@dataclass(slots=True)
class Logged:
    """A command as it went over the wire."""

    time: int
    worker: int
    server: str
    argv: tuple[bytes, ...]
    reply: Reply
    shown: object = None  # as a frame tells it, once it was told


class Task:
    """A routine that runs. ``doing`` names what it waits for, ``since`` when it began to."""

    def __init__(
        self,
        world: World,
        worker: int,
        routine: Generator[Send | Query | Sleep, Any, Any],
        done: Callable[[Any], None],
        number: int = DATABASE,
    ) -> None:
        self._world = world
        self._routine: Generator[Send | Query | Sleep, Any, Any] | None = routine
        self._done = done
        world.live += 1
        self.worker = worker
        self.number = number
        self.doing = ""
        self.since = world.simulation.now

    def go_on(self, outcome: object = None) -> None:
        """What it waited for has come."""
        if self._routine is None:
            return
        self.since = self._world.simulation.now
        try:
            if isinstance(outcome, ReplyError):
                wish = self._routine.throw(outcome)
            else:
                wish = self._routine.send(outcome)
        except StopIteration as end:
            self._end()
            self._done(end.value)
            return
        self._world.grant(self, wish)

    def kill(self) -> None:
        """The process is gone; what it asked for comes to nobody."""
        if self._routine is not None:
            self._routine.close()
            self._end()

    def _end(self) -> None:
        self._routine = None
        self._world.live -= 1

    @property
    def alive(self) -> bool:
        """Whether it goes on."""
        return self._routine is not None


class Database:
    """Answers ``connections`` queries at once. ``peak``: the highest load since `begin_step`."""

    def __init__(self, simulation: Simulation, connections: int = CONNECTIONS) -> None:
        self._simulation = simulation
        self.connections = connections
        self.running = 0
        self.waiting: deque[tuple[int, Task]] = deque()
        self.queries = 0
        self.peak = 0

    @property
    def load(self) -> int:
        """Queries that run or wait."""
        return self.running + len(self.waiting)

    def ask(self, cost: int, task: Task) -> None:
        self.queries += 1
        self.waiting.append((cost, task))
        self._begin()
        self.peak = max(self.peak, self.load)

    def _begin(self) -> None:
        while self.waiting and self.running < self.connections:
            cost, task = self.waiting.popleft()
            self.running += 1
            self._simulation.after(cost, partial(self._answered, task))

    def _answered(self, task: Task) -> None:
        self.running -= 1
        self._begin()
        task.go_on()

    def begin_step(self) -> None:
        self.peak = self.load


class World:
    """``nodes``: the first is written to, the others, if there are, are read from. ``lifetimes``:
    milliseconds for which a key was last stored, by number of database and name. ``log``: the last
    commands; with one server without the hits, which would fill it. ``live``: routines that are
    under way; while there is one the world cannot be frozen."""

    def __init__(
        self,
        seed: int,
        replicas: int = 0,
        delay_us: int = 1_000,
        directives: Mapping[str, object] = DIRECTIVES,
    ) -> None:
        simulation = self.simulation = Simulation(seed)
        self.chance = random.Random(f"{seed}:choice")
        self.database = Database(simulation)
        self.nodes: dict[str, Node] = {}
        self.wires: list[Wire] = []
        self.log: deque[Logged] = deque(maxlen=LOG)
        self.commands = self.live = 0
        self.lifetimes: dict[tuple[int, bytes], int] = {}
        self._sessions: dict[tuple[int, str, int], Session] = {}
        self._yours: Session | None = None
        names = ["master", *(f"replica{number + 1}" for number in range(replicas))]
        for number, name in enumerate(names):
            settings = NodeSettings(directives=directives)
            self.nodes[name] = Node(simulation, name, number, settings, self.nodes.get)
        for name in names[1:]:
            wire = Wire(simulation, "master", name)
            wire.settings.delay = delay_us
            self.wires.append(wire)
            self.nodes["master"].wires[name] = self.nodes[name].wires["master"] = wire
            self.nodes[name].master = "master"
        for node in self.nodes.values():
            node.start()

    @property
    def master(self) -> Node:
        return self.nodes["master"]

    def start(
        self,
        worker: int,
        routine: Generator[Send | Query | Sleep, Any, Any],
        done: Callable[[Any], None] = lambda outcome: None,
        number: int = DATABASE,
    ) -> Task:
        """Let a routine begin now; ``done`` is told what it returns. ``number``: of its database
        in Redis."""
        task = Task(self, worker, routine, done, number)
        self.simulation.after(0, task.go_on)
        return task

    def grant(self, task: Task, wish: Send | Query | Sleep) -> None:
        """What a routine waits for."""
        if isinstance(wish, Query):
            task.doing = "query"
            self.database.ask(wish.cost, task)
        elif isinstance(wish, Sleep):
            task.doing = "sleep"
            self.simulation.after(wish.time, task.go_on)
        else:
            name = self.server_for(wish)
            task.doing = wish.argv[0].decode()
            self.simulation.after(HOP_US, partial(self._arrived, task, name, wish.argv))

    def server_for(self, wish: Send) -> str:
        """The first server, or any of the others: Django draws anew for each call."""
        names = list(self.nodes)
        if wish.write or len(names) == 1:
            return names[0]
        return names[self.chance.randint(1, len(names) - 1)]

    def _arrived(self, task: Task, name: str, argv: tuple[bytes, ...]) -> None:
        node, session = self.nodes[name], self.session_of(task, name)
        if not task.alive:
            return
        reply = node.execute(session, argv)
        if argv[0] == b"SET" and argv[3:4] == (b"EX",):
            self.lifetimes[task.number, argv[1]] = int(argv[4]) * 1000
        if reply is BLOCKED:
            session.on_reply = partial(self._replied, task, name, argv)
        else:
            self._replied(task, name, argv, reply)

    def _replied(self, task: Task, name: str, argv: tuple[bytes, ...], reply: Reply) -> None:
        self.commands += 1
        if len(self.nodes) > 1 or argv[0] != b"GET" or reply is None:
            self.log.append(Logged(self.simulation.now, task.worker, name, argv, reply))
        self.simulation.after(HOP_US, partial(task.go_on, reply))

    def session_of(self, task: Task, name: str) -> Session:
        """The connection of a worker to a server, in its database number."""
        key = task.worker, name, task.number
        session = self._sessions.get(key)
        if session is None:
            node = self.nodes[name]
            session = node.session_of(f"app:{50_000 + task.worker * 16 + task.number}")
            node.execute(session, (b"SELECT", b"%d" % task.number))
            self._sessions[key] = session
        return session

    def yours(self) -> Session:
        """The connection of a prompt to the first server, in the applications' database."""
        session = self.master.session_of(_YOU)
        if session is not self._yours:
            self.master.execute(session, (b"SELECT", b"%d" % DATABASE))
            self._yours = session
        return session
