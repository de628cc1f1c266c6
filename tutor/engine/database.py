"""One numbered database: keys, expiry, watchers, and the only gates through which values change.

Reading goes through `lookup`, changing in place through `lookup_write` (which copies a value
that a snapshot still shares), replacing through `set`, removing through `delete`. After a
change a command calls `changed` once: WATCH, notifications and the X-ray depend on it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeVar, cast

from tutor.engine import errors, standing
from tutor.engine.clients import notifications
from tutor.engine.memory.last_uses import RECENT, LastUses
from tutor.engine.memory.lfu import stamp, used
from tutor.engine.replies import ReplyError
from tutor.engine.structures.hashtable import HashTable
from tutor.engine.structures.quicklist import Quicklist
from tutor.engine.structures.resize_policy import ALWAYS
from tutor.engine.structures.sds import Sds
from tutor.engine.structures.stream import Stream
from tutor.engine.values import Set, String, Value, Zset

if TYPE_CHECKING:
    from tutor.engine.engine import Engine
    from tutor.engine.memory.accounting import Book
    from tutor.engine.session import Session

_T = TypeVar("_T")


class Database:
    """Keys and their expiry times (absolute Unix milliseconds)."""

    __slots__ = (
        "access",
        "average_ttl_ms",
        "blocked",
        "book",
        "engine",
        "epoch",
        "expires",
        "expires_cursor",
        "index",
        "keys",
        "watchers",
    )

    def __init__(self, engine: Engine, index: int) -> None:
        self.engine = engine
        self.index = index
        self.keys = HashTable(engine.hash_seed)
        self.expires = HashTable(engine.hash_seed)
        self.expires_cursor = 0  # the bucket at which active expiry goes on
        self.average_ttl_ms = 0
        self.access = LastUses()
        self.book: Book | None = None  # bytes of the keys, while there is a maxmemory
        self.epoch = engine.epoch
        self.watchers: dict[bytes, dict[Session, None]] = {}
        self.blocked: dict[bytes, dict[Session, None]] = {}

    def __len__(self) -> int:
        return len(self.keys.data)

    # reading

    def lookup(self, key: bytes, touch: bool = True, notify: bool = True) -> Value | None:
        """The value of a live key, or None. Counts a hit or miss, refreshes the access time
        (``touch``) and tells who wants to know of misses (``notify``)."""
        keys = self.keys
        if keys.rehashidx >= 0:
            keys.step()
        value: Value | None = keys.data.get(key)
        if value is None or (self.expires.data and self._died(key)):
            self._missed(key, notify)
            return None
        engine = self.engine
        engine.stats.keyspace_hits += 1
        if touch:
            if engine.counts_uses:
                self._count_use(key)
            else:
                self.access.recent[key] = engine.now_ms // 1000
        return value

    def _missed(self, key: bytes, notify: bool) -> None:
        engine = self.engine
        engine.stats.keyspace_misses += 1
        if notify and "m" in engine.config.notify_keyspace_events:
            notifications.publish(engine, self.index, key, "keymiss")

    def _died(self, key: bytes, writing: bool = False) -> bool:
        """Whether the key's time is over; it is removed then.

        A replica leaves it to its master to remove it, unless its own clients may write; to the
        master itself no key is dead, and while data are loaded none is either.
        """
        engine = self.engine
        when = self.expires.data.get(key)
        if when is None or when >= engine.now_ms or engine.loading:
            return False
        if engine.guarded and standing.is_replica(engine):
            if engine.current is not None and engine.current.from_master:
                return False
            if not writing or engine.config.replica_read_only:
                return True
        if engine.pause is None:  # while clients are paused the data stand still
            self.expire_now(key)
        return True

    def peek(self, key: bytes) -> Value | None:
        """As `lookup`, but leaves statistics and access time alone (OBJECT, TTL, TYPE, DEBUG)."""
        keys = self.keys
        if keys.rehashidx >= 0:
            keys.step()
        value: Value | None = keys.data.get(key)
        if value is None or (self.expires.data and self._died(key)):
            return None
        return value

    def read(self, key: bytes, kind: type[_T]) -> _T | None:
        """The value if it is of this class, None if there is no key, else WRONGTYPE."""
        value = self.lookup(key)
        if value is None or type(value) is kind or isinstance(value, kind):
            return value
        raise ReplyError(errors.WRONG_TYPE)

    def read_string(self, key: bytes) -> String | None:
        value = self.lookup(key)
        if value is None or isinstance(value, (bytes, int, Sds)):
            return value
        raise ReplyError(errors.WRONG_TYPE)

    # changing in place

    def lookup_write(self, key: bytes) -> Value | None:
        """The value to be changed in place: copied first if a snapshot still shares it."""
        keys = self.keys
        if keys.rehashidx >= 0:
            keys.step()
        value: Any = keys.data.get(key)
        if value is None or (self.expires.data and self._died(key, writing=True)):
            return None
        engine = self.engine
        if engine.counts_uses:
            self._count_use(key)
        else:
            self.access.recent[key] = engine.now_ms // 1000
        kind = type(value)
        if kind is bytes or kind is int:
            if engine.journal is not None:
                engine.journal.note_key(self, key)
        elif value.epoch != self.epoch:
            value = self._opened(key, value)
        result: Value = value
        return result

    def _opened(self, key: bytes, value: Any) -> Any:
        """A value that is about to be changed in place for the first time in this epoch: itself if
        the journal writes down what will change in it, else a copy."""
        journal = self.engine.journal
        if journal is None or not journal.opens(self, key, value):
            value = value.clone()
            self.keys.data[key] = value
        value.epoch = self.epoch
        return value

    def touch(self, key: bytes) -> Value | None:
        """As `lookup_write`, for a command that leaves the value itself alone: no copy is made."""
        value = self.peek(key)
        if value is not None:
            self._count_use(key)
        return value

    def _count_use(self, key: bytes) -> None:
        """Refresh the access time or, under an LFU policy, count."""
        engine = self.engine
        if engine.counts_uses:
            self.access.recent[key] = used(engine, self.access.get(key))
        else:
            self.access.recent[key] = engine.now_ms // 1000

    def write(self, key: bytes, kind: type[_T]) -> _T | None:
        """As `read`, for a value that will be changed in place."""
        keys = self.keys
        if keys.rehashidx >= 0:
            keys.step()
        value: Any = keys.data.get(key)
        if value is None or (self.expires.data and self._died(key, writing=True)):
            return None
        engine = self.engine
        if engine.counts_uses:
            self._count_use(key)
        else:
            self.access.recent[key] = engine.now_ms // 1000
        found: object = type(value)
        if found is not kind and not isinstance(value, kind):
            raise ReplyError(errors.WRONG_TYPE)
        if value.epoch != self.epoch:
            value = self._opened(key, value)
        result: _T = value
        return result

    def write_string(self, key: bytes) -> String | None:
        value = self.lookup_write(key)
        if value is None or isinstance(value, (bytes, int, Sds)):
            return value
        raise ReplyError(errors.WRONG_TYPE)

    # replacing and removing

    def set(self, key: bytes, value: Value, keep_ttl: bool = False) -> None:
        """Store a value under a new or an existing key; the TTL goes unless ``keep_ttl``.

        A value that has lived under another key (RENAME) keeps its epoch: a snapshot may share it.
        """
        stored: Any = value
        kind = type(value)
        if kind is not bytes and kind is not int and not stored.epoch:
            stored.epoch = self.epoch
        old = self.keys.data.get(key) if self.blocked else None
        new = self.keys.insert(key, value)
        engine = self.engine
        recent = self.access.recent
        if not engine.counts_uses:
            recent[key] = engine.now_ms // 1000
        elif new:
            recent[key] = stamp(engine)
        if new:
            if len(recent) > RECENT:
                self.access.settle()
            if engine.listened and "n" in engine.config.notify_keyspace_events:
                notifications.publish_new(engine, self.index, key)
            if self.blocked:  # 7.0 hears of no overwriting but that of a stream
                self.signal_ready(key)
        elif not keep_ttl and self.expires.data:
            self.expires.discard(key)
        if type(old) is Stream:
            self.signal_ready(key, Stream)

    def delete(self, key: bytes) -> bool:
        """Remove a key; the caller has made sure that it is not expired (`peek`)."""
        if self.blocked and type(self.keys.data.get(key)) is Stream:
            self.signal_ready(key, Stream)
        if not self.keys.discard(key):
            return False
        self.access.forget(key)
        if self.expires.data:
            self.expires.discard(key)
        return True

    def delete_if_empty(self, key: bytes, length: int) -> None:
        """After a removal: a collection without elements does not exist."""
        if length == 0:
            self.delete(key)
            self.changed(key, "del", 0)

    def store_result(self, key: bytes, value: Quicklist | Set | Zset, event: str) -> int:
        """Put what a STORE command built in place of whatever ``key`` holds; returns its length.

        An empty result removes the key.
        """
        count = len(value)
        if count:
            self.touch(key)
            self.set(key, value)
            self.changed(key, event)
        elif self.peek(key) is not None:
            self.delete(key)
            self.changed(key, "del")
        return count

    def clear(self) -> int:
        """Remove everything; returns how many keys there were."""
        count = len(self.keys.data)
        if self.engine.own_expiring:
            self.engine.forget_own_expiring(self.index)
        for key in self.blocked:
            if type(self.keys.data.get(key)) is Stream:
                self.signal_ready(key, Stream)
        watched = [key for key in self.watchers if key in self.keys.data]
        journal = self.engine.journal
        if journal is not None:
            journal.note_database(self)
        self.keys = HashTable(self.engine.hash_seed)
        self.expires = HashTable(self.engine.hash_seed)
        self.access = LastUses()
        self.book = None
        self.expires_cursor = self.average_ttl_ms = 0
        if journal is not None:
            journal.attach(self)
        for key in watched:
            self._break_watch(key)
        return count

    def exchange(self, other: Database) -> None:
        """SWAPDB: the data change places; whoever watches or waits stays with the number."""
        self._break_watches_of(other)
        other._break_watches_of(self)
        self._lose_streams_to(other)
        other._lose_streams_to(self)
        if self.engine.journal is not None:
            self.engine.journal.note_database(self)
            self.engine.journal.note_database(other)
        for name in ("keys", "expires", "access", "book", "expires_cursor", "average_ttl_ms"):
            mine = getattr(self, name)
            setattr(self, name, getattr(other, name))
            setattr(other, name, mine)
        for database in (self, other):
            for key in list(database.blocked):
                if key in database.keys.data:
                    database.signal_ready(key)

    def take_over(self, keys: HashTable, expires: HashTable, access: LastUses) -> None:
        """Copies of these stand here from now on (another moment's data, or another engine's)."""
        self.keys, self.expires, self.access = keys.clone(), expires.clone(), access.copy()
        self.keys.policy = self.expires.policy = ALWAYS
        self.book = None

    def fill(self, keys: HashTable, expires: HashTable, access: LastUses) -> None:
        """These, out of a file, stand here in place of everything; nobody else has them."""
        self.clear()
        self.keys, self.expires, self.access = keys, expires, access
        if self.engine.journal is not None:
            self.engine.journal.attach(self)

    # expiry

    def expires_at(self, key: bytes) -> int | None:
        """Unix milliseconds at which the key dies, or None."""
        return cast("int | None", self.expires.data.get(key))

    def is_expired(self, key: bytes) -> bool:
        """The key's time is over, though nobody has removed it yet."""
        when = self.expires.data.get(key)
        return when is not None and when < self.engine.now_ms

    def set_expiry(self, key: bytes, when_ms: int) -> None:
        """Let the key die at a Unix time in milliseconds. What a replica's own client wants to die,
        no master will ever delete: the replica has to (`cron.expire_own`)."""
        engine = self.engine
        if engine.guarded and standing.is_replica(engine):
            writer = engine.current
            if writer is None or not writer.from_master:
                engine.own_expiring[self.index, key] = None
        if not self.expires.add(key, when_ms):
            self.expires.replace(key, when_ms)

    def persist(self, key: bytes) -> bool:
        """Drop the TTL; True if there was one."""
        return self.expires.discard(key)

    def expire_now(self, key: bytes) -> None:
        """Carry out an expiry that is due (lazy or active)."""
        self.delete(key)
        self.engine.stats.expired_keys += 1
        self.changed(key, "expired", 0)
        self.engine.propagation.also(self.index, self.removal, key)

    @property
    def removal(self) -> bytes:
        """The command that stands for an expiry wherever changes are told."""
        return b"UNLINK" if self.engine.config.lazyfree_lazy_expire else b"DEL"

    # consequences

    def changed(self, key: bytes, event: str, dirty: int = 1) -> None:
        """A command modified ``key``: tell WATCH and whoever observes.

        ``event`` is Redis's keyspace event; ``dirty`` counts towards
        ``rdb_changes_since_last_save``.
        """
        engine = self.engine
        engine.stats.dirty += dirty
        if self.watchers and key in self.watchers:
            self._break_watch(key)
        if engine.listened:
            if self.book is not None:
                self.book.stale.add(key)
            engine.announce(self, key, event)

    def changed_aside(self, key: bytes, event: str = "", dirty: int = 1) -> None:
        """As `changed`, but WATCH and whoever tracks the key are not told: what most commands about
        consumer groups do (redis 7.0, t_stream.c). Without an event it is counted only."""
        engine = self.engine
        engine.stats.dirty += dirty
        if event and engine.listened:
            engine.announce(self, key, event, modified=False)

    def _break_watch(self, key: bytes) -> None:
        mark = (self.index, key)
        for session in self.watchers[key]:
            if session.watching[mark] and key not in self.keys.data:
                session.watching[mark] = False  # it was dead already when WATCH saw it
            else:
                session.dirty_cas = True

    def _break_watches_of(self, other: Database) -> None:
        """Tell who watches keys here that the data of ``other`` are about to stand in their place.

        A key that was dead when WATCH saw it, and is dead or gone now, has not changed.
        """
        for key, sessions in self.watchers.items():
            here, there = key in self.keys.data, key in other.keys.data
            dead = there and other.is_expired(key)
            for session in sessions if here or there else ():
                was_dead = session.watching[self.index, key]
                if was_dead and not there:
                    session.watching[self.index, key] = False
                elif dead and (was_dead or not here):
                    session.watching[self.index, key] = True
                else:
                    session.dirty_cas = True

    def signal_ready(self, key: bytes, kind: type | None = None) -> None:
        """A key has come into being: whoever waits for it is looked after when the command ends.

        Only if anybody at all waits for a value of its type (redis 7.0, blocked.c:
        signalKeyAsReady); what the key holds in the end decides who is served. A stream that goes
        is announced too, with its ``kind``.
        """
        found = self.keys.data.get(key)
        kind = kind or (Quicklist if isinstance(found, Quicklist) else type(found))
        if key in self.blocked and self.engine.waiting.count[kind]:
            self.engine.ready.append((self, key))

    def _lose_streams_to(self, other: Database) -> None:
        """Announce the streams in whose place ``other`` has something else, or nothing."""
        for key in self.blocked:
            lost = type(self.keys.data.get(key)) is Stream
            if lost and type(other.keys.data.get(key)) is not Stream:
                self.signal_ready(key, Stream)

    def live_keys(self) -> Iterable[bytes]:
        """Keys that are not logically expired, in bucket order."""
        now = self.engine.now_ms
        expires = self.expires.data
        for key in self.keys.iterate():
            when = expires.get(key)
            if when is None or when >= now:
                yield key
