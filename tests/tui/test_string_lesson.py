"""The shipped lesson STRING, played from start to end in both languages over two runs."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.tui.playing import Play, playing
from tutor import i18n
from tutor.engine.clock import SystemClock
from tutor.tui.screens.finished import FinishedScreen
from tutor.tui.screens.lesson import LessonScreen


async def solve(play: Play, screen: LessonScreen) -> None:
    """Do what the present step asks for, as a learner who knows."""
    step = screen.player.step
    for line in step.solution:
        await play.enter(line.text)
    if screen.player.question() is not None:
        await play.press("1")
    if step.solution:
        assert screen.player.passed, f"{step.id}:\n{play.text}"


def test_string_is_played_in_russian_then_english_and_goes_on_after_a_restart(home: Path) -> None:
    async def first_run() -> tuple[str, int]:
        async with playing(home, lang="ru", lessons=None, clock=SystemClock()) as play:
            play.app.open_lesson("string")
            await play.pilot.pause()
            screen = play.app.screen
            assert isinstance(screen, LessonScreen)
            half = len(screen.player.lesson.steps) // 2
            for index in range(half):
                assert "Урок" in play.text or "Вопрос" in play.text
                await solve(play, screen)
                if index == half // 2:
                    await play.press("f2")
                    assert i18n.language() == "en"
                    assert screen.player.index == index
                    await play.press("f2")
                await play.press("f8")
            await play.press("f2")
            assert i18n.language() == "en"
            assert "Lesson" in play.text or "Question" in play.text
            await play.enter("SET left:behind yes")
            return screen.player.step.id, len(screen.player.lesson.steps) - half

    async def second_run(step_id: str, left: int) -> None:
        async with playing(home, lang=None, lessons=None, clock=SystemClock()) as play:
            assert i18n.language() == "en"
            assert "Continue" in play.text
            await play.press("enter")
            screen = play.app.screen
            assert isinstance(screen, LessonScreen)
            assert screen.player.step.id == step_id
            await play.enter("GET left:behind")
            assert '"yes"' in play.text
            await play.press("f5")
            for _ in range(left):
                await solve(play, screen)
                await play.press("f8")
            assert isinstance(play.app.screen, FinishedScreen)
            assert "Finished: STRING" in play.text
            assert all(mark.done for mark in screen.player.marks())

    step_id, left = asyncio.run(first_run())
    asyncio.run(second_run(step_id, left))


def test_on_a_short_screen_a_mistake_is_explained_where_it_is_seen(home: Path) -> None:
    async def scenario() -> None:
        async with playing(
            home, lang="ru", lessons=None, clock=SystemClock(), size=(80, 24)
        ) as play:
            play.app.open_lesson("string")
            await play.pilot.pause()
            await play.press("f8")
            await play.enter("SET session:abc123 user_id=123; theme=dark")
            assert "Пока не то" in play.text
            assert "Уберите пробел" in play.text

    asyncio.run(scenario())
