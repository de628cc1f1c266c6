"""Where an algorithm stands in a structure and what it has passed: marks for slow motion.

They travel in the ``changed`` of each draw function, beside the names of what has changed. A path
is drawn with heavy lines and signs, so that it does not rest on a colour.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

HERE = "▼"
"""Stands at the element that is looked at."""

PASSED = "×"
"""Stands at an element that has been looked at, or need not be."""

DONE = "•"
"""Stands at a slot whose elements have been given out."""

NODE = "●"
"""Stands in place of the tower at which a search is."""


@dataclass(frozen=True, slots=True)
class TowerPath:
    """``links`` that were followed (rank of the node each starts from, -1 = header, and level);
    ``rank`` and ``level`` where the search stands; -2 if it is nowhere."""

    links: frozenset[tuple[int, int]]
    rank: int
    level: int


@dataclass(frozen=True, slots=True)
class ChainPath:
    """A slot of a table whose first ``entries`` entries were compared."""

    table: int
    slot: int
    entries: int


@dataclass(frozen=True, slots=True)
class SlotsDone:
    """A scan: the slots (table, slot) that are visited now, and those that were before."""

    now: frozenset[tuple[int, int]]
    before: frozenset[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class SearchSpan:
    """A binary search: what it is looking for lies from ``low`` to ``high`` if anywhere."""

    low: int
    middle: int
    high: int


@dataclass(frozen=True, slots=True)
class PairAt:
    """A walk through pairs: it stands at ``pair`` and has passed all before it."""

    pair: int
    walked: bool = True


@dataclass(frozen=True, slots=True)
class NodeAt:
    """A walk through nodes: it stands at ``node``, at ``entry`` of it if that is not None; with
    ``cut`` the node is about to be cut before that entry. ``passed`` nodes were walked over."""

    node: int
    entry: int | None = None
    cut: int | None = None
    passed: frozenset[int] = frozenset()


P = TypeVar("P")


def path_in(marks: Iterable[object], kind: type[P]) -> P | None:
    """The path of this kind among the marks, if there is one."""
    return next((mark for mark in marks if isinstance(mark, kind)), None)
