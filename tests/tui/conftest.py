"""A home of one's own for each test, and no wishes of the machine's user."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tutor import i18n


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The state folder; the interface is in English before and after."""
    monkeypatch.setenv("REDIS_TUTOR_HOME", str(tmp_path))
    monkeypatch.delenv("REDIS_TUTOR_ASCII", raising=False)
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")
    i18n.set_language("en")
    yield tmp_path
    monkeypatch.undo()
    i18n.set_language("en")
