"""A lesson's steps in the lab, on the screen: the whole lesson played, mistakes, both sizes."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.tui.playing import Play, playing
from tests.tui.screen_text import check_golden
from tests.tui.test_screens import GOLDENS, RENEW
from tutor.course import questions
from tutor.tui.screens.finished import FinishedScreen
from tutor.tui.screens.lab_lesson import REST_TICKS, LabLessonScreen
from tutor.tui.screens.lesson import LessonScreen

LESSONS = Path(__file__).parents[2] / "lessons"


async def opened(play: Play, step: str) -> LabLessonScreen:
    """The lesson at a step, its lab standing still."""
    play.app.open_lesson("replication")
    await play.pilot.pause()
    screen = play.app.screen
    assert isinstance(screen, LabLessonScreen)
    screen.player.jump(step)
    screen.turned()
    screen.playing.running = False
    await play.pilot.pause()
    return screen


@pytest.mark.parametrize("lang", ["en", "ru"])
@pytest.mark.parametrize("size", [(120, 40), (80, 24)], ids=["120x40", "80x24"])
def test_screen(home: Path, size: tuple[int, int], lang: str) -> None:
    async def scenario() -> tuple[str, str]:
        async with playing(home, size=size, lang=lang, lessons=LESSONS) as play:
            await opened(play, "stale")
            await play.enter(":cut master-replica2", ":run 2")
            story = play.text
            await play.press("escape")
            return story, play.text

    story, lab = asyncio.run(scenario())
    name = f"lab-lesson-{size[0]}x{size[1]}-{lang}"
    check_golden(GOLDENS / f"{name}.txt", story, RENEW)
    if size[0] < 100:
        check_golden(GOLDENS / f"{name}-lab.txt", lab, RENEW)


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_the_lesson_is_played_to_its_end(home: Path, lang: str) -> None:
    async def scenario() -> None:
        size = (120, 40) if lang == "en" else (80, 24)
        async with playing(home, size=size, lang=lang, lessons=LESSONS) as play:
            play.app.open_lesson("replication")
            await play.pilot.pause()
            kinds: list[str] = []
            while not isinstance(play.app.screen, FinishedScreen):
                screen = play.app.screen
                assert isinstance(screen, (LabLessonScreen, LessonScreen))
                step, seed = screen.player.step, screen.player.lesson.seed
                assert isinstance(screen, LabLessonScreen) == (step.lab is not None)
                kinds.append(step.kind)
                if isinstance(screen, LabLessonScreen):
                    screen.playing.running = False
                for line in step.solution:
                    await play.enter(line.text)
                if step.predict is not None:
                    right = questions.correct_option(step, seed)
                    await play.press(str(list(step.predict.options).index(str(right)) + 1))
                if step.solution or step.predict is not None:
                    assert screen.player.done, step.id
                await play.press("f8")
            assert kinds.count("exercise") >= 4
            assert all(mark.done for mark in play.app.screen.player.marks())

    asyncio.run(scenario())


def test_a_mistake_is_explained_and_can_be_taken_back(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home, lessons=LESSONS) as play:
            screen = await opened(play, "promote")
            await play.enter(":on replica1 REPLICAOF NO ONE", ":switch replica1", ":run 1")
            assert "The application went to replica1" in play.text
            assert "lost: 13" in play.text
            await play.enter(":back 2")
            assert screen.playing.past
            for line in screen.player.step.solution:
                await play.enter(line.text)
            assert screen.player.passed
            assert "Done." in play.text

    asyncio.run(scenario())


def test_keys_of_the_lab_count_as_moves(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home, lessons=LESSONS) as play:
            screen = await opened(play, "crash")
            assert screen.focused is play.prompt
            await play.press("escape")
            assert screen.focused is screen.canvas
            await play.press("k", "colon")
            assert screen.focused is play.prompt
            await play.type("on replica1 ROLE")
            await play.press("enter")
            await play.enter(":run 3")
            assert screen.player.passed
            assert "What happened" in play.text

    asyncio.run(scenario())


def test_a_dead_node_refuses_and_a_wrong_word_is_explained(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home, lessons=LESSONS) as play:
            screen = await opened(play, "crash")
            await play.enter(":crash master", "PING")
            assert "Connection refused" in play.text
            await play.enter(":node replica1", "PING", ":on master PING")
            assert "Connection refused" in play.text
            await play.enter(":cut replica1", ':on "')
            assert "This is written so: :cut master-replica1" in play.text
            assert "Invalid argument(s)" in play.text
            kinds = [deed.action.kind for deed in screen.playing.lab.deeds]
            assert kinds == ["crash", "command"]

    asyncio.run(scenario())


def test_time_goes_on_by_words_while_a_command_waits(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home, lessons=LESSONS) as play:
            screen = await opened(play, "wait")
            await play.enter("SET order:1 tea", "WAIT 1 1000", "PING")
            assert "waiting for a reply" in play.text
            assert not screen.player.passed
            await play.enter(":run 1")
            assert screen.player.passed
            await play.pilot.pause(0.3)
            assert "PONG" in play.text

    asyncio.run(scenario())


def test_the_run_is_given_and_f5_begins_it_anew(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home, lessons=LESSONS) as play:
            screen = await opened(play, "stale")
            lab = screen.playing.lab
            await play.press("escape", "n", "m", "x")
            assert screen.playing.lab is lab
            assert "scenario" not in play.text
            await play.press("k", "f5")
            assert screen.playing.lab is not lab
            assert screen.playing.lab is screen.player.lab
            assert screen.playing.frame.node("master").state == "online"

    asyncio.run(scenario())


def test_the_place_is_kept_when_one_leaves_and_comes_back(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home, lessons=LESSONS) as play:
            await opened(play, "stale")
            await play.enter(":cut master-replica2", ":run 2", ":delay master-replica1 300")
        async with playing(home, lessons=LESSONS) as play:
            play.app.open_lesson("replication")
            await play.pilot.pause()
            screen = play.app.screen
            assert isinstance(screen, LabLessonScreen)
            assert screen.player.step.id == "stale"
            assert screen.playing.at == screen.playing.last
            assert screen.playing.lab.wires["master", "replica2"].cut_since is not None
            assert screen.player.checks()[0].ok

    asyncio.run(scenario())


def test_a_question_runs_in_the_lab_that_is_shown(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home, lessons=LESSONS) as play:
            screen = await opened(play, "fresh")
            assert screen.focused is screen.story.text
            await play.press("1")
            assert "replica1:6379> GET promo:tea" in play.text
            assert screen.playing.lab is screen.player.lab
            assert screen.playing.at == screen.playing.last
            assert "still under way" in play.text

    asyncio.run(scenario())


def test_time_rests_when_nobody_does_anything(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home, lessons=LESSONS) as play:
            screen = await opened(play, "why")
            screen.playing.running = True
            screen._idle = REST_TICKS
            screen.tick()
            assert not screen.playing.running
            await play.enter("PING")
            assert screen.playing.running

    asyncio.run(scenario())


def test_on_a_narrow_terminal_letters_go_to_the_prompt_and_f6_to_the_lab(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home, size=(80, 24), lessons=LESSONS) as play:
            screen = await opened(play, "crash")
            await play.press("f6")
            assert screen.focused is screen.story.text
            await play.press("space")
            assert screen.playing.running
            await play.press("space")
            await play.type("PING")
            await play.press("enter")
            assert "PONG" in play.text
            screen.story.text.focus()
            await play.press("f6")
            assert screen.focused is screen.canvas
            assert screen.seen_panel() == "lab"
            await play.press("k")
            await play.enter(":on replica1 ROLE", ":run 3")
            assert "Done: F8 goes on." in play.text
            await play.click("Lesson")
            assert "What happened" in play.text

    asyncio.run(scenario())


def test_help_explains_the_lab_and_its_words(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home, lessons=LESSONS) as play:
            await opened(play, "stale")
            await play.press("f1")
            assert "The prompt takes more words" in play.text
            assert "search earlier lines" in play.text
            await play.press("escape", "escape", "f1")
            assert "The prompt takes more words" in play.text
            await play.press("escape", "f3")
            assert "Hint: the idea" in play.text
            await play.press("f4")
            assert ":heal master-replica2" in play.text

    asyncio.run(scenario())
