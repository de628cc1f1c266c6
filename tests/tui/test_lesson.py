"""The lesson screen: verdicts, help, questions, moving, keeping one's place."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.tui.playing import Play, playing
from tutor import i18n
from tutor.tui.screens.finished import FinishedScreen
from tutor.tui.screens.home import HomeScreen
from tutor.tui.screens.lesson import LessonScreen


async def exercise(play: Play) -> LessonScreen:
    """Go to the step "hash" of the sample lesson."""
    await play.press("enter", "f8")
    assert isinstance(play.app.screen, LessonScreen)
    return play.app.screen


def test_verdicts_follow_each_command(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            screen = await exercise(play)
            assert "✓" not in play.text
            await play.enter("HSET user:1 name Alice")
            assert "✓" in play.text
            assert "✗" in play.text
            assert not screen.player.passed
            await play.enter("HSET user:1 age 30")
            assert screen.player.passed
            assert "✗" not in play.text
            assert "Done." in play.text
            assert "Small hashes are listpacks." in play.text

    asyncio.run(scenario())


def test_a_wrong_move_is_explained_and_what_is_right_goes_on(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await exercise(play)
            await play.enter("SET user:1 Alice")
            assert "This is a string now." in play.text
            await play.enter("DEL user:1", "HSET user:1 name Alice age 30")
            assert "This is a string now." not in play.text
            assert "Done." in play.text

    asyncio.run(scenario())


def test_enter_in_an_empty_line_goes_on_when_the_step_is_done(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            screen = await exercise(play)
            await play.press("enter")
            assert screen.player.step.id == "hash"
            await play.enter("HSET user:1 name Alice age 30", "")
            assert screen.player.step.id == "guess"

    asyncio.run(scenario())


def test_hints_open_one_by_one_and_the_last_is_pasted_not_run(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            screen = await exercise(play)
            await play.press("f3")
            assert "One key, two pairs." in play.text
            assert "The command begins with" not in play.text
            await play.press("f3", "f3", "f3")
            assert play.prompt.value == "HSET user:1 name Alice"
            assert screen.player.world.history == []
            await play.press("f3")
            assert play.app.is_running

    asyncio.run(scenario())


def test_the_solution_is_shown_and_a_click_puts_it_into_the_prompt(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            screen = await exercise(play)
            await play.press("f4")
            assert "HSET user:1 age 30" in play.text
            assert screen.player.world.history == []
            await play.click("HSET user:1 age 30")
            assert play.prompt.value == "HSET user:1 age 30"
            assert play.app.focused is play.prompt

    asyncio.run(scenario())


def test_reset_and_undo_bring_the_world_back(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            screen = await exercise(play)
            await play.enter("HSET user:1 name Alice", "HSET user:1 age 30")
            await play.press("ctrl+z")
            assert "Taken back: HSET user:1 age 30" in play.text
            assert not screen.player.passed
            await play.press("ctrl+y")
            assert screen.player.passed
            await play.press("f5")
            assert "There is no key user:1 now." in play.text
            assert not screen.player.passed
            await play.press("ctrl+z")
            assert "Nothing to undo." in play.text

    asyncio.run(scenario())


def test_typed_undo_is_judged_too(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            screen = await exercise(play)
            await play.enter("HSET user:1 name Alice age 30", ":undo")
            assert not screen.player.passed
            await play.enter(":redo")
            assert screen.player.passed

    asyncio.run(scenario())


def test_a_prediction_is_answered_by_number_and_then_really_run(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            screen = await exercise(play)
            await play.press("f8")
            assert "What will Redis reply?" in play.text
            question = screen.player.question()
            assert question is not None
            labels = [option.label for option in question.options]
            right = labels.index('"10"') + 1
            assert play.app.focused is screen.story.text
            await play.press(str(right))
            assert "Right: one character more." in play.text
            assert "> APPEND k 0" in play.text
            assert "X-ray · k" in play.text
            assert "Done." in play.text
            assert play.app.focused is play.prompt

    asyncio.run(scenario())


def test_a_question_is_answered_by_mouse(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            screen = await exercise(play)
            await play.press("f8", "f8")
            await play.click("on disk")
            assert "The disk keeps copies." in play.text
            assert "✗" in play.text
            await play.press("2", "backspace")
            answered = screen.player.question()
            assert answered is not None
            assert answered.answered

    asyncio.run(scenario())


def test_what_a_prediction_changed_is_seen_in_the_x_ray(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home, lessons=None) as play:
            play.app.open_lesson("hash")
            await play.pilot.pause()
            await play.press("f8", "f8", "1")
            assert "name Bob city Pskov" in play.text
            assert "⁺Pskov" in play.text
            assert "memory is as it was" not in play.text

    asyncio.run(scenario())


def test_the_options_of_a_quiz_show_no_markdown(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home, lessons=None) as play:
            play.app.open_lesson("list")
            await play.pilot.pause()
            await play.press(*["f8"] * 6)
            assert "1  LPUSH: " in play.text
            assert "`" not in play.text

    asyncio.run(scenario())


def test_the_end_looks_back_and_leads_on(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await exercise(play)
            await play.press("f8", "f8", "f8")
            assert isinstance(play.app.screen, FinishedScreen)
            assert "steps are still open" in play.text
            await play.press("f2")
            assert "F7 вернёт" in play.text
            await play.press("f2", "enter")
            assert isinstance(play.app.screen, LessonScreen)
            assert play.app.screen.player.lesson.id == "second"
            await play.press("f8", "h")
            assert isinstance(play.app.screen, HomeScreen)

    asyncio.run(scenario())


def test_esc_leads_home_and_continue_leads_back_to_the_same_place(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await exercise(play)
            await play.enter("HSET user:1 name Alice")
            await play.press("escape")
            assert isinstance(play.app.screen, HomeScreen)
            assert "Continue" in play.text
            assert "step 2 of 4" in play.text
            await play.press("enter")
            assert isinstance(play.app.screen, LessonScreen)
            assert play.app.screen.player.step.id == "hash"
            await play.enter("HGET user:1 name")
            assert '"Alice"' in play.text

    asyncio.run(scenario())


def test_the_next_run_continues_with_the_same_world(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await exercise(play)
            await play.enter("HSET user:1 name Alice", "SELECT 3", "MULTI")
        async with playing(home) as play:
            await play.press("enter")
            assert "127.0.0.1:6379[3](TX)>" in play.text
            await play.enter("DISCARD", "SELECT 0", "HGET user:1 name")
            assert '"Alice"' in play.text

    asyncio.run(scenario())


def test_the_language_changes_in_the_middle_and_nothing_is_lost(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await exercise(play)
            await play.enter("SET user:1 Alice", "GETT user:1")
            await play.press("ctrl+o", "f3")
            await play.type("DEL us")
            english = play.text
            await play.press("f2")
            assert i18n.language() == "ru"
            russian = play.text
            assert "Сейчас это строка." in russian
            assert "Один ключ, две пары." in russian
            assert "DEL us" in russian
            assert play.app.focused is play.prompt
            await play.press("f2")
            assert play.text == english

    asyncio.run(scenario())


def test_the_footer_keys_can_be_clicked(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await exercise(play)
            await play.click("F3 Hint")
            assert "One key, two pairs." in play.text
            await play.click("F2 RU/EN")
            assert "Один ключ, две пары." in play.text

    asyncio.run(scenario())


def test_narrow_panels_change_by_key_and_by_click(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home, size=(80, 24)) as play:
            await exercise(play)
            await play.enter("HSET user:1 name Alice")
            assert "listpack" not in play.text
            await play.click("X-ray user:1")
            assert "listpack" in play.text
            await play.click("Lesson")
            assert "Two fields" in play.text
            await play.press("ctrl+x")
            assert "listpack" in play.text
            await play.press("ctrl+x")
            assert "[bytes]" in play.text

    asyncio.run(scenario())


def test_f6_goes_round_all_panels(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            screen = await exercise(play)
            seen = []
            for _ in screen.panels():
                seen.append(play.app.focused)
                await play.press("f6")
            assert seen == screen.panels()
            assert play.app.focused is play.prompt

    asyncio.run(scenario())


def test_a_second_client_and_time_that_goes_by(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await play.press("enter", "f8")
            await play.enter("BLPOP jobs 0", ":client 2")
            assert "#2 127.0.0.1:6379>" in play.text
            await play.enter("RPUSH jobs a", ":client 1")
            assert '2) "a"' in play.text
            await play.enter("SET short 1 EX 60", ":run 61", "EXISTS short")
            assert "61 seconds have gone by" in play.text
            assert "(integer) 0" in play.text
            await play.enter(":run soon")
            assert "Say how many seconds go by" in play.text

    asyncio.run(scenario())


def test_a_step_is_come_back_to_as_the_client_one_was(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await play.press("enter", "f8")
            await play.enter(":client 2", "CLIENT SETNAME two")
        async with playing(home) as play:
            await play.press("enter")
            assert "#2 127.0.0.1:6379>" in play.text
            await play.enter("CLIENT GETNAME", ":client 1", "CLIENT GETNAME")
            assert '"two"' in play.text
            assert "(nil)" in play.text

    asyncio.run(scenario())
