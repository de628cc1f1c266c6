"""The X-ray pane: facts, picture, and beneath it what was converted and why."""

from __future__ import annotations

from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from tutor.i18n import _, pgettext
from tutor.tui.glyphs import glyphs
from tutor.tui.paint import Piece, Row, row, wrap
from tutor.tui.widgets.painted import Canvas
from tutor.tui.widgets.panelhead import PanelHead
from tutor.tui.widgets.rows import Rows
from tutor.tui.xray import VIEWS, Picture, View, Xray


def view_name(view: View) -> str:
    """The word for a view."""
    names = {
        "structure": pgettext("view", "structure"),
        "bytes": pgettext("view", "bytes"),
        "text": pgettext("view", "text"),
    }
    return names[view]


class _Picture(Canvas, can_focus=True):
    """The picture; paging over its end moves the window of a long structure."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left_square_bracket", "screen.xray_page(-1)", show=False),
        Binding("right_square_bracket", "screen.xray_page(1)", show=False),
        Binding("home", "scroll_home", show=False),
        Binding("end", "scroll_end", show=False),
    ]

    def action_page_down(self) -> None:
        """A screen further, or the structure's next part."""
        if self.is_vertical_scroll_end:
            self.app.call_later(self.screen.run_action, "xray_page(1)")
        else:
            self.scroll_page_down(animate=False)

    def action_page_up(self) -> None:
        """A screen back, or the structure's part before."""
        if self.scroll_offset.y == 0:
            self.app.call_later(self.screen.run_action, "xray_page(-1)")
        else:
            self.scroll_page_up(animate=False)


class XrayPane(Vertical):
    """Shows an `Xray`; `look` draws it anew, repainting only the rows that changed."""

    def __init__(self, xray: Xray, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.xray = xray
        self.picture: Picture | None = None
        self.canvas = _Picture(id="picture")
        self._head = PanelHead(self, self._title, self.views, corner=True)
        self._facts = Rows(self._fact_rows, id="facts")
        self._news = Rows(self._news_rows, id="news")

    def compose(self) -> ComposeResult:
        """Head, facts of the key, picture, announcements."""
        yield self._head
        with Vertical(id="xray-body"):
            yield self._facts
            yield self.canvas
            yield self._news

    @on(events.Resize)
    def look(self) -> None:
        """Draw the present key for the present width."""
        width = self.canvas.size.width - self.canvas.scrollbar_size_vertical
        if width <= 0:
            return
        before, self.picture = self.picture, self.xray.picture(width)
        self.canvas.show(self.picture.rows)
        self._head.refresh()
        if before is None or before.heading != self.picture.heading:
            self._facts.renew()
        if before is None or before.news != self.picture.news:
            self._news.display = bool(self.picture.news)
            self._news.renew()

    def retranslate(self) -> None:
        """The picture with its words in the present language."""
        self.picture = None
        self.look()

    def _title(self) -> Row:
        title: list[tuple[str, str]] = [(_("X-ray"), "title")]
        if self.xray.place is not None:
            title += [(f" {glyphs.dot} ", "dim"), (self.xray.key_text, "key")]
        if self.xray.pinned:
            title.append((f" {glyphs.pin} " + _("pinned"), "warning"))
        return row(*title)

    def views(self) -> Row:
        """The names of the views, clickable, the present one between brackets."""
        tabs: list[Piece] = []
        for view in VIEWS:
            chosen = view == self.xray.view
            name = f"[{view_name(view)}]" if chosen else f" {view_name(view)} "
            tabs.append(Piece(name, "accent" if chosen else "muted", f"screen.xray_view('{view}')"))
        return tuple(tabs)

    def _fact_rows(self, width: int) -> list[Row]:
        return wrap(self.picture.heading, width) if self.picture is not None else []

    def _news_rows(self, width: int) -> list[Row]:
        news = self.picture.news if self.picture is not None else ()
        return [
            part
            for line in news
            for part in wrap(row((f"{glyphs.changed} {line}", "changed")), width, "  ")
        ]
