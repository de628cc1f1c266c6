"""Requests that come in whenever they come in, whatever becomes of those before."""

from __future__ import annotations

import random
from collections.abc import Callable

from tutor.labs.simulation import Simulation

IDLE_US = 250_000
"""Without traffic the rate is looked at again after so long."""


class Arrivals:
    """Calls ``arrive`` with chances of its own, ``rate()`` times a second on average (Poisson).
    The same seed and the same rates give the same requests, however they are answered."""

    def __init__(
        self,
        simulation: Simulation,
        seed: int,
        rate: Callable[[], float],
        arrive: Callable[[random.Random], None],
    ) -> None:
        self._simulation = simulation
        self._rate = rate
        self._arrive = arrive
        self.chance = random.Random(f"{seed}:traffic")

    def begin(self) -> None:
        """The first one is on its way."""
        rate = self._rate()
        pause = round(1_000_000 * self.chance.expovariate(rate)) if rate > 0 else IDLE_US
        self._simulation.after(pause, self._come)

    def _come(self) -> None:
        if self._rate() > 0:
            self._arrive(self.chance)
        self.begin()
