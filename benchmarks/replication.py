"""Replication over TCP: how long a full sync takes, and how fast a stream of writes arrives.

    python -m benchmarks.replication [--keys 1000000] [--writes 400000]

Ours and redis-server as masters and as replicas of each other, four pairs in one run. *Full sync*
is the time from REPLICAOF until the replica says that its link is up, with a dump on disk and
without; meanwhile a client says PING to the master without a pause, and its longest wait is shown.
*Stream* is redis-benchmark's SET (50 clients, a pipeline of 16) into the master, which has one
replica: what the clients saw, and the commands a second until the last was applied there. In a
pair's row the ratio is its figure to that of two redis-servers.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import io
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.persistence import Client, _pings
from benchmarks.processes import ServerProcess, running

OURS, REDIS = "redis-tutor", "redis-server"
PAIRS = ((REDIS, REDIS), (OURS, REDIS), (REDIS, OURS), (OURS, OURS))
PATIENCE_S = 300.0
_OPTIONS = ("--enable-debug-command", "yes", "--repl-diskless-sync-delay", "0")


@dataclass
class Figures:
    """Seconds, but for ``alone``, ``seen`` and ``applied``: commands a second."""

    disk_sync: float = 0.0
    streamed_sync: float = 0.0
    longest_ping: float = 0.0
    alone: float = 0.0
    seen: float = 0.0
    applied: float = 0.0


def _field(client: Client, section: str, name: str) -> str:
    for line in client.call(f"INFO {section}").decode().splitlines():
        key, _colon, value = line.partition(":")
        if key == name:
            return value.strip()
    raise SystemExit(f"INFO {section} has no {name}")


@contextlib.contextmanager
def _client(server: ServerProcess) -> Iterator[Client]:
    client = Client(server)
    try:
        yield client
    finally:
        client.close()


def _full_sync(master: ServerProcess, replica: ServerProcess) -> tuple[float, float]:
    """Seconds of a full sync, and the longest PING to the master meanwhile."""
    with _client(master) as asking, _client(replica) as control:
        control.call("REPLICAOF NO ONE")
        control.call("FLUSHALL")
        before = int(_field(asking, "stats", "sync_full"))
        began = time.perf_counter()
        control.call(f"REPLICAOF 127.0.0.1 {master.port}")

        def synced() -> bool:
            if time.perf_counter() - began > PATIENCE_S:
                raise SystemExit(f"no sync:\n{master.log()}\n{replica.log()}")
            return _field(control, "replication", "master_link_status") == "up"

        waits = _pings(asking, synced)
        seconds = time.perf_counter() - began
        if int(_field(asking, "stats", "sync_full")) != before + 1:
            raise SystemExit("that was no full sync")
        if control.call("DBSIZE") != asking.call("DBSIZE"):
            raise SystemExit("the replica has other keys than its master")
        return seconds, max(waits)


def _writes(master: ServerProcess, count: int) -> float:
    """redis-benchmark's SET into a server: commands a second."""
    command = ["redis-benchmark", "-p", str(master.port), "-c", "50", "-P", "16", "-t", "set"]
    command += ["-r", "100000", "-n", str(count), "--csv"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=True)
    return float(list(csv.reader(io.StringIO(done.stdout)))[-1][1])


def _stream(master: ServerProcess, replica: ServerProcess, count: int) -> tuple[float, float]:
    """Writes a second as the clients saw them, and until the replica had applied them all."""
    with _client(master) as source, _client(replica) as target:
        began = time.perf_counter()
        seen = _writes(master, count)
        wanted = int(_field(source, "replication", "master_repl_offset"))
        while int(_field(target, "replication", "slave_repl_offset")) < wanted:
            if time.perf_counter() - began > PATIENCE_S:
                raise SystemExit(f"the replica lags:\n{master.log()}\n{replica.log()}")
            time.sleep(0.005)
        return seen, count / (time.perf_counter() - began)


def measure(names: tuple[str, str], keys: int, writes: int) -> Figures:
    """All figures of a master and its replica."""
    figures = Figures()
    with running(names[0], *_OPTIONS) as master, running(names[1], *_OPTIONS) as replica:
        with _client(master) as control:
            figures.alone = _writes(master, writes)
            control.call("FLUSHALL")
            control.call(f"DEBUG POPULATE {keys}")
            control.call("CONFIG SET repl-diskless-sync no")
            figures.disk_sync, first = _full_sync(master, replica)
            control.call("CONFIG SET repl-diskless-sync yes")
            figures.streamed_sync, second = _full_sync(master, replica)
            figures.longest_ping = max(first, second)
        figures.seen, figures.applied = _stream(master, replica, writes)
    return figures


_COLUMNS = (
    ("sync by disk, s", "disk_sync", ".2f"),
    ("streamed, s", "streamed_sync", ".2f"),
    ("longest PING, ms", "longest_ping", ".0f"),
    ("SET/s alone", "alone", ",.0f"),
    ("SET/s seen", "seen", ",.0f"),
    ("applied/s", "applied", ",.0f"),
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--keys", type=int, default=1_000_000)
    parser.add_argument("--writes", type=int, default=400_000)
    args = parser.parse_args()
    for program in ("redis-benchmark", REDIS):
        if shutil.which(program) is None:
            parser.exit(2, f"{program} is not installed\n")
    print(f"{'master → replica':28}" + "".join(f"{title:>24}" for title, _, _ in _COLUMNS))
    reference: Figures | None = None
    for names in PAIRS:
        figures = measure(names, args.keys, args.writes)
        reference = reference or figures
        row = f"{' → '.join(names):28}"
        for _title, field, form in _COLUMNS:
            value, base = getattr(figures, field), getattr(reference, field)
            per_second = field in ("alone", "seen", "applied")
            ratio = value / base if per_second else base / value
            shown = format(value * (1000 if field == "longest_ping" else 1), form)
            row += f"{f'{shown} ({ratio:.2f})':>24}"
        print(row, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
