"""A demo on the screen: "next" plays it from pause to pause, then goes on."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.course.lessonkit import write_lesson
from tests.course.test_demo import EN, RU, STEP
from tests.tui.playing import Play, playing


def course(tmp_path: Path, in_lab: bool = False) -> Path:
    folder = write_lesson(tmp_path / "lessons")
    step = (
        STEP.replace('setup = ["SET other x"]\n', "[step.lab]\nreplicas = 1\n") if in_lab else STEP
    )
    if in_lab:
        step = step.replace("EX 60", "EX 40").replace("+61s", "+50s")
        step = step.replace('{ key = "hits"', '{ node = "replica1", key = "hits"')
        lab = "[step.lab]\nreplicas = 1\n"
        step = step.replace(lab, "").replace("[[step.demo]]", lab + "[[step.demo]]", 1)
    for name, find, replace in (
        ("lesson.toml", '\n[[step]]\nid = "which"', step),
        ("ru.md", "## step:which", RU),
        ("en.md", "## step:which", EN),
    ):
        path = folder / "tiny" / name
        path.write_text(
            path.read_text(encoding="utf-8").replace(find, replace, 1), encoding="utf-8"
        )
    return folder


async def reach(play: Play) -> None:
    await play.press("enter")
    play.app.screen.player.jump("show")  # type: ignore[attr-defined]
    play.app.screen.turn()  # type: ignore[attr-defined]
    await play.pilot.pause()


def test_next_plays_a_demo_from_pause_to_pause(home: Path, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with playing(home, lessons=course(tmp_path)) as play:
            await reach(play)
            assert "F8 plays it, from pause to pause." in play.text
            await play.press("f8")
            assert "> SET hits 1 EX 60" in play.text
            assert "The key will live for a minute." in play.text
            await play.press("f8")
            assert "> :run 61" in play.text
            assert "> EXISTS hits" in play.text
            assert "(integer) 0" in play.text
            await play.press("f8")
            assert "The minute is over, and there is no key." in play.text
            await play.press("f8")
            assert "F8 plays" not in play.text
            assert play.app.screen.player.done  # type: ignore[attr-defined]
            await play.press("f8")
            assert "A question" in play.text

    asyncio.run(scenario())


def test_enter_in_an_empty_line_plays_on_too(home: Path, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with playing(home, lessons=course(tmp_path)) as play:
            await reach(play)
            await play.enter("")
            assert "The key will live for a minute." in play.text

    asyncio.run(scenario())


def test_a_demo_in_a_lab_makes_its_moves(home: Path, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with playing(home, lessons=course(tmp_path, in_lab=True)) as play:
            await reach(play)
            await play.press("f8")
            assert "> SET hits 1 EX 40" in play.text
            assert "The key will live for a minute." in play.text
            await play.press("f8", "f8", "f8")
            assert "> DEL other" in play.text
            assert play.app.screen.player.done  # type: ignore[attr-defined]

    asyncio.run(scenario())
