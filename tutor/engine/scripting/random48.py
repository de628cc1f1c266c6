"""The generator behind ``math.random`` in scripts (redis 7.0, rand.c: redisLrand48).

A linear congruential generator of 48 bits, the one of ``drand48``: the same numbers everywhere.
"""

from __future__ import annotations

_FACTOR, _SUMMAND = 0x5DEECE66D, 0xB
_MASK = (1 << 48) - 1
_START = 0x1234ABCD330E
_SEED_LOW = 0x330E
_LARGEST = 0x7FFFFFFF


class Random48:
    """Numbers at random; ``state`` is all that there is to remember."""

    __slots__ = ("state",)

    def __init__(self) -> None:
        self.state = _START

    def seed(self, value: float) -> None:
        """Begin anew; the lowest 32 bits of ``value`` count."""
        self.state = (int(value) & 0xFFFFFFFF) << 16 | _SEED_LOW

    def next(self) -> float:
        """A number from 0 up to, and without, 1."""
        self.state = (self.state * _FACTOR + _SUMMAND) & _MASK
        return (self.state >> 17) % _LARGEST / _LARGEST
