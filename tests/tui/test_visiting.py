"""The app in a visitor's process: what would reach outside is not there, and says why."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import OptionList

from tutor.console import confinement
from tutor.course.progress import Progress
from tutor.engine.clock import VirtualClock
from tutor.tui.application import TutorApp
from tutor.tui.screens.document import DocumentScreen
from tutor.tui.screens.home import HomeScreen
from tutor.tui.visiting import VisitorDriver


@pytest.fixture(autouse=True)
def closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a visitor's process, without the walls, which cannot be taken down again."""
    monkeypatch.setattr(confinement, "_closed", True)


def _app(folder: Path) -> TutorApp:
    return TutorApp(Progress(folder), lang="en", clock=VirtualClock(), seed=7)


def _said(app: TutorApp) -> list[str]:
    return [notice.message for notice in app._notifications]


def test_djangos_servers_are_neither_on_the_list_nor_opened(tmp_path: Path) -> None:
    async def scene() -> None:
        app = _app(tmp_path)
        async with app.run_test(size=(120, 40)) as pilot:
            await pilot.pause()
            ids = [option.id for option in app.screen.query_one(OptionList).options]
            assert "sandbox:" in ids
            assert "django:" not in ids
            app.open_django()
            await pilot.pause()
            assert isinstance(app.screen, HomeScreen)
            assert _said(app) == [confinement.closed_text()]

    asyncio.run(scene())


def test_a_port_is_refused_in_words(tmp_path: Path) -> None:
    async def scene() -> None:
        app = _app(tmp_path)
        async with app.run_test(size=(120, 40)) as pilot:
            app.open_sandbox()
            await pilot.pause()
            await pilot.press("f3")
            await pilot.pause()
            screen: Any = app.screen
            assert screen.desk.backend.service is None
            text = "\n".join(str(row) for row in screen.console_pane.output.exchanges[-1].reply)
            assert "Not in the browser" in text

    asyncio.run(scene())


def test_a_document_is_not_kept_as_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    async def scene() -> None:
        app = _app(tmp_path / "kept")
        async with app.run_test(size=(120, 40)) as pilot:
            app.push_screen(DocumentScreen(lambda: "# A document", "document"))
            await pilot.pause()
            await pilot.press("s")
            await pilot.pause()
            assert _said(app) == [confinement.closed_text()]

    asyncio.run(scene())
    assert not list(tmp_path.glob("*.md"))


class _Driver(VisitorDriver):
    """Without a thread that reads, and with a memory of what it would have sent."""

    def __init__(self, app: TutorApp) -> None:
        self._app: Any = app
        self._deliveries: dict[str, Any] = {}
        self.sent: list[bytes] = []
        self._write: Any = self.sent.append


def test_the_driver_opens_no_page_and_gives_no_file(tmp_path: Path) -> None:
    async def scene() -> None:
        app = _app(tmp_path)
        async with app.run_test(size=(120, 40)) as pilot:
            driver = _Driver(app)
            app._driver, kept = driver, app._driver
            try:
                app.open_url("file:///etc/passwd")
                app.deliver_binary(io.BytesIO(b"secret"), save_filename="secret")
                app.deliver_text(io.StringIO("secret"), save_filename="secret")
                app.action_screenshot()
                driver.on_meta("deliver_chunk_request", {"key": "any", "size": 1000})
                driver.on_meta("exit", {})
                driver.on_meta("idle", {"seconds": "soon"})
                await pilot.pause()
            finally:
                app._driver = kept
            assert {packet[:1] for packet in driver.sent} <= {b"D"}
            assert driver._deliveries == {}
            assert set(_said(app)) == {confinement.closed_text()}
            driver.on_meta("idle", {"seconds": 60})
            await pilot.pause()
            assert any("In 60 seconds this page is closed" in text for text in _said(app))

    asyncio.run(scene())
