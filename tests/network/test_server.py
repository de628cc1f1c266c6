"""The server as its clients see it: order of replies, waiting, limits, ends."""

from __future__ import annotations

import contextlib
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.network.serving import Serving, free_port, serving, until, until_closed
from tests.oracle.raw import Error, NullArray, Simple, Typed
from tutor.engine.scripting import runtime
from tutor.network.protected import DENIED, is_local


@pytest.fixture(scope="module")
def shared() -> Iterator[Serving]:
    running = Serving()
    yield running
    running.close()


def packed(*words: bytes) -> bytes:
    return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%b\r\n" % (len(w), w) for w in words)


def test_pipelined_commands_are_answered_in_order(shared: Serving) -> None:
    with shared.socket() as sock:
        sock.sendall(packed(b"SET", b"a", b"1") + b"INCR a\r\n" + packed(b"GET", b"a"))
        sock.shutdown(socket.SHUT_WR)
        assert until_closed(sock) == b"+OK\r\n:2\r\n$1\r\n2\r\n"


def test_a_command_may_come_one_byte_at_a_time(shared: Serving) -> None:
    with shared.socket() as sock:
        for byte in packed(b"ECHO", b"slowly"):
            sock.sendall(bytes([byte]))
            time.sleep(0.001)
        assert sock.recv(100) == b"$6\r\nslowly\r\n"


def test_megabytes_go_in_and_come_out(shared: Serving) -> None:
    client = shared.client()
    value = bytes(range(256)) * 40_000
    assert client.call(b"SET", b"big", value) == Simple(b"OK")
    assert client.call(b"GET", b"big") == value
    client.call(b"DEL", b"big")


def test_what_follows_a_blocking_command_waits_with_it(shared: Serving) -> None:
    waiting, other = shared.client(), shared.client()
    waiting.send(b"BLPOP", b"queue", b"0")
    waiting.send(b"ECHO", b"after")
    assert waiting.quiet(0.05)
    assert other.call(b"LPUSH", b"queue", b"x") == 1
    assert waiting.receive() == [b"queue", b"x"]
    assert waiting.receive() == b"after"


def test_what_was_queued_comes_before_what_arrives_when_the_waiting_ends(shared: Serving) -> None:
    waiting, other = shared.client(), shared.client()
    for turn in range(200):
        waiting.send(b"BLPOP", b"race", b"0")
        waiting.send(b"ECHO", b"first")
        other.send(b"LPUSH", b"race", b"x")
        waiting.send(b"ECHO", b"second%d" % turn)
        assert waiting.receive() == [b"race", b"x"]
        assert waiting.receive() == b"first"
        assert waiting.receive() == b"second%d" % turn
        assert other.receive() == 1


def test_waiting_ends_when_its_time_is_over(shared: Serving) -> None:
    client = shared.client()
    client.send(b"BLPOP", b"never", b"0.02")
    client.send(b"PING")
    assert client.receive() == NullArray()
    assert client.receive() == Simple(b"PONG")


def test_a_client_that_leaves_while_it_waits_is_forgotten(shared: Serving) -> None:
    leaving, other = shared.client(), shared.client()
    leaving.send(b"BLPOP", b"left", b"0")
    until(lambda: shared.engine.databases[0].blocked)
    leaving.close()
    until(lambda: not shared.engine.databases[0].blocked)
    assert other.call(b"RPUSH", b"left", b"x") == 1
    assert other.call(b"LRANGE", b"left", b"0", b"-1") == [b"x"]


def test_quit_answers_and_hangs_up(shared: Serving) -> None:
    with shared.socket() as sock:
        sock.sendall(b"QUIT\r\nPING\r\n")
        assert until_closed(sock) == b"+OK\r\n"


def test_a_killed_client_is_gone_and_the_killer_of_itself_hears_of_it(shared: Serving) -> None:
    victim, killer = shared.client(), shared.client()
    number = victim.call(b"CLIENT", b"ID")
    assert killer.call(b"CLIENT", b"KILL", b"ID", b"%d" % number) == 1
    with pytest.raises(ConnectionError):
        victim.receive()
    mine = killer.call(b"CLIENT", b"ID")
    assert killer.call(b"CLIENT", b"KILL", b"ID", b"%d" % mine, b"SKIPME", b"no") == 1
    with pytest.raises(ConnectionError):
        killer.receive()


def test_messages_arrive_between_replies(shared: Serving) -> None:
    listener, speaker = shared.client(), shared.client()
    listener.call(b"HELLO", b"3")
    listener.send(b"SUBSCRIBE", b"news")
    assert listener.receive() == Typed(">", [b"subscribe", b"news", 1])
    assert speaker.call(b"PUBLISH", b"news", b"hello") == 1
    assert listener.receive() == Typed(">", [b"message", b"news", b"hello"])
    assert listener.call(b"PING") == Simple(b"PONG")


def test_more_clients_than_allowed_are_turned_away() -> None:
    with serving(maxclients=2) as running:
        first, second = running.client(), running.client()
        assert first.call(b"PING") == second.call(b"PING") == Simple(b"PONG")
        with running.socket() as third:
            assert until_closed(third) == b"-ERR max number of clients reached\r\n"
        assert first.call(b"CONFIG", b"SET", b"maxclients", b"3") == Simple(b"OK")
        assert running.client().call(b"PING") == Simple(b"PONG")
        assert b"rejected_connections:1" in first.call(b"INFO", b"stats")


def test_strangers_are_refused_in_protected_mode() -> None:
    assert is_local(socket.AF_INET, ("127.0.0.1", 1))
    assert is_local(socket.AF_INET, ("127.9.9.9", 1))
    assert is_local(socket.AF_INET6, ("::1", 1, 0, 0))
    assert is_local(socket.AF_UNIX, "")
    assert not is_local(socket.AF_INET, ("10.0.0.1", 1))
    assert not is_local(socket.AF_INET6, ("fe80::1", 1, 0, 0))
    assert DENIED.startswith(b"-DENIED ")
    assert DENIED.endswith(b"\r\n")


def test_nobody_gets_past_a_password() -> None:
    with serving(requirepass=b"secret") as running:
        client = running.client()
        refused = Error(b"NOAUTH Authentication required.")
        for argv in ((b"GET", b"k"), (b"PING",), (b"CONFIG", b"GET", b"*"), (b"EVAL", b"x", b"0")):
            assert client.call(*argv) == refused
        assert client.call(b"AUTH", b"wrong").text.startswith(b"WRONGPASS")
        with running.socket() as sock:
            sock.sendall(b"*11\r\n")
            assert until_closed(sock).endswith(b"unauthenticated multibulk length\r\n")
        with running.socket() as sock:
            sock.sendall(b"*11\r\n" + b"$1\r\na\r\n" * 11)
            assert until_closed(sock).endswith(b"unauthenticated multibulk length\r\n")
        with running.socket() as sock:
            sock.sendall(b"*2\r\n$3\r\nGET\r\n$16385\r\n")
            assert until_closed(sock).endswith(b"unauthenticated bulk length\r\n")
        assert client.call(b"AUTH", b"secret") == Simple(b"OK")
        assert client.call(b"GET", b"k") is None


@pytest.mark.skipif(os.name != "posix", reason="modes of files are POSIX's")
def test_a_file_written_anew_is_for_the_same_readers(shared: Serving, tmp_path: Path) -> None:
    path = tmp_path / "users.acl"
    shared.server.write_text(str(path), "new")
    path.chmod(0o600)
    shared.server.write_text(str(path), "newer")
    assert path.read_text() == "newer"
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileNotFoundError):
        shared.server.write_text(str(tmp_path / "absent" / "users.acl"), "")
    assert list(tmp_path.iterdir()) == [path]


def test_a_client_that_never_reads_is_cut_off() -> None:
    limits = ((2_000_000, 0, 0), (0, 0, 0), (200_000, 0, 0))
    with serving(client_output_buffer_limit=limits) as running:
        client = running.client()
        client.call(b"SET", b"big", b"x" * 1_000_000)
        with running.socket() as deaf:
            deaf.sendall(packed(b"GET", b"big") * 40)
            until(lambda: running.logged("overcoming of output buffer limits"))
            assert client.call(b"PING") == Simple(b"PONG")


def test_a_subscriber_that_never_reads_is_cut_off() -> None:
    limits = ((0, 0, 0), (0, 0, 0), (200_000, 0, 0))
    with serving(client_output_buffer_limit=limits) as running:
        speaker = running.client()
        with running.socket() as deaf:
            deaf.sendall(packed(b"SUBSCRIBE", b"news"))
            until(lambda: speaker.call(b"PUBLISH", b"news", b"x" * 100_000) == 0, 30)
        assert running.logged("overcoming of output buffer limits")


def test_a_query_that_grows_beyond_its_limit_ends_the_connection() -> None:
    with serving(client_query_buffer_limit=1 << 20) as running, running.socket() as sock:
        sock.sendall(b"*2\r\n$4\r\nECHO\r\n$3000000\r\n")
        try:
            for _ in range(30):
                sock.sendall(b"x" * 100_000)
            assert until_closed(sock) == b""
        except (BrokenPipeError, ConnectionResetError):
            pass
        until(lambda: running.logged("max query buffer length"))


def test_the_largest_client_goes_when_all_hold_too_much() -> None:
    with serving(maxmemory_clients=3_000_000) as running:
        small, spared = running.client(), running.client()
        assert spared.call(b"CLIENT", b"NO-EVICT", b"on") == Simple(b"OK")
        begun = b"*2\r\n$4\r\nECHO\r\n$9000000\r\n" + b"x" * 2_000_000
        with running.socket() as large:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it may go earlier
                large.sendall(begun)
                large.sendall(b"x" * 2_000_000)
            assert until_closed(large) == b""
        assert small.call(b"PING") == Simple(b"PONG")
        assert b"evicted_clients:1" in small.call(b"INFO", b"stats")


def test_a_script_that_runs_for_too_long_can_be_killed() -> None:
    with serving(busy_reply_threshold=20) as running:
        busy, other = running.client(), running.client()
        busy.send(b"EVAL", b"while true do end", b"0")
        until(lambda: isinstance(other.call(b"PING"), Error))
        assert other.call(b"GET", b"k").text.startswith(b"BUSY Redis is busy running a script.")
        assert running.client().call(b"MULTI") == Simple(b"OK")
        assert other.call(b"SCRIPT", b"KILL") == Simple(b"OK")
        assert b"Script killed by user with SCRIPT KILL" in busy.receive().text
        assert other.call(b"PING") == Simple(b"PONG")


def test_a_script_that_has_written_cannot_be_killed_but_the_server_stopped() -> None:
    with serving(busy_reply_threshold=20) as running:
        busy, other = running.client(), running.client()
        busy.send(b"EVAL", b"redis.call('SET', 'k', 'v') while true do end", b"0")
        until(lambda: isinstance(other.call(b"PING"), Error))
        assert other.call(b"SCRIPT", b"KILL").text.startswith(b"UNKILLABLE ")
        other.send(b"SHUTDOWN", b"NOSAVE")
        running.thread.join(10)
        assert not running.thread.is_alive()


def test_a_script_that_allocates_without_end_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "HEAP_LIMIT", 64 << 20)  # to be there sooner
    with serving() as running:
        client = running.client()
        script = b"local t = {} while true do t[#t + 1] = string.rep('x', 1000000) .. #t end"
        assert b"not enough memory" in client.call(b"EVAL", script, b"0").text
        assert client.call(b"EVAL", b"return 1", b"0") == 1


def test_idle_clients_are_let_go() -> None:
    with serving(timeout=1) as running:
        client, waiting = running.client(), running.client()
        assert client.call(b"PING") == Simple(b"PONG")
        waiting.send(b"BLPOP", b"q", b"0")
        with pytest.raises(ConnectionError):
            client.receive()
        assert waiting.quiet(0.05)


def test_a_fault_of_ours_costs_one_connection_only(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving() as running:
        broken, healthy = running.client(), running.client()
        healthy.call(b"PING")

        def burst(*_: object) -> None:
            raise RuntimeError("a bug")

        broken.call(b"PING")
        monkeypatch.setattr(running.engine.commands[b"strlen"], "function", burst)
        broken.send(b"STRLEN", b"k")
        with pytest.raises(ConnectionError):
            broken.receive()
        assert healthy.call(b"PING") == Simple(b"PONG")
        assert running.logged("a bug")


def test_ten_thousand_connections_come_and_go() -> None:
    with serving() as running:
        healthy = running.client()
        for _ in range(10_000):
            running.socket().close()
        assert healthy.call(b"PING") == Simple(b"PONG")
        until(lambda: len(running.server.connections) == 1)
        until(lambda: len(running.engine.sessions) == 1)


def test_the_port_can_be_changed_while_it_serves() -> None:
    with serving() as running:
        client = running.client()
        before, port = running.port, free_port()
        assert client.call(b"CONFIG", b"SET", b"port", b"%d" % port) == Simple(b"OK")
        with socket.create_connection(("127.0.0.1", port), 60) as sock:
            sock.sendall(b"PING\r\n")
            assert sock.recv(10) == b"+PONG\r\n"
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", before), 60)
        assert client.call(b"PING") == Simple(b"PONG")


def test_a_port_in_use_is_refused_and_the_old_one_stays() -> None:
    with serving() as running, socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = b"%d" % other.getsockname()[1]
        client = running.client()
        reply = client.call(b"CONFIG", b"SET", b"port", taken)
        assert isinstance(reply, Error)
        assert client.call(b"CONFIG", b"GET", b"port") == [b"port", b"%d" % running.port]
        assert running.client().call(b"PING") == Simple(b"PONG")


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="no Unix sockets on this system")
def test_a_unix_socket_serves_too(tmp_path: Path) -> None:
    path = f"{tmp_path}/redis.sock"
    unix = {"unixsocket": path.encode(), "unixsocketperm": 0o700}
    with serving(**unix), socket.socket(socket.AF_UNIX) as sock:
        sock.connect(path)
        sock.sendall(b"PING\r\n")
        assert sock.recv(10) == b"+PONG\r\n"
        sock.sendall(b"CLIENT INFO\r\n")
        assert b"addr=" + path.encode() + b":0" in sock.recv(1000)
    assert not os.path.exists(path)
