"""Radix tree of 16-byte keys: what a stream keeps its nodes and its pending entries in.

    two IDs that share their first seven bytes                     nodes
    [00 00 00 00 00 00 00]  ── compressed: bytes shared by all       1
              [05  06]      ── branching: one byte for each way      1
        [00 × 8]  [00 × 8]  ── compressed: the rest of each key      2
          leaf      leaf    ── the values                            2

Redis keeps such trees as compact as they can be: a run of bytes without a choice is one node, a
choice is one node, the end of a key is one node; a removal joins runs that have become one. So the
number of nodes follows from the keys alone, and that number is all that shows outside (``XINFO
STREAM``, ``MEMORY USAGE``).

Contents: the keys as integers in order (a stream ID is ``ms << 64 | seq``, read as 16 bytes, most
significant first) and a dict of values. ``nodes`` is kept up to date. Looking up is O(1), adding at
the end O(1), elsewhere O(log n) and a move of memory, walking from a key on O(log n) and its steps.
Source: redis 7.0, rax.c (splitting and compression), object.c: streamRadixTreeMemoryUsage.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from .journal import Log

KEY_SIZE = 16
"""Bytes of every key."""

_NODE_SIZE = 4 + 30 * 8
"""What Redis assumes for a node: its header and thirty pointers."""

_V = TypeVar("_V")


def _shared(one: int, other: int) -> int:
    """How many leading bytes two different keys have in common."""
    return KEY_SIZE - ((one ^ other).bit_length() + 7 >> 3)


class Radix(Generic[_V]):
    """Values by 128-bit keys, in order, and the number of nodes Redis would need for them."""

    __slots__ = ("keys", "log", "nodes", "values")

    log: Log

    def __init__(self) -> None:
        self.keys: list[int] = []
        self.values: dict[int, _V] = {}
        self.nodes = 1

    def __len__(self) -> int:
        return len(self.keys)

    def __contains__(self, key: int) -> bool:
        return key in self.values

    def get(self, key: int) -> _V | None:
        return self.values.get(key)

    def set(self, key: int, value: _V) -> None:
        """Put a value under a new key or in place of another."""
        keys = self.keys
        if key not in self.values:
            self.nodes += self._cost(key)
            if keys and key < keys[-1]:
                insort(keys, key)
            else:
                keys.append(key)
        self.values[key] = value

    def remove(self, key: int) -> _V:
        """Take out a key that is there; its value."""
        value = self.values.pop(key)
        keys = self.keys
        del keys[bisect_left(keys, key)]
        self.nodes -= self._cost(key)
        return value

    def walk(self, start: int) -> Iterator[tuple[int, _V]]:
        """Pairs from the first key that is not below ``start`` on. Nothing may change meanwhile."""
        keys, values = self.keys, self.values
        for at in range(bisect_left(keys, start), len(keys)):
            yield keys[at], values[keys[at]]

    def floor(self, key: int) -> int:
        """The index of the greatest key that is not above ``key``; -1 if all are."""
        return bisect_right(self.keys, key) - 1

    def clone(self) -> Radix[_V]:
        """A tree of its own that holds the same values."""
        copy: Radix[_V] = Radix()
        copy.keys, copy.values, copy.nodes = self.keys.copy(), self.values.copy(), self.nodes
        return copy

    @property
    def memory(self) -> int:
        """Bytes as Redis estimates them: its keys and nodes, not what the values take."""
        return len(self.keys) * KEY_SIZE + self.nodes * _NODE_SIZE

    def _cost(self, key: int) -> int:
        """How many nodes the tree of the other keys grows by when ``key`` joins them."""
        keys = self.keys
        if not keys:
            return 1
        at = bisect_left(keys, key) if key < keys[-1] else len(keys)
        depth = -1
        if at:
            depth = near = _shared(keys[at - 1], key)
            if at > 1 and at == len(keys) and _shared(keys[at - 2], keys[at - 1]) == near:
                return 2 if depth < KEY_SIZE - 1 else 1  # one more way at the last choice
        if at < len(keys):
            depth = max(depth, _shared(key, keys[at]))
        rest = 8 * (KEY_SIZE - depth)
        first = bisect_left(keys, key >> rest << rest)
        last = bisect_right(keys, key | (1 << rest) - 1) - 1
        own = 2 if depth < KEY_SIZE - 1 else 1
        after = KEY_SIZE
        if first < last:
            after = _shared(keys[first], keys[last])
            if after == depth:
                return own
        before = 0
        if first:
            before = _shared(keys[first - 1], keys[first]) + 1
        if last + 1 < len(keys):
            before = max(before, _shared(keys[last], keys[last + 1]) + 1)
        return own + (depth > before) + (after > depth + 1)

    def check(self) -> None:
        """Assert that order, contents and the number of nodes agree. O(n)."""
        assert self.keys == sorted(set(self.keys))
        assert self.keys == sorted(self.values)
        assert self.nodes == _count([key.to_bytes(KEY_SIZE, "big") for key in self.keys], 0)


def _count(keys: list[bytes], depth: int) -> int:
    """Nodes of the tree of sorted keys that share their first ``depth`` bytes."""
    if len(keys) < 2:
        return 1 + (bool(keys) and depth < KEY_SIZE)
    end = depth
    while keys[0][end] == keys[-1][end]:
        end += 1
    ways: dict[int, list[bytes]] = {}
    for key in keys:
        ways.setdefault(key[end], []).append(key)
    return (end > depth) + 1 + sum(_count(some, end + 1) for some in ways.values())
