"""The engine: sixteen databases, a clock, a seed, and the one way in, `Engine.execute`.

    argv ─▶ look up ─▶ arity ─▶ gates ─▶ run ─▶ wake blocked sessions ─▶ reply

What needs no gate but arity takes the short way, everything else the long one. A server gives the
commands of a pipeline to `Engine.short_way` together, and what that hands back to `long_way`.

Everything particular to a command stands in its row of the table or in its function; what may
refuse or delay one stands in `tutor.engine.gates`.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.engine import cron, errors, gates, standing
from tutor.engine.acl import Acl
from tutor.engine.clients import monitor, notifications, pause
from tutor.engine.clients.pause import Pause
from tutor.engine.clients.pubsub import PubSub
from tutor.engine.clients.redaction import redacted
from tutor.engine.clients.tracking import TrackingTable
from tutor.engine.clients.waiting import Waiting
from tutor.engine.clock import Clock, SystemClock
from tutor.engine.config import Config
from tutor.engine.database import Database
from tutor.engine.events import Conversion, Observer
from tutor.engine.memory.accounting import Accounts
from tutor.engine.memory.eviction import EvictionState
from tutor.engine.memory.last_uses import LastUses
from tutor.engine.memory.lfu import is_lfu
from tutor.engine.propagation import Propagation, has_effect
from tutor.engine.registry import Command, all_commands, quick_spellings, spellings
from tutor.engine.replies import (
    BLOCKED,
    Reply,
    ReplyError,
    messages_of,
)
from tutor.engine.scripting import Scripting
from tutor.engine.session import Session
from tutor.engine.statistics import slowlog
from tutor.engine.statistics.latency import Latency
from tutor.engine.statistics.stats import Stats
from tutor.engine.structures.hashtable import HashTable

if TYPE_CHECKING:
    from tutor.engine.acl.user import Rights
    from tutor.engine.host import Host, Persistence, Replication
    from tutor.engine.journal import Journal
    from tutor.engine.scripting import RunningScript
    from tutor.engine.scripting.scripts import ScriptingSnapshot

_epochs = itertools.count(1)
_NEVER_US = 1 << 62
_NOTHING_QUICK: Mapping[bytes, Command] = {}
_SERVED_EVENTS = frozenset({"lpop", "rpop", "del"})
"""What a waiting client does to a list: its trackers have heard of the push that served it."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A moment of an engine. Shares values with it; whoever writes first copies."""

    databases: tuple[tuple[HashTable, HashTable, LastUses], ...]
    config: Config
    users: Mapping[bytes, Rights]
    scripts: ScriptingSnapshot
    random_state: object
    now_us: int
    active_expire: bool


class Engine:
    """An in-memory Redis 7.0 without I/O.

    ``clock`` gives the time and ``seed`` everything random: hash order, skiplist levels, picks.
    The same clock, seed and commands give the same replies.
    """

    def __init__(
        self,
        clock: Clock | None = None,
        seed: int | None = None,
        config: Config | None = None,
        observer: Observer | None = None,
    ) -> None:
        self.clock: Clock = clock or SystemClock()
        self._now_ns = self.clock.now_ns
        self.config = config or Config()
        self.seed = random.SystemRandom().getrandbits(64) if seed is None else seed
        self.random = random.Random(self.seed)
        self.hash_seed = hashlib.blake2b(b"%d" % self.seed, digest_size=16).digest()
        self.run_id = hashlib.sha1(b"run-%d" % self.seed).hexdigest()
        self.replication_id = hashlib.sha1(b"replication-%d" % self.seed).hexdigest()
        self.host: Host | None = None
        self.persistence: Persistence | None = None
        self.replication: Replication | None = None
        self.epoch = next(_epochs)
        self.frozen = 0  # values of an older epoch may be shared with a snapshot
        self.journal: Journal | None = None  # while a history is kept
        self.propagation = Propagation(self)
        self.stats = Stats()
        self.start_us = self.clock.now_us()
        self.now_ms = self.start_us // 1000
        self.databases = [Database(self, index) for index in range(self.config.databases)]
        self.sessions: dict[int, Session] = {}
        self.current: Session | None = None  # whose command is carried out, if it matters to know
        self.late = False  # and its reply stands: messages to it come behind
        self.late_events: frozenset[str] = frozenset()  # events that come behind its reply
        self._event_late = False  # the present event is one of them
        self.ready: list[tuple[Database, bytes]] = []
        self.waiting = Waiting(self)
        self.active_expire = True
        self.own_expiring: dict[tuple[int, bytes], None] = {}  # written here, though a replica
        self.cron = cron.CronState()
        self.acl = Acl(self)
        self.pubsub = PubSub()
        self.tracking = TrackingTable(self)
        self.slowlog = slowlog.SlowLog()
        self.monitors: dict[int, Session] = {}
        self.pauses: dict[str, Pause] = {}  # by purpose
        self.pause: Pause | None = None  # what clients feel of them
        self.postponed: dict[int, Session] = {}  # in the order in which CLIENT PAUSE held them back
        self.carrying_on = False  # with what CLIENT PAUSE has held back
        self.latency = Latency()
        self.accounts = Accounts(self)
        self.scripting = Scripting(self)
        self.accounts.scripts = self.scripting.memory
        self.eviction = EvictionState()
        self.out_of_memory = False
        self.loading = False  # a file or a master's data: most commands are refused
        self.guarded = False  # the server's role or files forbid something
        self._running_script: RunningScript | None = None
        self._observer = observer
        self._session_ids = itertools.count(1)
        self._spellings = spellings()
        self._usual = quick_spellings()
        self._telling: Mapping[bytes, Command] | None = None
        self.config.on_change = self.settle
        self.settle()

    def settle(self) -> None:
        """Look again at everything that makes commands take the long way or be told of.

        For whoever changes the configuration, the pause, the monitors or what is tracked.
        """
        config = self.config
        self.special = (
            bool(config.maxmemory)
            or self.pause is not None
            or self.busy
            or self.loading
            or self.tracking.overfull
            or (self.tracking.broadcasting and self.host is None)
        )
        self.guarded = standing.is_guarded(self)
        self.observed = self._observer is not None
        self.watched = self.observed or bool(self.monitors) or bool(self.tracking.clients)
        self.listened = (
            self.observed
            or bool(config.notify_keyspace_events)
            or bool(config.maxmemory)
            or self.tracking.active
        )
        if not config.maxmemory:
            self.out_of_memory = False
        self.counts_uses = is_lfu(config.maxmemory_policy)
        self.stats.track_latency(config.latency_tracking)
        slow = config.slowlog_log_slower_than
        self.slow_us = slow if slow >= 0 else _NEVER_US
        if config.latency_monitor_threshold:
            self.slow_us = min(self.slow_us, config.latency_monitor_threshold * 1000)
        self.note_us = -1 if self.watched else self.slow_us
        plain = not self.special and not self.propagation.active
        self._obeyed = self._usual if plain else _NOTHING_QUICK
        if self.special or (
            self.guarded and (standing.is_stale(self) or standing.disk_trouble(self) is not None)
        ):
            self._quick = _NOTHING_QUICK
        else:
            self._quick = self._unguarded() if not self.guarded else _reads(self._usual)

    def _unguarded(self) -> Mapping[bytes, Command]:
        """What may take the short way on a server that nothing is forbidden to: with sinks, writes
        that tell of themselves."""
        if not self.propagation.active:
            return self._usual
        if self._telling is None:
            twins = {row: self.propagation.twin(row) for row in _telling(self._usual)}
            self._telling = {
                **_reads(self._usual),
                **{name: twins[row] for name, row in self._usual.items() if row in twins},
            }
        return self._telling

    @property
    def observer(self) -> Observer | None:
        """Who is told of changed keys, conversions and commands."""
        return self._observer

    @observer.setter
    def observer(self, observer: Observer | None) -> None:
        self._observer = observer
        self.settle()

    # sessions

    def connect(self, peer: str = "127.0.0.1:0", *, counted: bool = True) -> Session:
        """A new client's session on database 0. ``counted``: it has come to us, not we to it."""
        session = Session(self, next(self._session_ids), peer)
        session.authenticated = self.acl.open
        self.sessions[session.id] = session
        self.stats.connections_received += counted
        return session

    def disconnect(self, session: Session) -> None:
        """Forget a client: its watches, its place in queues, its subscriptions."""
        self.waiting.unblock(session)
        self.unwatch(session)
        session.postponed = None
        self.postponed.pop(session.id, None)
        session.transaction = None
        self.pubsub.forget(session)
        self.tracking.stop(session)
        if session.monitoring:
            monitor.stop(self, session)
        if self.sessions.pop(session.id, None) is None:
            return
        if self.replication is not None:
            self.replication.disconnected(session)
        if self.host is not None:
            self.host.hang_up(session)

    @property
    def commands(self) -> Mapping[bytes, Command]:
        """Every command this engine carries out, by lower-case name; subcommands inside."""
        return all_commands()

    # the way of a command

    def execute(self, session: Session, argv: Sequence[bytes]) -> Reply:
        """Carry out one command and return its reply (never raises for bad input).

        ``argv`` is the command's name and arguments. Returns `BLOCKED` if the session now waits;
        the reply then comes through ``session.on_reply``. Returns `NO_REPLY` where the client
        asked for none.
        """
        now_ns = self._now_ns
        started = now_ns()
        command = self._quick.get(argv[0])
        if (
            command is None
            or session.special
            or not command.min_args <= len(argv) <= command.max_args
        ):
            return self.long_way(session, argv)
        self.now_ms = now_ms = started // 1_000_000
        session.last_command = command
        session.last_ms = now_ms
        function = command.function  # a call through an attribute is a slow one
        try:
            reply = function(session, argv)
        except ReplyError as error:
            reply = self._failed(command, error)
        took = (now_ns() - started) // 1000
        if took >= self.note_us or reply is BLOCKED:
            self._note(session, command, argv, reply, took)
        else:
            self.stats.took[command].append(took)
        if self.ready:
            self.waiting.serve_ready()
        return reply

    def short_way(
        self, session: Session, commands: Iterator[Sequence[bytes]], replies: list[Reply]
    ) -> Sequence[bytes] | None:
        """Carry out commands as `execute` does, as long as none needs the long way; that one is
        returned, and None behind the last or behind one that blocks. A millisecond after the first,
        any command is sent the long way: whoever calls can look at the clock.

        Their replies are put behind ``replies``. What a pipeline says again is looked up once.
        """
        now_ns, took_by, answer = self._now_ns, self.stats.took, replies.append
        name: bytes | None = None
        quick = self._quick
        started, late_ns = now_ns(), 0  # the millisecond is over at ``late_ns``
        for argv in commands:
            if argv[0] != name or quick is not self._quick:
                name, quick = argv[0], self._quick
                row = quick.get(name)
                if row is None or not row.min_args <= len(argv) <= row.max_args:
                    return argv
                command, function, low, high = row, row.function, row.min_args, row.max_args
                note = took_by[command].append
            if session.special or not low <= len(argv) <= high:
                return argv
            if started >= late_ns:
                if late_ns:
                    return argv
                self.now_ms = session.last_ms = started // 1_000_000
                late_ns = (self.now_ms + 1) * 1_000_000
            session.last_command = command
            try:
                reply = function(session, argv)
            except ReplyError as error:
                reply = self._failed(command, error)
            ended = now_ns()
            took = (ended - started) // 1000
            answer(reply)
            if took >= self.note_us or reply is BLOCKED:
                self._note(session, command, argv, reply, took)
                if reply is BLOCKED:
                    return None
            else:
                note(took)
            if self.ready:
                self.waiting.serve_ready()
                ended = now_ns()
            started = ended
        return None

    def long_way(self, session: Session, argv: Sequence[bytes]) -> Reply:
        """Carry out one command past every gate, and do what the session wants done afterwards."""
        self.now_ms = self._now_ns() // 1_000_000
        if session.from_master and session.transaction is None:
            row = self._obeyed.get(argv[0])
            if row is not None and row.min_args <= len(argv) <= row.max_args:
                return self._obey(session, row, argv)
        outer = self.current, self.late
        self.current, self.late = session, False
        self.propagation.begin()
        try:
            command = gates.admit(self, session, argv)
            if type(command) is Command:
                reply = self.carry_out(session, command, argv)
                self.propagation.unit_over(session)
                self.late = True
                self.tracking.tell_pending(session)
                if self.ready:
                    self.waiting.serve_ready()
            else:
                reply = command
        except ReplyError as error:
            reply = self._reject(session, argv, error)
        except BaseException:  # a fault of ours, or Ctrl-C: the next command begins afresh
            self.current, self.late = outer
            raise
        finally:
            self.propagation.end(session)
        self.late = True
        if self.host is None and self.tracking.broadcasting and not self.carrying_on:
            self.tracking.broadcast()
        self.current, self.late = outer
        if reply is BLOCKED:
            for message in session.take_following():
                session.push(message)
            return reply
        return self.finish(session, reply, argv[0])

    def _obey(self, session: Session, command: Command, argv: Sequence[bytes]) -> Reply:
        """A command of our master's that no gate and no sink is concerned with."""
        outer, self.current = self.current, session
        session.last_command, session.last_ms = command, self.now_ms
        try:
            reply = self.call(session, command, argv)
            if self.ready:
                self.waiting.serve_ready()
        finally:
            self.current = outer
        return reply

    def is_late_for(self, session: Session) -> bool:
        """Whether a message to ``session`` comes behind the reply that it is about to get."""
        if session is self.current:
            return self.late
        return session is self.waiting.serving and self._event_late

    def carry_out(self, session: Session, command: Command, argv: Sequence[bytes]) -> Reply:
        """Run a command of a client, by itself or in EXEC, for whom messages must be in order."""
        outer = self.late, self.late_events
        self.late, self.late_events = False, notifications.late_events(command, argv)
        try:
            return self.tracking.carry_out(session, command, argv)
        finally:
            self.late, self.late_events = outer

    def finish(self, session: Session, reply: Reply, name: bytes = b"") -> Reply:
        """A special session's reply is complete: what of it is sent (CLIENT REPLY), which messages
        follow it, and the end of what holds for one command only (``name`` is the command's)."""
        if session.mute:
            reply = messages_of(reply)
        if session.closing:  # the reply was the last word
            session.take_following()
        reply = session.framed(reply)
        if session.tracking is not None:
            self.tracking.command_over(session, name)
        if session.skipping or session.skip_next:
            session.skipping, session.skip_next = session.skip_next, False
            session.settle()
        return reply

    def before_sleep(self) -> None:
        """What Redis does before it waits for the next bytes: commands that a pause has held back,
        messages of many keys at once.

        For hosts, after the replies to all that a client has sent at once are ready.
        """
        if self.replication is not None:
            self.replication.before_sleep()
        if self.postponed and self.pause is None:
            pause.carry_on(self)
        if self.tracking.broadcasting:
            self.tracking.broadcast()
        if self.replication is not None:
            self.replication.give_out()
        if self.persistence is not None:
            self.persistence.before_sleep()

    def find(self, argv: Sequence[bytes]) -> Command:
        """The command of ``argv``, its arity checked; raises `ReplyError`."""
        command = self.resolve(argv)
        if not command.min_args <= len(argv) <= command.max_args:
            raise ReplyError(errors.wrong_arity(command.name))
        return command

    def resolve(self, argv: Sequence[bytes]) -> Command:
        """As `find`, whatever the number of words."""
        name = argv[0]
        command = self._spellings.get(name)
        if command is None:
            command = self._spellings.get(name.lower())
            if command is None:
                raise ReplyError(errors.unknown_command(argv))
        if command.subcommands and len(argv) > 1:
            child = command.subcommands.get(argv[1].lower())
            if child is None:
                raise ReplyError(errors.unknown_subcommand(command.name.encode(), argv[1]))
            command = child
        return command

    def rename_command(self, old: bytes, new: bytes) -> bool:
        """Call a command by another name, or by none (``b""``): redis.conf's rename-command.

        False if there is no such command or the new name is taken.
        """
        table = dict(self._spellings)
        command = table.pop(old.lower(), None)
        if command is None or new.lower() in table:
            return False
        table.pop(old.upper(), None)
        if new:
            table[new.lower()] = table[new.upper()] = command
        self._spellings = table
        self._usual = {name: row for name, row in table.items() if row.quick}
        self._telling = None
        self.settle()
        return True

    def call(self, session: Session, command: Command, argv: Sequence[bytes]) -> Reply:
        """Run a command that passed the checks. EXEC and scripts come in here too."""
        started = self._now_ns()
        try:
            if self.propagation.active:
                reply = self.propagation.carry_out(session, command, argv)
            else:
                reply = command.function(session, argv)
        except ReplyError as error:
            reply = self._failed(command, error)
        took = (self._now_ns() - started) // 1000
        self._note(session, command, argv, reply, took)
        return reply

    def _failed(self, command: Command, error: ReplyError) -> ReplyError:
        self.stats.failed[command.name] += 1
        return self.count_error(error)

    def _note(
        self, session: Session, command: Command, argv: Sequence[bytes], reply: Reply, took: int
    ) -> None:
        """A command was carried out, or waits: count it, and tell whoever is to know."""
        if reply is BLOCKED:
            self.stats.waits(command, took)
            if session.blocked is not None:
                session.blocked.argv, session.blocked.usec = argv, took
        else:
            self.stats.took[command].append(took)
            if took >= self.slow_us:
                self._slow(session, command, argv, took)
        if self.watched:
            self._tell(session, command, argv, reply, took)

    def _tell(
        self, session: Session, command: Command, argv: Sequence[bytes], reply: Reply, took: int
    ) -> None:
        """Tell all who want to know that a command was carried out."""
        if self.tracking.clients and command.reads:
            self.tracking.remember(session, command)
        if self.monitors and command.monitored:
            monitor.feed(self, session, redacted(command, argv))
        if self._observer is not None:
            self._observer.executed(session, argv, reply, took)

    def _slow(self, session: Session, command: Command, argv: Sequence[bytes], took: int) -> None:
        """A command took long enough for the slow log or the latency monitor."""
        slowlog.note(self, session, command, argv, took)
        self.spike("fast-command" if "fast" in command.spec.flags else "command", took)

    def spike(self, event: str, usec: int) -> None:
        """Something took so long: tell the latency monitor, if it was long enough for it."""
        threshold = self.config.latency_monitor_threshold
        if threshold and usec >= threshold * 1000:
            self.latency.add(event, self.clock.now_us() // 1_000_000, usec // 1000)

    def _reject(self, session: Session, argv: Sequence[bytes], error: ReplyError) -> ReplyError:
        """Refuse a command before it runs: an open transaction is spoilt, and by EXEC ended."""
        if session.transaction is not None:
            session.transaction.broken = True
        if argv[0].lower() == b"exec":
            session.transaction = None
            self.unwatch(session)
            error = ReplyError(errors.exec_abort(error.message))
            monitor.feed(self, session, argv)
        with contextlib.suppress(ReplyError):
            self.stats.rejected[self.resolve(argv).name] += 1
        if self._observer is not None:
            self._observer.executed(session, argv, error, 0)
        return self.count_error(error)

    def count_error(self, error: ReplyError) -> ReplyError:
        """Count an error reply, and return it."""
        self.stats.error_replies += 1
        self.stats.errors[error.code] += 1
        return error.as_reply()

    def is_queued(self, value: object) -> bool:
        """Whether a string under a key is also a word of the transaction that EXEC carries out.

        Redis has one object for both, and two references to it, until EXEC is over.
        """
        session = self.current
        if session is None or session.executing is None:
            return False
        return session.executing.holds(value)

    # scripts that take long

    @property
    def running_script(self) -> RunningScript | None:
        """The script or function that runs now."""
        return self._running_script

    @running_script.setter
    def running_script(self, script: RunningScript | None) -> None:
        self._running_script = script
        self.settle()

    @property
    def busy(self) -> bool:
        """Whether a script has run for longer than ``busy-reply-threshold``."""
        return self._running_script is not None and self._running_script.timed_out

    def while_busy(self) -> None:
        """A script that has timed out lets the host look after other clients for a moment."""
        self.settle()
        self.stats.settle()  # nothing ticks meanwhile
        if self.host is not None:
            now_ms = self.now_ms
            self.host.while_busy()
            self.now_ms = now_ms  # time stands still for the script

    # watching

    def unwatch(self, session: Session) -> None:
        """Forget the keys a session watches."""
        for index, key in session.watching:
            watchers = self.databases[index].watchers.get(key)
            if watchers is not None:
                watchers.pop(session, None)
                if not watchers:
                    del self.databases[index].watchers[key]
        session.watching.clear()
        session.dirty_cas = False

    # time

    def use_clock(self, clock: Clock) -> None:
        """Take the time from another clock from now on."""
        self.clock, self._now_ns = clock, clock.now_ns
        self.now_ms = clock.now_us() // 1000

    def tick(self) -> None:
        """The periodic work of serverCron; hosts call it about ``hz`` times a second."""
        self.now_ms = self.clock.now_us() // 1000
        self.stats.settle()
        self.stats.sample(self.clock.stopwatch_us())
        if self.pause is not None:
            pause.end_overdue(self)
        self.before_sleep()
        if self.tracking.overfull:
            self.tracking.trim()
        if self.replication is not None:
            self.replication.cron()
        cron.run(self)
        if self.persistence is not None:
            self.persistence.cron()
        if self.ready:
            self.waiting.serve_ready()

    # worlds

    def snapshot(self) -> Snapshot:
        """This moment, to come back to. Costs the number of keys, not the size of values, except
        those that a journal changes in place."""
        databases = tuple(
            (database.keys.clone(), database.expires.clone(), database.access.copy())
            for database in self.databases
        )
        if self.journal is not None:
            for keys, *_rest in databases:
                self.journal.unshare(keys)
        self.new_epoch()
        self.frozen = self.epoch
        return Snapshot(
            databases,
            self.config.clone(),
            self.acl.snapshot(),
            self.scripting.snapshot(),
            self.random.getstate(),
            self.clock.now_us(),
            self.active_expire,
        )

    def restore(self, snapshot: Snapshot) -> None:
        """Go back to a moment: data, configuration and randomness. Sessions stay connected."""
        for database, (keys, expires, access) in zip(
            self.databases, snapshot.databases, strict=True
        ):
            database.take_over(keys, expires, access)
        self.config.assign(snapshot.config)
        self.acl.restore(snapshot.users)
        self.scripting.restore(snapshot.scripts)
        self.random.setstate(snapshot.random_state)  # type: ignore[arg-type]
        self.active_expire = snapshot.active_expire
        self.eviction.pool.clear()  # candidates of another moment
        self.new_epoch()
        self.frozen = self.epoch
        if self.journal is not None:
            self.journal.lose()

    def fork(self, clock: Clock | None = None) -> Engine:
        """An independent engine that starts from this moment (copy on write)."""
        other = Engine(clock or self.clock, self.seed, self.config.clone())
        other.restore(self.snapshot())
        return other

    def forget_own_expiring(self, index: int) -> None:
        """A database of a replica was emptied."""
        self.own_expiring = {mark: None for mark in self.own_expiring if mark[0] != index}

    def new_epoch(self) -> None:
        """From now on the first change of each value is noticed (`Database.write`)."""
        self.epoch = next(_epochs)
        for database in self.databases:
            database.epoch = self.epoch

    def converted(self, conversion: Conversion) -> None:
        """A command announces that a value changed its encoding."""
        if self._observer is not None:
            self._observer.converted(conversion)

    def announce(self, database: Database, key: bytes, event: str, modified: bool = True) -> None:
        """A key has changed: notifications, invalidations (if ``modified``), the observer.

        `Database.changed` calls this while `listened`.
        """
        late = self.late
        self._event_late = event in self.late_events
        self.late = late or self._event_late
        if key == self.waiting.served and event in _SERVED_EVENTS:
            modified = False
        expired = event == "expired"  # the one event that Redis publishes first
        if modified and self.tracking.active and not expired:
            self.tracking.invalidate(key)
        if self.config.notify_keyspace_events:
            notifications.publish(self, database.index, key, event)
        if expired and self.tracking.active:
            self.tracking.invalidate(key)
        self.late = late
        if self._observer is not None:
            self._observer.changed(database.index, key, event)


def _telling(commands: Mapping[bytes, Command]) -> set[Command]:
    """Those whose effect has to be told, and is their own."""
    return {row for row in commands.values() if row.may_replicate and has_effect(row)}


def _reads(commands: Mapping[bytes, Command]) -> Mapping[bytes, Command]:
    """Those that never have to be told to replicas, nor remove more than one key on their way."""
    return {
        name: command
        for name, command in commands.items()
        if not command.may_replicate and (not command.reads or command.has_one_key)
    }
