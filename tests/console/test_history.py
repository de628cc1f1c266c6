"""Lines kept across runs, and those that must not be."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from tutor.console.history import History, is_secret


@pytest.mark.parametrize(
    "line",
    [
        "AUTH secret",
        "auth user secret",
        "  AUTH   secret",
        '"AUTH" secret',
        'AUTH "unfinished',
        "ФГЕР secret",
        "АUTH secret",
        "ACL SETUSER bob >secret",
        "CONFIG SET requirepass secret",
        "config set maxmemory 1 masterauth secret",
        "HELLO 3 AUTH default secret",
        "MIGRATE h 6379 k 0 1 AUTH secret",
        "MIGRATE h 6379 k 0 1 AUTH2 u secret",
        "SENTINEL SET m auth-pass secret",
        "3 AUTH secret",
    ],
)
def test_a_line_with_a_password_is_secret(line: str) -> None:
    assert is_secret(line)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "GET auth",
        "SET AUTH x",
        "CONFIG GET requirepass",
        "HELLO 3",
        "ACL LIST",
        "CONFIG SET hz 1",
    ],
)
def test_other_lines_are_not(line: str) -> None:
    assert not is_secret(line)


def test_lines_are_there_in_the_next_run(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "history"
    first = History(path)
    for line in ("SET a Привет", "AUTH secret", "GET a", "GET a", "  ", "a\nb"):
        first.append(line)
    assert History(path).lines() == ["SET a Привет", "GET a"]
    assert "secret" not in path.read_text(encoding="utf-8")


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_only_the_owner_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "history"
    History(path).append("GET a")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_two_runs_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "history"
    one, other = History(path), History(path)
    one.append("GET one")
    other.append("GET other")
    assert History(path).lines() == ["GET one", "GET other"]


def test_undecodable_bytes_survive(tmp_path: Path) -> None:
    path = tmp_path / "history"
    path.write_bytes(b"SET a \xff\n")
    history = History(path)
    history.append("GET b")
    assert path.read_bytes() == b"SET a \xff\nGET b\n"


def test_a_long_file_is_cut(tmp_path: Path) -> None:
    path = tmp_path / "history"
    path.write_text("".join(f"GET {n}\n" for n in range(10_001)))
    assert len(History(path).lines()) == 5000
    assert path.read_text().startswith("GET 5001\n")


def test_without_a_place_to_write_history_lives_in_memory(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    history = History(blocked / "history")
    assert str(blocked) in history.problem
    history.append("GET a")
    assert history.lines() == ["GET a"]


def test_a_folder_in_place_of_the_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "history").mkdir()
    assert History(tmp_path / "history").problem
