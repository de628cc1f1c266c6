"""What the experiments show is what the real servers say: the same bytes sent to them."""

from __future__ import annotations

import contextlib
import re
import socket

import pytest

from tests.oracle.caches import running_memcached
from tutor.labs.rivals import ROWS, run
from tutor.labs.rivals.bench import MEMCACHED_LIMIT, SHOWN, Exchange
from tutor.labs.rivals.rows import FILLED

ALIKE = ("types", "queue", "rate-limit", "sessions", "memory", "speed", "popularity")
"""Rows without a second server; of each what is said before time passes or a process ends."""

_UNLIKE = re.compile(rb"(?<=\$2\r\nid\r\n:)\d+|(?<= la=)\d+|(?<=fetch=)\w+")
"""A client's number; since when an item was read."""


class Lines:
    """A connection for each client, closed at the end."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._open: dict[str, socket.socket] = {}
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> Lines:
        return self

    def __exit__(self, *_args: object) -> None:
        self._stack.close()

    def say(self, client: str, data: bytes, length: int) -> bytes:
        """Send, and read so many bytes, then whatever else is there."""
        if client not in self._open:
            made = socket.create_connection(("127.0.0.1", self._port), 60)
            self._open[client] = self._stack.enter_context(made)
        line = self._open[client]
        line.sendall(data)
        answer = b""
        line.settimeout(60)
        while len(answer) < length and (chunk := line.recv(65536)):
            answer += chunk
        line.settimeout(0.002)
        with contextlib.suppress(TimeoutError):
            answer += line.recv(65536)
        return answer


def comparable(name: str, engine: str) -> list[Exchange]:
    """Whole requests before the first act that a real server cannot do in a test."""
    steps = ROWS[name].steps
    free = ("", "empty", "clock")
    end = next((at for at, step in enumerate(steps) if step.act not in free), len(steps))
    if name == "memory":
        end = 2  # one size; then everything is empty again
    return [
        one
        for one in run(name).exchanges
        if one.engine == engine
        and one.step < end
        and one.request_length <= SHOWN
        and not one.waits
        and one.typed
    ]


def _plain(reply: bytes) -> bytes:
    return _UNLIKE.sub(b"?", reply[:SHOWN])


@pytest.mark.parametrize("name", ALIKE)
def test_memcached_says_the_same(name: str) -> None:
    exchanges = comparable(name, "memcached")
    assert exchanges
    with running_memcached() as port, Lines(port) as lines:
        for one in exchanges:
            said = lines.say(one.client, one.request, one.reply_length)
            assert _plain(said) == _plain(one.reply), one.typed


@pytest.mark.parametrize("name", ALIKE)
def test_redis_says_the_same(name: str, redis_port: int) -> None:
    exchanges = comparable(name, "redis")
    assert exchanges
    with Lines(redis_port) as lines:
        lines.say("a", b"FLUSHALL\r\n", 5)
        for one in exchanges:
            said = lines.say(one.client, one.request, one.reply_length)
            assert _plain(said) == _plain(one.reply), one.typed


def test_memcached_evicts_as_many_when_it_is_full() -> None:
    """The row ``cache``: larger requests than an `Exchange` keeps, so they are made again here."""
    (evicted,) = (one for one in run("cache").figures if one.code == "evicted")
    value = (b"abcdefghijklmnopqrstuvwxyz" * 4000)[:100_000]
    with running_memcached(MEMCACHED_LIMIT >> 20) as port, Lines(port) as lines:
        for number in range(1, FILLED + 1):
            words = b"set page:%d 0 0 %d\r\n%b\r\n" % (number, len(value), value)
            assert lines.say("a", words, 8) == b"STORED\r\n"
        figures = lines.say("a", b"stats\r\n", 2000)
        assert b"STAT evictions %d\r\n" % (evicted.memcached or 0) in figures
        assert lines.say("a", b"mg page:1\r\n", 4) == b"EN\r\n"
        assert lines.say("a", b"mg page:%d\r\n" % FILLED, 4) == b"HD\r\n"
