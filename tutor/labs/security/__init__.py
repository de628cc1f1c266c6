"""A server and a stranger: real attacks against the settings of redis.conf, and what an application
that has to go on working feels of them. Addresses are text, files are simulated."""

from tutor.labs.security.attacks import ATTACKS
from tutor.labs.security.frame import EXPERIMENTS, Experiment, Knobs, SecurityFrame
from tutor.labs.security.lab import OF, STEPS, SecurityLab
from tutor.labs.security.settings import SETTINGS

__all__ = [
    "ATTACKS", "EXPERIMENTS", "OF", "SETTINGS", "STEPS", "Experiment", "Knobs", "SecurityFrame",
    "SecurityLab",
]  # fmt: skip
