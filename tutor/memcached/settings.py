"""What a memcached was started with, in memcached's own terms (`stats settings`)."""

from __future__ import annotations

from dataclasses import dataclass

MEBIBYTE = 1024 * 1024
PAGE_SIZE = MEBIBYTE
"""Bytes of a slab page."""

VERSION = "1.6.18"
KEY_MAX = 250
"""Bytes of the longest key."""


class SettingsError(ValueError):
    """A setting that memcached would not start with; the text is memcached's own."""


@dataclass(slots=True)
class Settings:
    """One memcached's settings; some change while it runs (`lru`, `verbosity`, `cache_memlimit`).

    ``memory_limit`` and ``item_size_max`` in bytes. Raises `SettingsError`.
    """

    memory_limit: int = 64 * MEBIBYTE
    connections: int = 1024
    evictions: bool = True
    growth_factor: float = 1.25
    slab_min_size: int = 48
    item_size_max: int = MEBIBYTE
    slab_chunk_max: int = 0
    port: int = 11211
    listen: str = "127.0.0.1"
    verbosity: int = 0
    segmented: bool = True
    hot_percent: int = 20
    warm_percent: int = 40
    hot_factor: float = 0.2
    warm_factor: float = 2.0
    temp_lru: bool = False
    temp_ttl: int = 61
    detail: bool = False
    crawler: bool = True
    crawler_sleep_us: int = 100
    crawler_to_crawl: int = 0
    automove: int = 1
    automove_ratio: float = 0.8

    def __post_init__(self) -> None:
        if self.item_size_max < 1024:
            raise SettingsError("Item max size cannot be less than 1024 bytes.")
        if self.item_size_max > self.memory_limit // 2:
            raise SettingsError("Cannot set item size limit higher than 1/2 of memory max.")
        if self.item_size_max > 1024 * MEBIBYTE:
            raise SettingsError("Cannot set item size limit higher than a gigabyte.")
        if self.growth_factor <= 1.0:
            raise SettingsError("Factor must be greater than 1")
        if self.slab_min_size <= 0:
            raise SettingsError("Chunk size must be greater than 0")
        if self.connections <= 0:
            raise SettingsError("Maximum connections must be greater than 0")
        if not self.slab_chunk_max:
            self.slab_chunk_max = PAGE_SIZE // 2
        largest, chunk = self.item_size_max, self.slab_chunk_max
        if chunk > largest:
            raise SettingsError(
                f"slab_chunk_max (bytes: {chunk}) cannot be larger than "
                f"-I (item_size_max {largest})"
            )
        if largest % chunk:
            raise SettingsError(
                f"-I (item_size_max: {largest}) must be evenly divisible by "
                f"slab_chunk_max (bytes: {chunk})"
            )
