"""`redis-tutor serve` and redis-server side by side: what they say, how they end."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.oracle.conftest import _free_port, _server_program
from tests.oracle.raw import RawConnection
from tests.oracle.tally import TALLY

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals and exit codes are POSIX's")

OURS = (sys.executable, "-m", "tutor", "serve")
_STAMP = re.compile(rb"\b\d+:([A-Z]) \d\d \w{3} \d{4} \d\d:\d\d:\d\d\.\d{3} ")
_HANDLER = re.compile(rb"\b\d+:signal-handler \(\d+\) ")
_PID = re.compile(rb"pid=\d+")
_ITS_OWN = (b"monotonic clock", b"WARNING Memory overcommit", b"Transparent Huge")

FAILS: tuple[tuple[str, ...], ...] = (
    ("--port",),
    ("--port", "abc"),
    ("--port", "1", "2"),
    ("--porty", "1"),
    ("--port abc",),
    ("-x",),
    ("no-such.conf",),
    ("no-such.conf", "--port", "x"),
    ("../no-such.conf",),
    ("/no/such.conf",),
    ("bad.conf",),
    ("good.conf", "--hz", "--5"),
    ("good.conf", "--hz", "x", "--port", "y"),
    ("good.conf", "--save", "--hz", "x"),
    ("good.conf", "--logfile", "/no/such/log"),
    ("good.conf", "--include", "bad.conf"),
    ("good.conf", "--include", "no-such.conf"),
    ("good.conf", "--include", "no-such-*.conf", "--hz", "x"),
    ("good.conf", "--dir", "/no/such"),
    ("good.conf", "--dir", "folder", "--include", "inner.conf"),
    ("good.conf", "--user", "a", "zz"),
    ("good.conf", "--user", "a", "on", "--user", "a", "on"),
    ("good.conf", "--user", "a", "on", "+nope"),
    ("good.conf", "--user", "a b", "on"),
    ("good.conf", "--user", "a", "on", "--aclfile", "some.acl"),
    ("good.conf", "--aclfile", "no-such.acl"),
    ("good.conf", "--aclfile", "bad.acl"),
    ("good.conf", "--a.b", "c"),
    ("good.conf", "--tls-port", "1"),
    ("good.conf", "--tls-cluster", "yes"),
    ("good.conf", "--port", "0"),
    ("good.conf", "--bind", "zzz.invalid"),
    ("good.conf", "--bind", "-zzz.invalid"),
    ("good.conf", "--bind", ""),
    ("good.conf", "--bind", "198.51.100.1"),
    ("good.conf", "--bind", "127.0.0.1", "127.0.0.1"),
    ("good.conf", "--port", "0", "--unixsocket", "/no/such/socket"),
)
"""Command lines that both refuse; in a folder with the files of `_furnish`."""

STARTS: tuple[tuple[str, ...], ...] = (
    (),
    ("--loglevel", "warning"),
    ("--unixsocket", "s.sock"),
    ("--port", "0", "--unixsocket", "s.sock", "--unixsocketperm", "700"),
    ("--pidfile", "x.pid"),
    ("--pidfile", "/no/such/x.pid"),
    ("--bind", "127.0.0.1", "-198.51.100.1"),
    ("--tcp-backlog", "1000000"),
    ("--supervised", "systemd", "--loglevel", "warning"),
    ("--supervised", "upstart"),
    ("--supervised", "auto"),
    ("--user", "a", "on", "--user", "b", "off"),
    ("--aclfile", "some.acl"),
    ("--oom-score-adj-values", "5", "4", "3"),
    ("--logfile", "x.log"),
    ("--shutdown-on-sigterm", "nosave", "now"),
)
"""Command lines with which both serve, and end at SIGTERM."""


def _furnish(folder: Path, port: int) -> None:
    (folder / "folder").mkdir(parents=True)
    (folder / "good.conf").write_text(f"# good\nport {port}\nbind 127.0.0.1\n\nsave ''\n")
    (folder / "bad.conf").write_text("# bad\n\n   hz 5 6\n")
    (folder / "folder" / "inner.conf").write_text('hz "5')
    (folder / "some.acl").write_text("user alice on nopass ~* +@all\n")
    (folder / "bad.acl").write_text("user alice on zz\nuser\n")


def _said(data: bytes, folder: Path) -> list[bytes]:
    data = _HANDLER.sub(b"handler ", _STAMP.sub(rb"\1 ", _PID.sub(b"pid", data)))
    lines = data.replace(os.fsencode(folder.resolve()), b"FOLDER").split(b"\n")
    return [line for line in lines if not any(mark in line for mark in _ITS_OWN)]


def _run(
    command: Sequence[str], words: Sequence[str], folder: Path, port: int, wait: bool
) -> tuple[object, ...]:
    _furnish(folder, port)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    process = subprocess.Popen(
        [*command, *words],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        if wait:
            _wait_until_ready(process, folder, port)
            process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=60)
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()
    log = folder / "x.log"
    logged = _said(log.read_bytes(), folder) if log.exists() else []
    left = sorted(path.name for path in folder.iterdir() if path.suffix in (".pid", ".sock"))
    return process.returncode, _said(out, folder), _said(err, folder), logged, left


def _wait_until_ready(process: subprocess.Popen[bytes], folder: Path, port: int) -> None:
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        for family, address in (
            (socket.AF_INET, ("127.0.0.1", port)),
            (socket.AF_UNIX, str(folder / "s.sock")),
        ):
            with socket.socket(family) as probe:
                probe.settimeout(60)
                try:
                    probe.connect(address)
                    probe.sendall(b"PING\r\n")
                    if probe.recv(1):
                        return
                except OSError:
                    continue
        time.sleep(0.01)
    assert process.poll() is not None, "it neither serves nor ends"


@pytest.fixture(scope="module")
def program() -> str:
    return _server_program()


@pytest.mark.parametrize("words", FAILS, ids=" ".join)
def test_what_cannot_start_says_why_and_ends_with_the_same_code(
    words: tuple[str, ...], program: str, tmp_path: Path
) -> None:
    port = _free_port()
    theirs = _run([program], words, tmp_path / "theirs", port, wait=False)
    ours = _run(OURS, words, tmp_path / "ours", port, wait=False)
    TALLY.calls += 1
    TALLY.differences += ours != theirs
    assert theirs[0] == 1
    assert ours == theirs


@pytest.mark.parametrize("words", STARTS, ids=" ".join)
def test_starting_and_stopping_are_logged_as_in_the_real_server(
    words: tuple[str, ...], program: str, tmp_path: Path
) -> None:
    port = _free_port()
    theirs = _run([program], ["good.conf", *words], tmp_path / "theirs", port, wait=True)
    ours = _run(OURS, ["good.conf", *words], tmp_path / "ours", port, wait=True)
    TALLY.calls += 1
    TALLY.differences += ours != theirs
    assert theirs[0] == 0
    assert ours == theirs


def test_a_port_in_use_is_named(program: str, tmp_path: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        theirs = _run([program], ["good.conf"], tmp_path / "theirs", port, wait=False)
        ours = _run(OURS, ["good.conf"], tmp_path / "ours", port, wait=False)
    assert theirs[0] == 1
    assert ours == theirs


CONVERSATION: tuple[tuple[bytes, ...], ...] = (
    (b"SHUTDOWN", b"FOO"),
    (b"SHUTDOWN", b"SAVE", b"NOSAVE"),
    (b"SHUTDOWN", b"ABORT", b"NOW"),
    (b"SHUTDOWN", b"ABORT"),
    (b"CONFIG", b"SET", b"hz", b"17", b"save", b"5 6 7 8", b"requirepass", b"secret"),
    (b"ACL", b"SETUSER", b"alice", b"on", b">pw", b"~cache:*", b"+@read", b"-get"),
    (b"ACL", b"SETUSER", b"bob"),
    (b"CONFIG", b"REWRITE"),
    (b"CONFIG", b"SET", b"save", b"", b"requirepass", b""),
    (b"ACL", b"DELUSER", b"bob"),
    (b"CONFIG", b"REWRITE"),
    (b"FETCH", b"x"),
    (b"GET", b"x"),
    (b"CONFIG", b"GET", b"dir"),
    (b"CONFIG", b"GET", b"enable-debug-command"),
    (b"DEBUG", b"SLEEP", b"0"),
)


def _lines_of(file: Path) -> list[str]:
    """What a rewritten file says; redis-server appends in no order, and that moves empty lines."""
    return sorted(line for line in file.read_text().splitlines() if line)


def _talk(command: Sequence[str], folder: Path, port: int) -> tuple[object, ...]:
    _furnish(folder, port)
    file = folder / "good.conf"
    file.write_text(file.read_text() + "rename-command GET FETCH\nuser carol on nopass\n# end\n")
    process = subprocess.Popen(
        [*command, "good.conf"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    replies, files = [], []
    try:
        _wait_until_ready(process, folder, port)
        with RawConnection(port) as client:
            for words in CONVERSATION:
                replies.append(client.call(*words))
                if words[1] == b"REWRITE":
                    files.append(_lines_of(file))
            file.unlink()
            replies.append(client.call(b"CONFIG", b"REWRITE"))
            files.append(_lines_of(file))
            client.send(b"SHUTDOWN", b"NOSAVE")
            with pytest.raises(ConnectionError):
                client.receive()
        code = process.wait(60)
    finally:
        process.kill()
        process.wait()
    text = repr((replies, files)).replace(str(folder.resolve()), "FOLDER")
    return code, text


def test_rewrite_and_shutdown_over_the_wire(program: str, tmp_path: Path) -> None:
    port = _free_port()
    theirs = _talk([program], tmp_path / "theirs", port)
    ours = _talk(OURS, tmp_path / "ours", port)
    TALLY.calls += len(CONVERSATION)
    assert ours == theirs
