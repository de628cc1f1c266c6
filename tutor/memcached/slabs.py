"""Slabs: memory in pages of 1 MiB, a page in chunks of one size, a class for each size.

    class 1    96 B   | page 0: 10922 chunks | page 1 | …
    class 2   120 B   | page 0:  8738 chunks | …
    class 39  512 KiB | page 0:     2 chunks | …

An item takes one chunk of the smallest class that it fits, whatever it leaves unused in it. A page
belongs to its class until it is given to another (`tutor.memcached.pages`). Chunks that were freed
last are taken first; of a new page the last chunk is. Every class may have one page even where the
limit is reached (memcached 1.6.18, slabs.c).
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from tutor.memcached.settings import PAGE_SIZE, Settings

if TYPE_CHECKING:
    from tutor.memcached.items import Item
    from tutor.memcached.lru import Queue

ALIGNMENT = 8
MAX_CLASSES = 63
ITEM_HEADER = 48
"""Bytes of an item before its CAS id, key, flags and value."""


def chunk_sizes(settings: Settings) -> list[int]:
    """The chunk size of every class, from class 1 on.

    Each is the one before times the growth factor, rounded up to 8; the last is `slab_chunk_max`.
    Larger items are chains of chunks.
    """
    sizes: list[int] = []
    size = ITEM_HEADER + settings.slab_min_size
    largest = settings.slab_chunk_max
    while len(sizes) < MAX_CLASSES - 1 and size < largest / settings.growth_factor:
        size += -size % ALIGNMENT
        sizes.append(size)
        size = int(size * settings.growth_factor)
    return [*sizes, largest]


class SlabClass:
    """The pages and chunks of one size, and the counters of `stats slabs`.

    ``slots[n]`` is what chunk ``n`` holds, counted through all pages of the class; ``free`` are
    the numbers of those that hold nothing, the next to be taken last.
    """

    __slots__ = (
        "cas_badval",
        "cas_hits",
        "chained",
        "chunk",
        "decr_hits",
        "delete_hits",
        "free",
        "incr_hits",
        "number",
        "out_of_memory",
        "pages",
        "per_page",
        "pieces",
        "queues",
        "set_cmds",
        "slots",
        "touch_hits",
    )

    def __init__(self, number: int, chunk: int) -> None:
        self.number = number
        self.chunk = chunk
        self.per_page = PAGE_SIZE // chunk
        self.pages = 0
        self.free: list[int] = []
        self.slots: list[Item | None] = []
        self.queues: tuple[Queue, ...] = ()
        self.chained = 0  # bytes of items in our queues that are chains
        self.pieces = 0  # bytes that chains have asked of us
        self.out_of_memory = 0
        self.reset()

    def reset(self) -> None:
        """`stats reset`."""
        self.set_cmds = 0
        self.delete_hits = self.incr_hits = self.decr_hits = 0
        self.cas_hits = self.cas_badval = self.touch_hits = 0

    def add_page(self) -> None:
        """One more page: all its chunks are free."""
        first = len(self.slots)
        self.slots.extend([None] * self.per_page)
        self.free.extend(range(first, first + self.per_page))
        self.pages += 1

    @property
    def used(self) -> int:
        """Chunks that hold something."""
        return len(self.slots) - len(self.free)

    @property
    def requested(self) -> int:
        """Bytes that items have really asked for in our chunks."""
        return sum(queue.bytes for queue in self.queues) - self.chained + self.pieces


class Slabs:
    """All classes and the limit. ``classes[n - 1]`` is class ``n``."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.sizes = chunk_sizes(settings)
        self.classes = [SlabClass(number, size) for number, size in enumerate(self.sizes, 1)]
        self.allocated = 0
        self.pool = 0  # pages that belong to no class
        self.moved = self.rescued = self.lost = 0  # pages moved, items that moved or went with them
        self.last_picked = 0

    def class_for(self, size: int) -> SlabClass | None:
        """The smallest class with room for ``size`` bytes; the largest for what is chained; None
        if it is more than an item may be."""
        if size > self.settings.item_size_max:
            return None
        at = bisect_left(self.sizes, size)
        return self.classes[at] if at < len(self.classes) else self.classes[-1]

    def grow(self, slab: SlabClass) -> bool:
        """A new page for this class, if the limit allows it."""
        if self.pool:
            self.pool -= 1
            slab.add_page()
            return True
        limit = self.settings.memory_limit
        if limit and self.allocated + PAGE_SIZE > limit and slab.pages:
            return False
        slab.add_page()
        self.allocated += PAGE_SIZE
        return True
