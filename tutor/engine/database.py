"""One numbered database: keys, expiry, watchers, and the only gates through which values change.

Reading goes through `lookup`, changing in place through `lookup_write` (which copies a value
that a snapshot still shares), replacing through `set`, removing through `delete`. After a
change a command calls `changed` once: WATCH, notifications and the X-ray depend on it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeVar, cast

from tutor.engine import errors
from tutor.engine.lfu import NO_EVICTION, is_lfu, stamp, used
from tutor.engine.replies import ReplyError
from tutor.engine.structures.hashtable import HashTable
from tutor.engine.structures.quicklist import Quicklist
from tutor.engine.structures.sds import Sds
from tutor.engine.values import Set, String, Value, Zset

if TYPE_CHECKING:
    from tutor.engine.engine import Engine
    from tutor.engine.session import Session

_T = TypeVar("_T")


class Database:
    """Keys and their expiry times (absolute Unix milliseconds)."""

    __slots__ = (
        "access",
        "average_ttl_ms",
        "blocked",
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
        self.access: dict[bytes, int] = {}
        self.epoch = engine.epoch
        self.watchers: dict[bytes, dict[Session, None]] = {}
        self.blocked: dict[bytes, dict[Session, None]] = {}

    def __len__(self) -> int:
        return len(self.keys.data)

    # reading

    def lookup(self, key: bytes, touch: bool = True) -> Value | None:
        """The value of a live key, or None. Counts a hit or miss and refreshes the access time."""
        value = self.peek(key)
        engine = self.engine
        if value is None:
            engine.stats.keyspace_misses += 1
            return None
        engine.stats.keyspace_hits += 1
        if touch:
            if engine.config.maxmemory_policy == NO_EVICTION:
                self.access[key] = engine.now_ms // 1000
            else:
                self._count_use(key)
        return value

    def peek(self, key: bytes) -> Value | None:
        """As `lookup`, but leaves statistics and access time alone (OBJECT, TTL, TYPE, DEBUG)."""
        keys = self.keys
        if keys.rehashidx >= 0:
            keys.step()
        value = keys.data.get(key)
        if value is None:
            return None
        expires = self.expires.data
        if expires:
            when = expires.get(key)
            if when is not None and when < self.engine.now_ms:
                self.expire_now(key)
                return None
        return cast("Value", value)

    def read(self, key: bytes, kind: type[_T]) -> _T | None:
        """The value if it is of this class, None if there is no key, else WRONGTYPE."""
        value = self.lookup(key)
        if value is None or type(value) is kind:
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
        value = self.peek(key)
        if value is None:
            return None
        self._count_use(key)
        if isinstance(value, (bytes, int)):
            return value
        if value.epoch != self.epoch:
            value = value.clone()
            value.epoch = self.epoch
            self.keys.data[key] = value
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
        if is_lfu(engine.config.maxmemory_policy):
            self.access[key] = used(engine, self.access.get(key, 0))
        else:
            self.access[key] = engine.now_ms // 1000

    def write(self, key: bytes, kind: type[_T]) -> _T | None:
        """As `read`, for a value that will be changed in place."""
        value = self.lookup_write(key)
        if value is None or type(value) is kind:
            return value
        raise ReplyError(errors.WRONG_TYPE)

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
        if not isinstance(value, (bytes, int)) and not value.epoch:
            value.epoch = self.epoch
        new = self.keys.insert(key, value)
        engine = self.engine
        policy = engine.config.maxmemory_policy
        if policy == NO_EVICTION or not is_lfu(policy):
            self.access[key] = engine.now_ms // 1000
        elif new:
            self.access[key] = stamp(engine)
        if not keep_ttl and not new and self.expires.data:
            self.expires.discard(key)
        if self.blocked and new:  # 7.0 wakes nobody when a key is overwritten
            self.signal_ready(key)

    def delete(self, key: bytes) -> bool:
        """Remove a key; the caller has made sure that it is not expired (`peek`)."""
        if not self.keys.discard(key):
            return False
        self.access.pop(key, None)
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
            self.set(key, value)
            self.changed(key, event)
        elif self.peek(key) is not None:
            self.delete(key)
            self.changed(key, "del")
        return count

    def clear(self) -> int:
        """Remove everything; returns how many keys there were."""
        count = len(self.keys.data)
        watched = [key for key in self.watchers if key in self.keys.data]
        self.keys = HashTable(self.engine.hash_seed)
        self.expires = HashTable(self.engine.hash_seed)
        self.access = {}
        self.expires_cursor = self.average_ttl_ms = 0
        for key in watched:
            self._break_watch(key)
        return count

    def exchange(self, other: Database) -> None:
        """SWAPDB: the data change places; whoever watches or waits stays with the number."""
        self._break_watches_of(other)
        other._break_watches_of(self)
        for name in ("keys", "expires", "access", "expires_cursor", "average_ttl_ms"):
            mine = getattr(self, name)
            setattr(self, name, getattr(other, name))
            setattr(other, name, mine)
        for database in (self, other):
            for key in list(database.blocked):
                if key in database.keys.data:
                    database.signal_ready(key)

    # expiry

    def expires_at(self, key: bytes) -> int | None:
        """Unix milliseconds at which the key dies, or None."""
        return cast("int | None", self.expires.data.get(key))

    def is_expired(self, key: bytes) -> bool:
        """The key's time is over, though nobody has removed it yet."""
        when = self.expires.data.get(key)
        return when is not None and when < self.engine.now_ms

    def set_expiry(self, key: bytes, when_ms: int) -> None:
        if not self.expires.add(key, when_ms):
            self.expires.data[key] = when_ms

    def persist(self, key: bytes) -> bool:
        """Drop the TTL; True if there was one."""
        return self.expires.discard(key)

    def expire_now(self, key: bytes) -> None:
        """Carry out an expiry that is due (lazy or active)."""
        self.delete(key)
        self.engine.stats.expired_keys += 1
        self.changed(key, "expired", 0)

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
        if engine.observer is not None:
            engine.observer.changed(self.index, key, event)

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

    def signal_ready(self, key: bytes) -> None:
        """A key has come into being: whoever waits for it is looked after when the command ends.

        Only if anybody at all waits for a value of its type (redis 7.0, blocked.c:
        signalKeyAsReady); what the key holds in the end decides who is served.
        """
        if key in self.blocked and self.engine.waiting[type(self.keys.data.get(key))]:
            self.engine.ready.append((self, key))

    def live_keys(self) -> Iterable[bytes]:
        """Keys that are not logically expired, in bucket order."""
        now = self.engine.now_ms
        expires = self.expires.data
        for key in self.keys.iterate():
            when = expires.get(key)
            if when is None or when >= now:
                yield key
