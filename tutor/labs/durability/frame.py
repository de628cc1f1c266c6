"""A moment of the persistence stage as data: where each acknowledged write is.

    client ─ OK ─▶ server's memory ─▶ AOF buffer ─▶ page cache ─▶ disk
                   └────────── dies with the process ┘
                   └─────────────── dies with the power ────┘

Times are virtual microseconds since the beginning, sizes bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any, Literal

from tutor.labs.replication.frame import EventFrame

Place = Literal["memory", "buffer", "cache", "disk", "gone"]
PLACES: tuple[Place, ...] = ("memory", "buffer", "cache", "disk", "gone")
"""From the most perishable to the safest; "gone": a death has taken it."""


Runs = tuple[tuple[Place, int], ...]
"""Places of writes in their order, and how many in a row are there."""


@dataclass(frozen=True, slots=True)
class WriteFrame:
    """An acknowledged write."""

    number: int
    time: int
    key: str
    place: Place


@dataclass(frozen=True, slots=True)
class StageFrame:
    """A moment. ``runs`` are all acknowledged writes in order, as places and how many in a row are
    there; ``recent`` the last of them. ``dump``: a dump is being written; ``syncing``: an fsync is
    under way. ``cached`` are the bytes of the file that only the page cache has. ``died``: when,
    None while it runs; ``death`` how it died last ("" if it has not)."""

    time: int
    seed: int
    policy: str
    up: bool
    death: str
    died: int | None
    rate: float
    fsync_us: int
    refused: int
    runs: Runs
    recent: tuple[WriteFrame, ...]
    buffered: int
    cached: int
    on_disk: int
    dump: bool
    syncing: bool
    synced: int | None  # when the last bytes came to the disk
    events: tuple[EventFrame, ...] = ()

    def count(self, *places: Place) -> int:
        """How many acknowledged writes are at these places."""
        return sum(number for place, number in self.runs if place in places)

    @property
    def acknowledged(self) -> int:
        """All."""
        return sum(number for _place, number in self.runs)

    @property
    def crash_takes(self) -> int:
        """What would be gone if the process were killed now."""
        return self.count("memory", "buffer")

    @property
    def power_takes(self) -> int:
        """What would be gone, at most, if the power failed now."""
        return self.count("memory", "buffer", "cache")

    def as_json(self) -> dict[str, Any]:
        """Plain dictionaries and lists."""
        return asdict(self)


def in_runs(places: Sequence[Place]) -> Runs:
    """Places of writes as runs of equal ones."""
    return tuple((place, len(list(group))) for place, group in groupby(places))
