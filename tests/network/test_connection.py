"""One connection, with the server's loop turned by hand."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from tests.network.serving import free_port
from tutor.engine.config import Config
from tutor.engine.engine import Engine
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
        second.settimeout(10)
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
