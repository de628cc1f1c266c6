"""The whole server, in the place of the X-ray: keyspace, memory, expiry, eviction, wire, clients,
and the file that it would write.

While it is seen it looks ten times a second for as long as there is something to follow, and else
when the world has changed; while it is not seen it does nothing at all.
"""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message

from tutor.console.whole_server import WholeServer
from tutor.diagrams.canvas import Drawing
from tutor.diagrams.server import SERVER_VIEWS, ServerView, draw_server
from tutor.diagrams.server.keyspace_map import block_at, describe_keyspace, fit_keyspace
from tutor.engine.census import ORDERS, KeyspaceMap, Order, Place
from tutor.engine.world import World
from tutor.i18n import _
from tutor.tui.glyphs import glyphs
from tutor.tui.paint import EMPTY, Piece, Row, row, width_of, with_action
from tutor.tui.widgets.fileroll import FileRoll
from tutor.tui.widgets.painted import Canvas
from tutor.tui.widgets.panelhead import PanelHead
from tutor.tui.widgets.scroller import Scroller

TICK_S = 0.1
SLICE_S = 0.008
"""How long one look may count keys."""

SECOND_TICKS = 10
_VIEWS: tuple[ServerView, ...] = tuple(SERVER_VIEWS)
_FOLLOWED: frozenset[ServerView] = frozenset({"expiry", "eviction"})
"""What moves by itself."""


class ServerCanvas(Canvas, can_focus=True):
    """The picture. In the map arrows choose a key and Enter shows it in the X-ray; everywhere left
    and right go to the next view."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "step(-1)", show=False),
        Binding("down", "step(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("home", "end(-1)", show=False),
        Binding("end", "end(1)", show=False),
        Binding("left", "view(-1)", show=False),
        Binding("right", "view(1)", show=False),
        Binding("left_square_bracket", "order(-1)", show=False),
        Binding("right_square_bracket", "order(1)", show=False),
        Binding("enter", "choose", show=False),
    ]

    @property
    def _pane(self) -> ServerPane:
        return next(one for one in self.ancestors if isinstance(one, ServerPane))

    def action_step(self, by: int) -> None:
        """The next key, or a row further."""
        if self._pane.view == "map":
            self._pane.choose(by)
        else:
            self.scroll_relative(y=by, animate=False)

    def action_page(self, by: int) -> None:
        """A screen further."""
        if self._pane.view == "map":
            self._pane.choose(by * max(self._pane.visible_rows - 1, 1))
        elif by > 0:
            self.scroll_page_down(animate=False)
        else:
            self.scroll_page_up(animate=False)

    def action_end(self, side: int) -> None:
        """To the first or the last."""
        if self._pane.view == "map":
            self._pane.choose(side * 1_000_000)
        elif side > 0:
            self.scroll_end(animate=False)
        else:
            self.scroll_home(animate=False)

    def action_view(self, by: int) -> None:
        """The view beside this one."""
        self._pane.next_view(by)

    def action_order(self, by: int) -> None:
        """Another order of the map."""
        self._pane.next_order(by)

    def action_choose(self) -> None:
        """Show the chosen key."""
        self._pane.show_chosen()

    def on_click(self, event: events.Click) -> None:
        """A click on a row or a block of the map chooses its key."""
        self._pane.clicked(event.x, event.y + self.scroll_offset.y)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel moves the window over the keys."""
        if self._pane.view == "map":
            event.stop()
            self._pane.scroll_rows(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """And back."""
        if self._pane.view == "map":
            event.stop()
            self._pane.scroll_rows(-3)


class ServerPane(Vertical):
    """``world`` is asked whenever the pane looks. It is `shown` or sleeps."""

    DEFAULT_CSS = """
    ServerPane { width: 1fr; height: 100%; display: none; }
    ServerPane #server-body { height: 1fr; border-left: solid $line; padding: 0 1; }
    ServerPane #server-picture { height: 1fr; background: transparent; }
    ServerPane #server-file { height: 1fr; background: transparent; }
    """

    class Chosen(Message):
        """A key of the map was chosen."""

        def __init__(self, db: int, key: bytes) -> None:
            super().__init__()
            self.db, self.key = db, key

    def __init__(self, world: Callable[[], World], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._world = world
        self._server: WholeServer | None = None
        self.view: ServerView = "map"
        self.order: Order = "bytes"
        self.start = 0
        self.chosen: Place | None = None
        self.shown = False
        self._drawing: Drawing | None = None
        self._first_row = 0
        self._places: tuple[Place, ...] = ()
        self._listed = 0
        self._map: KeyspaceMap | None = None
        self._ticks = 0
        self.canvas = ServerCanvas(id="server-picture")
        self.roll = FileRoll(lambda: self.server, self._in_turn, self.next_view, id="server-file")
        self.roll.display = False
        self._head = PanelHead(self, self._title, self.views, corner=True)

    def compose(self) -> ComposeResult:
        """Head and picture."""
        yield self._head
        with Vertical(id="server-body"):
            yield self.canvas
            yield self.roll

    def on_mount(self) -> None:
        """The timer rests until the pane is shown."""
        self._timer = self.set_interval(TICK_S, self._tick, pause=True)

    def on_unmount(self) -> None:
        """Nobody listens any more."""
        if self._server is not None:
            self._server.attend(None)

    # being seen

    @property
    def server(self) -> WholeServer:
        """What is known of the present world."""
        world = self._world()
        if self._server is None or self._server.world is not world:
            if self._server is not None:
                self._server.attend(None)
            self._server = WholeServer(world)
        return self._server

    def open(self, view: ServerView | None = None, order: Order | None = None) -> None:
        """Show the pane; with a view, that one."""
        self.shown = True
        self._timer.resume()
        if order is not None and order != self.order:
            self.order, self.start = order, 0
        self.set_view(view or self.view)

    def close(self) -> None:
        """Hide the pane: it listens and counts no more."""
        self.shown = False
        self._timer.pause()
        if self._server is not None:
            self._server.attend(None)

    @property
    def front(self) -> Scroller | ServerCanvas:
        """What shows the present view, and takes the keys."""
        return self.roll if self.view == "file" else self.canvas

    @property
    def follows(self) -> bool:
        """Whether what is seen moves by itself."""
        return self.shown and self.view in _FOLLOWED

    def forget(self) -> None:
        """The world has gone to another moment."""
        if self._server is not None:
            self._server.census.begin_anew()

    def set_view(self, view: ServerView) -> None:
        """Look at something else."""
        if view != self.view:
            self.canvas.scroll_home(animate=False, immediate=True)
        focused = self.front.has_focus
        self.view = view
        self.canvas.display, self.roll.display = view != "file", view == "file"
        if focused and not self.front.has_focus:
            self.front.focus()
        self.server.attend(view)
        self._head.refresh()
        self.call_after_refresh(self.look)

    def next_view(self, by: int = 1) -> None:
        """The view beside this one, and round again."""
        self.set_view(_VIEWS[(_VIEWS.index(self.view) + by) % len(_VIEWS)])

    def next_order(self, by: int) -> None:
        """Another order of the map."""
        if self.view == "map":
            self.set_order(ORDERS[(ORDERS.index(self.order) + by) % len(ORDERS)])

    def set_order(self, order: Order) -> None:
        """Sort the map by this."""
        self.order, self.start, self.chosen = order, 0, None
        self._head.refresh()
        self.look()

    # looking

    def _tick(self) -> None:
        self._ticks += 1
        if not self.screen.is_current:
            return
        counting = self.view in ("map", "memory") and not self.server.census.finished
        counting = counting or (self.view == "file" and not self.roll.counted)
        if self.follows or counting or self._ticks % SECOND_TICKS == 0:
            self.look()

    @on(events.Resize)
    def look(self) -> None:
        """Show the present, if it is our turn with the engine; rows that differ are painted."""
        if self.shown and self.view == "file":
            self._in_turn(self._look_at_file)
            return
        if not self.shown or self.canvas.size.width <= 0:
            return
        with self._world().lock.glance() as mine:
            if not mine:
                return
            if self.view in ("map", "memory"):
                self._count()
            if self.start >= len(self.server.census.places(self.order)):
                self.start = 0
            height = self.canvas.size.height
            layout = self.server.layout(
                self.view, order=self.order, start=self.start, rows=height, chosen=self.chosen
            )
        width = self._width
        self._places, self._first_row, self._map = (), 0, None
        if isinstance(layout, KeyspaceMap):
            layout, lines, self._first_row = fit_keyspace(layout, width, height)
            self._map = layout
            self._places = tuple(place for place, _facts in layout.rows)
            self._listed = layout.listed
            self._drawing = Drawing(tuple(lines), "\n".join(describe_keyspace(layout)))
        else:
            self._drawing = draw_server(self.view, layout, width)
        rows = [row(*line) for line in self._drawing.lines]
        if self.view == "map":
            rows[0] = with_action(rows[0], "screen.server_order")
        self.canvas.show(rows, width=width)

    retranslate = look

    def _look_at_file(self) -> None:
        self.roll.count(SLICE_S)
        self.roll.look()

    @property
    def drawing(self) -> Drawing | None:
        """What is seen, with its text twin."""
        return self.roll.drawing() if self.view == "file" else self._drawing

    def _in_turn(self, work: Callable[[], None]) -> bool:
        """Do something with the engine, if it is our turn."""
        with self._world().lock.glance() as mine:
            if mine:
                work()
            return mine

    @property
    def _width(self) -> int:
        return max(self.canvas.size.width - self.canvas.scrollbar_size_vertical, 1)

    def _count(self) -> None:
        until = perf_counter() + SLICE_S
        while not self.server.census.advance() and perf_counter() < until:
            pass

    # the map's window

    @property
    def visible_rows(self) -> int:
        """Keys that are visible."""
        return max(len(self._places), 1)

    def scroll_rows(self, by: int) -> None:
        """Move the window over the keys."""
        self._move_to(self.start + by)
        self.look()

    def _move_to(self, start: int) -> None:
        self.start = max(0, min(start, self._listed - self.visible_rows))

    def choose(self, by: int) -> None:
        """Choose the key so many rows further."""
        places = self.server.census.places(self.order)
        if not places:
            return
        if self.chosen in places:
            at = places.index(self.chosen) + by
        else:  # the first that is visible, if one step is taken
            at = self.start + by - (by > 0) + (by < 0)
        at = max(0, min(at, len(places) - 1))
        self.chosen = places[at]
        if at < self.start:
            self._move_to(at)
        elif at >= self.start + self.visible_rows:
            self._move_to(at - self.visible_rows + 1)
        self.look()

    def clicked(self, x: int, y: int) -> None:
        """A cell of the picture was clicked: if it belongs to a key, show that."""
        at = y - self._first_row
        place: Place | None = None
        if 0 <= at < len(self._places):
            place = self._places[at]
        elif self._map is not None:
            place = block_at(self._map, self._width, self.canvas.size.height, x, y)
        if place is not None:
            self.chosen = place
            self.show_chosen()

    def show_chosen(self) -> None:
        """Tell the screen which key is wanted."""
        if self.view == "map" and self.chosen is not None:
            self.post_message(self.Chosen(*self.chosen))

    # the head

    def _title(self) -> Row:
        """The word for the pane, where the views leave it room."""
        title = row((_("Server"), "title"))
        room = self.size.width - width_of(self._tabs()) - 8
        return title if width_of(title) + 2 <= room or not self._tabs_fit else EMPTY

    @property
    def _tabs_fit(self) -> bool:
        return width_of(self._tabs()) + 8 <= self.size.width

    def views(self) -> Row:
        """The names of the views, clickable, the present one between brackets; where there is no
        room for all only that one."""
        return self._tabs() if self._tabs_fit else self.present_view()

    def _tabs(self) -> Row:
        tabs: list[Piece] = []
        for view, each in SERVER_VIEWS.items():
            chosen = view == self.view
            name = f"[{each.name()}]" if chosen else f" {each.name()} "
            action = f"screen.server_view('{view}')"
            tabs.append(Piece(name, "accent" if chosen else "muted", action))
        return tuple(tabs)

    def present_view(self) -> Row:
        """``◄ [map] ►``: the view, and clicks to its neighbours."""
        return (
            Piece(f"{glyphs.left} ", "hotkey", "screen.server_next(-1)"),
            Piece(f"[{SERVER_VIEWS[self.view].name()}]", "accent"),
            Piece(f" {glyphs.right}", "hotkey", "screen.server_next(1)"),
        )
