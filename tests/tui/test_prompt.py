"""The prompt: completion, history, search, pasting, waiting."""

from __future__ import annotations

import asyncio
from pathlib import Path

from textual import events

from tests.tui.playing import Play, playing


async def sandbox(play: Play) -> None:
    """Open the sandbox."""
    await play.press("end", "enter")


async def paste(play: Play, text: str) -> None:
    """Paste as a terminal does."""
    play.prompt.post_message(events.Paste(text))
    await play.pilot.pause()
    await play.pilot.pause()


def test_tab_completes_a_command_and_a_key_of_the_type_that_fits(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await sandbox(play)
            await play.enter("RPUSH queue a", "SET quiet 1")
            await play.type("rpo")
            await play.press("tab")
            assert play.prompt.value.lower().startswith("rpop")
            await play.press("escape")
            play.prompt.put("RPOP qu")
            await play.press("tab")
            assert play.prompt.value.strip() == "RPOP queue"

    asyncio.run(scenario())


def test_the_menu_goes_round_and_enter_takes_without_running(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await sandbox(play)
            await play.type("HG")
            await play.press("tab")
            assert play.console.entry.menu.is_open
            first = play.prompt.value
            await play.press("tab")
            second = play.prompt.value
            assert first != second
            await play.press("up")
            assert play.prompt.value == first
            assert "►" in play.text
            await play.press("enter")
            assert not play.console.entry.menu.is_open
            assert play.console.output.exchanges == []
            assert play.prompt.value.strip() == first.strip()

    asyncio.run(scenario())


def test_ghost_text_is_the_lines_true_continuation(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await sandbox(play)
            await play.enter("SET session:1 x")
            await play.type("get ses")
            await play.app.workers.wait_for_complete()
            await play.pilot.pause()
            assert "get session:1" in play.text
            await play.press("right")
            assert play.prompt.value == "get session:1"

    asyncio.run(scenario())


def test_the_signature_shows_what_comes_next_without_colour(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await sandbox(play)
            await play.type("SET ")
            assert "‹key›" in play.text
            await play.type("a ")
            assert "‹value›" in play.text
            await play.press("left", "left")
            assert "‹key›" in play.text

    asyncio.run(scenario())


def test_arrows_walk_through_history_and_keep_what_was_typed(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await sandbox(play)
            await play.enter("SET a 1", "SET b 2")
            await play.type("GET")
            await play.press("up")
            assert play.prompt.value == "SET b 2"
            await play.press("ctrl+p")
            assert play.prompt.value == "SET a 1"
            await play.press("up", "down", "down")
            assert play.prompt.value == "GET"

    asyncio.run(scenario())


def test_history_is_kept_across_runs(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await sandbox(play)
            await play.enter("SET remembered 1")
        async with playing(home) as play:
            await sandbox(play)
            await play.press("up")
            assert play.prompt.value == "SET remembered 1"

    asyncio.run(scenario())


def test_ctrl_r_searches_and_enter_takes_without_running(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await sandbox(play)
            await play.enter("SET a 1", "HSET user:1 name Alice", "SET b 2")
            await play.press("ctrl+r")
            await play.type("ali")
            assert "search: ali" in play.text
            await play.press("enter")
            assert play.prompt.value == "HSET user:1 name Alice"
            assert len(play.console.output.exchanges) == 3
            await play.press("ctrl+r", "escape")
            assert "search:" not in play.text

    asyncio.run(scenario())


def test_a_paste_of_several_lines_runs_them_in_order(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await sandbox(play)
            await paste(play, "SET a 1\r\nINCR a\n\nAPPEND a 0\nGET")
            lines = [exchange.line for exchange in play.console.output.exchanges]
            assert lines == ["SET a 1", "INCR a", "APPEND a 0"]
            assert play.prompt.value == "GET"
            await paste(play, " a\n")
            assert '"20"' in play.text
            assert play.prompt.value == ""

    asyncio.run(scenario())


def test_a_paste_of_a_script_over_several_lines_is_one_command(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await sandbox(play)
            await paste(play, 'EVAL "local a = 1\nreturn\n  a + 41" 0\nGET b\n')
            lines = [exchange.line for exchange in play.console.output.exchanges]
            assert lines == ['EVAL "local a = 1\\nreturn\\n  a + 41" 0', "GET b"]
            assert "(integer) 42" in play.text

    asyncio.run(scenario())


def test_messages_appear_as_they_come_and_say_whose_they_are(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await sandbox(play)
            await play.enter("SUBSCRIBE news")
            assert "UNSUBSCRIBE or Ctrl-C ends it" in play.text
            await play.enter(":client 2", "PUBLISH news hello")
            assert '"hello"' in play.text
            assert "to client 1:" in play.text

    asyncio.run(scenario())


def test_ctrl_c_ends_a_subscription(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await sandbox(play)
            await play.enter("SUBSCRIBE news")
            await play.press("ctrl+c")
            assert "> UNSUBSCRIBE" in play.text
            await play.enter("GET a")
            assert "(nil)" in play.text
            await play.press("ctrl+c")
            assert "F10 leaves" in play.text

    asyncio.run(scenario())


def test_unbalanced_quotes_are_explained(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await sandbox(play)
            await play.enter('SET a "open')
            assert "Invalid argument(s)" in play.text
            assert "^O" in play.text

    asyncio.run(scenario())


def test_an_error_has_a_folded_card_that_opens_by_key_and_by_click(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await sandbox(play)
            await play.enter("RPUSH q a", "GET q")
            assert "► The key holds another type" in play.text
            assert "LRANGE" not in play.text
            await play.press("ctrl+o")
            assert "▼ The key holds another type" in play.text
            assert "LRANGE" in play.text
            await play.click("The key holds another type")
            assert "► The key holds another type" in play.text

    asyncio.run(scenario())


def test_a_blocking_command_waits_and_esc_gives_up(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await sandbox(play)
            await play.enter("BLPOP q 0")
            assert "waiting for a reply" in play.text
            await play.press("escape")
            assert "waiting for a reply" not in play.text
            await play.enter("PING")
            assert "PONG" in play.text

    asyncio.run(scenario())


def test_another_client_answers_the_one_that_waits(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await sandbox(play)
            await play.enter("BLPOP q 0")
            await play.enter(":client 2", "RPUSH q hello", ":client 1")
            assert '2) "hello"' in play.text

    asyncio.run(scenario())


def test_ctrl_c_empties_the_line_and_says_how_to_leave(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await sandbox(play)
            await play.type("SET a")
            await play.press("ctrl+c")
            assert play.prompt.value == ""
            await play.press("ctrl+c")
            assert "F10 leaves" in play.text
            assert play.app.is_running

    asyncio.run(scenario())


def test_a_long_reply_is_cut_and_says_so(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await sandbox(play)
            play.app.screen.desk.run([b"RPUSH", b"q", *[b"%d" % n for n in range(1500)]])
            await play.enter("LRANGE q 0 -1")
            assert "… and 500 more elements" in play.text

    asyncio.run(scenario())


def test_control_characters_never_reach_the_terminal(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await sandbox(play)
            await play.enter('SET k "\\x1b[2J\\x07"', "ECHO \x1b[31m")
            assert "\x1b" not in play.text
            assert "\x07" not in play.text

    asyncio.run(scenario())


def test_typing_anywhere_is_typing_into_the_prompt(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await play.press("enter", "f8", "f8")
            assert play.app.focused is not play.prompt
            await play.type("GET k")
            assert play.app.focused is play.prompt
            assert play.prompt.value == "GET k"

    asyncio.run(scenario())


def test_a_click_on_a_command_pastes_it_whatever_it_contains(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await sandbox(play)
            command = 'SET a "x) (y\'z, Привет"'
            await play.app.screen.run_action(f"paste({command!r})")
            assert play.prompt.value == command

    asyncio.run(scenario())


def test_a_huge_value_is_shown_in_part(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await sandbox(play)
            play.app.screen.desk.run([b"SET", b"big", b"x" * 5_000_000])
            await play.enter("GET big")
            assert "more bytes" in play.text

    asyncio.run(scenario())


def test_after_a_long_line_a_short_one_is_seen_from_its_beginning(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home, size=(80, 24)) as play:
            await sandbox(play)
            await play.type("SET key " + "x" * 80)
            assert "> SET" not in play.text
            await play.press("enter")
            await play.type("GET key")
            assert "127.0.0.1:6379> GET key" in play.text
            play.prompt.put("SET key " + "y" * 2000)
            await play.press("home")
            assert "127.0.0.1:6379> SET key yyy" in play.text
            await play.press("end", "ctrl+u")
            assert play.prompt.value == ""

    asyncio.run(scenario())


async def burst(play: Play, *keys: str) -> None:
    """Keys that arrive all at once, as when the app was busy for a moment."""
    for key in keys:
        event = events.Key(key, key if len(key) == 1 else None)
        event.set_sender(play.app)
        play.app.post_message(event)
    for _round in range(3):
        await play.pilot.pause()


def test_keys_that_arrive_at_once_are_obeyed_in_their_order(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await sandbox(play)
            await burst(play, "a", "b", "backspace", "c", "left", "d")
            assert play.prompt.value == "adc"
            await burst(play, "ctrl+c", *"TIME", "enter", *"PING", "enter", "x", "up")
            assert [each.line for each in play.console.output.exchanges] == ["TIME", "PING"]
            assert play.prompt.value == "PING"
            await burst(play, "up", "enter", *"rest")
            assert [each.line for each in play.console.output.exchanges][2:] == ["TIME"]
            assert play.prompt.value == "rest"

    asyncio.run(scenario())
