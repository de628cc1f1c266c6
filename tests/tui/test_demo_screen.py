"""A demo on the screen: from end to end at both sizes in both languages, hands, rewinding, a
resize in the middle, large type, colours, the lists."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path

import pytest

from tests.tui.playing import Play, playing
from tutor.console.demo import DemoAsked
from tutor.course.presence import Follower
from tutor.course.presenting import Presentation
from tutor.course.scenereading import demo_names, load_script
from tutor.course.scenes import Script
from tutor.tui.screens.demo import Presenting
from tutor.tui.screens.scenes import DemosScreen, ScenesScreen
from tutor.tui.theme import CONTRAST_LIGHT, LIGHT, THEMES
from tutor.tui.widgets.caption import Figures

BOTH = pytest.mark.parametrize("size", [(120, 40), (80, 24)], ids=["120x40", "80x24"])


@cache
def script(name: str) -> Script:
    return load_script(name)


@pytest.fixture(autouse=True)
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_TUTOR_RUNTIME", str(tmp_path / "runtime"))


@asynccontextmanager
async def presenting(
    home: Path,
    name: str = "replication",
    scene: int = 1,
    size: tuple[int, int] = (120, 40),
    lang: str = "en",
    **asked: object,
) -> AsyncIterator[Play]:
    async with playing(home, size=size, lang=lang) as play:
        play.app.open_demo(DemoAsked(script(name), scene=scene)._replace(**asked))
        await play.pilot.pause()
        await play.pilot.pause()
        yield play


def shown(play: Play) -> Presentation:
    assert play.app.talk is not None
    return play.app.talk.presentation


def stage(play: Play) -> Presenting:
    screen = play.app.screen
    assert isinstance(screen, Presenting)
    return screen


async def forth(play: Play) -> None:
    """Next, and what it does at once."""
    await play.press("pagedown")
    if shown(play).busy:
        await play.press("pagedown")
    assert not shown(play).busy


def words(text: str, count: int = 4) -> str:
    return " ".join(text.replace("`", "").split()[:count])


@pytest.mark.parametrize(
    ("name", "size", "lang"),
    [
        ("security", (120, 40), "en"),
        ("security", (80, 24), "en"),
        ("security", (120, 40), "ru"),
        ("security", (80, 24), "ru"),
        ("replication", (80, 24), "ru"),
    ],
)
def test_next_leads_from_the_first_note_to_the_end(
    home: Path, name: str, size: tuple[int, int], lang: str
) -> None:
    async def scenario() -> None:
        async with presenting(home, name, size=size, lang=lang) as play:
            while True:
                presentation = shown(play)
                text = play.text
                assert words(presentation.note) in text, presentation.note
                assert f"{presentation.scene_number}/{len(presentation.scenes)}" in text
                assert presentation.title[:40] in text
                screen = stage(play)
                assert screen.playing.lab is presentation.lab
                assert screen.playing.at == len(presentation.lab.frames) - 1
                assert all(len(line) <= size[0] for line in text.splitlines())
                if presentation.over:
                    break
                await forth(play)

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("name", "size", "lang"),
    [
        ("persistence", (80, 24), "en"),
        ("cache", (80, 24), "ru"),
        ("rate-limit", (120, 40), "ru"),
        ("queue", (80, 24), "ru"),
    ],
)
def test_every_scene_is_shown(home: Path, name: str, size: tuple[int, int], lang: str) -> None:
    async def scenario() -> None:
        async with presenting(home, name, size=size, lang=lang) as play:
            for number in range(1, len(script(name).scenes) + 1):
                await play.press("ctrl+g", str(number))
                presentation, text = shown(play), play.text
                assert presentation.scene_number == number
                assert words(presentation.note) in text
                assert presentation.title[:40] in text

    asyncio.run(scenario())


@pytest.mark.parametrize(("name", "scene"), [("replication", 2), ("persistence", 3), ("cache", 4)])
def test_the_lab_on_the_screen_is_the_one_of_the_rehearsal(
    home: Path, name: str, scene: int
) -> None:
    async def scenario() -> None:
        other = Presentation(script(name), "en", None, scene)
        async with presenting(home, name, scene) as play:
            while True:
                assert shown(play).figures() == other.figures()
                assert shown(play).beat_number == other.beat_number
                if other.coming is None:
                    break
                await forth(play)
                other.next()
                other.finish()

    asyncio.run(scenario())


def test_a_line_is_typed_into_the_prompt_and_run(home: Path) -> None:
    async def scenario() -> None:
        async with presenting(home) as play:
            await play.press("pagedown")
            seen = set()
            while not shown(play).said:
                await play.pilot.pause(0.02)
                seen.add(play.prompt.value)
            assert len(seen) > 3
            assert all("SET cart:anna tea".startswith(each) for each in seen)
            await play.press("pagedown")
            assert play.prompt.value == ""
            assert "master:6379> SET cart:anna tea" in play.text
            await forth(play)
            assert "replica1:6379> GET cart:anna" in play.text
            assert '"tea"' in play.text
            await forth(play)
            assert "READONLY" in play.text

    asyncio.run(scenario())


@BOTH
def test_hands_take_over_and_the_script_comes_back(home: Path, size: tuple[int, int]) -> None:
    async def scenario() -> None:
        other = Presentation(script("replication"), "en", None, 4)
        async with presenting(home, scene=4, size=size) as play:
            assert not stage(play).has_class("-hands")
            await play.press("k")  # kills the chosen link's … the node of it
            assert shown(play).interrupted
            assert "back to the script" in play.text
            assert stage(play).playing.lab.nodes["replica2"].condition == "down"
            await play.press("full_stop", "full_stop", "full_stop")
            assert stage(play).playing.at == len(stage(play).playing.lab.frames) - 1
            await play.press("ctrl+t")
            assert not shown(play).interrupted
            assert "back to the script" not in play.text
            assert stage(play).playing.lab is shown(play).lab
            assert shown(play).figures() == other.figures()
            await forth(play)
            other.next()
            other.finish()
            assert shown(play).figures() == other.figures()

    asyncio.run(scenario())


def test_an_interruption_in_the_middle_of_a_beat(home: Path) -> None:
    async def scenario() -> None:
        other = Presentation(script("replication"), "en", None, 2)
        other.next()
        other.finish()
        async with presenting(home, scene=2) as play:
            await play.press("pagedown")
            await play.pilot.pause(0.8)
            assert shown(play).busy
            await play.press("space")
            assert shown(play).interrupted
            assert play.prompt.value == ""
            assert "PgDn back to the script, and on" in play.text
            time = shown(play).lab.now
            await play.press("colon")
            await play.type("cut master-replica1")
            await play.press("enter")
            assert stage(play).playing.lab.wire("master-replica1").cut_since is not None
            assert time <= stage(play).playing.lab.now
            await play.press("pagedown")
            assert not shown(play).interrupted
            await play.press("pagedown")
            assert not shown(play).busy
            assert shown(play).figures() == other.figures()

    asyncio.run(scenario())


@pytest.mark.parametrize("key", ["space", "full_stop", "c", "colon", "f6", "ctrl+t", "home"])
def test_any_key_that_acts_on_the_lab_takes_the_keyboard(home: Path, key: str) -> None:
    async def scenario() -> None:
        async with presenting(home, scene=4) as play:
            await play.press(key)
            assert shown(play).interrupted

    asyncio.run(scenario())


@pytest.mark.parametrize("key", ["up", "down", "v", "f1", "f3", "f4", "ctrl+g"])
def test_keys_that_only_look_leave_the_script_alone(home: Path, key: str) -> None:
    async def scenario() -> None:
        async with presenting(home, scene=4) as play:
            await play.press(key)
            assert not shown(play).interrupted

    asyncio.run(scenario())


@BOTH
def test_back_takes_back_what_is_seen(home: Path, size: tuple[int, int]) -> None:
    async def scenario() -> None:
        async with presenting(home, size=size) as play:
            await forth(play)
            await forth(play)
            before = play.text
            await forth(play)
            assert play.text != before
            await play.press("pageup")
            assert play.text == before
            await play.press("pageup", "pageup")
            assert shown(play).beat_number == 1
            assert "SET cart:anna tea" not in play.console.output.exchanges
            assert not play.console.output.exchanges
            await play.press("pageup")
            assert shown(play).beat_number == 1

    asyncio.run(scenario())


@pytest.mark.parametrize("name", ["replication", "persistence", "cache"])
def test_a_resize_in_the_middle_keeps_everything(home: Path, name: str) -> None:
    async def scenario() -> None:
        async with presenting(home, name, 2) as play:
            await forth(play)
            await play.press("pagedown")
            presentation = shown(play)
            before = presentation.scene_number, presentation.beat_number
            await play.resize(80, 24)
            assert presentation is shown(play)
            await play.press("pagedown")
            assert shown(play).scene_number, shown(play).beat_number >= before
            text = play.text
            assert words(shown(play).note) in text
            assert len(text.splitlines()) <= 24
            await play.resize(30, 8)
            assert "30×8" in play.text
            await play.resize(120, 40)
            assert words(shown(play).note) in play.text

    asyncio.run(scenario())


def test_a_scene_is_reached_through_the_list(home: Path) -> None:
    async def scenario() -> None:
        async with presenting(home) as play:
            await forth(play)
            await play.press("ctrl+g")
            assert isinstance(play.app.screen, ScenesScreen)
            assert "5  The backlog overflows" in play.text
            await play.press("f2")
            assert "5  Бэклог переполнен" in play.text
            await play.press("5")
            assert (shown(play).scene_number, shown(play).beat_number) == (5, 1)
            assert "Тот же кабель" in play.text
            await play.press("ctrl+g", "down", "enter")
            assert shown(play).scene_number == 6
            await play.press("ctrl+g", "escape")
            assert shown(play).scene_number == 6

    asyncio.run(scenario())


def test_the_language_changes_in_the_middle(home: Path) -> None:
    async def scenario() -> None:
        async with presenting(home, scene=2) as play:
            await forth(play)
            await play.press("f2")
            assert "Теперь дорога до replica2 занимает секунду" in play.text
            assert shown(play).beat_number == 2
            await play.press("f2")
            assert "The way to replica2 takes a second now" in play.text

    asyncio.run(scenario())


@BOTH
@pytest.mark.parametrize(("name", "scene"), [("replication", 6), ("persistence", 3), ("cache", 3)])
def test_large_type_shows_figures_in_block_digits(
    home: Path, name: str, scene: int, size: tuple[int, int]
) -> None:
    async def scenario() -> None:
        async with presenting(home, name, scene, size, large=True) as play:
            presentation = shown(play)
            text = play.text
            label = presentation.script.words(presentation.scene, "figure.1", "en")
            assert label in text
            assert "▀▀▀" in text
            knobs = stage(play).query_one("#knobs")
            assert not knobs.display
            await play.press("f3")
            assert label not in play.text
            await play.press("f3")
            assert label in play.text
            await forth(play)
            assert words(shown(play).note, 3) in play.text

    asyncio.run(scenario())


@pytest.mark.parametrize("lang", ["en", "ru"])
@pytest.mark.parametrize("name", demo_names())
def test_all_figures_of_a_scene_fit_into_80_columns(name: str, lang: str) -> None:
    presentation = Presentation(script(name), lang)
    figures = Figures(presentation, presentation.figures)
    for number, scene in enumerate(presentation.scenes, 1):
        presentation.go(number)
        words = "".join(piece.text for piece in figures.compose_rows(78)[-1])
        assert presentation.script.words(scene, f"figure.{len(scene.figures)}", lang) in words
        assert len(words) <= 78


def test_figures_follow_the_lab(home: Path) -> None:
    async def scenario() -> None:
        async with presenting(home, "cache", 3, large=True) as play:
            figures = stage(play).figures
            assert figures.display
            for _beat in range(2):
                await forth(play)
            rows = figures.compose_rows(116)
            from tutor.tui.blockdigits import large

            assert all(line in "".join(piece.text for piece in row) for line, row in zip(
                large("12"), rows, strict=False
            ))  # fmt: skip

    asyncio.run(scenario())


def test_colours_for_projectors(home: Path) -> None:
    async def scenario() -> None:
        async with presenting(home, theme="light") as play:
            assert play.app.theme == LIGHT.name
            seen = []
            for _theme in THEMES:
                await play.press("f4")
                seen.append(play.app.theme)
            assert set(seen) == set(THEMES)
        async with presenting(home, theme="light", contrast=True) as play:
            assert play.app.theme == CONTRAST_LIGHT.name

    asyncio.run(scenario())


def test_demos_are_chosen_from_a_list(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            play.app.open_demo(DemoAsked(large=True))
            await play.pilot.pause()
            assert isinstance(play.app.screen, DemosScreen)
            number = demo_names().index("replication") + 1
            assert f"{number}  replication — Replication: what copies are good for" in play.text
            await play.press(str(number))
            await play.pilot.pause()
            assert shown(play).script.name == "replication"
            assert stage(play).has_class("-large")

    asyncio.run(scenario())


def test_whoever_follows_sees_the_presenters_place(home: Path) -> None:
    async def scenario() -> None:
        async with presenting(home, scene=2) as play:
            await forth(play)
            sight = Follower("replication").look()
            assert sight.presented
            assert sight.moment == shown(play).moment
            await play.press("c")
            moment = Follower("replication").look().moment
            assert moment is not None
            assert moment.interrupted

    asyncio.run(scenario())


def test_help_tells_the_presenters_keys(home: Path) -> None:
    async def scenario() -> None:
        async with presenting(home) as play:
            await play.press("f1")
            assert "Take the keyboard, or give it back to the script" in play.text
            assert "PgDn" in play.text

    asyncio.run(scenario())


@BOTH
@pytest.mark.parametrize("lang", ["en", "ru"])
def test_the_bar_shows_the_clickers_keys(home: Path, size: tuple[int, int], lang: str) -> None:
    async def scenario() -> None:
        async with presenting(home, size=size, lang=lang) as play:
            bar = play.text.splitlines()[-1]
            for name in ("PgDn", "PgUp", "^T", "F1", "F2", "F10"):
                assert name in bar

    asyncio.run(scenario())


def test_escape_does_not_end_a_talk(home: Path) -> None:
    async def scenario() -> None:
        async with presenting(home) as play:
            await play.press("escape")
            assert isinstance(play.app.screen, Presenting)

    asyncio.run(scenario())
