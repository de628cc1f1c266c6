"""Why, beneath the picture, and the view that compares before and after."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.tui.playing import Play, playing
from tests.tui.test_xray import sandbox


def told(play: Play) -> str:
    """What stands beneath the picture, whatever the lines are broken into."""
    return " ".join(play.text.replace("│", " ").split())


async def show_diff(play: Play) -> None:
    """The view diff, wherever its name stands."""
    await play.app.screen.run_action("xray_view('diff')")
    await play.pilot.pause()


def test_the_line_beneath_the_picture_says_what_the_command_did_and_why(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await sandbox(play, "RPUSH q a b", "LPUSH q hello")
            assert "LPUSH: node 0 written in front, what it held moved, 13 → 20" in told(play)
            await play.enter("LRANGE q 0 -1")
            assert "LRANGE: only read, memory is as it was" in told(play)
            await play.enter("LPUSH q")
            assert "LRANGE: only read" in told(play)  # no key was named: the picture is the same

    asyncio.run(scenario())


def test_a_key_that_went_is_told_of(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await sandbox(play, "RPUSH q a", "LPOP q")
            assert "LPOP: the last element went, and the key with it; 144 B freed" in told(play)

    asyncio.run(scenario())


def test_another_key_begins_without_a_line(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            pane = await sandbox(play, "SET a 1", "SET b 2")
            assert "SET: a new key" in told(play)
            pane.xray.show((0, b"a"))
            pane.look()
            assert "SET: a new key" not in told(play)

    asyncio.run(scenario())


def test_before_and_after_can_be_seen_beside_each_other(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            pane = await sandbox(play, "HSET h name old", "HSET h name new")
            await show_diff(play)
            assert "[diff]" in play.text
            assert "⁻old" in play.text
            assert "⁺new" in play.text
            assert pane.picture is not None
            assert pane.picture.text.startswith("HSET: rewritten in its place")
            await play.enter("DEL h")
            assert "⁻gone" in play.text
            assert "DEL: the key went" in told(play)

    asyncio.run(scenario())


def test_taking_a_command_back_compares_too(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await sandbox(play, "HSET h name old", "HSET h name new")
            await show_diff(play)
            await play.press("ctrl+z")
            assert "⁻new" in play.text
            assert "⁺old" in play.text

    asyncio.run(scenario())


def test_where_nothing_was_done_it_is_said(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await sandbox(play, "HSET h name old", "SET k v", ":xray h")
            await show_diff(play)
            assert "nothing to compare" in told(play)
            await play.enter("HSET h name new")
            assert "nothing to compare" not in told(play)

    asyncio.run(scenario())
