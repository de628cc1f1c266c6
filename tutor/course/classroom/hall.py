"""The room of a class: the engine, its users, its port, and the `Classroom` that hears it all.

The server's loop lives in a thread of its own; `Hall.look`, called some times a second, takes a
turn with the engine and brings the `Classroom` up to date.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from tutor.course.classroom.model import Classroom, Connection, Row
from tutor.course.classroom.rights import CLOSED, rules_of
from tutor.course.classroom.roster import Learner, Roster, new_word
from tutor.engine.engine import Engine
from tutor.engine.replies import Reply, ReplyError
from tutor.engine.session import Session
from tutor.engine.traffic import Place, Traffic
from tutor.engine.world import World
from tutor.network.classservice import ClassService, class_config

LOOPBACK = "127.0.0.1"
EVERYWHERE = frozenset({"0.0.0.0", "*", "::", "::*"})

KEYS_AT_ONCE = 4000
"""Keys that are counted in one look."""

SHOWN_KEYS = 500
"""Keys of one learner that are listed."""

STRANGER_MS = 30_000
"""So long a connection may take to log in."""


class ClassTraffic(Traffic):
    """Tells the `Classroom` of every command, however many come between two looks."""

    def __init__(self, classroom: Classroom) -> None:
        super().__init__()
        self._classroom = classroom

    def executed(self, session: Session, argv: Sequence[bytes], reply: Reply, took_us: int) -> None:
        super().executed(session, argv, reply, took_us)
        if not session.script:
            error = reply.message if type(reply) is ReplyError else ""
            self._classroom.heard(session.engine.now_ms, session.user.name, argv, error)


class Hall:
    """``hosts`` are where it listens. ``make_word`` makes join words. The instructor is the world's
    own session: it is no connection, and nothing is forbidden to it."""

    def __init__(
        self,
        roster: Roster,
        hosts: Sequence[str] = (LOOPBACK,),
        *,
        engine: Engine | None = None,
        make_word: Callable[[], str] = new_word,
    ) -> None:
        self.roster = roster
        self.classroom = Classroom(roster)
        self.world = World(engine or Engine(config=class_config()))
        self.world.stop_keeping()
        self.traffic = self.world.traffic = ClassTraffic(self.classroom)
        self.service = ClassService(self.world.engine, self.world.lock, hosts)
        self.words: dict[str, str] = {}
        self.keys: dict[bytes, list[Place]] = {}
        """The first keys of each user, as they were counted last."""
        self.rows: list[Row] = []
        """The learners, as they were at the last look."""
        self.counting = False
        self._make_word = make_word
        self._port = 0
        self._count: Iterator[None] | None = None
        self.world.engine.acl.set_user(b"default", CLOSED)
        for learner in roster:
            self._admit(learner)

    # the door

    def open(self, port: int | None) -> None:
        """Listen; raises `tutor.network.service.PortRefused`."""
        self._port = self.service.open(port)

    def close(self) -> None:
        """Hang up on everybody."""
        self.service.close()

    @property
    def now_ms(self) -> int:
        """The time of day."""
        return self.world.engine.clock.now_us() // 1000

    @property
    def here_only(self) -> bool:
        """Whether only this computer can come in."""
        return all(host in ("localhost", "::1") or host.startswith("127.") for host in self._hosts)

    @property
    def _hosts(self) -> list[str]:
        return [host.removeprefix("-") for host in self.service.hosts]

    @property
    def host(self) -> str:
        """How others call this computer."""
        host = self._hosts[0]
        return (own_address() or socket.gethostname()) if host in EVERYWHERE else host

    def url(self, learner: Learner) -> str:
        """What a learner pastes."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"redis://{learner.id}:{self.words[learner.id]}@{host}:{self._port}"

    # learners

    def _admit(self, learner: Learner) -> None:
        word = self.words[learner.id] = self._make_word()
        self.world.engine.acl.set_user(learner.user, rules_of(learner, word))

    def add(self, name: str) -> Learner:
        """One more learner; raises `roster.RosterError`."""
        with self.world.lock:
            learner = self.roster.add(name)
            self._admit(learner)
        return learner

    def kick(self, learner: Learner) -> int:
        """Hang up on all his connections; how many there were. He may come again."""
        killed = self._do(b"CLIENT", b"KILL", b"USER", learner.user)
        return killed if isinstance(killed, int) else 0

    def renew(self, learner: Learner) -> str:
        """Another word in the place of the present one, which lets nobody in any more."""
        with self.world.lock:
            self._admit(learner)
            self.kick(learner)
        return self.words[learner.id]

    def _do(self, *argv: bytes) -> Reply:
        with self.world.lock:
            reply = self.world.engine.execute(self.world.session, argv)
        self.service.wake()
        return reply

    # looking

    def look(self) -> bool:
        """Bring the `Classroom` and `rows` up to date; False if it was not our turn."""
        with self.world.lock.glance() as mine:
            if not mine:
                return False
            self._see_clients()
            self._count_keys()
            self.rows = self.classroom.rows(self.now_ms)
        return True

    def _see_clients(self) -> None:
        engine, own, now = self.world.engine, self.world.session, self.now_ms
        found, strangers = [], 0
        for session in list(engine.sessions.values()):
            if session is own:
                continue
            if session.authenticated:
                found.append(Connection(session.user.name, session.peer))
                continue
            strangers += 1
            if now - session.created_ms > STRANGER_MS:
                session.closing = True
                engine.disconnect(session)
        self.classroom.connected(found, now, strangers)
        self.traffic.forget(set(engine.sessions))

    def _count_keys(self) -> None:
        if self._count is None:
            self._count = self._counted()
        if next(self._count, self) is self:
            self._count = None
        self.counting = self._count is not None

    def _counted(self) -> Iterator[None]:
        """Counts all keys, a slice at a time; what was counted is shown at the end."""
        counts: dict[bytes, int] = {}
        listed: dict[bytes, list[Place]] = {}
        for database in self.world.engine.databases:
            keys = iter(list(database.keys.data))
            while part := list(islice(keys, KEYS_AT_ONCE)):
                for key in part:
                    user, colon, rest = key.partition(b":")
                    if not colon or rest == b".tutor":
                        continue
                    counts[user] = number = counts.get(user, 0) + 1
                    if number <= SHOWN_KEYS:
                        listed.setdefault(user, []).append((database.index, key))
                if len(part) == KEYS_AT_ONCE:
                    yield
        self.keys = {user: sorted(places) for user, places in listed.items()}
        self.classroom.counted(counts)


def own_address() -> str:
    """This computer's address in its network, "" if it has none. Nothing is sent: a datagram socket
    that is told a distant address only chooses the way that it would take."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            sock.connect(("192.0.2.1", 9))
        except OSError:
            return ""
        return str(sock.getsockname()[0])
