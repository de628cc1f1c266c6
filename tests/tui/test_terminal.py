"""Terminals that can do less: no screen at all, no colours, no box characters, no room."""

from __future__ import annotations

import asyncio
from argparse import Namespace
from pathlib import Path

import pytest

from tests.tui.playing import playing
from tests.tui.screen_text import strips
from tutor.tui.app import run


def test_without_a_terminal_it_says_what_to_use(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    assert run(Namespace(lang="en", lesson=None)) == 2
    assert "redis-tutor repl" in capsys.readouterr().err


def test_a_dumb_terminal_is_told_in_russian(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    assert run(Namespace(lang="ru", lesson=None)) == 2
    said = capsys.readouterr().err
    assert "redis-tutor repl" in said
    assert "терминал" in said


def test_no_color_sends_no_colour_at_all(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    async def scenario() -> None:
        async with playing(home) as play:
            await play.press("enter", "f8")
            await play.enter("HSET user:1 name Alice")
            await play.type("GET us")
            colours = {
                colour
                for strip in strips(play.app)
                for segment in strip
                if segment.style is not None
                for colour in (segment.style.color, segment.style.bgcolor)
                if colour is not None and not colour.is_default
            }
            assert colours == set()
            assert "✓" in play.text
            assert "✗" in play.text

    asyncio.run(scenario())


def test_no_color_still_shows_what_is_chosen(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    async def scenario() -> None:
        async with playing(home) as play:
            marked = [
                segment.text
                for strip in strips(play.app)
                for segment in strip
                if segment.style is not None and segment.style.underline
            ]
            assert any("Start" in text for text in marked)

    asyncio.run(scenario())


def test_ascii_is_only_ascii(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_TUTOR_ASCII", "1")

    async def scenario() -> None:
        async with playing(home) as play:
            assert play.text.isascii(), play.text
            await play.press("enter", "f8")
            await play.enter("HSET user:1 name Alice", "GET user:1")
            await play.press("ctrl+o")
            assert play.text.isascii(), play.text
            await play.press("f1")
            assert play.text.isascii(), play.text
            await play.press("escape", "ctrl+t")
            assert play.text.isascii(), play.text

    asyncio.run(scenario())


def test_smaller_and_larger_again_loses_nothing(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await play.press("enter", "f8")
            await play.enter("HSET user:1 name Alice")
            await play.type("HSET user:1 age")
            before = play.text
            await play.resize(80, 24)
            assert "[Lesson" in play.text
            await play.resize(20, 5)
            assert "Too small: 20×5" in play.text
            await play.resize(1, 1)
            await play.resize(120, 40)
            assert play.text == before
            assert play.app.focused is play.prompt

    asyncio.run(scenario())


@pytest.mark.parametrize("size", [(20, 5), (40, 12), (60, 16), (99, 30), (200, 60)])
def test_every_size_can_be_played(home: Path, size: tuple[int, int]) -> None:
    async def scenario() -> None:
        async with playing(home, size=size) as play:
            await play.press("enter", "f8")
            await play.enter("HSET user:1 name Alice")
            await play.press("f6", "f6", "f6", "f6", "ctrl+x", "f1", "escape")
            await play.press("escape", "end", "enter")
            await play.enter("SET a 1")
            assert play.app.is_running

    asyncio.run(scenario())
