"""When, or under an LFU policy how often, each key of a database was last used.

    recent   {b"user:7": 1764109600, …}        the latest uses, by key; commands write here
       │ settle
       ▼
    leaves   [ …40 bits of hash│24 bits kept… ]  all older ones, sorted; the last 8 bits of a
             [ …                            … ]  hash say the group of leaves, the first the leaf

A dictionary of all keys would cost as much as the keyspace's own. Settled, a key takes 8 bytes; of
it only 48 bits of its hash are known: among a million keys two would share a time in one server of
five hundred. Finding a key costs O(log leaf), settling it moves O(leaf) bytes.
Source of what is kept (24 bits of each object: seconds, or the two parts of `lfu`): redis 7.0,
evict.c.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from typing import Any

from tutor.engine.structures.journal import MISSING, Log, LoggedDict

RECENT = 8192
LEAF = 8192
LRU_CLOCK_MAX = (1 << 24) - 1

_GROUP_BITS = 8
_GROUP = (1 << _GROUP_BITS) - 1
_KEPT = (1 << 24) - 1


class LastUses:
    """See the module's text. The hottest callers write ``recent`` directly, ``key`` to what is
    kept of it; `settle` is for whoever finds more than `RECENT` there."""

    __slots__ = ("_bits", "_leaves", "base", "log", "recent", "settled")

    log: Log

    def __init__(self) -> None:
        self.recent: dict[bytes, int] = {}
        self.base = 0  # what is kept of keys that came all at once, out of a file, and of which
        self.settled = 0  # nothing else is known yet
        self._bits = 0  # a group has 2**_bits leaves
        self._leaves: list[array[int]] = []

    def get(self, key: bytes, default: int = 0) -> int:
        """What is kept of ``key``."""
        kept = self.recent.get(key)
        if kept is not None:
            return kept
        if self.settled:
            leaf, at, there = self._find(hash(key))
            if there:
                return leaf[at] & _KEPT
        return self.base or default

    def forget(self, key: bytes) -> None:
        """The key is gone."""
        self.recent.pop(key, None)
        if self.settled:
            leaf, at, there = self._find(hash(key))
            if there:
                del leaf[at]
                self.settled -= 1

    def settle(self) -> None:
        """Move all recent uses to their leaves. Under a microsecond each."""
        if not self._leaves:
            self._leaves = [array("q") for _ in range(_GROUP + 1)]
        added = 0
        for key, use in self.recent.items():
            value = hash(key)
            leaf, at, there = self._find(value)
            entry = value & ~_KEPT | use & _KEPT
            if there:
                leaf[at] = entry
                continue
            leaf.insert(at, entry)
            added += 1
            if len(leaf) > LEAF:
                self._split()
        self.settled += added
        self.recent = {}

    def copy(self) -> LastUses:
        """An independent copy."""
        twin = LastUses()
        twin.recent = self.recent.copy()
        twin.base = self.base
        twin.settled = self.settled
        twin._bits = self._bits
        twin._leaves = [leaf[:] for leaf in self._leaves]
        return twin

    def _find(self, value: int) -> tuple[array[int], int, bool]:
        """The leaf and the place of a hash, and whether it is there."""
        bits = self._bits
        leaf = self._leaves[(value & _GROUP) << bits | value >> 64 - bits & (1 << bits) - 1]
        known = value & ~_KEPT
        at = bisect_left(leaf, known)
        return leaf, at, at < len(leaf) and leaf[at] & ~_KEPT == known

    def _split(self) -> None:
        """Cut every leaf in two by one more bit. Hashes are signed: a leaf that is not yet split
        has its negative ones, whose first bit is 1, in front."""
        leaves: list[array[int]] = []
        bits = self._bits
        for number, leaf in enumerate(self._leaves):
            middle = ((number & (1 << bits) - 1) * 2 + 1) << 63 - bits
            cut = bisect_left(leaf, (middle + (1 << 63)) % (1 << 64) - (1 << 63) if bits else 0)
            halves = [leaf[:cut], leaf[cut:]]
            leaves += halves if bits else halves[::-1]
        self._leaves = leaves
        self._bits += 1


class _Settled:
    """What is kept of one key in the leaves was set or removed."""

    __slots__ = ("entry", "hash", "uses")

    def __init__(self, uses: LastUses, value: int) -> None:
        self.uses = uses
        self.hash = value
        self.entry = self._put(MISSING, only_look=True)

    def swap(self) -> None:
        """Exchange it with what is there now."""
        self.entry = self._put(self.entry)

    def _put(self, entry: Any, only_look: bool = False) -> Any:
        """Set an entry, or remove it; returns what was there."""
        uses = self.uses
        if not uses._leaves:
            return MISSING
        leaf, at, there = uses._find(self.hash)
        old = leaf[at] if there else MISSING
        if only_look:
            return old
        uses.settled += (entry is not MISSING) - there
        leaf[at : at + there] = array("q", () if entry is MISSING else (entry,))
        return old


class LoggedUses(LastUses):
    """Uses that write down what changes (`tutor.engine.structures.journal`)."""

    __slots__ = ()

    def settle(self) -> None:
        record = self.log.record
        record.operations += [_Settled(self, hash(key)) for key in self.recent]
        record.operations.append(_Recent(self))
        super().settle()
        self.recent = LoggedDict({}, self.log)

    def forget(self, key: bytes) -> None:
        if self.settled:
            self.log.record.operations.append(_Settled(self, hash(key)))
        super().forget(key)


class _Recent:
    """The dict of recent uses was replaced by another."""

    __slots__ = ("recent", "uses")

    def __init__(self, uses: LastUses) -> None:
        self.uses = uses
        self.recent = uses.recent

    def swap(self) -> None:
        """Take the other one."""
        self.uses.recent, self.recent = self.recent, self.uses.recent


def log_uses(uses: LastUses, log: Log) -> None:
    """From now on ``uses`` write down what changes."""
    uses.log = log
    uses.recent = LoggedDict(uses.recent, log)
    uses.__class__ = LoggedUses


def idle_seconds(now_ms: int, kept: int) -> int:
    """Seconds since a use, by a clock of 24 bits that starts anew every 194 days."""
    clock = now_ms // 1000 & LRU_CLOCK_MAX
    used = kept & LRU_CLOCK_MAX
    return clock - used if clock >= used else clock + LRU_CLOCK_MAX - used


def used_before(now_ms: int, seconds: int) -> int:
    """What is kept of a key that has not been used for ``seconds`` (RESTORE IDLETIME).

    Redis turns them into milliseconds and back, in 64 bits.
    """
    scaled = (seconds * 1000 + (1 << 63)) % (1 << 64) - (1 << 63)
    idle = scaled // 1000 if scaled >= 0 else -(-scaled // 1000)
    used = (now_ms // 1000 & LRU_CLOCK_MAX) - idle
    return (used if used >= 0 else used + LRU_CLOCK_MAX) & LRU_CLOCK_MAX
