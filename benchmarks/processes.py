"""Servers as processes of their own on free ports of 127.0.0.1: ours, redis-server, fakeredis's."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

PATIENCE_S = 30.0
_CLOCK_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
_FAKEREDIS = """
import sys, fakeredis
fakeredis.TcpFakeServer(("127.0.0.1", int(sys.argv[1])), server_type="redis").serve_forever()
"""


class ServerProcess:
    """A server that runs: its port, its process, its log. End it with `stop`."""

    def __init__(self, name: str, port: int, command: Sequence[str], folder: Path) -> None:
        self.name = name
        self.port = port
        self._log = folder / f"{name}-{port}.log"
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                command, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        self.pid = self.process.pid

    def wait_until_ready(self) -> None:
        """Until it answers PING. Raises `RuntimeError` with its log if it does not."""
        deadline = time.monotonic() + PATIENCE_S
        while self.process.poll() is None and time.monotonic() < deadline:
            with contextlib.suppress(OSError), self.connect() as connection:
                connection.sendall(b"*1\r\n$4\r\nPING\r\n")
                if connection.recv(7) == b"+PONG\r\n":
                    return
            time.sleep(0.02)
        self.stop()
        raise RuntimeError(f"{self.name} does not serve on port {self.port}:\n{self.log()}")

    def connect(self, timeout: float = 10.0) -> socket.socket:
        """A new socket to it."""
        return socket.create_connection(("127.0.0.1", self.port), timeout)

    def log(self) -> str:
        """All that it has written."""
        return self._log.read_text(errors="replace")

    def cpu_seconds(self) -> float:
        """Processor time it has used, its own and the system's for it (Linux)."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _CLOCK_TICKS

    def resident_bytes(self) -> int:
        """Memory it holds now (Linux)."""
        return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * _PAGE

    def stop(self) -> int:
        """End it as `kill` would; the exit code."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        return self.process.returncode


def free_port() -> int:
    """A port of 127.0.0.1 that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _command(name: str, port: int, folder: Path) -> list[str]:
    own = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    if name == "redis-tutor":
        return [sys.executable, "-m", "tutor", "serve", *own]
    if name == "redis-server":
        return [shutil.which("redis-server") or "redis-server", *own]
    return [sys.executable, "-c", _FAKEREDIS, str(port)]


@contextlib.contextmanager
def running(name: str, *options: str) -> Iterator[ServerProcess]:
    """``redis-tutor``, ``redis-server`` or ``fakeredis``, with more options, until the end."""
    with tempfile.TemporaryDirectory(prefix="redis-tutor-") as folder:
        port = free_port()
        command = [*_command(name, port, Path(folder)), *options]
        server = ServerProcess(name, port, command, Path(folder))
        server.wait_until_ready()
        try:
            yield server
        finally:
            server.stop()
