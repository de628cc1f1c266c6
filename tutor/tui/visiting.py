"""The app's side of a browser: packets instead of a terminal, and no way out of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, BinaryIO, Literal, TextIO

from textual import events, messages
from textual.drivers.web_driver import WebDriver

from tutor.console.confinement import closed_text
from tutor.i18n import ngettext


class VisitorDriver(WebDriver):
    """Textual's driver for a browser, without pages to be opened and files to be fetched."""

    def start_application_mode(self) -> None:
        """A page that has just been opened has the focus; Textual's driver thinks it has not."""
        super().start_application_mode()
        self._app.call_later(self._app.post_message, events.AppFocus())

    def run_input_thread(self) -> None:
        """Whoever stops to send has gone: then the app ends as well."""
        super().run_input_thread()
        self._app.call_later(self._app.post_message, messages.ExitApp())

    def on_meta(self, packet_type: str, payload: dict[str, object]) -> None:
        """Of the server's words those that are meant for us; files are not among them."""
        if packet_type == "idle":
            seconds = payload.get("seconds")
            if isinstance(seconds, int):
                self._app.call_later(self._warn, seconds)
        elif packet_type in ("resize", "focus", "blur", "quit"):
            super().on_meta(packet_type, payload)

    def _warn(self, seconds: int) -> None:
        text = ngettext(
            "Are you still there? In {n} second this page is closed, with everything in it. "
            "Press any key to stay.",
            "Are you still there? In {n} seconds this page is closed, with everything in it. "
            "Press any key to stay.",
            seconds,
        )
        self._app.notify(text.format(n=seconds), severity="warning", timeout=20, markup=False)

    def open_url(self, url: str, new_tab: bool = True) -> None:
        """Says that there is no such thing here."""
        self._refuse()

    def deliver_binary(
        self,
        binary: BinaryIO | TextIO,
        *,
        delivery_key: str,
        save_path: Path,
        open_method: Literal["browser", "download"] = "download",
        encoding: str | None = None,
        mime_type: str | None = None,
        name: str | None = None,
    ) -> None:
        """Says that there is no such thing here."""
        binary.close()
        self._refuse()

    def _refuse(self) -> None:
        app: Any = self._app
        app.notify(closed_text(), severity="warning", markup=False)
