"""Playing a lab: its pace, the moment that is shown, and going back.

    the run        ├──────────●···········┤
                              │ shown      │ live: what has been run so far

While an earlier moment is shown, playing goes through what was recorded; whatever is done there
begins another future from that moment on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, Protocol, TypeVar

from tutor.labs.replication.frame import EventFrame
from tutor.labs.replication.lab import STEP_US

SPEEDS = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)


class Played(Protocol):
    """What can be played: a run that goes on in steps of `STEP_US` and remembers its frames."""

    frames: list[Any]

    @property
    def events(self) -> Sequence[EventFrame]:
        """What has happened."""
        ...

    def shown(self, number: int) -> Any:
        """A recorded moment as it is to be drawn."""
        ...

    def step(self, count: int = 1) -> Any:
        """Go on."""
        ...

    def back_to(self, time: int) -> None:
        """Be at an earlier moment again."""
        ...

    def act(self, kind: str, target: str = "", value: float | str = 0) -> None:
        """Do something now."""
        ...


_L = TypeVar("_L", bound=Played)
_F = TypeVar("_F")


class Playing(Generic[_L, _F]):
    """``lab`` may become another one (`choose`). ``tick`` is to be called ten times a second."""

    def __init__(self, make: Callable[[], _L]) -> None:
        self.lab = make()
        self.running = False
        self.speed = 1.0
        self._at = 0
        self._due = 0.0
        self._shown: tuple[_F, _F] | None = None  # as recorded, as it is drawn

    # the moment

    @property
    def at(self) -> int:
        """The number of the frame that is shown."""
        return self._at

    @property
    def last(self) -> int:
        """The number of the newest frame."""
        return len(self.lab.frames) - 1

    @property
    def past(self) -> bool:
        """Whether an earlier moment is shown."""
        return self._at < self.last

    @property
    def time(self) -> int:
        """When that is, in microseconds since the beginning."""
        return self._at * STEP_US

    @property
    def end(self) -> int:
        """When the newest frame is."""
        return self.last * STEP_US

    @property
    def frame(self) -> _F:
        """What is shown."""
        frame: _F = self.lab.frames[self._at]
        if self._shown is None or self._shown[0] is not frame:
            self._shown = frame, self.lab.shown(self._at)
        return self._shown[1]

    # time

    def tick(self) -> bool:
        """A tenth of a second has passed; whether something else is to be shown."""
        if not self.running:
            return False
        self._due += self.speed
        steps, self._due = int(self._due), self._due % 1
        if steps:
            self.forward(steps)
        return bool(steps)

    def forward(self, steps: int = 1) -> None:
        """On, through what is recorded and then beyond."""
        recorded = min(steps, self.last - self._at)
        self._at += recorded
        if steps > recorded:
            self.lab.step(steps - recorded)
            self._at = self.last

    def back(self, steps: int = 1) -> None:
        """Back; time stands still there."""
        self.running = False
        self._at = max(self._at - steps, 0)

    def go(self, number: int) -> None:
        """To a frame by its number."""
        self.running = False
        self._at = min(max(number, 0), self.last)

    def pace(self, by: int) -> None:
        """Faster or slower."""
        at = SPEEDS.index(self.speed) + by
        self.speed = SPEEDS[min(max(at, 0), len(SPEEDS) - 1)]

    # doing something

    def be_there(self) -> None:
        """What is done is done in the moment that is shown: be there."""
        if self.past:
            self.lab.back_to(self._at * STEP_US)
            self._at = self.last

    def act(self, kind: str, target: str = "", value: float | str = 0) -> None:
        """Turn a knob. Raises `UnknownTarget`."""
        self.be_there()
        self.lab.act(kind, target, value)

    def choose(self, make: Callable[[], _L]) -> None:
        """Another lab, from its beginning."""
        self.lab = make()
        self._at, self._due = 0, 0.0
