"""The server: sockets, one loop, one engine (redis 7.0, ae.c and server.c).

    wait for sockets ─▶ accept, read, execute ─▶ waiting clients ─▶ send ─▶ cron, hz times a second

One thread does all of it, as in Redis. The loop can be entered again while a script runs for too
long (`while_busy`): other clients then hear BUSY, and may end the script.

Whoever looks at the engine from another thread (the TUI) holds `lock` meanwhile; the loop lets go
of it while it waits for sockets.
"""

from __future__ import annotations

import contextlib
import os
import socket
import stat
import threading
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

from tutor.engine import cron
from tutor.engine.clients.info import describe, memory_of
from tutor.engine.config import Config
from tutor.engine.engine import Engine
from tutor.engine.host import Call, Level, ProcessMemory
from tutor.engine.session import Session
from tutor.network.calls import Calls
from tutor.network.connection import Connection
from tutor.network.listening import Address, Listener, open_listeners, open_tcp
from tutor.network.masterlink import TcpLink
from tutor.network.poller import AT_ONCE, READ, WRITE, new_poller
from tutor.network.process import process_facts, process_memory, room_for_clients
from tutor.network.protected import DENIED, is_local
from tutor.network.requests import ChunkReader

MAX_ACCEPTS = 1000
TOO_MANY = b"-ERR max number of clients reached\r\n"

Log = Callable[[Level, str], Any]


class Server:
    """Serves an engine. `listen`, then `run` (in whatever thread) until `stop`.

    ``log`` receives the server's log; ``lock`` is held while the engine is in use. It is the
    engine's `Host`.
    """

    def __init__(
        self,
        engine: Engine,
        log: Log | None = None,
        lock: AbstractContextManager[Any] | None = None,
    ) -> None:
        self.engine = engine
        self.lock = threading.RLock() if lock is None else lock
        self.poller = new_poller()
        self.whole_commands = ChunkReader().whole_commands
        self.connections: dict[int, Connection] = {}
        self.connection_of: dict[Session, Connection] = {}
        self.pending: list[Connection] = []  # have something to send
        self.unfinished: list[Connection] = []  # gave way, or were answered: may have more to say
        self.doomed: list[Connection] = []  # to be closed at the end of the turn
        self.listeners: dict[int, Listener] = {}
        self.links: dict[int, TcpLink] = {}  # connections that we have made
        self.links_to_flush: list[TcpLink] = []
        self._bound: dict[int, tuple[str, int]] = {}  # TCP listeners: what ``bind`` calls them
        self._calls = Calls()
        self.config_file = ""
        self.stopping = False
        self._log = log
        self._next_cron = 0.0
        self._wake_in, self._wake_out = socket.socketpair()
        self._wake_in.setblocking(False)
        self._wake_out.setblocking(False)
        self.poller.register(self._wake_in.fileno(), READ)
        engine.host = self

    # listening

    def listen(self) -> None:
        """Bind to the configured addresses, port and Unix socket. Raises `ListenError`."""
        room_for_clients(self.engine.config, self.log)
        for listener in open_listeners(self.engine.config, self.log):
            self._add(listener)

    def _add(self, listener: Listener) -> None:
        fd = listener.sock.fileno()
        self.listeners[fd] = listener
        if not listener.address.path:
            self._bound[fd] = (listener.bound_to, listener.address.port)
        self.poller.register(fd, READ)

    def _drop(self, fd: int) -> None:
        self.poller.unregister(fd)
        self.listeners.pop(fd).close()
        self._bound.pop(fd, None)

    @property
    def addresses(self) -> Sequence[Address]:
        """Where clients reach us."""
        return [listener.address for listener in self.listeners.values()]

    @property
    def port(self) -> int:
        """The TCP port, also if it was 0 in the sense of "any" (tests); 0 without TCP."""
        return next((address.port for address in self.addresses if address.port), 0)

    # the loop

    def run(self) -> None:
        """Serve until `stop`; then close everything."""
        try:
            while not self.stopping:
                self.turn(self._time_to_wait())
        finally:
            with self.lock:
                self.close()

    def turn(self, timeout: float) -> None:
        """One turn of the loop, after at most ``timeout`` seconds of waiting."""
        events = self.poller.poll(timeout)
        with self.lock:
            self._serve(events)
            if time.monotonic() >= self._next_cron:
                self._cron()
            self._before_sleep()

    def stop(self) -> None:
        """End `run` soon. May be called from other threads and from signal handlers."""
        self.stopping = True
        with contextlib.suppress(OSError):
            self._wake_out.send(b"!")

    def close(self) -> None:
        """Close all sockets; the engine is left without a host."""
        for connection in list(self.connections.values()):
            connection.flush()
            connection.close()
        for fd in list(self.listeners):
            self._drop(fd)
        for link in list(self.links.values()):
            link.close()
        self._calls.close()
        self.poller.close()
        self._wake_in.close()
        self._wake_out.close()
        self.engine.host = None

    def _time_to_wait(self) -> float:
        replication = self.engine.replication
        if self.unfinished or (replication is not None and replication.busy):
            return 0.0
        return max(self._next_cron - time.monotonic(), 0.0)  # waits that end are noticed then

    def _serve(self, events: list[tuple[int, int]]) -> None:
        connections = self.connections
        for fd, bits in events:
            connection = connections.get(fd)
            if connection is None:
                self._other(fd, bits)
                continue
            try:
                if bits & ~WRITE:
                    connection.readable()
                if bits & WRITE and fd in connections:
                    self.pending.append(connection)  # nothing goes before the log is written
            except Exception:
                self._broken(connection)

    def _other(self, fd: int, bits: int) -> None:
        """A link that we have made, a listening socket, or the one that wakes us."""
        link = self.links.get(fd)
        if link is not None:
            link.ready(bits)
            return
        listener = self.listeners.get(fd)
        if listener is not None:
            self._accept(listener)
        elif fd == self._wake_in.fileno():
            with contextlib.suppress(OSError):
                self._wake_in.recv(4096)

    def _before_sleep(self) -> None:
        """What was put off during the turn: waits that are over, queues, output."""
        if self.engine.waiting.next_deadline_ms and not self.engine.busy:
            self.engine.now_ms = self.engine.clock.now_us() // 1000
            cron.end_waits(self.engine)
        going_on, self.unfinished = self.unfinished[:AT_ONCE], self.unfinished[AT_ONCE:]
        for connection in going_on:
            try:
                connection.go_on()
            except Exception:
                self._broken(connection)
        self.engine.before_sleep()
        pending, self.pending = self.pending, []
        for connection in pending:
            if connection.executing:  # a script of its runs, and lets us look after others
                self.pending.append(connection)
            else:
                connection.flush()
        links, self.links_to_flush = self.links_to_flush, []
        for link in links:
            link.flush()
        while self.doomed:
            self.doomed.pop().close()
        if self.engine.config.maxmemory_clients:
            self._evict_clients()

    def _evict_clients(self) -> None:
        """Let the largest clients go while all together hold more than ``maxmemory-clients``."""
        limit = clients_limit(self.engine.config)
        if not limit:
            return
        sizes = {one: memory_of(one.session) for one in self.connections.values()}
        total = sum(sizes.values())
        for connection in sorted(sizes, key=sizes.__getitem__, reverse=True):
            if total <= limit:
                return
            session = connection.session
            if session.no_evict or session.replica or connection.executing:
                continue
            total -= sizes[connection]
            self.log("notice", f"Evicting client: {self.describe(connection)}")
            self.engine.stats.evicted_clients += 1
            connection.close()

    def _cron(self) -> None:
        """The periodic work. Time stands still for the data while a script runs."""
        self._next_cron = time.monotonic() + 1 / self.engine.config.hz
        if self.engine.running_script is None and not self.engine.loading:
            self.engine.tick()
        self._close_idle()
        self._calls.close_idle()

    def _close_idle(self) -> None:
        """Clients that have said nothing for ``timeout`` seconds."""
        allowed = self.engine.config.timeout * 1000
        if not allowed:
            return
        now = self.engine.clock.now_us() // 1000
        for connection in list(self.connections.values()):
            session = connection.session
            if (
                now - session.last_ms > allowed
                and session.blocked is None
                and not session.replica
                and not len(session.subscriptions)
            ):
                self.log("verbose", "Closing idle client")
                connection.close()

    def _broken(self, connection: Connection) -> None:
        """A fault of ours must not end the service: log it, and let this client go."""
        self.log("warning", "Internal error:\n" + traceback.format_exc())
        connection.close()

    # accepting

    def _accept(self, listener: Listener) -> None:
        for _ in range(MAX_ACCEPTS):
            try:
                sock, peer = listener.sock.accept()
            except (BlockingIOError, InterruptedError):
                return
            except OSError as error:
                self.log("warning", f"Accepting client connection: accept: {error.strerror}")
                return
            self._welcome(listener, sock, peer)

    def _welcome(self, listener: Listener, sock: socket.socket, peer: Any) -> None:
        engine, config = self.engine, self.engine.config
        sock.setblocking(False)
        if len(self.connections) >= config.maxclients:
            engine.stats.rejected_connections += 1
            _refuse(sock, TOO_MANY)
            return
        local = is_local(sock.family, peer)
        if config.protected_mode and not local and engine.acl.default.rights.nopass:
            engine.stats.rejected_connections += 1
            _refuse(sock, DENIED)
            return
        try:
            listener.prepare(sock, config.tcp_keepalive)
            name, here = listener.names(sock, peer)
        except OSError:  # it has hung up already
            sock.close()
            return
        session = engine.connect(name)
        session.local_address = here
        session.local = local
        connection = Connection(self, sock, session)
        self.connections[connection.fd] = connection
        self.connection_of[session] = connection
        self.poller.register(connection.fd, READ)
        self.log("verbose", f"Accepted {name}")

    # Host

    def log(self, level: Level, message: str) -> None:
        if self._log is not None:
            self._log(level, message)

    def while_busy(self) -> None:
        """Look after the other clients while a script runs."""
        self._serve(self.poller.poll(0))
        self._before_sleep()
        script = self.engine.running_script
        if self.stopping and script is not None:
            script.killed = True  # whatever it has written, nobody waits for it any more

    def hang_up(self, session: Session) -> None:
        """CLIENT KILL: whoever is in the midst of a command still gets its reply."""
        connection = self.connection_of.get(session)
        if connection is None:
            return
        if connection.executing:
            connection.ending = True
        else:
            connection.close()

    def shutdown(self, *, save: bool | None, now: bool, force: bool) -> bool:
        """SHUTDOWN: the loop ends after this turn. The data are in memory only, and go."""
        self.log("warning", "User requested shutdown...")
        self.stopping = True
        return False

    def ask(
        self, host: bytes, port: int, commands: Sequence[Sequence[bytes]], timeout_ms: int
    ) -> Call:
        """Have another server carry out commands; everybody waits meanwhile, as in Redis."""
        return self._calls.ask(host, port, commands, timeout_ms)

    def abort_shutdown(self) -> bool:
        """No shutdown ever waits here: there are no replicas to wait for."""
        return False

    def follow(self, attribute: str) -> str:
        """CONFIG SET of what concerns the sockets."""
        if attribute == "port":
            return self._listen_anew("Unable to listen on this port. Check server logs.")
        if attribute == "bind":
            return self._listen_anew("Failed to bind to specified addresses.")
        if attribute == "maxclients":
            wanted = self.engine.config.maxclients
            room_for_clients(self.engine.config, self.log)
            if self.engine.config.maxclients < wanted:
                return (
                    "The operating system is not able to handle the specified number of clients, "
                    f"try with {self.engine.config.maxclients}"
                )
        return ""

    def _listen_anew(self, refusal: str) -> str:
        """Move to the addresses configured now. Those that stay are kept open all along."""
        config = self.engine.config
        wanted = {(host.removeprefix("-"), config.port) for host in config.bind if config.port}
        kept = {key: fd for fd, key in self._bound.items() if key in wanted}
        fresh: list[Listener] = []
        try:
            open_tcp(config, self.log, fresh, skip=frozenset(kept))
        except OSError:
            for listener in fresh:
                listener.close()
            return refusal
        for fd, key in list(self._bound.items()):
            if key not in wanted:
                self._drop(fd)
        for listener in fresh:
            self._add(listener)
        return ""

    def describe(self, connection: Connection) -> str:
        """A client as a line of CLIENT LIST, for the log."""
        return describe(connection.session).decode("latin-1").rstrip()

    def close_soon(self, connection: Connection) -> None:
        """Close when the present turn is over."""
        connection.ending = True
        self.doomed.append(connection)

    def memory(self) -> ProcessMemory | None:
        return process_memory()

    def facts(self) -> Mapping[str, object]:
        return {**process_facts(), "migrate_cached_sockets": len(self._calls)}

    def random_bytes(self, count: int) -> bytes:
        return os.urandom(count)

    def read_text(self, path: str) -> str:
        with open(path, encoding="utf-8", errors="surrogateescape", newline="") as file:
            return file.read()

    def write_text(self, path: str, text: str) -> None:
        """Written beside, synced, renamed: the old file or the new one, nothing between.

        Passwords may stand in it: whoever could not read the old file cannot read the new one.
        """
        temporary = f"{path}.{os.getpid()}.tmp"
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)
        try:
            with open(
                temporary, "x", encoding="utf-8", errors="surrogateescape", newline="\n"
            ) as file:
                with contextlib.suppress(FileNotFoundError):
                    os.chmod(temporary, stat.S_IMODE(os.stat(path).st_mode))
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
        except OSError:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise


def clients_limit(config: Config) -> int:
    """``maxmemory-clients`` in bytes; a percentage is one of ``maxmemory``. 0: no limit."""
    limit = config.maxmemory_clients
    return limit if limit >= 0 else config.maxmemory * -limit // 100


def _refuse(sock: socket.socket, text: bytes) -> None:
    with contextlib.suppress(OSError):
        sock.send(text)
    sock.close()
