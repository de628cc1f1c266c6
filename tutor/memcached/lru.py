"""The segmented LRU: four queues in every slab class (memcached 1.6.18, items.c).

    stored ─▶ HOT ──── over 20 %, or old ────▶ COLD ──▶ evicted, when a chunk is needed
               │                               ▲  │
               └─ read twice ─▶ WARM ── 40 % ──┘  └─ read twice ─▶ WARM

An item that is read is not moved to a head: it is marked, FETCHED and then ACTIVE, and looked at
when it has come to a tail. What moves items there is the maintainer, which works through a class
more often while it finds something to do. With ``temp_lru``, items of a short life stand in TEMP,
which nothing leaves but by expiry.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tutor.memcached.items import ACTIVE, FETCHED, Item
from tutor.memcached.layout import SEGMENTS

if TYPE_CHECKING:
    from tutor.memcached.slabs import SlabClass
    from tutor.memcached.store import Store

HOT, WARM, COLD, TEMP = range(4)
UPDATE_INTERVAL_S = 60
"""The time of the last access is noted once in so many seconds."""

_TRIES = 5
_ROUNDS = 500
_SHORTEST_US = 1_000
_LONGEST_US = 1_000_000


class Queue:
    """One segment of one class: a ring through `Item.prev` and `Item.next`, and its counters.

    ``next`` is the head, ``prev`` the tail, both the queue itself while it is empty. ``bytes``:
    the sizes of its items.
    """

    __slots__ = (
        "bytes",
        "crawler_checked",
        "crawler_reclaimed",
        "direct_reclaims",
        "evicted",
        "evicted_active",
        "evicted_nonzero",
        "evicted_time",
        "evicted_unfetched",
        "expired_unfetched",
        "hits",
        "length",
        "moves_to_cold",
        "moves_to_warm",
        "moves_within",
        "name",
        "next",
        "prev",
        "reclaimed",
        "segment",
        "slab",
    )

    prev: Any
    next: Any

    def __init__(self, slab: SlabClass, segment: int) -> None:
        self.slab = slab
        self.segment = segment
        self.name = SEGMENTS[segment]
        self.prev = self.next = self
        self.length = 0
        self.bytes = 0
        self.hits = 0
        self.reset()

    def reset(self) -> None:
        """`stats reset`."""
        self.hits = 0
        self.evicted = self.evicted_nonzero = self.evicted_time = 0
        self.evicted_unfetched = self.evicted_active = 0
        self.reclaimed = self.expired_unfetched = 0
        self.crawler_reclaimed = self.crawler_checked = 0
        self.moves_to_cold = self.moves_to_warm = self.moves_within = 0
        self.direct_reclaims = 0

    def link(self, item: Item) -> None:
        """Put an item at the head."""
        first = self.next
        item.prev = self  # type: ignore[assignment]
        item.next = first
        first.prev = item
        self.next = item
        item.queue = self
        self.length += 1
        self.bytes += item.size

    def unlink(self, item: Item) -> None:
        """Take an item out."""
        before, after = item.prev, item.next
        before.next = after
        after.prev = before
        item.queue = None
        self.length -= 1
        self.bytes -= item.size

    @property
    def tail(self) -> Item | None:
        """The item that has stood here longest."""
        return None if self.prev is self else self.prev


def move(store: Store, item: Item, segment: int) -> None:
    """To the head of another segment, or again of its own."""
    source = item.queue
    assert source is not None
    target = item.slab.queues[segment]
    source.unlink(item)
    target.link(item)
    if store.watcher is not None:
        store.tell("moved", item, source.name, target.name)


def was_read(store: Store, item: Item) -> None:
    """Mark an item that was read; the one that is read again in COLD will go to WARM soon."""
    if not store.settings.segmented:
        item.marks |= FETCHED
        refresh(store, item)
    elif not item.marks & ACTIVE:
        if not item.marks & FETCHED:
            item.marks |= FETCHED
            return
        item.marks |= ACTIVE
        if item.queue is None or item.queue.segment != COLD:
            item.time = store.now
        else:
            item.pins += 1  # the maintainer holds on to it: it is not changed in place meanwhile
            store.bumps.append(item)


def refresh(store: Store, item: Item) -> None:
    """An item was used without being read: note the time, and rescue it from COLD if ACTIVE."""
    queue = item.queue
    if queue is None:
        return
    if store.settings.segmented:
        if queue.segment == COLD and item.marks & ACTIVE:
            item.time = store.now
            item.marks &= ~ACTIVE
            move(store, item, WARM)
            item.slab.queues[WARM].moves_to_warm += 1
        elif item.time < store.now - UPDATE_INTERVAL_S:
            item.time = store.now
    elif item.time < store.now - UPDATE_INTERVAL_S:
        item.time = store.now
        move(store, item, queue.segment)


def pull_tail(
    store: Store,
    slab: SlabClass,
    segment: int,
    total: int = 0,
    *,
    evict: bool = False,
    max_age: int = 0,
) -> int:
    """Look at the tail of a queue: drop what has expired, move what does not belong there.

    ``total``: bytes of the class, of which HOT and WARM may have their shares. ``evict``: the item
    at the tail of COLD goes. How many items were moved or dropped.
    """
    queue = slab.queues[segment]
    done = 0
    item = queue.prev
    for _ in range(_TRIES):
        if item is queue:
            break
        before = item.prev
        if item is store.held or item.pins:
            item = before
            continue
        if (item.exptime and item.exptime < store.now) or store.is_flushed(item):
            queue.reclaimed += 1
            if not item.marks & FETCHED:
                queue.expired_unfetched += 1
            store.remove(item, "expired")
            done += 1
        elif segment in (HOT, WARM):
            moved, go_on = _pull_upper(store, queue, item, total, max_age)
            done += moved
            if not go_on:
                break
        else:
            if segment == COLD:
                done += _pull_cold(store, queue, item, evict)
            break
        item = before
    return done


def _pull_upper(
    store: Store, queue: Queue, item: Item, total: int, max_age: int
) -> tuple[int, bool]:
    """The tail of HOT or WARM: how many were moved, and whether the next one is looked at."""
    settings = store.settings
    hot = queue.segment == HOT
    limit = total * settings.hot_percent // 100 if hot else 0
    if not limit:
        limit = total * settings.warm_percent // 100
    if item.marks & ACTIVE:
        item.marks &= ~ACTIVE
        if hot:
            queue.moves_to_warm += 1
            move(store, item, WARM)
            return 1, False
        queue.moves_within += 1
        if item.time < store.now - UPDATE_INTERVAL_S:
            item.time = store.now
            move(store, item, WARM)
        return 1, True
    if queue.bytes > limit or store.now - item.time > max_age:
        queue.moves_to_cold += 1
        move(store, item, COLD)
        return 1, False
    return 0, False


def _pull_cold(store: Store, queue: Queue, item: Item, evict: bool) -> int:
    if evict:
        if not store.settings.evictions:
            return 0
        queue.evicted += 1
        queue.evicted_time = store.now - item.time
        queue.evicted_nonzero += item.exptime != 0
        queue.evicted_unfetched += not item.marks & FETCHED
        queue.evicted_active += item.marks & ACTIVE != 0
        store.remove(item, "evicted")
        return 1
    if item.marks & ACTIVE and store.settings.segmented:
        queue.moves_to_warm += 1
        item.marks &= ~ACTIVE
        move(store, item, WARM)
        return 1
    return 0


def juggle(store: Store, slab: SlabClass) -> int:
    """One visit of the maintainer to a class; how often something was moved."""
    settings = store.settings
    hot, warm, cold, _temp = slab.queues
    moves = 0
    if settings.temp_lru:
        while moves < _ROUNDS and pull_tail(store, slab, TEMP) > 0:
            moves += 1
    total = hot_age = warm_age = 0
    if settings.segmented:
        oldest = cold.tail
        cold_age = 0 if oldest is None else store.now - oldest.time
        hot_age = int(cold_age * settings.hot_factor)
        warm_age = int(cold_age * settings.warm_factor)
        total = hot.bytes + warm.bytes + cold.bytes
    for _ in range(_ROUNDS):
        more = bool(
            pull_tail(store, slab, HOT, total, max_age=hot_age)
            or pull_tail(store, slab, WARM, total, max_age=warm_age)
        )
        if settings.segmented and _calls(store, cold) and pull_tail(store, slab, COLD, total):
            more = True
        if not more:
            break
        moves += 1
    return moves


def _calls(store: Store, queue: Queue) -> bool:
    """Whether there may be something to do at the tail of COLD."""
    item = queue.prev
    if item is queue:
        return False
    return bool(item.marks & ACTIVE or item.exptime or store.flushed_until)


class Maintainer:
    """Works through the classes, each at its own pace: from once a second while nothing moves to
    as often as it is let while much does. ``due_us``: when it wants its next turn.

    A class that has no item yet is looked at too, ever less often, from a thousand times a second
    at the start to once a second."""

    def __init__(self, store: Store, now_us: int) -> None:
        self._store = store
        self._next_us: dict[int, int] = {}
        self._pause_us: dict[int, int] = {}
        self._last_us = self._started_us = now_us
        self.due_us = now_us
        self.turns = 0

    def run(self, now_us: int) -> None:
        """A turn: every class whose time has come. After a long pause a class gets as many visits
        as it would have had."""
        store = self._store
        self.turns += 1
        visits = max((now_us - self._last_us) // _SHORTEST_US, 1)
        self._last_us = now_us
        idle = min(max((now_us - self._started_us) // 8, _SHORTEST_US), _LONGEST_US)
        due = now_us + idle
        for slab in store.slabs.classes:
            if not slab.pages:
                continue
            number = slab.number
            if now_us >= self._next_us.get(number, 0):
                self._visit(slab, now_us, visits, self._pause_us.get(number, idle))
            due = min(due, self._next_us[number])
        self._rescue()
        self.due_us = due

    def _visit(self, slab: SlabClass, now_us: int, visits: int, pause: int) -> None:
        moves = juggle(self._store, slab)
        if moves:
            pause //= 2
            if pause < _SHORTEST_US:
                pause = 0
            while visits > 1 and juggle(self._store, slab):
                visits -= 1
        else:
            pause = min(pause + pause // 8, _LONGEST_US) if pause else _SHORTEST_US
        self._pause_us[slab.number] = pause
        self._next_us[slab.number] = now_us + max(pause, _SHORTEST_US)

    def _rescue(self) -> None:
        """Items that were read again in COLD go to WARM."""
        store = self._store
        if store.bumps:
            waiting, store.bumps = store.bumps, []
            for item in waiting:
                store.unpin(item)
                refresh(store, item)
