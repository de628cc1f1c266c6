"""The memory image and the figures of a hash table, derived from its bucket index."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .hashtable_index import Bucket, chain
from .window import Window

LONGEST_REPORTED_CHAIN = 48


@dataclass(frozen=True, slots=True)
class EntryLayout:
    """One entry of a chain."""

    key: bytes
    value: Any
    hash: int


@dataclass(frozen=True, slots=True)
class BucketLayout:
    """One slot and its chain, head first."""

    index: int
    entries: tuple[EntryLayout, ...]


@dataclass(frozen=True, slots=True)
class TableLayout:
    """One of the two tables; ``buckets`` are those of the window, from ``start`` on."""

    number: int
    size: int
    used: int
    start: int
    buckets: tuple[BucketLayout, ...]


@dataclass(frozen=True, slots=True)
class HashTableLayout:
    """The dict: one table, or two while it is rehashing (``rehashidx`` >= 0)."""

    used: int
    rehashidx: int
    tables: tuple[TableLayout, ...]
    dict_size: int
    entry_size: int


@dataclass(frozen=True, slots=True)
class TableStats:
    """What DEBUG HTSTATS says of one table; ``histogram[n]`` = slots with a chain of n entries."""

    number: int
    size: int
    used: int
    slots_used: int
    max_chain: int
    histogram: Mapping[int, int]

    def text(self) -> str:
        """The report of redis 7.0 (dict.c _dictGetStatsHt)."""
        role = "main hash table" if self.number == 0 else "rehashing target"
        lines = [f"Hash table {self.number} stats ({role}):"]
        if not self.used:
            lines.append("No stats available for empty dictionaries")
            return "\n".join(lines) + "\n"
        average = self.used / self.slots_used
        lines += [
            f" table size: {self.size}",
            f" number of elements: {self.used}",
            f" different slots: {self.slots_used}",
            f" max chain length: {self.max_chain}",
            f" avg chain length (counted): {average:.2f}",
            f" avg chain length (computed): {average:.2f}",
            " Chain length distribution:",
        ]
        for length in range(LONGEST_REPORTED_CHAIN + 1):
            slots = self.histogram.get(length)
            if slots:
                lines.append(f"   {length}: {slots} ({slots * 100 / self.size:.2f}%)")
        return "\n".join(lines) + "\n"


def derive_table(
    number: int,
    buckets: Sequence[Bucket],
    used: int,
    window: Window,
    data: Mapping[bytes, Any],
    hash_of: Callable[[bytes], int],
) -> TableLayout:
    """The image of the visible buckets of one table."""
    start, stop = window.bounds(len(buckets))
    visible = tuple(
        BucketLayout(
            index,
            tuple(EntryLayout(key, data[key], hash_of(key)) for key in chain(buckets[index])),
        )
        for index in range(start, stop)
    )
    return TableLayout(number, len(buckets), used, start, visible)


def derive_stats(number: int, buckets: Sequence[Bucket]) -> TableStats:
    """Chain figures of one table. O(slots)."""
    histogram: dict[int, int] = {}
    for bucket in buckets:
        length = len(chain(bucket))
        histogram[length] = histogram.get(length, 0) + 1
    used = sum(length * slots for length, slots in histogram.items())
    filled = len(buckets) - histogram.get(0, 0)
    return TableStats(number, len(buckets), used, filled, max(histogram, default=0), histogram)
