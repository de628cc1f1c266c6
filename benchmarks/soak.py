"""Hundreds of clients that do a bit of everything for minutes: does the server stay well?

    python -m benchmarks.soak [--seconds 600] [--clients 200] [--against redis] [--seed N]

While the crowd of `benchmarks.load` is at work, a healthy client asks PING all the time and the
server's memory is noted every ten seconds. The exit code is 1 if memory at the end is more than a
tenth above that of the second minute, if PING ever took a second, if replies came in a wrong order
or not at all, or if the server logged what redis-server would not (Linux: memory is read from
/proc).
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import random
import re
import signal
import statistics
import sys
import threading
import time
from dataclasses import dataclass, field

from benchmarks.load import Crowd, Tally
from benchmarks.processes import ServerProcess, running

NAMES = {"tutor": "redis-tutor", "redis": "redis-server"}
OPTIONS = (
    *("--busy-reply-threshold", "100", "--enable-debug-command", "local", "--maxclients", "1000"),
    *("--client-output-buffer-limit", "normal 4mb 0 0 pubsub 4mb 1mb 10"),
)
LONGEST_PING_S = 1.0
GROWTH = 1.10

_STAMP = re.compile(r"^\d+:([CMS]) \d+ \w+ \d+ [\d:.]+ [.*#-] ")
_USUAL = re.compile(
    "|".join((
        "oO0OoO0OoO0Oo", "Redis version=", "Configuration loaded", "Running mode=",
        "Server initialized", "Ready to accept connections", "Increased maximum number of open",
        "The TCP backlog setting", "monotonic clock", "WARNING Memory overcommit",
        "Transparent Huge", "Could not create server TCP", "You requested maxclients",
        "Possible SECURITY ATTACK detected", "overcoming of output buffer limits",
        "Slow script detected", "Lua slow script", "User script killed|Script killed",
        "Closing client that reached max query buffer", "DB saved on disk",
        "Lua script uploaded|killed by user", "User requested shutdown", "Received SIGTERM",
        "Redis is now ready to exit", "Bye bye",
    ))
)  # fmt: skip
"""What redis-server logs too, when it is treated like this."""


def unusual_lines(log: str) -> list[str]:
    """The lines of a log that redis-server would not have written."""
    return [
        line
        for line in log.splitlines()
        if not _STAMP.match(line) or not _USUAL.search(line)
        if line.strip() and not _ART.search(line)
    ]


_ART = re.compile(r"^[ .`'_\-|,/()*:\d<>=\"~]*$|Redis 7\.0\.15|Running in|Port:|PID:|redis\.io")
"""redis-server's picture of itself."""


class Pings(threading.Thread):
    """A healthy client with a connection of its own; how long each PING took is in ``times_s``."""

    def __init__(self, server: ServerProcess) -> None:
        super().__init__(daemon=True)
        self.times_s: list[float] = []
        self.trouble = ""
        self._server = server
        self._over = threading.Event()

    def run(self) -> None:
        connection = None
        while not self._over.wait(0.02):
            try:
                connection = connection or self._server.connect()
                before = time.perf_counter()
                connection.sendall(b"*1\r\n$4\r\nPING\r\n")
                reply = connection.recv(1000)
                self.times_s.append(time.perf_counter() - before)
            except (ConnectionResetError, BrokenPipeError):
                reply = b""
            except OSError as error:
                self.trouble = f"the healthy client: {error}"
                return
            if not reply and connection is not None:  # CLIENT KILL meets everybody in the end
                connection.close()
                connection = None
            elif not reply.startswith((b"+PONG", b"-BUSY")):
                self.trouble = f"the healthy client heard {reply!r}"
                return

    def finish(self) -> None:
        """No more of it."""
        self._over.set()
        self.join(10)


@dataclass
class Soak:
    """What was measured."""

    seconds: float
    tally: Tally
    memory: list[tuple[float, int]] = field(default_factory=list)
    pings_s: list[float] = field(default_factory=list)
    cpu_s: float = 0.0
    troubles: list[str] = field(default_factory=list)
    log: str = ""

    def minute(self, at: float) -> float:
        """Median of the memory in the minute that begins at ``at`` (or what there is of it)."""
        inside = [size for when, size in self.memory if at <= when < at + 60]
        return statistics.median(inside or [self.memory[-1][1]])

    @property
    def growth(self) -> float:
        """Memory of the last minute to that of the second one."""
        return self.minute(max(self.seconds - 60, 0)) / self.minute(min(60.0, self.seconds / 2))


def soak(server: ServerProcess, seconds: float, clients: int, seed: int, every: float) -> Soak:
    """Let a crowd loose on ``server``; memory is noted ``every`` so many seconds."""
    crowd = Crowd(server.port, clients, seed)
    measured = Soak(seconds, crowd.tally)
    pings = Pings(server)
    pings.start()
    begun, cpu_s = time.monotonic(), server.cpu_seconds()
    over = threading.Event()

    def watch() -> None:
        while not over.wait(every):
            if server.process.poll() is not None:
                return
            when, size = time.monotonic() - begun, server.resident_bytes()
            measured.memory.append((when, size))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        asyncio.run(crowd.run(seconds))
    finally:
        over.set()
        watcher.join(10)
        pings.finish()
    measured.pings_s = pings.times_s
    if server.process.poll() is not None:
        measured.troubles.append(f"the server is gone, exit code {server.process.returncode}")
    else:
        measured.cpu_s = server.cpu_seconds() - cpu_s
        measured.memory.append((time.monotonic() - begun, server.resident_bytes()))
    measured.log = server.log()
    measured.troubles += [pings.trouble] if pings.trouble else []
    measured.troubles += [f"{what} ({times} times)" for what, times in crowd.tally.faults.items()]
    measured.troubles += [f"logged: {line}" for line in unusual_lines(measured.log)[:40]]
    if max(measured.pings_s, default=LONGEST_PING_S) >= LONGEST_PING_S:
        measured.troubles.append("a PING took a second or longer, or none was answered")
    return measured


def show(measured: Soak) -> None:
    """Print it all."""
    tally = measured.tally
    print("\nmemory, MB: " + " ".join(f"{size / 1e6:.1f}" for _, size in measured.memory))
    print(f"second minute {measured.minute(60) / 1e6:.1f} MB, last minute "
          f"{measured.minute(max(measured.seconds - 60, 0)) / 1e6:.1f} MB, "
          f"growth {measured.growth:.3f} (at most {GROWTH:g})")  # fmt: skip
    print(f"{tally.commands:,} commands, {tally.messages:,} messages, {tally.connections:,} "
          f"connections, {tally.closed:,} of them closed by the server")  # fmt: skip
    print(f"processor time of the server: {measured.cpu_s:.0f} s")
    pings = sorted(measured.pings_s)
    if pings:
        print(f"PING, ms: median {1e3 * statistics.median(pings):.1f}, 99 % "
              f"{1e3 * pings[int(len(pings) * 0.99)]:.1f}, longest {1e3 * pings[-1]:.1f} "
              f"of {len(pings)}")  # fmt: skip
    print("errors that clients met:")
    for text, times in tally.errors.most_common():
        print(f"{times:9,}  {text}")
    print("\n".join(("troubles:", *measured.troubles)) if measured.troubles else "no troubles")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--against", choices=sorted(NAMES), default="tutor")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    args = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the server ends with us
    logging.getLogger("asyncio").setLevel(logging.ERROR)  # writing to whom nobody hears is the task
    print(f"{NAMES[args.against]}, {args.clients} clients, {args.seconds:g} s, seed {args.seed}")
    with running(NAMES[args.against], *OPTIONS) as server:
        measured = soak(server, args.seconds, args.clients, args.seed, every=10)
    if measured.growth > GROWTH:
        measured.troubles.append("memory has grown")
    show(measured)
    return 1 if measured.troubles else 0


if __name__ == "__main__":
    sys.exit(main())
