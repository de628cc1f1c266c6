"""Sorting no more than the elements that are wanted, as Redis does it.

A quicksort (Bentley and McIlroy, "Engineering a sort function") that leaves alone what lies wholly
beyond the range. It is not stable, so where keys are equal the order can only be had by taking the
same steps; where no two are, any sort gives it, and the fast one is used. O(n log n).
Source of the facts: redis 7.0, pqsort.c.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

_T = TypeVar("_T")
_INSERTION = 7  # below that many elements are inserted one by one
_NINTHER = 40  # above that many the pivot is a median of medians


def sorted_range(
    items: Sequence[_T], start: int, stop: int, key: Callable[[_T], Any], reverse: bool = False
) -> list[_T]:
    """What stands at positions ``start`` to ``stop`` (exclusive) of the sorted ``items``."""
    keys = [key(item) for item in items]
    distinct = sorted(set(keys), reverse=reverse)
    if len(distinct) == len(keys):
        return sorted(items, key=key, reverse=reverse)[start:stop]
    ranks = {one: rank for rank, one in enumerate(distinct)}
    pairs = [(ranks[one], item) for one, item in zip(keys, items, strict=True)]
    _sort(pairs, 0, len(pairs), start, stop)
    return [item for _, item in pairs[start:stop]]


Pairs = list[tuple[int, _T]]
"""Elements, each with the rank of its key: equal keys have equal ranks."""


def _sort(pairs: Pairs[_T], low: int, size: int, start: int, stop: int) -> None:
    """Sort ``size`` pairs from ``low`` on, as far as positions ``start`` to ``stop`` need it."""
    while True:
        if size < _INSERTION:
            _insert_all(pairs, low, low + size)
            return
        smaller, larger = _partition(pairs, low, size)
        if smaller > 1 and low < stop and start < low + smaller:
            _sort(pairs, low, smaller, start, stop)
        low, size = low + size - larger, larger
        if larger <= 1 or low >= stop or start >= low + larger:
            return


def _insert_all(pairs: Pairs[_T], start: int, stop: int) -> None:
    for at in range(start + 1, stop):
        while at > start and pairs[at - 1][0] > pairs[at][0]:
            pairs[at - 1], pairs[at] = pairs[at], pairs[at - 1]
            at -= 1


def _partition(pairs: Pairs[_T], start: int, size: int) -> tuple[int, int]:
    """Put smaller pairs first, larger ones last; returns how many there are of either.

    Pairs equal to the pivot are collected at both ends on the way and moved between them.
    """
    middle = _pivot(pairs, start, size)
    pairs[start], pairs[middle] = pairs[middle], pairs[start]
    pivot = pairs[start][0]
    equal_low = low = start + 1
    equal_high = high = start + size - 1
    while True:
        while low <= high and pairs[low][0] <= pivot:
            if pairs[low][0] == pivot:
                pairs[equal_low], pairs[low] = pairs[low], pairs[equal_low]
                equal_low += 1
            low += 1
        while low <= high and pairs[high][0] >= pivot:
            if pairs[high][0] == pivot:
                pairs[high], pairs[equal_high] = pairs[equal_high], pairs[high]
                equal_high -= 1
            high -= 1
        if low > high:
            break
        pairs[low], pairs[high] = pairs[high], pairs[low]
        low, high = low + 1, high - 1
    stop = start + size
    smaller, larger = low - equal_low, equal_high - high
    _exchange(pairs, start, low, min(equal_low - start, smaller))
    _exchange(pairs, low, stop, min(larger, stop - equal_high - 1))
    return smaller, larger


def _exchange(pairs: Pairs[_T], start: int, stop: int, count: int) -> None:
    """Swap ``count`` pairs from ``start`` on with the last ones before ``stop``."""
    for at in range(count):
        one, other = start + at, stop - count + at
        pairs[one], pairs[other] = pairs[other], pairs[one]


def _pivot(pairs: Pairs[_T], start: int, size: int) -> int:
    low, middle, high = start, start + size // 2, start + size - 1
    if size == _INSERTION:
        return middle
    if size > _NINTHER:
        step = size // 8
        low = _median(pairs, low, low + step, low + 2 * step)
        middle = _median(pairs, middle - step, middle, middle + step)
        high = _median(pairs, high - 2 * step, high - step, high)
    return _median(pairs, low, middle, high)


def _median(pairs: Pairs[_T], one: int, two: int, three: int) -> int:
    a, b, c = pairs[one][0], pairs[two][0], pairs[three][0]
    if a < b:
        return two if b < c else three if a < c else one
    return two if b > c else one if a < c else three
