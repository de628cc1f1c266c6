"""Dumps of a million keys: how long SAVE, BGSAVE and loading take, and what clients feel meanwhile.

    python -m benchmarks.persistence [--keys 1000000] [--value 100]

Ours and redis-server, one after the other in the same run, each filled by DEBUG POPULATE with keys
``key:7`` and values that begin with ``value:7``. While BGSAVE runs a client says PING without a
pause: the longest wait for an answer is shown. Loading is the time from start to the first answer,
less that of a start without a file. The ratio is redis-server's time by ours.
"""

from __future__ import annotations

import argparse
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.processes import ServerProcess, free_port

MIB = 1024 * 1024
_OURS, _REFERENCE = "redis-tutor", "redis-server"


@dataclass
class Figures:
    """Seconds, and bytes where it says so."""

    save: float
    background: float
    longest_ping: float
    usual_ping: float
    load: float
    file_bytes: int
    resident_bytes: int


def _start(name: str, folder: Path) -> tuple[ServerProcess, float]:
    """A server on a folder, and the seconds until it answered for the first time."""
    port = free_port()
    program = [sys.executable, "-m", "tutor", "serve"] if name == _OURS else [name]
    own = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    began = time.perf_counter()
    server = ServerProcess(name, port, [*program, *own, "--enable-debug-command", "yes"], folder)
    server.wait_until_ready()
    return server, time.perf_counter() - began


class Client:
    """One connection; commands in words."""

    def __init__(self, server: ServerProcess) -> None:
        self._socket = server.connect(timeout=600.0)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._reader = self._socket.makefile("rb")

    def call(self, line: str) -> bytes:
        """The reply to a command; of a bulk string its text."""
        self._socket.sendall(line.encode() + b"\r\n")
        first = self._reader.readline()
        if first[:1] == b"-":
            raise SystemExit(f"{line}: {first.decode()}")
        if first[:1] != b"$":
            return first[1:-2]
        size = int(first[1:])
        return self._reader.read(size + 2)[:size]

    def close(self) -> None:
        self._reader.close()
        self._socket.close()


def _timed(action: Callable[[], object]) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def _pings(client: Client, until: Callable[[], bool]) -> list[float]:
    """How long each PING took, until something is over (asked every hundredth of a second)."""
    waits: list[float] = []
    asked = time.perf_counter()
    while True:
        waits.append(_timed(lambda: client.call("PING")))
        if time.perf_counter() - asked > 0.01:
            asked = time.perf_counter()
            if until():
                return waits


def measure(name: str, keys: int, value: int) -> Figures:
    """All figures of one server."""
    with tempfile.TemporaryDirectory(prefix="redis-tutor-") as path:
        folder = Path(path)
        server, empty = _start(name, folder)
        try:
            client = Client(server)
            client.call(f"DEBUG POPULATE {keys} key {value}" if value else f"DEBUG POPULATE {keys}")
            usual = _pings(client, _after(0.5))
            save = _timed(lambda: client.call("SAVE"))
            other = Client(server)
            began = time.perf_counter()
            client.call("BGSAVE")
            waits = [time.perf_counter() - began]
            waits += _pings(
                client, lambda: b"bgsave_in_progress:0" in other.call("INFO persistence")
            )
            background = time.perf_counter() - began
            other.close()
            client.close()
        finally:
            server.stop()
        size = (folder / "dump.rdb").stat().st_size
        server, seconds = _start(name, folder)
        try:
            client = Client(server)
            if int(client.call("DBSIZE")) != keys:
                raise SystemExit(f"{name} has loaded {client.call('DBSIZE')!r} keys of {keys}")
            resident = server.resident_bytes()
            client.close()
        finally:
            server.stop()
        return Figures(save, background, max(waits), max(usual), seconds - empty, size, resident)


def _after(seconds: float) -> Callable[[], bool]:
    end = time.perf_counter() + seconds
    return lambda: time.perf_counter() > end


def _report(ours: Figures, theirs: Figures | None) -> None:
    print(f"{'':26}{'ours':>10}{'redis':>10}{'ratio':>8}")
    rows = (
        ("SAVE, s", "save", 1.0),
        ("BGSAVE, s", "background", 1.0),
        ("longest PING meanwhile, ms", "longest_ping", 1000.0),
        ("longest PING otherwise, ms", "usual_ping", 1000.0),
        ("loading, s", "load", 1.0),
        ("file, MiB", "file_bytes", 1 / MIB),
        ("resident after it, MiB", "resident_bytes", 1 / MIB),
    )
    for label, field, scale in rows:
        mine = getattr(ours, field) * scale
        if theirs is None:
            print(f"{label:26}{mine:10.2f}")
            continue
        other = getattr(theirs, field) * scale
        print(f"{label:26}{mine:10.2f}{other:10.2f}{other / mine if mine else 0:8.2f}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--keys", type=int, default=1_000_000)
    parser.add_argument(
        "--value", type=int, default=0, help="bytes of a value (0: value:N as it is)"
    )
    args = parser.parse_args()
    theirs = measure(_REFERENCE, args.keys, args.value) if shutil.which(_REFERENCE) else None
    ours = measure(_OURS, args.keys, args.value)
    _report(ours, theirs)
    return 0


if __name__ == "__main__":
    sys.exit(main())
