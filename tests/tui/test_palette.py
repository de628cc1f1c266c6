"""The palette leads to every place by its name."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.tui.playing import Play, playing
from tutor.i18n import _
from tutor.tui.places import KEEPING, PLACES, Place
from tutor.tui.screens.lesson import LessonScreen
from tutor.tui.screens.sandbox import SandboxScreen


async def search(play: Play, words: str) -> None:
    await play.press("ctrl+t")
    await play.type(words)
    await play.app.workers.wait_for_complete()
    await play.pilot.pause()


async def choose(play: Play, words: str) -> None:
    await search(play, words)
    await play.press("enter")
    await play.app.workers.wait_for_complete()
    await play.pilot.pause()


def test_the_sandbox_is_found_from_the_home_screen_and_from_a_lesson(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await choose(play, "sandbox")
            assert isinstance(play.app.screen, SandboxScreen)
            await play.press("escape", "enter")
            assert isinstance(play.app.screen, LessonScreen)
            await choose(play, "sandbox")
            assert isinstance(play.app.screen, SandboxScreen)

    asyncio.run(scenario())


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_a_lesson_is_found_by_its_title_and_a_step_by_its_own(home: Path, lang: str) -> None:
    async def scenario() -> None:
        async with playing(home, lang=lang) as play:
            lessons = play.app.outline.lines()
            step = lessons[0].marks[1]
            await choose(play, step.title)
            assert isinstance(play.app.screen, LessonScreen)
            assert play.app.screen.player.lesson.id == lessons[0].id
            assert play.app.screen.player.index == 1
            await choose(play, lessons[1].title)
            assert play.app.screen.player.lesson.id == lessons[1].id

    asyncio.run(scenario())


def test_what_stands_nowhere_is_said_and_does_nothing(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await search(play, "screenshot")
            assert "Nothing fits." in play.text

    asyncio.run(scenario())


@pytest.mark.parametrize("lang", ["en", "ru"])
@pytest.mark.parametrize("place", [*KEEPING, *PLACES], ids=lambda place: place.id.strip(":"))
def test_every_place_of_the_home_screen_is_in_the_palette(
    home: Path, place: Place, lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario() -> None:
        async with playing(home, lang=lang) as play:
            opened: list[tuple[str, ...]] = []
            monkeypatch.setattr(play.app, place.opens, lambda *words: opened.append(words))
            await choose(play, _(place.title))
            assert opened == [(place.lab,) if place.lab else ()]

    asyncio.run(scenario())
