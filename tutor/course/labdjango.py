"""A Django process beside a step's lab: its calls are actions of the run, and run again with it.

    cache.get("k") ─▶ Lab.act("call") ─▶ Desk ─▶ sessions on the nodes ─▶ Deed.reply: Told

Nothing is kept between two calls but the servers' side of the connections and the names of results,
which are those of the moment: going back takes back what came later.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from tutor.course.model import Step
from tutor.engine.engine import Engine
from tutor.engine.replies import BLOCKED, Reply
from tutor.engine.session import Session
from tutor.engine.world import waits
from tutor.labs.node import Node
from tutor.labs.replication.lab import Deed, Lab

if TYPE_CHECKING:
    from tutor.memcached.memcached import Memcached
    from tutor.network.django.desk import Desk
    from tutor.network.django.memory import Condition

_PORT = 50_100
_POOLS = 10
"""Connections of one pool: a call that waits keeps its own."""


class LabDjango:
    """The process of one attempt; ``lab`` is the present one."""

    def __init__(self, step: Step, seed: int) -> None:
        self.step = step
        self.seed = seed
        self.lab: Lab | None = None
        self._names: list[tuple[int, dict[str, Any]]] = []

    def attach(self, lab: Lab) -> None:
        """Carry out the calls of this run from now on."""
        self.lab = lab
        self._names.clear()
        lab.program = self.call

    @cached_property
    def desk(self) -> Desk:
        """Django's caches over the lab's nodes."""
        from tutor.network.django.desk import Desk
        from tutor.network.django.settings import BLOCKS, read

        setup, lab = self.step.django, self.step.lab
        assert setup is not None
        assert lab is not None
        hosts = {name: NodeHost(self, name) for name in lab.nodes}
        return Desk(read(BLOCKS[setup.settings]), hosts, self.seed, lasting=False)

    @property
    def memcached(self) -> Memcached:
        """A lab has none; the loader sees to it that nobody asks for it."""
        raise LookupError("memcached")

    def call(self, deed: Deed, number: int) -> Reply:
        """Carry out a deed that is a call, the ``number``-th deed of the run."""
        from tutor.network.django.memory import Suspended

        while self._names and self._names[-1][0] >= number:
            self._names.pop()
        desk = self.desk
        desk.names = self._names[-1][1] if self._names else {}
        try:
            told = desk.call(str(deed.action.value), number)
        except Suspended as waiting:
            session = waiting.session
            session.on_reply = partial(_late, deed, session, desk.unanswered())
            return BLOCKED
        self._names.append((number, desk.names))
        return told


def _late(deed: Deed, session: Session, exchanges: Sequence[Any], reply: Reply) -> None:
    """What a call waited for has come: its value is the reply itself."""
    from tutor.network.django.desk import answered

    session.on_reply = None
    deed.reply = answered(exchanges, reply)


class NodeHost:
    """A node as Django's connections reach it."""

    def __init__(self, owner: LabDjango, name: str) -> None:
        self._owner = owner
        self._name = name

    @property
    def _node(self) -> Node:
        lab = self._owner.lab
        assert lab is not None
        return lab.nodes[self._name]

    @property
    def condition(self) -> Condition:
        """Down, paused, or up."""
        condition: str = self._node.condition
        return "down" if condition == "down" else "paused" if condition == "paused" else "up"

    @property
    def engine(self) -> Engine:
        """The node's engine."""
        return self._node.engine

    def session(self, place: int) -> Session:
        """The connection of a pool; one that waits is not used for anything else."""
        sessions = (
            self._node.session_of(f"127.0.0.1:{_PORT + place * _POOLS + number}")
            for number in range(_POOLS)
        )
        return next(session for session in sessions if not waits(session))

    def execute(self, session: Session, argv: Sequence[bytes]) -> Reply:
        """Carry out a command."""
        return self._node.execute(session, argv)

    def wait(self, session: Session) -> None:
        """The lab's time goes on only afterwards."""
        from tutor.network.django.memory import Suspended

        raise Suspended(session)

    def hang_up(self, session: Session) -> None:
        """Connections outlive the call, unless the server has closed them."""
        engine = self.engine
        if session.closing and engine.sessions.get(session.id) is session:
            engine.disconnect(session)
