"""Every word of the screens is translated, and shown in the language that was chosen."""

from __future__ import annotations

import ast
import asyncio
import gettext
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

import tutor.tui
from tests.tui.playing import Play, playing
from tests.tui.test_screens import SCENES
from tutor import i18n

_SAME = {"RU/EN", "Language · Язык"}
"""Words that are alike in both languages."""


def messages() -> Iterator[tuple[str, str]]:
    """(where, message) of everything that `tutor.tui` gives to gettext."""
    for path in sorted(Path(tutor.tui.__path__[0]).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            wanted = {"_": node.args[:1], "N_": node.args[:1], "ngettext": node.args[:2]}
            texts = wanted.get(node.func.id, [])
            if node.func.id == "pgettext":
                context, text = (ast.literal_eval(part) for part in node.args)
                yield f"{path.name}:{node.lineno}", f"{context}\x04{text}"
            for text in texts:
                if isinstance(text, ast.Constant) and isinstance(text.value, str):
                    yield f"{path.name}:{node.lineno}", text.value


def fields(text: str) -> set[str]:
    """The placeholders of a message."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def catalog() -> dict[str, str]:
    """Message → Russian, singular forms."""
    i18n.set_language("ru")
    translations = i18n._translations
    assert isinstance(translations, gettext.GNUTranslations)
    raw: dict[object, str] = translations._catalog  # type: ignore[attr-defined]
    found = {}
    for key, text in raw.items():
        if isinstance(key, str):
            found[key] = text
        elif isinstance(key, tuple):
            found[str(key[0])] = text
    return found


def test_every_message_has_a_russian_translation_with_the_same_placeholders() -> None:
    russian = catalog()
    problems = []
    plurals = {
        node.args[1].value
        for path in Path(tutor.tui.__path__[0]).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "ngettext"
        and isinstance(node.args[1], ast.Constant)
    }
    for where, message in messages():
        if message in _SAME or message in plurals:
            continue
        translated = russian.get(message, "")
        if not translated:
            problems.append(f"{where}: {message!r} is not translated")
        elif fields(translated) - fields(message.split("\x04")[-1]):
            problems.append(f"{where}: {translated!r} has other placeholders")
    assert problems == []


@pytest.mark.parametrize("scene", SCENES)
def test_f2_leaves_no_english_word_of_ours_on_the_screen(home: Path, scene: str) -> None:
    async def scenario() -> tuple[str, str]:
        async with playing(home) as play:
            await SCENES[scene](play)
            before = play.text
            await to_russian(play)
            return before, play.text

    english, russian = asyncio.run(scenario())
    # words with a context ("type", "bytes") are names of fields in memory as well
    ours = {text for _, text in messages() if "\x04" not in text} - _SAME
    left = [text for text in ours if len(text) > 3 and _stands_in(text, english)]
    assert left, "the scene shows no words of ours at all"
    assert [text for text in left if _stands_in(text, russian)] == []


async def to_russian(play: Play) -> None:
    """Press F2; the palette closes by it, so open it again."""
    from textual.command import CommandPalette

    palette = CommandPalette.is_open(play.app)  # type: ignore[arg-type]
    await play.press("f2")
    if palette:
        await play.press("ctrl+t")
        await play.app.workers.wait_for_complete()
        await play.pilot.pause()


def _stands_in(text: str, screen: str) -> bool:
    plain = re.escape(text.split("{")[0].strip())
    return len(plain) > 3 and re.search(rf"(?<![\w-]){plain}(?![\w-])", screen) is not None
