"""A machine with a server on it, in virtual time: the real engine, files and replication.

    wire ─▶ Served: bytes ─▶ requests ─▶ Engine.execute ─▶ replies ─▶ wire
    tick, ten times a second ─▶ Engine.tick

What can happen to it: it stands still, its process dies, its machine loses power, it starts again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from tutor.engine.config import Config
from tutor.engine.engine import Engine
from tutor.engine.host import Call, Level, ProcessMemory
from tutor.engine.replies import BLOCKED, NO_REPLY, Reply, ReplyError
from tutor.engine.session import Session
from tutor.labs.disk import SimulatedFolder
from tutor.labs.simulation import Simulation
from tutor.labs.wire import Ear, End, Wire
from tutor.network.encoder import encode
from tutor.network.requests import CrossProtocol, ProtocolError, RequestParser
from tutor.persistence.aof.log import InlineSyncer, Syncer
from tutor.persistence.background import SlicedBackground
from tutor.persistence.service import Persister
from tutor.persistence.start import CannotStart
from tutor.replication.dumps import MemoryDumps
from tutor.replication.replication import Replication

Kept = Literal["nothing", "rdb", "aof"]
Condition = Literal["online", "paused", "down"]

PORT = 6379
TICK_US = 100_000
TURN_US = 1_000
"""When there is work that waits for nothing, the loop turns again after so long."""

LOG_LINES = 200


@dataclass(slots=True)
class NodeSettings:
    """How a server is configured. ``kept``: what it writes to its disk."""

    kept: Kept = "nothing"
    save: tuple[tuple[int, int], ...] = ((2, 1),)
    appendfsync: str = "everysec"
    directives: Mapping[str, object] = field(default_factory=dict)


class Served:
    """A connection that another machine has made to this server."""

    def __init__(self, node: Node, end: End, peer: str) -> None:
        self._node = node
        self._end = end
        self._requests = RequestParser()
        self._waiting = False
        self.session = node.engine.connect(f"{peer}:{PORT}")
        self.session.on_raw = end.send
        self.session.on_reply = self._late
        self.session.on_push = self._send
        self.session.unsent = lambda: end.unsent

    def opened(self) -> None:
        """It stood from the beginning."""

    def received(self, data: bytes) -> None:
        """Bytes have come: carry out what is whole."""
        self._node.hear(lambda: self._carry_out(data))

    def closed(self, why: str) -> None:
        """The other side has hung up."""
        self._node.hear(self.drop)

    def _carry_out(self, data: bytes) -> None:
        self._requests.feed(data)
        while not self._waiting:
            try:
                argv = self._requests.next(False, 512 << 20)
            except (ProtocolError, CrossProtocol):
                self.hang_up()
                return
            if argv is None:
                break
            if not argv:
                continue
            reply = self._node.engine.execute(self.session, argv)
            if reply is BLOCKED:
                self._waiting = True
            elif reply is not NO_REPLY:
                self._send(reply)
            if self.session.closing:
                self.hang_up()
                return

    def _late(self, reply: Reply) -> None:
        self._waiting = False
        if reply is not NO_REPLY:
            self._send(reply)

    def _send(self, reply: Reply) -> None:
        self._end.send(encode(reply, self.session.resp))

    def hang_up(self) -> None:
        """Close it from here."""
        self._end.close()
        self.drop()

    def vanish(self) -> None:
        """The machine has lost its power."""
        self._end.vanish()

    def drop(self) -> None:
        """Forget the session."""
        self._node.served.pop(self.session, None)
        self._node.engine.disconnect(self.session)


class _Host:
    """What an engine asks of its process, as far as a lab has it."""

    config_file = ""

    def __init__(self, node: Node) -> None:
        self._node = node

    def log(self, level: Level, message: str) -> None:
        self._node.note(level, message)

    def while_busy(self) -> None:
        """A lab runs no script for that long."""

    def shutdown(self, *, save: bool | None, now: bool, force: bool) -> bool:
        node = self._node
        if node.persister.finish(save) and not force:
            raise ReplyError("ERR Errors trying to SHUTDOWN. Check logs.")
        node.simulation.after(0, node.crash)
        return False

    def ask(
        self, host: bytes, port: int, commands: Sequence[Sequence[bytes]], timeout_ms: int
    ) -> Call:
        """Nobody but replicas and clients has a wire to it."""
        return Call(trouble="connecting")

    def abort_shutdown(self) -> bool:
        return False

    def memory(self) -> ProcessMemory | None:
        return None

    def facts(self) -> Mapping[str, object]:
        return {}

    def follow(self, attribute: str) -> str:
        return ""

    def random_bytes(self, count: int) -> bytes:
        return self._node.engine.random.randbytes(count)

    def read_text(self, path: str) -> str:
        raise OSError(2, "No such file or directory")

    def write_text(self, path: str, text: str) -> None:
        raise OSError(30, "Read-only file system")

    def hang_up(self, session: Session) -> None:
        served = self._node.served.pop(session, None)
        if served is not None:
            served.hang_up()


class _Dialer:
    """How a node's replication reaches other nodes, by their names."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def dial(self, host: bytes, port: int, listener: Ear) -> End:
        return self._node.dial(host.decode("utf-8", "replace"), listener)


class _Heard:
    """Wraps a listener so that a node that stands still hears later."""

    def __init__(self, node: Node, ear: Ear, life: int) -> None:
        self._node, self._ear, self._life = node, ear, life

    def opened(self) -> None:
        self._node.hear(self._ear.opened, self._life)

    def received(self, data: bytes) -> None:
        self._node.hear(lambda: self._ear.received(data), self._life)

    def closed(self, why: str) -> None:
        self._node.hear(lambda: self._ear.closed(why), self._life)


class Node:
    """A server by name. ``wires`` lead to the others; ``others`` finds them by name."""

    engine: Engine
    persister: Persister
    replication: Replication

    def __init__(
        self,
        simulation: Simulation,
        name: str,
        number: int,
        settings: NodeSettings,
        others: Callable[[str], Node | None],
    ) -> None:
        self.simulation = simulation
        self.name = name
        self.settings = settings
        self.wires: dict[str, Wire] = {}
        self.disk = SimulatedFolder()
        self.syncer: Callable[[], Syncer] = InlineSyncer
        self.condition: Condition = "online"
        self.served: dict[Session, Served] = {}
        self.lines: list[tuple[int, str]] = []
        self.master = ""  # whom its configuration makes it follow
        self.life = 0  # how often it has started
        self.loaded = 0  # keys that it found on its disk then
        self._number = number
        self._others = others
        self._dialled: list[End] = []
        self._inbox: list[Callable[[], None]] = []
        self._turning = False

    # life and death

    def start(self) -> None:
        """Its process begins: files are read, its master is looked for."""
        self.life += 1
        settings = self.settings
        config = Config(
            port=PORT,
            save=settings.save if settings.kept == "rdb" else (),
            appendonly=settings.kept == "aof",
            appendfsync=settings.appendfsync,
            **settings.directives,
        )
        seed = self.simulation.seed * 1_000_003 + self._number * 1009 + self.life
        self.engine = Engine(self.simulation.clock, seed, config)
        self.engine.host = _Host(self)
        self.served, self._dialled, self._inbox = {}, [], []
        self._sessions: dict[str, Session] = {}
        self.condition = "online"
        self.persister = Persister(
            self.engine, self.disk, SlicedBackground(), self.note, syncer=self.syncer()
        )
        self.replication = Replication(
            self.engine, _Dialer(self), MemoryDumps(self.engine), self.note
        )
        if self.master:
            self.replication.start_following(self.master.encode(), PORT)
        try:
            for _step in self.persister.load():
                pass
            self.loaded = sum(len(database) for database in self.engine.databases)
            self.persister.begin()
        except CannotStart as trouble:
            self.note("warning", trouble.message)
            self.condition = "down"
            return
        self._tick(self.life)

    def crash(self) -> None:
        """Its process dies (kill -9). The machine closes its connections, and keeps its files."""
        if self.condition == "down":
            return
        self._die(End.close)

    def lose_power(self) -> None:
        """The machine is gone at once: nobody hangs up, what was not synced is lost."""
        if self.condition != "down":
            self._die(End.vanish)
        self.disk.lose_power(self.simulation.random)

    def _die(self, leave: Callable[[End], None]) -> None:
        self.condition = "down"
        for end in [*(one._end for one in self.served.values()), *self._dialled]:
            leave(end)
        self.served, self._dialled, self._inbox = {}, [], []
        self.persister.die()

    def restart(self, kept: Kept) -> None:
        """Start again with what is there: ``nothing`` is a new disk."""
        if self.condition != "down":
            self.crash()
        if kept == "nothing":
            self.disk.wipe()
        self.settings.kept = kept
        self.start()

    def pause(self) -> None:
        """It stands still (SIGSTOP); a child that writes a file goes on."""
        if self.condition == "online":
            self.condition = "paused"
            self.persister.stand_still()

    def resume(self) -> None:
        """It goes on, and hears everything at once."""
        if self.condition == "paused":
            self.condition = "online"
            inbox, self._inbox = self._inbox, []
            for happening in inbox:
                self.hear(happening)
            self._tick(self.life)

    # the loop

    def hear(self, happening: Callable[[], None], life: int | None = None) -> None:
        """Something comes in: at once, when it goes on, or never."""
        if life is not None and life != self.life:
            return
        if self.condition == "paused":
            self._inbox.append(happening)
        elif self.condition == "online":
            self.engine.now_ms = self.engine.clock.now_us() // 1000
            happening()
            self.turn()

    def turn(self) -> None:
        """The end of a turn of its loop."""
        if self.condition != "online" or self._turning:
            return
        self._turning = True
        try:
            self.engine.before_sleep()
        finally:
            self._turning = False
        if self.replication.busy:
            life = self.life
            self.simulation.after(TURN_US, lambda: self._again(life))

    def _again(self, life: int) -> None:
        if life == self.life:
            self.turn()

    def _tick(self, life: int) -> None:
        if life != self.life or self.condition != "online":
            return
        self.engine.tick()
        self.turn()
        self.simulation.after(TICK_US, lambda: self._tick(life))

    def session_of(self, peer: str) -> Session:
        """The connection of one who stands beside the wires, from this ``address:port``; another
        one once it was closed or the process has begun anew."""
        session = self._sessions.get(peer)
        if session is None or session.id not in self.engine.sessions:
            session = self._sessions[peer] = self.engine.connect(peer)
        return session

    def execute(self, session: Session, argv: Sequence[bytes]) -> Reply:
        """A command of a client on this machine."""
        reply = self.engine.execute(session, argv)
        self.turn()
        return reply

    # connections

    def dial(self, name: str, listener: Ear) -> End:
        """Connect to another node. Raises `OSError` for a name that nobody has."""
        other, wire = self._others(name), self.wires.get(name)
        if other is None or wire is None:
            raise OSError(-2, f"Name or service not known: {name}")
        heard = _Heard(self, listener, self.life)
        end = wire.connect(self.name, heard, lambda far: other.accept(far, self.name))
        self._dialled = [one for one in self._dialled if one.alive]
        self._dialled.append(end)
        return end

    def accept(self, end: End, peer: str) -> Served | None:
        """Somebody connects; None if nobody listens."""
        if self.condition == "down":
            return None
        served = Served(self, end, peer)
        self.served[served.session] = served
        return served

    def note(self, level: Level, message: str) -> None:
        """A line of its log."""
        self.lines.append((self.simulation.now, message))
        del self.lines[:-LOG_LINES]

    # figures

    @property
    def up(self) -> bool:
        """Whether its process lives (it may stand still)."""
        return self.condition != "down"

    @property
    def is_replica(self) -> bool:
        return self.up and self.replication.is_replica

    @property
    def offset(self) -> int:
        """How far its data are in their history."""
        return self.replication.history.offset if self.up else 0
