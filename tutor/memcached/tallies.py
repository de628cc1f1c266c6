"""The counters of `stats` that belong to no slab class."""

from __future__ import annotations


class Tallies:
    """What has happened since the start or the last `stats reset`."""

    __slots__ = (
        "bytes_read",
        "bytes_written",
        "cas_misses",
        "crawler_starts",
        "decr_misses",
        "delete_misses",
        "flush_cmds",
        "get_cmds",
        "get_expired",
        "get_flushed",
        "get_misses",
        "incr_misses",
        "meta_cmds",
        "rejected_connections",
        "store_no_memory",
        "store_too_large",
        "total_connections",
        "total_items",
        "touch_cmds",
        "touch_misses",
    )

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Begin again at 0."""
        self.get_cmds = self.get_misses = self.get_expired = self.get_flushed = 0
        self.touch_cmds = self.touch_misses = 0
        self.delete_misses = self.incr_misses = self.decr_misses = self.cas_misses = 0
        self.flush_cmds = self.meta_cmds = 0
        self.store_too_large = self.store_no_memory = 0
        self.bytes_read = self.bytes_written = 0
        self.total_items = self.total_connections = 0
        self.rejected_connections = 0
        self.crawler_starts = 0
