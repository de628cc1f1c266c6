"""The oracle: one redis-server 7.0.15 per test process, on a free port of 127.0.0.1."""

from __future__ import annotations

import contextlib
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from tests.oracle.raw import RawConnection

VERSION = "7.0.15"
_HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever stands in this folder is an oracle test."""
    for item in items:
        if _HERE in item.path.parents:
            item.add_marker("oracle")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _server_program() -> str:
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip(f"redis-server is not installed; the oracle is redis-server {VERSION}")
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    found = re.search(r"v=([\d.]+)", said.stdout)
    if found is None or found[1] != VERSION:
        pytest.skip(f"the oracle is redis-server {VERSION}; here is: {said.stdout.strip()}")
    return program


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), 0.2) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(7) == b"+PONG\r\n"
    except OSError:
        return False


@contextlib.contextmanager
def running_redis(folder: Path) -> Iterator[int]:
    """A redis-server of one's own in a folder; its port."""
    program = _server_program()
    for _attempt in range(5):
        port = _free_port()
        arguments = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
        arguments += ["--enable-debug-command", "yes", "--dir", str(folder)]
        process = subprocess.Popen(
            arguments,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < deadline and not _answers(port):
            time.sleep(0.01)
        if process.poll() is None:
            break
    else:
        pytest.fail("redis-server did not start")
    try:
        yield port
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(5)
        if process.poll() is None:
            process.kill()
            process.wait()


@pytest.fixture(scope="session")
def redis_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of this process's own redis-server; stopped when the tests end."""
    with running_redis(tmp_path_factory.mktemp("redis")) as port:
        yield port


@pytest.fixture(scope="session")
def redis_client(redis_port: int) -> Iterator[redis.Redis]:
    """A redis-py client of the oracle; replies are bytes."""
    with redis.Redis(host="127.0.0.1", port=redis_port, protocol=2) as client:
        yield client


@pytest.fixture
def raw(redis_port: int) -> Iterator[RawConnection]:
    """A bare connection to an emptied oracle: replies keep their RESP types."""
    with RawConnection(redis_port) as connection:
        connection.call(b"FLUSHALL")
        connection.call(b"FUNCTION", b"FLUSH", b"SYNC")
        connection.call(b"SCRIPT", b"FLUSH", b"SYNC")
        yield connection


@pytest.fixture(scope="session")
def directives_at_start(redis_client: redis.Redis) -> dict[str, str]:
    return dict(redis_client.config_get("*"))


@pytest.fixture(autouse=True)
def as_it_was(request: pytest.FixtureRequest) -> None:
    """Whatever an earlier test set on this process's server is put back before the next one."""
    if "redis_port" not in request.fixturenames:
        return
    client: redis.Redis = request.getfixturevalue("redis_client")
    wanted: dict[str, str] = request.getfixturevalue("directives_at_start")
    for name, value in dict(client.config_get("*")).items():
        if wanted[name] != value:
            client.config_set(name, wanted[name])
