"""The labs of lanes by name: how one is made, what it tries, which lanes it has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from tutor.labs.knobs import Act
from tutor.labs.lanes import LaneLab

AnyLab = LaneLab[Any, Any, Any]
Settings = Mapping[str, float | str]
"""Knobs by their words, in their own units, as a run begins with them."""


class LabKind(NamedTuple):
    """``experiments`` in their order; the ``usual`` one is the first if nothing is said. ``make(
    experiment, seed, settings, acts)`` makes a run; it raises KeyError for a knob that the
    experiment has not. ``lanes`` of an experiment."""

    experiments: tuple[str, ...]
    make: Callable[[str, int, Settings, tuple[Act, ...]], AnyLab]
    lanes: Callable[[str], tuple[str, ...]]
    usual: str = ""

    @property
    def first(self) -> str:
        """The experiment to begin with."""
        return self.usual or self.experiments[0]


def _cache() -> LabKind:
    from tutor.labs.cache import CURES, EXPERIMENTS
    from tutor.labs.cache.lab import make

    return LabKind(EXPERIMENTS, make, lambda experiment: CURES[experiment], "stampede")


def _rate_limit() -> LabKind:
    from tutor.labs.ratelimit import EXPERIMENTS, NAMES
    from tutor.labs.ratelimit.lab import make

    return LabKind(EXPERIMENTS, make, lambda experiment: NAMES)


def _queue() -> LabKind:
    from tutor.labs.queue import EXPERIMENTS, WAYS
    from tutor.labs.queue.lab import make

    return LabKind(EXPERIMENTS, make, lambda experiment: WAYS[experiment])


def _security() -> LabKind:
    from tutor.labs.security import EXPERIMENTS, SETTINGS
    from tutor.labs.security.lab import make

    return LabKind(EXPERIMENTS, make, lambda experiment: SETTINGS[experiment])


_KINDS: Mapping[str, Callable[[], LabKind]] = {
    "cache": _cache,
    "rate-limit": _rate_limit,
    "queue": _queue,
    "security": _security,
}
LAB_NAMES = tuple(_KINDS)


def lab_kind(name: str) -> LabKind:
    """A lab by its name. Raises KeyError."""
    return _KINDS[name]()
