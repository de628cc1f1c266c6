"""DEBUG PROTOCOL, which the neutral form of replies has no room for: byte by byte."""

from __future__ import annotations

import socket

import pytest

from tests.oracle.compare import engine_like_the_oracle
from tutor.network.encoder import encode

_NAMES = b"string integer double bignum null array set map attrib push verbatim true false x"


@pytest.mark.parametrize("resp", [2, 3])
@pytest.mark.parametrize("name", _NAMES.split())
def test_samples_of_replies_are_the_bytes_of_the_real_server(
    name: bytes, resp: int, redis_port: int
) -> None:
    session = engine_like_the_oracle().connect()
    session.resp = resp
    ours = encode(session.engine.execute(session, [b"DEBUG", b"PROTOCOL", name]), resp)
    with socket.create_connection(("127.0.0.1", redis_port), 60) as connection:
        stream = connection.makefile("rb")
        connection.sendall(b"HELLO %d\r\nECHO mark\r\n" % resp)
        while stream.readline() != b"mark\r\n":
            pass
        connection.sendall(b"DEBUG PROTOCOL %b\r\nECHO mark\r\n" % name)
        theirs = b""
        while not theirs.endswith(b"$4\r\nmark\r\n"):
            theirs += stream.readline()
    assert ours == theirs.removesuffix(b"$4\r\nmark\r\n")
