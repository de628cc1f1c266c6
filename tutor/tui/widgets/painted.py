"""Two bases for rows of pieces: a `Line` makes them anew, a `Canvas` scrolls them."""

from __future__ import annotations

from collections.abc import Sequence

from rich.style import Style as RichStyle
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip
from textual.widget import Widget

from tutor.tui.paint import EMPTY, Piece, Row, strip, style_of, text_of, width_of


class Painter(Widget):
    """Keeps the styles of roles for the present theme."""

    _styles: dict[str, RichStyle] | None = None
    _base: RichStyle | None = None

    def render_lines(self, crop: Region) -> list[Strip]:
        """Textual's way to ask for lines: for the whole screen at each change, most come from its
        cache. What lies beneath those that are painted is looked up once."""
        self._base = None
        return super().render_lines(crop)

    @property
    def base(self) -> RichStyle:
        """The style beneath the pieces."""
        if self._base is None:
            self._base = self.rich_style
        return self._base

    def paint(self, pieces: Row) -> Strip:
        """The row as a strip in this widget's colours."""
        if self._styles is None:
            self._styles = {}
        for piece in pieces:
            if piece.role not in self._styles:
                self._styles[piece.role] = style_of(self.app, piece.role).rich_style
        return strip(pieces, self._styles, self.base)

    def notify_style_update(self) -> None:
        """The theme or a pseudo class changed: look the styles up again."""
        self._styles = None
        super().notify_style_update()


class Line(Painter):
    """A few rows made by `compose_rows` whenever the widget is refreshed; nothing scrolls."""

    DEFAULT_CSS = "Line { height: 1; }"
    ALLOW_SELECT = False

    def compose_rows(self, width: int) -> Sequence[Row]:
        """The rows for this width; overridden."""
        raise NotImplementedError

    def render_line(self, y: int) -> Strip:
        """Textual's line API."""
        width = self.size.width
        rows = self.compose_rows(width) if width else ()
        pieces = rows[y] if y < len(rows) else EMPTY
        return self.paint(pieces).adjust_cell_length(width, self.base)

    def retranslate(self) -> None:
        """Show the words in the present language."""
        self.refresh()


class Canvas(Painter, ScrollView):
    """Rows larger than the widget. `show` repaints only the rows that changed."""

    DEFAULT_CSS = "Canvas { scrollbar-size: 1 1; }"

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.rows: tuple[Row, ...] = ()

    def show(self, rows: Sequence[Row], *, width: int | None = None) -> None:
        """Show these rows. ``width`` is the widest row's, if the caller knows it."""
        before, self.rows = self.rows, tuple(rows)
        if width is None:
            width = max((width_of(line) for line in self.rows), default=0)
        size = Size(width, len(self.rows))
        if size != self.virtual_size:
            self.virtual_size = size
            self.refresh()
            return
        top, bottom = self.scroll_offset.y, self.scroll_offset.y + self.size.height
        dirty = [
            Region(0, y - top, max(width, self.size.width), 1)
            for y in range(top, min(bottom, len(self.rows)))
            if before[y] != self.rows[y]
        ]
        if len(dirty) * 2 > self.size.height:
            self.refresh()
        elif dirty:
            self.refresh(*dirty)

    def row_at(self, y: int) -> Row:
        """A row of the whole."""
        return self.rows[y] if y < len(self.rows) else EMPTY

    def render_line(self, y: int) -> Strip:
        """Textual's line API: row ``y`` of what is visible."""
        left, top = self.scroll_offset
        width, index = self.size.width, top + y
        pieces = self.row_at(index)
        if not pieces:
            return Strip.blank(width, self.base)
        selection = self.text_selection
        if selection is not None:
            pieces = self._selected(pieces, selection, index)
        line = self.paint(pieces).crop_extend(left, left + width, self.base)
        return line.apply_offsets(left, index)

    def _selected(self, pieces: Row, selection: Selection, y: int) -> Row:
        span = selection.get_span(y)
        if span is None:
            return pieces
        text = text_of([pieces])
        start, end = span[0], len(text) if span[1] == -1 else span[1]
        marked: list[Piece] = []
        at = 0
        for piece in pieces:
            for part, role in (
                (piece.text[: max(start - at, 0)], piece.role),
                (piece.text[max(start - at, 0) : max(end - at, 0)], "chosen"),
                (piece.text[max(end - at, start - at, 0) :], piece.role),
            ):
                if part:
                    marked.append(Piece(part, role))
            at += len(piece.text)
        return tuple(marked)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The marked text, for copying."""
        return selection.extract(text_of(self.rows)), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        """Repaint with the new selection."""
        self.refresh()
