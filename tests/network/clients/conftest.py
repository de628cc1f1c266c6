"""Both servers as processes, for clients that other people wrote.

What a test asks of our server it asks of redis-server too, where that is installed: so the test
itself is known to be right.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator

import pytest
import redis

from benchmarks.processes import ServerProcess, running

VERSION = "7.0.15"
OURS, THEIRS = "redis-tutor", "redis-server"
OPTIONS = ("--enable-debug-command", "yes", "--timeout", "0")


def program(name: str) -> str:
    """The path of a program of Redis's; the test is skipped where it is not installed."""
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"{name} is not installed")
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout
    if VERSION not in said:
        pytest.skip(f"{name} {VERSION} is wanted; here is: {said.strip()}")
    return path


@pytest.fixture(scope="session")
def our_server() -> Iterator[ServerProcess]:
    with running(OURS, *OPTIONS) as server:
        yield server


@pytest.fixture(scope="session")
def their_server() -> Iterator[ServerProcess]:
    program("redis-server")
    with running(THEIRS, *OPTIONS) as server:
        yield server


def _emptied(server: ServerProcess) -> None:
    with redis.Redis(port=server.port) as client:
        client.flushall()
        client.function_flush()
        client.config_set("maxmemory-policy", "noeviction")


@pytest.fixture
def ours(our_server: ServerProcess) -> Iterator[ServerProcess]:
    """Our server, emptied; it must log no fault of its own meanwhile."""
    before = len(our_server.log())
    _emptied(our_server)
    yield our_server
    logged = our_server.log()[before:]
    assert "Internal error" not in logged, logged


@pytest.fixture
def theirs(their_server: ServerProcess) -> ServerProcess:
    """The real server, emptied."""
    _emptied(their_server)
    return their_server


@pytest.fixture(params=[OURS, THEIRS])
def server(request: pytest.FixtureRequest) -> ServerProcess:
    """One after the other."""
    chosen: ServerProcess = request.getfixturevalue("ours" if request.param == OURS else "theirs")
    return chosen
