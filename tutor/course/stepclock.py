"""The time of a step: the clock below it, ahead of it, or held at a moment."""

from __future__ import annotations

from tutor.engine.clock import Clock
from tutor.engine.engine import Engine

MOST_TICKS = 50
"""The server's periodic work is done this often at most while time is made to go by."""


class StepClock:
    """A clock that can be set ahead of the one below (``ahead_us``), and held at a moment while
    saved commands are done again."""

    __slots__ = ("ahead_us", "base", "held")

    def __init__(self, base: Clock) -> None:
        self.base = base
        self.ahead_us = 0
        self.held: int | None = None

    def now_us(self) -> int:
        """The moment it is held at, or that of the clock below."""
        return self.base.now_us() + self.ahead_us if self.held is None else self.held

    def now_ns(self) -> int:
        """The same in nanoseconds."""
        if self.held is not None:
            return self.held * 1000
        return self.base.now_ns() + self.ahead_us * 1000

    def leap(self, *, us: int) -> None:
        """Be so much later at once."""
        if self.held is None:
            self.ahead_us += us
        else:
            self.held += us

    def stopwatch_us(self) -> int:
        """The stopwatch of the clock below."""
        return self.base.stopwatch_us()

    def sleep(self, *, us: int) -> None:
        """Let time pass, unless it is held."""
        if self.held is None:
            self.base.sleep(us=us)


def pass_time(engine: Engine, clock: StepClock, seconds: float) -> None:
    """Let so many seconds go by: keys expire, waits end."""
    total_us = round(seconds * 1_000_000)
    ticks = min(max(round(seconds * engine.config.hz), 1), MOST_TICKS)
    gone = 0
    for number in range(1, ticks + 1):
        until = total_us * number // ticks
        clock.leap(us=until - gone)
        gone = until
        engine.tick()
