"""``:xray`` in the full screen: the key is shown in the X-ray itself."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.tui.playing import playing


def test_the_word_shows_a_key_in_its_view(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await play.press("end", "enter")
            await play.enter("HSET h f v", "SET a 1", ":xray h bytes")
            assert "X-ray · h" in play.text
            assert "[bytes]" in play.text
            assert "listpack · 13 B" in play.text
            await play.enter(":xray a")
            assert "X-ray · a" in play.text
            assert "[structure]" in play.text

    asyncio.run(scenario())


def test_the_word_says_what_is_wrong(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await play.press("end", "enter")
            await play.enter("SET a 1", ":xray nokey")
            assert "There is no key nokey." in play.text
            assert "X-ray · a" in play.text
            await play.enter(":xray a map")
            assert "There is no view map" in play.text

    asyncio.run(scenario())


def test_the_word_closes_the_pane_of_the_server(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await play.press("end", "enter")
            await play.enter("SET a 1", ":server", ":xray a")
            assert "X-ray · a" in play.text

    asyncio.run(scenario())
