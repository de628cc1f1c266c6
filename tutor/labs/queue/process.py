"""A program that lasts: rounds one after the other over a connection of its own, until it dies.

    begin ─▶ round ─▶ round ─▶ … ─▶ die ─▶ (its supervisor) begin ─▶ …

What a dead process has sent before still arrives, then its connection closes; a reply that comes
for it comes to nobody. While it is frozen (SIGSTOP, a long pause of its memory) everything waits
for it. It can be stored at any moment, because its rounds can.
"""

from __future__ import annotations

from functools import partial
from typing import Protocol

from tutor.engine.engine import Engine
from tutor.engine.replies import BLOCKED, Reply, ReplyError
from tutor.engine.session import Session
from tutor.labs.queue.frame import Knobs
from tutor.labs.queue.ways import Work
from tutor.labs.rounds import Round
from tutor.labs.routines import Send, Sleep
from tutor.labs.world import DATABASE, HOP_US, World

_PORTS = 50_000

SITE, REAPER = 0, 99
"""Who else there is besides workers 1, 2 …, by number."""

PACES = (1.0, 0.75, 1.4, 1.0, 0.8, 1.25, 0.9, 1.1)
"""Workers are not equally fast: what each takes for a task, 1 is usual."""


class Office(Protocol):
    """Who employs processes."""

    knobs: Knobs

    def next_round(self, process: Process) -> Round | None:
        """What it does next; None: it may go."""
        ...

    def work(self, process: Process, task: bytes) -> None:
        """It works at a task, and is told by `Process.go_on` when that is over."""
        ...

    def told(self, process: Process, argv: tuple[bytes, ...], reply: Reply) -> None:
        """A command of it was answered."""
        ...

    def died(self, process: Process, reason: str) -> None:
        """It is gone, its connection not yet."""
        ...

    def hung_up(self, process: Process, held: list[object]) -> None:
        """The server has noticed; ``held`` is what it had heard in its round, and what the server
        has answered since."""
        ...


class Process:
    """``doing``: "" or what it waits for, since ``since``. ``task``: at which it works. ``life``:
    how often it has begun or ended. ``coming``: a reply on its way to it. ``pace``: see `PACES`."""

    def __init__(self, world: World, number: int, name: str, office: Office) -> None:
        self._world = world
        self._office = office
        self.number = number
        self.name = name
        self.pace = 1.0 if number == REAPER else PACES[(number - 1) % len(PACES)]
        self.life = 0
        self.alive = self.fresh = self.leaving = False
        self.frozen_until = self.claimed = 0
        self.doing, self.since, self.task = "", 0, b""
        self.coming: Reply = None
        self.round: Round | None = None
        self._connected: Session | None = None
        self._left: list[object] = []  # of the life before

    @property
    def frozen(self) -> bool:
        """Whether it stands still."""
        return self.alive and self._world.simulation.now < self.frozen_until

    @property
    def heard(self) -> list[object]:
        """What it has in its memory, and what is on its way to it; () in between and when dead."""
        if not self.alive or self.round is None:
            return []
        return [*self.round.outcomes, self.coming]

    # life and death

    def begin(self, life: int | None = None) -> None:
        """Start, unless it has been started since it had this ``life``."""
        if self.alive or (life is not None and life != self.life):
            return
        self.life += 1
        self.alive = self.fresh = True
        self.frozen_until = 0
        self.claimed = self._world.simulation.now
        self._next()

    def die(self, reason: str) -> None:
        """kill -9; its supervisor hears of it."""
        if not self.alive:
            return
        self._office.died(self, reason)
        self._end()
        pause = self._office.knobs.restart_ms * 1000
        self._world.simulation.after(pause, partial(self.begin, self.life))

    def _end(self) -> None:
        self._left = self.heard
        self.life += 1
        self.alive = False
        self.doing, self.since, self.task = "down", self._world.simulation.now, b""
        self.coming, self.round = None, None
        self._world.simulation.after(HOP_US, partial(self._hung_up, self._session(), self._left))

    def _hung_up(self, session: Session, held: list[object]) -> None:
        session.engine.disconnect(session)
        self._office.hung_up(self, held)

    def freeze(self, time: int) -> None:
        """It stands still for so many microseconds."""
        self.frozen_until = self._world.simulation.now + time

    # rounds

    def _next(self) -> None:
        self.task, self.doing = b"", ""
        if self.leaving:
            self._end()
            return
        self.round = self._office.next_round(self)
        self.fresh = False
        if self.round is None:
            self._end()
        else:
            self._run(None)

    def go_on(self, life: int, outcome: object) -> None:
        """What it waited for has come, if it still lives that life; when it does not stand
        still."""
        if life != self.life:
            return
        if self.frozen:
            self._world.simulation.at(self.frozen_until, partial(self.go_on, life, outcome))
            return
        self._run(outcome)

    def _run(self, outcome: object) -> None:
        assert self.round is not None
        self.coming, self.task = None, b""
        try:
            wish = self.round.go_on(outcome)
        except StopIteration:
            self._next()
        except (ReplyError, TypeError, ValueError, IndexError):  # nobody had thought of that reply
            self.die("error")
        else:
            self._grant(wish)

    def _grant(self, wish: Send | Sleep | Work) -> None:
        simulation = self._world.simulation
        self.since = simulation.now
        if isinstance(wish, Send):
            self.doing = wish.argv[0].decode()
            arrive = partial(self._arrived, self.life, self._session(), wish.argv)
            simulation.after(HOP_US, arrive)
        elif isinstance(wish, Sleep):
            self.doing = "sleep"
            simulation.after(wish.time, partial(self.go_on, self.life, None))
        else:
            self.doing, self.task = "work", wish.task
            self._office.work(self, wish.task)

    # its connection

    def _session(self) -> Session:
        """Another one, if it was closed."""
        session = self._connected
        if session is None or session.id not in session.engine.sessions:
            node = self._world.master
            session = self._connected = node.session_of(f"app:{_PORTS + self.number}")
            node.execute(session, (b"SELECT", b"%d" % DATABASE))
        return session

    def _arrived(self, life: int, session: Session, argv: tuple[bytes, ...]) -> None:
        engine: Engine = session.engine
        if session.id not in engine.sessions:
            return
        reply = self._world.master.execute(session, argv)
        if reply is BLOCKED:
            session.on_reply = partial(self._replied, life, argv)
        else:
            self._replied(life, argv, reply)

    def _replied(self, life: int, argv: tuple[bytes, ...], reply: Reply) -> None:
        self._office.told(self, argv, reply)
        if life == self.life:
            self.coming = reply
            self._world.simulation.after(HOP_US, partial(self.go_on, life, reply))
        else:
            self._left.append(reply)
