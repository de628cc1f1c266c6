"""A lesson's steps in a lab of lanes, on the screen: played by words and keys, both sizes."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.course.lanekit import write_lesson
from tests.tui.playing import Play, playing
from tests.tui.screen_text import check_golden
from tests.tui.test_screens import GOLDENS, RENEW
from tutor.tui.screens.lab_lesson import LaneLessonScreen
from tutor.tui.screens.lesson import LessonScreen

LESSONS = Path(__file__).parents[2] / "lessons"
SIZES = pytest.mark.parametrize("size", [(120, 40), (80, 24)], ids=["120x40", "80x24"])


async def opened(play: Play, step: str = "warm", lesson: str = "tiny") -> LaneLessonScreen:
    """The lesson at a step, its lab standing still where the learner comes."""
    play.app.open_lesson(lesson, step)
    await play.pilot.pause()
    screen = play.app.screen
    assert isinstance(screen, LaneLessonScreen)
    screen.action_reset()
    screen.playing.running = False
    await play.pilot.pause()
    return screen


@pytest.mark.parametrize("lang", ["en", "ru"])
@SIZES
def test_screen(home: Path, size: tuple[int, int], lang: str) -> None:
    async def scenario() -> tuple[str, str]:
        async with playing(home, size=size, lang=lang, lessons=LESSONS) as play:
            await opened(play, "crowd", "django-cache")
            await play.enter(":workers 20", ":rate 80", "DEL shop:1:page:0", ":run 1")
            story = play.text
            await play.press("escape", "v", "down", "down")
            await play.pilot.pause()
            return story, play.text

    story, lab = asyncio.run(scenario())
    name = f"lane-lesson-{size[0]}x{size[1]}-{lang}"
    check_golden(GOLDENS / f"{name}.txt", story, RENEW)
    check_golden(GOLDENS / f"{name}-xray.txt", lab, RENEW)


@SIZES
def test_a_step_is_done_by_words(home: Path, tmp_path: Path, size: tuple[int, int]) -> None:
    async def scenario() -> None:
        folder = write_lesson(tmp_path / "lessons")
        async with playing(home, size=size, lessons=folder) as play:
            screen = await opened(play)
            assert screen.focused is play.prompt
            await play.enter(":rate 0")
            assert "There are no requests." in play.text
            await play.enter(":on without SET mine 1", ":rate 80", ":run 2")
            assert "The key went to the other lane." in play.text
            await play.enter("SET mine 1")
            assert screen.player.passed
            await play.press("f5")
            assert not screen.player.passed
            assert screen.playing.lab is screen.player.lab
            assert screen.player.history == []

    asyncio.run(scenario())


def test_keys_of_the_lab_count_as_moves_and_go_back(home: Path, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with playing(home, lessons=write_lesson(tmp_path / "lessons")) as play:
            screen = await opened(play)
            await play.press("escape")
            assert screen.focused is screen.canvas
            await play.press("u", "u", "u", "u")
            assert screen.playing.lab.knobs.rate == 80
            await play.press("colon")
            await play.type("on aside SET mine 1")
            await play.press("enter")
            await play.enter(":run 2")
            assert screen.player.passed
            await play.enter(":back 2.5", ":ttl 1")
            assert not screen.player.passed
            assert [entry.argv[0] for entry in screen.player.history] == [b":ttl"]

    asyncio.run(scenario())


def test_the_run_is_given(home: Path, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with playing(home, lessons=write_lesson(tmp_path / "lessons")) as play:
            screen = await opened(play)
            lab = screen.playing.lab
            await play.press("escape", "x", "1", "2", "5")
            assert screen.playing.lab is lab
            assert screen.experiment == "aside"
            assert "seed" not in play.text
            await play.press("up")
            assert screen.desk.name == "without"
            await play.press("f1")
            assert "Keys: all lanes" in play.text

    asyncio.run(scenario())


def test_the_place_is_kept_when_one_leaves_and_comes_back(home: Path, tmp_path: Path) -> None:
    folder = write_lesson(tmp_path / "lessons")

    async def scenario() -> None:
        async with playing(home, lessons=folder) as play:
            await opened(play)
            await play.enter(":run 1", ":rate 80", "SET k v")
        async with playing(home, lessons=folder) as play:
            play.app.open_lesson("tiny")
            await play.pilot.pause()
            screen = play.app.screen
            assert isinstance(screen, LaneLessonScreen)
            assert screen.playing.lab.knobs.rate == 80
            assert screen.playing.at == screen.playing.last
            assert screen.playing.lab.deeds[-1].reply == b"OK"

    asyncio.run(scenario())


def test_a_question_and_a_demo_are_really_run(home: Path, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with playing(home, lessons=write_lesson(tmp_path / "lessons")) as play:
            screen = await opened(play, "foresee")
            await play.press("2")
            assert "aside:6379[1]> GET mine" in play.text
            assert screen.playing.lab is screen.player.lab
            screen.player.jump("show")
            screen.turn()
            await play.pilot.pause()
            screen.playing.running = False
            assert play.app.screen is screen
            await play.press("f8")
            assert "SET mine 1 EX 20" in play.text
            await play.press("f8")
            assert "EXISTS mine" in play.text
            assert screen.player.done
            screen.player.jump("intro")
            screen.turn()
            await play.pilot.pause()
            assert isinstance(play.app.screen, LessonScreen)

    asyncio.run(scenario())


def test_on_a_narrow_terminal_f6_leads_to_the_lab(home: Path, tmp_path: Path) -> None:
    async def scenario() -> None:
        folder = write_lesson(tmp_path / "lessons")
        async with playing(home, size=(80, 24), lessons=folder) as play:
            screen = await opened(play)
            await play.press("f6")
            assert screen.focused is screen.story.text
            await play.press("f6")
            assert screen.focused is screen.canvas
            assert screen.seen_panel() == "lab"
            assert "cache-aside" in play.text
            await play.press("u", "u", "u", "u")
            await play.enter("SET mine 1", ":run 2")
            assert "Done: F8 goes on." in play.text

    asyncio.run(scenario())
