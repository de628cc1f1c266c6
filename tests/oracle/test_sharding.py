"""ketama and modulo against libmemcached itself: on which of real servers a key is found."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator

import pytest

from tutor.memcached.sharding import RuleName, placing

COUNT, COUNTED = 3, 600
BEHAVIORS: dict[RuleName, dict[str, bool]] = {"modulo": {}, "ketama": {"ketama_weighted": True}}


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
        return True
    return False


def _start(program: str) -> tuple[subprocess.Popen[bytes], int]:
    for _attempt in range(5):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
        words = [program, "-l", "127.0.0.1", "-p", str(port), "-U", "0", "-m", "8", "-t", "1"]
        process = subprocess.Popen(
            [*words, "-u", "nobody"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 10
        while process.poll() is None and time.monotonic() < deadline:
            if _listens(port):
                return process, port
            time.sleep(0.01)
        process.kill()
        process.wait()
    pytest.fail("memcached did not start")


@pytest.fixture(scope="module")
def ports() -> Iterator[list[int]]:
    program = shutil.which("memcached")
    if program is None:
        pytest.skip("memcached is not installed")
    started = [_start(program) for _ in range(COUNT)]
    try:
        yield [port for _process, port in started]
    finally:
        for process, _port in started:
            process.terminate()
        for process, _port in started:
            process.wait(10)


def _said(port: int, words: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), 5) as line:
        line.sendall(words + b"\r\nquit\r\n")
        answer = b""
        while chunk := line.recv(65536):
            answer += chunk
    return answer


@pytest.mark.parametrize("rule", list(BEHAVIORS))
def test_keys_lie_where_libmemcached_puts_them(ports: list[int], rule: RuleName) -> None:
    pylibmc = pytest.importorskip("pylibmc", reason="pylibmc brings libmemcached")
    names = [f"127.0.0.1:{port}" for port in ports]
    client = pylibmc.Client(names, behaviors=BEHAVIORS[rule])
    keys = [b"%b:%d" % (rule.encode(), number) for number in range(COUNTED)]
    for key in keys:
        assert client.set(key, b"v")
    ours = placing(rule, names)
    asked = b"get " + b" ".join(keys)
    for name, port in zip(names, ports, strict=True):
        lines = _said(port, asked).split(b"\r\n")
        found = {line.split()[1] for line in lines if line.startswith(b"VALUE ")}
        assert found == {key for key in keys if ours(key) == name}
