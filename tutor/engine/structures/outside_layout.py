"""Images of structures whose order in memory cannot be known from outside.

A hash table's entries without their buckets, a skiplist's members and ranks without their towers:
what a dump tells, and no more.
"""

from __future__ import annotations

from dataclasses import dataclass

from .hashtable_layout import TableStats


@dataclass(frozen=True, slots=True)
class UnplacedEntry:
    """An entry of a table: its value (None in a set) and when the field expires (ms, or None)."""

    key: bytes
    value: bytes | None
    expires_ms: int | None = None


@dataclass(frozen=True, slots=True)
class UnplacedLayout:
    """A hash table without its buckets: the entries of the window from ``start`` on, in the order
    of the dump, and what was said of its tables (nothing where DEBUG is not allowed)."""

    used: int
    start: int
    entries: tuple[UnplacedEntry, ...]
    tables: tuple[TableStats, ...] = ()


@dataclass(frozen=True, slots=True)
class Ranked:
    """A member of a sorted set at its 0-based rank."""

    rank: int
    member: bytes
    score: float


@dataclass(frozen=True, slots=True)
class RankedLayout:
    """A skiplist without its towers: the members of the window from ``start`` on, in order."""

    length: int
    start: int
    members: tuple[Ranked, ...]
    tables: tuple[TableStats, ...] = ()
