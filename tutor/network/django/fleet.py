"""The embedded servers: a master and replicas that follow it, each a real port of the loopback.

    master ◀── PSYNC ── replica1, replica2, …

Each has an engine, a thread and a free port of its own. The owner starts and stops them; a server
that is stopped keeps its data as SHUTDOWN with save points does, as an RDB file (in memory).
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from tutor.engine.config import Config
from tutor.engine.engine import Engine
from tutor.engine.turns import Turns
from tutor.network.django.held import HeldDialer, Valve
from tutor.network.django.wirelog import Peer, WireLog, tapped_pool
from tutor.network.server import Server
from tutor.persistence.rdb import RdbInfo, load_rdb, write_rdb
from tutor.replication.dumps import MemoryDumps
from tutor.replication.replication import Replication

LOOPBACK = "127.0.0.1"
MASTER = "master"
MOST_REPLICAS = 5
STOP_S = 5.0
"""How long a server that was told to stop may take."""

FULL_SYNC_S = 5.0
"""How long replicas may take to follow after a start."""

_LOOK_S = 0.005

M = TypeVar("M")

Role = Literal["master", "replica"]


class NoSuchServer(LookupError):
    """There is no server of this name."""


class CannotServe(OSError):
    """No port could be opened."""


@dataclass(frozen=True, slots=True)
class ServerState:
    """A server at a moment. ``role`` is what it says itself; ``offset`` of the stream, in bytes;
    ``behind`` bytes of the master's stream it does not have (None where nobody can know)."""

    name: str
    role: Role
    running: bool
    port: int
    offset: int
    behind: int | None
    link_up: bool
    delay_s: float
    cut: bool
    keys: int


class _HeldServer(Server):
    """A server whose loop also looks after its valve."""

    def __init__(self, engine: Engine, valve: Valve) -> None:
        self.valve = valve
        super().__init__(engine, lock=Turns())  # who looks in from outside gets its turn

    def _time_to_wait(self) -> float:
        wait, due = super()._time_to_wait(), self.valve.wait_s
        return wait if due is None else min(wait, due)

    def _before_sleep(self) -> None:
        self.valve.deliver()
        super()._before_sleep()

    def wake(self) -> None:
        """Something was changed from another thread."""
        self._wake_out.send(b"!")


class Member:
    """One server of a fleet; see `Fleet`."""

    def __init__(self, name: str, seed: int) -> None:
        self.name = name
        self.valve = Valve()
        self.port = 0
        self._seed = seed
        self._dump = b""
        self._server: _HeldServer | None = None
        self._thread: threading.Thread | None = None

    @property
    def running(self) -> bool:
        """Whether clients can connect."""
        thread = self._thread
        return thread is not None and thread.is_alive() and not self._live.stopping

    @property
    def _live(self) -> _HeldServer:
        assert self._server is not None
        return self._server

    @contextmanager
    def engine(self) -> Iterator[Engine | None]:
        """Its engine while nobody else uses it; None if it does not run."""
        server = self._server
        if server is None or not self.running:
            yield None
            return
        with server.lock:
            yield server.engine

    def start(self, master_port: int, password: bytes) -> None:
        """Serve; follow ``master_port`` unless that is 0. Raises `CannotServe`."""
        if self.running:
            return
        server = self._listening(password)
        engine = server.engine
        replication = Replication(engine, HeldDialer(server, self.valve), MemoryDumps(engine))
        if self._dump and not master_port:
            load_rdb(engine, [self._dump])
        if master_port:
            replication.start_following(LOOPBACK.encode(), master_port)
            replication.follower.cron()  # dials now, not within a second
        self.port = server.port
        self._server = server
        self._thread = threading.Thread(
            target=server.run, name=f"redis-tutor {self.name}", daemon=True
        )
        self._thread.start()

    def _listening(self, password: bytes) -> _HeldServer:
        for _attempt in range(20):
            config = Config(
                port=_free_port(),
                bind=(LOOPBACK,),
                save=(),
                requirepass=password,
                masterauth=password,
                repl_diskless_sync=False,
                enable_debug_command="local",
            )
            server = _HeldServer(Engine(seed=self._seed, config=config), self.valve)
            try:
                server.listen()
            except OSError:
                server.close()
                continue
            return server
        raise CannotServe(f"{self.name}: no free port of {LOOPBACK}")

    def stop(self) -> None:
        """Save and leave. Its clients are hung up."""
        with self.engine() as engine:
            if engine is None:
                return
            info = RdbInfo(engine.now_ms // 1000, engine.accounts.present())
            self._dump = b"".join(write_rdb(engine.snapshot(), info, compress=True, checksum=True))
            self._live.stop()
        assert self._thread is not None
        self._thread.join(STOP_S)
        self.valve.forget()

    def change(self, delay_s: float | None = None, cut: bool | None = None) -> None:
        """Turn its valve."""
        with self.engine():
            if delay_s is not None:
                self.valve.delay_s = delay_s
                self.valve.hurry()
            if cut is not None:
                self.valve.cut = cut
        if self.running:
            self._live.wake()

    def state(self, master_offset: int | None) -> ServerState:
        """How it stands; ``master_offset`` is None if the master does not run."""
        with self.engine() as engine:
            if engine is None or engine.replication is None:
                role: Role = "master" if self.name == MASTER else "replica"
                return ServerState(self.name, role, False, self.port, 0, None, False,
                                   self.valve.delay_s, self.valve.cut, 0)  # fmt: skip
            replication = engine.replication
            assert isinstance(replication, Replication)
            role = "replica" if replication.is_replica else "master"
            offset = replication.history.offset
            synced = role == "master" or replication.link_up
            behind = None
            if master_offset is not None and synced:
                behind = max(master_offset - offset, 0)
            keys = sum(len(database.keys.data) for database in engine.databases)
            return ServerState(self.name, role, True, self.port, offset, behind,
                               replication.link_up, self.valve.delay_s, self.valve.cut,
                               keys)  # fmt: skip


class ByName(Generic[M]):
    """Servers by name, the master first."""

    members: dict[str, M]

    def __getitem__(self, name: str) -> M:
        try:
            return self.members[name]
        except KeyError:
            raise NoSuchServer(name) from None

    @property
    def names(self) -> tuple[str, ...]:
        """The master first."""
        return tuple(self.members)


class Fleet(ByName[Member]):
    """A master and ``replicas`` replicas. `start` before use, `stop` at the end; or use ``with``.

    Methods may be called from any one thread at a time.
    """

    def __init__(self, replicas: int = 0, seed: int = 1) -> None:
        self._seed = seed
        self._password = b""
        self.members = {MASTER: Member(MASTER, seed)}
        self._name_replicas(replicas)

    def __enter__(self) -> Fleet:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _name_replicas(self, count: int) -> None:
        for number in range(1, min(count, MOST_REPLICAS) + 1):
            name = f"replica{number}"
            if name not in self.members:
                self.members[name] = Member(name, self._seed + number)

    def start(self) -> None:
        """Start whoever does not run; return when replicas follow. Raises `CannotServe`."""
        for name in self.members:
            self._start(name)
        self.settle(FULL_SYNC_S)

    def _start(self, name: str) -> None:
        master = self.members[MASTER]
        self.members[name].start(0 if name == MASTER else master.port, self._password)

    def ensure(self, replicas: int, password: str = "") -> None:
        """Have at least so many replicas, and this password; start what is missing."""
        self._name_replicas(replicas)
        self._password = password.encode()
        for member in self.members.values():
            with member.engine() as engine:
                if engine is not None:
                    engine.config.requirepass = engine.config.masterauth = self._password
                    engine.acl.follow_config()
        self.start()

    def stop(self) -> None:
        """Stop all of them, replicas first."""
        for member in reversed(self.members.values()):
            member.stop()

    def stop_server(self, name: str) -> None:
        """One dies: who connects is refused. Raises `NoSuchServer`."""
        self[name].stop()

    def start_server(self, name: str) -> None:
        """One comes back with what it had saved; replicas follow a master's new port."""
        self[name]
        self._start(name)
        if name == MASTER:
            self._follow_anew()
        self.settle(FULL_SYNC_S)

    def _follow_anew(self) -> None:
        port = self.members[MASTER].port
        for member in self.replicas:
            with member.engine() as engine:
                if engine is not None and isinstance(engine.replication, Replication):
                    engine.replication.follower.follow(LOOPBACK.encode(), port)
            if member.running:
                member._live.wake()

    @property
    def replicas(self) -> Sequence[Member]:
        """All but the master."""
        return [member for name, member in self.members.items() if name != MASTER]

    def lag(self, name: str, seconds: float) -> None:
        """Hold a replica's stream back for so long. Raises `NoSuchServer`."""
        self._replica(name).change(delay_s=max(seconds, 0.0))

    def cut(self, name: str) -> None:
        """Pull the cable between a replica and its master. Raises `NoSuchServer`."""
        self._replica(name).change(cut=True)

    def heal(self, name: str) -> None:
        """Plug it in again. Raises `NoSuchServer`."""
        self._replica(name).change(cut=False)

    def _replica(self, name: str) -> Member:
        if name == MASTER:
            raise NoSuchServer(name)
        return self[name]

    def pool(self, route: Callable[[str, int], Peer], log: WireLog) -> type[Any]:
        """A redis-py ConnectionPool class that connects to these servers. ``route`` says who is
        meant by a host and port of the settings."""

        def there(host: str, port: int) -> tuple[str, int, Peer]:
            peer = route(host, port)
            return LOOPBACK, self[peer.server].port, peer

        return tapped_pool(there, log)

    def states(self) -> tuple[ServerState, ...]:
        """All servers, the master first."""
        first, *others = self.members.values()
        master = first.state(None)
        known = master.offset if master.running else None
        return (first.state(known), *(member.state(known) for member in others))

    def settle(self, seconds: float) -> bool:
        """Wait until every replica that can has all of the master's stream; False if one has not
        after ``seconds``. Replicas that are held back, cut off or stopped are not waited for."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if all(
                state.link_up and state.behind == 0
                for state in self.states()[1:]
                if state.running and not state.cut and not state.delay_s
            ):
                return True
            if not self.members[MASTER].running:
                return False
            time.sleep(_LOOK_S)
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port
