"""Sorting a long list without a long standstill.

``list.sort`` is one call into the interpreter's core: while it lasts no other thread gets to run,
so that a million elements would stop a screen for a second. A sample sort (Frazer and McKellar,
"Samplesort", 1970) deals the elements out to parts that do not overlap and sorts one part after
the other. The result is that of ``sorted``, the order of equal elements included.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

T = TypeVar("T")

PART = 8192
"""Elements that are sorted at a stretch: some milliseconds."""

_OVERSAMPLING = 8


def sorted_in_parts(
    items: Sequence[T], key: Callable[[T], tuple[Any, ...]], reverse: bool = False
) -> list[T]:
    """As ``sorted(items, key=key, reverse=reverse)``; ``key`` gives tuples of one length.

    O(n log n).
    """
    if len(items) <= 2 * PART:
        return sorted(items, key=key, reverse=reverse)
    parts = _dealt(items, key, -1 if reverse else 1)
    if reverse:
        parts.reverse()
    found: list[T] = []
    for part in parts:
        part.sort(reverse=reverse)
        found += [items[abs(one[-1])] for one in part]
        part.clear()  # given back bit by bit as well
    return found


def _dealt(
    items: Sequence[T], key: Callable[[T], tuple[Any, ...]], sign: int
) -> list[list[tuple[Any, ...]]]:
    """The keys in ascending parts of about the same size.

    Behind each stands its place, times ``sign``: so no two are equal, and those that were keep
    their order in both directions.
    """
    parts = len(items) // PART + 1
    step = len(items) // (parts * _OVERSAMPLING)
    sample = sorted((*key(items[at]), sign * at) for at in range(0, len(items), step))
    limits = sample[_OVERSAMPLING::_OVERSAMPLING]
    dealt: list[list[tuple[Any, ...]]] = [[] for _ in range(len(limits) + 1)]
    for at, item in enumerate(items):
        one = (*key(item), sign * at)
        dealt[bisect_left(limits, one)].append(one)
    return dealt
