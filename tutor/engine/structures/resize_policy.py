"""When hash tables may change their size, and how fast their rehash gets on.

Copy on write makes moving entries dear while a child process saves the dataset, so tables then grow
only when chains have become long, and a rehash goes on only if it is a big change.
Constants: redis 7.0, dict.c (dict_can_resize, dict_force_resize_ratio 5, 10 empty visits a step).
"""

from __future__ import annotations

from collections.abc import Callable

FORCED_RATIO = 5
EMPTY_VISITS = 10


class ResizePolicy:
    """One object shared by all tables of a server.

    ``mode`` is ``"enable"``, ``"avoid"`` (a child process exists) or ``"forbid"`` (we are the
    child). ``allows_growth(bytes, load)`` may refuse growth (maxmemory); ``bytes`` are those of the
    new slots.
    """

    __slots__ = ("allows_growth", "mode")

    def __init__(self) -> None:
        self.mode = "enable"
        self.allows_growth: Callable[[int, float], bool] | None = None

    def permits_growth(self, used: int, size: int, new_bytes: int) -> bool:
        """Whether a full table of ``size`` slots holding ``used`` entries may grow."""
        if self.mode != "enable" and (self.mode == "forbid" or used // size <= FORCED_RATIO):
            return False
        return self.allows_growth is None or self.allows_growth(new_bytes, used / size)

    def permits_steps(self, size0: int, size1: int) -> bool:
        """Whether a rehash from ``size0`` to ``size1`` slots may go on."""
        if self.mode == "enable":
            return True
        if self.mode == "forbid":
            return False
        low, high = sorted((size0, size1))
        return low == high or high // low >= FORCED_RATIO


ALWAYS = ResizePolicy()
"""For tables outside a server: nothing is ever refused."""


def expected_pace(used: int, size: int) -> float:
    """Buckets one rehash step passes on average: up to ten empty ones and one that is not."""
    if not used:
        return float(size)
    empty: float = (1 - 1 / size) ** used
    return (1 - empty**EMPTY_VISITS) / (1 - empty)
