"""One connection, with the server's loop turned by hand."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from tests.network.serving import free_port
from tutor.engine.config import Config
from tutor.engine.engine import Engine
from tutor.network import connection as connection_module
from tutor.network.connection import Connection
from tutor.network.server import Server


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server(Engine(seed=1, config=Config(port=free_port(), bind=("127.0.0.1",), save=())))
    made.listen()
    yield made
    made.close()


def welcome(server: Server, client: socket.socket) -> Connection:
    """Our end of a client that connects."""
    client.connect(("127.0.0.1", server.port))
    before = set(server.connections.values())
    while not (new := set(server.connections.values()) - before):
        server.turn(1)
    return new.pop()


def test_a_closed_connection_leaves_the_next_one_with_its_number_alone(server: Server) -> None:
    with socket.socket() as first, socket.socket() as second:
        closed = welcome(server, first)
        closed.send(b"never sent")
        closed.close()
        connection = welcome(server, second)
        assert connection.fd == closed.fd
        closed.flush()  # the server still meant to send something
        closed.close()
        second.settimeout(60)
        second.sendall(b"PING\r\n")
        server.turn(1)
        server.turn(0)
        assert second.recv(100) == b"+PONG\r\n"


def test_what_waits_to_be_sent_is_counted_as_it_comes(server: Server) -> None:
    with socket.socket() as client:
        connection = welcome(server, client)
        connection.send(b"abc")
        assert connection.unsent_bytes == len(b"$3\r\nabc\r\n")
        connection.output.append(b"+OK\r\n")
        connection.send(b"")
        assert connection.unsent_bytes == len(b"$3\r\nabc\r\n+OK\r\n$0\r\n\r\n")
        connection.flush()
        assert connection.unsent_bytes == 0
        connection.send(7)
        assert connection.unsent_bytes == len(b":7\r\n")
        connection.close()
        assert connection.unsent_bytes == 0


def test_a_long_pipeline_gives_way_to_others(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_module, "VISIT_S", 0.0)
    with socket.socket() as long, socket.socket() as short:
        connection = welcome(server, long)
        welcome(server, short)
        for each in (long, short):
            each.settimeout(60)
        count = 10 * connection_module.SLICE
        connection.queue.extend([[b"INCR", b"k"]] * count)
        short.sendall(b"GET k\r\n")
        connection.go_on()
        server.turn(1)
        seen = int(short.recv(100).split(b"\r\n")[1])
        assert 0 < seen < count
        replies = b""
        while replies.count(b"\n") < count:
            server.turn(0)
            replies += long.recv(1 << 20)
        assert replies == b"".join(b":%d\r\n" % (number + 1) for number in range(count))


def test_slow_commands_give_way_one_by_one(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_module, "VISIT_S", 0.0)
    with socket.socket() as slow, socket.socket() as other:
        connection = welcome(server, slow)
        welcome(server, other)
        slow.sendall(b"CONFIG GET maxmemory\r\n" * 3 + b"MULTI\r\nCONFIG GET port\r\nEXEC\r\n")
        server.turn(1)
        assert connection.unfinished
        other.settimeout(60)
        other.sendall(b"PING\r\n")
        server.turn(1)
        assert other.recv(100) == b"+PONG\r\n"
        assert connection.unfinished
        for _ in range(10):
            server.turn(0)
        assert not connection.unfinished
        slow.settimeout(60)
        assert slow.recv(1 << 16).count(b"maxmemory") == 3
