"""No wishes of the machine's user."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tutor import i18n


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The state folder; the interface is in English before and after."""
    monkeypatch.setenv("REDIS_TUTOR_HOME", str(tmp_path))
    for name in ("REDIS_TUTOR_ASCII", "NO_COLOR", "TERM", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    i18n.set_language("en")
    yield tmp_path
    i18n.set_language("en")
