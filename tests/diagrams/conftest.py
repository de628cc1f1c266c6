"""The interface's language in tests of diagrams: English unless a test asks for Russian."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tutor import i18n


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    before = i18n.language()
    i18n.set_language("en")
    yield
    i18n.set_language(before)


@pytest.fixture
def russian(english: None) -> None:
    i18n.set_language("ru")
