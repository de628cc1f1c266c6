"""Both catalogs are complete, say nothing the code no longer says, and keep placeholders."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

LOCALES = Path(__file__).resolve().parent.parent / "locales"
_PLACES = re.compile(r"%\((\w+)\)[sdf.\d]*|\{(\w*)\}")
_LETTERS = re.compile(r"[A-Za-z]{4,}")
_CYRILLIC = re.compile(r"[а-яё]", re.IGNORECASE)


@pytest.fixture(scope="module")
def update() -> ModuleType:
    spec = importlib.util.spec_from_file_location("update", LOCALES / "update.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _places(text: str) -> set[str]:
    return {named or braced for named, braced in _PLACES.findall(text)}


@pytest.mark.parametrize("code", ["en", "ru"])
def test_a_catalog_has_what_the_code_says_and_nothing_else(update: ModuleType, code: str) -> None:
    said = {(message.id, message.context) for message in update.extract() if message.id}
    known = {(message.id, message.context) for message in update.read(code) if message.id}
    assert said == known, "run: python locales/update.py"


@pytest.mark.parametrize("code", ["en", "ru"])
def test_every_message_is_translated_in_all_its_forms(update: ModuleType, code: str) -> None:
    assert update.missing(update.read(code)) == []


def test_russian_keeps_every_placeholder(update: ModuleType) -> None:
    for message in update.read("ru"):
        if not message.id:
            continue
        plural = isinstance(message.id, tuple)
        wanted = _places(message.id[1] if plural else message.id)
        forms = message.string if plural else (message.string,)
        for text in forms:
            assert _places(text) <= wanted, f"{message.id!r} → {text!r}"
        assert _places(forms[-1]) == wanted, f"{message.id!r} → {forms[-1]!r}"


def test_russian_has_three_plural_forms(update: ModuleType) -> None:
    for message in update.read("ru"):
        if isinstance(message.id, tuple):
            assert len(message.string) == 3, message.id


def test_russian_sentences_are_russian(update: ModuleType) -> None:
    """Several English words that come back without a Cyrillic letter were forgotten."""
    for message in update.read("ru"):
        text = message.id[0] if isinstance(message.id, tuple) else message.id
        words = [word for word in _LETTERS.findall(_PLACES.sub("", text)) if word.islower()]
        back = message.string[0] if isinstance(message.string, (tuple, list)) else message.string
        assert len(words) < 3 or _CYRILLIC.search(back), f"{text!r} → {back!r}"
