"""`redis-tutor serve` as a process: files, input, signals, SHUTDOWN, what it says of itself."""

from __future__ import annotations

import contextlib
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.network.serving import free_port
from tests.oracle.raw import Error, RawConnection, Simple

ROOT = Path(__file__).parents[2]
posix = pytest.mark.skipif(os.name != "posix", reason="signals, fork and modes are POSIX's")


class Process:
    """A server in its own folder; ended, if need be killed, by the fixture."""

    def __init__(self, folder: Path, words: Sequence[str], given: bytes = b"") -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tutor", "serve", *words],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert self.process.stdin is not None
        self.process.stdin.write(given)
        self.process.stdin.close()
        self.process.stdin = None

    def client(self, port: int) -> RawConnection:
        """A connection, as soon as the server takes it."""
        deadline = time.monotonic() + 60
        while self.process.poll() is None and time.monotonic() < deadline:
            with contextlib.suppress(ConnectionRefusedError):
                return RawConnection(port)
            time.sleep(0.02)
        raise AssertionError(f"no server: {self.process.communicate()}")

    def end(self) -> tuple[int, str, str]:
        """Wait for the end: exit code, stdout, stderr."""
        out, err = self.process.communicate(timeout=60)
        return self.process.returncode, out.decode(), err.decode()


@pytest.fixture
def processes() -> Iterator[list[Process]]:
    started: list[Process] = []
    yield started
    for one in started:
        if one.process.poll() is None:
            one.process.kill()
        one.process.communicate()


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.mark.parametrize(("word", "code"), [("--help", 0), ("--version", 0), ("--sentinel", 1)])
def test_it_tells_of_itself(word: str, code: int, tmp_path: Path, processes: list[Process]) -> None:
    processes.append(Process(tmp_path, [word]))
    found, out, err = processes[0].end()
    assert found == code
    assert bool(out) != bool(err)


def test_by_default_it_is_reached_from_this_machine_only_and_debug_is_forbidden(
    tmp_path: Path, processes: list[Process], port: int
) -> None:
    processes.append(Process(tmp_path, ["--port", str(port)]))
    with processes[0].client(port) as client:
        assert client.call(b"CONFIG", b"GET", b"bind") == [b"bind", b"127.0.0.1 -::1"]
        assert client.call(b"CONFIG", b"GET", b"protected-mode") == [b"protected-mode", b"yes"]
        refused = client.call(b"DEBUG", b"JMAP")
        assert isinstance(refused, Error)
        assert b"DEBUG command not allowed" in refused.text
        client.send(b"SHUTDOWN", b"NOSAVE")
        code, out, _ = processes[0].end()
    assert code == 0
    assert not (tmp_path / "dump.rdb").exists(), out  # there are save points, but NOSAVE was said


def test_file_input_and_options_all_count(
    tmp_path: Path, processes: list[Process], port: int
) -> None:
    (tmp_path / "my.conf").write_text("hz 11\nport 1\ninclude more.conf\nsave ''\n")
    (tmp_path / "more.conf").write_text("slowlog-max-len 7\nrename-command GET fetch\n")
    words = ["my.conf", "--port", str(port), "-"]
    processes.append(Process(tmp_path, words, b"hz 12\nuser alice on nopass ~* +@all\n"))
    with processes[0].client(port) as client:
        assert client.call(b"CONFIG", b"GET", b"hz") == [b"hz", b"12"]
        assert client.call(b"CONFIG", b"GET", b"slowlog-max-len")[1] == b"7"
        assert client.call(b"FETCH", b"k") is None
        assert isinstance(client.call(b"GET", b"k"), Error)
        assert client.call(b"AUTH", b"alice", b"any") == Simple(b"OK")
        client.send(b"SHUTDOWN")
        code, out, err = processes[0].end()
    assert (code, err) == (0, "")
    assert "Reading config from stdin" in out
    assert "memory only" not in out


def test_config_rewrite_writes_the_file_it_was_started_with(
    tmp_path: Path, processes: list[Process], port: int
) -> None:
    file = tmp_path / "my.conf"
    file.write_text(f"# kept\nport {port}\nsave ''\nhz 11\n")
    processes.append(Process(tmp_path, ["my.conf"]))
    with processes[0].client(port) as client:
        assert client.call(b"CONFIG", b"SET", b"hz", b"20") == Simple(b"OK")
        assert client.call(b"CONFIG", b"REWRITE") == Simple(b"OK")
        lines = file.read_text().splitlines()
        assert lines[:4] == ["# kept", f"port {port}", 'save ""', "hz 20"]
        assert "bind 127.0.0.1 -::1" in lines  # would mean more to redis-server if it were absent
        client.send(b"SHUTDOWN")
        assert processes[0].end()[0] == 0


@posix
def test_sigint_ends_it_and_leaves_no_files(
    tmp_path: Path, processes: list[Process], port: int
) -> None:
    words = ["--port", str(port), "--pidfile", "my.pid", "--unixsocket", "my.sock"]
    processes.append(Process(tmp_path, [*words, "--unixsocketperm", "700"]))
    with processes[0].client(port) as client:
        client.call(b"PING")
        assert (tmp_path / "my.pid").read_text() == f"{processes[0].process.pid}\n"
        assert stat.S_IMODE((tmp_path / "my.sock").stat().st_mode) == 0o700
        processes[0].process.send_signal(signal.SIGINT)
        code, out, err = processes[0].end()
    assert (code, err) == (0, "")
    assert "Received SIGINT scheduling shutdown" in out
    assert [path.name for path in tmp_path.iterdir()] == ["dump.rdb"]  # by the usual save points


@posix
def test_who_insists_on_saving_is_told_that_it_cannot_be_done(
    tmp_path: Path, processes: list[Process], port: int
) -> None:
    words = ["--port", str(port), "--shutdown-on-sigterm", "save", "--save", ""]
    processes.append(Process(tmp_path, [*words, "--logfile", "log"]))
    log = tmp_path / "log"
    with processes[0].client(port) as client:
        assert client.call(b"PING") == Simple(b"PONG")  # it has looked for a dump, and found none
        (tmp_path / "dump.rdb").mkdir()  # nothing can take its place
        failed = Error(b"ERR Errors trying to SHUTDOWN. Check logs.")
        assert client.call(b"SHUTDOWN", b"SAVE") == failed
        processes[0].process.send_signal(signal.SIGTERM)
        assert client.call(b"PING") == Simple(b"PONG")
        deadline = time.monotonic() + 60
        while "SIGTERM received but errors" not in log.read_text():
            assert time.monotonic() < deadline
            time.sleep(0.02)
        client.send(b"SHUTDOWN", b"SAVE", b"FORCE")
        code, _, _ = processes[0].end()
    assert code == 0
    assert log.read_text().count("Error trying to save the DB, can't exit.") == 2
    assert log.read_text().count("Error trying to save the DB. Exit anyway.") == 1


@posix
def test_daemonize_goes_to_the_background(tmp_path: Path, port: int) -> None:
    words = ["--port", str(port), "--daemonize", "yes", "--logfile", "log", "--pidfile", "my.pid"]
    front = Process(tmp_path, words)
    assert front.end()[0] == 0
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with contextlib.suppress(ConnectionRefusedError), RawConnection(port) as client:
            client.call(b"PING")  # it listens before the file is written, and answers after
            pid = int((tmp_path / "my.pid").read_text())
            client.send(b"SHUTDOWN", b"NOSAVE")
            assert pid != front.process.pid
            break
        time.sleep(0.02)
    while (tmp_path / "my.pid").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert "bye bye" in (tmp_path / "log").read_text()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--cluster-enabled", "yes"], "cannot be a node of a cluster"),
        (["--loadmodule", "m.so"], "Can't load module from m.so: server aborting"),
        (["--tls-port", "1", "--tls-cert-file", "x"], "does not speak TLS"),
    ],
)
def test_what_it_cannot_be_it_refuses_to_be(
    words: list[str], said: str, tmp_path: Path, processes: list[Process], port: int
) -> None:
    processes.append(Process(tmp_path, ["--port", str(port), *words]))
    code, out, _ = processes[0].end()
    assert code == 1
    assert said in out


def test_what_was_written_is_there_again_after_a_restart(
    tmp_path: Path, processes: list[Process], port: int
) -> None:
    words = ["--port", str(port), "--appendonly", "yes", "--save", ""]
    for expected in (None, b"v"):
        processes.append(Process(tmp_path, words))
        with processes[-1].client(port) as client:
            assert client.call(b"GET", b"k") == expected
            client.call(b"SET", b"k", b"v")
            client.send(b"SHUTDOWN")
            assert processes[-1].end()[0] == 0


def test_serving_imports_no_screen() -> None:
    probe = (
        "import sys, tutor.cli, tutor.network.serve\n"
        "print([m for m in ('textual', 'rich', 'prompt_toolkit', 'redis') if m in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True)
    assert said.stdout == "[]\n"
