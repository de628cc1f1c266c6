"""Checkpoints of a lane, so that going back does not run it again from its beginning.

A routine that is under way cannot be frozen: then there is no checkpoint, and the one before
serves. At the end of a step most lanes have none. What only grows (`logs`) stays where it is, and
is cut to its length when the lane goes back.
"""

from __future__ import annotations

from typing import Any, Protocol

from tutor.labs.checkpoint import Checkpoints, Freezer
from tutor.labs.world import World

GAP = 400
"""Happenings between two checkpoints of a lane: about as long to run as one takes to thaw."""

MOST_BYTES = 8 << 20


class Remembered(Protocol):
    """A lane of any kind."""

    world: World

    @property
    def logs(self) -> tuple[list[Any], ...]:
        """Lists that are only added to."""
        ...


class _Nothing:
    """No object of a lane is told by number."""


class LaneMemory:
    """The checkpoints of one lane. ``number``: which lane it is, so that not all are frozen in the
    same step."""

    def __init__(self, number: int) -> None:
        self._checkpoints = Checkpoints(GAP + 23 * number, MOST_BYTES)
        self._freezer: Freezer | None = None

    def offer(self, step: int, lane: Remembered) -> None:
        """The lane has come to the end of a step."""
        if lane.world.live == 0:
            happenings = lane.world.simulation.happenings
            self._checkpoints.offer(step, happenings, lambda: self._freeze(lane))

    def _freeze(self, lane: Remembered) -> bytes | None:
        if self._freezer is None:
            logs: dict[str, object] = {str(at): log for at, log in enumerate(lane.logs)}
            self._freezer = Freezer(logs, _Nothing, lambda one: 0, lambda number: None)
        return self._freezer.freeze((tuple(map(len, lane.logs)), lane))

    def before(self, step: int) -> tuple[int, Any] | None:
        """The lane at the last checkpoint that is not behind a step, and that checkpoint's step.
        None if there is none: then the lane begins anew, and with it its memory."""
        found = self._checkpoints.before(step)
        if found is None or self._freezer is None:
            self._checkpoints.forget_from(0)
            self._freezer = None
            return None
        sizes, lane = self._freezer.thaw(found.data)
        for log, size in zip(lane.logs, sizes, strict=True):
            del log[size:]
        return found.number, lane

    def forget_from(self, step: int) -> None:
        """From there on the run will be another."""
        self._checkpoints.forget_from(step)
