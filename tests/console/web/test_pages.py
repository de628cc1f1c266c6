"""The pages: in the visitor's language, and all of them ours."""

from __future__ import annotations

import re

import pytest

from tutor.console.web import pages
from tutor.console.web.visit import CLOSE_CODES
from tutor.i18n import language


@pytest.mark.parametrize(
    ("accepted", "code"),
    [
        (None, None),
        ("", None),
        ("de-DE,de;q=0.9", None),
        ("ru-RU,ru;q=0.9,en-US;q=0.8", "ru"),
        ("en-US,en;q=0.9,ru;q=0.8", "en"),
        ("de, en;q=0.5, ru;q=0.7", "ru"),
        ("ru;q=0", None),
        ("ru;q=9e9999,en", "ru"),
        ("*", None),
        (",;=," * 1000, None),
    ],
)
def test_the_language_is_the_one_that_the_browser_likes_best(
    accepted: str | None, code: str | None
) -> None:
    assert pages.wanted_language(accepted) == code


def test_pages_say_in_which_language_they_are() -> None:
    for code in ("en", "ru"):
        pages.speak(code)
        assert f'<html lang="{code}">' in pages.terminal_page("/")
        assert f'<html lang="{code}">' in pages.word_page(pages.full_text())


def test_an_unknown_language_is_english() -> None:
    pages.speak("xx")
    assert language() == "en"


def test_nothing_on_the_page_is_of_another_host() -> None:
    page = pages.terminal_page("/token/")
    assert "//" not in page
    linked = re.findall(r'(?:src|href)="(?!data:)([^"]+)"', page)
    assert {path.removeprefix("/token/") for path in linked} <= set(pages.ASSETS)
    for file, _kind in pages.ASSETS.values():
        if file.suffix == ".css":
            assert not re.search(r"@import|url\(\W?(https?:|//)", file.read_text(encoding="utf-8"))


def test_what_is_said_on_a_page_cannot_be_markup() -> None:
    assert "<script" not in pages.word_page("<script>alert(1)</script>")


def test_every_ending_has_its_words_on_the_page() -> None:
    script = pages.ASSETS["static/page.js"][0].read_text(encoding="utf-8")
    style = pages.ASSETS["static/page.css"][0].read_text(encoding="utf-8")
    page = pages.terminal_page("/")
    for ending, code in CLOSE_CODES.items():
        assert f'{code}: "{ending}"' in script
        assert f'id="{ending}"' in page
        assert f'[data-closed="{ending}"] #{ending}' in style
