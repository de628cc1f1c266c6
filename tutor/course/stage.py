"""The beginning of a step: a seeded engine, the step's setup run, and a world on top of it.

Learners play in real time, lint and probes in virtual time: whoever builds a stage gives the
clock. Everything else follows from the lesson's seed, so the same commands lead to the same state.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tutor.course.beside import Beside
from tutor.course.calls import McEntry
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
        return Scene(self.world, self.start, beside=self.play.beside)


@dataclass(slots=True)
class Beginning:
    """A new engine in which the setup was run, what failed of it, and what of it was for
    Memcached. Any number of plays may begin here, one after the other."""

    step: Step
    seed: int
    clock: StepClock
    engine: Engine
    failed: list[tuple[Line, Reply]] = field(default_factory=list)
    log: Sequence[McEntry] = ()

    def play(self) -> Play:
        """A world at this beginning."""
        world = World(self.engine)
        play = Play(world, self.clock)
        if self.step.django is not None or self.step.memcached is not None:
            play.beside = Beside(self.step, self.seed, self.engine, self.clock, world, self.log)
        return play


def begin(step: Step, seed: int, clock: StepClock) -> Beginning:
    """Run a step's setup."""
    engine = Engine(clock, seed)
    session = engine.connect()
    beside = Beside(step, seed, engine, clock)
    beginning = Beginning(step, seed, clock, engine)
    for line in step.setup:
        if beside.takes(line.argv):
            reply = beside.prepare(line.argv)
        elif is_move(line.argv):
            pass_time(engine, clock, read_move(line.argv).value)
            continue
        else:
            reply = engine.execute(session, line.argv)
        if is_error(reply):
            beginning.failed.append((line, reply))
    for each in list(engine.sessions.values()):
        engine.disconnect(each)
    beginning.log = beside.log
    return beginning


def build(step: Step, seed: int, clock: Clock | None = None) -> Stage:
    """A clean start of a step; without a clock in virtual time."""
    own = clock if isinstance(clock, StepClock) else StepClock(clock or VirtualClock())
    beginning = begin(step, seed, own)
    return Stage(beginning.play(), beginning.engine.snapshot(), beginning.failed)
