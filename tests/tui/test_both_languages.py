"""Every screen is in the language that was chosen, and in no other.

What is not given to gettext at all no catalog can miss: here the screens themselves are read. A
Russian screen has no English sentence on it (its small words tell), an English one no Cyrillic.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.tui.playing import Play, playing
from tutor.course.loader import load_course
from tutor.course.model import KINDS
from tutor.resources import data_folder
from tutor.tui.places import PLACES, Place

LESSONS = data_folder("lessons")

_SMALL_WORDS = re.compile(
    r"\b(the|is|are|was|were|of|and|with|from|this|that|not|for|has|have|your|you|what|when|how|"
    r"where|which|here|there|into|than|then|they|them|its|it)\b"
)
_CYRILLIC = re.compile(r"[а-яё]+", re.IGNORECASE)
_REPLIES = re.compile(r"^.*\((error|empty)[^│]*", re.MULTILINE)
"""What Redis says is never translated."""

_DATA = re.compile(r'"[^"]*"|«[^»]*»')
"""A value may be a Russian one."""

Scene = Callable[[Play], Awaitable[None]]


async def _home(play: Play) -> None:
    await play.press("end", "home")


async def _help(play: Play) -> None:
    await play.press("f1")


async def _palette(play: Play) -> None:
    await play.press("ctrl+t")
    await play.app.workers.wait_for_complete()


def _place(place: Place, *keys: str) -> Scene:
    async def scene(play: Play) -> None:
        getattr(play.app, place.opens)(*([place.lab] if place.lab else []))
        await play.pilot.pause()
        await play.app.workers.wait_for_complete()
        await play.press(*keys)

    return scene


def _steps() -> dict[str, Scene]:
    """A step of each kind, in a world and in a lab; and the end of a lesson."""
    found: dict[str, Scene] = {}
    for lesson in load_course(LESSONS).lessons:
        for step in lesson.steps:
            name = f"{step.kind}{'' if step.lab is None else '-lab'}"
            if step.kind in KINDS and name not in found:
                found[name] = _step(lesson.id, step.id)
    return found


def _step(lesson: str, step: str) -> Scene:
    async def scene(play: Play) -> None:
        from tutor.tui.lessonplay import LessonPlay

        play.app.open_lesson(lesson)
        await play.pilot.pause()
        screen = play.app.screen
        assert isinstance(screen, LessonPlay)
        screen.player.jump(step)
        screen.turn()
        await play.pilot.pause()
        await play.press("f3")

    return scene


SCENES: dict[str, Scene] = {
    "home": _home,
    "home, help": _help,
    "palette": _palette,
    **{place.id: _place(place) for place in PLACES},
    **{f"{place.id} help": _place(place, "f1") for place in PLACES},
    **_steps(),
}


async def _seen(home: Path, scene: str, lang: str, size: tuple[int, int]) -> str:
    async with playing(home, size=size, lang=lang, lessons=LESSONS) as play:
        await SCENES[scene](play)
        return play.text


@pytest.mark.parametrize("size", [(120, 40), (80, 24)], ids=["120x40", "80x24"])
@pytest.mark.parametrize("scene", SCENES)
def test_a_russian_screen_has_no_english_sentence(
    home: Path, scene: str, size: tuple[int, int]
) -> None:
    text = asyncio.run(_seen(home, scene, "ru", size))
    assert _CYRILLIC.search(text)
    said = _REPLIES.sub("", text)
    lines = [line for line in said.splitlines() if _SMALL_WORDS.search(line)]
    assert not lines


@pytest.mark.parametrize("size", [(120, 40), (80, 24)], ids=["120x40", "80x24"])
@pytest.mark.parametrize("scene", SCENES)
def test_an_english_screen_has_no_russian_word(
    home: Path, scene: str, size: tuple[int, int]
) -> None:
    text = asyncio.run(_seen(home, scene, "en", size))
    said = _DATA.sub("", text)
    lines = [line for line in said.splitlines() if _CYRILLIC.search(line)]
    assert not lines
