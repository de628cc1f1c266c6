"""Which key a request is about: some are asked for much more often than others."""

from __future__ import annotations

import random
from bisect import bisect_left
from itertools import accumulate


class Zipf:
    """Numbers from 0 to ``count`` - 1; the chance of number n is as 1 / (n + 1) ** ``exponent``.
    With the exponent 0 all are equal."""

    def __init__(self, count: int, exponent: float) -> None:
        self._count = count
        self._sums: list[float] = []
        if exponent:
            self._sums = list(accumulate((n + 1) ** -exponent for n in range(count)))

    def pick(self, chance: random.Random) -> int:
        """One of them."""
        if not self._sums:
            return chance.randrange(self._count)
        wanted = chance.random() * self._sums[-1]
        return min(bisect_left(self._sums, wanted), self._count - 1)
