"""Where memcached's time comes from."""

from __future__ import annotations

from typing import Protocol


class Clock(Protocol):
    """Microseconds since the Unix epoch: the system's, or a lab's own."""

    def now_us(self) -> int:
        """The present moment in microseconds."""
        ...
