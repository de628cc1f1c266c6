"""`redis-tutor lesson ID --step S` on the screen: the lesson opens there."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.tui.playing import playing


@pytest.mark.parametrize(
    ("step", "seen"), [("guess", "What will Redis reply?"), ("3", "What will Redis reply?")]
)
def test_a_lesson_opens_at_the_step_that_was_asked_for(home: Path, step: str, seen: str) -> None:
    async def scenario() -> None:
        async with playing(home, lesson="sample", step=step) as play:
            await play.pilot.pause()
            assert seen in play.text

    asyncio.run(scenario())


def test_a_step_that_is_not_there_is_told_with_those_that_are(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home, lesson="sample", step="9") as play:
            await play.pilot.pause()
            assert "There is no step 9" in play.text

    asyncio.run(scenario())
