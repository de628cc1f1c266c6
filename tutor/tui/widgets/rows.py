"""Rows made for a width: text that stands in something that scrolls."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from tutor.tui.paint import Row, content


class Rows(Widget):
    """Rows made for the widget's width, as tall as they need; part of something that scrolls."""

    DEFAULT_CSS = "Rows { height: auto; width: 100%; }"

    def __init__(
        self,
        compose_rows: Callable[[int], Sequence[Row]],
        *,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.auto_links = False  # a click on a command is no link: the colours stay
        self._compose_rows = compose_rows
        self._made: tuple[int, Sequence[Row]] | None = None

    def _rows(self, width: int) -> Sequence[Row]:
        if self._made is None or self._made[0] != width:
            self._made = (width, self._compose_rows(width) if width > 0 else ())
        return self._made[1]

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as there are rows."""
        return len(self._rows(width))

    def render(self) -> Content:
        """The rows for the present width."""
        return content(self.app, self._rows(self.content_size.width))

    def renew(self) -> None:
        """Make the rows again: what they show has changed. A layout costs much more than paint, so
        there is one only if there are more rows now, or fewer."""
        before, self._made = self._made, None
        same = before is not None and len(self._rows(before[0])) == len(before[1])
        self.refresh(layout=not same)

    retranslate = renew
