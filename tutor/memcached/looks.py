"""Windows on a store that a person can take in: a class's queues from both ends, a page where it
is used. Costs follow the windows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from tutor.memcached.layout import (
    SEGMENTS,
    PageLayout,
    SlabClassLayout,
    StoreEvent,
    StoreLayout,
)

ENDS = 40, 12
"""Keys that are taken from the head of a queue, and from its tail."""

CHUNKS = 768
"""Of a page."""


class Looked(Protocol):
    """What is asked of a store."""

    def layout(self) -> StoreLayout: ...

    def page_layout(
        self, slab_class: int, page: int, start: int = 0, count: int = 64
    ) -> PageLayout: ...

    def segment_keys(
        self, slab_class: int, segment: str, start: int = 0, count: int = 20
    ) -> tuple[bytes, ...]: ...


@dataclass(frozen=True, slots=True)
class Queues:
    """A slab class with windows on its queues, and what happened in it last.

    ``heads`` and ``tails`` are keys from both ends of each segment, head first; they do not
    overlap. ``events`` are those of this class, the oldest first.
    """

    slab_class: SlabClassLayout
    heads: Mapping[str, Sequence[bytes]]
    tails: Mapping[str, Sequence[bytes]] = field(default_factory=dict)
    events: Sequence[StoreEvent] = ()

    def length(self, segment: str) -> int:
        """Items in a segment."""
        return self.slab_class.segments.get(segment, 0)

    def between(self, segment: str) -> int:
        """Items between both windows."""
        seen = len(self.heads.get(segment, ())) + len(self.tails.get(segment, ()))
        return max(self.length(segment) - seen, 0)


def class_in(layout: StoreLayout, number: int | None) -> SlabClassLayout | None:
    """The class with this number, or the one with the most items; None if no class has a page."""
    chosen = next((row for row in layout.classes if row.number == number), None)
    return chosen or max(layout.classes, key=lambda row: row.used, default=None)


def queues_of(store: Looked, row: SlabClassLayout, events: Sequence[StoreEvent] = ()) -> Queues:
    """The queues of a class."""
    first, last = ENDS
    heads: dict[str, Sequence[bytes]] = {}
    tails: dict[str, Sequence[bytes]] = {}
    for segment in SEGMENTS:
        length = row.segments.get(segment, 0)
        if length <= first + last:
            heads[segment] = store.segment_keys(row.number, segment, 0, length)
            continue
        heads[segment] = store.segment_keys(row.number, segment, 0, first)
        tails[segment] = store.segment_keys(row.number, segment, length - last, last)
    own = [event for event in events if event.slab_class == row.number]
    return Queues(row, heads, tails, own)


def page_of(store: Looked, row: SlabClassLayout, page: int | None = None) -> PageLayout:
    """A page of a class, by default the last; of a long one a window that begins a little before
    the chunks that are used, for a page is filled from its end."""
    number = row.pages - 1 if page is None else min(max(page, 0), row.pages - 1)
    free = row.free if number == row.pages - 1 else 0
    start = max(min(free, row.per_page) - 128, 0) if row.per_page > CHUNKS else 0
    return store.page_layout(row.number, number, start - start % 64, CHUNKS)
