"""A memcached on a clock that a test moves."""

from __future__ import annotations

from typing import Any

import pytest

from tutor.memcached.connection import Connection
from tutor.memcached.memcached import Memcached

START_US = 1_795_000_000_500_000


class MovedClock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.us = START_US

    def now_us(self) -> int:
        return self.us

    def move(self, seconds: float) -> None:
        self.us += int(seconds * 1_000_000)


class Machine:
    """A memcached, its clock and one client."""

    def __init__(self, **settings: Any) -> None:
        self.clock = MovedClock()
        self.cache = Memcached(self.clock, **settings)
        self.store = self.cache.store
        self.client: Connection = self.cache.connect()

    def say(self, *lines: bytes) -> list[bytes]:
        """Send lines, get lines."""
        reply = self.client.feed(b"".join(line + b"\r\n" for line in lines))
        return reply.split(b"\r\n")[:-1]

    def set(self, key: bytes, value: bytes = b"v", exptime: int = 0) -> list[bytes]:
        return self.say(b"set %b 0 %d %d" % (key, exptime, len(value)), value)


@pytest.fixture
def machine() -> Machine:
    return Machine()
