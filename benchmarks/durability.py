"""What comes back after ``kill -9``: a server is killed at random moments under load and restarted.

    python3 -m benchmarks.durability --kills 100 --policies always everysec no dump

Clients append the numbers 0, 1, 2 … to lists of their own, every other client in transactions that
count besides, and note what was acknowledged and when. Small limits make the append-only file be
rewritten again and again, so that kills also meet rewrites. After each restart the lists must go on
without a gap: what was acknowledged and is missing is lost; what is there twice, out of order, or
half of a transaction, is a fault. Policy ``dump`` has save points and no append-only file.

The death of a process leaves alone what it has handed to the operating system. What a loss of power
takes is another question, which the labs' disks answer.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import shutil
import socket
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import hiredis

from benchmarks.processes import ServerProcess, free_port

POLICIES = ("always", "everysec", "no", "dump")
CLIENTS = 4
LOAD_S = (0.05, 0.6)
DUMP_LOAD_S = (0.05, 5.0)
"""Seconds until a kill. ``save 1 1`` lets two pass before it begins a dump."""
_NOTED = 200_000
_LIMITS = ("--auto-aof-rewrite-min-size", "32kb", "--auto-aof-rewrite-percentage", "100")


@dataclass
class Measured:
    """What one policy came to. ``lost_age_s``: how long before the kill the oldest acknowledged
    write that is missing was acknowledged."""

    policy: str
    kills: int = 0
    acknowledged: int = 0
    came_back: int = 0
    unacknowledged: int = 0  # and yet there: the reply was under way
    lost: int = 0
    lost_age_s: float = 0.0
    rewrites: int = 0  # bases that were begun while the server lived, by the number of the last
    faults: list[str] = field(default_factory=list)

    def line(self) -> str:
        """One row."""
        return (
            f"{self.policy:9} {self.kills:5} {self.acknowledged:13,} {self.came_back:13,} "
            f"{self.unacknowledged:7,} {self.lost:9,} {self.lost_age_s:8.2f} {self.rewrites:9} "
            f"{len(self.faults):7}"
        )


HEAD = (
    f"{'policy':9} {'kills':>5} {'acknowledged':>13} {'came back':>13} {'unacked':>7} {'lost':>9} "
    f"{'oldest s':>8} {'rewrites':>9} {'faults':>7}"
)


class Wire:
    """One connection that waits for its replies."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), 20)
        self._reader = hiredis.Reader()

    def ask(self, *commands: Sequence[bytes | str | int]) -> list[object]:
        """Send commands together; their replies. Raises `OSError` once the server is gone."""
        packed = (hiredis.pack_command(tuple(words)) for words in commands)  # type: ignore[arg-type]
        self._socket.sendall(b"".join(packed))
        replies: list[object] = []
        while len(replies) < len(commands):
            reply = self._reader.gets()
            if reply is not False:
                replies.append(reply)
                continue
            data = self._socket.recv(65536)
            if not data:
                raise ConnectionResetError
            self._reader.feed(data)
        return replies

    def close(self) -> None:
        self._socket.close()


class Writer:
    """A client, and what it knows to be acknowledged. ``verified``: numbers below it were seen to
    be there after a restart."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.in_transactions = number % 2 == 1
        self.verified = 0
        self.acknowledged = 0
        self.when: deque[tuple[int, float]] = deque(maxlen=_NOTED)

    def write(self, port: int) -> None:
        """Append until the server is gone."""
        with contextlib.suppress(OSError), contextlib.closing(Wire(port)) as wire:
            while True:
                at = self.acknowledged
                push = ("RPUSH", f"log:{self.number}", at)
                if self.in_transactions:
                    count = ("INCR", f"count:{self.number}")
                    *_, (length, _) = wire.ask(("MULTI",), push, count, ("EXEC",))  # type: ignore[misc]
                else:
                    (length,) = wire.ask(push)
                if length != at + 1:
                    raise AssertionError(f"client {self.number}: {length!r} instead of {at + 1}")
                self.acknowledged = at + 1
                self.when.append((at, time.monotonic()))

    def verify(self, wire: Wire, measured: Measured, killed: float) -> None:
        """Compare what came back with what was acknowledged, and go on from there."""
        key = f"log:{self.number}"
        length, tail, count = wire.ask(
            ("LLEN", key), ("LRANGE", key, self.verified, -1), ("GET", f"count:{self.number}")
        )
        assert isinstance(length, int)
        assert isinstance(tail, list)
        if [int(one) for one in tail] != list(range(self.verified, max(length, self.verified))):
            measured.faults.append(f"client {self.number}: gap or doubled behind {self.verified}")
        if self.in_transactions and int(count or 0) != length:  # type: ignore[call-overload]
            measured.faults.append(f"client {self.number}: {length} appended, {count!r} counted")
        lost = max(self.acknowledged - length, 0)
        measured.acknowledged += max(self.acknowledged - self.verified, 0)
        measured.came_back += max(min(length, self.acknowledged) - self.verified, 0)
        measured.unacknowledged += max(length - self.acknowledged, 0)
        measured.lost += lost
        if lost:
            oldest = next((when for at, when in self.when if at >= length), killed)
            measured.lost_age_s = max(measured.lost_age_s, killed - oldest)
        self.verified = self.acknowledged = length
        self.when.clear()


class Trial:
    """One policy's server, in one folder from kill to kill."""

    def __init__(self, policy: str, server: str, folder: Path, seed: int) -> None:
        self.measured = Measured(policy)
        self._server = server
        self._folder = folder
        self._chance = random.Random(seed)
        self._writers = [Writer(number) for number in range(CLIENTS)]

    def run(self, kills: int) -> Measured:
        """Kill and restart so often."""
        process = self._start()
        try:
            for _ in range(kills):
                killed = self._load_and_kill(process)
                process = self._start()
                with contextlib.closing(Wire(process.port)) as wire:
                    for writer in self._writers:
                        writer.verify(wire, self.measured, killed)
                self.measured.kills += 1
        finally:
            process.stop()
        self.measured.rewrites = self._bases()
        return self.measured

    def _start(self) -> ServerProcess:
        port = free_port()
        program = [sys.executable, "-m", "tutor", "serve"]
        if self._server == "redis-server":
            program = [shutil.which("redis-server") or "redis-server"]
        where = ["--port", str(port), "--bind", "127.0.0.1", "--dir", str(self._folder)]
        command = [*program, *where, *_files(self.measured.policy)]
        process = ServerProcess(self._server, port, command, self._folder)
        process.wait_until_ready()
        return process

    def _load_and_kill(self, process: ServerProcess) -> float:
        threads = [
            threading.Thread(target=writer.write, args=(process.port,)) for writer in self._writers
        ]
        for thread in threads:
            thread.start()
        load_s = DUMP_LOAD_S if self.measured.policy == "dump" else LOAD_S
        time.sleep(self._chance.uniform(*load_s))
        killed = time.monotonic()
        process.process.kill()
        process.process.wait()
        for thread in threads:
            thread.join()
        return killed

    def _bases(self) -> int:
        names = (path.name.split(".") for path in self._folder.glob("appendonlydir/*.base.*"))
        return max((int(parts[2]) for parts in names), default=1) - 1


def _files(policy: str) -> Iterator[str]:
    if policy == "dump":
        yield from ("--appendonly", "no", "--save", "1 1")
    else:
        yield from ("--appendonly", "yes", "--appendfsync", policy, "--save", "", *_LIMITS)


def measure(policy: str, kills: int, seed: int, server: str = "redis-tutor") -> Measured:
    """So many kills under one policy, in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="redis-tutor-") as folder:
        return Trial(policy, server, Path(folder), seed).run(kills)


def main(words: Sequence[str] | None = None) -> int:
    """Print one row for each policy; 1 if anything acknowledged was lost that may not be."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    parser.add_argument(
        "--policies", "--appendfsync", nargs="+", choices=POLICIES, default=POLICIES
    )
    parser.add_argument("--server", choices=("redis-tutor", "redis-server"), default="redis-tutor")
    options = parser.parse_args(words)
    print(f"{options.server}, seed {options.seed}\n{HEAD}", flush=True)
    bad = [policy for policy in options.policies if _report(options, policy)]
    return int(bool(bad))


def _report(options: argparse.Namespace, policy: str) -> bool:
    measured = measure(policy, options.kills, options.seed, options.server)
    print(measured.line(), flush=True)
    for fault in measured.faults:
        print(f"  {fault}")
    return bool(measured.faults) or (policy != "dump" and measured.lost_age_s > MOST_LOST_S[policy])


MOST_LOST_S = {"always": 0.0, "everysec": 2.0, "no": 2.0}
"""How old what is lost with the process may be: nothing with always, and otherwise what waited for
a sync to end."""


if __name__ == "__main__":
    sys.exit(main())
