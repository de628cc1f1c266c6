"""A canvas for rows without number: it has only those that are visible, and asks for others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.geometry import Offset, Region, Size
from textual.selection import Selection
from textual.widget import Widget

from tutor.tui.paint import EMPTY, Row, text_of
from tutor.tui.widgets.painted import Canvas


class Scroller(Canvas):
    """``reach`` is called with the first row that is to be visible, and answers with `show_part`.

    How many rows there are may turn out while one scrolls. A change of that number costs no layout
    unless the scroll bar comes or goes.
    """

    DEFAULT_CSS = """
    Scroller {
        scrollbar-size: 1 1;
        scrollbar-gutter: stable;
        overflow-x: hidden;
        overflow-y: auto;
    }
    """

    def __init__(self, reach: Callable[[int], None], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._reach = reach
        self._top = 0
        self._placing = False

    @property
    def room(self) -> int:
        """Cells a row may take."""
        return self.size.width - self.scrollbar_size_vertical

    def show_part(self, rows: tuple[Row, ...], top: int, total: int) -> None:
        """Show these rows, the first of which is number ``top`` of ``total``."""
        before, self.rows = self.rows, rows
        moved, self._top = top - self._top, top
        self._placing = True
        self._grow(Size(self.room, total))
        if top != self.scroll_y:
            self.scroll_y = self.scroll_target_y = top
        self._placing = False
        if moved:
            self.refresh()
            return
        lines = max(len(before), len(rows))
        dirty = [
            Region(0, y, self.size.width, 1)
            for y in range(min(lines, self.size.height))
            if before[y : y + 1] != rows[y : y + 1]
        ]
        if len(dirty) * 2 > self.size.height:
            self.refresh()
        elif dirty:
            self.refresh(*dirty)

    def _grow(self, size: Size) -> None:
        if size == self.virtual_size:
            return
        room = self.container_size.height
        if size.width == self.virtual_size.width and (size.height > room) == (
            self.virtual_size.height > room
        ):
            self.set_reactive(Widget.virtual_size, size)
            self._scroll_update(size)
        else:
            self.virtual_size = size

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Somebody has scrolled: ask for the rows."""
        if not self._placing and round(old_value) != round(new_value):
            self._reach(round(new_value))
        super().watch_scroll_y(old_value, self.scroll_y)

    def watch_show_vertical_scrollbar(self, shown: bool) -> None:
        """A scroll bar that comes late shows where one is."""
        if shown:
            self.vertical_scrollbar.position = self.scroll_y

    def scroll_to(self, x: float | None = None, y: float | None = None, **options: Any) -> None:
        """At once: rows on the way there would be drawn only to be passed."""
        options["animate"] = False
        super().scroll_to(x, y, **options)

    def scroll_end(self, **options: Any) -> None:
        """To the last row, at once as well."""
        options["animate"] = False
        super().scroll_end(**options)

    def row_at(self, y: int) -> Row:
        """A visible row."""
        return self.rows[y - self._top] if 0 <= y - self._top < len(self.rows) else EMPTY

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The marked text, as far as it is visible."""
        start, end = (self._visible(offset) for offset in (selection.start, selection.end))
        return Selection(start, end).extract(text_of(self.rows)), "\n"

    def _visible(self, offset: Offset | None) -> Offset | None:
        if offset is None or not 0 <= offset.y - self._top < len(self.rows):
            return None
        return Offset(offset.x, offset.y - self._top)
