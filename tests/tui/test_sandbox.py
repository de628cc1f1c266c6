"""The sandbox: browser of keys, undo, databases, and that it is kept while the app runs."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.tui.playing import Play, playing
from tutor.engine.clock import VirtualClock
from tutor.tui.screens.home import HomeScreen
from tutor.tui.screens.sandbox import SandboxScreen
from tutor.tui.workbench import CALM_TICKS


def test_keys_are_listed_with_type_encoding_memory_and_ttl(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await play.press("end", "enter")
            assert "No keys yet." in play.text
            await play.enter("SET greeting hello EX 100", "ZADD board 1 a")
            row = next(line for line in play.text.splitlines() if " greeting " in line)
            assert row.split()[1:3] == ["string", "embstr"]
            assert "100 s" in row
            assert "2 keys" in play.text

    asyncio.run(scenario())


def test_a_click_and_arrows_show_a_key(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await play.press("end", "enter")
            await play.enter("SET a 1", "SET b 2", "SET c 3")
            await play.click(" a ")
            assert "X-ray · a" in play.text
            await play.press("down")
            assert "X-ray · b" in play.text

    asyncio.run(scenario())


def test_the_browser_follows_the_database(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await play.press("end", "enter")
            await play.enter("SET a 1", "SELECT 2")
            assert "db2" in play.text
            assert "No keys yet." in play.text

    asyncio.run(scenario())


def test_the_sandbox_is_as_it_was_left(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await play.press("end", "enter")
            await play.enter("SET a 1")
            await play.press("escape")
            assert isinstance(play.app.screen, HomeScreen)
            await play.press("end", "enter")
            assert isinstance(play.app.screen, SandboxScreen)
            assert "1 key" in play.text

    asyncio.run(scenario())


def test_a_hundred_thousand_keys_do_not_hurt(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await play.press("end", "enter")
            words = [b"MSET"]
            for number in range(100_000):
                words += [b"k%06d" % number, b"v"]
            play.app.screen.desk.run(words)
            await play.enter("DBSIZE")
            assert "100000 keys" in play.text
            await play.press("f6")
            await play.press("pagedown", "end")
            assert play.app.is_running

    asyncio.run(scenario())


def test_of_a_reply_of_megabytes_the_beginning_is_shown_and_how_much_is_left(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await play.press("end", "enter")
            await play.enter("SETBIT big 99999999 1", "GET big")
            said = " ".join(play.text.split())
            assert "… and 12497600 more bytes" in said
            assert "more character" not in said

    asyncio.run(scenario())


def test_time_passes_keys_expire_and_their_ttl_counts_down(home: Path) -> None:
    clock = VirtualClock()

    async def scenario() -> None:
        async with playing(home, clock=clock) as play:
            await play.press("end", "enter")
            await play.enter("SET other y", "SET session x EX 100")
            assert "TTL 100 s" in play.text
            clock.advance(ms=40_000)
            await ticks(play)
            assert "TTL 60 s" in play.text
            assert " 60 s" in play.text
            clock.advance(ms=61_000)
            await ticks(play)
            assert "There is no key session now." in play.text
            assert "1 key" in play.text

    asyncio.run(scenario())


def test_a_blocked_command_is_answered_when_its_time_is_over(home: Path) -> None:
    clock = VirtualClock()

    async def scenario() -> None:
        async with playing(home, clock=clock) as play:
            await play.press("end", "enter")
            await play.enter("BLPOP q 5")
            assert "waiting for a reply" in play.text
            clock.advance(ms=6_000)
            await ticks(play)
            assert "(nil)" in play.text
            assert "waiting" not in play.text

    asyncio.run(scenario())


async def ticks(play: Play) -> None:
    """Let the screen's timer come round, without waiting for the machine's clock."""
    screen = play.app.screen
    assert isinstance(screen, SandboxScreen)
    for _ in range(CALM_TICKS):
        screen._tick()
    await play.pilot.pause()


def test_names_that_would_break_a_row_are_spelt_as_in_the_x_ray(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await play.press("end", "enter")
            await play.enter('SET "\\xffa" 1', "SET שלום 1", "SET ключ 1")
            listed = [line.split("│")[0] for line in play.text.splitlines()]
            assert any("\\xffa" in line for line in listed)
            assert any("\\xd7\\xa9" in line for line in listed)
            assert any("ключ  " in line for line in listed)

    asyncio.run(scenario())
