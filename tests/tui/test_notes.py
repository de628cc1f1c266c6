"""The second terminal of a presenter: it waits, follows, and says when nobody presents any more."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.tui.screen_text import screen_text, strips
from tutor.course.presence import Moment, Presence
from tutor.i18n import language, set_language
from tutor.tui.blockdigits import large
from tutor.tui.screens.notes import NotesApp, NotesScreen

MOMENT = Moment(
    demo="cache", lang="en", seed=7, scene=2, scenes=5, scene_title="A stampede", beat=1, beats=4,
    note="Say **this**, then `GET page`.\n\n- one\n- two\n", next_line=":run 3",
    started=1000.0, scene_started=1060.0, next_scene="The lock",
)  # fmt: skip
SIZES = [(120, 40), (80, 24)]


@pytest.fixture(autouse=True)
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("REDIS_TUTOR_RUNTIME", str(tmp_path / "run"))
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    return tmp_path / "run"


def timed(text: str, span: str) -> bool:
    """Whether a timer stands at that, small or large."""
    return span in text or all(row.rstrip() in text for row in large(span))


class Following:
    """The app, its user's hands, and its clock."""

    def __init__(self, app: NotesApp, pilot: Pilot[None], clock: list[float]) -> None:
        self.app, self.pilot, self.clock = app, pilot, clock

    async def look(self, seconds: float = 0) -> str:
        """What is seen after so many seconds."""
        self.clock[0] += seconds
        screen = self.app.screen
        assert isinstance(screen, NotesScreen)
        screen.look()
        await self.pilot.pause()
        return screen_text(self.app)

    async def press(self, key: str) -> str:
        """Press a key; what is seen then."""
        await self.pilot.press(key)
        await self.pilot.pause()
        return screen_text(self.app)


@asynccontextmanager
async def following(
    name: str | None = "cache", size: tuple[int, int] = (80, 24), **options: Any
) -> AsyncIterator[Following]:
    clock = [1125.0]
    app = NotesApp(name, now=lambda: clock[0], **options)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield Following(app, pilot, clock)


@pytest.mark.parametrize("size", SIZES)
def test_it_waits_follows_and_says_that_the_presenter_has_left(size: tuple[int, int]) -> None:
    async def scenario() -> None:
        async with following(size=size, run="b") as notes:
            assert "redis-tutor demo cache --run b" in await notes.look()
            with Presence.open("cache", "b") as presence:
                assert "about to begin" in await notes.look()
                presence.publish(MOMENT)
                text = await notes.look()
                for seen in (
                    "Scene 2 of 5  A stampede", "talk", "scene", "1/4", "00:18",
                    "Say this, then GET page.", "• one", "next key: :run 3", "next scene: The lock",
                    "seed 7",
                ):  # fmt: skip
                    assert seen in text
                assert timed(text, "2:05")
                assert timed(text, "1:05")
                assert "Interrupted" not in text
                presence.publish(replace(MOMENT, beat=2, interrupted=True))
                text = await notes.look(3600)
                assert "Interrupted: the script waits." in text
                assert timed(text, "1:02:05")
                assert "2/4" in text
                presence.publish(replace(MOMENT, scene=5, next_scene="", next_line=""))
                text = await notes.look()
                assert "next key: the end" in text
                assert "next scene" not in text
                assert "Interrupted" not in text
            text = await notes.look(10)
            assert "The presenter has left." in text
            assert "Say this" in text
            assert timed(await notes.look(60), "1:02:15"), "the talk is over: its timer stands"
            with Presence.open("cache", "b") as presence:
                presence.publish(MOMENT)
                assert "has left" not in await notes.look()

    asyncio.run(scenario())


@pytest.mark.parametrize("size", SIZES)
def test_it_speaks_the_presenters_language_until_another_is_wished(size: tuple[int, int]) -> None:
    async def scenario() -> None:
        with Presence.open("cache") as presence:
            presence.publish(
                replace(MOMENT, lang="ru", scene_title="Лавина", note="Скажите **это**.")
            )
            async with following(size=size) as notes:
                text = await notes.look()
                assert language() == "ru"
                assert "Лавина" in text
                await notes.press("f2")
                assert language() == "en"
                assert "Scene 2 of 5  Лавина" in await notes.look(), "there are no other words"

    asyncio.run(scenario())


def test_with_a_language_of_its_own_it_takes_the_words_from_the_demo() -> None:
    def words(moment: Moment, lang: str) -> Moment | None:
        return replace(moment, lang=lang, scene_title="Лавина", note="Скажите это.")

    async def scenario() -> None:
        set_language("ru")
        with Presence.open("cache") as presence:
            presence.publish(MOMENT)
            async with following(lang="ru", words=words) as notes:
                text = await notes.look()
                assert "Скажите это." in text
                assert "Лавина" in text
                assert "Say" in await notes.press("f2")
                assert "Скажите" in await notes.press("f2")

    asyncio.run(scenario())


def test_a_moment_that_cannot_be_read_is_told_and_the_last_one_stays(runtime: Path) -> None:
    async def scenario() -> None:
        async with following() as notes:
            with Presence.open("cache") as presence:
                presence.publish(MOMENT)
                await notes.look()
                (runtime / "demo-cache.json").write_bytes(b"\x1b[2J{")
                text = await notes.look()
                assert "cannot be read" in text
                assert "Say this" in text
                presence.publish(replace(MOMENT, beat=2))
                assert "cannot be read" not in await notes.look()

    asyncio.run(scenario())


def test_a_folder_that_is_lost_meanwhile_is_told(
    runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario() -> None:
        async with following() as notes:
            (runtime.parent / "file").touch()
            monkeypatch.setenv("REDIS_TUTOR_RUNTIME", str(runtime.parent / "file" / "x"))
            assert "▲" in await notes.look()
            monkeypatch.setenv("REDIS_TUTOR_RUNTIME", str(runtime))
            assert "▲" not in await notes.look()

    asyncio.run(scenario())


def test_escapes_in_what_is_published_reach_no_terminal() -> None:
    evil = "\x1b]52;c;aGk=\x07x"

    async def scenario() -> None:
        async with following() as notes:
            with Presence.open("cache") as presence:
                presence.publish(replace(
                    MOMENT, scene_title=evil, note=evil, next_line=evil, next_scene=evil, demo=evil
                ))  # fmt: skip
                await notes.look()
                for strip in strips(notes.app):
                    assert "\x1b" not in strip.text
                    assert "\x07" not in strip.text

    asyncio.run(scenario())


def test_a_long_note_scrolls_and_the_next_one_begins_at_its_top() -> None:
    async def scenario() -> None:
        async with following() as notes:
            with Presence.open("cache") as presence:
                long = "\n\n".join(f"line {n}" for n in range(60))
                presence.publish(replace(MOMENT, note=long))
                assert "line 0" in await notes.look()
                text = await notes.press("end")
                assert "line 59" in text
                assert "line 0\n" not in text
                assert "next key: :run 3" in text
                presence.publish(replace(MOMENT, note=long + "\n\nand more"))
                assert "line 0" in await notes.look()

    asyncio.run(scenario())


def test_light_and_dark_and_sizes_down_to_too_small() -> None:
    async def scenario() -> None:
        async with following(theme="light") as notes:
            assert notes.app.theme == "tutor-light"
            await notes.press("t")
            assert notes.app.theme == "tutor-dark"
            with Presence.open("cache") as presence:
                presence.publish(replace(MOMENT, next_line="SET " + "x" * 500))
                await notes.look()
                for width, height in ((120, 40), (80, 24), (40, 12), (30, 8)):
                    await notes.pilot.resize_terminal(width, height)
                    text = await notes.look()
                    assert ("Too small" in text) == (width < 40)
                    if width >= 40:
                        assert "F10" in text
                        assert "Say this" in text

    asyncio.run(scenario())


def test_a_clock_that_was_put_back_counts_from_nought() -> None:
    async def scenario() -> None:
        async with following() as notes:
            with Presence.open("cache") as presence:
                presence.publish(replace(MOMENT, started=9e9, scene_started=-9e9))
                assert "talk 0:00" in await notes.look()

    asyncio.run(scenario())


def test_in_ascii_nothing_is_drawn_of_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_TUTOR_ASCII", "1")

    async def scenario() -> None:
        async with following(size=(120, 40)) as notes:
            with Presence.open("cache") as presence:
                presence.publish(replace(MOMENT, interrupted=True))
                text = await notes.look()
                assert text.isascii()
                assert "talk 2:05" in text

    asyncio.run(scenario())
