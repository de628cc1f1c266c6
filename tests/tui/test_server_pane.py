"""The pane of the whole server: its views, the keys of the map, tiny terminals, many keys."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.tui.playing import Play, playing
from tutor.diagrams.server import SERVER_VIEWS
from tutor.engine.clock import VirtualClock
from tutor.tui.screens.sandbox import SandboxScreen
from tutor.tui.widgets.serverpane import ServerPane

FILL = (
    "HSET user:1 name Alice role admin",
    "ZADD board 1 a 2 b",
    "SET session:42 abc EX 100",
    "RPUSH queue a b c d e f g h",
)


async def enter(play: Play, *lines: str) -> None:
    """Enter lines, each when the one before is over, and let the screen show what came of it."""
    for line in lines:
        await play.enter(line)
        while play.console.executing:
            await play.pilot.pause(0.01)
            play.console.poll()
    await play.pilot.pause()


async def sandbox(play: Play, *lines: str) -> ServerPane:
    """The sandbox with some keys, the pane closed."""
    await play.press("end", "enter")
    await enter(play, *lines)
    assert isinstance(play.app.screen, SandboxScreen)
    return play.app.screen.server_pane


def test_f8_shows_the_server_and_f8_again_the_xray(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            pane = await sandbox(play, *FILL)
            await play.press("f8")
            assert pane.shown
            assert "4 keys" in play.text
            assert "[map]" in play.text
            assert "X-ray · " not in play.text
            await play.press("f8")
            assert not pane.shown
            assert "X-ray · queue" in play.text

    asyncio.run(scenario())


@pytest.mark.parametrize("lang", ["en", "ru"])
@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
def test_every_view_is_reached_by_its_key_and_by_its_word(
    home: Path, lang: str, size: tuple[int, int]
) -> None:
    async def scenario() -> None:
        async with playing(home, size=size, lang=lang) as play:
            pane = await sandbox(play, *FILL)
            await play.press("f8")
            seen = []
            for _ in SERVER_VIEWS:
                seen.append(pane.view)
                assert f"[{SERVER_VIEWS[pane.view].name()}]" in play.text
                assert pane.front.rows
                await play.press("ctrl+x")
            assert seen == list(SERVER_VIEWS)
            await enter(play, ":server wire")
            assert "[" + SERVER_VIEWS["wire"].name() + "]" in play.text
            assert r"$5\r\nRPUSH\r\n" in play.text

    asyncio.run(scenario())


def test_a_click_on_a_tab_changes_the_view(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            pane = await sandbox(play, *FILL)
            await play.press("f8")
            await play.click(" memory ")
            assert pane.view == "memory"
            assert "server at its start" in play.text

    asyncio.run(scenario())


def test_a_key_of_the_map_is_shown_in_the_xray(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            pane = await sandbox(play, *FILL)
            await play.press("f8", "f6", "f6")
            assert play.app.screen.focused is pane.canvas
            await play.press("end")
            assert pane.chosen == (0, b"session:42")
            await play.press("enter")
            assert not pane.shown
            assert "X-ray · session:42" in play.text
            await play.press("f8")
            line = next(
                y for y, row in enumerate(pane.canvas.rows) if row[0].text == "  "
                and "board" in row[1].text
            )  # fmt: skip
            await play.pilot.click(pane.canvas, offset=(4, line))
            await play.pilot.pause()
            assert "X-ray · board" in play.text

    asyncio.run(scenario())


def test_a_block_of_the_map_can_be_clicked(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            pane = await sandbox(play, *FILL)
            await play.press("f8")
            line = "".join(piece.text for piece in pane.canvas.rows[2])
            await play.pilot.click(pane.canvas, offset=(line.index("user:1") + 1, 2))
            await play.pilot.pause()
            assert "X-ray · user:1" in play.text

    asyncio.run(scenario())


def test_the_order_of_the_map_can_be_changed(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            pane = await sandbox(play, *FILL)
            await play.press("f8", "f6", "f6", "right_square_bracket")
            assert pane.order == "ttl"
            assert [key for _db, key in pane._places] == [b"session:42"]
            await play.click("order: next to expire")
            assert "order: longest unused" in play.text
            await enter(play, ":server map type")
            assert [key for _db, key in pane._places][:2] == [b"user:1", b"queue"]

    asyncio.run(scenario())


def test_the_bar_of_a_ttl_drains_as_seconds_pass(home: Path) -> None:
    async def scenario() -> None:
        clock = VirtualClock()
        async with playing(home, size=(160, 40), clock=clock) as play:
            pane = await sandbox(play, "SET a 1 EX 100", "SET b 1")
            await play.press("f8")
            assert "100 s" in play.text
            full = play.text.count("█")
            clock.advance(ms=60_000)
            pane.look()
            await play.pilot.pause()
            assert "40 s" in play.text
            assert play.text.count("█") < full

    asyncio.run(scenario())


def test_a_key_that_vanishes_while_it_is_seen_goes_from_the_map(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            pane = await sandbox(play, *FILL)
            await play.press("f8", "f6", "f6", "down", "down")
            chosen = pane.chosen
            assert chosen is not None
            await enter(play, f"DEL {chosen[1].decode()}")
            assert "3 keys" in play.text
            assert chosen not in pane._places
            pane.choose(1)
            await enter(play, "FLUSHALL")
            assert "There are no keys yet." in play.text
            pane.choose(1)
            pane.clicked(3, 3)

    asyncio.run(scenario())


def test_undo_is_followed(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            pane = await sandbox(play, "SET a 1", "APPEND a " + "x" * 200)
            await play.press("f8")
            before = pane.server.census.figures().keys_size
            await play.press("ctrl+z")
            assert pane.server.census.figures().keys_size < before

    asyncio.run(scenario())


def test_expiry_and_eviction_are_listened_to_only_while_they_are_seen(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            pane = await sandbox(play, *FILL)
            engine = pane.server.world.engine
            assert engine.cron.trace is None
            await enter(play, ":server expiry")
            assert engine.cron.trace is not None
            await enter(play, ":server eviction")
            assert engine.cron.trace is None
            assert engine.eviction.trace is not None
            await play.press("f8")
            assert engine.eviction.trace is None
            await enter(play, ":server expiry")
            await play.press("f8", "escape")
            assert engine.cron.trace is None

    asyncio.run(scenario())


def test_leaving_the_sandbox_ends_the_listening(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            pane = await sandbox(play, *FILL)
            engine = pane.server.world.engine
            await enter(play, ":server expiry")
            await play.press("escape")
            assert not isinstance(play.app.screen, SandboxScreen)
            assert engine.cron.trace is None

    asyncio.run(scenario())


def test_the_expiry_cycle_is_seen_at_work(home: Path) -> None:
    async def scenario() -> None:
        clock = VirtualClock()
        async with playing(home, clock=clock) as play:
            pane = await sandbox(play, "SET alive 1 EX 100", "SET dead 1 PX 50")
            await enter(play, ":server expiry")
            clock.advance(ms=100)
            pane.server.world.engine.tick()
            pane.look()
            await play.pilot.pause()
            assert "1 dead" in play.text
            assert "× removed" in play.text

    asyncio.run(scenario())


def test_eviction_is_seen_at_work(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home, size=(140, 60)) as play:
            cold = (f"SET cold:{n} {'x' * 900}" for n in range(9))
            pane = await sandbox(play, "CONFIG SET maxmemory-policy allkeys-lru", *cold)
            limit = pane.server.world.engine.accounts.used + 1000
            await enter(play, f"CONFIG SET maxmemory {limit}", ":server eviction")
            await enter(play, f"SET hot {'y' * 5000}", "SET next 1")
            assert "evicted so far" in play.text
            assert "sampled:" in play.text
            assert "places taken" in play.text

    asyncio.run(scenario())


def test_a_look_at_many_keys_counts_a_slice(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            pane = await sandbox(play)
            world = pane.server.world
            world.engine.execute(world.session, [b"DEBUG", b"POPULATE", b"100000"])
            census = pane.server.census
            census.advance()
            assert census.figures().counted < 5000
            await play.press("f8")
            assert "counted" in play.text
            assert 0 < len(pane.canvas.rows) <= pane.canvas.size.height
            while not census.advance():
                pass
            pane.look()
            await play.pilot.pause()
            assert "100000 keys" in play.text
            pane.choose(1_000_000)
            assert pane.start > 900
            await enter(play, "FLUSHALL", "SET one 1")
            assert [key for _db, key in pane._places] == [b"one"]

    asyncio.run(scenario())


@pytest.mark.parametrize("size", [(60, 15), (30, 8)])
def test_tiny_terminals_do_no_harm(home: Path, size: tuple[int, int]) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            pane = await sandbox(play, *FILL, 'SET "日本語\\x00🎉" "\\xff"')
            await play.press("f8")
            for view in SERVER_VIEWS:
                pane.set_view(view)
                await play.resize(*size)
                assert play.text
            await play.resize(120, 40)
            assert "5 keys" in play.text or pane.view != "map"

    asyncio.run(scenario())


def test_the_language_changes_the_pane(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            pane = await sandbox(play, *FILL)
            await enter(play, ":server memory")
            assert "[memory]" in play.text
            await play.press("f2")
            assert f"[{SERVER_VIEWS['memory'].name()}]" in play.text
            assert pane.drawing is not None

    asyncio.run(scenario())


def test_on_a_narrow_terminal_the_tabs_lead_to_the_server_and_back(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home, size=(80, 24)) as play:
            pane = await sandbox(play, *FILL)
            await play.press("f8")
            assert "4 keys · " in play.text
            await play.click("X-ray")
            assert not pane.shown
            await play.click(" Keys ")
            assert "board" in play.text
            await play.press("f8")
            assert pane.shown
            await play.press("f6")
            assert play.app.screen.focused is not None

    asyncio.run(scenario())


def test_the_text_twin_goes_to_the_clipboard(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await sandbox(play, *FILL)
            await play.press("f8", "ctrl+g")
            assert "There are 4 keys" in play.app.clipboard

    asyncio.run(scenario())


def test_in_a_lesson_the_word_prints_the_picture(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await play.press("enter")
            await enter(play, ":server memory")
            assert "server at its start" in play.text

    asyncio.run(scenario())


def test_the_file_of_a_big_server_scrolls_and_follows_what_changes(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            pane = await sandbox(play)
            for number in range(20_000):
                play.app.screen.desk.world.engine.execute(
                    play.app.screen.desk.world.session, [b"SET", b"key:%d" % number, b"v"]
                )
            await enter(play, ":server file", "SET new value")
            pane.look()
            await play.pilot.pause()
            assert "── ⁺new" in play.text
            await play.press("f6", "f6")
            assert play.app.screen.focused is pane.roll
            await play.press("home")
            assert "magic word: an RDB file" in play.text
            assert len(pane.roll.rows) <= pane.roll.size.height
            while not pane.roll.counted:
                pane.look()
            await play.press("end")
            assert "CRC64" in play.text
            assert pane.drawing is not None
            assert "CRC64" in pane.drawing.text
            await play.press("right")
            assert pane.view == "map"
            assert play.app.screen.focused is pane.canvas

    asyncio.run(scenario())
