"""Our server in a thread, and bare clients to talk to it."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from tests.oracle.raw import RawConnection
from tutor.engine.config import Config
from tutor.engine.engine import Engine
from tutor.network.server import Server


def free_port() -> int:
    """A port of 127.0.0.1 that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def until(condition: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait for what another thread is about to do."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


class Serving:
    """A server that runs: its engine, its port, its log; `client` connects to it."""

    def __init__(self, **directives: Any) -> None:
        self.lines: list[tuple[str, str]] = []
        for _attempt in range(10):
            config = Config(
                **{"port": free_port(), "bind": ("127.0.0.1",), "save": (), **directives}
            )
            self.engine = Engine(seed=1, config=config)
            self.server = Server(self.engine, lambda level, text: self.lines.append((level, text)))
            try:
                self.server.listen()
                break
            except OSError:
                self.server.close()
        self.port = self.server.port
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()
        self._open: list[RawConnection] = []

    def client(self) -> RawConnection:
        """A new bare connection."""
        connection = RawConnection(self.port)
        self._open.append(connection)
        return connection

    def socket(self) -> socket.socket:
        """A new socket, for what no client would say."""
        return socket.create_connection(("127.0.0.1", self.port), 60)

    def logged(self, part: str) -> bool:
        """Whether a line of the log has this in it."""
        return any(part in text for _, text in self.lines)

    def close(self) -> None:
        for connection in self._open:
            connection.close()
        self.server.stop()
        self.thread.join(10)
        assert not self.thread.is_alive()


@contextlib.contextmanager
def serving(**directives: Any) -> Iterator[Serving]:
    """A server with these directives, stopped at the end."""
    running = Serving(**directives)
    try:
        yield running
    finally:
        running.close()


def until_closed(sock: socket.socket) -> bytes:
    """Everything the server says until it hangs up."""
    received = b""
    sock.settimeout(60)
    with contextlib.suppress(ConnectionResetError):
        while data := sock.recv(65536):
            received += data
    return received
