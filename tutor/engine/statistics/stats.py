"""What the server counts: the figures of INFO stats, commandstats, errorstats and latencystats.

How long commands took is noted per call and added up later (`Stats.settle`): while commands run
nothing but a list grows.
"""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING

from tutor.engine.statistics.histogram import Histogram

if TYPE_CHECKING:
    from tutor.engine.registry import Command

SAMPLE_EVERY_MS = 100


@dataclass(slots=True)
class Spent:
    """Calls of one command and the microseconds they took, in all (``usec``) and each."""

    calls: int = 0
    usec: int = 0
    durations: Histogram = field(default_factory=Histogram)


@dataclass(slots=True)
class Metric:
    """A counter's growth per second: the mean of the last 16 samples."""

    samples: deque[int] = field(default_factory=lambda: deque([0] * 16, maxlen=16))
    count: int = 0
    at_us: int = 0

    def sample(self, count: int, now_us: int) -> None:
        """The counter stands at ``count`` now."""
        passed_ms = (now_us - self.at_us) // 1000
        if passed_ms >= SAMPLE_EVERY_MS:
            if self.at_us:
                self.samples.append((count - self.count) * 1000 // passed_ms)
            self.count, self.at_us = count, now_us

    @property
    def per_second(self) -> int:
        """What INFO calls instantaneous."""
        return sum(self.samples) // 16


@dataclass(slots=True)
class Stats:
    """Counters since the start or CONFIG RESETSTAT.

    ``failed`` (ran and gave an error) and ``rejected`` (refused before they ran) are per command,
    ``errors`` per error code. ``dirty`` counts changes to the data. ``fork_usec``: how long the
    last of ``forks`` took. ``track``: durations of calls are kept. ``took`` holds, per command, the
    microseconds of calls that `settle` has not seen yet.
    """

    connections_received: int = 0
    rejected_connections: int = 0
    keyspace_hits: int = 0
    keyspace_misses: int = 0
    expired_keys: int = 0
    evicted_keys: int = 0
    evicted_clients: int = 0
    error_replies: int = 0
    dirty: int = 0
    forks: int = 0
    fork_usec: int = 0
    expire_usec: int = 0
    expire_cap_reached: int = 0
    input_bytes: int = 0
    output_bytes: int = 0
    reads_processed: int = 0
    writes_processed: int = 0
    repl_input_bytes: int = 0
    repl_output_bytes: int = 0
    sync_full: int = 0
    sync_partial_ok: int = 0
    sync_partial_err: int = 0
    unexpected_error_replies: int = 0
    track: bool = True
    metrics: dict[str, Metric] = field(default_factory=lambda: defaultdict(Metric))
    took: defaultdict[Command, list[int]] = field(default_factory=lambda: defaultdict(list))
    spent: dict[str, Spent] = field(default_factory=dict)
    failed: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    rejected: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    errors: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def settle(self) -> None:
        """Add up what has been noted since the last time. O(calls), in C for the most part."""
        for command, times in self.took.items():
            if times:
                spent = self._spent(command)
                spent.calls += len(times)
                spent.usec += sum(times)
                if self.track:
                    spent.durations.update(times)
                times.clear()

    def _spent(self, command: Command) -> Spent:
        spent = self.spent.get(command.name)
        if spent is None:
            spent = self.spent[command.name] = Spent()
        return spent

    def waits(self, command: Command, usec: int) -> None:
        """A command has begun to wait; how long it took is known when it is served."""
        spent = self._spent(command)
        spent.calls += 1
        spent.usec += usec

    def waited(self, command: Command, usec: int, total: int, *, failed: bool) -> None:
        """A command that waited was served in ``usec``, and took ``total`` with its beginning."""
        spent = self._spent(command)
        spent.usec += usec
        if self.track:
            spent.durations.add(total)
        if failed:
            self.failed[command.name] += 1

    def track_latency(self, track: bool) -> None:
        """``latency-tracking``: whether from now on the duration of each call is kept."""
        if track != self.track:
            self.settle()
            self.track = track

    def sample(self, now_us: int) -> None:
        """Look at what INFO shows per second, at most every 100 ms."""
        for name, count in (
            ("ops", self.commands_processed),
            ("input", self.input_bytes),
            ("output", self.output_bytes),
            ("repl input", self.repl_input_bytes),
            ("repl output", self.repl_output_bytes),
        ):
            self.metrics[name].sample(count, now_us)

    @property
    def calls(self) -> dict[str, int]:
        """How often each command was called, by name."""
        self.settle()
        return {name: spent.calls for name, spent in self.spent.items()}

    @property
    def commands_processed(self) -> int:
        """Calls of all commands."""
        return sum(spent.calls for spent in self.spent.values()) + sum(map(len, self.took.values()))

    def reset(self) -> None:
        """CONFIG RESETSTAT: everything but ``dirty``."""
        fresh = Stats(dirty=self.dirty, track=self.track)
        for counter in fields(Stats):
            setattr(self, counter.name, getattr(fresh, counter.name))
