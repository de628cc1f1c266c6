"""A page given from one slab class to another: `slabs reassign` (memcached 1.6.18, slabs.c).

The oldest page of the class goes. What lies in it moves to free chunks of the other pages; what
finds none, or is over, is lost. Class 0 is the pool of pages that belong to nobody, which is drawn
from before the limit is asked. The real server moves chunk by chunk in a thread; here it is one
step, which is refused while a value is on its way into the page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from tutor.memcached.items import Item
from tutor.memcached.slabs import SlabClass

if TYPE_CHECKING:
    from tutor.memcached.store import Store

Refusal = Literal["same", "bad_class", "no_spare", "busy"]

POOL = 0
ANY = -1


def reassign(store: Store, source: int, target: int) -> Refusal | None:
    """Move a page between classes by their numbers; `ANY` source: one that has two. None: done."""
    slabs = store.slabs
    if source == target:
        return "same"
    if source == ANY:
        source = _any_but(store, target)
    last = len(slabs.classes)
    if not (POOL <= source <= last and POOL <= target <= last):
        return "bad_class"
    if (slabs.pool if source == POOL else slabs.classes[source - 1].pages) < 2:
        return "no_spare"
    if source == POOL:
        slabs.pool -= 1
    elif not _clear(store, slabs.classes[source - 1]):
        return "busy"
    if target == POOL:
        slabs.pool += 1
    else:
        slabs.classes[target - 1].add_page()
    slabs.moved += 1
    return None


def _any_but(store: Store, target: int) -> int:
    """The next class in turn that has a page to spare; -1 if none has."""
    slabs = store.slabs
    count = len(slabs.classes)
    for _ in range(count):
        slabs.last_picked = slabs.last_picked % count + 1
        slab = slabs.classes[slabs.last_picked - 1]
        if slab.number != target and slab.pages > 1:
            return slab.number
    return ANY


def _clear(store: Store, slab: SlabClass) -> bool:
    """Empty the first page of a class and take it away; False if that must wait.

    O(chunks of the class).
    """
    size = slab.per_page
    if any(item is not None and item.queue is None for item in slab.slots[:size]):
        return False
    slab.free = [chunk for chunk in slab.free if chunk >= size]
    for chunk in range(size):
        item = slab.slots[chunk]
        if item is None:
            continue
        if (item.exptime and item.exptime < store.now) or store.is_flushed(item):
            store.remove(item, "expired")
        else:
            _place(store, slab, item, chunk)
    del slab.slots[:size]
    slab.free = [chunk - size for chunk in slab.free if chunk >= size]
    slab.pages -= 1
    for item in {id(held): held for held in slab.slots if held is not None}.values():
        _renumber(slab, item, size)
    return True


def _place(store: Store, slab: SlabClass, item: Item, chunk: int) -> None:
    """Move what lies in a chunk to a free one of the same class, or lose the item."""
    free = -1
    while slab.free and free < slab.per_page:  # what was lost has left chunks in the page itself
        free = slab.free.pop()
    if free < slab.per_page:
        store.slabs.lost += 1
        store.remove(item, "evicted")
        return
    store.slabs.rescued += 1
    slab.slots[free], slab.slots[chunk] = item, None
    if item.home is slab and item.chunk == chunk:
        item.chunk = free
        return
    assert item.pieces is not None
    item.pieces = [
        (where, free if where is slab and at == chunk else at, asked)
        for where, at, asked in item.pieces
    ]


def _renumber(slab: SlabClass, item: Item, by: int) -> None:
    if item.home is slab:
        item.chunk -= by
    if item.pieces:
        item.pieces = [
            (where, at - by if where is slab else at, asked) for where, at, asked in item.pieces
        ]
