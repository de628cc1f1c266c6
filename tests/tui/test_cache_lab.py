"""The cache lab on the screen: its tabs, its keys, its time, both layouts, help."""

from __future__ import annotations

import asyncio
from argparse import Namespace
from pathlib import Path

import pytest

from tests.tui.playing import Play, playing
from tests.tui.screen_text import check_golden
from tests.tui.test_screens import GOLDENS, RENEW
from tutor.console import lane_lab as command
from tutor.console.labs import wants_screen
from tutor.console.spelling import in_layout
from tutor.labs.cache import CURES, EXPERIMENTS, OF, STEPS
from tutor.labs.cache.lab import knob_of
from tutor.tui.cachekeys import CACHE_KEYS
from tutor.tui.lanekeys import play_keys
from tutor.tui.screens.lane_lab import LaneLabScreen


async def opened(play: Play, steps: int = 20, experiment: str = "stampede") -> LaneLabScreen:
    """The lab, standing still, so many tenths of a second old."""
    play.app.open_lane_lab("cache", experiment)
    await play.pilot.pause()
    screen = play.app.screen
    assert isinstance(screen, LaneLabScreen)
    screen.playing.running = False
    screen.playing.go(0)
    await forward(play, screen, steps)
    return screen


async def forward(play: Play, screen: LaneLabScreen, steps: int) -> None:
    screen.playing.forward(steps)
    screen.look()
    await play.pilot.pause()


@pytest.mark.parametrize("lang", ["en", "ru"])
@pytest.mark.parametrize("size", [(120, 40), (80, 24)], ids=["120x40", "80x24"])
@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_screen(home: Path, experiment: str, size: tuple[int, int], lang: str) -> None:
    async def scenario() -> str:
        async with playing(home, size=size, lang=lang) as play:
            screen = await opened(play, 54, experiment)
            await play.press("down")
            if experiment == "stampede":
                await play.press("down", "k")
            await forward(play, screen, 20)
            return play.text

    path = GOLDENS / f"cache-{experiment}-{size[0]}x{size[1]}-{lang}.txt"
    check_golden(path, asyncio.run(scenario()), RENEW)


@pytest.mark.parametrize("layout", ["us", "russian"])
@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_each_knob_turns_up_and_down(home: Path, experiment: str, layout: str) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            screen = await opened(play, 3, experiment)
            for key in CACHE_KEYS:
                if key.kind not in STEPS or key.kind not in OF[screen.experiment]:
                    continue
                steps = STEPS[key.kind]
                at = steps.index(knob_of(screen.playing.lab.knobs, key.kind))
                up, down = key.keys if layout == "us" else map(in_layout, key.keys)
                await play.press(up)
                wanted = steps[min(at + 1, len(steps) - 1)]
                assert knob_of(screen.playing.lab.knobs, key.kind) == wanted, key.kind
                await play.press(down)
                wanted = steps[max(steps.index(wanted) - 1, 0)]
                assert knob_of(screen.playing.lab.knobs, key.kind) == wanted, key.kind
            assert screen.experiment == experiment

    asyncio.run(scenario())


@pytest.mark.parametrize("layout", ["us", "russian"])
def test_the_worker_that_computes_is_killed_in_every_lane(home: Path, layout: str) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            screen = await opened(play, 51)
            while screen.frame.lane("lock").load == 0:
                await forward(play, screen, 1)
            await play.press("k" if layout == "us" else in_layout("k"))
            assert screen.frame.lane("lock").killed == 1
            assert screen.frame.lane("none").killed == 1
            assert screen.frame.lane("warm").killed == 0

    asyncio.run(scenario())


def test_tabs_keep_their_runs_and_a_click_opens_one(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            screen = await opened(play, 30)
            await play.press("5")
            assert (screen.experiment, screen.playing.at) == ("routing", 0)
            await forward(play, screen, 25)
            await play.press("2")
            assert (screen.experiment, screen.playing.at) == ("stampede", 30)
            await play.click("models")
            assert screen.experiment == "models"
            assert "AttributeError" in play.text
            await play.press("5")
            assert screen.playing.at == 25

    asyncio.run(scenario())


def test_a_lane_is_chosen_by_keys_and_by_a_click(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            screen = await opened(play)
            await play.press("down", "down")
            assert CURES["stampede"][screen.chosen] == "lock"
            assert "look again each 50 ms" in play.text
            await play.press("up", "up", "up")
            assert CURES["stampede"][screen.chosen] == "warm"
            await play.click("serve stale")
            assert CURES["stampede"][screen.chosen] == "stale"
            await play.press("1")
            assert screen.chosen == 0

    asyncio.run(scenario())


def test_time_goes_back_and_another_future_begins_there(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            screen = await opened(play, 60)
            computed = screen.frame.lane("none").computed
            assert computed > 4
            await play.press("home")
            assert (screen.playing.at, screen.playing.past) == (0, True)
            await play.press("full_stop", "full_stop", "comma", "T", "T")
            assert (screen.playing.at, screen.playing.past) == (1, False)
            assert screen.frame.knobs.ttl_s == 2
            await forward(play, screen, 120)
            assert screen.frame.lane("none").computed > computed
            await play.press("x")
            assert (screen.playing.lab.seed, screen.playing.at) == (8, 0)

    asyncio.run(scenario())


def test_keys_that_mean_nothing_change_nothing(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            screen = await opened(play)
            await play.press("q", "K", "d", "r", "й", "8", "0", "tab")
            assert not screen.playing.lab.acts
            assert screen.experiment == "stampede"
            for size in ((60, 20), (40, 12), (30, 8), (120, 40)):
                for number in "12345":
                    await play.press(number)
                await play.resize(*size)
            await play.press("2")
            assert "get_or_set" in play.text

    asyncio.run(scenario())


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_help_lists_every_key(home: Path, lang: str) -> None:
    async def scenario() -> None:
        async with playing(home, size=(100, 60), lang=lang) as play:
            await opened(play)
            await play.press("f1")
            for key in (*CACHE_KEYS, *play_keys("cache")):
                assert key.help()[:25] in play.text

    asyncio.run(scenario())


def test_it_opens_from_the_list_and_from_the_palette(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            assert "stampedes, stale reads" in play.text
            await play.click("Cache lab")
            assert isinstance(play.app.screen, LaneLabScreen)
            await play.press("escape")
            assert not isinstance(play.app.screen, LaneLabScreen)
            await play.press("ctrl+t")
            await play.type("Cache lab")
            await play.pilot.pause(0.3)
            await play.press("down", "enter")
            await play.pilot.pause(0.3)
            assert isinstance(play.app.screen, LaneLabScreen)

    asyncio.run(scenario())


def test_the_command_opens_it_where_there_is_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    plain = {"lab": "cache", "list": False, "json": False, "svg": None, "png": None, "steps": None,
             "kill": None, "death": None, "scenario": "healthy"}  # fmt: skip
    assert wants_screen(Namespace(**plain))
    for name, value in (("json", True), ("svg", "f"), ("png", "f"), ("steps", 5)):
        assert not wants_screen(Namespace(**{**plain, name: value}))
    said = {"lab": "cache", "experiment": None, "lane": "lock", "seed": 9, "settings": ["ttl=3"]}
    asked = command.asked(Namespace(**said, workers="3", delay="5"))
    assert asked is not None
    assert (asked.experiment, asked.lane, asked.seed) == ("stampede", "lock", 9)
    assert asked.settings == {"workers": 3, "ttl": 3}
    assert command.asked(Namespace(**{**said, "experiment": "aside"})) is None
