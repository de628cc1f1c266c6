"""The persistence stage on the screen: its keys, its time, both layouts, help."""

from __future__ import annotations

import asyncio
from argparse import Namespace
from pathlib import Path

import pytest

from tests.tui.playing import Play, playing
from tests.tui.screen_text import check_golden
from tests.tui.test_screens import GOLDENS, RENEW
from tutor.console.labs import SETTINGS, wants_screen
from tutor.console.spelling import in_layout
from tutor.labs.durability import POLICIES
from tutor.tui.labkeys import STAGE_KEYS, STAGE_PLAY_KEYS
from tutor.tui.screens.durability import StageScreen


async def opened(play: Play, steps: int = 40) -> StageScreen:
    """The stage, standing still, so many tenths of a second old."""
    play.app.open_stage()
    await play.pilot.pause()
    screen = play.app.screen
    assert isinstance(screen, StageScreen)
    screen.playing.running = False
    screen.playing.go(0)
    await forward(play, screen, steps)
    return screen


async def forward(play: Play, screen: StageScreen, steps: int) -> None:
    screen.playing.forward(steps)
    screen.look()
    await play.pilot.pause()


@pytest.mark.parametrize("lang", ["en", "ru"])
@pytest.mark.parametrize("size", [(120, 40), (80, 24)], ids=["120x40", "80x24"])
def test_screen(home: Path, size: tuple[int, int], lang: str) -> None:
    async def scenario() -> str:
        async with playing(home, size=size, lang=lang) as play:
            screen = await opened(play, 0)
            await play.press("t", "t", "t")
            await forward(play, screen, 86)
            await play.press("o")
            await forward(play, screen, 6)
            await play.press("r")
            await forward(play, screen, 21)
            return play.text

    path = GOLDENS / f"stage-{size[0]}x{size[1]}-{lang}.txt"
    check_golden(path, asyncio.run(scenario()), RENEW)


@pytest.mark.parametrize("layout", ["us", "russian"])
def test_each_key_changes_what_it_says(home: Path, layout: str) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            screen = await opened(play)

            async def press(letter: str) -> None:
                await play.press(letter if layout == "us" else in_layout(letter))

            stages = screen.playing.lab.stages
            await press("u")
            assert {one.rate for one in stages} == {80}
            await press("U")
            await press("U")
            assert {one.rate for one in stages} == {5}
            await press("t")
            assert {one.syncer.takes for one in stages} == {20_000}
            await press("T")
            assert {one.syncer.takes for one in stages} == {0}
            await press("k")
            assert {one.node.condition for one in stages} == {"down"}
            assert {one.death for one in stages} == {"crash"}
            await press("r")
            assert {one.node.condition for one in stages} == {"online"}
            assert {one.node.life for one in stages} == {2}
            await press("o")
            assert {one.death for one in stages} == {"power-cut"}
            await press("x")
            assert screen.playing.lab.seed == 8
            assert screen.playing.at == 0

    asyncio.run(scenario())


def test_a_setting_is_chosen_by_keys_and_by_a_click(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            screen = await opened(play)
            await play.press("down", "down")
            assert screen.frame.policy == "memory"
            assert "whatever ends the process takes everything" in play.text
            await play.press("up")
            assert screen.frame.policy == "aof-always"
            await play.click("save 2 1")
            assert screen.frame.policy == "save-2"

    asyncio.run(scenario())


def test_time_goes_back_and_another_death_takes_other_writes(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            screen = await opened(play, 60)
            await play.press("k")
            killed = screen.playing.frame
            assert killed[2].count("gone") > 0
            await play.press("comma", "left", "б")
            assert (screen.playing.at, screen.playing.past) == (57, True)
            assert screen.frame.up
            await play.press("o")
            assert (screen.playing.at, screen.playing.past) == (57, False)
            assert screen.playing.frame[3].count("gone") > 0
            await play.press("home", "end")
            assert screen.playing.at == 57

    asyncio.run(scenario())


def test_keys_that_mean_nothing_change_nothing(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            screen = await opened(play)
            await play.press("q", "K", "d", "й", "1", "enter", "tab", "colon")
            assert all(not stage.acts for stage in screen.playing.lab.stages)
            for size in ((60, 20), (40, 12), (30, 8), (120, 40)):
                await play.resize(*size)
            assert "appendfsync everysec" in play.text

    asyncio.run(scenario())


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_help_lists_every_key(home: Path, lang: str) -> None:
    async def scenario() -> None:
        async with playing(home, size=(100, 60), lang=lang) as play:
            await opened(play)
            await play.press("f1")
            for key in (*STAGE_KEYS, *STAGE_PLAY_KEYS):
                assert key.help()[:25] in play.text

    asyncio.run(scenario())


def test_it_opens_from_the_list_and_from_the_palette(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await play.press("end", "up", "up", "up", "enter")
            assert isinstance(play.app.screen, StageScreen)
            await play.press("escape")
            assert not isinstance(play.app.screen, StageScreen)
            await play.press("ctrl+t")
            await play.type("Persistence")
            await play.pilot.pause(0.3)
            await play.press("down", "enter")
            await play.pilot.pause(0.3)
            assert isinstance(play.app.screen, StageScreen)

    asyncio.run(scenario())


def test_the_command_opens_it_where_there_is_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    plain = {"lab": "durability", "list": False, "json": False, "svg": None, "png": None,
             "steps": None, "kill": None, "death": None, "scenario": "healthy"}  # fmt: skip
    assert wants_screen(Namespace(**plain))
    for name, value in (("json", True), ("kill", 9.3), ("death", "crash"), ("steps", 5)):
        assert not wants_screen(Namespace(**{**plain, name: value}))
    assert tuple(POLICIES) == SETTINGS
