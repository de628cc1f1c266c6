"""The interface's language in tests of diagrams: English unless a test asks for Russian."""

from __future__ import annotations

import gettext
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from tutor import i18n

FRAGMENT = Path(__file__).parents[2] / "locales" / "ru" / "fragments" / "diagrams.po"


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    before = i18n.language()
    i18n.set_language("en")
    yield
    i18n.set_language(before)


@pytest.fixture
def russian(english: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Russian, with the translations that are not merged into the catalog yet."""
    i18n.set_language("ru")
    if FRAGMENT.is_file():
        compiled = io.BytesIO()
        with FRAGMENT.open("rb") as file:
            write_mo(compiled, read_po(file, locale="ru"))
        compiled.seek(0)
        fragment = gettext.GNUTranslations(compiled)
        fragment.add_fallback(i18n._translations)
        monkeypatch.setattr(i18n, "_translations", fragment)
