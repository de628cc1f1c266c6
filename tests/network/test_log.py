"""The server's log: its lines, its levels, its file."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tutor.engine.config import Config
from tutor.network.log import Log


def test_a_line_has_process_role_time_and_sign(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    log = Log(Config(loglevel="debug"))
    log.write("warning", "begins")
    log.role = "M"
    for level in ("debug", "verbose", "notice"):
        log.write(level, f"« {level} »")  # type: ignore[arg-type]
    log.from_signal_handler("stop")
    lines = capfdbinary.readouterr().out.decode().splitlines()
    moment = r"\d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d\.\d{3}"
    wanted = [
        rf"{os.getpid()}:C {moment} # begins",
        rf"{os.getpid()}:M {moment} \. « debug »",
        rf"{os.getpid()}:M {moment} - « verbose »",
        rf"{os.getpid()}:M {moment} \* « notice »",
        rf"{os.getpid()}:signal-handler \(\d+\) stop",
    ]
    assert len(lines) == len(wanted)
    assert all(re.fullmatch(*pair) for pair in zip(wanted, lines, strict=True))


def test_a_level_silences_those_below_it_at_once(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    config = Config(loglevel="warning")
    log = Log(config)
    log.write("notice", "not heard")
    config.loglevel = "notice"
    log.write("notice", "heard")
    assert capfdbinary.readouterr().out.endswith(b"* heard\n")


def test_a_log_file_is_appended_to_and_may_be_moved_away(tmp_path: Path) -> None:
    path = tmp_path / "log"
    log = Log(Config(logfile=os.fsencode(path)))
    log.write("notice", "one")
    path.rename(tmp_path / "log.1")
    log.write("notice", "two")
    log.write("notice", "three")
    assert path.read_bytes().count(b"\n") == 2


def test_a_log_that_cannot_be_written_stops_nobody(tmp_path: Path) -> None:
    Log(Config(logfile=os.fsencode(tmp_path / "no" / "log"))).write("notice", "lost")
