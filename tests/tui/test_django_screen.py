"""Django's cache on the screen: calls, wire, key, servers, both languages."""

from __future__ import annotations

import asyncio
import re
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.tui.playing import Play, playing
from tests.tui.screen_text import check_golden
from tests.tui.test_screens import GOLDENS, RENEW
from tutor.tui.screens.django import DjangoScreen

pytest.importorskip("django", reason="Django is not installed")


async def until(play: Play, condition: Callable[[], object]) -> None:
    """Wait for what the screen's thread is doing."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, play.text
        await play.pilot.pause(0.01)
    await play.pilot.pause()


async def opened(play: Play, settings: str = "replicas") -> DjangoScreen:
    """The screen, its servers running."""
    play.app.open_django(settings)
    await play.pilot.pause()
    screen = play.app.screen
    assert isinstance(screen, DjangoScreen)
    await until(play, lambda: not screen.pending)
    return screen


async def calls(play: Play, screen: DjangoScreen, *lines: str) -> None:
    """Type lines and wait until they are done."""
    for line in lines:
        await play.enter(line)
        await until(play, lambda: not screen.pending)


def still(text: str) -> str:
    """Without what differs from run to run: ports, times, offsets."""
    text = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:PORT", text)
    text = re.sub(r"  \d+\.\d ms", "  0.0 ms", text)
    text = re.sub(r"(TTL) \d+", r"\1 60", text)
    return re.sub(r"(offset|смещение) \d+", r"\1 0", text)


@pytest.mark.parametrize("lang", ["en", "ru"])
@pytest.mark.parametrize("size", [(120, 40), (80, 24)], ids=["120x40", "80x24"])
def test_screen(home: Path, size: tuple[int, int], lang: str) -> None:
    async def scenario() -> str:
        async with playing(home, size=size, lang=lang) as play:
            screen = await opened(play)
            await calls(
                play, screen,
                'cache.set("user:1", {"name": "Alice"}, timeout=60)',
                "is_rate_limited(7)", 'cache.incr("absent")', 'cache.set("k", [1])',
            )  # fmt: skip
            await play.type("cache.get_or_set(")
            return re.sub(r"replica[12] GET", "replica1 GET", still(play.text))

    path = GOLDENS / f"django-{size[0]}x{size[1]}-{lang}.txt"
    check_golden(path, asyncio.run(scenario()), RENEW)


def test_a_call_shows_wire_value_and_key(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            screen = await opened(play)
            await calls(play, screen, 'cache.set("k", {"a": 1}, timeout=60)', 'cache.get("k")')
            assert "SET :1:k pickle 21 B EX 60  →  OK" in play.text
            assert "{'a': 1}" in play.text
            assert "pickle, protocol 5 · 21 B" in play.text
            assert screen.stored is not None
            assert screen.stored.key == b":1:k"
            await play.press("ctrl+x")
            assert "EMPTY_DICT" in play.text or "push an empty dict" in play.text
            await play.press("ctrl+x")
            assert screen.look_at == "bytes"
            await play.press("ctrl+x")
            assert screen.look_at == "structure"

    asyncio.run(scenario())


def test_an_error_is_explained_and_a_try_can_be_clicked(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            screen = await opened(play, "single")
            await calls(play, screen, 'cache.lpush("q", 1)')
            assert "AttributeError: 'RedisCache' object has no attribute 'lpush'" in play.text
            assert "Not a method of Django's cache" in play.text
            await play.click("cache._cache.get_client")
            assert play.prompt.value.startswith("cache._cache.get_client(None, write=True).lpush(")
            await play.press("ctrl+o")
            assert "reach redis-py's client" not in play.text

    asyncio.run(scenario())


def test_servers_break_and_come_back(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            screen = await opened(play)
            await calls(play, screen, 'cache.set("k", 1)', ":lag 60s replica1",
                        ":lag 60s replica2", 'cache.set("k", 2)')  # fmt: skip
            assert "held back 60 s" in play.text
            await until(play, lambda: all(one.behind for one in screen._states[1:]))
            await calls(play, screen, 'cache.get("k")')
            assert "what it says may be old" in play.text
            assert screen.calls[-1].text == "1"
            await calls(play, screen, ":stop master", 'cache.set("k", 3)')
            assert "connecting to master:6379. Connection refused" in play.text
            await calls(play, screen, ":start master")
            assert screen._states[0].running

    asyncio.run(scenario())


def test_the_screen_goes_on_while_a_call_takes_long(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tutor.network.django import samples

    go_on = threading.Event()

    def slow(_cost_s: float) -> list[int]:
        assert go_on.wait(60)
        return [7]

    monkeypatch.setattr(samples, "calculate_leaderboard", slow)

    async def scenario() -> None:
        async with playing(home) as play:
            screen = await opened(play, "single")
            await play.enter("get_leaderboard()", 'cache.get("leaderboard_v1")')
            assert screen.pending == 2
            assert "running…" in play.text
            await play.type("x = ")
            assert play.prompt.value == "x = "
            go_on.set()
            await until(play, lambda: not screen.pending)
            assert "running…" not in play.text
            assert [one.text for one in screen.calls] == ["[7]", "[7]"]

    asyncio.run(scenario())


def test_a_function_is_gone_through_line_by_line(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            screen = await opened(play, "single")
            await calls(play, screen, ":step is_rate_limited(7)")
            assert "is_rate_limited · step 1 of 5" in play.text
            assert '►  2      key = f"rate_limit:{user_id}"' in play.text
            await play.press("alt+right")
            assert "►  3      current = cache.get(key)" in play.text
            assert "current⁺ = None" in play.text
            await play.press("alt+right", "alt+right", "alt+right", "alt+right", "alt+right")
            assert "step 5 of 5" in play.text
            assert "return False" in play.text
            await play.press("alt+left")
            assert "step 4 of 5" in play.text
            assert "SET myapp:1:rate_limit:7 1 EX 3600" in play.text
            await calls(play, screen, 'cache.set("k", 1)')
            assert "step 4 of 5" not in play.text

    asyncio.run(scenario())


def test_completion_history_and_words(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            screen = await opened(play, "single")
            await calls(play, screen, 'cache.set("page:1", 1)')
            await play.type('cache.get("pa')
            await play.press("tab")
            assert play.prompt.value == 'cache.get("page:1"'
            await play.press("ctrl+c", "up")
            assert play.prompt.value == 'cache.set("page:1", 1)'
            await play.press("ctrl+c")
            await calls(play, screen, ":settings json", ":source get_leaderboard", "9**9**9")
            assert "data = _calculate_leaderboard()" in play.text
            assert "nothing is computed here" in play.text
            assert ":settings json" in play.text
            await play.press("f1")
            assert ":lag 2s replica1" in play.text
            await play.press("escape")
        async with playing(home) as play:
            await opened(play, "single")
            play.prompt.focus()
            await play.press("up")
            assert play.prompt.value == "9**9**9"

    asyncio.run(scenario())


def test_the_language_changes_and_back(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            screen = await opened(play, "single")
            await calls(play, screen, 'cache.set("k", 1)')
            await play.press("f2")
            assert "Серверы и сеть" in play.text
            await calls(play, screen, ":lang en")
            assert "Servers and wire" in play.text
            await calls(play, screen, ":lang xx")
            assert "xx" in play.text

    asyncio.run(scenario())


def test_the_home_screen_leads_here_and_escape_back(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            from textual.widgets import OptionList

            options = play.app.screen.query_one("#lessons", OptionList)
            options.highlighted = options.get_option_index("django:")
            options.focus()
            await play.press("enter")
            screen = play.app.screen
            assert isinstance(screen, DjangoScreen)
            await until(play, lambda: not screen.pending)
            session = screen.session
            assert session is not None
            await play.press("escape")
            assert not isinstance(play.app.screen, DjangoScreen)
            await until(play, lambda: not any(one.running for one in session.fleet.states()))

    asyncio.run(scenario())


def test_without_django_the_screen_says_so(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tutor.network.django import session as sessions

    def missing(*_: object) -> None:
        raise ModuleNotFoundError("No module named 'django'")

    monkeypatch.setattr(sessions, "Caches", missing)

    async def scenario() -> None:
        async with playing(home) as play:
            await opened(play)
            assert "ModuleNotFoundError: No module named 'django'" in play.text
            assert "Django is not installed" in play.text
            await play.enter("cache.clear()")

    asyncio.run(scenario())


def test_a_paste_is_several_calls(home: Path) -> None:
    async def scenario() -> None:
        from textual import events

        async with playing(home) as play:
            screen = await opened(play, "single")
            play.prompt.focus()
            play.prompt.post_message(
                events.Paste('cache.set("k", {\n  "a": 1,\n})\ncache.get("k")')
            )
            await until(play, lambda: len(screen.calls) == 2)
            assert screen.calls[-1].text == "{'a': 1}"

    asyncio.run(scenario())
