"""Task queues as experiments: workers that crash, poison, delays, more tasks than hands. Each way
to hand tasks out on a server of its own, every task accounted for."""

from tutor.labs.queue.frame import EXPERIMENTS, WAYS, Experiment, Knobs, LaneFrame, QueueFrame
from tutor.labs.queue.lab import FIRST, OF, STEPS, QueueLab
from tutor.labs.queue.lane import QueueLane

__all__ = [
    "EXPERIMENTS", "FIRST", "OF", "STEPS", "WAYS", "Experiment", "Knobs", "LaneFrame", "QueueFrame",
    "QueueLab", "QueueLane",
]  # fmt: skip
