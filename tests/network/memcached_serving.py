"""Our memcached on a free port, in a thread."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from typing import Any

from tutor.engine.clock import SystemClock
from tutor.memcached.memcached import Memcached
from tutor.memcached.settings import Settings
from tutor.network.memcached import MemcachedServer


class MemcachedServing:
    """A server that runs: its cache, its port, its log."""

    def __init__(self, **settings: Any) -> None:
        self.lines: list[str] = []
        self.cache = Memcached(SystemClock(), settings=Settings(**settings))
        self.server = MemcachedServer(self.cache, self.lines.append)
        self.server.listen(port=0)
        self.port = self.server.port
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()

    def socket(self) -> socket.socket:
        """A new socket."""
        return socket.create_connection(("127.0.0.1", self.port), 60)

    def close(self) -> None:
        self.server.stop()
        self.thread.join(10)
        assert not self.thread.is_alive()


@contextlib.contextmanager
def memcached_serving(**settings: Any) -> Iterator[MemcachedServing]:
    """A server with these settings, stopped at the end."""
    running = MemcachedServing(**settings)
    try:
        yield running
    finally:
        running.close()
