"""The latency monitor: spikes by the kind of event that caused them (redis 7.0, latency.c)."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

MOST_SAMPLES = 160


@dataclass(slots=True)
class Spikes:
    """The last spikes of one event as (Unix seconds, ms), one for each second, and the highest."""

    samples: deque[tuple[int, int]] = field(default_factory=lambda: deque(maxlen=MOST_SAMPLES))
    highest: int = 0


class Latency:
    """Spikes by event, in the order in which the events first happened."""

    def __init__(self) -> None:
        self.events: dict[str, Spikes] = {}

    def add(self, event: str, at: int, ms: int) -> None:
        """``event`` took ``ms`` at second ``at``. Two in one second are one, the worse."""
        spikes = self.events.setdefault(event, Spikes())
        spikes.highest = max(spikes.highest, ms)
        samples = spikes.samples
        if samples and samples[-1][0] == at:
            samples[-1] = (at, max(samples[-1][1], ms))
        else:
            samples.append((at, ms))

    def forget(self, *events: str) -> int:
        """Forget events (without names all of them); how many there were."""
        names = events or tuple(self.events)
        return sum(self.events.pop(name, None) is not None for name in names)


@dataclass(frozen=True, slots=True)
class Summary:
    """Figures of one event: LATENCY DOCTOR's. ``deviation`` is the mean distance from the mean."""

    count: int
    average: int
    deviation: int
    period_s: float
    lowest: int
    highest: int


def summary(spikes: Spikes, now: int) -> Summary:
    """Look at all samples of an event."""
    times = [ms for _, ms in spikes.samples]
    average = sum(times) // len(times)
    deviation = sum(abs(ms - average) for ms in times) // len(times)
    span = now - spikes.samples[0][0]
    period = span / len(times)
    return Summary(len(times), average, deviation, period, min(times), spikes.highest)


# the graph

_LEVELS = "_o#"
_FULL = "|"
_COLUMNS = 80
_ROWS = 4
_STEPS = _ROWS * len(_LEVELS)


def graph(event: str, spikes: Spikes, now: int) -> str:
    """LATENCY GRAPH: a bar for each spike, four rows high, and under each how long ago it was."""
    times = [ms for _, ms in spikes.samples]
    low, high = min(times), max(times)
    head = f"{event} - high {high} ms, low {low} ms (all time high {spikes.highest} ms)"
    columns = [
        _bar(ms - low, max(high - low, 1)) + " " + ago(now - at) for at, ms in spikes.samples
    ]
    parts = [columns[at : at + _COLUMNS] for at in range(0, len(columns), _COLUMNS)]
    return f"{head}\n{'-' * _COLUMNS}\n" + "\n".join(map(_across, parts))


def _bar(above: int, span: int) -> str:
    """A spike from the top down: ``above`` the lowest, of ``span`` between it and the highest."""
    full, part = divmod(min(above * _STEPS // span, _STEPS - 1), len(_LEVELS))
    return (_LEVELS[part] + _FULL * full).rjust(_ROWS)


def _across(columns: list[str]) -> str:
    """Columns of different length as lines."""
    height = max(map(len, columns))
    rows = zip(*(column.ljust(height) for column in columns), strict=True)
    return "".join("".join(row) + "\n" for row in rows)


def ago(seconds: int) -> str:
    """An age in at most three characters: ``59s``, ``2m``, ``3h``, ``4d``."""
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= size:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"
