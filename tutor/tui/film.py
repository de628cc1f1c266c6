"""A film that is being shown: where it stands, how fast it goes, whether it goes by itself.

Time comes from a clock that is passed in, and how far it has come is computed from it; nothing
here counts frames. With reduced motion a film never goes by itself, it is only stepped.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tutor.engine.recording import Film, Step

SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)

STEP_S = 1.8
"""How long a step stays at speed 1: long enough to read its caption."""


class Showing:
    """``position`` is the number of the step that is seen, from 0 on."""

    def __init__(
        self, film: Film, *, reduced: bool = False, clock: Callable[[], float] = monotonic
    ) -> None:
        self.film = film
        self.reduced = reduced
        self.position = 0
        self.playing = False
        self._clock = clock
        self._speed = SPEEDS.index(1.0)
        self._since = clock()

    @property
    def step(self) -> Step | None:
        """The step that is seen; None in a film without any."""
        return self.film.steps[self.position] if self.film.steps else None

    @property
    def count(self) -> int:
        """Steps of the whole film."""
        return len(self.film.steps)

    @property
    def last(self) -> bool:
        """Whether this is the last step."""
        return self.position >= self.count - 1

    @property
    def speed(self) -> float:
        """How many times as fast as usual."""
        return SPEEDS[self._speed]

    def play(self) -> bool:
        """Go on by itself, from the beginning if the film is over; False with reduced motion."""
        if self.reduced or self.count < 2:
            return False
        if self.last:
            self.position = 0
        self.playing = True
        self._since = self._clock()
        return True

    def pause(self) -> None:
        """Stay where it is."""
        self.playing = False

    def toggle(self) -> bool:
        """Pause, or go on; False if it may not go by itself."""
        if self.playing:
            self.pause()
            return True
        return self.play()

    def go(self, position: int) -> None:
        """Stand at a step, or at the nearer end; the film pauses."""
        self.playing = False
        self.position = min(max(position, 0), max(self.count - 1, 0))

    def move(self, by: int) -> None:
        """Some steps on or back; the film pauses."""
        self.go(self.position + by)

    def faster(self, by: int) -> None:
        """The next speed, or with -1 the one before; how far the present step is stays the same."""
        share = self._share()
        self._speed = min(max(self._speed + by, 0), len(SPEEDS) - 1)
        self._since = self._clock() - share * self._stay

    def advance(self) -> bool:
        """As much time has passed as has passed; True if another step is seen now."""
        if not self.playing:
            return False
        passed = int((self._clock() - self._since) / self._stay)
        if passed <= 0:
            return False
        before = self.position
        self.position = min(self.position + passed, self.count - 1)
        self._since += passed * self._stay
        if self.last:
            self.playing = False
        return self.position != before

    @property
    def _stay(self) -> float:
        """Seconds that a step is seen."""
        return STEP_S / self.speed

    def _share(self) -> float:
        """How much of the present step's time is over, 0 to 1."""
        return min(max((self._clock() - self._since) / self._stay, 0.0), 1.0)
