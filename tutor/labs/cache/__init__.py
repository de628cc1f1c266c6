"""Cache patterns as experiments: cache-aside, stampedes and their cures, models beside
dictionaries, prefixes and versions, reads from replicas. Django's calls against our own servers."""

from tutor.labs.cache.cures import CURES
from tutor.labs.cache.frame import EXPERIMENTS, CacheFrame, Experiment, Knobs
from tutor.labs.cache.lab import FIRST, OF, STEPS, CacheLab

__all__ = [
    "CURES", "EXPERIMENTS", "FIRST", "OF", "STEPS", "CacheFrame", "CacheLab", "Experiment", "Knobs",
]  # fmt: skip
