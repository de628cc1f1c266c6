"""Requests over the limit on a real server, counted so that none is blamed that may be innocent.

When a server decided on a request nobody outside knows: at some moment between ``sent`` and
``heard``. So only what must have been decided within a window is counted in it, whatever the
moments were. All times are microseconds of the server's clock.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol


class Truth(Protocol):
    """Of one algorithm under one limit and one window."""

    def saw(self, user: str, sent: int, heard: int, argv: Sequence[bytes], reply: Any) -> None:
        """A command was answered."""
        ...

    def passed(self, user: str, sent: int, heard: int) -> bool:
        """A request has passed; whether that is surely one too many."""
        ...


@dataclass(slots=True)
class _Counter:
    """A counter of one user. After ``before`` the one before it is surely gone; it may be gone
    itself at ``soonest``, and surely is at ``latest``."""

    before: int
    soonest: int
    latest: int
    passed: int = 0


class OwnWindows:
    """At most ``limit`` in the life of a counter. ``saw`` learns when one was made: by SET (the
    notes), or by the count 1 (INCR in a transaction)."""

    def __init__(self, limit: int, window: int) -> None:
        self._limit, self._window = limit, window
        self._counters: dict[str, _Counter] = {}

    def saw(self, user: str, sent: int, heard: int, argv: Sequence[bytes], reply: Any) -> None:
        counter, window = self._counters.get(user), self._window
        if argv[0] == b"SET":
            if counter is not None and heard < counter.soonest:  # the same one, set once more
                counter.soonest = max(counter.soonest, sent + window)
                counter.latest = max(counter.latest, heard + window)
                return
        elif not (argv[0] == b"EXEC" and reply and reply[0] == 1):
            return
        before = counter.latest if counter is not None else 0
        self._counters[user] = _Counter(before, sent + window, heard + window)

    def passed(self, user: str, sent: int, heard: int) -> bool:
        counter = self._counters.get(user)
        if counter is None or sent <= counter.before or heard >= counter.soonest:
            return False
        counter.passed += 1
        return counter.passed > self._limit


class ClockWindows:
    """At most ``limit`` between two full windows of the server's clock."""

    def __init__(self, limit: int, window: int) -> None:
        self._limit, self._window = limit, window
        self._counts: dict[str, tuple[int, int]] = {}

    def saw(self, user: str, sent: int, heard: int, argv: Sequence[bytes], reply: Any) -> None:
        """It knows the clock."""

    def passed(self, user: str, sent: int, heard: int) -> bool:
        number = sent // self._window
        if number != heard // self._window:
            return False
        last, count = self._counts.get(user, (number, 0))
        if number < last:
            return False
        count = count + 1 if number == last else 1
        self._counts[user] = number, count
        return count > self._limit


class AnyWindow:
    """At most ``limit`` in any window, wherever it begins. ``most``: so many there were surely."""

    def __init__(self, limit: int, window: int) -> None:
        self._limit, self._window = limit, window
        self._sent: dict[str, deque[int]] = {}
        self._latest: dict[str, int] = {}
        self.most = 0

    def saw(self, user: str, sent: int, heard: int, argv: Sequence[bytes], reply: Any) -> None:
        """It looks at nothing but the times."""

    def passed(self, user: str, sent: int, heard: int) -> bool:
        """Of those that were sent after a moment and heard until a window later, all were decided
        between the two."""
        times = self._sent.setdefault(user, deque())
        times.append(sent)
        latest = self._latest[user] = max(self._latest.get(user, 0), heard)
        begin = latest - self._window
        while times and times[0] <= begin:
            times.popleft()
        count = sum(one > begin for one in times)
        self.most = max(self.most, count)
        return count > self._limit


class Drip:
    """At most ``limit`` at once, and then what drips in: ``limit`` in a window. The time for which
    requests were under way is given to them as time to drip."""

    def __init__(self, limit: int, window: int) -> None:
        self._limit, self._speed = limit, limit / window
        self._left: dict[str, tuple[float, int]] = {}
        self._slowest = 0

    def saw(self, user: str, sent: int, heard: int, argv: Sequence[bytes], reply: Any) -> None:
        """A bucket of its own is enough."""

    def passed(self, user: str, sent: int, heard: int) -> bool:
        self._slowest = max(self._slowest, heard - sent)
        debt = self._slowest * self._speed
        left, since = self._left.get(user, (float(self._limit), sent))
        left = min(left + max(heard - since, 0) * self._speed, self._limit) - 1
        self._left[user] = max(left, -debt), max(heard, since)
        return left < -debt - _TOLERANCE


_TOLERANCE = 1e-6
"""A bucket's tokens are doubles."""

TRUTHS: Mapping[str, Callable[[int, int], Truth]] = {
    "notes": OwnWindows,
    "incr": OwnWindows,
    "lua": ClockWindows,
    "log": AnyWindow,
    "counter": ClockWindows,
    "bucket": Drip,
    "gcra": Drip,
}
"""By the name of the algorithm."""
