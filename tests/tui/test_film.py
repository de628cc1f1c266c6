"""Slow motion on the screen: its keys, its speed, what it leaves alone, and reduced motion."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.tui.playing import Play, playing
from tutor.engine.cmdline import split
from tutor.engine.recording import Film, record_entry
from tutor.engine.world import World
from tutor.tui.film import SPEEDS, STEP_S, Showing
from tutor.tui.screens.sandbox import SandboxScreen
from tutor.tui.widgets.player import Player


class Clock:
    """Seconds that go on when told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def a_film() -> Film:
    world = World()
    for line in ("RPUSH l a b c", "LINDEX l 1", "HSET h a 1 b 2 c 3", "HGET h c"):
        world.run(split(line))
    return record_entry(world, len(world.history) - 1)


# the state


def test_a_film_goes_on_with_the_time_that_has_passed() -> None:
    clock = Clock()
    showing = Showing(a_film(), clock=clock)
    assert showing.count == 3
    assert showing.play()
    clock.now = STEP_S * 0.9
    assert not showing.advance()
    clock.now = STEP_S * 1.1
    assert showing.advance()
    assert (showing.position, showing.playing) == (1, True)
    clock.now = STEP_S * 20
    assert showing.advance()
    assert (showing.position, showing.playing) == (2, False)


def test_a_screen_that_was_late_shows_where_the_film_is_by_then() -> None:
    clock = Clock()
    showing = Showing(a_film(), clock=clock)
    showing.play()
    clock.now = STEP_S * 2.5
    showing.advance()
    assert showing.position == 2


def test_another_speed_keeps_how_far_the_step_is() -> None:
    clock = Clock()
    showing = Showing(a_film(), clock=clock)
    showing.play()
    clock.now = STEP_S / 2
    showing.faster(1)
    assert showing.speed == 2.0
    clock.now += STEP_S / 4 - 0.01
    assert not showing.advance()
    clock.now += 0.02
    assert showing.advance()


def test_speeds_end_at_a_quarter_and_at_eight_times() -> None:
    showing = Showing(a_film())
    for _ in range(10):
        showing.faster(-1)
    assert showing.speed == SPEEDS[0] == 0.25
    for _ in range(10):
        showing.faster(1)
    assert showing.speed == SPEEDS[-1] == 8.0


def test_a_step_pauses_and_the_ends_hold() -> None:
    showing = Showing(a_film())
    showing.play()
    showing.move(1)
    assert (showing.position, showing.playing) == (1, False)
    showing.move(99)
    assert showing.position == 2
    showing.move(-99)
    assert showing.position == 0


def test_a_film_that_is_over_begins_anew() -> None:
    showing = Showing(a_film())
    showing.go(99)
    assert showing.toggle()
    assert (showing.position, showing.playing) == (0, True)


def test_with_reduced_motion_nothing_moves_by_itself() -> None:
    showing = Showing(a_film(), reduced=True)
    assert not showing.play()
    assert not showing.toggle()
    assert not showing.playing


def test_a_film_without_steps_stands() -> None:
    world = World()
    world.run([b"PING"])
    showing = Showing(record_entry(world, 0))
    assert showing.step is None
    showing.move(1)
    assert not showing.play()
    assert showing.position == 0


# the screen

SETUP = ("HSET h a 1 b 2 c 3", "HGET h c")


@asynccontextmanager
async def sandbox(
    home: Path, *lines: str, size: tuple[int, int] = (120, 40), motion: bool = False
) -> AsyncIterator[Play]:
    """A sandbox in which these lines were entered; nothing moves by itself unless asked for."""
    async with playing(home, size=size) as play:
        play.app.animation_level = "full" if motion else "none"
        await play.press("end", "enter")
        await play.enter(*lines)
        yield play


def panel(play: Play) -> str:
    """What the panel at the right says, its lines joined."""
    upper = [line.split("│", 1)[1] for line in play.text.splitlines() if "│" in line]
    return " ".join(" ".join(upper).split())


def player(play: Play) -> Player:
    return play.app.screen.query_one(Player)


def shown(play: Play) -> Showing:
    showing = player(play).showing
    assert showing is not None
    return showing


def test_f12_shows_the_last_command_step_by_step(home: Path) -> None:
    async def scenario() -> None:
        async with sandbox(home, *SETUP) as play:
            await play.press("f12")
            assert "Slow motion · h" in play.text
            assert "a is not c" in panel(play)
            assert "1 / 3 · ×1" in play.text
            await play.press("full_stop")
            assert "b is not c" in panel(play)
            await play.press("right")
            assert "c is the one: found after 3 comparisons." in panel(play)
            await play.press("comma")
            assert "2 / 3" in play.text
            await play.press("home")
            assert "1 / 3" in play.text
            await play.press("end")
            assert "3 / 3" in play.text

    asyncio.run(scenario())


def test_plus_and_minus_change_the_speed(home: Path) -> None:
    async def scenario() -> None:
        async with sandbox(home, *SETUP) as play:
            await play.press("f12", "plus", "plus")
            assert "×4" in play.text
            await play.press("minus", "minus", "minus", "minus")
            assert "×0.25" in play.text

    asyncio.run(scenario())


def test_escape_leaves_the_film_and_not_the_sandbox(home: Path) -> None:
    async def scenario() -> None:
        async with sandbox(home, *SETUP) as play:
            await play.press("f12", "escape")
            assert isinstance(play.app.screen, SandboxScreen)
            assert "X-ray · h" in play.text
            assert player(play).showing is None
            assert play.app.focused is play.prompt

    asyncio.run(scenario())


def test_escape_in_the_prompt_closes_the_film_first(home: Path) -> None:
    async def scenario() -> None:
        async with sandbox(home, *SETUP) as play:
            await play.press("f12", "x", "backspace", "escape")
            assert isinstance(play.app.screen, SandboxScreen)
            assert player(play).showing is None

    asyncio.run(scenario())


def test_a_letter_goes_to_the_prompt(home: Path) -> None:
    async def scenario() -> None:
        async with sandbox(home, *SETUP) as play:
            await play.press("f12", "g", "e", "t")
            assert play.prompt.value == "get"
            assert player(play).showing is not None

    asyncio.run(scenario())


def test_the_next_command_brings_the_picture_back(home: Path) -> None:
    async def scenario() -> None:
        async with sandbox(home, *SETUP) as play:
            await play.press("f12")
            await play.enter("SET k v")
            assert "X-ray · k" in play.text
            assert player(play).showing is None

    asyncio.run(scenario())


def test_slow_carries_a_command_out_and_shows_it(home: Path) -> None:
    async def scenario() -> None:
        async with sandbox(home) as play:
            await play.enter(":slow RPUSH l a b")
            assert "(integer) 2" in play.text
            assert "Slow motion · l" in play.text
            assert "Node 0 is new: a listpack of 10 bytes with 1 entry" in panel(play)
            await play.enter(":slow off")
            assert "X-ray · l" in play.text
            await play.enter(":slow")
            assert shown(play).film.argv == (b"RPUSH", b"l", b"a", b"b")

    asyncio.run(scenario())


def test_why_there_is_no_film_is_said(home: Path) -> None:
    async def scenario() -> None:
        async with sandbox(home) as play:
            await play.press("f12")
            assert "No command has been run here yet" in play.text
            await play.enter("PING")
            await play.press("f12")
            assert "works on no key" in panel(play)

    asyncio.run(scenario())


def test_the_screen_does_not_move_by_itself_with_reduced_motion(home: Path) -> None:
    async def scenario() -> None:
        async with sandbox(home, *SETUP) as play:
            await play.press("f12", "space")
            assert not shown(play).playing
            assert any("Motion is switched off" in note.message for note in play.app._notifications)

    asyncio.run(scenario())


def test_a_film_plays_by_itself_until_its_end(home: Path) -> None:
    async def scenario() -> None:
        async with sandbox(home, *SETUP, motion=True) as play:
            await play.press("f12")
            showing = shown(play)
            assert showing.playing
            clock = Clock()
            showing._clock, showing._since = clock, 0.0
            clock.now = STEP_S * 1.5
            player(play)._tick()
            await play.pilot.pause()
            assert "2 / 3" in play.text
            await play.press("space")
            assert not showing.playing
            await play.press("space")
            clock.now += STEP_S * 9
            player(play)._tick()
            await play.pilot.pause()
            assert "3 / 3" in play.text
            assert not showing.playing

    asyncio.run(scenario())


def test_the_bar_and_the_words_can_be_clicked(home: Path) -> None:
    async def scenario() -> None:
        async with sandbox(home, *SETUP) as play:
            await play.press("f12")
            await play.click(". step")
            assert "2 / 3" in play.text
            await play.click(", back")
            assert "1 / 3" in play.text
            await play.click("leave")
            assert "X-ray · h" in play.text

    asyncio.run(scenario())


@pytest.mark.parametrize("size", [(80, 24), (60, 20), (40, 16), (120, 40)])
def test_a_film_fits_into_any_terminal(home: Path, size: tuple[int, int]) -> None:
    async def scenario() -> None:
        async with sandbox(home, size=size) as play:
            await play.enter("CONFIG SET zset-max-listpack-entries 0")
            pairs = " ".join(f"{number} m{number}" for number in range(80))
            await play.enter(f"ZADD z {pairs}", "ZADD z 40.5 new")
            await play.press("f12")
            for _ in range(shown(play).count):
                await play.press("full_stop")
            assert shown(play).last
            assert all(len(line) <= size[0] for line in play.text.splitlines())

    asyncio.run(scenario())


def test_another_view_and_the_past_bring_the_picture_back(home: Path) -> None:
    async def scenario() -> None:
        async with sandbox(home, *SETUP) as play:
            for key in ("ctrl+x", "ctrl+z"):
                await play.press("f12")
                assert player(play).showing is not None
                await play.press(key)
                assert player(play).showing is None
                assert "X-ray · h" in play.text

    asyncio.run(scenario())


def test_a_film_comes_in_front_of_the_whole_server(home: Path) -> None:
    async def scenario() -> None:
        async with sandbox(home, *SETUP) as play:
            await play.press("f8", "f12")
            assert "Slow motion · h" in play.text
            assert play.app.focused is player(play).frame

    asyncio.run(scenario())


def test_of_several_keys_it_is_said_which_is_seen(home: Path) -> None:
    async def scenario() -> None:
        async with sandbox(home, "RPUSH one a b", "LMOVE one two LEFT RIGHT") as play:
            await play.press("f12")
            assert "LMOVE one two LEFT RIGHT · one" in panel(play)
            await play.press("end")
            assert "LMOVE one two LEFT RIGHT · two" in panel(play)

    asyncio.run(scenario())


def test_a_lesson_has_slow_motion_as_well(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            play.app.animation_level = "none"
            await play.press("enter")
            await play.enter("SET slow yes", "GET slow")
            await play.press("f12")
            assert "Slow motion" in play.text
            assert "hash(slow)" in panel(play)

    asyncio.run(scenario())


def test_the_caption_goes_into_the_clipboard(home: Path) -> None:
    async def scenario() -> None:
        async with sandbox(home, *SETUP) as play:
            await play.press("f12", "ctrl+g")
            assert play.app.clipboard.startswith("a is not c")

    asyncio.run(scenario())


def test_the_film_changes_its_language(home: Path) -> None:
    async def scenario() -> None:
        async with sandbox(home, *SETUP) as play:
            await play.press("f12", "f2")
            assert shown(play).position == 0
            assert "Under an entry" not in panel(play)

    asyncio.run(scenario())


@pytest.mark.parametrize("size", [(120, 40), (100, 30), (80, 24)])
@pytest.mark.parametrize("lang", ["en", "ru"])
def test_the_way_out_is_always_among_the_keys(home: Path, size: tuple[int, int], lang: str) -> None:
    async def scenario() -> None:
        async with sandbox(home, *SETUP, size=size) as play:
            await play.press("f12")
            if lang == "ru":
                await play.press("f2")
            assert ("Esc выйти" if lang == "ru" else "Esc leave") in play.text

    asyncio.run(scenario())


def test_the_space_bar_says_what_it_does_next(home: Path) -> None:
    async def scenario() -> None:
        async with sandbox(home, *SETUP, motion=True) as play:
            await play.press("f12")
            assert "Space pause" in play.text
            await play.press("space")
            assert "Space play" in play.text

    asyncio.run(scenario())


def test_a_long_command_above_a_film_is_cut_with_a_mark(home: Path) -> None:
    async def scenario() -> None:
        async with sandbox(home, "RPUSH l " + "a " * 100) as play:
            await play.press("f12")
            title = next(line for line in play.text.splitlines() if "RPUSH l a" in line)
            assert title.rstrip().endswith("…")

    asyncio.run(scenario())


def test_help_explains_the_film_and_the_line_of_moments(home: Path) -> None:
    async def scenario() -> None:
        async with sandbox(home, *SETUP) as play:
            await play.press("f12", "f1")
            assert "Slow motion" in play.text
            await play.press("end")
            assert "begins a branch" in play.text

    asyncio.run(scenario())


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_slow_motion_is_in_the_footer(home: Path, lang: str) -> None:
    async def scenario() -> None:
        async with sandbox(home, *SETUP) as play:
            if lang == "ru":
                await play.press("f2")
            assert "F12" in play.text.splitlines()[-1]

    asyncio.run(scenario())


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
def test_nothing_of_the_picture_stays_around_a_film(home: Path, size: tuple[int, int]) -> None:
    async def scenario() -> None:
        async with sandbox(home, "RPUSH l " + "abcdefgh " * 120, size=size) as play:
            await play.press("f6", "f6")
            assert " of 120" in play.text
            await play.press("f12")
            screen = play.app.screen
            assert isinstance(screen, SandboxScreen)
            screen.look()
            await play.pilot.pause()
            assert " of 120" not in play.text
            assert "MEMORY" not in panel(play)
            await play.press("escape")
            assert " of 120" in play.text

    asyncio.run(scenario())


def test_a_film_of_the_keyspace_does_not_bear_the_name_of_the_key_that_was_seen(home: Path) -> None:
    async def scenario() -> None:
        async with sandbox(home, "SET seen 1") as play:
            assert "X-ray · seen" in play.text
            await play.enter(":slow SCAN 0")
            assert player(play).showing is not None
            assert "Slow motion" in play.text
            assert "Slow motion ·" not in play.text

    asyncio.run(scenario())
