"""The wheel carries everything: it plays a lesson outside the checkout, in both languages."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

PLAY = """
import sys
from pathlib import Path
import tutor
from tutor import i18n
from tutor.cli import main
from tutor.course.loader import load_course
from tutor.course.player import Player

assert Path(tutor.__file__).is_relative_to(sys.argv[1]), tutor.__file__
i18n.set_language("ru")
assert i18n._("no TTL") == "без TTL", i18n._("no TTL")
player = Player(load_course(), "string", "session")
assert not player.passed
for line in player.step.solution:
    player.run(line.argv)
assert player.passed
picture = Path.cwd() / "lb.png"
drawing = ["xray", "--lang", "ru", "--run", "ZADD lb 100 p1 250 p2", "--png", str(picture)]
assert main(drawing) == 0
assert picture.read_bytes().startswith(b"\\x89PNG")
print("played", player.lesson_title())
"""


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "-o", str(folder), str(ROOT)],
        check=True,
        capture_output=True,
        text=True,
    )
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_lessons_and_compiled_catalogs(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert "tutor/_data/lessons/string/ru.md" in names
    assert "tutor/_data/locales/ru/LC_MESSAGES/redis-tutor.mo" in names
    assert {
        "tutor/diagrams/export/fonts/DejaVuSansMono.ttf",
        "tutor/diagrams/export/fonts/LICENSE.txt",
    } <= names
    assert not [name for name in names if name.startswith(("tests/", "lessons/", "locales/"))]


def test_the_wheel_plays_a_lesson_outside_the_checkout(wheel: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*install, "--no-deps", "--no-index", "--target", site, wheel], check=True)
    played = subprocess.run(
        [sys.executable, "-c", PLAY, str(site)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(site), "HOME": str(tmp_path), "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert played.returncode == 0, played.stderr
    assert played.stdout.strip() == "played STRING: сессии, счётчики, кэш"
