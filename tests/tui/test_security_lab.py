"""The security lab on the screen: who types what where, and a server that is hardened by keys."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.tui.playing import Play, playing
from tests.tui.screen_text import check_golden
from tests.tui.test_screens import GOLDENS, RENEW
from tutor.console.spelling import in_layout
from tutor.labs.security import EXPERIMENTS
from tutor.labs.security.lab import SecurityLab
from tutor.tui.screens.lane_lab import LaneLabScreen


async def opened(play: Play, experiment: str, steps: int) -> LaneLabScreen:
    """The lab, standing still, so many tenths of a second old."""
    play.app.open_lane_lab("security", experiment)
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


async def entered(play: Play, line: str) -> None:
    await play.type(line)
    await play.press("enter")
    await play.pilot.pause()


@pytest.mark.parametrize("size", [(120, 40), (80, 24)], ids=["120x40", "80x24"])
@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_screen(home: Path, experiment: str, size: tuple[int, int]) -> None:
    async def scenario() -> str:
        async with playing(home, size=size) as play:
            screen = await opened(play, experiment, 50)
            await play.press("down")
            if experiment == "harden":
                await play.press("i", "d", "k")
            await forward(play, screen, 40)
            return play.text

    path = GOLDENS / f"security-{experiment}-{size[0]}x{size[1]}-en.txt"
    check_golden(path, asyncio.run(scenario()), RENEW)


def test_each_person_types_at_a_server_of_choice(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home, size=(120, 40)) as play:
            screen = await opened(play, "attacks", 1)
            await play.press("N", "enter")
            await entered(play, ":on attacker GET billing:card:7")
            assert '"4000 0000 0000 0002"' in play.text
            await entered(play, ":on attacker@acl PING")
            assert "(error) NOAUTH Authentication required." in play.text
            await entered(play, ":on attacker@bind PING")
            assert "198.51.100.7:6379: Connection refused" in play.text
            await entered(play, ":node app@acl")
            await entered(play, "FLUSHALL")
            assert "(error) NOPERM" in play.text
            await entered(play, ":attack wipe")
            await entered(play, ":run 2")
            lane = screen.playing.lab.frame.lane("open")
            assert (lane.through, lane.lost) == (1, 15)

    asyncio.run(scenario())


@pytest.mark.parametrize("layout", ["us", "russian"])
def test_a_server_is_hardened_by_keys(home: Path, layout: str) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            screen = await opened(play, "harden", 20)
            letters = ["b", "p", "a", "a", "d", "k"]
            await play.press(*(letters if layout == "us" else map(in_layout, letters)))
            await forward(play, screen, 100)
            lab = screen.playing.lab
            assert isinstance(lab, SecurityLab)
            standing = [lab.standing(kind) for kind in ("bind", "protect", "password")]
            assert standing == ["inward", "yes", "strong"]
            yours = lab.frame.lane("yours")
            assert (yours.through, yours.untested, yours.refused_now) == (0, 0, 0)

    asyncio.run(scenario())
