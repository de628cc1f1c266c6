"""The master's side: a stream, its backlog, and the replicas that follow.

    effects ─▶ CommandStream ─▶ backlog
                     │
                     ├─▶ online replicas: at once
                     └─▶ replicas whose dump is under way: held back until it is there

A replica that follows a master of its own is a master too: then the stream is its master's, byte
for byte (`relay`). Redis 7.0, replication.c: syncCommand, replicationFeedSlaves, replicationCron.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tutor.engine.arguments import parse_integer
from tutor.engine.clients.info import describe
from tutor.engine.propagation import Effect
from tutor.engine.propagation.stream import CommandStream, encode_command
from tutor.persistence.rdb import ReplInfo
from tutor.replication.attached import Replica, State
from tutor.replication.backlog import Backlog
from tutor.replication.history import History
from tutor.replication.links import Dumps
from tutor.replication.transfer import Transfer

if TYPE_CHECKING:
    from tutor.engine.engine import Engine
    from tutor.engine.host import Level
    from tutor.engine.session import Session

PING = encode_command((b"ping",))
GET_ACK = encode_command((b"REPLCONF", b"GETACK", b"*"))
_GIVE_AT = 64 * 1024
_REPLICAS = 1
"""Which of the three limits of client-output-buffer-limit is theirs."""


class Master:
    """``replicas`` are those that have said PSYNC, in that order; ``good`` is how many of them have
    answered lately. A sink of `Engine.propagation` while there is a backlog and no master of ours.

    ``position()`` is where the data stand in the history, for a dump; ``on_change`` is called when
    acknowledgements or replicas come and go.
    """

    def __init__(
        self,
        engine: Engine,
        history: History,
        dumps: Dumps,
        log: Callable[[Level, str], object],
        position: Callable[[], ReplInfo | None],
        on_change: Callable[[], None],
    ) -> None:
        self._engine = engine
        self._history = history
        self._dumps = dumps
        self._log = log
        self._position = position
        self._on_change = on_change
        self._stream = CommandStream()
        self._listening = False
        self._fresh: list[bytes] = []  # of the stream, and not given to the replicas
        self._fresh_bytes = 0
        self._rounds = 0
        self.known: dict[int, Replica] = {}  # by their sessions' ids
        self.replicas: list[Replica] = []
        self.backlog: Backlog | None = None
        self.transfer: Transfer | None = None
        self.good = 0
        self.alone_since_ms = engine.now_ms

    # the stream

    def listen(self, wanted: bool) -> None:
        """Whether our own commands are the stream."""
        wanted = wanted and self.backlog is not None
        if wanted != self._listening:
            self._listening = wanted
            if wanted:
                self._engine.propagation.add(self)
            else:
                self._engine.propagation.remove(self)

    def feed(self, effects: Sequence[Effect]) -> None:
        """Something has changed the data."""
        data = self._stream.encode([effect for effect in effects if effect.replicated])
        if data:
            self.relay(data)
            writer = self._engine.propagation.writer
            if writer is not None:
                writer.write_offset = self._history.offset

    def relay(self, data: bytes) -> None:
        """The stream goes on with these bytes. Replicas get them when the turn is over, or whatever
        concerns them happens: `give_out`."""
        self._history.offset += len(data)
        if self.backlog is not None:
            self.backlog.append(data, self._engine.config.repl_backlog_size)
        if self.replicas:
            self._fresh.append(data)
            self._fresh_bytes += len(data)
            if self._fresh_bytes >= _GIVE_AT:
                self.give_out()

    def give_out(self) -> None:
        """Send what has not been sent of the stream."""
        if not self._fresh:
            return
        data = b"".join(self._fresh)
        self._fresh.clear()
        self._fresh_bytes = 0
        for replica in self.replicas:
            replica.give(data)
            if replica.session.unsent is not None:
                self._check_limit(replica)

    @property
    def stream_db(self) -> int:
        """The database that our stream has selected."""
        return max(self._stream.db, 0)

    def select_again(self) -> None:
        """Whoever reads our stream from here on has to be told the database."""
        self._stream.forget()

    def _check_limit(self, replica: Replica) -> None:
        """A replica that does not read must not eat our memory (client-output-buffer-limit)."""
        config = self._engine.config
        hard, soft, seconds = config.client_output_buffer_limit[_REPLICAS]
        if hard:  # the backlog is kept in any case
            hard = max(hard, config.repl_backlog_size)
        if soft:
            soft = max(soft, config.repl_backlog_size)
        unsent = replica.unsent
        over = bool(hard) and unsent >= hard
        if soft and unsent >= soft:
            now = self._engine.now_ms
            replica.soft_since_ms = replica.soft_since_ms or now
            over = over or now - replica.soft_since_ms > seconds * 1000
        else:
            replica.soft_since_ms = 0
        if over and not replica.doomed:
            replica.doomed = True
            self._log(
                "warning",
                f"Client {_described(replica)} scheduled to be closed ASAP for overcoming of output"
                " buffer limits.",
            )

    # the backlog

    def open_backlog(self) -> None:
        """Keep what the stream says from here on."""
        if self.backlog is None:
            self.backlog = Backlog(
                self._history.offset, self._needed, self._engine.config.allocator
            )
            self._stream.forget()

    def drop_backlog(self) -> None:
        """Keep nothing more."""
        self.listen(False)
        self.backlog = None

    def _needed(self) -> int | None:
        """The first byte of the stream that a replica still has to get."""
        sent = [
            replica.sent(self._history.offset)
            for replica in self.replicas
            if replica.state is not State.WAIT_START and not replica.rdb_only
        ]
        return min(sent) + 1 if sent else None

    # replicas come and go

    def introduce(self, session: Session) -> Replica:
        """What we know of a client as a replica."""
        replica = self.known.get(session.id)
        if replica is None:
            replica = self.known[session.id] = Replica(session)
        return replica

    def disconnected(self, session: Session) -> None:
        """A client has gone."""
        self.give_out()
        replica = self.known.pop(session.id, None)
        if replica is None or not replica.attached:
            return
        self._log("warning", f"Connection with replica {replica.name} lost.")
        self.replicas.remove(replica)
        if self.transfer is not None:
            self.transfer.forget(replica)
        if not self.replicas:
            self.alone_since_ms = self._engine.now_ms
        self._count_good()
        self._on_change()

    def drop_all(self) -> None:
        """Hang up: replicas have to ask anew where they stand."""
        self.give_out()
        for replica in list(self.replicas):
            self._engine.disconnect(replica.session)

    def _attach(self, replica: Replica, state: State) -> None:
        replica.state = state
        replica.session.replica = True
        replica.session.settle()
        self.replicas.append(replica)

    # PSYNC

    def partial(self, session: Session, identity: bytes, offset: int) -> bool:
        """PSYNC: let the replica go on from ``offset`` if the backlog can."""
        self.give_out()
        replica, history = self.introduce(session), self._history
        if not history.holds(identity, offset):
            self._log("notice", _why_full(replica, history, identity, offset))
            return False
        backlog = self.backlog
        if backlog is None or not backlog.holds(offset):
            self._log(
                "notice",
                f"Unable to partial resync with replica {replica.name} for lack of backlog (Replica"
                f" request was: {offset}).",
            )
            if offset > history.offset:
                self._log(
                    "warning",
                    f"Warning: replica {replica.name} tried to PSYNC with an offset that is greater"
                    " than the master replication offset.",
                )
            return False
        pieces = backlog.read(offset)
        replica.send(b"+CONTINUE %b\r\n" % history.id if replica.psync2 else b"+CONTINUE\r\n")
        for piece in pieces:
            replica.send(piece)
        self._attach(replica, State.ONLINE)
        replica.ack_ms = self._engine.now_ms
        self._log(
            "notice",
            f"Partial resynchronization request from {replica.name} accepted. Sending"
            f" {sum(map(len, pieces))} bytes of backlog starting from offset {offset}.",
        )
        self._count_good()
        self._on_change()
        return True

    def full(self, session: Session, *, old: bool) -> None:
        """Give the replica everything: a dump as soon as there is one, and the stream behind it.

        ``old``: it said SYNC.
        """
        self.give_out()
        engine, config = self._engine, self._engine.config
        replica = self.introduce(session)
        replica.old = old
        engine.stats.sync_full += 1
        self._attach(replica, State.WAIT_START)
        if self.backlog is None and len(self.replicas) == 1:
            self._history.begin()
            self.open_backlog()
            self.listen(True)
            self._log(
                "notice",
                "Replication backlog created, my new replication IDs are"
                f" '{self._history.id.decode()}' and '{self._history.second_id.decode()}'",
            )
        if self.transfer is not None and not self.transfer.streamed:
            self._join(replica, self.transfer)
        elif self.transfer is not None:
            self._log(
                "notice",
                "Current BGSAVE has socket target. Waiting for next BGSAVE for SYNC",
            )
        elif config.repl_diskless_sync and replica.eof and config.repl_diskless_sync_delay:
            self._log("notice", "Delay next BGSAVE for diskless SYNC")
        elif self._dumps.busy:
            self._log(
                "notice",
                "No BGSAVE in progress, but another BG operation is active. BGSAVE for replication"
                " delayed",
            )
        else:
            self._begin([replica])

    def _join(self, replica: Replica, transfer: Transfer) -> None:
        """A stored dump is being made for others: have it too, with the stream since it began."""
        model = next(
            (
                one
                for one in transfer.replicas
                if one.state is State.WAIT_END and (replica.rdb_only or not one.rdb_only)
            ),
            None,
        )
        fits = (
            model is not None
            and transfer.joinable
            and replica.only == model.only
            and replica.eof >= model.eof
            and replica.psync2 >= model.psync2
        )
        if model is None or not fits:
            self._log(
                "notice",
                "Can't attach the replica to the current BGSAVE. Waiting for next BGSAVE for SYNC",
            )
            return
        if not replica.rdb_only:
            replica.held, replica.held_bytes = model.held.copy(), model.held_bytes
        self._full_resync(replica, model.origin)
        transfer.replicas.append(replica)
        self._log("notice", "Waiting for end of BGSAVE for SYNC")

    def _full_resync(self, replica: Replica, origin: int) -> None:
        """Tell a replica where the dump that it will get stands in our history."""
        replica.state = State.WAIT_END
        replica.origin = origin
        self._stream.forget()
        if not replica.old:
            replica.send(b"+FULLRESYNC %b %d\r\n" % (self._history.id, origin))

    # dumps

    def _waiting(self) -> list[Replica]:
        """Replicas that one dump would serve: those that want the same of it as the first."""
        waiting = [one for one in self.replicas if one.state is State.WAIT_START and not one.doomed]
        return [one for one in waiting if one.only == waiting[0].only]

    def _begin_if_due(self, now_ms: int) -> None:
        """Make the dump that replicas wait for, once they have had time to gather."""
        waiting, config = self._waiting(), self._engine.config
        if not waiting or self.transfer is not None or self._dumps.busy:
            return
        most = config.repl_diskless_sync_max_replicas
        idle = max(now_ms // 1000 - replica.session.last_ms // 1000 for replica in waiting)
        if (
            not config.repl_diskless_sync
            or 0 < most <= len(waiting)
            or idle >= config.repl_diskless_sync_delay
        ):
            self._begin(waiting)

    def _begin(self, replicas: Sequence[Replica]) -> None:
        self.give_out()  # these replicas get it with their dump
        only = replicas[0].only
        streamed = self._engine.config.repl_diskless_sync or bool(only)
        streamed = streamed and all(replica.eof for replica in replicas)
        target = "replicas sockets" if streamed else "disk"
        self._log("notice", f"Starting BGSAVE for SYNC with target: {target}")
        origin = self._position()
        try:
            if origin is None:
                raise OSError("replication information not available")
            outgoing = self._dumps.begin(origin, to_disk=not streamed, only=only)
        except OSError as error:
            self._log("warning", f"BGSAVE for replication failed: {error}")
            self._give_up(replicas)
            return
        for replica in replicas:
            self._full_resync(replica, self._history.offset)
        mark = self._history.new_token(b"mark") if streamed else b""
        self.transfer = Transfer(outgoing, replicas, mark)

    def _give_up(self, replicas: Sequence[Replica]) -> None:
        for replica in list(replicas):
            replica.send(b"-BGSAVE failed, replication can't continue\r\n")
            replica.doomed = replica.last_word = True

    def pump(self) -> bool:
        """Move dumps on; whether there is more to do at once."""
        self.give_out()
        transfer = self.transfer
        if transfer is None:
            return False
        try:
            failed = transfer.outgoing.failed
            done, more = ([], False) if failed else transfer.pump(self._engine.now_ms)
        except OSError as error:
            self._log("warning", f"Read error sending DB to replica: {error}")
            failed, done, more = True, [], False
        for replica in done:
            self._put_online(replica, confirmed=not transfer.streamed)
        if failed:
            self._log("warning", "SYNC failed. BGSAVE child returned an error")
            for replica in list(transfer.replicas):
                self._engine.disconnect(replica.session)
        if failed or not transfer.replicas:
            transfer.outgoing.close()
            self.transfer = None
        return more

    def _put_online(self, replica: Replica, *, confirmed: bool) -> None:
        """A replica has got its dump; a streamed one it must ``confirm`` before it gets more."""
        if replica.rdb_only:
            self._log(
                "notice",
                f"RDB transfer completed, rdb only replica ({replica.name}) should be disconnected"
                " asap",
            )
            replica.doomed = replica.last_word = True
            return
        replica.state, replica.confirmed = State.ONLINE, confirmed
        replica.ack_ms = self._engine.now_ms
        if confirmed:
            replica.release()
        else:
            self._log(
                "notice",
                f"Streamed RDB transfer with replica {replica.name} succeeded (socket). Waiting"
                " for REPLCONF ACK from slave to enable streaming",
            )
        self._count_good()
        self._log("notice", f"Synchronization with replica {replica.name} succeeded")
        self._on_change()

    # what replicas say

    def acknowledged(self, session: Session, word: bytes) -> None:
        """REPLCONF ACK: so far has a replica got."""
        self.give_out()
        replica, offset = self.known.get(session.id), parse_integer(word)
        if replica is None or not replica.attached or offset is None:
            return
        replica.ack = max(replica.ack, offset)
        replica.ack_ms = self._engine.now_ms
        if replica.state is State.WAIT_END:
            self.pump()
        if replica.online and not replica.confirmed:
            replica.confirmed = True
            replica.release()
        self._on_change()

    def count(self, offset: int) -> int:
        """How many replicas have acknowledged ``offset``."""
        return sum(replica.online and replica.ack >= offset for replica in self.replicas)

    def _count_good(self) -> None:
        """Those who have answered within min-replicas-max-lag seconds."""
        lag, now = self._engine.config.min_replicas_max_lag, self._engine.now_ms // 1000
        good = sum(
            replica.online and now - replica.ack_ms // 1000 <= lag for replica in self.replicas
        )
        if good != self.good:
            self.good = good
            self._engine.settle()

    # from time to time

    def configured(self) -> None:
        """The configuration has changed."""
        self._count_good()
        if self.backlog is not None:
            self.backlog.trim(self._engine.config.repl_backlog_size)

    def close_doomed(self) -> None:
        """Let go of those whose output has grown too large, or who have had our last word."""
        for replica in [one for one in self.replicas if one.doomed]:
            if not (replica.last_word and replica.queued):
                self._engine.disconnect(replica.session)

    def cron(self, *, follows: bool, quiet: bool) -> None:
        """Once a second. ``follows``: the stream is our own master's; ``quiet``: a failover waits
        for replicas to have it all, so nothing may be added to it."""
        self.give_out()
        engine, config = self._engine, self._engine.config
        due = self._rounds % config.repl_ping_replica_period == 0
        self._rounds += 1
        if due and self.replicas and not follows and not quiet:
            self.relay(PING)
        streamed = self.transfer is not None and self.transfer.streamed
        for replica in self.replicas:
            state = replica.state
            if state is State.WAIT_START or (state is State.WAIT_END and not streamed):
                replica.send(b"\n")
        self._drop_silent()
        if (
            not self.replicas
            and config.repl_backlog_ttl
            and self.backlog is not None
            and not follows
            and (engine.now_ms - self.alone_since_ms) // 1000 > config.repl_backlog_ttl
        ):
            self._history.begin()
            self.drop_backlog()
            self._log(
                "notice",
                f"Replication backlog freed after {config.repl_backlog_ttl} seconds without"
                " connected replicas.",
            )
        if self.backlog is not None:
            self.backlog.trim(config.repl_backlog_size)
        self._begin_if_due(engine.now_ms)
        self._count_good()

    def _drop_silent(self) -> None:
        """Replicas that have said nothing for repl-timeout seconds, or take nothing."""
        now, limit = self._engine.now_ms // 1000, self._engine.config.repl_timeout
        for replica in list(self.replicas):
            if replica.online and not replica.old and now - replica.ack_ms // 1000 > limit:
                kind = "streaming sync"
            elif replica.stalled_ms and now - replica.stalled_ms // 1000 > limit:
                kind = "full sync"
            else:
                continue
            self._log("warning", f"Disconnecting timedout replica ({kind}): {replica.name}")
            self._engine.disconnect(replica.session)


def _why_full(replica: Replica, history: History, identity: bytes, offset: int) -> str:
    """Why a replica cannot go on with our history, for the log."""
    asked = identity.decode("latin-1")
    if asked.startswith("?"):
        return f"Full resync requested by replica {replica.name}"
    if identity.lower() == history.second_id:
        return (
            "Partial resynchronization not accepted: Requested offset for second ID was"
            f" {offset}, but I can reply up to {history.second_offset}"
        )
    return (
        "Partial resynchronization not accepted: Replication ID mismatch (Replica asked for"
        f" '{asked}', my replication IDs are '{history.id.decode()}' and"
        f" '{history.second_id.decode()}')"
    )


def _described(replica: Replica) -> str:
    return describe(replica.session).decode("latin-1").rstrip()
