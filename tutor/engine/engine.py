"""The engine: sixteen databases, a clock, a seed, and the one way in, `Engine.execute`.

    argv ─▶ look up ─▶ arity ─▶ state (MULTI) ─▶ run ─▶ wake blocked sessions ─▶ reply

Everything particular to a command stands in its row of the table or in its function.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields

from tutor.engine import cron, errors
from tutor.engine.clock import Clock, SystemClock
from tutor.engine.config import Config
from tutor.engine.database import Database
from tutor.engine.events import Conversion, Observer
from tutor.engine.registry import Command, all_commands, spellings
from tutor.engine.replies import (
    BLOCKED,
    NOT_SERVED,
    QUEUED,
    Reply,
    ReplyError,
)
from tutor.engine.session import Blocked, Session

_epochs = itertools.count(1)


@dataclass(slots=True)
class Stats:
    """Counters that INFO shows.

    ``calls``, ``failed`` (ran and gave an error) and ``rejected`` (refused before they ran) are
    per command, ``errors`` per error code. ``dirty`` counts changes to the data.
    """

    commands_processed: int = 0
    connections_received: int = 0
    keyspace_hits: int = 0
    keyspace_misses: int = 0
    expired_keys: int = 0
    evicted_keys: int = 0
    error_replies: int = 0
    dirty: int = 0
    expire_cap_reached: int = 0
    calls: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    failed: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    rejected: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    errors: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def reset(self) -> None:
        """CONFIG RESETSTAT: everything but ``dirty``."""
        fresh = Stats(dirty=self.dirty)
        for counter in fields(Stats):
            setattr(self, counter.name, getattr(fresh, counter.name))


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A moment of an engine. Shares values with it; whoever writes first copies."""

    databases: tuple[tuple[object, object, dict[bytes, int]], ...]
    config: Config
    random_state: object
    now_us: int


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
        self.config = config or Config()
        self.seed = random.SystemRandom().getrandbits(64) if seed is None else seed
        self.random = random.Random(self.seed)
        self.hash_seed = hashlib.blake2b(b"%d" % self.seed, digest_size=16).digest()
        self.run_id = hashlib.sha1(b"run-%d" % self.seed).hexdigest()
        self.replication_id = hashlib.sha1(b"replication-%d" % self.seed).hexdigest()
        self.observer = observer
        self.epoch = next(_epochs)
        self.stats = Stats()
        self.start_us = self.clock.now_us()
        self.now_ms = self.start_us // 1000
        self.databases = [Database(self, index) for index in range(self.config.databases)]
        self.sessions: dict[int, Session] = {}
        self.ready: list[tuple[Database, bytes]] = []
        self.waiting: Counter[type] = Counter()  # blocked sessions by what they wait for
        self.active_expire = True
        self.cron = cron.CronState()
        self._session_ids = itertools.count(1)
        self._spellings = spellings()

    # sessions

    def connect(self, peer: str = "127.0.0.1:0") -> Session:
        """A new client's session on database 0."""
        session = Session(self, next(self._session_ids), peer)
        session.authenticated = not self.config.requirepass
        self.sessions[session.id] = session
        self.stats.connections_received += 1
        return session

    def disconnect(self, session: Session) -> None:
        """Forget a client: its watches, its place in queues."""
        self.unblock(session)
        self.unwatch(session)
        session.transaction = None
        self.sessions.pop(session.id, None)

    @property
    def commands(self) -> Mapping[bytes, Command]:
        """Every command this engine carries out, by lower-case name; subcommands inside."""
        return all_commands()

    # the way of a command

    def execute(self, session: Session, argv: Sequence[bytes]) -> Reply:
        """Carry out one command and return its reply (never raises for bad input).

        ``argv`` is the command's name and arguments. Returns `BLOCKED` if the session now waits;
        the reply then comes through ``session.on_reply``.
        """
        self.now_ms = self.clock.now_us() // 1000
        try:
            command = self.find(argv)
            if not session.authenticated and not command.no_auth:
                raise ReplyError(errors.NO_AUTH)
            if session.transaction is not None and not command.immediate:
                return self._queue(session, command, argv)
        except ReplyError as error:
            return self._reject(session, argv, error)
        reply = self.call(session, command, argv)
        if self.ready:
            self.serve_blocked()
        return reply

    def find(self, argv: Sequence[bytes]) -> Command:
        """The command of ``argv``, its arity checked; raises `ReplyError`."""
        command = self._resolve(argv)
        if not command.min_args <= len(argv) <= command.max_args:
            raise ReplyError(errors.wrong_arity(command.name))
        return command

    def _resolve(self, argv: Sequence[bytes]) -> Command:
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

    def call(self, session: Session, command: Command, argv: Sequence[bytes]) -> Reply:
        """Run a command that passed the checks. EXEC and scripts come in here too."""
        stats = self.stats
        session.last_command = command.name
        session.last_ms = self.now_ms
        try:
            reply = command.function(session, argv)
        except ReplyError as error:
            reply = self._count_error(error)
            stats.failed[command.name] += 1
        stats.commands_processed += 1
        stats.calls[command.name] += 1
        if self.observer is not None:
            self.observer.executed(session, argv, reply)
        return reply

    def _queue(self, session: Session, command: Command, argv: Sequence[bytes]) -> Reply:
        transaction = session.transaction
        assert transaction is not None
        if command.no_multi:
            raise ReplyError(errors.NO_MULTI)
        transaction.queue.append((command, argv))
        return QUEUED

    def _reject(self, session: Session, argv: Sequence[bytes], error: ReplyError) -> ReplyError:
        """Refuse a command before it runs: an open transaction is spoilt, and by EXEC ended."""
        if session.transaction is not None:
            session.transaction.broken = True
        if argv[0].lower() == b"exec":
            session.transaction = None
            self.unwatch(session)
            error = ReplyError(errors.exec_abort(error.message))
        with contextlib.suppress(ReplyError):
            self.stats.rejected[self._resolve(argv).name] += 1
        return self._count_error(error)

    def _count_error(self, error: ReplyError) -> ReplyError:
        self.stats.error_replies += 1
        self.stats.errors[error.code] += 1
        return error

    # blocking

    def block(
        self,
        session: Session,
        keys: Sequence[bytes],
        kind: type,
        timeout_ms: int,
        timeout_reply: Reply,
        serve: Callable[[Session, bytes], Reply],
    ) -> Reply:
        """Let ``session`` wait for values of class ``kind`` under ``keys``; see `Blocked`.

        ``timeout_ms`` 0 is for ever.

        Inside EXEC nothing waits: the timeout reply is the answer.
        """
        if session.in_exec:
            return timeout_reply
        deadline = self.now_ms + timeout_ms if timeout_ms else 0
        unique = tuple(dict.fromkeys(keys))
        session.blocked = Blocked(session.db, unique, kind, deadline, timeout_reply, serve)
        self.waiting[kind] += 1
        for key in unique:
            session.db.blocked.setdefault(key, {})[session] = None
        return BLOCKED

    def unblock(self, session: Session, reply: Reply = NOT_SERVED) -> None:
        """End a wait; a reply other than `NOT_SERVED` is delivered."""
        blocked = session.blocked
        if blocked is None:
            return
        session.blocked = None
        self.waiting[blocked.kind] -= 1
        for key in blocked.keys:
            waiting = blocked.db.blocked.get(key)
            if waiting is not None:
                waiting.pop(session, None)
                if not waiting:
                    del blocked.db.blocked[key]
        if reply is not NOT_SERVED and session.on_reply is not None:
            session.on_reply(reply)

    def serve_blocked(self) -> None:
        """Answer sessions whose keys became ready: keys in the order in which they did, sessions
        first come first served. A BLMOVE may make further keys ready."""
        while self.ready:
            ready, self.ready = self.ready, []
            for database, key in dict.fromkeys(ready):
                for session in list(database.blocked.get(key, ())):
                    if database.peek(key) is None:
                        break
                    self._serve(session, database, key)

    def _serve(self, session: Session, database: Database, key: bytes) -> None:
        blocked = session.blocked
        if blocked is None or blocked.db is not database or key not in blocked.keys:
            return
        try:
            reply = blocked.serve(session, key)
        except ReplyError as error:
            reply = self._count_error(error)
        if reply is not NOT_SERVED:
            self.unblock(session, reply)

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

    def tick(self) -> None:
        """The periodic work of serverCron; hosts call it about ``hz`` times a second."""
        self.now_ms = self.clock.now_us() // 1000
        cron.run(self)
        if self.ready:
            self.serve_blocked()

    # worlds

    def snapshot(self) -> Snapshot:
        """This moment, to come back to. Costs the number of keys, not the size of values."""
        databases = tuple(
            (database.keys.clone(), database.expires.clone(), database.access.copy())
            for database in self.databases
        )
        self._new_epoch()
        return Snapshot(databases, self.config.clone(), self.random.getstate(), self.clock.now_us())

    def restore(self, snapshot: Snapshot) -> None:
        """Go back to a moment: data, configuration and randomness. Sessions stay connected."""
        for database, (keys, expires, access) in zip(
            self.databases, snapshot.databases, strict=True
        ):
            database.keys = keys.clone()  # type: ignore[attr-defined]
            database.expires = expires.clone()  # type: ignore[attr-defined]
            database.access = access.copy()
        self.config.assign(snapshot.config)
        self.random.setstate(snapshot.random_state)  # type: ignore[arg-type]
        self._new_epoch()

    def fork(self, clock: Clock | None = None) -> Engine:
        """An independent engine that starts from this moment (copy on write)."""
        other = Engine(clock or self.clock, self.seed, self.config.clone())
        other.restore(self.snapshot())
        other.active_expire = self.active_expire
        return other

    def _new_epoch(self) -> None:
        self.epoch = next(_epochs)
        for database in self.databases:
            database.epoch = self.epoch

    def converted(self, conversion: Conversion) -> None:
        """A command announces that a value changed its encoding."""
        if self.observer is not None:
            self.observer.converted(conversion)
