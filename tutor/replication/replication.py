"""Replication of one engine: what commands, hosts and pictures see of it.

                       ┌─ Follower ── MasterLink ══▶ our master
    engine ── Replication ─ History, Failover, Waits
                       └─ Master ── Backlog, Replica … ══▶ our replicas

`Engine.replication` holds it. The engine calls `cron`, `before_sleep` and `disconnected`; whoever
runs the engine has only to move bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from tutor.engine import errors
from tutor.engine.arguments import integer
from tutor.engine.clients import pause
from tutor.engine.clients.info import describe
from tutor.engine.replies import NO_REPLY, OK, Reply, ReplyError, Status
from tutor.persistence.rdb import ReplInfo
from tutor.replication import figures
from tutor.replication.failover import Failover
from tutor.replication.follower import Follower
from tutor.replication.history import History
from tutor.replication.links import Dialer, Dumps
from tutor.replication.master import GET_ACK, Master
from tutor.replication.waits import Waits

if TYPE_CHECKING:
    from tutor.engine.engine import Engine
    from tutor.engine.host import Level, Place
    from tutor.engine.session import Session

_CRON_MS = 1000
_FAILOVER_CRON_MS = 100


class Replication:
    """A server's part in replication; sets itself as ``engine.replication``.

    ``dialer`` reaches a master, ``dumps`` makes and keeps RDB files, ``log`` gets the server's log.
    """

    def __init__(
        self,
        engine: Engine,
        dialer: Dialer,
        dumps: Dumps,
        log: Callable[[Level, str], Any] | None = None,
    ) -> None:
        self._engine = engine
        self._log = log or _no_log
        self.history = History(engine)
        self.master = Master(
            engine, self.history, dumps, self._log, self.stands, self._replicas_changed
        )
        self.follower = Follower(engine, self.history, self.master, dialer, dumps, self._log)
        self.waits = Waits(engine, self.master)
        self.failover = Failover(
            engine,
            self.master,
            self.history,
            self._log,
            self._hand_over,
            self.follower.unfollow,
        )
        self.follower.on_failover_answer = self.failover.answered
        self._cron_ms = 0
        self._config_version = engine.config.version
        self._more = False
        engine.replication = self
        engine.settle()

    # what gates ask

    @property
    def is_replica(self) -> bool:
        """Whether we follow another server."""
        return self.follower.follows

    @property
    def link_up(self) -> bool:
        """Whether our master's stream comes in."""
        return self.follower.up

    @property
    def good_replicas(self) -> int:
        """How many of our replicas have answered within min-replicas-max-lag."""
        return self.master.good

    @property
    def busy(self) -> bool:
        """There is work that waits for nothing: `Engine.before_sleep` wants to be called again."""
        connection = self.follower.connection
        return self._more or (connection is not None and connection.busy)

    # whom we follow

    def follow(self, session: Session, host: bytes, port: int) -> Reply:
        """REPLICAOF host port. Raises `ReplyError`."""
        follower = self.follower
        if session.replica:
            raise ReplyError(errors.REPLICAOF_BY_REPLICA)
        if follower.follows and follower.host.lower() == host.lower() and follower.port == port:
            self._log(
                "notice",
                "REPLICAOF would result into synchronization with the master we are already"
                " connected with. No operation performed.",
            )
            return Status(errors.ALREADY_CONNECTED.encode())
        self._demote(host, port)
        self._log(
            "notice",
            f"REPLICAOF {host.decode('latin-1')}:{port} enabled (user request from"
            f" '{_described(session)}')",
        )
        return OK

    def unfollow(self, session: Session) -> None:
        """REPLICAOF NO ONE."""
        if self.follower.follows:
            self.follower.unfollow()
            self._log("notice", f"MASTER MODE enabled (user request from '{_described(session)}')")

    @property
    def changing_roles(self) -> bool:
        """Whether a failover is under way."""
        return self.failover.under_way

    def start_following(self, host: bytes, port: int) -> None:
        """As redis.conf's replicaof: from the start, with nothing to go on with."""
        self.follower.start(host, port)

    def restore(self, place: Place) -> None:
        """The data come from a dump that was made there: whoever has that history can go on.

        For the start, behind `start_following` if there is a master.
        """
        history = self.history
        if self.follower.follows:
            history.adopt(place.id, place.offset)
            self.follower.remember_myself(place.stream_db)
        else:
            history.second_id, history.second_offset = place.id, place.offset + 1
            history.offset += place.offset
            self.master.open_backlog()
            self.master.listen(True)
            self.master.alone_since_ms = self._engine.now_ms

    def _demote(self, host: bytes, port: int) -> None:
        self._end_waits()
        self.follower.follow(host, port)

    def _hand_over(self, host: bytes, port: int) -> None:
        self.follower.failover_target = True
        self._demote(host, port)

    def _end_waits(self) -> None:
        """Who waits for keys of a master waits in vain on a replica."""
        engine = self._engine
        for session in [one for one in engine.sessions.values() if one.blocked is not None]:
            session.closing = True
            engine.waiting.unblock(
                session, engine.count_error(ReplyError(errors.UNBLOCKED_BY_ROLE))
            )

    # what replicas say

    def feed(self, session: Session, argv: Sequence[bytes]) -> Reply:
        """PSYNC id offset [FAILOVER], SYNC: make the client a replica of ours."""
        if session.replica:
            return NO_REPLY
        follower, psync = self.follower, argv[0].lower() == b"psync"
        if psync and len(argv) > 3 and argv[3].lower() == b"failover":
            self._take_over(session, argv[1])
        if self.failover.under_way:
            raise ReplyError(errors.SYNC_WHILE_FAILING_OVER)
        if follower.follows and not follower.up:
            raise ReplyError(errors.SYNC_WITHOUT_MASTER)
        if session.unsent is not None and session.unsent():
            raise ReplyError(errors.SYNC_PENDING)
        name = self.master.introduce(session).name
        self._log("notice", f"Replica {name} asks for synchronization")
        if psync and self._go_on(session, argv[1], argv[2]):
            return NO_REPLY
        self.master.full(session, old=not psync)
        return NO_REPLY

    def _go_on(self, session: Session, identity: bytes, word: bytes) -> bool:
        """PSYNC: whether the replica gets what it lacks out of the backlog."""
        stats, offset = self._engine.stats, integer(word)
        if self.master.partial(session, identity, offset):
            stats.sync_partial_ok += 1
            return True
        if not identity.startswith(b"?"):
            stats.sync_partial_err += 1
        return False

    def _take_over(self, session: Session, identity: bytes) -> None:
        """PSYNC … FAILOVER: our master wants us to be one."""
        self._log("warning", f"Failover request received for replid {identity.decode('latin-1')}.")
        if not self.follower.follows:
            raise ReplyError(errors.PSYNC_FAILOVER_MASTER)
        if identity.lower() != self.history.id:
            raise ReplyError(errors.PSYNC_FAILOVER_ID)
        self.follower.unfollow()
        self._log("notice", f"MASTER MODE enabled (failover request from '{_described(session)}')")

    def acknowledged(self, session: Session, offset: bytes) -> None:
        """REPLCONF ACK."""
        self.master.acknowledged(session, offset)

    def asked(self) -> None:
        """REPLCONF GETACK: our master wants to know how far we are."""
        connection = self.follower.connection
        if connection is not None:
            connection.acknowledge()

    def introduced(self, session: Session, option: bytes, value: bytes | int) -> None:
        """REPLCONF: something that a client says of itself before PSYNC."""
        self.master.introduce(session).introduce(option, value)

    def disconnected(self, session: Session) -> None:
        """A client has gone: a replica, our master, or neither."""
        self.master.disconnected(session)
        self.follower.disconnected(session)

    def _replicas_changed(self) -> None:
        self.waits.count_again()

    # WAIT, FAILOVER

    def wait(self, session: Session, wanted: int, timeout_ms: int) -> Reply:
        """WAIT: how many replicas have the client's writes. Raises `ReplyError`."""
        return self.waits.wait(session, wanted, timeout_ms)

    def begin_failover(
        self, target: tuple[bytes, int] | None, timeout_ms: int, *, force: bool
    ) -> None:
        """FAILOVER, whose words are good. Raises `ReplyError`."""
        if self.failover.under_way:
            raise ReplyError(errors.FAILOVER_IN_PROGRESS)
        if self.is_replica:
            raise ReplyError(errors.FAILOVER_BY_REPLICA)
        if not self.master.replicas:
            raise ReplyError(errors.FAILOVER_NO_REPLICAS)
        self.failover.begin(target, timeout_ms, force=force)

    def abort_failover(self) -> None:
        """FAILOVER ABORT. Raises `ReplyError`."""
        if not self.failover.under_way:
            raise ReplyError(errors.NO_FAILOVER)
        self.failover.abort("Failover manually aborted")

    # time

    def cron(self) -> None:
        """To be called often; works once a second, ten times while roles change."""
        now_ms = self._engine.now_ms
        if self._engine.loading and not self.follower.loads:
            return  # our own files, at the start
        every = _FAILOVER_CRON_MS if self.failover.under_way else _CRON_MS
        if now_ms - self._cron_ms < every:
            return
        self._cron_ms = now_ms
        self.failover.check()
        self.follower.cron()
        quiet = self.failover.under_way and self._engine.pause is not None
        self.master.cron(follows=self.is_replica, quiet=quiet)

    def before_sleep(self) -> None:
        """What is due before whoever runs the engine waits for bytes."""
        if self._engine.running_script is not None:
            return  # time stands still for it
        if self._config_version != self._engine.config.version:
            self._config_version = self._engine.config.version
            self.master.configured()
        connection = self.follower.connection
        if connection is not None:
            connection.pump()
        self._more = self.master.pump()
        self.master.close_doomed()
        self.waits.answer()
        if self.waits.asks and pause.FAILOVER not in self._engine.pauses:
            self.waits.asks = False
            self.ask_how_far()
        self.failover.check()

    def ask_how_far(self) -> None:
        """Have replicas acknowledge what they have now."""
        if self.master.replicas and not self.is_replica:
            self.master.relay(GET_ACK)

    def give_out(self) -> None:
        """Replicas get what has come of the stream in this turn."""
        self.master.give_out()

    # figures

    def laggards(self) -> tuple[int, Sequence[str]]:
        """How many replicas there are, and the log's line of each that lacks something."""
        lines = figures.laggards(self.master.replicas, self.history.offset, self._engine.now_ms)
        return len(self.master.replicas), lines

    def stands(self) -> ReplInfo | None:
        """Where the data are in their history, for a dump; None: nobody could go on from there."""
        if self.follower.follows:
            return self.follower.stands()
        if self.master.backlog is None:
            return None
        return ReplInfo(self.master.stream_db, self.history.id, self.history.offset)

    def change_id(self) -> None:
        """DEBUG CHANGE-REPL-ID: nobody can go on with our history."""
        self.history.begin()
        self._log("notice", "Changing replication IDs after receiving change-repl-id")

    @property
    def buffer_bytes(self) -> int:
        """Memory of the backlog's blocks; 0 without a backlog."""
        backlog = self.master.backlog
        return backlog.memory if backlog is not None else 0

    def role(self) -> Reply:
        """ROLE."""
        return figures.role(self)

    def info(self) -> Iterable[tuple[str, object]]:
        """INFO replication."""
        return figures.info(self, self._engine)


def _described(session: Session) -> str:
    return describe(session).decode("latin-1").rstrip()


def _no_log(level: Level, message: str) -> None:
    """Nobody keeps a log."""
