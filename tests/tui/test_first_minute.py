"""From `redis-tutor` to the first command in three keys, and the language."""

from __future__ import annotations

import asyncio
import re
import shutil
from pathlib import Path

import pytest

from tests.tui.playing import COURSE, playing
from tutor import i18n
from tutor.course.progress import Progress
from tutor.tui.screens.home import HomeScreen
from tutor.tui.screens.language import LanguageScreen
from tutor.tui.screens.lesson import LessonScreen


def test_one_key_leads_to_a_prompt_in_the_first_lesson(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            assert isinstance(play.app.screen, HomeScreen)
            await play.press("enter")
            assert isinstance(play.app.screen, LessonScreen)
            assert play.app.screen.player.lesson.id == "sample"
            assert play.app.focused is play.prompt
            await play.type("GET tea")
            await play.press("enter")
            assert '"green"' in play.text

    asyncio.run(scenario())


def test_the_language_is_asked_once_where_the_locale_is_neither(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "de_DE.UTF-8")

    async def scenario() -> None:
        async with playing(home, lang=None) as play:
            assert isinstance(play.app.screen, LanguageScreen)
            assert "Русский" in play.text
            await play.press("2")
            assert i18n.language() == "ru"
            assert isinstance(play.app.screen, HomeScreen)
            await play.press("enter")
            assert isinstance(play.app.screen, LessonScreen)
            await play.type("G")
            assert play.prompt.value == "G"
        async with playing(home, lang=None) as play:
            assert isinstance(play.app.screen, HomeScreen)
            assert i18n.language() == "ru"

    asyncio.run(scenario())


@pytest.mark.parametrize(("locale", "code"), [("ru_RU.UTF-8", "ru"), ("en_GB.UTF-8", "en")])
def test_the_locale_chooses(
    home: Path, monkeypatch: pytest.MonkeyPatch, locale: str, code: str
) -> None:
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", locale)

    async def scenario() -> None:
        async with playing(home, lang=None) as play:
            assert isinstance(play.app.screen, HomeScreen)
            assert i18n.language() == code

    asyncio.run(scenario())


def test_a_missing_catalog_is_said_and_english_goes_on(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> Path:
        raise FileNotFoundError(f"no folder {name!r}")

    monkeypatch.setattr("tutor.i18n.data_folder", missing)

    async def scenario() -> None:
        async with playing(home, lang="ru") as play:
            assert "no folder 'locales'" in play.text
            assert "Redis you can see through" in play.text

    asyncio.run(scenario())


def test_a_damaged_progress_file_is_kept_aside_and_said_so(home: Path) -> None:
    (home / "progress.json").write_text("{ broken")

    async def scenario() -> None:
        async with playing(home) as play:
            assert "progress.damaged-1.json" in play.text.replace("\n", "").replace(" ", "")

    asyncio.run(scenario())
    assert (home / "progress.damaged-1.json").read_text() == "{ broken"


def test_a_home_that_cannot_be_written_is_said_and_the_course_goes_on(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("a file where the folder should be")

    async def scenario() -> None:
        async with playing(blocked / "home") as play:
            await play.press("enter")
            await play.enter("SET a 1")
            await play.press("escape")
            assert "Progress is not kept" in play.text

    asyncio.run(scenario())


def test_a_bad_lesson_file_is_named_with_its_line(home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "lessons"
    (folder / "bad").mkdir(parents=True)
    (folder / "course.toml").write_text('format = 1\nlessons = ["bad"]\n')
    (folder / "bad" / "lesson.toml").write_text('format = 1\nid = "bad"\nseed = = 7\n')

    async def scenario() -> None:
        async with playing(home, size=(80, 24), lessons=folder) as play:
            squeezed = play.text.replace("\n", "").replace(" ", "")
            assert "bad/lesson.toml:3" in squeezed
            await play.press("enter")

    asyncio.run(scenario())


def test_a_lesson_with_a_typo_is_left_out_and_named(home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "lessons"
    shutil.copytree(COURSE, folder)
    path = folder / "sample" / "lesson.toml"
    path.write_text(path.read_text().replace("solution", "solutoin"))

    async def scenario() -> None:
        async with playing(home, size=(80, 24), lessons=folder) as play:
            squeezed = play.text.replace("\n", "").replace(" ", "")
            assert re.search(r"sample/lesson\.toml:\d+:S1", squeezed), play.text
            assert "SAMPLE" not in play.text
            await play.press("enter")
            assert isinstance(play.app.screen, LessonScreen)
            assert play.app.screen.player.lesson.id == "second"

    asyncio.run(scenario())


def test_an_unknown_lesson_on_the_command_line_is_explained(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home, lesson="nosuch") as play:
            await play.pilot.pause()
            assert isinstance(play.app.screen, HomeScreen)
            assert "There is no lesson nosuch" in play.text

    asyncio.run(scenario())


def test_settings_are_kept(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await play.press("f2")
            play.app.action_theme()
            await play.pilot.pause()

    asyncio.run(scenario())
    kept = Progress(home)
    assert kept.setting("language") == "ru"
    assert kept.setting("theme") == "light"
