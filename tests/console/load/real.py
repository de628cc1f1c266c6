"""Real redis-servers for the load: one, or three in cluster mode, on loopback."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from tests.network.serving import free_port, until

SERVER = shutil.which("redis-server")
SLOTS = ((0, 5460), (5461, 10922), (10923, 16383))


def needs_server() -> str:
    """The program; skips where there is none."""
    if SERVER is None:
        pytest.skip("redis-server is not installed")
    return SERVER


@contextlib.contextmanager
def real(folder: Path, *options: str) -> Iterator[int]:
    """A redis-server; yields its port."""
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    words = [needs_server(), "--port", str(port), "--bind", "127.0.0.1", "--save", "",
             "--dir", str(folder), *options]  # fmt: skip
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until(lambda: _answers(port))
        yield port
    finally:
        process.terminate()
        process.wait(60)


def _answers(port: int) -> bool:
    with redis.Redis(port=port, socket_timeout=5) as client:
        try:
            return bool(client.ping())
        except redis.ConnectionError:
            return False


@contextlib.contextmanager
def real_cluster(folder: Path) -> Iterator[list[int]]:
    """Three masters that share all slots; yields their ports."""
    with contextlib.ExitStack() as stack:
        ports, buses = [], []
        for number in range(3):
            bus = free_port()
            options = ("--cluster-enabled", "yes", "--cluster-port", str(bus),
                       "--cluster-node-timeout", "2000")  # fmt: skip
            ports.append(stack.enter_context(real(folder / str(number), *options)))
            buses.append(bus)
        for port, (first, last) in zip(ports, SLOTS, strict=True):
            with redis.Redis(port=port) as node:
                node.execute_command("CLUSTER", "ADDSLOTSRANGE", first, last)
                for other, bus in zip(ports, buses, strict=True):
                    if other != port:
                        node.execute_command("CLUSTER", "MEET", "127.0.0.1", other, bus)
        until(lambda: all(_agrees(port) for port in ports), 30)
        yield ports


def _agrees(port: int) -> bool:
    with redis.Redis(port=port, decode_responses=True) as node:
        text = str(node.execute_command("CLUSTER", "INFO"))
        nodes = str(node.execute_command("CLUSTER", "NODES"))
    return "cluster_state:ok" in text and "cluster_known_nodes:3" in text and "fail" not in nodes
