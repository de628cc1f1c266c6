"""What is counted of a load: requests, their outcomes and latencies, by node and by the second."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any

SECONDS = 600
"""Seconds that are remembered one by one."""

_SUB = 16
"""Steps of a doubling: a latency is told to about 4 in a hundred."""

PERCENTILES = (50, 90, 99, 99.9)


class Latencies:
    """A histogram of microseconds in bounded memory."""

    def __init__(self) -> None:
        self.count = 0
        self.worst = 0
        self._counts: Counter[int] = Counter()

    def add(self, us: int) -> None:
        """One more."""
        us = max(us, 1)
        doubling = us.bit_length() - 1
        self._counts[doubling * _SUB + ((us * _SUB) >> doubling) - _SUB] += 1
        self.count += 1
        self.worst = max(self.worst, us)

    def percentile(self, share: float) -> int:
        """So many in a hundred were at most this slow; 0 if there was none."""
        wanted, seen = self.count * share / 100, 0
        for at in sorted(self._counts):
            seen += self._counts[at]
            if seen >= wanted:
                doubling, sub = divmod(at, _SUB)
                return min(((_SUB + sub + 1) << doubling) // _SUB, self.worst)
        return 0

    def told(self) -> dict[str, float]:
        """Milliseconds by name."""
        named = {f"p{share:g}": round(self.percentile(share) / 1000, 3) for share in PERCENTILES}
        return {**named, "max": round(self.worst / 1000, 3)}


@dataclass(slots=True)
class Node:
    """One server: commands and how long each took."""

    commands: int = 0
    errors: int = 0
    latencies: Latencies = field(default_factory=Latencies)


@dataclass(slots=True)
class Second:
    """What happened in one second of the run."""

    at: int
    requests: int = 0
    good: int = 0
    """Requests that passed the limit, or were answered from the cache."""
    failed: int = 0
    took: Latencies = field(default_factory=Latencies)


@dataclass(slots=True)
class Figures:
    """The sums. ``outcomes`` are those of the workload; ``late`` is how long the request that
    waited longest stood in the queue for a free client, in microseconds."""

    requests: int = 0
    good: int = 0
    failed: int = 0
    over: int = 0
    most: int = 0
    computed: int = 0
    at_once: int = 0
    late: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    latencies: Latencies = field(default_factory=Latencies)
    nodes: dict[str, Node] = field(default_factory=dict)
    seconds: deque[Second] = field(default_factory=lambda: deque(maxlen=SECONDS))
    failed_in_a_row: int = 0

    def command(self, node: str, us: int, failed: bool) -> None:
        """A command was answered, or was not."""
        found = self.nodes.get(node)
        if found is None:
            found = self.nodes[node] = Node()
        found.commands += 1
        found.errors += failed
        found.latencies.add(us)

    def request(self, at_s: int, us: int, outcome: str, good: bool) -> None:
        """A request has its answer; ``at_s`` seconds after the beginning."""
        self.requests += 1
        self.good += good
        self.outcomes[outcome] += 1
        self.latencies.add(us)
        self.failed_in_a_row = 0
        second = self._second(at_s)
        second.requests += 1
        second.good += good
        second.took.add(us)

    def failure(self, at_s: int, code: str) -> None:
        """A request got none."""
        self.failed += 1
        self.failed_in_a_row += 1
        self.errors[code] += 1
        self._second(at_s).failed += 1

    def _second(self, at_s: int) -> Second:
        last = self.seconds[-1] if self.seconds else None
        if last is None or at_s > last.at:
            for missing in range((last.at if last else at_s - 1) + 1, at_s):
                self.seconds.append(Second(missing))
            last = Second(at_s)
            self.seconds.append(last)
        return last

    def told(self, took_s: float) -> dict[str, Any]:
        """All of it as JSON data."""
        rate = self.requests / took_s if took_s > 0 else 0.0
        return {
            "seconds": round(took_s, 2),
            "requests": self.requests,
            "per_second": round(rate, 1),
            "failed": self.failed,
            "outcomes": dict(sorted(self.outcomes.items())),
            "errors": dict(sorted(self.errors.items())),
            "latency_ms": self.latencies.told(),
            "waited_ms": round(self.late / 1000, 3),
            "nodes": {name: _node(node, took_s) for name, node in sorted(self.nodes.items())},
        }


def _node(node: Node, took_s: float) -> dict[str, Any]:
    rate = node.commands / took_s if took_s > 0 else 0.0
    return {
        "commands": node.commands,
        "per_second": round(rate, 1),
        "errors": node.errors,
        "latency_ms": node.latencies.told(),
    }
