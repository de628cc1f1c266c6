"""Sets and gets a second through TCP: `redis-tutor memcached` and memcached 1.6.18, in one run.

    python -m benchmarks.memcached [--rounds 5] [--requests 40000] [--keys 10000] [--size 100]

Both servers stand side by side; rounds are interleaved, 50 connections, first with one command in
flight on each, then with 16. What counts is the ratio of the medians. The client is one Python
process, which a server with several threads can outrun: beside the rate stands the processor time
that the server used for a million commands (Linux).
"""

from __future__ import annotations

import argparse
import random
import select
import shutil
import socket
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from contextlib import ExitStack
from pathlib import Path

from benchmarks.processes import PATIENCE_S, ServerProcess, free_port

OURS, THEIRS = "redis-tutor memcached", "memcached"
TESTS = ("set", "get", "get, 90 % hits", "incr")
CLIENTS = 50
PIPELINES = (1, 16)


class MemcachedProcess(ServerProcess):
    """A memcached that runs."""

    def wait_until_ready(self) -> None:
        """Until it answers. Raises `RuntimeError` with its log if it does not."""
        deadline = time.monotonic() + PATIENCE_S
        while self.process.poll() is None and time.monotonic() < deadline:
            try:
                with self.connect() as connection:
                    connection.sendall(b"mn\r\n")
                    if connection.recv(4) == b"MN\r\n":
                        return
            except OSError:
                time.sleep(0.02)
        self.stop()
        raise RuntimeError(f"{self.name} does not serve on port {self.port}:\n{self.log()}")


def started(stack: ExitStack, name: str) -> MemcachedProcess:
    """One of the two, ended with the stack."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="redis-tutor-")))
    port = free_port()
    if name == OURS:
        command = [sys.executable, "-m", "tutor", "memcached", "-p", str(port), "-m", "256"]
        folder = Path.cwd()
    else:
        program = shutil.which("memcached") or "memcached"
        command = [
            program,
            "-p",
            str(port),
            "-l",
            "127.0.0.1",
            "-U",
            "0",
            "-m",
            "256",
            "-u",
            "nobody",
        ]
    log_folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="redis-tutor-")))
    server = MemcachedProcess(name.replace(" ", "-"), port, _in(folder, command), log_folder)
    stack.callback(server.stop)
    server.wait_until_ready()
    return server


def _in(folder: Path, command: list[str]) -> list[str]:
    """The command, carried out in a folder."""
    return ["env", "-C", str(folder), *command]


def requests_of(test: str, keys: int, size: int) -> list[tuple[bytes, int]]:
    """What is asked in turn: the bytes, and how many come back."""
    draw = random.Random(7)
    value = b"v" * size
    hit = len(b"VALUE key:00000000 0 \r\n\r\nEND\r\n") + len(str(size)) + size
    found = []
    for _ in range(4096):
        key = b"key:%08d" % draw.randrange(keys)
        if test == "set":
            found.append((b"set %b 0 0 %d\r\n%b\r\n" % (key, size, value), len(b"STORED\r\n")))
        elif test == "incr":
            found.append((b"incr number 1\r\n", len(b"1000000000\r\n")))
        elif test == "get" or draw.random() < 0.9:
            found.append((b"get %b\r\n" % key, hit))
        else:
            found.append((b"get absent\r\n", len(b"END\r\n")))
    return found


def measure(server: MemcachedProcess, test: str, args: argparse.Namespace, pipeline: int) -> float:
    """Commands a second."""
    turns = []
    asked = requests_of(test, args.keys, args.size)
    for start in range(0, len(asked), pipeline):
        part = asked[start : start + pipeline]
        turns.append((b"".join(text for text, _ in part), sum(length for _, length in part)))
    poller = select.epoll()
    clients: dict[int, list[object]] = {}
    with ExitStack() as stack:
        stack.callback(poller.close)
        for _ in range(CLIENTS):
            sock = stack.enter_context(server.connect())
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            poller.register(sock.fileno(), select.EPOLLIN)
            clients[sock.fileno()] = [sock, 0]
        return _drive(poller, clients, turns, args.requests // pipeline) * pipeline


def _drive(
    poller: select.epoll, clients: dict[int, list], turns: list[tuple[bytes, int]], count: int
) -> float:
    """Turns a second: each client sends its next one when it has the whole reply."""
    started_at = time.perf_counter()
    sent = 0
    size = len(turns)
    for client in clients.values():
        text, client[1] = turns[sent % size]
        client[0].sendall(text)
        sent += 1
    answered = 0
    while answered < count:
        for fd, _ in poller.poll():
            client = clients[fd]
            left = client[1] - len(client[0].recv(65536))
            if left > 0:
                client[1] = left
                continue
            if left < 0:
                raise RuntimeError("more came back than was asked for")
            answered += 1
            if sent < count:
                text, client[1] = turns[sent % size]
                client[0].send(text)
                sent += 1
            elif answered == count:
                break
    return count / (time.perf_counter() - started_at)


def fill(server: MemcachedProcess, keys: int, size: int) -> None:
    """Every key, and a number of ten digits."""
    with server.connect() as sock:
        sock.sendall(b"set number 0 0 10 noreply\r\n1000000000\r\n")
        for number in range(keys):
            key = b"key:%08d" % number
            sock.sendall(b"set %b 0 0 %d noreply\r\n%b\r\n" % (key, size, b"v" * size))
        sock.sendall(b"mn\r\n")
        sock.recv(4)


def run(args: argparse.Namespace) -> None:
    with ExitStack() as stack:
        servers = [started(stack, name) for name in (OURS, THEIRS)]
        for server in servers:
            fill(server, args.keys, args.size)
        for pipeline in PIPELINES:
            rates: dict[tuple[str, int], list[float]] = defaultdict(list)
            cpu: dict[tuple[str, int], float] = defaultdict(float)
            for _ in range(args.rounds):
                for test in TESTS:
                    for number, server in enumerate(servers):
                        before = server.cpu_seconds()
                        rates[test, number].append(measure(server, test, args, pipeline))
                        cpu[test, number] += server.cpu_seconds() - before
            show(rates, cpu, args, pipeline)


def show(
    rates: dict[tuple[str, int], list[float]],
    cpu: dict[tuple[str, int], float],
    args: argparse.Namespace,
    pipeline: int,
) -> None:
    print(f"\n{CLIENTS} connections, {pipeline} command(s) in flight on each, {args.size} bytes")
    print(
        f"{'':16} {'ours /s':>10} {'theirs /s':>10} {'ratio':>6}   CPU s per million: ours, theirs"
    )
    asked = args.rounds * args.requests / 1e6
    for test in TESTS:
        ours, theirs = (statistics.median(rates[test, number]) for number in (0, 1))
        mine, real = (cpu[test, number] / asked for number in (0, 1))
        line = f"{test:16} {ours:10,.0f} {theirs:10,.0f} {ours / theirs:6.2f}"
        print(f"{line}   {mine:16.1f} {real:8.1f}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=40_000)
    parser.add_argument("--keys", type=int, default=10_000)
    parser.add_argument("--size", type=int, default=100, help="bytes of a value")
    args = parser.parse_args()
    if shutil.which("memcached") is None:
        parser.exit(2, "memcached is not installed\n")
    run(args)
    return 0


if __name__ == "__main__":
    sys.exit(main())
