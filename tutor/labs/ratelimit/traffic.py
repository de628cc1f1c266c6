"""Who asks when: the same requests for every lane, whatever becomes of them.

steady     │  │  │  │  │  │          a pattern looks at the knobs and gives a bundle: requests
burst      ││││││        ││││││      until a time; then it is asked for the next one
edge       │      ││││ ┊ ││││        ┊ a window of the clock ends
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import NamedTuple

from tutor.labs.arrivals import IDLE_US
from tutor.labs.ratelimit.frame import Knobs
from tutor.labs.simulation import EPOCH_US, Simulation

FIRST_USER = 42
ATTACKER = "66"
FIRST_BURST_US = 200_000
AT_ONCE_US = 2_000
"""The requests of a burst come within so long."""

_ATTACK = 5
"""An attacker sends so many times what all the others send."""


class Bundle(NamedTuple):
    """Requests as (time, user), and until when these are all."""

    until: int
    arrivals: tuple[tuple[int, str], ...] = ()


Pattern = Callable[[int, Knobs, random.Random], Bundle]


def _someone(knobs: Knobs, chance: random.Random) -> str:
    return str(FIRST_USER + chance.randrange(knobs.users))


def _one(now: int, per_second: float, user: str, chance: random.Random) -> Bundle:
    """The next of many that know nothing of each other."""
    time = now + round(1_000_000 * chance.expovariate(per_second))
    return Bundle(time, ((time, user),))


def steady(now: int, knobs: Knobs, chance: random.Random) -> Bundle:
    """One after the other, evenly."""
    time = now + round(1_000_000 / knobs.rate * chance.uniform(0.95, 1.05))
    return Bundle(time, ((time, _someone(knobs, chance)),))


def burst(now: int, knobs: Knobs, chance: random.Random) -> Bundle:
    """Half as many again as may pass, all at once; then nothing for a while."""
    size = size_of(knobs)
    begin, user = now + FIRST_BURST_US, _someone(knobs, chance)
    times = sorted(begin + chance.randrange(AT_ONCE_US) for _ in range(size))
    pause = max(round(1_000_000 * size / knobs.rate), FIRST_BURST_US + AT_ONCE_US)
    return Bundle(now + pause, tuple((time, user) for time in times))


def poisson(now: int, knobs: Knobs, chance: random.Random) -> Bundle:
    """Users who know nothing of each other."""
    return _one(now, knobs.rate, _someone(knobs, chance), chance)


def two_users(now: int, knobs: Knobs, chance: random.Random) -> Bundle:
    """One asks for half of what may pass, the other as often as ``rate`` says."""
    polite = knobs.limit / knobs.window_s / 2
    whole = polite + knobs.rate
    first = chance.random() * whole < polite
    return _one(now, whole, str(FIRST_USER if first else FIRST_USER + 1), chance)


def attacker(now: int, knobs: Knobs, chance: random.Random) -> Bundle:
    """The users, and one who never rests."""
    whole = knobs.rate * (1 + _ATTACK)
    evil = chance.random() * (1 + _ATTACK) > 1
    return _one(now, whole, ATTACKER if evil else _someone(knobs, chance), chance)


def edge(now: int, knobs: Knobs, chance: random.Random) -> Bundle:
    """A burst right before a window ends and another right behind, for windows that begin with
    their first request and for those of the clock: one request opens the window, and a little
    before it ends so does the clock's."""
    window = knobs.window_us
    opening = round(window * 1.06)
    first = now + window // 100 + opening + EPOCH_US
    end = -(-first // window) * window - EPOCH_US
    user, size = str(FIRST_USER), size_of(knobs)
    times = [
        end - opening,
        *_spread(end - window * 12 // 100, window * 4 // 100, size, chance),
        *_spread(end + window * 2 // 100, window * 4 // 100, size, chance),
    ]
    return Bundle(end + window, tuple((time, user) for time in times))


def size_of(knobs: Knobs) -> int:
    """Of a burst."""
    return knobs.limit + max(knobs.limit // 2, 2)


def _spread(begin: int, length: int, count: int, chance: random.Random) -> Iterable[int]:
    return (begin + round(length * (at + chance.random()) / count) for at in range(count))


PATTERNS: Mapping[str, Pattern] = {
    "steady": steady,
    "burst": burst,
    "poisson": poisson,
    "two-users": two_users,
    "attacker": attacker,
    "edge": edge,
}


class Traffic:
    """Calls ``arrive(user)`` as the knobs' pattern says, with chances of its own: the same seed
    and the same knobs at the same times give the same requests."""

    def __init__(
        self,
        simulation: Simulation,
        seed: int,
        knobs: Callable[[], Knobs],
        arrive: Callable[[str], None],
    ) -> None:
        self._simulation = simulation
        self._knobs = knobs
        self._arrive = arrive
        self._chance = random.Random(f"{seed}:traffic")
        self._life = 0

    def begin(self) -> None:
        """The first ones are on their way; those of before come no more."""
        self._life += 1
        self._next(self._life)

    def stop(self) -> None:
        """Nobody comes any more."""
        self._life += 1

    def _next(self, life: int) -> None:
        if life != self._life:
            return
        now, knobs = self._simulation.now, self._knobs()
        if knobs.rate <= 0:
            bundle = Bundle(now + IDLE_US)
        else:
            bundle = PATTERNS[knobs.traffic](now, knobs, self._chance)
        for time, user in bundle.arrivals:
            self._simulation.at(time, partial(self._come, life, user))
        self._simulation.at(bundle.until, partial(self._next, life))

    def _come(self, life: int, user: str) -> None:
        if life == self._life:
            self._arrive(user)
