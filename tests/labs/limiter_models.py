"""The algorithms once more, as a textbook has them: exact sums of times, and nothing of Redis.

A model is asked in the order in which Redis was; times are microseconds since the lab's beginning.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from fractions import Fraction

from tutor.labs.simulation import EPOCH_US

Model = Callable[[str, int], str]
"""(user, time) → ``accepted``, ``refused``, ``error``, or ``either`` where doubles may differ."""

TRIP = 500
"""Microseconds from a command's arrival to the next one's, for a worker that does nothing else."""


def _word(passes: bool) -> str:
    return "accepted" if passes else "refused"


def own_window(limit: int, window: int) -> Model:
    """Begins with its first request; a key lives on through the millisecond in which it ends."""
    held: dict[str, tuple[int, int]] = {}

    def decide(user: str, time: int) -> str:
        count, end = held.get(user, (0, -1))
        if time // 1000 > end:
            count, end = 0, time // 1000 + window // 1000
        held[user] = count + 1, end
        return _word(count + 1 <= limit)

    return decide


def notes(limit: int, window: int) -> Model:
    """The notes' function by one worker: it looks at ``time``, and writes a little later."""
    held: dict[str, tuple[int, float]] = {}

    def decide(user: str, time: int) -> str:
        count, end = held.get(user, (0, -1))
        if time // 1000 > end:
            held[user] = 1, (time + TRIP) // 1000 + window // 1000
            return "accepted"
        if count >= limit:
            return "refused"
        if (time + TRIP) // 1000 > end:
            return "error"
        if (time + 2 * TRIP) // 1000 > end:
            held[user] = 1, float("inf")
        else:
            held[user] = count + 1, end
        return "accepted"

    return decide


def clock_window(limit: int, window: int) -> Model:
    """From one full window of the clock to the next."""
    counts: dict[tuple[str, int], int] = defaultdict(int)

    def decide(user: str, time: int) -> str:
        at = user, (EPOCH_US + time) // window
        counts[at] += 1
        return _word(counts[at] <= limit)

    return decide


def log(limit: int, window: int) -> Model:
    """All that passed, and those of the last window counted."""
    passed: dict[str, list[int]] = defaultdict(list)

    def decide(user: str, time: int) -> str:
        passes = sum(one > time - window for one in passed[user]) < limit
        if passes:
            passed[user].append(time)
        return _word(passes)

    return decide


def counter(limit: int, window: int) -> Model:
    """All that passed in each window of the clock; of the last one its part."""
    counts: dict[tuple[str, int], int] = defaultdict(int)

    def decide(user: str, time: int) -> str:
        number, into = divmod(EPOCH_US + time, window)
        carried = counts[user, number - 1] * (1 - Fraction(into, window))
        passes = carried + counts[user, number] + 1 <= limit
        counts[user, number] += passes
        return _word(passes)

    return decide


def bucket(limit: int, window: int) -> Model:
    """Tokens as fractions."""
    held: dict[str, tuple[Fraction, int]] = {}

    def decide(user: str, time: int) -> str:
        tokens, since = held.get(user, (Fraction(limit), time))
        tokens = min(tokens + Fraction((time - since) * limit, window), Fraction(limit))
        passes = tokens >= 1
        held[user] = tokens - passes, time
        return "either" if abs(tokens - 1) < Fraction(1, 10**9) else _word(passes)

    return decide


def gcra(limit: int, window: int) -> Model:
    """The bucket told otherwise: when each would be full again, in whole microseconds. What one
    request takes is rounded up, so that it may refuse what the bucket just lets through."""
    gap = -(-window // limit)
    full: dict[str, int] = {}

    def decide(user: str, time: int) -> str:
        end = max(full.get(user, time), time)
        passes = end - time <= gap * (limit - 1)
        if passes:
            full[user] = end + gap
        return _word(passes)

    return decide


MODELS: Mapping[str, Callable[[int, int], Model]] = {
    "notes": notes, "incr": own_window, "lua": clock_window, "log": log, "counter": counter,
    "bucket": bucket, "gcra": gcra,
}  # fmt: skip
