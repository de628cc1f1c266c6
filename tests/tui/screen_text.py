"""The screen as text. Only here a private part of Textual is used: the compositor's strips."""

from __future__ import annotations

from pathlib import Path

from textual.app import App
from textual.strip import Strip


def strips(app: App[None]) -> list[Strip]:
    """The lines of the screen on top, as they would be sent to a terminal."""
    return app.screen._compositor.render_strips()


def screen_text(app: App[None]) -> str:
    """What is seen, without styles and without spaces at the ends of lines."""
    return "\n".join(strip.text.rstrip() for strip in strips(app)) + "\n"


def check_golden(path: Path, text: str, renew: bool) -> None:
    """Compare with a file beside the tests; with ``renew`` write it."""
    if renew or not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        assert renew, f"{path} was missing: look at it, then run again"
    assert text == path.read_text(encoding="utf-8"), f"{path.name} looks different now"
