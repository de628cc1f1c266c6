"""English, and the tool to be asked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.console.files.samples import Tool
from tutor import i18n


@pytest.fixture
def tool(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Tool]:
    monkeypatch.setenv("LC_ALL", "C")
    before = i18n.language()
    yield Tool(capsys)
    i18n.set_language(before)
