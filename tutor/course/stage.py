"""The beginning of a step: a seeded engine, the step's setup run, and a world on top of it.

Learners play in real time, lint and probes in virtual time: whoever builds a stage gives the
clock. Everything else follows from the lesson's seed, so the same commands lead to the same state.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from tutor.course.model import Line, Step
from tutor.course.predicates.base import Scene
from tutor.engine.clock import Clock, VirtualClock
from tutor.engine.engine import Engine, Snapshot
from tutor.engine.replies import Reply, is_error
from tutor.engine.world import World


class StepClock:
    """A clock that can be held at a moment while saved commands are done again."""

    __slots__ = ("base", "held")

    def __init__(self, base: Clock) -> None:
        self.base = base
        self.held: int | None = None

    def now_us(self) -> int:
        """The moment it is held at, or that of the clock below."""
        return self.base.now_us() if self.held is None else self.held

    def now_ns(self) -> int:
        """The same in nanoseconds."""
        return self.base.now_ns() if self.held is None else self.held * 1000

    def stopwatch_us(self) -> int:
        """The stopwatch of the clock below."""
        return self.base.stopwatch_us()

    def sleep(self, *, us: int) -> None:
        """Let time pass, unless it is held."""
        if self.held is None:
            self.base.sleep(us=us)


@dataclass(slots=True)
class Stage:
    """A step ready to be played; ``failed`` are setup commands that got an error (lint E1)."""

    world: World
    start: Snapshot
    failed: list[tuple[Line, Reply]] = field(default_factory=list)

    @property
    def scene(self) -> Scene:
        """What predicates judge."""
        return Scene(self.world, self.start)


def engine_after(
    lines: Iterable[Line], seed: int, clock: Clock
) -> tuple[Engine, list[tuple[Line, Reply]]]:
    """A new engine in which some commands were run, and those of them that failed."""
    engine = Engine(clock, seed)
    session = engine.connect()
    failed = []
    for line in lines:
        reply = engine.execute(session, line.argv)
        if is_error(reply):
            failed.append((line, reply))
    engine.disconnect(session)
    return engine, failed


def build(step: Step, seed: int, clock: Clock | None = None) -> Stage:
    """A clean start of a step; without a clock in virtual time."""
    engine, failed = engine_after(step.setup, seed, clock or VirtualClock())
    world = World(engine)
    return Stage(world, engine.snapshot(), failed)
