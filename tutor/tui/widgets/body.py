"""A panel's rows, made for its width, that scroll and can have the focus."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual import events

from tutor.tui.paint import Row
from tutor.tui.widgets.painted import Canvas


class Body(Canvas, can_focus=True):
    """``make`` gives the rows for a width; with ``follow`` the end is shown, as of a log."""

    DEFAULT_CSS = "Body { overflow-x: hidden; }"

    def __init__(self, make: Callable[[int], Sequence[Row]], *, follow: bool, id: str) -> None:
        super().__init__(id=id)
        self._make = make
        self._follow = follow

    def look(self) -> None:
        """Make the rows again; a log shows its end unless somebody has scrolled up."""
        width = self.scrollable_content_region.width
        at_end = self.is_vertical_scroll_end
        self.show(list(self._make(width)) if width else [], width=width)
        if self._follow and at_end:
            self.scroll_end(animate=False, force=True, immediate=True, x_axis=False)

    def on_resize(self, _event: events.Resize) -> None:
        """Another width."""
        self.look()

    retranslate = look
