"""The X-ray pane: heading and views above, the picture, and beneath it what was converted and why."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content

from tutor.i18n import _, pgettext
from tutor.tui.glyphs import glyphs
from tutor.tui.paint import Piece, Row, row, spread, style_of, wrap
from tutor.tui.widgets.painted import Canvas, Line
from tutor.tui.widgets.prose import Rows
from tutor.tui.xray import VIEWS, Picture, View, Xray


def view_name(view: View) -> str:
    """The word for a view."""
    names = {
        "structure": pgettext("view", "structure"),
        "bytes": pgettext("view", "bytes"),
        "text": pgettext("view", "text"),
    }
    return names[view]


class _Heading(Line):
    """The key's facts, and at the right the views, the present one between brackets."""

    DEFAULT_CSS = "_Heading { height: 1; }"

    def __init__(self, xray: Xray) -> None:
        super().__init__()
        self._xray = xray
        self.heading: Row = ()

    def compose_rows(self, width: int) -> Sequence[Row]:
        tabs: list[Piece] = []
        for view in VIEWS:
            chosen = view == self._xray.view
            name = f"[{view_name(view)}]" if chosen else f" {view_name(view)} "
            tabs.append(Piece(name, "accent" if chosen else "muted", f"screen.xray_view('{view}')"))
        return [spread(self.heading, tuple(tabs), width, glyphs.ellipsis)]


class _Picture(Canvas, can_focus=True):
    """The picture; paging over its end moves the window of a long structure."""

    BINDINGS = [
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
        self._heading = _Heading(xray)
        self.canvas = _Picture(id="picture")
        self._news = Rows(self._news_rows, id="news")

    def compose(self) -> ComposeResult:
        """Heading, picture, announcements."""
        yield self._heading
        yield self.canvas
        yield self._news

    @on(events.Resize)
    def look(self) -> None:
        """Draw the present key for the present width."""
        width = self.canvas.size.width - self.canvas.scrollbar_size_vertical
        if width <= 0:
            return
        before = self.picture
        self.picture = picture = self.xray.picture(width)
        self._heading.heading = picture.heading
        self._heading.refresh()
        self.canvas.show(picture.rows)
        if before is None or before.news != picture.news:
            self._news.display = bool(picture.news)
            self._news.renew()
        self.set_class(bool(picture.news), "-converted")
        self._title()

    def retranslate(self) -> None:
        """The picture with its words in the present language."""
        self.picture = None
        self.look()

    def _title(self) -> None:
        title = [(_("X-ray"), style_of(self.app, "title"))]
        if self.xray.place is not None:
            title.append((f" {glyphs.dot} {self.xray.key_text}", style_of(self.app, "key")))
        if self.xray.pinned:
            pinned = f"  {glyphs.pin} {_('pinned')}"
            title.append((pinned, style_of(self.app, "warning")))
        self.border_title = Content.assemble(*title)  # type: ignore[assignment]

    def _news_rows(self, width: int) -> list[Row]:
        news = self.picture.news if self.picture is not None else ()
        return [
            part
            for line in news
            for part in wrap(row((f"{glyphs.changed} {line}", "changed")), width, "  ")
        ]
