"""A world in which a lesson's lines are carried out: commands of several clients, and moves."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial

from tutor.course.beside import Beside
from tutor.course.moves import is_move, read_move
from tutor.course.stepclock import StepClock, pass_time
from tutor.engine.replies import BLOCKED, OK, Reply, ReplyError
from tutor.engine.session import Session
from tutor.engine.world import Entry, World
from tutor.labs.replication.words import BadWord


class Play:
    """A world, its ``clients`` by number, and the ``moves`` that were made (as their words).
    ``beside`` is what else lines may be for."""

    def __init__(self, world: World, clock: StepClock) -> None:
        self.world = world
        self.clock = clock
        self.beside: Beside | None = None
        self.client = 1
        self.clients: dict[int, Session] = {}
        self.moves: list[tuple[bytes, ...]] = []
        self._blocked: dict[int, Entry] = {}
        self._adopt(1, world.session)

    def run(self, argv: Sequence[bytes]) -> Entry:
        """Carry out one line. A move is no part of the world's history; one that cannot be read
        gives an error."""
        if self.beside is not None and self.beside.takes(argv):
            return self.beside.run(argv, self.client)
        if is_move(argv):
            return self._move(argv)
        world = self.world
        with world.lock:
            if world.session.id not in world.engine.sessions:  # CLIENT KILL
                self._connect(self.client)
            world.run(argv)
            entry = world.last
            assert entry is not None
            entry.client = self.client
            if entry.reply is BLOCKED:
                self._blocked[self.client] = entry
            if world.session.closing:
                world.engine.disconnect(world.session)
        return entry

    def _move(self, argv: Sequence[bytes]) -> Entry:
        words = tuple(argv)
        try:
            move = read_move(argv)
        except BadWord as error:
            return Entry(words, ReplyError(f"ERR {error}"))
        self.moves.append((words[0].lower(), *words[1:]))
        if move.kind == "client":
            self.use_client(int(move.value))
        else:
            with self.world.lock:
                pass_time(self.world.engine, self.clock, move.value)
        return Entry(words, OK)

    @property
    def waiting(self) -> Collection[int]:
        """The numbers of clients that wait for an answer."""
        return self._blocked.keys()

    def use_client(self, number: int) -> None:
        """Go on as this client; a new one connects."""
        with self.world.lock:
            if number not in self.clients:
                self._connect(number)
            self.client = number
            self.world.session = self.clients[number]

    def _connect(self, number: int) -> None:
        session = self.world.engine.connect()
        self.world.session = session
        self._blocked.pop(number, None)
        self._adopt(number, session)

    def _adopt(self, number: int, session: Session) -> None:
        self.clients[number] = session
        session.on_reply = partial(self._late, number)

    def _late(self, number: int, reply: Reply) -> None:
        """What a client waited for has come."""
        entry = self._blocked.pop(number, None)
        if entry is not None:
            entry.reply = reply
