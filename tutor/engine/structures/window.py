"""The part of a structure somebody is looking at.

A layout is derived for a window only, so that drawing a structure costs what is visible of it and
not what it holds.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Window:
    """``count`` items from item ``start`` on (items are entries, nodes, buckets or bytes)."""

    start: int = 0
    count: int = 64

    def bounds(self, length: int) -> tuple[int, int]:
        """The half-open range of this window clamped to a structure of ``length`` items."""
        start = min(max(self.start, 0), length)
        return start, min(start + max(self.count, 0), length)
