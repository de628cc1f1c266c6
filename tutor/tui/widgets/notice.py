"""Shown instead of a screen that has too little room."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.i18n import _
from tutor.tui.base import SMALLEST
from tutor.tui.paint import Row, row, wrap
from tutor.tui.widgets.painted import Line


class TooSmall(Line):
    """Covers the screen while it is ``-cramped`` or ``-flat``; nothing behind it is lost."""

    DEFAULT_CSS = """
    TooSmall {
        display: none; overlay: screen; width: 100vw; height: 100vh; background: $background;
    }
    """

    def compose_rows(self, width: int) -> Sequence[Row]:
        """The present size, the size that is needed."""
        size = self.app.size
        text = _("Too small: {w}×{h}. Needs {x}×{y}. Nothing is lost.").format(
            w=size.width, h=size.height, x=SMALLEST[0], y=SMALLEST[1]
        )
        return wrap(row((text, "warning")), width)
