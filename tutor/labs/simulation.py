"""Virtual time: a heap of things to do, and everything random out of one seed.

    at 12.480 s: bytes arrive at replica1
    at 12.500 s: master ticks
    at 12.512 s: a client writes

The same seed and the same interventions give the same run. Times are microseconds since the lab's
beginning; the engines' clocks begin at `EPOCH_US`.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable

from tutor.engine.clock import VirtualClock

EPOCH_US = 1_700_000_000_000_000
Happening = Callable[[], None]


class Simulation:
    """Runs happenings in the order of their times; those of one moment in the order in which they
    were asked for. ``clock`` shows the present to engines; ``happenings``: how many there were."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.random = random.Random(seed)
        self.clock = VirtualClock(EPOCH_US)
        self._heap: list[tuple[int, int, Happening]] = []
        self._number = 0
        self.happenings = 0

    @property
    def now(self) -> int:
        """Microseconds since the beginning."""
        return self.clock.now_us() - EPOCH_US

    def at(self, time: int, happening: Happening) -> None:
        """Do something at a time; what lies in the past is done next."""
        self._number += 1
        heapq.heappush(self._heap, (max(time, self.now), self._number, happening))

    def after(self, delay: int, happening: Happening) -> None:
        """Do something so many microseconds from now."""
        self.at(self.now + delay, happening)

    def run_until(self, time: int) -> None:
        """Let everything happen that is due until then, and stand there."""
        heap = self._heap
        while heap and heap[0][0] <= time:
            due, _, happening = heapq.heappop(heap)
            if due > (now := self.now):
                self.clock.advance(us=due - now)
            self.happenings += 1
            happening()
        if time > self.now:
            self.clock.advance(us=time - self.now)
