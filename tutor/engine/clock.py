"""Where the engine's time comes from: the system, or a lab's own virtual time."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """Microseconds since the Unix epoch; never goes backwards within one engine."""

    def now_us(self) -> int:
        """The present moment in microseconds."""
        ...

    def now_ns(self) -> int:
        """The present moment in nanoseconds."""
        ...

    def stopwatch_us(self) -> int:
        """Microseconds of a stopwatch that nobody sets: for how long something took."""
        ...

    def sleep(self, *, us: int) -> None:
        """Let ``us`` microseconds pass (DEBUG SLEEP)."""
        ...


class SystemClock:
    """The machine's clock."""

    __slots__ = ()

    now_ns = staticmethod(time.time_ns)

    def now_us(self) -> int:
        return time.time_ns() // 1000

    def stopwatch_us(self) -> int:
        return time.monotonic_ns() // 1000

    def sleep(self, *, us: int) -> None:
        time.sleep(us / 1_000_000)


class VirtualClock:
    """A clock that moves only when told to: lessons, probes, labs, tests."""

    __slots__ = ("_now_us",)

    def __init__(self, now_us: int = 1_700_000_000_000_000) -> None:
        self._now_us = now_us

    def now_us(self) -> int:
        return self._now_us

    def now_ns(self) -> int:
        return self._now_us * 1000

    def stopwatch_us(self) -> int:
        return self._now_us

    def sleep(self, *, us: int) -> None:
        self.advance(us=us)

    def advance(self, *, ms: int = 0, us: int = 0) -> None:
        """Move forward by ``ms`` milliseconds and ``us`` microseconds."""
        if ms < 0 or us < 0:
            raise ValueError("a clock does not go backwards")
        self._now_us += ms * 1000 + us


class HeldClock:
    """A clock that stands still at a moment of the past; only sleeping moves it."""

    __slots__ = ("_base", "_now_us")

    def __init__(self, base: Clock, now_us: int) -> None:
        self._base = base
        self._now_us = now_us

    def now_us(self) -> int:
        return self._now_us

    def now_ns(self) -> int:
        return self._now_us * 1000

    def stopwatch_us(self) -> int:
        return self._base.stopwatch_us()

    def sleep(self, *, us: int) -> None:
        self._now_us += us
