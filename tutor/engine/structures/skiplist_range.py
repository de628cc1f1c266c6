"""Ranges of a sorted set: between two scores, or between two members of equal score.

A range answers two questions about a node; both are monotonous along the list.
Source: redis 7.0, t_zset.c (zslValueGteMin and its siblings).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Protocol


class Ordered(Protocol):
    """Anything with a member and a score."""

    member: bytes
    score: float


@dataclass(frozen=True, slots=True)
class ScoreRange:
    """Scores from ``low`` to ``high``, either end exclusive if said so; infinities allowed."""

    low: float
    high: float
    low_exclusive: bool = False
    high_exclusive: bool = False

    def not_below(self, node: Ordered) -> bool:
        """Whether a node is at or above the lower end."""
        return node.score > self.low if self.low_exclusive else node.score >= self.low

    def not_above(self, node: Ordered) -> bool:
        """Whether a node is at or below the upper end."""
        return node.score < self.high if self.high_exclusive else node.score <= self.high


class LexEnd(Enum):
    """The ends below and above every member."""

    LOWEST = "-"
    HIGHEST = "+"


@dataclass(frozen=True, slots=True)
class LexRange:
    """Members from ``low`` to ``high`` in byte order, for members of equal score."""

    low: bytes | LexEnd
    high: bytes | LexEnd
    low_exclusive: bool = False
    high_exclusive: bool = False

    def not_below(self, node: Ordered) -> bool:
        """Whether a node is at or above the lower end."""
        low = self.low
        if isinstance(low, LexEnd):
            return low is LexEnd.LOWEST
        return node.member > low if self.low_exclusive else node.member >= low

    def not_above(self, node: Ordered) -> bool:
        """Whether a node is at or below the upper end."""
        high = self.high
        if isinstance(high, LexEnd):
            return high is LexEnd.HIGHEST
        return node.member < high if self.high_exclusive else node.member <= high
