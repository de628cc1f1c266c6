"""The X-ray pane: facts, picture, where in the structure one is, what was done and why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.timer import Timer

from tutor.diagrams.views import view_name
from tutor.i18n import _
from tutor.tui.glyphs import glyphs
from tutor.tui.paint import Piece, Row, fit, row, width_of, wrap
from tutor.tui.viewing import View
from tutor.tui.widgets.painted import Line
from tutor.tui.widgets.panelhead import PanelHead
from tutor.tui.widgets.player import Player
from tutor.tui.widgets.rows import Rows
from tutor.tui.widgets.scroller import Scroller
from tutor.tui.xray import Picture, Xray

if TYPE_CHECKING:
    from tutor.engine.recording import Film

TITLES = 34
"""Cells that the panels' names take on a narrow terminal."""

BESIDE = 10
"""Cells of the head that are neither title nor views: the rule's ends and the blanks between."""

LEAST_KEY = 6
"""Cells of a key's name that stay in the head however narrow it is."""

ARROWS = 4
"""Cells of the arrows beside views that are not all there."""

FRAME_S = 1 / 30
WORK_S = 0.008
"""Of each frame so much goes into working out the slots of a big hash table."""

AGAIN_S = 0.05
"""How soon it is tried again to look at an engine in which others are at work."""


class _Picture(Scroller, can_focus=True):
    """The picture; brackets go from part to part. ``resized`` is called when there is more room
    for it or less."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left_square_bracket", "screen.xray_page(-1)", show=False),
        Binding("right_square_bracket", "screen.xray_page(1)", show=False),
        Binding("home", "scroll_home", show=False),
        Binding("end", "scroll_end", show=False),
    ]

    def __init__(self, reach: Callable[[int], None], resized: Callable[[], None]) -> None:
        super().__init__(reach, id="picture")
        self._resized = resized

    def on_resize(self) -> None:
        """Something above or below has come or gone."""
        self._resized()


class _Position(Line):
    """``[ ◄ 12 034–12 080 of 1 000 000 ► ]``"""

    def __init__(self, pane: XrayPane) -> None:
        super().__init__(id="position")
        self._pane = pane

    def compose_rows(self, width: int) -> Sequence[Row]:
        """One row."""
        picture = self._pane.picture
        if picture is None:
            return ()
        pieces: list[Piece] = []
        if picture.top:
            pieces.append(Piece(f"[ {glyphs.left} ", "hotkey", "screen.xray_page(-1)"))
        pieces.append(Piece(_position(*picture.items), "muted"))
        if picture.top + len(picture.rows) < picture.total:
            pieces.append(Piece(f" {glyphs.right} ]", "hotkey", "screen.xray_page(1)"))
        return [tuple(pieces)]


def _choose(view: View) -> str:
    return f"screen.xray_view('{view}')"


def _position(first: int, last: int, total: int) -> str:
    text = _("{first}–{last} of {total}")
    return text.format(first=_grouped(first + 1), last=_grouped(last + 1), total=_grouped(total))


def _grouped(number: int) -> str:
    """``1 000 000``, with spaces at which no line is broken."""
    return f"{number:,}".replace(",", "\u00a0")


class XrayPane(Vertical):
    """Shows an `Xray`; `look` draws it anew, repainting only the rows that changed. ``corner``:
    a line goes down from the left end of its rule."""

    def __init__(self, xray: Xray, *, corner: bool = True, id: str | None = None) -> None:
        super().__init__(id=id)
        self.xray = xray
        self.picture: Picture | None = None
        self.canvas = _Picture(self._reach, self.look)
        self.player = Player(id="player")
        self._head = PanelHead(self, self._title, self.views, corner=corner)
        self._facts = Rows(self._fact_rows, id="facts")
        self._position = _Position(self)
        self._news = Rows(self._news_rows, id="news")
        self._worker: Timer | None = None

    def compose(self) -> ComposeResult:
        """Head, facts of the key, picture, position, announcements."""
        self._position.display = self.player.display = False
        yield self._head
        with Vertical(id="xray-body"):
            yield self._facts
            yield self.canvas
            yield self._position
            yield self._news
            yield self.player

    # slow motion

    @property
    def filming(self) -> bool:
        """Whether a film is shown in the place of the picture."""
        return self.player.showing is not None

    def film(self, film: Film) -> None:
        """Show a film instead of the picture."""
        self._put(film=True)
        self.player.show(film)
        self._head.refresh()

    def end_film(self) -> None:
        """The picture again."""
        self.player.clear()
        self._put(film=False)
        self.retranslate()
        self._head.refresh()

    def _put(self, film: bool) -> None:
        self.player.display = film
        self._facts.display = self.canvas.display = not film
        self._position.display = self._news.display = False

    def on_mount(self) -> None:
        """What takes long is done little by little."""
        self._worker = self.set_interval(FRAME_S, self._work, pause=True)

    @on(events.Resize)
    def look(self) -> None:
        """Draw the present key for the present size."""
        width, height = self.canvas.room, self.canvas.size.height
        if self.filming or width <= 0 or height <= 0:
            return
        self._show(self.xray.picture(width, height))
        self._head.refresh()
        if self._worker is not None and self.xray.indexing:
            self._worker.resume()

    def _show(self, picture: Picture) -> None:
        before, self.picture = self.picture, picture
        if picture is before:
            return
        self.canvas.show_part(picture.rows, picture.top, picture.total)
        self._position.display = picture.items[2] > 1 and picture.total > len(picture.rows)
        if before is None or before.rows is not picture.rows:
            self._position.refresh()
        if before is None or before.heading != picture.heading:
            self._facts.renew()
        if before is None or before.news != picture.news:
            self._news.display = bool(picture.news)
            self._news.renew()

    def _reach(self, top: int) -> None:
        """Somebody scrolls."""
        picture = self.xray.scroll(top)
        if picture is not None:
            self._show(picture)
        else:
            self.set_timer(AGAIN_S, lambda: self._reach(round(self.canvas.scroll_y)))

    def turn(self, by: int) -> None:
        """The structure's next part, or the one before."""
        picture = self.xray.turn(by)
        if picture is not None:
            self._show(picture)

    def _work(self) -> None:
        assert self._worker is not None
        if self.xray.indexing and self.region.area:
            self.xray.work(WORK_S)
            self.look()
        if not self.xray.indexing:
            self._worker.pause()

    def retranslate(self) -> None:
        """The picture with its words in the present language."""
        self.picture = None
        self.look()

    def _title(self) -> Row:
        word = row((_("Slow motion") if self.filming else _("X-ray"), "title"))
        if self.filming and not self.player.shows(self.xray.place):
            return word
        pin = f" {glyphs.pin} " + _("pinned") if self.xray.pinned else ""
        if self.xray.place is not None:
            word = row(*word, (f" {glyphs.dot} ", "dim"))
        room = max(self.size.width - width_of(word) - cell_len(pin) - self._least, LEAST_KEY)
        key = row((self.xray.key_text, "key")) if self.xray.place is not None else ()
        return row(*word, *fit(key, room, glyphs.ellipsis), (pin, "warning"))

    @property
    def _least(self) -> int:
        """Cells of the head that the view that is seen needs beside the title."""
        views = self.xray.views if not self.filming else ()
        return BESIDE + ARROWS + max((cell_len(view_name(view)) + 2 for view in views), default=0)

    def views(self) -> Row:
        """The names of the views, clickable, the present one between brackets; where there is no
        room for all of them those that follow stand between arrows."""
        if self.filming:
            return ()
        views, seen = self.xray.views, self.xray.seen_view
        tabs = tuple(
            Piece(f"[{view_name(view)}]", "accent", _choose(view))
            if view == seen
            else Piece(f" {view_name(view)} ", "muted", _choose(view))
            for view in views
        )
        narrow = self.screen.has_class("-narrow")
        beside = TITLES if narrow else width_of(self._title()) + BESIDE
        if width_of(tabs) + beside <= self.size.width:
            return tabs
        at = views.index(seen)
        room = self.size.width - beside - ARROWS - width_of(tabs[at : at + 1])
        following: list[Piece] = []
        for tab in (*tabs[at + 1 :], *tabs[:at]):
            room -= width_of([tab])
            if room < 0:
                break
            following.append(tab)
        left = Piece(f"{glyphs.left} ", "hotkey", _choose(views[at - 1]))
        right = Piece(f" {glyphs.right}", "hotkey", _choose(views[(at + 1) % len(views)]))
        return (left, tabs[at], *following, right)

    def _fact_rows(self, width: int) -> list[Row]:
        return wrap(self.picture.heading, width) if self.picture is not None else []

    def _news_rows(self, width: int) -> list[Row]:
        news = self.picture.news if self.picture is not None else ()
        return [
            part
            for line in news
            for part in wrap(row((f"{glyphs.changed} {line}", "changed")), width, "  ")
        ]
