"""The learner's place survives everything: kill -9, damage, two programs, no home."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tutor.course import storage
from tutor.course.progress import FILE_NAME, Progress
from tutor.i18n import set_language

WRITER = Path(__file__).with_name("kill_writer.py")
ROOT = Path(__file__).parents[2]
KILLS = 50


def attempt(**values: object) -> dict[str, object]:
    return {"actions": [["run", 0, "PING"]], "done": False, **values}


def keep(progress: Progress, lesson: str, step: str, **attempts: dict[str, object]) -> None:
    progress.keep(lesson, {"step": step, "attempts": attempts}, 10)


def test_what_was_kept_is_there_next_time(tmp_path: Path) -> None:
    progress = Progress(tmp_path)
    assert progress.place("string") is None
    assert progress.last_lesson is None
    progress.set_setting("language", "ru")
    keep(progress, "string", "two", one=attempt(done=True), two=attempt(saw_solution=True))
    again = Progress(tmp_path)
    assert again.setting("language") == "ru"
    assert again.setting("theme", "dark") == "dark"
    assert again.last_lesson == "string"
    place = again.place("string")
    assert place is not None
    assert place["step"] == "two"
    assert place["attempts"]["one"]["actions"] == [["run", 0, "PING"]]
    summary = again.summary("string")
    assert summary.done == {"one"}
    assert summary.assisted == {"two"}
    assert summary.steps == 10
    assert again.notices() == []
    again.forget("string")
    assert Progress(tmp_path).place("string") is None


def _start(folder: Path, name: str, *more: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(WRITER), str(folder), name, *more]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, cwd=ROOT)


def test_a_process_killed_at_any_moment_loses_nothing_it_had_written(tmp_path: Path) -> None:
    """Fifty processes, each killed (-9) in the middle of its writing."""
    chance = random.Random(2024)
    last = 0
    for _ in range(KILLS):
        writer = _start(tmp_path, "n", "with-lessons")
        assert writer.stdout is not None
        first = writer.stdout.readline()
        time.sleep(chance.uniform(0, 0.03))
        writer.kill()
        said = [first, *writer.stdout.read().splitlines(keepends=True)]
        writer.wait()
        numbers = [int(line) for line in said if line.endswith("\n")]
        progress = Progress(tmp_path)
        assert progress.notices() == []
        assert last < numbers[-1] <= progress.setting("n") <= numbers[-1] + 1
        last = progress.setting("n")
    assert not list(tmp_path.glob("*damaged*"))
    assert len(Progress(tmp_path).summary("string").done) > 0


def test_two_programs_at_once_do_not_destroy_each_others_data(tmp_path: Path) -> None:
    writers = {name: _start(tmp_path, name) for name in ("a", "b")}
    for writer in writers.values():
        assert writer.stdout is not None
        for _ in range(25):
            assert writer.stdout.readline()
    last = {}
    for name, writer in writers.items():
        writer.kill()
        assert writer.stdout is not None
        lines = writer.stdout.read().splitlines(keepends=True)
        whole = [line for line in lines if line.endswith("\n")]
        last[name] = int(whole[-1]) if whole else 25
        writer.wait()
    progress = Progress(tmp_path)
    for name, number in last.items():
        assert progress.setting(name) in (number, number + 1)


def test_two_windows_on_one_lesson_keep_each_others_steps(tmp_path: Path) -> None:
    one, two = Progress(tmp_path), Progress(tmp_path)
    keep(one, "string", "a", a=attempt(done=True))
    keep(two, "string", "b", b=attempt(done=True), a=attempt())
    keep(one, "string", "a", a=attempt(done=True, rung=2))
    assert Progress(tmp_path).summary("string").done == {"a", "b"}


@pytest.mark.parametrize(
    "damage",
    [b"", b"{", b"\xff\xfe", b"[]", b'{"format": "1"}', b'{"format": 1}', b'{"format": true}',
     b'{"format": 1, "settings": {}, "lessons": []}', b"null", b"[" * 100_000,
     b'{"format": 1, "settings": {}, "lessons": {"string": {"attempts": {"x": 3}}}}'],
)  # fmt: skip
def test_a_damaged_file_is_kept_aside_and_said_so(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / FILE_NAME).write_bytes(damage)
    (tmp_path / "progress.damaged-1.json").write_text("an older one")
    progress = Progress(tmp_path)
    aside = tmp_path / "progress.damaged-2.json"
    assert aside.read_bytes() == damage
    assert progress.notices() == [
        f"The progress file was damaged. It is kept as {aside}; the course starts afresh."
    ]
    assert progress.notices() == []
    progress.set_setting("theme", "light")
    assert Progress(tmp_path).setting("theme") == "light"
    assert (tmp_path / "progress.damaged-1.json").read_text() == "an older one"


def test_a_file_damaged_while_we_run_is_kept_aside_and_what_we_know_is_written(
    tmp_path: Path,
) -> None:
    progress = Progress(tmp_path)
    progress.set_setting("theme", "light")
    (tmp_path / FILE_NAME).write_text("oops")
    progress.set_setting("language", "en")
    assert (tmp_path / "progress.damaged-1.json").read_text() == "oops"
    assert len(progress.notices()) == 1
    again = Progress(tmp_path)
    assert (again.setting("theme"), again.setting("language")) == ("light", "en")


def test_a_file_of_a_newer_version_is_left_untouched(tmp_path: Path) -> None:
    text = json.dumps({"format": 2, "unheard": "of"})
    (tmp_path / FILE_NAME).write_text(text)
    progress = Progress(tmp_path)
    (notice,) = progress.notices()
    assert "was written by a newer redis-tutor" in notice
    assert "pip install -U redis-tutor" in notice
    progress.set_setting("theme", "light")
    keep(progress, "string", "a", a=attempt(done=True))
    assert progress.setting("theme") == "light"
    assert progress.summary("string").done == {"a"}
    assert (tmp_path / FILE_NAME).read_text() == text
    assert progress.notices() == []


@pytest.mark.skipif(os.geteuid() == 0 if hasattr(os, "geteuid") else True, reason="root may write")
def test_a_folder_that_cannot_be_written_is_said_once(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    progress = Progress(tmp_path / "deep")
    progress.set_setting("theme", "light")
    progress.set_setting("theme", "dark")
    assert len(progress.notices()) == 1


def test_a_home_that_is_a_file_is_said_once_and_the_course_works(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.write_text("not a folder")
    progress = Progress(home / "redis-tutor")
    progress.set_setting("theme", "light")
    keep(progress, "string", "a", a=attempt(done=True))
    (notice,) = progress.notices()
    assert notice.startswith("Progress is not kept: ")
    progress.set_setting("theme", "dark")
    assert progress.notices() == []
    assert progress.setting("theme") == "dark"
    assert progress.summary("string").done == {"a"}


def test_no_home_at_all_is_said_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr("tutor.course.progress.state_folder", nowhere)
    progress = Progress()
    assert progress.path is None
    assert progress.notices() == [
        "Progress is not kept: Could not determine home directory. The course works all the same."
    ]
    progress.set_setting("theme", "dark")
    assert progress.setting("theme") == "dark"


def test_a_full_disk_is_said_once_and_nothing_is_lost_when_there_is_room_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    progress = Progress(tmp_path)
    progress.set_setting("a", 1)
    with monkeypatch.context() as patch:

        def full(handle: int) -> None:
            raise OSError(28, "No space left on device")

        patch.setattr(os, "fsync", full)
        progress.set_setting("b", 2)
        progress.set_setting("c", 3)
    assert progress.notices() == [
        "Progress is not kept: No space left on device. The course works all the same."
    ]
    assert Progress(tmp_path).setting("a") == 1
    assert not list(tmp_path.glob(".*.tmp"))
    progress.set_setting("d", 4)
    again = Progress(tmp_path)
    assert [again.setting(name) for name in "abcd"] == [1, 2, 3, 4]


def test_a_lock_held_by_another_program_delays_but_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "LOCK_PATIENCE_S", 0.05)
    progress = Progress(tmp_path)
    other = storage.JsonFile(tmp_path / FILE_NAME, 1)
    with other.locked():
        progress.set_setting("a", 1)
    assert not (tmp_path / FILE_NAME).exists()
    assert "locked by another process" in progress.notices()[0]
    progress.set_setting("b", 2)
    again = Progress(tmp_path)
    assert (again.setting("a"), again.setting("b")) == (1, 2)


def test_leftovers_of_a_killed_writer_are_cleared(tmp_path: Path) -> None:
    leftover = tmp_path / f".{FILE_NAME}.999999.tmp"
    leftover.write_text("half")
    Progress(tmp_path).set_setting("a", 1)
    assert not leftover.exists()


def test_moving_about_without_doing_anything_new_does_not_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    progress = Progress(tmp_path)
    keep(progress, "string", "a", a=attempt(elapsed_ms=1))
    written: list[object] = []
    monkeypatch.setattr(storage.JsonFile, "write", lambda self, data: written.append(data))
    keep(progress, "string", "a", a=attempt(elapsed_ms=2))
    assert written == []


def test_notices_come_in_the_language_of_the_moment(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text("oops")
    progress = Progress(tmp_path)
    set_language("ru")
    assert "progress.damaged-1.json" in progress.notices()[0]
