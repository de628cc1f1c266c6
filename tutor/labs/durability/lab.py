"""All settings at once: the same writes, the same faults, side by side in one time."""

from __future__ import annotations

from tutor.labs.durability.frame import StageFrame
from tutor.labs.durability.policies import POLICIES
from tutor.labs.durability.stage import STEP_US, Stage
from tutor.labs.replication.frame import EventFrame

Moment = tuple[StageFrame, ...]
"""A frame of each setting, in the order of `POLICIES`."""


class DurabilityLab:
    """A `Stage` under every setting, in step. ``frames`` are all moments so far."""

    def __init__(self, seed: int = 7) -> None:
        self.seed = seed
        self.stages = tuple(Stage(policy, seed) for policy in POLICIES)
        self.frames: list[Moment] = [self._moment()]

    @property
    def events(self) -> list[EventFrame]:
        """What was done, and what came of it under the first setting that loses anything."""
        return self.stages[0].events

    def _moment(self) -> Moment:
        return tuple(stage.frame for stage in self.stages)

    def shown(self, number: int) -> Moment:
        """A recorded moment by its number."""
        return self.frames[number]

    def step(self, count: int = 1) -> Moment:
        """Go on by so many tenths of a second."""
        for _ in range(count):
            for stage in self.stages:
                stage.step()
            self.frames.append(self._moment())
        return self.frames[-1]

    def back_to(self, time: int) -> None:
        """Be at an earlier moment again."""
        for stage in self.stages:
            stage.back_to(time)
        del self.frames[round(time / STEP_US) + 1 :]

    def act(self, kind: str, target: str = "", value: float | str = 0) -> None:
        """The same thing is done to every server."""
        for stage in self.stages:
            stage.act(kind, target, value)
        self.frames[-1] = self._moment()
