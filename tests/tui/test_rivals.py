"""Redis and Memcached on the screen: experiments, the ring, the prompt, keys, both languages."""

from __future__ import annotations

import asyncio
from argparse import Namespace
from pathlib import Path

import pytest

from tests.tui.playing import Play, playing
from tests.tui.screen_text import check_golden
from tests.tui.test_screens import GOLDENS, RENEW
from tutor.console import rivals as command
from tutor.console.spelling import in_layout
from tutor.diagrams.memcached import VIEWS
from tutor.labs.rivals import ROWS
from tutor.tui.rivalkeys import CHOOSE, OF_MODE
from tutor.tui.screens.rivals import RivalsScreen
from tutor.tui.widgets.rivalcanvas import CHOICES


async def opened(play: Play, choice: str = "types") -> RivalsScreen:
    """The screen with a clock that always shows the same."""
    play.app.animation_level = "none"
    play.app.open_rivals(choice)
    await play.pilot.pause()
    screen = play.app.screen
    assert isinstance(screen, RivalsScreen)
    screen.timer = lambda: 0.0
    await play.pilot.pause()
    return screen


SIZES = pytest.mark.parametrize("size", [(120, 40), (80, 24)], ids=["120x40", "80x24"])
LANGS = pytest.mark.parametrize("lang", ["en", "ru"])


def golden(scene: str, size: tuple[int, int], lang: str) -> Path:
    return GOLDENS / f"rivals-{scene}-{size[0]}x{size[1]}-{lang}.txt"


@LANGS
@SIZES
def test_an_experiment_half_way(home: Path, size: tuple[int, int], lang: str) -> None:
    async def scenario() -> str:
        async with playing(home, size=size, lang=lang) as play:
            await opened(play, "queue")
            await play.press("space", "space", "space")
            return play.text

    check_golden(golden("queue", size, lang), asyncio.run(scenario()), RENEW)


@LANGS
@SIZES
def test_an_experiment_at_its_end(home: Path, size: tuple[int, int], lang: str) -> None:
    async def scenario() -> str:
        async with playing(home, size=size, lang=lang) as play:
            await opened(play, "memory")
            await play.press("a")
            return play.text

    check_golden(golden("memory", size, lang), asyncio.run(scenario()), RENEW)


@LANGS
@SIZES
def test_the_ring(home: Path, size: tuple[int, int], lang: str) -> None:
    async def scenario() -> str:
        async with playing(home, size=size, lang=lang) as play:
            await opened(play, "ring")
            await play.press("j")
            return play.text

    check_golden(golden("ring", size, lang), asyncio.run(scenario()), RENEW)


@LANGS
@SIZES
def test_the_prompt(home: Path, size: tuple[int, int], lang: str) -> None:
    async def scenario() -> str:
        async with playing(home, size=size, lang=lang) as play:
            await opened(play, "prompt")
            await play.enter("set k 7 60 5", "hello", "get k", "lpush q a", "set k 0 60 3")
            await play.press("ctrl+o")
            return play.text

    check_golden(golden("prompt", size, lang), asyncio.run(scenario()), RENEW)


@pytest.mark.parametrize("layout", ["us", "russian"])
def test_each_key_does_what_it_says(home: Path, layout: str) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            screen = await opened(play)

            async def press(letter: str) -> None:
                await play.press(letter if layout == "us" else in_layout(letter))

            await play.press("space")
            assert screen.experiment.position == 1
            assert "SET greeting hello" in play.text
            await press("w")
            assert r"*3\r\n$3\r\nSET" in play.text
            await press("w")
            await press("v")
            assert screen.xray == "page"
            await press("V")
            assert screen.xray == "slabs"
            await press("a")
            assert screen.experiment.done
            await press("r")
            assert screen.experiment.position == 0
            await play.press("up", "up")
            assert screen.choice == "ring"
            await press("j")
            assert len(screen.shards.servers) == 4
            await play.press("right")
            await press("l")
            assert screen.shards.servers == ("10.0.0.1:11211", "10.0.0.3:11211", "10.0.0.4:11211")
            await press("n")
            assert b"key:1" in screen.shards.keys
            await press("r")
            assert len(screen.shards.servers) == 3

    asyncio.run(scenario())


def test_all_steps_are_taken_one_after_another_and_can_be_stopped(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            screen = await opened(play, "queue")
            play.app.animation_level = "full"
            await play.press("a")
            screen.tick()
            assert 0 < screen.experiment.position < len(ROWS["queue"].steps)
            await play.press("a")
            at = screen.experiment.position
            screen.tick()
            assert screen.experiment.position == at
            await play.press("a")
            for _step in ROWS["queue"].steps:
                screen.tick()
            assert screen.experiment.done
            screen.tick()
            await play.pilot.pause()
            await play.pilot.pause()
            assert "1 of 1" in play.text

    asyncio.run(scenario())


@SIZES
def test_every_row_is_tried_and_marked(home: Path, size: tuple[int, int]) -> None:
    async def scenario() -> None:
        async with playing(home, size=size) as play:
            screen = await opened(play)
            for name in ROWS:
                assert screen.choice == name
                await play.press("a")
                assert screen.experiment.done
                for _view in VIEWS:
                    await play.press("v")
                await play.press("down")
            assert screen.choice == "ring"
            if size[0] > 100:
                assert play.text.count("✓") >= len(ROWS)

    asyncio.run(scenario())


def test_a_click_chooses(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            screen = await opened(play)
            await play.click("Use: queue")
            assert screen.choice == "queue"
            await play.click("Sharding: the ring")
            assert screen.choice == "ring"
            await play.click("Memcached's prompt")
            assert screen.choice == "prompt"
            await play.click("The notes' table")
            assert screen.choice == "prompt"

    asyncio.run(scenario())


def test_what_is_typed_changes_the_x_ray_at_once(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            screen = await opened(play, "prompt")
            assert "No class owns a page yet" in play.text
            await play.enter("set user:1 0 60 5")
            assert "5 bytes of data" in play.text
            await play.enter("hello")
            assert "STORED" in play.text
            assert "1 of 10922" in play.text
            await play.press("escape", "v", "v", "v")
            assert screen.xray == "item"
            assert "user:1\\0" in play.text
            assert "Not read since it was stored" in play.text
            await play.enter("get user:1")
            assert "Read once since it was stored" in play.text
            await play.enter("delete user:1")
            assert "Nothing is stored yet." in play.text

    asyncio.run(scenario())


def test_errors_carry_a_card_that_unfolds_and_a_line_to_try(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            screen = await opened(play, "prompt")
            await play.enter("SET k 0 60 5")
            assert "written in small letters" in play.text
            assert "byte by byte" not in play.text
            await play.press("ctrl+o")
            assert "byte by byte" in play.text
            await play.click("set k 0 60 5")
            assert screen.pane.prompt.value == "set k 0 60 5"
            await play.press("enter")
            await play.enter("hello world")
            assert "The data are not as long as was said" in play.text
            await play.press("ctrl+l")
            assert "STORED" not in play.text

    asyncio.run(scenario())


def test_escape_gives_up_data_then_leads_to_the_picture_then_home(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            screen = await opened(play, "prompt")
            await play.enter("set k 0 0 900")
            await play.press("escape")
            assert not screen.talk.waiting
            assert screen.focused is screen.pane.prompt
            await play.press("escape")
            assert screen.focused is screen.slabs
            await play.press("colon")
            assert screen.focused is screen.pane.prompt
            await play.press("f6", "escape")
            assert play.app.screen is not screen

    asyncio.run(scenario())


def test_tab_completes_and_arrows_walk_through_earlier_lines(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            screen = await opened(play, "prompt")
            prompt = screen.pane.prompt
            prompt.focus()
            await play.type("fl")
            await play.press("tab")
            assert prompt.value == "flush_all "
            await play.press("enter", "up")
            assert prompt.value == "flush_all "
            prompt.put("ge")
            await play.press("tab")
            assert prompt.value == "get"

    asyncio.run(scenario())


def test_keys_that_mean_nothing_change_nothing(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            screen = await opened(play)
            await play.press("q", "j", "l", "й", "1", "tab", "colon", "end")
            assert screen.experiment.position in (0, 1)
            for choice in CHOICES:
                screen.choose(choice)
                for size in ((60, 20), (40, 12), (30, 8), (160, 50), (120, 40)):
                    await play.resize(*size)

    asyncio.run(scenario())


@LANGS
def test_help_lists_every_key(home: Path, lang: str) -> None:
    async def scenario() -> None:
        async with playing(home, size=(110, 75), lang=lang) as play:
            await opened(play)
            await play.press("f1")
            for key in (CHOOSE, *(key for keys in OF_MODE.values() for key in keys)):
                assert key.help()[:25] in play.text

    asyncio.run(scenario())


def test_it_opens_from_the_list_and_from_the_palette(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await play.press("end", "up", "enter")
            assert isinstance(play.app.screen, RivalsScreen)
            await play.press("escape")
            assert not isinstance(play.app.screen, RivalsScreen)
            await play.press("ctrl+t")
            await play.type("both engines")
            await play.pilot.pause(0.3)
            await play.press("down", "enter")
            await play.pilot.pause(0.3)
            assert isinstance(play.app.screen, RivalsScreen)

    asyncio.run(scenario())


def test_the_language_changes_everywhere_at_once(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await opened(play, "queue")
            await play.press("a")
            assert "Both forget" not in play.text
            await play.press("f2")
            assert "Конспект" in play.text
            assert "Queue" not in play.text

    asyncio.run(scenario())


def test_the_command_opens_it_where_there_is_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    plain = {"row": None, "json": False, "view": None, "lines": [], "svg": None, "png": None,
             "text": False, "plain": False, "measure": False, "fill": 0}  # fmt: skip
    assert command.wants_screen(Namespace(**plain))
    for name, value in (("row", "queue"), ("json", True), ("view", "ring"), ("lines", ["x"])):
        assert not command.wants_screen(Namespace(**{**plain, name: value}))
    assert tuple(ROWS) == command.ROWS
    assert set(VIEWS) == set(command.VIEWS)


def test_the_x_ray_of_the_prompt_follows_the_time(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            screen = await opened(play, "prompt")
            await play.press("v", "v", "v")
            await play.enter("set k 0 60 1", "v")
            assert "TTL 60 s" in play.text
            clock = play.app.clock
            assert clock is not None
            clock.advance(ms=5000)  # type: ignore[attr-defined]
            screen.second()
            await play.pilot.pause()
            assert "TTL 55 s" in play.text

    asyncio.run(scenario())
