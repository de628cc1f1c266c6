"""The beginning of a step: a seeded engine, the step's setup run, and a world on top of it.

Learners play in real time, lint and probes in virtual time: whoever builds a stage gives the
clock. Everything else follows from the lesson's seed, so the same commands lead to the same state.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from tutor.course.model import Line, Step
from tutor.course.moves import is_move, read_move
from tutor.course.play import Play
from tutor.course.predicates.base import Scene
from tutor.course.stepclock import StepClock, pass_time
from tutor.engine.clock import Clock, VirtualClock
from tutor.engine.engine import Engine, Snapshot
from tutor.engine.replies import Reply, is_error
from tutor.engine.world import World


@dataclass(slots=True)
class Stage:
    """A step ready to be played; ``failed`` are setup commands that got an error (lint E1)."""

    play: Play
    start: Snapshot
    failed: list[tuple[Line, Reply]] = field(default_factory=list)

    @property
    def world(self) -> World:
        return self.play.world

    @property
    def scene(self) -> Scene:
        """What predicates judge."""
        return Scene(self.world, self.start)


def engine_after(
    lines: Iterable[Line], seed: int, clock: StepClock
) -> tuple[Engine, list[tuple[Line, Reply]]]:
    """A new engine in which some commands were run, and those of them that failed."""
    engine = Engine(clock, seed)
    session = engine.connect()
    failed = []
    for line in lines:
        if is_move(line.argv):
            pass_time(engine, clock, read_move(line.argv).value)
            continue
        reply = engine.execute(session, line.argv)
        if is_error(reply):
            failed.append((line, reply))
    engine.disconnect(session)
    return engine, failed


def build(step: Step, seed: int, clock: Clock | None = None) -> Stage:
    """A clean start of a step; without a clock in virtual time."""
    own = clock if isinstance(clock, StepClock) else StepClock(clock or VirtualClock())
    engine, failed = engine_after(step.setup, seed, own)
    return Stage(Play(World(engine), own), engine.snapshot(), failed)
