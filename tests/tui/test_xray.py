"""The X-ray: following, pinning, views, what changed, conversions, long structures."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.tui.playing import Play, playing
from tutor.tui.widgets.xraypane import XrayPane


async def sandbox(play: Play, *lines: str) -> XrayPane:
    """Open the sandbox and run lines."""
    await play.press("end", "enter")
    await play.enter(*lines)
    return play.app.screen.query_one(XrayPane)


def test_it_follows_the_key_that_was_touched_last(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await sandbox(play, "SET a 1", "HSET h f v")
            assert "X-ray · h" in play.text
            await play.enter("GET a")
            assert "X-ray · a" in play.text

    asyncio.run(scenario())


def test_a_pinned_key_stays(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await sandbox(play, "HSET h f v")
            await play.press("f9")
            await play.enter("SET a 1")
            assert "X-ray · h" in play.text
            assert "pinned" in play.text
            await play.press("f9")
            await play.enter("GET a")
            assert "X-ray · a" in play.text

    asyncio.run(scenario())


def test_what_the_last_command_changed_carries_a_mark(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await sandbox(play, "HSET h f v", "HSET h f w")
            assert "⁺w" in play.text
            await play.enter("HGET h f")
            assert "⁺w" not in play.text

    asyncio.run(scenario())


def test_a_conversion_is_announced_with_its_reason_in_the_present_language(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await sandbox(play, "HSET h f v", f"HSET h g {'x' * 65}")
            assert "HSET: 65 bytes > hash-max-listpack-value 64" in play.text
            await play.press("f2")
            assert " > hash-max-listpack-value 64" in play.text
            assert "65 bytes" not in play.text
            await play.press("f2")
            await play.enter("HGET h f")
            assert "hash-max-listpack-value" not in play.text

    asyncio.run(scenario())


def test_views_change_by_key_and_by_click(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            pane = await sandbox(play, "SET a hello")
            await play.press("ctrl+x")
            assert "[bytes]" in play.text
            assert "68 65 6c 6c 6f" in play.text
            await play.click("text")
            assert "[text]" in play.text
            assert pane.picture is not None
            assert "embstr" in pane.picture.text

    asyncio.run(scenario())


def test_the_text_twin_can_be_copied(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await sandbox(play, "SET a hello")
            await play.press("ctrl+g")
            assert "embstr" in play.app.clipboard

    asyncio.run(scenario())


def test_undo_shows_the_key_as_it_was(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await sandbox(play, "HSET h f v", "SET a 1", "HSET h g w")
            await play.press("ctrl+z")
            assert "X-ray · h" in play.text
            assert "1 field" in play.text

    asyncio.run(scenario())


def test_a_deleted_key_is_said_to_be_gone(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await sandbox(play, "SET a 1", "DEL a")
            assert "There is no key a now." in play.text

    asyncio.run(scenario())


def test_a_long_structure_is_read_part_by_part(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            pane = await sandbox(play, "CONFIG SET zset-max-listpack-entries 0")
            words = [b"ZADD", b"z"]
            for number in range(2000):
                words += [b"%d" % number, b"m%04d" % number]
            play.app.screen.desk.run(words)
            await play.enter("ZCARD z")
            await play.press("f6", "f6")
            assert play.app.focused is pane.canvas
            await play.press("right_square_bracket")
            assert pane.picture is not None
            assert any("m0024" in piece.text for line in pane.picture.rows for piece in line)
            assert not any("m0001" in piece.text for line in pane.picture.rows for piece in line)
            await play.press("left_square_bracket", "left_square_bracket")
            assert pane.picture.top == 0

    asyncio.run(scenario())


def test_only_rows_that_changed_are_painted_again(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            pane = await sandbox(play, "RPUSH q a b c", "RPUSH q d")
            painted: list[object] = []
            refresh = pane.canvas.refresh

            def note(*regions: object, **options: object) -> object:
                painted.append(regions)
                return refresh(*regions, **options)  # type: ignore[arg-type]

            pane.canvas.refresh = note  # type: ignore[assignment,method-assign]
            pane.look()
            assert painted == []

    asyncio.run(scenario())


def test_of_several_changed_keys_it_shows_the_last_that_still_exists(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await sandbox(play, "RPUSH src only", "LMOVE src dst LEFT RIGHT")
            assert "X-ray · dst" in play.text
            await play.enter("MSET a 1 b 2 c 3")
            assert "X-ray · c" in play.text
            await play.enter("MGET a b c")
            assert "X-ray · a" in play.text

    asyncio.run(scenario())


def test_a_command_on_very_many_keys_is_followed_at_once(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await sandbox(play)
            await play.enter("MSET " + " ".join(f"k{n} {n}" for n in range(20_000)))
            assert "X-ray · k19999" in play.text

    asyncio.run(scenario())
