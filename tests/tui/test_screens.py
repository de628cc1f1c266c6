"""The main screens as text, in both languages and two sizes.

After a change that was meant: `REDIS_TUTOR_GOLDENS=renew pytest tests/tui/test_screens.py`, then
look at the difference.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.tui.playing import Play, playing
from tests.tui.screen_text import check_golden

GOLDENS = Path(__file__).parent / "goldens"
RENEW = os.environ.get("REDIS_TUTOR_GOLDENS") == "renew"


async def home_screen(play: Play) -> None:
    """The list of lessons."""


async def reading(play: Play) -> None:
    """A step that only tells."""
    await play.press("enter")


async def exercise(play: Play) -> None:
    """In the middle of an exercise, after a mistake, with a hint, while typing."""
    await play.press("enter", "f8")
    await play.enter("HSET user:1 name Alice", "GET user:1")
    await play.press("ctrl+o", "f3")
    await play.type("HSET user:1 age")


async def prediction(play: Play) -> None:
    """A question that was answered wrongly."""
    await play.press("enter", "f8", "f8", "1")


async def finished(play: Play) -> None:
    """The end of a lesson."""
    await play.press("enter", "f8", "f8", "f8", "f8")


async def sandbox(play: Play) -> None:
    """Some keys, a conversion, the menu open."""
    await play.press("end", "enter")
    await play.enter(
        "SET counter 41", "INCR counter", "SADD tags a b", "HSET user:1 name Alice age 30",
        f"HSET user:1 about {'x' * 65}",
    )  # fmt: skip
    await play.type("HGET user:1 a")
    await play.press("tab")


async def help_screen(play: Play) -> None:
    """F1 while a command is typed."""
    await play.press("enter", "f8")
    await play.type("HDEL k")
    await play.press("f1")


async def palette(play: Play) -> None:
    """All actions of a lesson."""
    await play.press("enter", "f8", "ctrl+t")


SCENES: dict[str, Callable[[Play], Awaitable[None]]] = {
    "home": home_screen,
    "reading": reading,
    "exercise": exercise,
    "prediction": prediction,
    "finished": finished,
    "sandbox": sandbox,
    "help": help_screen,
    "palette": palette,
}


@pytest.mark.parametrize("lang", ["en", "ru"])
@pytest.mark.parametrize("size", [(120, 40), (80, 24)], ids=["120x40", "80x24"])
@pytest.mark.parametrize("scene", SCENES)
def test_screen(home: Path, scene: str, size: tuple[int, int], lang: str) -> None:
    async def scenario() -> str:
        async with playing(home, size=size, lang=lang) as play:
            await SCENES[scene](play)
            await play.app.workers.wait_for_complete()
            await play.pilot.pause()
            return play.text

    path = GOLDENS / f"{scene}-{size[0]}x{size[1]}-{lang}.txt"
    check_golden(path, asyncio.run(scenario()), RENEW)
