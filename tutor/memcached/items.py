"""An item: a key, its value and what memcached knows about them.

    | header 48 | CAS id 8 | key … NUL | flags 4, unless 0 | value … | CR LF |

``Item.data`` is the value with its CR LF, as it came and as it goes. Times are seconds as
memcached counts them, from a minute before its start (memcached 1.6.18, memcached.h).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.memcached.slabs import ITEM_HEADER

if TYPE_CHECKING:
    from tutor.memcached.lru import Queue
    from tutor.memcached.slabs import SlabClass

FETCHED = 1
"""Was read since it was stored."""
ACTIVE = 2
"""Was read again: it will not sink to COLD."""
STALE = 4
"""Marked by `md … I`: may be shown, should be renewed."""
TOKEN_SENT = 8
"""Somebody has been told to renew it."""
KEY_BINARY = 16
"""The key came as base64, and goes so."""

CAS_SIZE = 8
FLAGS_SIZE = 4
END_SIZE = 2
PIECE_HEADER = 48
"""Bytes of the header of each further chunk of a chain."""


def item_size(key_length: int, flags: int, data_length: int) -> int:
    """Bytes of an item; ``data_length`` counts the value's CR LF."""
    return ITEM_HEADER + CAS_SIZE + key_length + 1 + (FLAGS_SIZE if flags else 0) + data_length


def chain_head_size(key: bytes, flags: int) -> int:
    """Bytes of the first chunk of a chain: everything but the value."""
    return item_size(len(key), flags, 0) + PIECE_HEADER


class Item:
    """One item; ``prev`` and ``next`` are its neighbours in ``queue`` (None: not stored, or no
    longer). ``pins``: replies not yet sent that refer to it. ``pieces`` are the chunks of a chain
    beside the first one: class, number, bytes asked for."""

    __slots__ = (
        "cas",
        "chunk",
        "data",
        "exptime",
        "flags",
        "home",
        "key",
        "marks",
        "next",
        "pieces",
        "pins",
        "prev",
        "queue",
        "size",
        "slab",
        "time",
    )

    prev: Item
    next: Item

    def __init__(
        self, key: bytes, flags: int, exptime: int, size: int, slab: SlabClass, home: SlabClass
    ) -> None:
        self.key = key
        self.flags = flags
        self.exptime = exptime
        self.size = size
        self.slab = slab  # the class in whose queues it stands
        self.home = home  # the class of its first chunk
        self.chunk = -1
        self.data = b""
        self.time = 0
        self.cas = 0
        self.marks = 0
        self.pins = 0
        self.queue: Queue | None = None
        self.pieces: list[tuple[SlabClass, int, int]] | None = None
