"""Rate limiting as experiments: the notes' function, fixed windows, a sliding log and counter, a
bucket of tokens and GCRA under the same requests, and the race between a look and a write."""

from tutor.labs.ratelimit.frame import EXPERIMENTS, Knobs, LaneFrame, RateFrame
from tutor.labs.ratelimit.lab import FIRST, OF, STEPS, LimiterLab
from tutor.labs.ratelimit.ways import NAMES

__all__ = [
    "EXPERIMENTS", "FIRST", "NAMES", "OF", "STEPS", "Knobs", "LaneFrame", "LimiterLab", "RateFrame",
]  # fmt: skip
