"""The cache lab's picture, and its tabs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.binding import BindingType

from tutor.diagrams.labs.cache_words import experiment_about, experiment_text
from tutor.labs.cache import EXPERIMENTS, CacheFrame
from tutor.tui.cachekeys import CACHE_KEYS, CACHE_PLAY_KEYS
from tutor.tui.glyphs import glyphs
from tutor.tui.labkeys import key_bindings
from tutor.tui.paint import Piece, Row, fit, row
from tutor.tui.widgets.labcanvas import NO_BREAK, LabCanvas
from tutor.tui.widgets.painted import Line


class CacheCanvas(LabCanvas):
    """The lanes; its keys work while it has the focus."""

    BINDINGS: ClassVar[list[BindingType]] = key_bindings(
        CACHE_PLAY_KEYS, "".join(key.keys for key in CACHE_KEYS)
    )


class CacheTabs(Line):
    """The experiments, the chosen one marked; a click opens one."""

    DEFAULT_CSS = "CacheTabs { height: 2; padding: 0 1; }"

    def __init__(self, frame: Callable[[], CacheFrame], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._frame = frame

    def compose_rows(self, width: int) -> Sequence[Row]:
        """The tabs, and what is tried."""
        pieces: list[Piece] = []
        chosen = self._frame().experiment
        for at, name in enumerate(EXPERIMENTS, 1):
            action = f"screen.lab('{name}')"
            role = "chosen" if name == chosen else "muted"
            pieces += [Piece(f"{at}", "hotkey", action),
                       Piece(f"{NO_BREAK}{experiment_text(name)}", role, action),
                       Piece("   ")]  # fmt: skip
        about = row((experiment_about(chosen), "muted"))
        return [fit(tuple(pieces), width, glyphs.ellipsis), fit(about, width, glyphs.ellipsis)]
