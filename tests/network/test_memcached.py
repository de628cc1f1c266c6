"""Our memcached on TCP: slow clients, rude clients, many clients, the command itself."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.memcached.checks import check
from tests.network.memcached_serving import MemcachedServing, memcached_serving
from tests.network.serving import until, until_closed
from tests.oracle.memcached.grammar import Grammar

ROOT = Path(__file__).parents[2]


@pytest.fixture
def serving() -> Iterator[MemcachedServing]:
    with memcached_serving() as running:
        yield running


def ask(sock: socket.socket, text: bytes) -> bytes:
    """Everything up to the reply to a `mn` of ours."""
    sock.sendall(text + b"mn\r\n")
    said = b""
    while not said.endswith(b"MN\r\n"):
        data = sock.recv(65536)
        assert data, said
        said += data
    return said[:-4]


def test_what_one_client_sets_another_one_gets(serving: MemcachedServing) -> None:
    with serving.socket() as one, serving.socket() as other:
        assert ask(one, b"set k 5 0 5\r\nhello\r\n") == b"STORED\r\n"
        assert ask(other, b"get k\r\n") == b"VALUE k 5 5\r\nhello\r\nEND\r\n"


def test_a_byte_at_a_time_while_others_are_served(serving: MemcachedServing) -> None:
    with serving.socket() as slow, serving.socket() as quick:
        for byte in b"set slow 0 0 3\r\nabc\r\n":
            slow.send(bytes([byte]))
            assert ask(quick, b"get none\r\n") == b"END\r\n"
        assert slow.recv(100) == b"STORED\r\n"


def test_a_client_that_never_reads_is_not_read_from(serving: MemcachedServing) -> None:
    """Its replies do not pile up, and nobody else waits."""
    with serving.socket() as deaf, serving.socket() as other:
        ask(other, b"set big 0 0 1000000\r\n" + b"x" * 1_000_000 + b"\r\n")
        deaf.setblocking(False)
        sent = 0
        try:
            while sent < 50_000_000:
                sent += deaf.send(b"get big\r\n" * 1000)
        except BlockingIOError:
            pass
        assert sent < 50_000_000
        assert ask(other, b"get none\r\n") == b"END\r\n"
        until(lambda: b"conn_mwrite" in ask(other, b"stats conns\r\n"))
        deaf.setblocking(True)
        deaf.settimeout(60)
        got = 0
        while got < 30_000_000:
            got += len(deaf.recv(1 << 20))
        assert ask(other, b"get none\r\n") == b"END\r\n"


def used(serving: MemcachedServing) -> int:
    """Chunks that hold something."""
    return sum(slab.used for slab in serving.cache.store.slabs.classes)


def test_a_client_that_leaves_in_the_midst_of_a_value(serving: MemcachedServing) -> None:
    with serving.socket() as sock:
        sock.sendall(b"set k 0 0 1000\r\nabc")
        until(lambda: used(serving) == 1)
    until(lambda: not serving.cache.connections)
    assert used(serving) == 0


def test_one_too_many(serving: MemcachedServing) -> None:
    with memcached_serving(connections=2) as small, small.socket() as one, small.socket() as two:
        assert ask(one, b"") == ask(two, b"") == b""
        with small.socket() as third:
            assert until_closed(third) == b"ERROR Too many open connections\r\n"
        assert b"STAT rejected_connections 1\r\n" in ask(one, b"stats\r\n")
        two.close()
        until(lambda: len(small.cache.connections) == 1)
        with small.socket() as again:
            assert ask(again, b"version\r\n") == b"VERSION 1.6.18\r\n"


def test_quit_and_a_long_line_close_the_connection(serving: MemcachedServing) -> None:
    with serving.socket() as sock:
        sock.sendall(b"version\r\nquit\r\nversion\r\n")
        assert until_closed(sock) == b"VERSION 1.6.18\r\n"
    with serving.socket() as sock:
        sock.sendall(b"x" * 2100)
        assert until_closed(sock) == b""


def test_a_hundred_clients_at_once(serving: MemcachedServing) -> None:
    clients = [serving.socket() for _ in range(100)]
    try:
        for number, sock in enumerate(clients):
            sock.sendall(b"set k%d 0 0 3\r\n%03d\r\nget k%d\r\n" % (number, number, number))
        for number, sock in enumerate(clients):
            assert ask(sock, b"") == b"STORED\r\nVALUE k%d 0 3\r\n%03d\r\nEND\r\n" % (
                number,
                number,
            )
    finally:
        for sock in clients:
            sock.close()


def test_a_fault_of_ours_ends_one_connection_only(
    serving: MemcachedServing, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    from tutor.memcached import text

    def fault(client: object, words: list[bytes]) -> None:
        raise RuntimeError("on purpose")

    monkeypatch.setitem(text.COMMANDS, b"version", fault)
    with serving.socket() as unlucky, serving.socket() as other:
        unlucky.sendall(b"version\r\n")
        assert until_closed(unlucky) == b""
        assert ask(other, b"get none\r\n") == b"END\r\n"
    assert "on purpose" in capfd.readouterr().err


@pytest.mark.parametrize("seed", range(3))
def test_a_crowd_that_sends_junk_and_leaves(serving: MemcachedServing, seed: int) -> None:
    draw = random.Random(seed)
    for _ in range(40):
        with serving.socket() as sock:
            for _ in range(draw.randrange(6)):
                junk = draw.choice([Grammar(draw.randrange(10**6)).command(), draw.randbytes(50)])
                with contextlib.suppress(OSError):
                    sock.sendall(junk[: draw.randrange(len(junk) + 1)])
    with serving.socket() as sock:
        assert ask(sock, b"get none\r\n") == b"END\r\n"
        until(lambda: len(serving.cache.connections) == 1)
        with serving.server.lock:
            check(serving.cache.store)


def test_stats_conns_names_both_ends(serving: MemcachedServing) -> None:
    with serving.socket() as sock:
        said = ask(sock, b"stats conns\r\n").decode()
        host, port = sock.getsockname()
        assert f":addr tcp:{host}:{port}\r\n" in said
        assert f":listen_addr tcp:127.0.0.1:{serving.port}\r\n" in said
        assert ":state conn_parse_cmd\r\n" in said


def test_at_verbosity_two_every_command_is_logged() -> None:
    with memcached_serving(verbosity=2) as loud, loud.socket() as sock:
        ask(sock, b"get k\r\n")
        assert any(line.endswith(" get k") for line in loud.lines)


# the command


def _start(*options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tutor", "memcached", *options],
        cwd=ROOT,
        env={**os.environ, "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_command_says_when_it_is_ready_and_ends_cleanly(number: signal.Signals) -> None:
    process = _start("--port", "0", "--memory-limit", "16", "--lang", "en")
    try:
        assert process.stdout is not None
        ready = process.stdout.readline()
        assert ready.startswith("memcached 1.6.18 listens on 127.0.0.1:")
        assert "16 MB" in ready
        port = int(ready.split("127.0.0.1:")[1].split(",")[0])
        with socket.create_connection(("127.0.0.1", port), 60) as sock:
            assert ask(sock, b"set k 0 0 1\r\nx\r\n") == b"STORED\r\n"
            assert b"STAT maxbytes 16777216\r\n" in ask(sock, b"stats settings\r\n")
            process.send_signal(number)
            assert until_closed(sock) == b""
        said, errors = process.communicate(timeout=60)
        assert (process.returncode, errors) == (0, "")
        assert "ended" in said
    finally:
        process.kill()
        process.wait()


def test_a_port_in_use_is_a_plain_line(serving: MemcachedServing) -> None:
    process = _start("-p", str(serving.port), "--lang", "en")
    said, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert said == ""
    expected = f"cannot listen on 127.0.0.1, port {serving.port}: Address already in use\n"
    assert errors == expected


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["-I", "100"], "Item max size cannot be less than 1024 bytes."),
        (["-m", "1"], "Cannot set item size limit higher than 1/2 of memory max."),
        (["-f", "1"], "Factor must be greater than 1"),
        (["-p", "x"], "x"),
        (["-I", "1g"], "1g"),
        (["-l", "no such host"], "cannot listen on no such host, port 11211: "),
        (["-l", "1.2.3.4"], "Cannot assign requested address\n"),
    ],
)
def test_wrong_options_are_a_plain_line(options: list[str], said: str) -> None:
    process = _start(*options, "--lang", "en")
    out, errors = process.communicate(timeout=60)
    assert process.returncode in (1, 2)
    assert out == ""
    assert said in errors
    assert "Traceback" not in errors
