"""A command that is carried out in a thread of its own, so that the screen goes on if it is long.

Most commands are over in microseconds: whoever starts one waits for a moment, and the reply is
there. Only where the moment passes does the screen learn of the end later.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread
from time import monotonic
from typing import Generic, TypeVar

T = TypeVar("T")


class Execution(Generic[T]):
    """Does ``work`` at once. ``late`` is called from its thread when it is done, but only if
    `wait` has given up before."""

    def __init__(self, work: Callable[[], T], late: Callable[[], object]) -> None:
        self.started = monotonic()
        self._work = work
        self._late = late
        self._done = Event()
        self._given_up = False
        self._result: list[T] = []
        self._error: BaseException | None = None
        Thread(target=self._run, name="redis-tutor command", daemon=True).start()

    def _run(self) -> None:
        try:
            self._result.append(self._work())
        except BaseException as error:
            self._error = error
        self._done.set()
        if self._given_up:
            self._late()

    @property
    def done(self) -> bool:
        """Whether `result` may be asked."""
        return self._done.is_set()

    @property
    def seconds(self) -> float:
        """Since it was started."""
        return monotonic() - self.started

    def wait(self, seconds: float) -> bool:
        """Wait so long at most; whether it is done."""
        if not self._done.wait(seconds):
            self._given_up = True
        return self.done

    def result(self) -> T:
        """What came of it; raises what was raised."""
        if self._error is not None:
            raise self._error
        return self._result[0]
