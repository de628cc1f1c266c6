"""Plays the app without a terminal: a lesson course of its own, a fixed clock, a fixed seed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from tutor.course.progress import Progress
from tutor.engine.clock import VirtualClock
from tutor.tui.application import TutorApp
from tutor.tui.widgets.console import ConsolePane
from tutor.tui.widgets.prompt import PromptInput

COURSE = Path(__file__).parent / "course"

_KEYS = {
    " ": "space", '"': "quotation_mark", ":": "colon", "_": "underscore", ";": "semicolon",
    "=": "equals_sign", "@": "at", ".": "full_stop", "-": "minus", "'": "apostrophe",
    ",": "comma", "*": "asterisk", "!": "exclamation_mark", "?": "question_mark",
    "(": "left_parenthesis", ")": "right_parenthesis", "[": "left_square_bracket",
    "/": "slash", "\\": "backslash", "{": "left_curly_bracket", "}": "right_curly_bracket",
}  # fmt: skip


class Play:
    """A running app and the hands of its user."""

    def __init__(self, app: TutorApp, pilot: Pilot[None]) -> None:
        self.app, self.pilot = app, pilot

    async def press(self, *keys: str) -> None:
        """Press keys one after another."""
        for key in keys:
            await self.pilot.press(key)
            await self.pilot.pause()

    async def type(self, text: str) -> None:
        """Type as a person would."""
        for character in text:
            await self.pilot.press(_KEYS.get(character, character))
        await self.pilot.pause()

    async def enter(self, *lines: str) -> None:
        """Put lines into the prompt and press Enter after each."""
        for line in lines:
            self.prompt.focus()
            self.prompt.put(line)
            await self.press("enter")

    async def resize(self, width: int, height: int) -> None:
        """Give the terminal another size."""
        await self.pilot.resize_terminal(width, height)
        await self.pilot.pause()

    async def click(self, text: str) -> None:
        """Click on the first place where ``text`` is seen."""
        from tests.tui.screen_text import screen_text

        for y, line in enumerate(screen_text(self.app).splitlines()):
            if text in line:
                await self.pilot.click(offset=(line.index(text) + 1, y))
                await self.pilot.pause()
                return
        raise AssertionError(f"{text!r} is not on the screen:\n{screen_text(self.app)}")

    @property
    def prompt(self) -> PromptInput:
        """The prompt of the present screen."""
        return self.app.screen.query_one(PromptInput)

    @property
    def console(self) -> ConsolePane:
        """The console of the present screen."""
        return self.app.screen.query_one(ConsolePane)

    @property
    def text(self) -> str:
        """What is seen."""
        from tests.tui.screen_text import screen_text

        return screen_text(self.app)


@asynccontextmanager
async def playing(
    home: Path, size: tuple[int, int] = (120, 40), lang: str | None = "en", **options: Any
) -> AsyncIterator[Play]:
    """Open the app; ``home`` keeps its progress. Options are `TutorApp`'s."""
    options.setdefault("lessons", COURSE)
    options.setdefault("clock", VirtualClock())
    app = TutorApp(Progress(home), lang=lang, seed=7, **options)
    async with app.run_test(size=size, notifications=True) as pilot:
        await pilot.pause()
        yield Play(app, pilot)
