"""When something learnt should be looked at again: the FSRS scheduler (`fsrs`), wrapped thinly.

What is known of a concept is the list of its ratings, each with its time; the card is made of them
anew whenever it is asked for. So the progress of two machines merges by joining their lists.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from fsrs import Scheduler

Grade = Literal["good", "hard", "again"]
"""Right; right after hints; wrong, or only with the solution."""

GRADES: tuple[Grade, ...] = ("good", "hard", "again")
_LEARNING = (timedelta(minutes=10), timedelta(days=1))
_RELEARNING = (timedelta(minutes=10),)


class Rated(NamedTuple):
    """One rating, and when it was given, in milliseconds since the Unix epoch."""

    ms: int
    grade: Grade


@dataclass(frozen=True, slots=True)
class Memory:
    """``due_ms`` is when it should be looked at, ``recall`` how probable it is (0 to 1) that it is
    still known, ``stability_days`` after how long that falls to nine tenths."""

    due_ms: int
    recall: float
    stability_days: float


@lru_cache(1)
def _scheduler() -> Scheduler:
    from fsrs import Scheduler

    return Scheduler(learning_steps=_LEARNING, relearning_steps=_RELEARNING, enable_fuzzing=False)


def memory(ratings: Sequence[Rated], now_ms: int) -> Memory:
    """What has become of something with these ratings, the oldest first; there is at least one."""
    from fsrs import Card, Rating

    meaning = {"good": Rating.Good, "hard": Rating.Hard, "again": Rating.Again}
    scheduler = _scheduler()
    card = Card(card_id=1, due=_moment(ratings[0].ms))
    for rated in ratings:
        card, _log = scheduler.review_card(card, meaning[rated.grade], _moment(rated.ms))
    recall = scheduler.get_card_retrievability(card, _moment(now_ms))
    return Memory(round(card.due.timestamp() * 1000), recall, card.stability or 0.0)


_EARLIEST_MS = 0
_LATEST_MS = 32_503_680_000_000
"""The year 3000: a time beyond it is a slip of some clock."""


def _moment(ms: int) -> datetime:
    kept = min(max(ms, _EARLIEST_MS), _LATEST_MS)
    return datetime.fromtimestamp(kept / 1000, UTC)
