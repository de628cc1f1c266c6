"""The lab's time as a line: any moment is a click or a drag away.

║ 12.4 s ×1  ├────×─────●·····┤ 31.0 s   the past: what you do now begins another future
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from textual import events
from textual.message import Message

from tutor.diagrams.labs.amounts import clock_text
from tutor.i18n import _
from tutor.tui.glyphs import glyphs
from tutor.tui.labplay import Playing
from tutor.tui.paint import Piece, Row, fit
from tutor.tui.widgets.painted import Line

_HEAD = 16
_MARKED = frozenset({"cut", "crash", "power-cut", "switch", "lost"})
"""Events that leave a mark on the line."""


class LabSlider(Line):
    """``playing`` gives what is played."""

    DEFAULT_CSS = "LabSlider { padding: 0 1; }"

    class Moved(Message):
        """Another moment was chosen, by the number of its frame."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    def __init__(self, playing: Callable[[], Playing[Any, Any]], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._playing = playing

    def _bar_width(self, width: int) -> int:
        return max(min(width - _HEAD - 40, 60), 12)

    def compose_rows(self, width: int) -> Sequence[Row]:
        """One row."""
        playing = self._playing()
        bar = self._bar_width(width)
        last = max(playing.last, 1)
        at = playing.at * (bar - 1) // last
        sign = glyphs.right if playing.running else "║"
        speed = f"×{playing.speed:g}"
        head = f"{_seconds(playing.time)} {speed}"
        cells = [glyphs.rule] * at + [glyphs.handle] + [glyphs.ahead] * (bar - 1 - at)
        roles = ["muted"] * bar
        roles[at] = "warning" if playing.past else "accent"
        for event in playing.lab.events:
            place = event.time // 100_000 * (bar - 1) // last
            if event.code in _MARKED and place < bar and place != at:
                cells[place], roles[place] = "×", "fail"
        pieces = [
            Piece(f"{sign} ", "hotkey", "screen.lab('play')"),
            Piece(head.ljust(_HEAD - 2), "strong"),
            Piece(glyphs.bar_start, "muted"),
            *(Piece(cell, role) for cell, role in zip(cells, roles, strict=True)),
            Piece(glyphs.bar_end, "muted"),
            Piece(f" {_seconds(playing.end)}", "muted"),
        ]
        if playing.past:
            pieces.append(Piece("  " + _("the past: what you do begins another future"), "warning"))
        return [fit(tuple(pieces), width, glyphs.ellipsis)]

    def _number_at(self, x: int) -> int:
        bar = self._bar_width(self.content_size.width)
        share = min(max(x - _HEAD - 1, 0), bar - 1) / (bar - 1)
        return round(share * self._playing().last)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """The line goes to a moment."""
        x = event.x - self.styles.padding.left
        if x >= _HEAD:
            event.stop()
            self.capture_mouse()
            self.post_message(self.Moved(self._number_at(x)))

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """The handle follows the pointer."""
        if self.app.mouse_captured is self:
            x = event.x - self.styles.padding.left
            self.post_message(self.Moved(self._number_at(x)))

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """Let go."""
        self.release_mouse()


def _seconds(us: int) -> str:
    return _("%(n)s s") % {"n": clock_text(us).rstrip("0").rstrip(".")}
