"""Then and now in the X-ray pane: offered where it says something, and whole while one scrolls."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.tui.playing import Play, playing
from tutor.diagrams.views import view_name


async def _then(play: Play, *lines: str) -> None:
    await play.press("end", "enter")
    await play.enter(*lines)
    for _ in range(8):
        if f"[{view_name('then')}]" in play.text:
            return
        await play.press("ctrl+x")


def test_a_small_hash_is_seen_as_older_versions_held_it(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home, size=(140, 50)) as play:
            await _then(play, "HSET h name Alice age 30")
            assert "zipmap · 2.0–2.4" in play.text
            assert "│06│05│Alice│" in play.text
            await play.enter("HSET h age 31")
            assert "⁺31" in play.text

    asyncio.run(scenario())


def test_a_key_without_other_forms_falls_back_to_its_structure(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home, size=(140, 50)) as play:
            await _then(play, "HSET h f v", "SET s text", "HGET h f")
            assert "zipmap" in play.text
            await play.enter("GET s")
            assert "zipmap" not in play.text
            assert view_name("then") not in play.text.splitlines()[1]
            await play.enter("HGET h f")
            assert "zipmap" in play.text

    asyncio.run(scenario())


def test_every_row_of_a_long_hash_is_reached(home: Path) -> None:
    async def scenario() -> None:
        fields = " ".join(f"field:{number:03d} {number}" for number in range(150))
        async with playing(home, size=(140, 30)) as play:
            await _then(play, f"HSET h {fields}")
            pane = play.app.screen.query_one("#picture")
            seen: list[str] = []
            for _ in range(120):
                seen += [word for word in play.text.split() if word.startswith("field:")]
                before = play.text
                pane.scroll_page_down(animate=False)
                await play.pilot.pause()
                if play.text == before:
                    break
            assert {word[:9] for word in seen} >= {f"field:{number:03d}" for number in range(150)}

    asyncio.run(scenario())
