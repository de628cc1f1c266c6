"""The client of a real server, against a server that says what the test tells it to."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from tests.network.server import Script, Server
from tutor.engine.replies import NO_REPLY, OK, ReplyError
from tutor.network.client import Client
from tutor.network.link import LinkError


@pytest.fixture
def serve() -> Iterator[Callable[[Script], Server]]:
    servers = []

    def start(answer: Script) -> Server:
        servers.append(Server(answer))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


def ok(argv: list[bytes]) -> bytes:
    return b"+OK\r\n"


def test_login_and_database_of_the_address_come_first(serve: Callable[[Script], Server]) -> None:
    server = serve(ok)
    client = Client(server.url.replace("//", "//bob:s%20cret@") + "/3")
    assert client.execute([b"PING"]) == OK
    assert server.heard == [[b"AUTH", b"bob", b"s cret"], [b"SELECT", b"3"], [b"PING"]]
    assert client.db == 3


def test_resp3_logs_in_with_hello(serve: Callable[[Script], Server]) -> None:
    server = serve(lambda argv: b"%0\r\n" if argv[0] == b"HELLO" else b"+OK\r\n")
    client = Client(server.url.replace("//", "//:pass@"), resp=3)
    client.execute([b"PING"])
    assert server.heard[0] == [b"HELLO", b"3", b"AUTH", b"default", b"pass"]


def test_a_refused_login_keeps_the_servers_words(serve: Callable[[Script], Server]) -> None:
    server = serve(lambda argv: b"-WRONGPASS invalid\r\n")
    with pytest.raises(LinkError) as caught:
        Client(server.url.replace("//", "//:bad@")).execute([b"PING"])
    assert (caught.value.trouble, caught.value.detail) == ("auth", "WRONGPASS invalid")


def test_an_error_reply_is_a_reply(serve: Callable[[Script], Server]) -> None:
    client = Client(serve(lambda argv: b"-ERR no\r\n").url)
    assert client.execute([b"X"]) == ReplyError("ERR no")


def test_a_server_that_restarted_meanwhile_is_found_again(
    serve: Callable[[Script], Server],
) -> None:
    server = serve(ok)
    client = Client(server.url + "/2")
    client.execute([b"PING"])
    server.hang_up()
    assert client.execute([b"INCR", b"n"]) == OK
    assert server.heard == [[b"SELECT", b"2"], [b"PING"], [b"SELECT", b"2"], [b"INCR", b"n"]]


def test_a_command_that_was_sent_is_not_sent_twice(serve: Callable[[Script], Server]) -> None:
    server = serve(lambda argv: None)
    client = Client(server.url)
    with pytest.raises(LinkError) as caught:
        client.execute([b"INCR", b"n"])
    assert caught.value.trouble == "lost"
    assert server.heard == [[b"INCR", b"n"]]
    assert not client.connected


def test_nobody_there() -> None:
    with pytest.raises(LinkError) as caught:
        Client("redis://127.0.0.1:1").execute([b"PING"])
    assert (caught.value.trouble, caught.value.address) == ("refused", "127.0.0.1:1")


def test_a_name_without_an_address() -> None:
    with pytest.raises(LinkError) as caught:
        Client("redis://no-such-host.invalid").execute([b"PING"])
    assert caught.value.trouble == "unresolved"


def test_something_else_listens(serve: Callable[[Script], Server]) -> None:
    client = Client(serve(lambda argv: b"HTTP/1.1 400 Bad Request\r\n\r\n").url)
    with pytest.raises(LinkError) as caught:
        client.execute([b"PING"])
    assert caught.value.trouble == "protocol"


def test_tls_with_a_server_that_does_not_speak_it(serve: Callable[[Script], Server]) -> None:
    listener = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        with contextlib.suppress(OSError):
            connection, _address = listener.accept()
            connection.recv(100)
            connection.sendall(b"-ERR unknown command\r\n")

    threading.Thread(target=answer, daemon=True).start()
    with listener, pytest.raises(LinkError) as caught:
        Client(f"rediss://127.0.0.1:{listener.getsockname()[1]}").execute([b"PING"])
    assert caught.value.trouble == "tls"


def test_tls_with_a_server_that_waits_for_more_of_the_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = Client(f"rediss://127.0.0.1:{listener.getsockname()[1]}", connect_timeout=0.05)
        with pytest.raises(LinkError) as caught:
            client.execute([b"PING"])
    assert caught.value.trouble == "tls"


def test_a_reply_may_take_longer_than_connecting(serve: Callable[[Script], Server]) -> None:
    client = Client(serve(ok).url, connect_timeout=1)
    client.connect()
    assert client._connection._sock.gettimeout() is None
    client = Client(serve(ok).url + "?socket_timeout=7", connect_timeout=1)
    client.connect()
    assert client._connection._sock.gettimeout() == 7


def test_a_server_that_never_answers_completion(serve: Callable[[Script], Server]) -> None:
    server = serve(lambda argv: b"")
    with pytest.raises(LinkError) as caught:
        Client(server.url, reply_timeout=0.05).execute([b"PING"])
    assert caught.value.trouble in ("timeout", "lost")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "localhost:6379",
        "http://x",
        "redis://h:x",
        "redis://h?q=1",
        "redis://h/x",
        "redis://h/-1",
    ],
)
def test_an_address_that_cannot_be_understood(url: str) -> None:
    with pytest.raises(LinkError) as caught:
        Client(url)
    assert caught.value.trouble == "url"


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("redis://h", "h:6379"),
        ("redis://h:7000/2", "h:7000"),
        ("redis://[::1]:7000", "[::1]:7000"),
        ("unix:///run/redis.sock", "/run/redis.sock"),
    ],
)
def test_the_address_of_the_prompt(url: str, address: str) -> None:
    assert Client(url).address == address


def replies(**known: bytes) -> Script:
    return lambda argv: known.get(argv[0].decode().lower(), b"+OK\r\n")


def test_the_prompt_follows_what_the_server_said(serve: Callable[[Script], Server]) -> None:
    client = Client(serve(replies(exec=b"*-1\r\n")).url)
    client.execute([b"SELECT", b"4"])
    assert client.db == 4
    client.execute([b"multi"])
    client.execute([b"SELECT", b"9"])
    assert (client.transaction, client.db) == (True, 9)
    client.execute([b"EXEC"])  # the watched key had changed
    assert (client.transaction, client.db) == (False, 4)
    client.execute([b"HELLO", b"3"])
    assert client.resp == 3
    client.execute([b"RESET"])
    assert (client.resp, client.db) == (2, 0)


def test_a_refused_select_changes_nothing(serve: Callable[[Script], Server]) -> None:
    client = Client(serve(replies(select=b"-ERR DB index is out of range\r\n")).url)
    client.execute([b"SELECT", b"99"])
    assert client.db == 0


def test_out_of_band_messages_do_not_take_the_place_of_a_reply(
    serve: Callable[[Script], Server],
) -> None:
    client = Client(serve(lambda argv: b">1\r\n$4\r\nnews\r\n+OK\r\n").url)
    heard: list[object] = []
    client.on_push = heard.append
    assert client.execute([b"PING"]) == OK
    assert heard == [[b"news"]]


def test_where_the_server_is_silent_nobody_waits(serve: Callable[[Script], Server]) -> None:
    silent = [b"0"]

    def answer(argv: list[bytes]) -> bytes:
        mode = argv[2:] if argv[:2] == [b"CLIENT", b"REPLY"] else []
        if mode:
            silent[0] = mode[0]
        if silent[0] == b"OFF":
            return b""
        if silent[0] == b"SKIP":
            silent[0] = b"next" if mode else b"0"
            return b""
        if silent[0] == b"next":
            silent[0] = b"0"
            return b""
        return b"+OK\r\n"

    client = Client(serve(answer).url)
    lines = (b"CLIENT REPLY OFF", b"PING", b"CLIENT REPLY ON", b"PING", b"CLIENT REPLY SKIP")
    replies = [client.execute(line.split()) for line in (*lines, b"PING", b"PING")]
    assert replies == [NO_REPLY, NO_REPLY, OK, OK, NO_REPLY, NO_REPLY, OK]


def test_a_stream_ends_with_the_connection(serve: Callable[[Script], Server]) -> None:
    client = Client(serve(lambda argv: b"+OK\r\n+1.0 first\r\n+2.0 second\r\n").url)
    assert client.streams([b"monitor"])
    stream = client.stream([b"MONITOR"])
    assert [next(stream) for _ in range(3)] == [b"OK", b"1.0 first", b"2.0 second"]
    stream.close()
    assert not client.connected
