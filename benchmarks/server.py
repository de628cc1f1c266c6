"""redis-benchmark against `redis-tutor serve`, redis-server and fakeredis's TCP server, in one run.

    python -m benchmarks.server [--rounds 5] [--requests 20000] [--keyspace 0] [--tests SET,GET]

The three servers stand side by side; rounds are interleaved, 50 clients, first without a pipeline,
then with a pipeline of 16. The medians of the rounds are shown, and what counts are their ratios.
redis-benchmark sends from one thread: what it can send is the most that any server shows, so
redis-server's own multiples of fakeredis are printed too.
On a machine that does other things too, the processor time that a server used for a million
commands is steadier than what the clients saw; it is printed beside (Linux).
"""

from __future__ import annotations

import argparse
import csv
import io
import shutil
import statistics
import subprocess
import sys
from collections import defaultdict
from contextlib import ExitStack
from dataclasses import dataclass, field

from benchmarks.processes import ServerProcess, running

OURS, REDIS, FAKE = "redis-tutor", "redis-server", "fakeredis"
TESTS = ("SET", "GET", "INCR", "LPUSH", "RPOP", "SADD", "HSET", "ZADD", "LRANGE_100", "MSET")
REPORTED_ONLY = {"LRANGE_100", "MSET"}
"""No goal was set for these."""
GOALS = {1: {REDIS: 0.8, FAKE: 8.0}, 16: {REDIS: 0.4, FAKE: 20.0}}
"""By length of the pipeline: the smallest ratio ours/theirs that is wanted."""
CLIENTS = 50
FAKE_SHARE = {1: 10, 16: 40}
"""fakeredis gets a fraction of the requests, or one would wait for it most of the time."""


@dataclass
class Results:
    """What the rounds of one test with one server gave."""

    rates: list[float] = field(default_factory=list)
    cpu_s: float = 0.0
    commands: int = 0

    @property
    def rate(self) -> float:
        """Commands per second, the median of the rounds."""
        return statistics.median(self.rates)

    @property
    def cpu_per_million(self) -> float:
        """Processor seconds of the server for a million commands."""
        return self.cpu_s / self.commands * 1e6


def measure(
    server: ServerProcess, test: str, requests: int, pipeline: int, keyspace: int
) -> tuple[float, float, int]:
    """Commands per second, processor seconds and number of commands of one run."""
    command = ["redis-benchmark", "-p", str(server.port), "-c", str(CLIENTS), "-n", str(requests)]
    command += ["-t", test.lower(), "-P", str(pipeline), "--csv"]
    if keyspace:
        command += ["-r", str(keyspace)]
    before = server.cpu_seconds()
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=True)
    used = server.cpu_seconds() - before
    rows = list(csv.reader(io.StringIO(done.stdout)))[1:]
    return float(rows[-1][1]), used, requests * len(rows)


def run(args: argparse.Namespace, pipeline: int) -> dict[tuple[str, str], Results]:
    """All tests with all servers, ``args.rounds`` times in turn: results by (test, server)."""
    results: dict[tuple[str, str], Results] = defaultdict(Results)
    requests = args.requests * (1 if pipeline == 1 else 4)
    with ExitStack() as stack:
        servers = [stack.enter_context(running(name)) for name in (OURS, REDIS, FAKE)]
        for _ in range(args.rounds):
            for test in args.tests:
                for server in servers:
                    share = FAKE_SHARE[pipeline] if server.name == FAKE else 1
                    rate, cpu_s, commands = measure(
                        server, test, requests // share, pipeline, args.keyspace
                    )
                    result = results[test, server.name]
                    result.rates.append(rate)
                    result.cpu_s += cpu_s
                    result.commands += commands
    return results


def show(results: dict[tuple[str, str], Results], tests: list[str], pipeline: int) -> None:
    """The table of one length of the pipeline, and the smallest ratios."""
    print(f"\n{CLIENTS} clients, " + (f"pipeline of {pipeline}" if pipeline > 1 else "no pipeline"))
    print(f"{'':11} {'commands a second':^32}   {'ours to':^14}   {'CPU s per million':^23}  ratio")
    print(
        f"{'test':11} {OURS:>11} {REDIS:>12} {'fake':>7}   {'redis':>6} {'fake':>7}   "
        f"{'ours':>7} {'redis':>7} {'fake':>7}"
    )
    least = {REDIS: float("inf"), FAKE: float("inf")}
    theirs: list[float] = []
    for test in tests:
        ours, redis, fake = (results[test, name] for name in (OURS, REDIS, FAKE))
        ratios = {REDIS: ours.rate / redis.rate, FAKE: ours.rate / fake.rate}
        if test not in REPORTED_ONLY:
            least = {name: min(least[name], ratio) for name, ratio in ratios.items()}
            theirs.append(redis.rate / fake.rate)
        print(
            f"{test:11} {ours.rate:11,.0f} {redis.rate:12,.0f} {fake.rate:7,.0f}   "
            f"{ratios[REDIS]:6.2f} {ratios[FAKE]:6.1f}x   {ours.cpu_per_million:7.1f} "
            f"{redis.cpu_per_million:7.1f} {fake.cpu_per_million:7.1f} "
            f"{redis.cpu_per_million / max(ours.cpu_per_million, 0.01):6.2f}"
        )
    for name, ratio in least.items():
        goal = GOALS[pipeline][name]
        print(f"smallest ratio to {name}: {ratio:.2f} (goal {goal:g})")
    if theirs:
        print(f"redis-server to fakeredis: {min(theirs):.1f} to {max(theirs):.1f} times")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=20_000, help="four times as many piped")
    parser.add_argument("--keyspace", type=int, default=0, help="redis-benchmark's -r; 0: one key")
    parser.add_argument("--tests", type=lambda words: words.upper().split(","), default=TESTS)
    args = parser.parse_args()
    for program in ("redis-benchmark", "redis-server"):
        if shutil.which(program) is None:
            parser.exit(2, f"{program} is not installed\n")
    for pipeline in GOALS:
        show(run(args, pipeline), args.tests, pipeline)
    return 0


if __name__ == "__main__":
    sys.exit(main())
