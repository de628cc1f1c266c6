"""What becomes of tasks under each way to hand them out, over a thousand runs with crashes.

    python -m benchmarks.queue [--seeds 1000] [--tasks 12] [--crash 40] [--first 0]

Every way gets the same tasks at the same times, and the same of them kill the first worker that
takes them: before its work, in the middle of it, or after it and before anybody hears of it. A dead
worker is started again a second later. The run ends when nothing can become of any task any more.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from dataclasses import replace

from tutor.labs.queue.trial import HARD, TASKS, trial
from tutor.labs.queue.ways import WAY

COLUMNS = (
    "tasks",
    "crashes",
    "done",
    "lost",
    "runs with loss",
    "done twice",
    "dead",
    "unaccounted",
)


def measure(way: str, seeds: range, tasks: int, crash: int) -> Counter[str]:
    """The sums of all runs of a way."""
    sums: Counter[str] = Counter()
    for seed in seeds:
        lane = trial(way, seed, replace(HARD, crash=crash), tasks)
        frame = lane.take()
        known = (
            frame.waiting + frame.working + frame.scheduled + frame.done + frame.dead + frame.lost
        )
        sums.update({
            "tasks": frame.made, "crashes": frame.crashes, "done": frame.done, "lost": frame.lost,
            "runs with loss": frame.lost > 0, "done twice": frame.doubled, "dead": frame.dead,
            "unaccounted": frame.made - known, "commands": frame.commands,
        })  # fmt: skip
    return sums


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.queue")
    parser.add_argument("--seeds", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--tasks", type=int, default=TASKS)
    parser.add_argument("--crash", type=int, default=HARD.crash, help="per cent")
    chosen = parser.parse_args()
    seeds = range(chosen.first, chosen.first + chosen.seeds)
    print(f"{chosen.seeds} seeds from {chosen.first}, {chosen.tasks} tasks each, "
          f"{chosen.crash} % of them kill their worker")  # fmt: skip
    print("".join(["way".ljust(9), *(name.rjust(len(name) + 3) for name in COLUMNS), "   CPU s"]))
    for way in WAY:
        began = time.process_time()
        sums = measure(way, seeds, chosen.tasks, chosen.crash)
        took = time.process_time() - began
        cells = (f"{sums[name]:,}".replace(",", " ").rjust(len(name) + 3) for name in COLUMNS)
        print("".join([way.ljust(9), *cells, f"{took:8.1f}"]))


if __name__ == "__main__":
    main()
