"""Work beside the clients: how a dump or a rewrite is carried out while commands go on.

A job is a generator that does some milliseconds of work at each step. A forked child runs it to its
end at once, on memory that stays as it was; where one cannot fork, it goes on step by step in the
server's own loop, on a moment that the engine keeps (`Engine.snapshot`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from tutor.engine.engine import Engine, Snapshot

Source = Engine | Snapshot
Work = Callable[[Source], Iterator[int]]
"""Makes the steps of a job out of a moment; each step says how many keys are done. Raises OSError
in the midst of them if it fails."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a job ended. ``problem`` is the system's text, "" if it did what it was to do;
    ``signal`` the number of the signal that killed it; ``copied``: bytes that had to be copied
    because they were changed meanwhile."""

    problem: str = ""
    signal: int = 0
    copied: int = 0

    @property
    def good(self) -> bool:
        """It did what it was to do."""
        return not self.problem and not self.signal


class Job(Protocol):
    """A job that goes on, or is over."""

    @property
    def keys(self) -> int:
        """How many keys are done, as far as is known here."""
        ...

    def poll(self) -> Outcome | None:
        """Go on for a moment where that is needed; how it ended, if it has."""
        ...

    def kill(self) -> None:
        """Break it off. What it has begun to write is left over."""
        ...


class Background(Protocol):
    """Where jobs are carried out, one at a time. ``fork_us`` is how long the last start took, for
    as long nobody was served."""

    fork_us: int
    forks: int

    def start(self, engine: Engine, work: Work) -> Job:
        """Begin ``work`` on the present moment. Raises `OSError` if that cannot be."""
        ...


class SlicedJob:
    """A job that goes on whenever it is polled, for some steps."""

    def __init__(self, steps: Iterator[int], each: int) -> None:
        self._steps = steps
        self._each = each
        self.keys = 0
        self._outcome: Outcome | None = None

    def poll(self) -> Outcome | None:
        for _ in range(self._each):
            if self._outcome is not None:
                break
            try:
                self.keys = next(self._steps)
            except StopIteration:
                self._end(Outcome())
            except OSError as error:
                self._end(Outcome(error.strerror or str(error)))
        return self._outcome

    def kill(self) -> None:
        close = getattr(self._steps, "close", None)
        if close is not None:
            close()
        self._end(Outcome(signal=15))

    def _end(self, outcome: Outcome) -> None:
        self._steps, self._outcome = iter(()), outcome


class SlicedBackground:
    """Jobs in the loop itself: ``each`` steps at a poll."""

    def __init__(self, each: int = 8) -> None:
        self._each = each
        self.fork_us = 0
        self.forks = 0

    def start(self, engine: Engine, work: Work) -> SlicedJob:
        started = engine.clock.stopwatch_us()
        job = SlicedJob(work(engine.snapshot()), self._each)
        self.fork_us = engine.clock.stopwatch_us() - started
        self.forks += 1
        return job
