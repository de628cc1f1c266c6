"""Course packs: another folder, the same guarantees, progress kept apart."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.course.lessonkit import edit, write_lesson
from tutor import resources
from tutor.course.loader import load_course
from tutor.course.packs import open_pack, read_pack
from tutor.course.player import Player
from tutor.course.problems import LessonError
from tutor.course.progress import Progress
from tutor.engine.clock import VirtualClock


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("REDIS_TUTOR_HOME", str(tmp_path / "home"))
    yield tmp_path / "home"
    resources.use_pack(None)


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    folder = write_lesson(tmp_path / "tea")
    edit(folder / "course.toml", "format = 1\n", 'format = 1\nid = "tea-shop"\n')
    return folder


def test_lessons_come_from_the_pack(pack: Path) -> None:
    open_pack(pack)
    assert [lesson.id for lesson in load_course().lessons] == ["tiny"]
    resources.use_pack(None)
    assert "string" in [lesson.id for lesson in load_course().lessons]


def test_progress_is_kept_apart_and_settings_come_along(pack: Path, home: Path) -> None:
    Progress().set_setting("language", "ru")
    open_pack(pack)
    progress = Progress()
    assert progress.path == home / "packs" / "tea-shop" / "progress.json"
    assert progress.setting("language") == "ru"
    player = Player(load_course(), "tiny", "alpha", clock=VirtualClock(), progress=progress)
    player.run_line("SET alpha:key 42")
    assert Progress().summary("tiny").done == {"alpha"}
    progress.set_setting("language", "en")
    open_pack(pack)
    assert Progress().setting("language") == "en"  # a pack's own settings stay
    resources.use_pack(None)
    assert Progress().summary("tiny").steps == 0
    assert Progress().setting("language") == "ru"


def test_the_same_id_is_the_same_progress_wherever_the_folder_lies(
    pack: Path, tmp_path: Path
) -> None:
    open_pack(pack)
    Progress().keep("tiny", {"step": "alpha", "attempts": {"alpha": {"done": True}}}, 7)
    moved = pack.rename(tmp_path / "moved")
    open_pack(moved)
    assert Progress().summary("tiny").done == {"alpha"}


@pytest.mark.parametrize(
    ("find", "replace", "says"),
    [
        ('id = "tea-shop"', "", "course.toml:1: S1: the key 'id' is missing"),
        ('id = "tea-shop"', 'id = "../../x"', "course.toml:2: S1: '../../x' is no id"),
        ('id = "tea-shop"', "id = 5", "course.toml:2: S1: 'id' must be a string"),
        ('lessons = ["tiny"]', 'lessons = ["../tea/tiny"]', "course.toml:3: S1: '../tea/tiny' is"),
        ('lessons = ["tiny"]', 'lessons = ["nothing"]', "course.toml:3: S1: there is no nothing"),
        ('lessons = ["tiny"]', "lessons = []", "course.toml:1: S1: there is no lesson"),
        ("format = 1", "format = 99", "course.toml:1: S7: format 99 is newer"),
        ("format = 1", "format = [", "course.toml:2: S1: not valid TOML"),
    ],
)
def test_what_is_wrong_is_told_with_file_and_line(
    pack: Path, find: str, replace: str, says: str
) -> None:
    edit(pack / "course.toml", find, replace)
    with pytest.raises(LessonError) as told:
        read_pack(pack)
    assert says in str(told.value)


@pytest.mark.parametrize("there", ["nothing", "file", "junk"])
def test_a_folder_that_is_no_pack_is_told(tmp_path: Path, there: str) -> None:
    place = tmp_path / "place"
    if there == "file":
        place.write_bytes(b"\x00\xff")
    elif there == "junk":
        place.mkdir()
        (place / "course.toml").write_bytes(b"\xff\xfe\x00 junk")
    with pytest.raises(LessonError) as told:
        read_pack(place)
    assert "course.toml" in str(told.value)


def test_a_pack_has_no_way_out_of_its_folder(pack: Path, tmp_path: Path) -> None:
    """A link inside leads nowhere else."""
    secret = write_lesson(tmp_path / "secret") / "tiny"
    os.symlink(secret, pack / "other")
    edit(pack / "course.toml", '["tiny"]', '["tiny", "other"]')
    _pack, course = read_pack(pack)
    assert [lesson.id for lesson in course.lessons] == ["tiny"]


def test_the_command_line_says_why_a_pack_cannot_be_opened(tmp_path: Path) -> None:
    said = subprocess.run(
        [sys.executable, "-m", "tutor", "--lessons", str(tmp_path / "none")],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert said.returncode == 2
    assert "course.toml" in said.stderr
    assert "Traceback" not in said.stderr
