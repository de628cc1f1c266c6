"""What a server tells those who supervise it."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from tutor.engine.config import Config
from tutor.network.daemon import Supervisor, check_backlog


class Notes(list[tuple[str, str]]):
    """A log in memory."""

    def write(self, level: str, message: str) -> None:
        self.append((level, message))


def test_without_a_supervisor_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    monkeypatch.delenv("UPSTART_JOB", raising=False)
    notes = Notes()
    for mode in ("no", "auto"):
        supervisor = Supervisor(mode, notes.write)
        supervisor.tell("READY=1\n")
        assert supervisor.kind == "no"
    assert notes == []


@pytest.mark.skipif(os.name != "posix", reason="systemd listens on a Unix socket")
@pytest.mark.parametrize("mode", ["systemd", "auto"])
def test_systemd_hears_when_the_server_is_ready(
    mode: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(path)
        listener.settimeout(60)
        monkeypatch.setenv("NOTIFY_SOCKET", path)
        monkeypatch.delenv("UPSTART_JOB", raising=False)
        supervisor = Supervisor(mode, Notes().write)
        supervisor.tell("READY=1\n")
        heard = [listener.recv(100), listener.recv(100)]
    assert supervisor.kind == "systemd"
    assert heard == [b"STATUS=Redis is loading...\n", b"READY=1\n"]


def test_a_supervisor_that_is_not_there_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    monkeypatch.delenv("UPSTART_JOB", raising=False)
    notes = Notes()
    assert Supervisor("upstart", notes.write).kind == "no"
    assert Supervisor("systemd", notes.write).kind == "no"
    assert [message for _, message in notes] == [
        "upstart supervision requested, but UPSTART_JOB not found!",
        "systemd supervision error: NOTIFY_SOCKET not found!",
    ]


def test_a_backlog_that_the_system_grants_is_not_mentioned() -> None:
    notes = Notes()
    check_backlog(Config(tcp_backlog=1), notes.write)
    assert notes == []
