"""What memcached holds: the index of keys, items in chunks, their way in and out.

    allocate ─▶ (value comes) ─▶ store ─▶ link: index, HOT, CAS id ─▶ … ─▶ remove: chunk is free

Expiry is lazy: whoever finds an item whose second has come drops it. `flush_all` drops nothing
either, it notes a moment and a CAS id, and what is older is not there any more. Time is in whole
seconds (memcached 1.6.18, items.c, memcached.c).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from tutor.memcached import inspection, lru
from tutor.memcached.integers import MASK32, MASK64, unsigned64
from tutor.memcached.items import (
    END_SIZE,
    PIECE_HEADER,
    STALE,
    TOKEN_SENT,
    Item,
    chain_head_size,
    item_size,
)
from tutor.memcached.layout import EventKind, ItemLayout, PageLayout, StoreEvent, StoreLayout
from tutor.memcached.lru import COLD, HOT, TEMP, Queue, pull_tail
from tutor.memcached.settings import Settings
from tutor.memcached.slabs import SlabClass, Slabs
from tutor.memcached.tallies import Tallies

Mode = Literal["set", "add", "replace", "append", "prepend", "cas"]
Outcome = Literal["stored", "not_stored", "exists", "not_found"]
Delta = int | Literal["not_found", "non_numeric", "mismatch", "no_memory"]

_ATTEMPTS = 10
"""How often an eviction is tried for one chunk."""


class Store:
    """One memcached's items. ``now`` is the present second; `Memcached` sets it.

    ``bumps`` wait for the maintainer. ``watcher`` hears of items that come, move and go; while it
    is None nothing is told.
    """

    def __init__(self, settings: Settings, now: int) -> None:
        self.settings = settings
        self.slabs = Slabs(settings)
        for slab in self.slabs.classes:
            slab.queues = tuple(Queue(slab, segment) for segment in range(4))
        self.index: dict[bytes, Item] = {}
        self.now = now
        self.cas = 0
        self.flushed_until = 0  # items of this second and before are gone, once it has come
        self.flushed_cas = 0  # and those with a smaller CAS id
        self.bumps: list[Item] = []
        self.tallies = Tallies()
        self.sizes: dict[int, int] | None = None  # `stats sizes`: items by 32 bytes
        self.sizes_from = 0  # only items with such a CAS id or a larger one are counted
        self.watcher: Callable[[StoreEvent], None] | None = None
        self.held: Item | None = None  # a command works on it: it cannot be evicted meanwhile

    # looking

    def get(self, key: bytes) -> Item | None:
        """The item, if it is there and alive. It is not marked as read: see `lru.was_read`."""
        item = self.index.get(key)
        if item is None:
            return None
        if self.flushed_until and self.is_flushed(item):
            self.tallies.get_flushed += 1
        elif item.exptime and item.exptime <= self.now:
            self.tallies.get_expired += 1
        else:
            return item
        self.remove(item, "expired")
        return None

    def is_flushed(self, item: Item) -> bool:
        """Whether a `flush_all` that has come into force was after this item."""
        until = self.flushed_until
        if not until or until > self.now:
            return False
        return item.time <= until or item.cas < self.flushed_cas

    # chunks

    def allocate(self, key: bytes, flags: int, exptime: int, length: int) -> Item | None:
        """An item for ``length`` bytes of value and CR LF, not yet stored; None if it is too large
        or there is no memory. Others may have been evicted for it."""
        size = item_size(len(key), flags, length)
        slab = self.slabs.class_for(size)
        if slab is None:
            return None
        chained = size > self.settings.slab_chunk_max
        home = self._head_class(key, flags) if chained else slab
        chunk = self._take(home)
        if chunk < 0:
            slab.out_of_memory += 1
            return None
        item = Item(key, flags, exptime, size, slab, home)
        item.chunk = chunk
        home.slots[chunk] = item
        if chained:
            item.pieces = []
            home.pieces += chain_head_size(key, flags)
        return item

    def fits(self, key: bytes, flags: int, length: int) -> bool:
        """Whether an item of this size may be stored at all."""
        return self.slabs.class_for(item_size(len(key), flags, length)) is not None

    def _head_class(self, key: bytes, flags: int) -> SlabClass:
        """Where the first chunk of a chain lies: header and key only, the value is elsewhere."""
        slab = self.slabs.class_for(chain_head_size(key, flags))
        assert slab is not None
        return slab

    def _take(self, slab: SlabClass) -> int:
        """A chunk's number, with a new page or by eviction; -1 if there is no way. A flat LRU is
        rid of what is dead at its tail first (items.c, do_item_alloc_pull)."""
        for attempt in range(_ATTEMPTS):
            if not self.settings.segmented:
                pull_tail(self, slab, COLD)
            if slab.free or self.slabs.grow(slab):
                slab.queues[HOT].direct_reclaims += attempt
                return slab.free.pop()
            if not pull_tail(self, slab, COLD, evict=True):
                if not self.settings.segmented:
                    break
                pull_tail(self, slab, HOT)
        slab.queues[HOT].direct_reclaims += _ATTEMPTS
        return -1

    def fill(self, item: Item, data: bytes) -> bool:
        """Put the value, with its CR LF, into an item. False: no memory for a chunk of a chain."""
        item.data = data
        return item.pieces is None or self.receive(item, len(data), len(data))

    def receive(self, item: Item, received: int, total: int) -> bool:
        """So many bytes of a chain's value have come: it takes a further chunk whenever the last
        one is full and more is to come. False: there is no memory for it."""
        room = sum(asked - PIECE_HEADER for _, _, asked in item.pieces or ())
        while room < total and room <= received:
            taken = self._piece(item, total - room)
            if taken < 0:
                return False
            room += taken
        return True

    def _copy(self, item: Item, parts: tuple[int, ...]) -> bool:
        """Chunks for values that are joined, one after the other. Here a full chunk draws the next
        one even where nothing is left. False: there is no memory for one."""
        room = 0
        for part in parts:
            left = part
            while left:
                taken = min(room, left)
                room -= taken
                left -= taken
                if not room:
                    room = self._piece(item, left)
                    if room < 0:
                        return False
        return True

    def _piece(self, item: Item, left: int) -> int:
        """One more chunk of a chain, for ``left`` bytes; the room in it, -1 without memory."""
        asked = min(left + PIECE_HEADER, self.settings.slab_chunk_max)
        slab = self.slabs.class_for(asked)
        assert slab is not None
        assert item.pieces is not None
        chunk = self._take(slab)
        if chunk < 0:
            return -1
        slab.slots[chunk] = item
        slab.pieces += asked
        item.pieces.append((slab, chunk, asked))
        return asked - PIECE_HEADER

    def release(self, item: Item) -> None:
        """Give the chunks of an item back that is not stored."""
        home = item.home
        home.slots[item.chunk] = None
        home.free.append(item.chunk)
        if item.pieces is not None:
            home.pieces -= chain_head_size(item.key, item.flags)
            for slab, chunk, asked in item.pieces:
                slab.slots[chunk] = None
                slab.free.append(chunk)
                slab.pieces -= asked

    # in and out

    def link(self, item: Item) -> None:
        """Make an item findable: it gets its CAS id and stands at the head of HOT (or TEMP)."""
        self.cas += 1
        item.cas = self.cas
        item.time = self.now
        self.index[item.key] = item
        settings = self.settings
        slab = item.slab
        if settings.temp_lru and (item.exptime - self.now) & MASK32 <= settings.temp_ttl:
            queue = slab.queues[TEMP]
        else:
            queue = slab.queues[HOT if settings.segmented else COLD]
        queue.link(item)
        if item.pieces is not None:
            slab.chained += item.size
        self.tallies.total_items += 1
        if self.sizes is not None:
            self._count_size(item, 1)
        if self.watcher is not None:
            self.tell("stored", item, "", queue.name)

    def remove(self, item: Item, why: EventKind = "deleted") -> None:
        """Take a stored item out; its chunks are free when nothing refers to it any more."""
        queue = item.queue
        assert queue is not None
        if self.watcher is not None:
            self.tell(why, item, queue.name, "")
        del self.index[item.key]
        queue.unlink(item)
        if self.sizes is not None:
            self._count_size(item, -1)
        if item.pieces is not None:
            item.slab.chained -= item.size
        if not item.pins:
            self.release(item)

    def unpin(self, item: Item) -> None:
        """One reference less; the chunks of an item that is no longer stored are free with the
        last one."""
        item.pins -= 1
        if not item.pins and item.queue is None:
            self.release(item)

    def tell(self, kind: EventKind, item: Item, source: str, target: str) -> None:
        """Say to the watcher what happened."""
        if self.watcher is not None:
            self.watcher(StoreEvent(kind, item.key, item.slab.number, source, target))

    def _replace(self, old: Item, new: Item) -> None:
        self.remove(old, "deleted")
        self.link(new)

    def put(self, item: Item) -> None:
        """Store an item whatever was there."""
        old = self.index.get(item.key)
        if old is not None and (old.exptime or self.flushed_until):
            old = self.get(item.key)
        if old is not None:
            self.remove(old)
        self.link(item)

    def store(
        self, item: Item, mode: Mode, cas: int = 0, *, may_be_stale: bool = False
    ) -> tuple[Outcome, Item]:
        """Carry out a storage command; the item that is stored, or the one given.

        ``cas``: what the old item's CAS id must be (0: anything). ``may_be_stale``: an older id
        will do, but the item counts as stale. An item that is not stored is released.
        """
        if mode == "set":
            self.put(item)
            return "stored", item
        old = self.get(item.key)
        outcome, stored = self._without(mode) if old is None else ("not_stored", False)
        if old is not None:
            outcome, stored, item = self._against(old, item, mode, cas, may_be_stale)
        if not stored:
            self.release(item)
            return outcome, item
        if old is None:
            self.link(item)
        else:
            self._replace(old, item)
        return "stored", item

    def _without(self, mode: Mode) -> tuple[Outcome, bool]:
        """There is no such key."""
        if mode == "add":
            return "stored", True
        if mode == "cas":
            self.tallies.cas_misses += 1
            return "not_found", False
        return "not_stored", False

    def _against(
        self, old: Item, item: Item, mode: Mode, cas: int, may_be_stale: bool
    ) -> tuple[Outcome, bool, Item]:
        """There is such a key: the outcome, whether to store, and what."""
        if mode == "replace":
            return "stored", True, item
        if mode == "add":
            lru.refresh(self, old)
            return "not_stored", False, item
        if mode == "cas":
            if cas and cas == old.cas:
                old.slab.cas_hits += 1
                return "stored", True, item
            if may_be_stale and cas and cas < old.cas:
                item.exptime = old.exptime
                item.marks |= STALE | (old.marks & TOKEN_SENT)
                old.slab.cas_hits += 1
                return "stored", True, item
            old.slab.cas_badval += 1
            return "exists", False, item
        if cas and cas != old.cas:
            return "exists", False, item
        return self._joined(old, item, mode)

    def _joined(self, old: Item, item: Item, mode: Mode) -> tuple[Outcome, bool, Item]:
        """append and prepend: a new item of both values, with the old one's flags and time."""
        first, second = (old, item) if mode == "append" else (item, old)
        length = len(old.data) + len(item.data) - END_SIZE
        parts = len(first.data) - END_SIZE, len(second.data)
        self.held = old
        joined = self.allocate(item.key, old.flags, old.exptime, length)
        if joined is not None and joined.pieces is not None and not self._copy(joined, parts):
            self.release(joined)
            joined = None
        self.held = None
        if joined is None:
            return "not_stored", False, item
        joined.data = first.data[:-END_SIZE] + second.data
        self.release(item)
        return "stored", True, joined

    def new_cas(self, item: Item) -> None:
        """Another CAS id for an item that was changed where it is."""
        if self.sizes is not None:
            self._count_size(item, -1)
        self.cas += 1
        item.cas = self.cas
        if self.sizes is not None:
            self._count_size(item, 1)

    def touch(self, key: bytes, exptime: int) -> Item | None:
        """Read an item and give it another expiry."""
        item = self.get(key)
        if item is not None:
            lru.was_read(self, item)
            item.exptime = exptime
        return item

    def add_delta(
        self, key: bytes, amount: int, *, down: bool, cas: int = 0
    ) -> tuple[Delta, Item | None]:
        """incr and decr: the new number and its item, or why not.

        The number is 64 bits wide: upwards it wraps, downwards it stops at 0. Where the digits fit
        they are written over the old ones and blanks follow; a longer number is a new item.
        """
        item = self.get(key)
        if item is None:
            return "not_found", None
        if len(item.data) <= END_SIZE or item.pieces is not None:
            return "non_numeric", None
        if cas and cas != item.cas:
            return "mismatch", None
        value = unsigned64(item.data)
        if value is None:
            return "non_numeric", None
        value = max(value - amount, 0) if down else (value + amount) & MASK64
        if down:
            item.slab.decr_hits += 1
        else:
            item.slab.incr_hits += 1
        digits = b"%d" % value
        if len(digits) + END_SIZE <= len(item.data) and not item.pins:
            self.new_cas(item)
            item.data = digits.ljust(len(item.data) - END_SIZE) + b"\r\n"
            lru.refresh(self, item)
            return value, item
        self.held = item
        longer = self.allocate(key, item.flags, item.exptime, len(digits) + END_SIZE)
        self.held = None
        if longer is None:
            return "no_memory", None
        longer.data = digits + b"\r\n"
        self._replace(item, longer)
        item.cas = longer.cas
        return value, item

    def flush(self, moment: int) -> None:
        """`flush_all`: everything that is older than ``moment`` is gone then."""
        self.flushed_until = moment - 1
        if self.flushed_until <= self.now:
            self.cas += 1
            self.flushed_cas = self.cas

    def _count_size(self, item: Item, by: int) -> None:
        """`stats sizes`, while it is on."""
        if self.sizes is None or item.cas < self.sizes_from:
            return
        bucket = -(-item.size // 32)
        self.sizes[bucket] = self.sizes.get(bucket, 0) + by

    # layouts

    def observe(self, watcher: Callable[[StoreEvent], None] | None) -> None:
        """Tell ``watcher`` what happens to items from now on; None: nobody."""
        self.watcher = watcher

    def layout(self) -> StoreLayout:
        """The whole store, class by class. O(classes)."""
        return inspection.store_layout(self)

    def item_layout(self, key: bytes) -> ItemLayout | None:
        """One item, dead ones too as long as they lie there; None if there is none."""
        item = self.index.get(key)
        return None if item is None else inspection.item_layout(self, item)

    def page_layout(
        self, slab_class: int, page: int, start: int = 0, count: int = 64
    ) -> PageLayout:
        """``count`` chunks of a page, from chunk ``start`` on. Raises `IndexError` if there is no
        such page."""
        return inspection.page_layout(self, slab_class, page, start, count)

    def segment_keys(
        self, slab_class: int, segment: str, start: int = 0, count: int = 20
    ) -> tuple[bytes, ...]:
        """Keys of one queue, the head first. O(start + count). Raises `IndexError` or
        `ValueError` if there is no such queue."""
        return inspection.segment_keys(self, slab_class, segment, start, count)
