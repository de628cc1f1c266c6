"""How many requests slip past a limit, for each algorithm, over many seeds.

    python -m benchmarks.ratelimit [--seeds 1000] [--first 0]

A run is 1.25 seconds of virtual time: two bursts of 4 requests into a limit of 2 a second, the
second one when the windows of the first end. 4 workers take them, and do up to 2 ms of something
else before each command. ``over`` are requests that passed against what the algorithm promises (in
a window of its own or of the clock, in any window, out of a bucket); ``most`` of one user in any
window, wherever it begins.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from typing import NamedTuple

from tutor.labs.ratelimit.frame import Knobs
from tutor.labs.ratelimit.lane import LimiterLane
from tutor.labs.ratelimit.ways import NAMES

KNOBS = Knobs(traffic="burst", limit=2, window_s=1, rate=4, workers=4, pause_ms=2)
TIME_US = 1_250_000


class Tally(NamedTuple):
    """Over all seeds; ``seeds`` in which a request slipped past, ``worst`` of one seed."""

    requests: int = 0
    accepted: int = 0
    errors: int = 0
    over: int = 0
    seeds: int = 0
    worst: int = 0
    most: int = 0

    def add(self, lane: LimiterLane) -> Tally:
        """With one more run."""
        return Tally(
            self.requests + lane.requests,
            self.accepted + lane.outcomes["accepted"],
            self.errors + lane.outcomes["error"],
            self.over + lane.over,
            self.seeds + (lane.over > 0),
            max(self.worst, lane.over),
            max(self.most, lane.most),
        )


def tally(name: str, seeds: Iterable[int], knobs: Knobs = KNOBS, time: int = TIME_US) -> Tally:
    """One algorithm under the traffic of each seed."""
    found = Tally()
    for seed in seeds:
        lane = LimiterLane(name, seed, knobs)
        lane.run_to(time)
        found = found.add(lane)
    return found


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0)
    options = parser.parse_args()
    seeds = range(options.first, options.first + options.seeds)
    print(f"{options.seeds} seeds from {options.first}, limit {KNOBS.limit} a second")
    print("          requests  accepted  errors    over  in seeds  worst  most")
    for name in NAMES:
        one = tally(name, seeds)
        print(
            f"{name:<8}  {one.requests:>8}  {one.accepted:>8}  {one.errors:>6}  {one.over:>6}"
            f"  {one.seeds:>8}  {one.worst:>5}  {one.most:>4}"
        )


if __name__ == "__main__":
    main()
