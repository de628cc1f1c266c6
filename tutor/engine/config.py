"""Directives (placeholder shape; the table of all directives is being written)."""

from __future__ import annotations

import copy


class Config:
    """Directive values as attributes, dashes written as underscores."""

    def __init__(self) -> None:
        self.version = 0  # grows with each change
        self.databases = 16
        self.hash_max_listpack_entries = 512
        self.hash_max_listpack_value = 64
        self.set_max_intset_entries = 512
        self.zset_max_listpack_entries = 128
        self.zset_max_listpack_value = 64
        self.list_max_listpack_size = -2
        self.list_compress_depth = 0
        self.proto_max_bulk_len = 512 * 1024 * 1024

    def clone(self) -> Config:
        return copy.copy(self)

    def assign(self, other: Config) -> None:
        self.__dict__.update(other.__dict__)
