"""One presenter for each run; who follows sees where he is, and lives through everything."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tutor.course.presence import (
    AlreadyPresented,
    Follower,
    Moment,
    Presence,
    Sight,
    is_run,
    run_folder,
)

MOMENT = Moment(
    demo="cache", lang="ru", seed=7, scene=2, scenes=5, scene_title="Лавина", beat=1, beats=4,
    note="Скажите **это**.\n", next_line=":run 3", started=1000.0, scene_started=1060.5,
    next_scene="Замок",
)  # fmt: skip

PRESENTER = """
import sys
from dataclasses import replace
from tests.course.test_presence import MOMENT
from tutor.course.presence import Presence
presence = Presence.open("cache")
presence.publish(replace(MOMENT, seed=99))
print("presents", flush=True)
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("REDIS_TUTOR_RUNTIME", str(tmp_path / "run"))
    return tmp_path / "run"


@pytest.fixture
def other() -> subprocess.Popen[bytes]:
    """A presenter in another process."""
    process = subprocess.Popen(
        [sys.executable, "-c", PRESENTER], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == b"presents\n"
    return process


def end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        assert stream is not None
        stream.close()


def test_who_follows_sees_each_moment(folder: Path) -> None:
    follower = Follower("cache")
    assert follower.look() == Sight(None, False)
    with Presence.open("cache") as presence:
        assert follower.look() == Sight(None, True), "he has not begun yet"
        presence.publish(MOMENT)
        assert follower.look() == Sight(MOMENT, True)
        later = replace(MOMENT, beat=2, interrupted=True)
        presence.publish(later)
        assert follower.look() == Sight(later, True)
        assert Follower("cache").look() == Sight(later, True)
    assert follower.look() == Sight(later, False), "he has left, the last moment is known"
    assert Follower("cache").look() == Sight(None, False)
    assert [path.suffix for path in folder.iterdir()] == [".lock"]


def test_a_second_presenter_learns_who_presents(other: subprocess.Popen[bytes]) -> None:
    try:
        with pytest.raises(AlreadyPresented) as told:
            Presence.open("cache")
        assert told.value.pid == other.pid
        sight = Follower("cache").look()
        assert sight.moment is not None
        assert sight.moment.seed == 99
        with Presence.open("cache", "b") as second, Presence.open("queue"):
            second.publish(MOMENT)
            assert Follower("cache", "b").look() == Sight(MOMENT, True)
            assert Follower("cache").look() == sight
    finally:
        end(other)


@pytest.mark.skipif(os.name == "nt", reason="no signals")
def test_a_killed_presenter_is_succeeded_and_his_moment_is_not_taken_for_the_next_ones(
    other: subprocess.Popen[bytes], folder: Path
) -> None:
    follower = Follower("cache")
    seen = follower.look()
    other.send_signal(signal.SIGKILL)
    other.wait()
    end(other)
    assert (folder / "demo-cache.json").exists()
    assert follower.look() == Sight(seen.moment, False)
    assert Follower("cache").look() == Sight(None, False)
    with Presence.open("cache") as presence:
        assert Follower("cache").look() == Sight(None, True)
        presence.publish(MOMENT)
        assert follower.look() == Sight(MOMENT, True)


def test_a_lock_file_left_with_somebodys_number_stops_nobody(folder: Path) -> None:
    folder.mkdir(mode=0o700)
    (folder / "demo-cache.lock").write_text(f"{os.getppid()}\n12345")
    with Presence.open("cache"):
        assert (folder / "demo-cache.lock").read_text() == f"{os.getpid()}\n"
        with pytest.raises(AlreadyPresented) as told:
            Presence.open("cache")
        assert told.value.pid == os.getpid()


def test_a_lock_that_names_nobody_is_a_lock_all_the_same(folder: Path) -> None:
    with Presence.open("cache"):
        (folder / "demo-cache.lock").write_text("junk")
        with pytest.raises(AlreadyPresented) as told:
            Presence.open("cache")
        assert told.value.pid == 0


def _spoilt() -> list[bytes]:
    good = {"format": 1, **{name: getattr(MOMENT, name) for name in MOMENT.__slots__}}
    wrong = [
        {**good, "format": 2}, {**good, "scene": True}, {**good, "started": "soon"},
        {**good, "note": None}, {**good, "started": float("nan")}, {**good, "started": 1e300},
        {k: v for k, v in good.items() if k != "beat"},
    ]  # fmt: skip
    texts = [b"", b"{", b"[]", b"1", b"\xff\xfe", b"[" * 100_000, b"{}" + b" " * (1 << 20)]
    return texts + [json.dumps(each).encode() for each in wrong]


@pytest.mark.parametrize("junk", _spoilt())
def test_a_spoilt_moment_is_told_the_last_good_one_stays_and_the_next_mends_it(
    folder: Path, junk: bytes
) -> None:
    follower = Follower("cache")
    with Presence.open("cache") as presence:
        presence.publish(MOMENT)
        follower.look()
        (folder / "demo-cache.json").write_bytes(junk)
        assert follower.look() == Sight(MOMENT, True, damaged=True)
        assert Follower("cache").look() == Sight(None, True, damaged=True)
        later = replace(MOMENT, beat=2)
        presence.publish(later)
        assert follower.look() == Sight(later, True)


def test_a_moment_that_is_a_folder_is_told_too(folder: Path) -> None:
    with Presence.open("cache") as presence:
        (folder / "demo-cache.json").mkdir()
        assert Follower("cache").look().damaged
        presence.publish(MOMENT)
        assert isinstance(presence.trouble, OSError)
        (folder / "demo-cache.json").rmdir()
        presence.publish(MOMENT)
        assert presence.trouble is None
    assert not list(folder.glob(".*"))


def test_without_a_name_whoever_presents_is_followed_and_kept_to(folder: Path) -> None:
    follower = Follower()
    assert follower.look() == Sight(None, False)
    with Presence.open("queue") as queue:
        queue.publish(replace(MOMENT, demo="queue"))
        os.utime(folder / "demo-queue.json", (1, 1))
        with Presence.open("cache") as cache:
            cache.publish(MOMENT)
            assert Follower().look() == Sight(MOMENT, True), "who spoke last"
            found = follower.look()
            assert found == Sight(MOMENT, True)
            queue.publish(replace(MOMENT, demo="queue"))
            assert follower.look() == Sight(MOMENT, True), "nobody jumps between two"
        found = follower.look()
        assert found.moment is not None
        assert found.moment.demo == "queue"


def test_followers_do_not_disturb_one_another_or_a_presenter(folder: Path) -> None:
    Presence.open("cache").close()
    lock = folder / "demo-cache.lock"
    with lock.open("r+b") as file:
        import fcntl

        fcntl.flock(file.fileno(), fcntl.LOCK_SH)
        assert Follower("cache").look() == Sight(None, False)


@pytest.mark.parametrize("name", ["", "../x", "a/b", "A", "-a", "a-", "a" * 41, "ж", "a.b", "a\0"])
def test_only_plain_names_become_files(name: str, folder: Path) -> None:
    assert not is_run(name)
    with pytest.raises(ValueError, match="no name"):
        Presence.open(name)
    if name:
        with pytest.raises(ValueError, match="no name"):
            Presence.open("cache", name)
        with pytest.raises(ValueError, match="no name"):
            Follower(None, name)
    assert not folder.exists() or not list(folder.iterdir())


@pytest.mark.skipif(os.name == "nt", reason="modes of files")
def test_nobody_else_reads_the_folder(folder: Path) -> None:
    with Presence.open("cache"):
        assert folder.stat().st_mode & 0o777 == 0o700


def test_a_folder_that_cannot_be_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("REDIS_TUTOR_RUNTIME", str(tmp_path / "file" / "run"))
    with pytest.raises(OSError, match="file"):
        Presence.open("cache")
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    monkeypatch.setenv("REDIS_TUTOR_RUNTIME", str(tmp_path / "link"))
    with pytest.raises(PermissionError):
        run_folder()


def test_what_was_told_is_not_written_again(folder: Path) -> None:
    with Presence.open("cache") as presence:
        presence.publish(MOMENT)
        (folder / "demo-cache.json").unlink()
        presence.publish(replace(MOMENT))
        assert not (folder / "demo-cache.json").exists()
        presence.publish(replace(MOMENT, beat=2))
        assert (folder / "demo-cache.json").exists()


def test_closed_twice_and_published_after_is_nothing(folder: Path) -> None:
    presence = Presence.open("cache")
    presence.close()
    presence.close()
    presence.publish(MOMENT)
    assert not (folder / "demo-cache.json").exists()
