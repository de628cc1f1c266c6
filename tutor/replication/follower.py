"""The replica's side: who our master is, and what outlives a connection to it.

    connect ─▶ connecting ─▶ handshake ─▶ [sync] ─▶ connected
       ▲                                                │ lost: the position is kept, and offered
       └────────────────────────────────────────────────┘ to the master with the next PSYNC

Redis 7.0, replication.c: replicationSetMaster, replicationUnsetMaster, replicationCacheMaster,
replicationCron.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.persistence.rdb import ReplInfo
from tutor.replication.history import NO_ID, History
from tutor.replication.links import Dialer, Dumps, Incoming
from tutor.replication.master import Master
from tutor.replication.masterlink import HANDSHAKE, SYNCING, MasterLink, Phase

if TYPE_CHECKING:
    from tutor.engine.engine import Engine
    from tutor.engine.host import Level
    from tutor.engine.session import Session


@dataclass(frozen=True, slots=True)
class Position:
    """Where we stand in a history that we might go on with; ``db`` is what its stream has
    selected, -1 if it will say so."""

    identity: bytes
    offset: int
    db: int


class Follower:
    """``host`` is b"" while we follow nobody. ``down_since_ms`` is when the link was lost, 0 if it
    never was or is up."""

    def __init__(
        self,
        engine: Engine,
        history: History,
        master: Master,
        dialer: Dialer,
        dumps: Dumps,
        log: Callable[[Level, str], object],
    ) -> None:
        self.engine = engine
        self.log = log
        self._history = history
        self._master = master
        self._dialer = dialer
        self._dumps = dumps
        self.host = b""
        self.port = 0
        self.connection: MasterLink | None = None
        self.position: Position | None = None
        self.down_since_ms = 0
        self.async_loading = False
        self.where = "to disk"
        self.failover_target = False  # PSYNC asks the other side to take over from us
        self.on_failover_answer: Callable[[bool], None] = lambda accepted: None
        self._heard_ms = 0
        self._kept = True
        self.loads = False  # a dump takes the place of our data

    # what others see

    @property
    def follows(self) -> bool:
        """Whether we are a replica."""
        return bool(self.host)

    @property
    def up(self) -> bool:
        """Whether the master's stream comes in."""
        return self.connection is not None and self.connection.phase is Phase.STREAM

    @property
    def address(self) -> str:
        """The master's, as a client of ours would be called."""
        host = self.host.decode("utf-8", "surrogateescape")
        return f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"

    @property
    def state(self) -> str:
        """ROLE's word."""
        if not self.follows:
            return "none"
        phase = self.connection.phase if self.connection is not None else Phase.OVER
        if phase is Phase.CONNECTING:
            return "connecting"
        if phase in HANDSHAKE:
            return "handshake"
        if phase in SYNCING:
            return "sync"
        return "connected" if phase is Phase.STREAM else "connect"

    @property
    def session(self) -> Session | None:
        """The master as a client of ours."""
        return self.connection.session if self.connection is not None else None

    @property
    def heard_s(self) -> int:
        """Seconds since the master's last word."""
        return self.engine.now_ms // 1000 - self._heard_ms // 1000

    # who our master is

    def follow(self, host: bytes, port: int) -> None:
        """Follow another server from now on; what we have may be enough to go on with."""
        was_master = not self.follows
        self.host = b""
        self._leave()
        self.host, self.port = host, port
        self._master.listen(False)
        if was_master:
            if self.position is not None:
                self.forget_position()
            self.log(
                "notice",
                "Before turning into a replica, using my own master parameters to synthesize a"
                " cached master: I may be able to synchronize with the new master with just a"
                " partial transfer.",
            )
            self.remember_myself(-1)
        self.engine.settle()
        self._connect("Connecting to MASTER")

    def start(self, host: bytes, port: int) -> None:
        """Follow another server from the start, before there is anything to go on with."""
        self.host, self.port = host, port
        self._master.listen(False)
        self.engine.settle()

    def remember_myself(self, db: int) -> None:
        """Our own history is one that a master may go on with."""
        self.position = Position(self._history.id, self._history.offset, db)

    def unfollow(self) -> None:
        """Become a master: our history branches off here."""
        if not self.follows:
            return
        self.host = b""
        self._leave()
        self.forget_position()
        history = self._history
        history.branch()
        self.log(
            "warning",
            f"Setting secondary replication ID to {history.second_id.decode()}, valid up to"
            f" offset: {history.second_offset}. New replication ID is {history.id.decode()}",
        )
        self._master.drop_all()
        self._master.select_again()
        self._master.listen(True)
        self._master.alone_since_ms = self.engine.now_ms
        self.down_since_ms = 0
        self.engine.settle()

    def _leave(self) -> None:
        """End the present connection; where it had got to is remembered."""
        connection, self.connection = self.connection, None
        if connection is None or connection.phase is Phase.OVER:
            return
        if connection.phase is Phase.STREAM:
            self._remember(connection)
            self.down_since_ms = self.engine.now_ms
        connection.end()
        self._forget_session(connection)

    def _remember(self, connection: MasterLink) -> None:
        self.log("warning", "Connection with master lost.")
        self.log("notice", "Caching the disconnected master state.")
        session = connection.session
        db = session.db.index if session is not None else -1
        if connection.acknowledges:
            self.position = Position(connection.identity, connection.applied, db)

    def _forget_session(self, connection: MasterLink) -> None:
        session, connection.session = connection.session, None
        if session is not None:
            self.engine.disconnect(session)

    def forget_position(self) -> None:
        """There is no history that we could go on with."""
        if self.position is not None:
            self.log("notice", "Discarding previously cached master state.")
            self.position = None

    # connecting

    def _connect(self, what: str) -> None:
        self.log("notice", f"{what} {self.host.decode('latin-1')}:{self.port}")
        connection = MasterLink(self)
        self.heard()
        try:
            connection.link = self._dialer.dial(self.host, self.port, connection)
        except OSError as error:
            connection.end()
            self.log("warning", f"Unable to connect to MASTER: {error.strerror or error}")
            self.connection = None
            return
        self.connection = connection
        self.log("notice", "MASTER <-> REPLICA sync started")

    def heard(self) -> None:
        """The master has given a sign of life."""
        self._heard_ms = self.engine.now_ms

    def failed(self, *, again: bool = False) -> None:
        """A connection led nowhere; the next one is tried in a second, or at once."""
        self.connection = None
        self.engine.settle()
        if again and self.follows:
            self.log(
                "notice",
                f"Reconnecting to MASTER {self.host.decode('latin-1')}:{self.port} after failure",
            )
            self._connect("Connecting to MASTER")

    def lost(self, *, broken: bool = False) -> None:
        """The stream has ended. ``broken``: what came of it is worth nothing."""
        connection, self.connection = self.connection, None
        if connection is None:
            return
        if broken:
            self.forget_position()
        else:
            self._remember(connection)
        self._forget_session(connection)
        self.down_since_ms = self.engine.now_ms
        self.engine.settle()
        if self.follows:
            self._connect("Reconnecting to MASTER")

    # what a connection asks

    def psync(self) -> Sequence[bytes]:
        """What we have, and want to go on with."""
        position = self.position
        if position is None:
            self.log("notice", "Partial resynchronization not possible (no cached master)")
            identity, offset = b"?", -1
        else:
            identity, offset = position.identity, position.offset + 1
            self.log(
                "notice",
                f"Trying a partial resynchronization (request {identity.decode()}:{offset}).",
            )
        words = [b"PSYNC", identity, b"%d" % offset]
        return [*words, b"FAILOVER"] if self.failover_target else words

    def failover_answered(self, *, accepted: bool) -> bool:
        """PSYNC is answered; False if that is the end of a failover, and of this connection."""
        if self.failover_target:
            self.failover_target = False
            self.on_failover_answer(accepted)
            return accepted
        return True

    def goes_on(self, connection: MasterLink, identity: bytes) -> None:
        """The master goes on with our history, maybe under another id."""
        position = self.position
        if position is None:
            connection.fail("The master goes on with a history that was never asked for")
            return
        self.log("notice", "Successful partial resynchronization with master.")
        if identity and identity != position.identity:
            self._history.rename(identity)
            self.log("warning", f"Master replication ID changed to {identity.decode()}")
            self._master.drop_all()
        self.position = None
        connection.identity = identity or position.identity
        self._master.open_backlog()
        connection.begin_stream(position.db, position.offset)
        self._is_up()
        self.log("notice", "MASTER <-> REPLICA sync: Master accepted a Partial Resynchronization.")

    def receive(self, identity: bytes) -> Incoming:
        """Where a dump goes that comes now. Raises `OSError`."""
        config, engine = self.engine.config, self.engine
        empty = not any(len(database) for database in engine.databases)
        mode = config.repl_diskless_load
        self._kept = not (mode == "swapdb" or (mode == "on-empty-db" and empty))
        self.where = "to disk" if self._kept else "to parser"
        incoming = self._dumps.receive(keep=self._kept)
        self.async_loading = mode == "swapdb" and identity == self._history.id != NO_ID
        if not self._kept:
            self._begin_loading()
        return incoming

    def dump_arrived(self) -> None:
        """All of it is there: whatever was before ends here."""
        if self._kept:
            self.async_loading = False
            self._begin_loading()
        self.log("notice", "MASTER <-> REPLICA sync: Loading DB in memory")

    def _begin_loading(self) -> None:
        self.forget_position()
        self._master.drop_all()
        self._master.drop_backlog()
        self.loading(True)
        self.log("notice", "MASTER <-> REPLICA sync: Flushing old data")

    def loading(self, loading: bool) -> None:
        """Whether a master's dump takes the place of our data."""
        loading = loading and not self.async_loading
        if loading is not self.loads:
            self.loads = self.engine.loading = loading
            self.engine.settle()

    def synchronized(self, connection: MasterLink) -> None:
        """A dump is loaded: we are where the master was when it was made."""
        if connection.origin >= 0:
            self._history.adopt(connection.identity, connection.origin)
        else:
            self._history.begin()
        self._master.open_backlog()
        self._is_up()
        self.log("notice", "MASTER <-> REPLICA sync: Finished with success")
        connection.acknowledge()

    def _is_up(self) -> None:
        self.down_since_ms = 0
        self.engine.settle()

    def relay(self, data: bytes) -> None:
        """What has come from the master is our own replicas' stream."""
        self._master.relay(data)

    # from time to time

    def stands(self) -> ReplInfo | None:
        """Where the data are in the history, for a dump; None if nobody could go on from there."""
        session, history = self.session, self._history
        if session is not None:
            return ReplInfo(session.db.index, history.id, history.offset)
        if self.position is not None:
            return ReplInfo(max(self.position.db, 0), history.id, history.offset)
        return None

    def cron(self) -> None:
        """Once a second."""
        if not self.follows:
            return
        self._give_up_silence()
        if self.connection is None:
            self._connect("Connecting to MASTER")
        elif self.connection.phase is Phase.STREAM:
            self.connection.acknowledge()

    def _give_up_silence(self) -> None:
        """A master that has said nothing for repl-timeout seconds."""
        connection = self.connection
        if connection is None or self.heard_s <= self.engine.config.repl_timeout:
            return
        phase = connection.phase
        if phase is Phase.STREAM:
            self.log("warning", "MASTER timeout: no data nor PING received...")
            connection.end()
            self.lost()
        elif phase in (Phase.HEADER, Phase.TRANSFER):
            connection.fail(
                "Timeout receiving bulk data from MASTER... If the problem persists try to set the"
                " 'repl-timeout' parameter in redis.conf to a larger value.",
                again=True,
            )
        elif phase is not Phase.LOADING:
            connection.fail("Timeout connecting to the MASTER...", again=True)

    def disconnected(self, session: Session) -> None:
        """A client has gone: was it our master (CLIENT KILL)?"""
        connection = self.connection
        if connection is not None and connection.session is session:
            connection.end()
            self.lost()
