"""Durations of calls as Redis counts them: an HDR histogram of two significant digits, in
nanoseconds (redis 7.0, server.h: LATENCY_HISTOGRAM_*).

    level 0   0 … 255 ns            buckets 1 ns wide
    level k   128·2^k … 255·2^k ns  128 buckets, 2^k ns wide

A value is told as the highest that its bucket cannot tell apart from it.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, compress

_SUB_BUCKETS = 256  # two digits need 2 * 10**2 of them, rounded up to a power of two
_HALF = _SUB_BUCKETS // 2
_LOWEST, _HIGHEST = 1, 1_000_000_000
_FIRST_LEVEL = 1024
_RUN = 64
_PLACES = range(_RUN)


def _level(value: int) -> int:
    """The level of ``value`` (nanoseconds): its bucket is 2 to the power of it wide."""
    return (value | (_SUB_BUCKETS - 1)).bit_length() - _SUB_BUCKETS.bit_length() + 1


def highest_like(value: int) -> int:
    """The highest value of the bucket of ``value`` (nanoseconds)."""
    unit = 1 << _level(value)
    return value // unit * unit + unit - 1


class Histogram:
    """How many calls took how long. Redis takes 24.6 kB for each; here only runs of 64 buckets that
    hold anything take room, half a kilobyte each, which Python's own allocator deals out: larger
    rooms that come and go would cut the heap of a long-running server into pieces."""

    __slots__ = ("_runs", "total")

    def __init__(self) -> None:
        self._runs: dict[int, array[int]] = {}
        self.total = 0

    def add(self, usec: int, count: int = 1) -> None:
        """So many calls took ``usec`` microseconds."""
        value = min(max(usec * 1000, _LOWEST), _HIGHEST)
        level = _level(value)
        number, place = divmod(level * _HALF + (value >> level), _RUN)
        run = self._runs.get(number)
        if run is None:
            run = self._runs[number] = array("Q", bytes(8 * _RUN))
        run[place] += count
        self.total += count

    def update(self, times: Iterable[int]) -> None:
        """Each of ``times`` is the microseconds of one call."""
        for usec, count in Counter(times).items():
            self.add(usec, count)

    def pairs(self) -> Iterator[tuple[int, int]]:
        """The lowest nanoseconds of each bucket that is not empty, ascending, and its calls."""
        for number, run in sorted(self._runs.items()):
            start = number * _RUN
            level = max(start // _HALF - 1, 0)
            start -= level * _HALF
            for place in compress(_PLACES, run):
                yield start + place << level, run[place]


def cumulative(durations: Histogram) -> dict[int, int]:
    """How many calls took at most so many microseconds: LATENCY HISTOGRAM's levels, which double.

    A level that adds nothing is left out.
    """
    pairs = list(durations.pairs())
    total = durations.total
    levels: dict[int, int] = {}
    seen = told = at = 0
    level = _FIRST_LEVEL
    while told < total:
        upper = highest_like(level)
        while at < len(pairs) and pairs[at][0] <= upper:
            seen += pairs[at][1]
            at += 1
        if seen > told:
            levels[upper // 1000] = told = seen
        level *= 2
    return levels


def percentiles(durations: Histogram, percents: Sequence[float]) -> list[float]:
    """The durations that so many per cent of the calls did not exceed, in microseconds.

    Of 0 % it is the lowest value of the first bucket.
    """
    values, counts = [], []
    for value, count in durations.pairs():
        values.append(value)
        counts.append(count)
    if not values:
        return [0.0] * len(percents)
    seen = list(accumulate(counts))
    told = []
    for percent in percents:
        wanted = max(int(min(percent, 100.0) / 100 * durations.total + 0.5), 1)
        at = bisect_left(seen, wanted)
        told.append((highest_like(values[at]) if percent else values[0]) / 1000)
    return told
