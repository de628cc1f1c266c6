"""What each algorithm promises, counted from outside by the requests that passed.

A promise is told of every request that passed, and says whether it ought not to have. Of the keys
only the fixed windows look at anything: when a counter was made, for a window begins with it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from tutor.engine.replies import Reply
from tutor.labs.simulation import EPOCH_US

_TOLERANCE = 1_000_000
"""A bucket's tokens are doubles: a millionth of a token is no request."""


class Promise(Protocol):
    """Of one algorithm under one limit and one window, in microseconds."""

    def saw(self, user: str, time: int, argv: Sequence[bytes], reply: Reply) -> None:
        """A command was carried out for a user."""
        ...

    def passed(self, user: str, time: int) -> bool:
        """A request has passed; whether that breaks the promise."""
        ...


class OwnWindow:
    """At most ``limit`` in the life of a counter, which begins with its first request."""

    def __init__(self, limit: int, window: int) -> None:
        self._limit = limit
        self._passed: dict[str, int] = {}
        self._end_ms: dict[str, int] = {}

    def saw(self, user: str, time: int, argv: Sequence[bytes], reply: Reply) -> None:
        made = False
        if argv[0] == b"SET":
            made = time // 1000 > self._end_ms.get(user, -1)
            self._end_ms[user] = time // 1000 + int(argv[4]) * 1000
        elif argv[0] == b"EXEC" and isinstance(reply, list):
            made = reply[0] == 1
        elif argv[0] in (b"INCRBY", b"EVALSHA", b"EVAL"):
            made = reply == 1
        if made:
            self._passed[user] = 0

    def passed(self, user: str, time: int) -> bool:
        self._passed[user] = self._passed.get(user, 0) + 1
        return self._passed[user] > self._limit


class ClockWindow:
    """At most ``limit`` between two full windows of the clock. ``weighed``: together with the part
    of the window before that the sliding window still holds."""

    def __init__(self, limit: int, window: int, weighed: bool = False) -> None:
        self._limit, self._window, self._weighed = limit, window, weighed
        self._counts: dict[str, tuple[int, int, int]] = {}

    def saw(self, user: str, time: int, argv: Sequence[bytes], reply: Reply) -> None:
        """It knows the clock."""

    def passed(self, user: str, time: int) -> bool:
        number, into = divmod(EPOCH_US + time, self._window)
        last, count, before = self._counts.get(user, (number, 0, 0))
        if number > last:
            count, before = 0, count if number == last + 1 else 0
        self._counts[user] = number, count + 1, before
        carried = before * (self._window - into) if self._weighed else 0
        return carried + (count + 1) * self._window > self._limit * self._window


class AnyWindow:
    """At most ``limit`` in any window, wherever it begins. ``most``: so many there were."""

    def __init__(self, limit: int, window: int) -> None:
        self._limit, self._window = limit, window
        self._times: dict[str, deque[int]] = {}
        self.most = 0

    def saw(self, user: str, time: int, argv: Sequence[bytes], reply: Reply) -> None:
        """It looks at nothing but the times."""

    def passed(self, user: str, time: int) -> bool:
        times = self._times.setdefault(user, deque())
        times.append(time)
        count = self._inside(times, time)
        self.most = max(self.most, count)
        return count > self._limit

    def inside(self, time: int) -> int:
        """In the window that ends now, of the user who has the most."""
        return max((self._inside(one, time) for one in self._times.values()), default=0)

    def _inside(self, times: deque[int], time: int) -> int:
        while times and times[0] <= time - self._window:
            times.popleft()
        return len(times)


class Drip:
    """At most ``limit`` at once, and on average no more than drip in: ``limit`` in a window."""

    def __init__(self, limit: int, window: int) -> None:
        self._limit, self._window = limit, window
        self._left: dict[str, tuple[int, int]] = {}  # in 1/window of a token, and when

    def saw(self, user: str, time: int, argv: Sequence[bytes], reply: Reply) -> None:
        """A bucket of its own is enough."""

    def passed(self, user: str, time: int) -> bool:
        full = self._limit * self._window
        left, since = self._left.get(user, (full, time))
        left = min(left + (time - since) * self._limit, full) - self._window
        broken = left * _TOLERANCE < -self._window
        self._left[user] = max(left, 0), time
        return broken


PROMISES: Mapping[str, Callable[[int, int], Promise]] = {
    "notes": OwnWindow,
    "incr": OwnWindow,
    "lua": ClockWindow,
    "log": AnyWindow,
    "counter": lambda limit, window: ClockWindow(limit, window, weighed=True),
    "bucket": Drip,
    "gcra": Drip,
}
"""By the name of the lane."""
