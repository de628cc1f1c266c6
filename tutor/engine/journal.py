"""The undo log of an engine: what each command, and whatever else happens, changes.

    Database.write ─▶ Journal.opens ─▶ small: a copy is made, the old value stays as it was
                                       big: the same object, which writes itself down from now on
    keyspace tables, expiry times, last uses ─▶ always write themselves down

All of it goes into the one `Record` that is open. `close` ends it, adds what is beside the data
(settings, users, scripts, randomness: only what has become another), and opens the next; `swap`
takes a record back or does it again. A record's size follows what was changed.

Values that a snapshot or a fork may share are copied before they are written, as without a journal;
those that are changed in place a snapshot copies. Going back to a snapshot (`Engine.restore`) is a
gap in the log: ``lost`` says so, and nothing from before it can be taken back.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tutor.engine.cron import CronState
from tutor.engine.database import Database
from tutor.engine.memory.eviction import EvictionState
from tutor.engine.memory.last_uses import log_uses
from tutor.engine.structures.hashtable import HashTable
from tutor.engine.structures.journal import Log, LoggedBytes, Record, keep_fields
from tutor.engine.structures.logged import (
    LoggedRadix,
    LoggedTable,
    log_radix,
    log_skiplist,
    log_table,
)
from tutor.engine.structures.logged_quicklist import LoggedQuicklist, log_quicklist
from tutor.engine.structures.quicklist import Quicklist
from tutor.engine.structures.sds import Sds
from tutor.engine.structures.stream import Stream
from tutor.engine.structures.stream_group import Consumer, Group
from tutor.engine.values import Hash, Set, Zset

if TYPE_CHECKING:
    from tutor.engine.engine import Engine

SMALL = 128
"""Elements up to which a value is copied before it changes: so that whoever looked at it before
(the X-ray) can compare."""

SMALL_NODES = 2
SMALL_TEXT = 8192

LISTENING = ("port", "bind", "enable_debug_command")
"""Settings that tell where a server listens."""

keep_fields(Database, ("keys", "expires", "access", "book", "expires_cursor", "average_ttl_ms"))
keep_fields(CronState, ("expire_db", "resize_db", "rehash_db", "cut_short", "stale_share"))
keep_fields(EvictionState, ("pool", "next_db", "running", "limit", "over_since_ms", "over_ms"))
keep_fields(Sds, ("data", "alloc", "kind", "encoding"))
keep_fields(Stream, ("groups", "length", "last_id", "first_id", "max_deleted_id", "entries_added"))
keep_fields(Group, ("last_id", "entries_read", "consumers"))
keep_fields(Consumer, ("seen_ms", "pending"))


class Journal:
    """See the module's text. One at a time for an engine: it takes the place of the one before."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.log = Log()
        self.lost = False
        self._sides = _Sides(engine)
        engine.journal = self
        engine.new_epoch()
        for database in engine.databases:
            self.attach(database)

    # records

    def close(self) -> Record:
        """End the open record and begin another; returns what was written down."""
        record = self.log.begin()
        self._sides.note(record)
        self.engine.new_epoch()
        return record

    def swap(self, record: Record, back: bool) -> None:
        """Take back what a record tells of (``back``), or do it again."""
        kept = self.log.begin()  # what the structures write down meanwhile is of no use
        record.swap(back)
        self.log.record = kept
        self._sides.swap(record)
        self._settle_books(record)
        self.engine.new_epoch()

    def _settle_books(self, record: Record) -> None:
        """Keys whose size may be another are measured anew."""
        for database in self.engine.databases:
            if database.book is None:
                continue
            _, keys = record.items.get(id(database.keys.data), (None, {}))
            database.book.stale.update(keys)
            database.book.stale.update(key for db, key in record.opened if db == database.index)

    def altered(self, record: Record, scripts: bool) -> bool:
        """Whether a record that was closed just now tells of other users or function libraries, or
        other ``scripts`` of the cache."""
        was, now = record.sides, self._sides.seen
        if "users" in was:
            return True
        if "scripts" not in was:
            return False
        before, after = was["scripts"], now["scripts"]
        return before.libraries != after.libraries or (scripts and before.scripts != after.scripts)

    def lose(self) -> None:
        """The data were replaced from outside: nothing of before can be taken back."""
        self.lost = True
        self.log.begin()
        self._sides.look()
        for database in self.engine.databases:
            self.attach(database)

    def stop(self) -> None:
        """Write nothing down any more. Values that did so once go on for nobody, until a copy takes
        their place."""
        self.engine.journal = None
        for database in self.engine.databases:
            database.take_over(database.keys, database.expires, database.access)

    # what writes itself down

    def attach(self, database: Database) -> None:
        """The tables of a database, which may be new, write themselves down from now on."""
        for table in (database.keys, database.expires):
            log_table(table, self.log)
        log_uses(database.access, self.log)
        moving = [
            (key, value)
            for key, value in database.keys.data.items()
            if isinstance(value, (Hash, Set, Zset))
            and value.table is not None
            and value.table.rehashing
        ]
        for key, value in moving:  # whoever reads them moves them on
            if value.epoch < self.engine.frozen:
                value = database.keys.data[key] = value.clone()
                value.epoch = self.engine.epoch
            self.watch(value)

    def note_key(self, database: Database, key: bytes) -> None:
        """A key's value is about to be replaced behind the table's back."""
        self.log.record.opened[database.index, key] = None
        self.log.record.item(database.keys.data, key)

    def note_database(self, database: Database) -> None:
        """A database is about to get other tables (FLUSHALL, SWAPDB)."""
        self.log.record.state(database)

    def note_cron(self) -> None:
        """The periodic work is about to move its cursors."""
        record = self.log.record
        record.state(self.engine.cron)
        for database in self.engine.databases:
            if database.expires.data:
                record.state(database)
        self.note_eviction()

    def note_eviction(self) -> None:
        """Keys may be about to be evicted."""
        eviction = self.engine.eviction
        if self.engine.config.maxmemory and id(eviction) not in self.log.record.states:
            self.log.record.state(eviction)
            eviction.pool = eviction.pool.copy()

    def opens(self, database: Database, key: bytes, value: Any) -> bool:
        """A value is about to be changed: True if that may be done in place, False if in a copy
        (that the key gets another value is written down then)."""
        record = self.log.record
        record.opened[database.index, key] = None
        if (is_logged(value) or value.epoch >= self.engine.frozen) and is_big(value):
            self.watch(value)
            _OPENS.get(type(value), _nothing)(record, value, self.log)
            return True
        record.item(database.keys.data, key)
        return False

    def watch(self, value: Any) -> None:
        """Write down what changes in a value from now on, by reading (a rehash goes on) or by
        writing. Not if a snapshot may share it."""
        if value.epoch < self.engine.frozen and not is_logged(value):
            return
        if isinstance(value, Quicklist):
            if type(value) is not LoggedQuicklist or value.log is not self.log:
                log_quicklist(value, self.log)
        elif isinstance(value, (Hash, Set, Zset)):
            table = value.table
            if table is not None and (type(table) is not LoggedTable or table.log is not self.log):
                log_table(table, self.log)
                if isinstance(value, Zset) and value.skiplist is not None:
                    log_skiplist(value.skiplist, self.log)

    def watch_key(self, database: Database, key: bytes) -> None:
        """As `watch`, for what is at a key."""
        value = database.keys.data.get(key)
        if isinstance(value, (Hash, Set, Zset)) or (
            isinstance(value, Quicklist) and value.compress
        ):
            self.watch(value)

    def unshare(self, keys: HashTable) -> None:
        """In the keyspace of a snapshot, put copies in place of what is changed in place here."""
        shared = [
            key
            for key, value in keys.data.items()
            if type(value) is not bytes and type(value) is not int and is_logged(value)
        ]
        for key in shared:
            keys.data[key] = keys.data[key].clone()


def is_logged(value: Any) -> bool:
    """Whether a value writes itself down."""
    if isinstance(value, (Hash, Set, Zset)):
        return type(value.table) is LoggedTable
    if isinstance(value, Stream):
        return type(value.nodes) is LoggedRadix
    return type(value) is LoggedQuicklist or (
        isinstance(value, Sds) and type(value.data) is LoggedBytes
    )


def is_big(value: Any) -> bool:
    """Whether a copy of a value would cost more than a look at each change."""
    if isinstance(value, (Hash, Set, Zset)):
        return value.table is not None and len(value.table.data) > SMALL
    if isinstance(value, Quicklist):
        return value.node_count > SMALL_NODES
    if isinstance(value, Stream):
        return len(value.nodes) > SMALL_NODES or any(
            len(group.pending) > SMALL for group in value.groups.values()
        )
    return len(value) > SMALL_TEXT


# opening what does not write itself down as a whole


def _nothing(record: Record, value: Any, log: Log) -> None:
    """All that may change is written down by the structure itself."""


def _open_text(record: Record, sds: Sds, log: Log) -> None:
    """A long text: which of its bytes are replaced."""
    if type(sds.data) is not LoggedBytes or sds.data.log is not log:
        sds.data = LoggedBytes(sds.data)
        sds.data.log = log
    record.state(sds)


def _open_stream(record: Record, stream: Stream, log: Log) -> None:
    """A stream: its figures and its groups. Nodes belong to an owner and are copied by the next
    one before they change; so the stream becomes another owner."""
    record.state(stream)
    if type(stream.nodes) is not LoggedRadix or stream.nodes.log is not log:
        log_radix(stream.nodes, log)
    stream.groups = stream.groups.copy()
    owner, stream.owner = stream.owner, object()
    for group in stream.groups.values():
        if group.owner is owner and len(group.pending) > SMALL:
            _open_group(record, group, log)
            group.owner = stream.owner


def _open_group(record: Record, group: Group, log: Log) -> None:
    """A group with many pending entries is changed in place."""
    record.state(group)
    group.consumers = group.consumers.copy()
    log_radix(group.pending, log)
    for consumer in group.consumers.values():
        log_radix(consumer.pending, log)
        record.state(consumer)


_OPENS: dict[type, Callable[[Record, Any, Log], None]] = {
    Sds: _open_text,
    Stream: _open_stream,
}


class _Sides:
    """What is beside the data: settings, users, scripts, randomness. Each is seldom another than
    at the last look; then the old one goes into the record."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._config = (-1, engine.config)
        self._random: tuple[Any, ...] = ()
        self.seen: dict[str, Any] = {}
        self.look()

    def look(self) -> None:
        """See everything as it is now."""
        self.seen = self._now()

    def note(self, record: Record) -> None:
        """Write down what has become another since the last look."""
        now = self._now()
        for name, was in self.seen.items():
            if now[name] != was:
                record.sides[name] = was
        self.seen = now

    def swap(self, record: Record) -> None:
        """Exchange what a record holds with what there is."""
        if not record.sides:
            return
        for name, old in record.sides.items():
            record.sides[name] = self.seen[name]
            getattr(self, f"_restore_{name}")(old)
        self.look()

    def _now(self) -> dict[str, Any]:
        engine = self._engine
        version = engine.config.version
        if self._config[0] != version:
            self._config = version, engine.config.clone()
        return {
            "config": self._config,
            "users": engine.acl.snapshot(),
            "scripts": engine.scripting.snapshot(),
            "random": self._random_state(),
        }

    def _random_state(self) -> tuple[Any, ...]:
        """The generator's state. Its 624 words change once in as many draws, so records share
        them."""
        version, words, rest = self._engine.random.getstate()
        known = self._random
        if known and known[1] == words[:-1]:
            if known[2] == words[-1] and known[3] == rest:
                return known
            state = (version, known[1], words[-1], rest)
        else:
            state = (version, words[:-1], words[-1], rest)
        self._random = state
        return state

    def _restore_config(self, old: tuple[int, Any]) -> None:
        """Where we listen is no data: while a port is open it stays as it is."""
        config, engine = self._engine.config, self._engine
        listening = {name: getattr(config, name) for name in LISTENING}
        config.assign(old[1])
        if engine.host is not None:
            config.__dict__.update(listening)

    def _restore_users(self, old: Any) -> None:
        self._engine.acl.restore(old)

    def _restore_scripts(self, old: Any) -> None:
        self._engine.scripting.restore(old)

    def _restore_random(self, old: tuple[Any, ...]) -> None:
        version, words, last, rest = old
        self._engine.random.setstate((version, (*words, last), rest))
