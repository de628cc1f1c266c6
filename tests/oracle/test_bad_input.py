"""What no client should send, byte for byte to both servers: what comes back must be the same.

Each input is sent on a connection of its own, which is then half closed; everything up to the
server's end of it is compared.
"""

from __future__ import annotations

import os
import random
import socket
from collections.abc import Iterator

import pytest

from tests.network.serving import Serving, serving
from tests.oracle.raw import RawConnection
from tests.oracle.tally import TALLY

ROUNDS = int(os.environ.get("ORACLE_BAD_INPUT", "400"))


@pytest.fixture(scope="module")
def ours() -> Iterator[Serving]:
    with serving() as running:
        yield running


def answer(port: int, data: bytes) -> bytes:
    """Everything a server says to ``data`` and the end of the stream."""
    with socket.create_connection(("127.0.0.1", port), 60) as sock:
        received = b""
        try:
            sock.sendall(data)
            sock.shutdown(socket.SHUT_WR)
            while piece := sock.recv(65536):
                received += piece
        except (ConnectionResetError, BrokenPipeError):
            pass
        return received


FIXED = [
    b"",
    b"\r\n",
    b"\n\n\n",
    b"PING",
    b"PING\n",
    b"PING\r\nPING\r\n",
    b"  PING  \r\n",
    b"GET\r\n",
    b'SET k "a b"\r\nGET k\r\n',
    b'SET k "a b\r\n',
    b"SET k 'a b\r\n",
    b'SET k "a"b\r\n',
    b'SET "\\x41\\n" \'it\\\'s\'\r\nGET "A\\n"\r\n',
    b"\x00PING\r\n",
    b"PI\x00NG\r\n",
    b"FOO\xff\xfe bar\r\n",
    b"*\r\n",
    b"*0\r\n*1\r\n$4\r\nPING\r\n",
    b"*-1\r\n*1\r\n$4\r\nPING\r\n",
    b"*-2147483649\r\nPING\r\n",
    b"*a\r\n",
    b"*1a\r\n",
    b"* 1\r\n",
    b"*+1\r\n$4\r\nPING\r\n",
    b"*01\r\n$4\r\nPING\r\n",
    b"*2147483647\r\n$4\r\nPING\r\n",
    b"*2147483648\r\n",
    b"*9223372036854775808\r\n",
    b"*1\r\n$4\r\nPING",
    b"*1\r\n$4\r\nPINGxx*1\r\n$4\r\nPING\r\n",
    b"*1\r\n$5\r\nPING\r\n",
    b"*1\r\n$3\r\nPING\r\nPING\r\n",
    b"*1\r\n$0\r\n\r\n",
    b"*3\r\n$3\r\nSET\r\n:5\r\n$4\r\n\r\n$x\r\n",
    b"*3\r\n$3\r\nSET\r\n+k\r\n$2\r\n$x\r\n",
    b"*2\r\n*1\r\n$3\r\nGET\r\n$2\r\n$x\r\n",
    b"*1\r\n$-1\r\n",
    b"*1\r\n$-0\r\n",
    b"*1\r\n$99999999999999999999\r\n",
    b"*1\r\n$536870913\r\n",
    b"*1\r\n$536870912\r\nabc",
    b"*1\r\n$\r\n",
    b"*1\r\nPING\r\n",
    b"*1\r\n+PING\r\n",
    b"*1\r\n:1\r\n",
    b"*1\r\n\r\n",
    b"*1\r\n\x00\r\n",
    b"*1\n$4\nPING\n",
    b"*1\r$4\rPING\r\n",
    b"*1\rX$4\rXPINGXX",
    b"*2\r\n$3\r\nGET\r\n*1\r\n$1\r\na\r\n",
    b"*2\r\n$3\r\nGET\r\n$-1\r\n",
    b"*3\r\n$3\r\nSET\r\n$1\r\na\r\n:5\r\n",
    b"$4\r\nPING\r\n",
    b"+PING\r\n:1\r\n",
    b"POST / HTTP/1.1\r\nHost: x\r\n\r\nPING\r\n",
    b"PING\r\nHost: x\r\nPING\r\n",
    b"GET / HTTP/1.1\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"*" + b"1" * 65_536,
    b"*" + b"1" * 65_540,
    b"*1\r\n$" + b"1" * 65_600,
    b"*1\r\n" + b"x" * 70_000,
    b"a" * 65_536,
    b"a" * 65_537,
    b"a" * 70_000 + b"\r\n",
    b"ECHO " + b"a" * 60_000 + b"\r\n",
    b"QUIT\r\nPING\r\n",
    b"*1\r\n$4\r\nquit\r\n*1\r\n$4\r\nPING\r\n",
    b"MULTI\r\n*1\r\n+x\r\n",
    b"BLPOP nothing 0\r\nPING\r\n",
    b"CLIENT REPLY OFF\r\nPING\r\nCLIENT REPLY ON\r\nPING\r\n",
    b"CLIENT REPLY SKIP\r\nPING\r\nPING\r\n",
    b"HELLO 3\r\nHGETALL nothing\r\nHELLO 2\r\n",
    b"HELLO 4\r\nHELLO x\r\nHELLO 3 AUTH a\r\n",
]
_UNLIKE = b"HELLO 3"  # its reply names the connection


@pytest.mark.parametrize("data", FIXED, ids=lambda data: repr(data[:40]))
def test_the_same_bytes_come_back(ours: Serving, redis_port: int, data: bytes) -> None:
    with RawConnection(redis_port) as raw:
        raw.call(b"FLUSHALL")
    ours.client().call(b"FLUSHALL")
    mine, theirs = answer(ours.port, data), answer(redis_port, data)
    TALLY.calls += 1
    if data.startswith(_UNLIKE):
        mine, theirs = (
            text[text.index(b"*3\r\n") :] if b"*3\r\n" in text else text[-40:]
            for text in (mine, theirs)
        )
    assert mine == theirs


_PIECES = [
    *(b"*1\r\n", b"*2\r\n", b"*3\r\n", b"*0\r\n", b"*-1\r\n", b"*12\r\n", b"*x\r\n"),
    *(b"$4\r\n", b"$3\r\n", b"$1\r\n", b"$0\r\n", b"$-1\r\n", b"$x\r\n", b"$ 4\r\n"),
    *(
        b"PING\r\n",
        b"GET\r\n",
        b"SET\r\n",
        b"k\r\n",
        b"\r\n",
        b"\n",
        b"\r",
        b"\0",
        b" ",
        b"'",
        b'"',
    ),
    *(b"*1\r\n$4\r\nPING\r\n", b"*2\r\n$3\r\nGET\r\n$1\r\nk\r\n", b"PING\r\n", b"ECHO hi\r\n"),
    *(b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\nv\r\n", b"+OK\r\n", b":1\r\n", b"-ERR\r\n", b"\xff"),
]


def test_random_rubbish_is_answered_alike(ours: Serving, redis_port: int) -> None:
    seed = int(os.environ.get("ORACLE_SEED", random.SystemRandom().randrange(2**32)))
    chance = random.Random(seed)
    with RawConnection(redis_port) as raw:
        raw.call(b"FLUSHALL")
    ours.client().call(b"FLUSHALL")
    for _ in range(ROUNDS):
        data = b"".join(chance.choice(_PIECES) for _ in range(chance.randint(1, 8)))
        if chance.random() < 0.3 and data:
            at = chance.randrange(len(data))
            data = data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :]
        TALLY.calls += 1
        assert answer(ours.port, data) == answer(redis_port, data), f"ORACLE_SEED={seed}: {data!r}"
