"""What INFO says of files, and what is counted for it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Figures:
    """Counted since the start. Times in Unix seconds or seconds; -1: never."""

    last_save: int
    saves: int = 0
    dump_good: bool = True
    dump_tried: int = 0
    dump_seconds: int = -1
    dump_copied: int = 0
    expired_at_load: int = 0
    keys_at_load: int = 0
    rewrites: int = 0
    rewrite_good: bool = True
    rewrite_seconds: int = -1
    rewrite_failures: int = 0  # in a row
    rewrite_copied: int = 0
    base_size: int = 0
