"""`redis-tutor pictures FOLDER`: the README's pictures, taken from the app itself.

Each picture is a little script of keys and commands played without a terminal, on a fixed seed and
a fixed clock, in both languages: the same code gives the same picture.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from textual.pilot import Pilot

from tutor.course.progress import Progress
from tutor.engine.clock import VirtualClock
from tutor.i18n import LANGUAGES
from tutor.tui.application import TutorApp


@dataclass(frozen=True, slots=True)
class Picture:
    """A file name, the lesson to open (None: home), and what to do: keys, or lines to type."""

    name: str
    lesson: str | None
    keys: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    typed: str = ""
    size: tuple[int, int] = (120, 40)


SANDBOX = (
    'HSET user:123 name "Alice" email "a@example.com" role "admin"',
    "SADD online_users user1 user2 user3",
    'LPUSH notifications:123 "Новое сообщение"',
    "CONFIG SET zset-max-listpack-entries 0",
    "ZADD leaderboard 100 player1 250 player2 300 player3 180 player4 420 player5",
    "ZINCRBY leaderboard 90 player1",
)

PICTURES = (
    Picture("home", None),
    Picture(
        "lesson",
        "string",
        keys=("f8",),
        lines=('SET session:abc123 "user_id=123;theme=dark"',),
        typed="GET ses",
    ),
    Picture("sandbox", None, keys=("end", "enter"), lines=SANDBOX, typed="ZADD leaderboard "),
)


def take(folder: Path, names: Sequence[str] = ()) -> list[Path]:
    """Draw the pictures (all, or those named) into ``folder``; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for picture in PICTURES:
        if names and picture.name not in names:
            continue
        for code in LANGUAGES:
            path = folder / f"{picture.name}-{code}.svg"
            path.write_text(asyncio.run(_draw(picture, code)), encoding="utf-8")
            written.append(path)
    return written


async def _draw(picture: Picture, code: str) -> str:
    with tempfile.TemporaryDirectory() as home:
        app = TutorApp(
            Progress(Path(home)), lesson=picture.lesson, lang=code, clock=VirtualClock(), seed=7
        )
        async with app.run_test(size=picture.size) as pilot:
            await pilot.pause()
            for key in picture.keys:
                await pilot.press(key)
                await pilot.pause()
            for line in picture.lines:
                await _type(pilot, line)
                await pilot.press("enter")
                await pilot.pause()
            await _type(pilot, picture.typed)
            await pilot.pause()
            return app.export_screenshot(title="redis-tutor")


async def _type(pilot: Pilot[None], text: str) -> None:
    """Type a line as a person would, character by character."""
    for character in text:
        await pilot.press(_KEYS.get(character, character))


_KEYS = {" ": "space", '"': "quotation_mark", ":": "colon", "_": "underscore", ";": "semicolon"}
_KEYS |= {"=": "equals_sign", "@": "at", ".": "full_stop", "-": "minus"}
