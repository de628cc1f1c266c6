"""A client that has gone leaves nothing behind that only the garbage collector would find."""

from __future__ import annotations

import contextlib
import gc

import pytest

from tests.network.serving import Serving, serving, until
from tutor.engine.session import Session

LIVES = {
    "an ordinary one": [b"PING", b"SET k v", b"GET k"],
    "errors": [b"NOPE", b"GET", b"LPUSH k x", b"INCR k", b"CONFIG SET maxmemory lots"],
    "a spoilt transaction": [b"MULTI", b"NOPE", b"EXEC"],
    "errors in a transaction": [b"MULTI", b"WATCH a", b"LPUSH k x", b"EXEC", b"DISCARD"],
    "errors in a script": [
        b"EVAL \"redis.pcall('lpush', 'k', 1) return redis.pcall('nope').err\" 0",
        b"EVAL \"error('x')\" 0",
        b'EVAL "local x =" 0',
    ],
    "subscriptions": [b"SUBSCRIBE a", b"UNSUBSCRIBE", b"GET", b"SUBSCRIBE a", b"GET k"],
    "tracking": [b"HELLO 3", b"CLIENT TRACKING on", b"GET k"],
    "a refused login": [b"AUTH nobody nothing", b"HELLO 9"],
    "bad protocol": [b"*1", b":5"],
    "an open quote": [b'SET "unbalanced'],
    "a flush of scripts": [b'EVAL "return redis.call([[get]], [[k]])" 0', b"SCRIPT FLUSH"],
}


def live(running: Serving, lines: list[bytes]) -> None:
    with running.socket() as sock:
        sock.settimeout(60)
        with contextlib.suppress(ConnectionError):  # the server has hung up on what it was sent
            sock.sendall(b"".join(line + b"\r\n" for line in [*lines, b"QUIT"]))
            while sock.recv(65536):
                pass


@pytest.mark.parametrize("life", LIVES)
def test_nothing_of_a_client_is_left(life: str) -> None:
    with serving() as running:
        live(running, [b"SET k v", *LIVES[life]])  # what is made once is made now
        until(lambda: not running.engine.sessions)
        gc.collect()
        gc.disable()
        try:
            before = sum(type(one) is Session for one in gc.get_objects())
            for _ in range(5):
                live(running, LIVES[life])
            until(lambda: not running.engine.sessions)
            after = sum(type(one) is Session for one in gc.get_objects())
            assert after <= before
        finally:
            gc.enable()
