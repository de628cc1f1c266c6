"""The scrubber: where we stand among all commands, and any other moment a click away."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.tui.playing import Play, playing
from tutor.engine.world import World
from tutor.i18n import set_language
from tutor.tui.screens.lesson import LessonScreen
from tutor.tui.screens.sandbox import SandboxScreen
from tutor.tui.widgets.scrubber import Scrubber


def world_of(play: Play) -> World:
    screen = play.app.screen
    assert isinstance(screen, (SandboxScreen, LessonScreen))
    return screen.desk.world


def line_of(play: Play) -> str:
    """The scrubber's row on the screen."""
    return next((line for line in play.text.splitlines() if "◄ ├" in line), "")


async def filled(play: Play) -> None:
    await play.press("end", "enter")
    await play.enter("SET a 1", "LPUSH q x", "GET a", "INCR a", "DEL q", "SADD s m")


def test_it_is_there_once_something_can_be_taken_back(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await play.press("end", "enter")
            await play.enter("GET a", "PING")
            assert not line_of(play)
            await play.enter("SET a 1")
            assert "3 of 3 · SET a 1" in line_of(play)

    asyncio.run(scenario())


def test_keys_go_one_command_back_and_forth(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await filled(play)
            world = world_of(play)
            await play.press("alt+left", "alt+left", "alt+left")
            assert len(world.history) == 3
            assert "3 of 6 · GET a" in line_of(play)
            assert "the past, 3 commands ahead; a change begins a branch" in line_of(play)
            await play.press("alt+right")
            assert "4 of 6" in line_of(play)
            await play.press(*["alt+right"] * 5)
            assert "6 of 6 · SADD s m" in line_of(play)
            assert "past" not in line_of(play)
            await play.press(*["alt+left"] * 9)
            assert "0 of 6 · the beginning" in line_of(play)

    asyncio.run(scenario())


def test_a_click_and_a_drag_go_to_any_moment(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await filled(play)
            world, scrubber = world_of(play), play.app.screen.query_one(Scrubber)
            await play.pilot.click(scrubber, offset=(4, 0))
            await play.pilot.pause()
            assert len(world.history) == 0
            assert not world.engine.databases[0].keys.data
            bar = scrubber._bar_width(scrubber.content_size.width)
            await play.pilot.mouse_down(scrubber, offset=(4, 0))
            seen = []
            for x in range(4, bar + 12):
                await play.pilot.hover(scrubber, offset=(x, 0))
                await play.pilot.pause()
                seen.append(len(world.history))
            await play.pilot.mouse_up(scrubber, offset=(bar + 11, 0))
            assert seen == sorted(seen)
            assert set(seen) == set(range(7))
            await play.pilot.click(scrubber, offset=(1, 0))
            await play.pilot.pause()
            assert len(world.history) == 5
            await play.pilot.click(scrubber, offset=(bar + 6, 0))
            await play.pilot.pause()
            assert len(world.history) == 6
            await play.pilot.hover(scrubber, offset=(5, 0))
            await play.pilot.pause()
            assert len(world.history) == 6

    asyncio.run(scenario())


def test_the_x_ray_follows_and_a_change_begins_a_branch(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await filled(play)
            await play.press("alt+left", "alt+left")
            assert "X-ray · q" in play.text
            await play.enter("GET a")
            assert "5 of 7" in line_of(play)
            await play.enter("SET b 1")
            assert "6 of 6 · SET b 1" in line_of(play)
            await play.enter(":time")
            assert "branch 1: after command 5 another 2 commands" in play.text
            await play.enter(":time branch 1")
            assert "7 of 7 · SADD s m" in line_of(play)
            await play.enter(":undo 2")
            assert "Taken back: 2 changes" in play.text
            await play.enter(":undo x")
            assert "Say how many changes" in play.text
            await play.enter(":time 99")
            assert "There is no moment 99" in play.text

    asyncio.run(scenario())


def test_others_lose_nothing_unasked(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await filled(play)
            world = world_of(play)
            other = world.engine.connect()
            world.engine.execute(other, [b"SET", b"theirs", b"1"])
            await play.press("alt+left")
            assert "Other clients have made 1 change" in play.text
            assert ":time 5 yes" in " ".join(play.text.split())
            assert len(world.history) == 6
            await play.press("alt+left")
            assert len(world.history) == 5
            assert "went with it" in play.text

    asyncio.run(scenario())


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40), (200, 50)])
def test_it_is_one_row_at_any_size_in_both_languages(home: Path, size: tuple[int, int]) -> None:
    async def scenario() -> None:
        async with playing(home, size=size) as play:
            await filled(play)
            for language, word in (("en", "the past"), ("ru", "прошлое")):
                set_language(language)
                play.app.screen.query_one(Scrubber).retranslate()
                await play.press("alt+left")
                if language == "en":
                    assert word in line_of(play)
                assert len(line_of(play)) <= size[0]
            await play.resize(40, 10)
            assert not line_of(play)

    asyncio.run(scenario())


def test_a_lesson_is_judged_at_each_moment(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await play.press("enter")
            screen = play.app.screen
            assert isinstance(screen, LessonScreen)
            while not screen.player.step.checks:
                assert screen.player.next()
                screen.turned()
            for words in screen.player.solution():
                await play.enter(words)
            assert screen.player.passed
            await play.press("alt+left")
            assert not screen.player.passed
            await play.press("alt+right")
            assert screen.player.passed

    asyncio.run(scenario())
