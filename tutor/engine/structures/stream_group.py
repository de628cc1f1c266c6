"""Consumer groups of a stream: how far they have read, what is delivered but not acknowledged.

    Group     last delivered ID, how many entries it read, pending (all)
    Consumer  when it was last seen, pending (its own): the same entries under the same IDs
    Nack      who holds an entry, since when, and how many times it was delivered

The group's list is the truth; a consumer's is an index of its part. Both are radix trees in Redis,
so both are here (`Radix`). A `Nack` is never changed, only replaced: a copy of a group shares them.
Source: redis 7.0, stream.h, t_stream.c.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tutor.engine.structures.radix import Radix

UNKNOWN_READ = -1
"""``entries_read`` of a group whose count of entries read is not known."""

GROUP_SIZE, NACK_SIZE, CONSUMER_SIZE = 40, 24, 24


class Nack(NamedTuple):
    """An entry that was delivered: to whom, when (ms), and how many times until now."""

    consumer: bytes
    time: int
    deliveries: int


class Consumer:
    """One reader of a group; ``seen_ms`` is when it was last named in a command that reads."""

    __slots__ = ("name", "pending", "seen_ms")

    def __init__(self, name: bytes, seen_ms: int) -> None:
        self.name = name
        self.seen_ms = seen_ms
        self.pending: Radix[None] = Radix()


class Group:
    """One consumer group. ``entries_read`` may be `UNKNOWN_READ`."""

    __slots__ = ("consumers", "entries_read", "last_id", "owner", "pending")

    def __init__(self, last_id: int, entries_read: int, owner: object) -> None:
        self.last_id = last_id
        self.entries_read = entries_read
        self.pending: Radix[Nack] = Radix()
        self.consumers: dict[bytes, Consumer] = {}
        self.owner = owner

    def listed(self) -> Iterator[Consumer]:
        """Consumers in the order of their names."""
        return (self.consumers[name] for name in sorted(self.consumers))

    def assign(self, entry: int, nack: Nack) -> None:
        """Put an entry into the hands of ``nack.consumer``, whoever held it before."""
        before = self.pending.get(entry)
        self.pending.set(entry, nack)
        if before is not None:
            if before.consumer == nack.consumer:
                return
            self.consumers[before.consumer].pending.remove(entry)
        self.consumers[nack.consumer].pending.set(entry, None)

    def release(self, entry: int) -> bool:
        """An entry is no longer pending; False if it was not."""
        if entry not in self.pending:
            return False
        nack = self.pending.remove(entry)
        self.consumers[nack.consumer].pending.remove(entry)
        return True

    def remove(self, name: bytes) -> int:
        """Forget a consumer and what it holds; how many entries that were."""
        held = self.consumers.pop(name).pending.keys
        for entry in held:
            self.pending.remove(entry)
        return len(held)

    @property
    def memory(self) -> int:
        """Bytes as MEMORY USAGE counts them; names by their length alone."""
        total = GROUP_SIZE + self.pending.memory + NACK_SIZE * len(self.pending)
        for consumer in self.consumers.values():
            total += CONSUMER_SIZE + len(consumer.name) + consumer.pending.memory
        return total

    def clone(self, owner: object) -> Group:
        """A group of its own that shares no list."""
        copy = Group(self.last_id, self.entries_read, owner)
        copy.pending = self.pending.clone()
        for name, consumer in self.consumers.items():
            twin = Consumer(name, consumer.seen_ms)
            twin.pending = consumer.pending.clone()
            copy.consumers[name] = twin
        return copy

    def check(self) -> None:
        """Assert that the consumers' lists are parts of the group's."""
        self.pending.check()
        held: dict[int, bytes] = {}
        for name, consumer in self.consumers.items():
            assert name == consumer.name
            consumer.pending.check()
            assert not held.keys() & consumer.pending.values.keys()
            held |= dict.fromkeys(consumer.pending.keys, name)
        assert held == {entry: nack.consumer for entry, nack in self.pending.walk(0)}
