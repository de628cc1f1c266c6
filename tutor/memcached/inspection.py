"""Layouts of a store for whoever looks; they change nothing, and mark nothing as read."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from tutor.memcached.items import (
    ACTIVE,
    CAS_SIZE,
    END_SIZE,
    FETCHED,
    FLAGS_SIZE,
    Item,
)
from tutor.memcached.layout import (
    SEGMENTS,
    VALUE_SHOWN,
    ItemLayout,
    PageLayout,
    SlabClassLayout,
    StoreLayout,
)
from tutor.memcached.slabs import ITEM_HEADER, SlabClass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor.memcached.store import Store


def item_layout(store: Store, item: Item) -> ItemLayout:
    """One item, part by part."""
    length = len(item.data) - END_SIZE if item.data else item_value_length(item)
    parts = [("header", ITEM_HEADER), ("cas", CAS_SIZE), ("key", len(item.key) + 1)]
    if item.flags:
        parts.append(("flags", FLAGS_SIZE))
    parts += [("value", length), ("end", END_SIZE)]
    pieces = item.pieces or ()
    return ItemLayout(
        key=item.key,
        value=item.data[: min(VALUE_SHOWN, length)],
        value_length=length,
        size=item.size,
        chunk=item.home.chunk + sum(slab.chunk for slab, _, _ in pieces),
        chunks=1 + len(pieces),
        flags=item.flags,
        exptime_s=item.exptime - store.now if item.exptime else None,
        cas=item.cas,
        segment="" if item.queue is None else item.queue.name,
        fetched=bool(item.marks & FETCHED),
        active=bool(item.marks & ACTIVE),
        parts=tuple(parts),
        slab_class=item.slab.number,
    )


def item_value_length(item: Item) -> int:
    """Bytes of the value of an item whose value is still on its way."""
    flags = FLAGS_SIZE if item.flags else 0
    return item.size - ITEM_HEADER - CAS_SIZE - len(item.key) - 1 - flags - END_SIZE


def store_layout(store: Store) -> StoreLayout:
    """Limit, classes, counts."""
    classes = store.slabs.classes
    return StoreLayout(
        limit=store.settings.memory_limit,
        allocated=store.slabs.allocated,
        items=len(store.index),
        classes=tuple(_class_layout(slab) for slab in classes if slab.pages),
        evictions=sum(queue.evicted for slab in classes for queue in slab.queues),
        cas=store.cas,
    )


def _class_layout(slab: SlabClass) -> SlabClassLayout:
    return SlabClassLayout(
        number=slab.number,
        chunk=slab.chunk,
        per_page=slab.per_page,
        pages=slab.pages,
        used=slab.used,
        free=len(slab.free),
        requested=slab.requested,
        evicted=sum(queue.evicted for queue in slab.queues),
        segments={queue.name: queue.length for queue in slab.queues},
    )


def page_layout(store: Store, slab_class: int, page: int, start: int, count: int) -> PageLayout:
    """A window on a page."""
    slab = _slab(store, slab_class)
    if not 0 <= page < slab.pages:
        raise IndexError(f"class {slab_class} has no page {page}")
    start = min(max(start, 0), slab.per_page)
    first = page * slab.per_page
    held = slab.slots[first + start : first + min(start + max(count, 0), slab.per_page)]
    chunks = tuple(None if item is None else item_layout(store, item) for item in held)
    return PageLayout(slab_class, page, slab.chunk, start, chunks)


def segment_keys(
    store: Store, slab_class: int, segment: str, start: int, count: int
) -> tuple[bytes, ...]:
    """Keys of a queue from its head."""
    if segment not in SEGMENTS:
        raise ValueError(f"there is no segment {segment!r}")
    queue = _slab(store, slab_class).queues[SEGMENTS.index(segment)]

    def items() -> Iterator[Item]:
        item = queue.next
        while item is not queue:
            yield item
            item = item.next

    return tuple(item.key for item in islice(items(), max(start, 0), max(start, 0) + count))


def _slab(store: Store, number: int) -> SlabClass:
    if not 1 <= number <= len(store.slabs.classes):
        raise IndexError(f"there is no slab class {number}")
    return store.slabs.classes[number - 1]
