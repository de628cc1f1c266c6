"""The same death under each setting, without a screen: what is left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tutor.labs.durability.policies import POLICIES, Death
from tutor.labs.durability.stage import Stage

DOWN_US = 1_000_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a run. Times in microseconds since the beginning. ``writes`` are (time, still
    there) of every acknowledged write, in order."""

    policy: str
    death: Death
    at: int
    seed: int
    writes: tuple[tuple[int, bool], ...] = field(default=())

    @property
    def acknowledged(self) -> int:
        """Writes that the client was told of as done."""
        return len(self.writes)

    @property
    def lost(self) -> int:
        """Of those, what is gone."""
        return sum(not there for _time, there in self.writes)

    @property
    def oldest_loss(self) -> int:
        """Microseconds between the oldest write that is gone and the death; 0 if none is."""
        return max((self.at - time for time, there in self.writes if not there), default=0)


def run(policy: str, death: Death, at: int, seed: int = 7, rate: float = 20.0) -> Outcome:
    """Write until ``at`` (microseconds), die, start again, and look."""
    stage = Stage(policy, seed, rate)
    stage.run_to(at)
    stage.act(death)
    stage.run_to(at + DOWN_US)
    stage.act("restart")
    writes = tuple((write.time, stage.holds(write)) for write in stage.ledger.acknowledged)
    return Outcome(policy, death, at, seed, writes)


def run_all(death: Death, at: int, seed: int = 7, rate: float = 20.0) -> Sequence[Outcome]:
    """The same under every policy."""
    return [run(policy, death, at, seed, rate) for policy in POLICIES]
