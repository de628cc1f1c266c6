"""The replication lab on the screen: its keys, its time, a prompt on any node."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.tui.playing import Play, playing
from tests.tui.screen_text import check_golden
from tests.tui.test_screens import GOLDENS, RENEW
from tutor.tui.screens.replication_lab import ReplicationLabScreen


async def opened(play: Play, scenario: str = "cut-then-heal") -> ReplicationLabScreen:
    """The lab, standing still at its beginning."""
    play.app.open_lab(scenario)
    await play.pilot.pause()
    screen = play.app.screen
    assert isinstance(screen, ReplicationLabScreen)
    screen.playing.running = False
    screen.playing.go(0)
    return screen


async def run(play: Play, screen: ReplicationLabScreen, steps: int) -> None:
    """So many tenths of a second."""
    screen.playing.forward(steps)
    screen.look()
    await play.pilot.pause()


@pytest.mark.parametrize("lang", ["en", "ru"])
@pytest.mark.parametrize("size", [(120, 40), (80, 24)], ids=["120x40", "80x24"])
def test_screen(home: Path, size: tuple[int, int], lang: str) -> None:
    async def scenario() -> str:
        async with playing(home, size=size, lang=lang) as play:
            screen = await opened(play)
            await run(play, screen, 80)
            await play.press("down", "down", "down")
            return play.text

    path = GOLDENS / f"lab-{size[0]}x{size[1]}-{lang}.txt"
    check_golden(path, asyncio.run(scenario()), RENEW)


@pytest.mark.parametrize("replicas", [3, 4, 5])
@pytest.mark.parametrize("panel", ["ms", "bytes", "reads", "events"])
def test_many_replicas_with_their_charts_fit_on_a_small_screen(
    home: Path, replicas: int, panel: str
) -> None:
    async def scenario() -> str:
        async with playing(home, size=(80, 24)) as play:
            play.app.open_lab("cut-then-heal", 7, replicas)
            await play.pilot.pause()
            screen = play.app.screen
            assert isinstance(screen, ReplicationLabScreen)
            screen.playing.running = False
            screen.panel = panel  # type: ignore[assignment]
            await run(play, screen, 80 - screen.playing.at)
            return play.text

    text = asyncio.run(scenario())
    for number in range(replicas):
        assert text.count(f"\n replica{number + 1} ") == 1
    assert "stale reads" in text
    wanted = {"ms": "lag in milliseconds", "bytes": "lag in bytes", "reads": "GET cart:"}
    assert wanted.get(panel, "replica2 has lost its master") in text
    if replicas == 5 and panel == "ms":
        check_golden(GOLDENS / "lab-80x24-five.txt", text, RENEW)


def test_keys_turn_the_knobs_of_what_is_chosen(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            screen = await opened(play, "healthy")
            lab = screen.playing.lab
            await run(play, screen, 10)
            await play.press("down")
            assert screen.chosen == "master-replica1"
            await play.press("d", "l", "c")
            wire = lab.wires["master", "replica1"]
            assert (wire.settings.delay, wire.settings.loss) == (40_000, 1.0)
            assert wire.cut_since is not None
            await play.press("c", "down", "z")
            assert (wire.cut_since, lab.nodes["replica1"].condition) == (None, "paused")
            await play.press("z", "k")
            assert lab.nodes["replica1"].condition == "down"
            await play.press("r")
            assert lab.nodes["replica1"].condition == "online"
            await play.press("p")
            assert screen.playing.frame.node("replica1").role == "master"

    asyncio.run(scenario())


@pytest.mark.parametrize("size", [(120, 40), (80, 24)], ids=["120x40", "80x24"])
def test_what_a_replica_keeps_is_seen_at_its_knob(home: Path, size: tuple[int, int]) -> None:
    async def scenario() -> None:
        async with playing(home, size=size) as play:
            await opened(play, "healthy")
            await play.press("down", "down")
            for kept in ("nothing", "RDB", "AOF", "nothing"):
                assert f"keeps: {kept}" in play.text
                await play.press("e")

    asyncio.run(scenario())


def test_time_goes_back_and_what_is_done_there_begins_another_future(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            screen = await opened(play, "healthy")
            await run(play, screen, 30)
            await play.press("comma", "comma", "left")
            assert screen.playing.at == screen.playing.last - 3
            assert screen.playing.past
            await play.press("k")
            assert not screen.playing.past
            assert screen.playing.frame.node("master").state == "down"
            await play.press("home")
            assert screen.playing.at == 0
            await play.press("end", "full_stop")
            assert screen.playing.frame.time == 2_800_000

    asyncio.run(scenario())


def test_tab_completes_the_names_of_nodes(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            screen = await opened(play, "healthy")
            screen.console_pane.entry.prompt.focus()
            screen.console_pane.entry.prompt.value = ":node m"
            screen.console_pane.entry.prompt.cursor_position = 7
            await play.press("tab")
            assert screen.console_pane.entry.prompt.value == ":node master "

    asyncio.run(scenario())


def test_the_prompt_can_be_put_on_any_node(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            screen = await opened(play, "healthy")
            await run(play, screen, 10)
            await play.enter("SET k v", ":node replica1", "SET k w")
            await play.pilot.pause()
            assert "READONLY You can't write against a read only replica." in play.text
            await run(play, screen, 5)
            await play.enter("GET k")
            await play.pilot.pause()
            assert '"v"' in play.text
            await play.enter(":node nobody")
            assert "master, replica1, replica2" in play.text
            screen.playing.act("crash", "replica1")
            await play.enter("PING")
            assert "Connection refused" in play.text

    asyncio.run(scenario())


def test_it_opens_from_the_list_of_lessons(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await play.press("end", *["up"] * 4, "enter")
            assert isinstance(play.app.screen, ReplicationLabScreen)
            await play.press("escape")
            assert not isinstance(play.app.screen, ReplicationLabScreen)

    asyncio.run(scenario())


def test_the_words_of_the_lab_work_at_its_prompt(home: Path) -> None:
    async def scene() -> None:
        async with playing(home) as play:
            await opened(play)
            await play.enter(":cut master-replica1", ":on replica2 DBSIZE", ":run 2", ":dealy x 1")
            assert "the link master – replica1 is cut" in play.text
            assert "2 s have gone by" in play.text
            assert "There is no :dealy" in play.text
            assert "replica2:6379> DBSIZE" in play.text

    asyncio.run(scene())
