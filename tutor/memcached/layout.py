"""What memcached's memory looks like, as data: for diagrams, and for whoever watches.

    Store.layout()                                all slab classes that own pages
    Store.page_layout(slab_class, page, …)        a window on the chunks of one page
    Store.item_layout(key)                        one item, part by part
    Store.segment_keys(slab_class, segment, …)    the keys of one LRU queue, its head first
    Store.observe(watcher)                        items that come, move and go

Costs follow what is asked for. Sizes in bytes. Facts: memcached 1.6.18, memcached.h, items.c,
slabs.c.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Segment = Literal["hot", "warm", "cold", "temp"]
SEGMENTS: tuple[Segment, ...] = ("hot", "warm", "cold", "temp")
"""The queues of a slab class, in the order in which the server numbers them."""

EventKind = Literal["stored", "moved", "evicted", "expired", "deleted"]

VALUE_SHOWN = 4096
"""Bytes of a value that an `ItemLayout` carries."""


@dataclass(frozen=True, slots=True)
class ItemLayout:
    """One item in memory.

    ``size`` is the whole item (48 header + 8 CAS + key + 1 + 4 if there are flags + value + 2);
    ``chunk`` is what it occupies: its chunk, for an item in a chain all of its chunks together.
    ``parts`` are names and bytes in their order: "header", "cas", "key", "flags" (only if they
    are not 0), "value", "end". ``value`` is at most the first `VALUE_SHOWN` bytes of
    ``value_length``. ``exptime_s``: seconds to live, None: for ever.
    ``fetched``: was read since it was stored; ``active``: twice, so it goes to WARM rather than
    on. ``chunks``: how many; 1 unless the item is a chain.
    """

    key: bytes
    value: bytes
    value_length: int
    size: int
    chunk: int
    chunks: int
    flags: int
    exptime_s: int | None
    cas: int
    segment: str
    fetched: bool
    active: bool
    parts: tuple[tuple[str, int], ...]
    slab_class: int


@dataclass(frozen=True, slots=True)
class SlabClassLayout:
    """One slab class that owns pages.

    ``per_page`` chunks of ``chunk`` bytes fit a page. ``used`` and ``free`` are chunks;
    ``requested`` are the bytes that items really asked for, so that the waste inside chunks is
    ``used * chunk - requested``. ``evicted``: items that had to go. ``segments``: items in each
    of `SEGMENTS`.
    """

    number: int
    chunk: int
    per_page: int
    pages: int
    used: int
    free: int
    requested: int
    evicted: int
    segments: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class StoreLayout:
    """The whole store: the limit and what of it lies in pages, items that there are, the classes
    with pages by their number, evictions so far, the last CAS id given."""

    limit: int
    allocated: int
    items: int
    classes: tuple[SlabClassLayout, ...]
    evictions: int
    cas: int


@dataclass(frozen=True, slots=True)
class PageLayout:
    """A window on the chunks of one page, the first of which is number ``first`` of the page.

    None: the chunk is free. A chunk in the middle of a chain shows the item it belongs to.
    """

    slab_class: int
    number: int
    chunk: int
    first: int
    chunks: tuple[ItemLayout | None, ...]


@dataclass(frozen=True, slots=True)
class StoreEvent:
    """Something that happened to an item.

    ``source`` and ``target`` are segments: "stored" has no source, "moved" has both (the same
    twice: back to the head of its queue), "evicted", "expired" and "deleted" have no target. A key
    that is set anew is "deleted" and then "stored".
    """

    kind: EventKind
    key: bytes
    slab_class: int
    source: str
    target: str
