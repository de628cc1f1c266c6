"""One run of one way without a screen: so many tasks, until nothing can become of them any more.

trial("lmove", seed) ─▶ QueueLane, settled
"""

from __future__ import annotations

from tutor.labs.queue.frame import Knobs
from tutor.labs.queue.lane import QueueLane
from tutor.labs.world import HOP_US

TASKS = 8
HARD = Knobs(rate=20, workers=2, work_ms=80, crash=40, idle_ms=300, attempts=50, delay_ms=200,
             restart_ms=100)  # fmt: skip
"""Two workers, and two of five tasks kill the one who takes them."""

LOOK_US = 200_000
PATIENCE_US = 600_000_000


def settle(lane: QueueLane) -> QueueLane:
    """Let it run until no task is in a queue or in hand. Raises RuntimeError if that takes longer
    than ten minutes."""
    now = lane.world.simulation.now
    while not lane.settled:
        now += LOOK_US
        if now > PATIENCE_US:
            raise RuntimeError(f"{lane.way} does not come to an end")
        lane.run_to(now)
    lane.run_to(now + 2 * HOP_US)  # servers have noticed who has died
    return lane


def trial(way: str, seed: int, knobs: Knobs = HARD, tasks: int = TASKS) -> QueueLane:
    """A lane that has done all it can."""
    return settle(QueueLane(way, seed, knobs, most=tasks))
