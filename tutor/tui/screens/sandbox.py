"""The sandbox: an empty Redis of one's own, with a browser of keys, and a port for others."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.types import CSSPathType
from textual.widget import Widget

from tutor.console.history import History
from tutor.console.whole_server import Overheard
from tutor.diagrams.server import ServerView
from tutor.engine.census import Order
from tutor.engine.traffic import Place, Traffic
from tutor.engine.world import Entry, World
from tutor.i18n import _, ngettext, pgettext
from tutor.tui.desk import WorldDesk
from tutor.tui.glyphs import glyphs
from tutor.tui.keys import bindings
from tutor.tui.paint import Piece, Row, row
from tutor.tui.viewing import View
from tutor.tui.widgets.keybar import KeyBar
from tutor.tui.widgets.keylist import KeyList
from tutor.tui.widgets.notice import TooSmall
from tutor.tui.widgets.panelhead import PanelHead
from tutor.tui.widgets.serverpane import ServerPane
from tutor.tui.widgets.tabs import PanelTabs
from tutor.tui.widgets.topbar import TopBar
from tutor.tui.widgets.traffic import TrafficPane
from tutor.tui.workbench import Workbench

if TYPE_CHECKING:
    from tutor.engine.recording import Film

Side = Literal["keys", "clients"]

HURRY = 1000
HURRIED_TICKS = 4
"""From so many commands a second on the screen is drawn at every fourth tick. There is one
interpreter lock: while the screen is drawn no command is carried out."""

STAY_TICKS = 5
"""The X-ray stays with a key that other clients touched for so long, so that it can be read."""

OWN_TICKS = 20
"""And so long with the key of one's own command."""

LOOKED_AT = 50
"""Of what has come since the last look so many commands are asked which key they touched."""


class SandboxScreen(Workbench):
    """Keys or clients at the left, the X-ray of a key at the right, the console beneath."""

    CSS_PATH: ClassVar[CSSPathType | None] = ["workbench.tcss", "sandbox.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = bindings(
        "help", "language", "serve", "clients", "server", "undo", "redo", "view", "pin", "panel",
        "palette", "home", "quit",
    )  # fmt: skip

    def __init__(self, world: World, history: History) -> None:
        super().__init__(WorldDesk(world), history)
        self.keys = KeyList(lambda: self.desk.world, id="side")
        self.traffic = TrafficPane(lambda: self.desk.backend, id="traffic")
        self.server_pane = ServerPane(lambda: self.desk.world, id="server")
        self.console_pane.show_server = self.open_server
        self.side: Side = "keys"
        self._browser = Vertical(id="browser")
        self._side_head = PanelHead(self._browser, self._side_title)
        if world.traffic is None:
            world.traffic = Overheard()
        self._followed = world.traffic.total
        self._stays_until = 0  # a number of ticks
        self._next: Place | None = None
        self._address = ""
        self._asked_to_close = False

    def compose(self) -> ComposeResult:
        """Head, tabs for narrow terminals, panels, console, keys."""
        yield TopBar(self._where, self.state_rows)
        yield TooSmall()
        upper = Horizontal(id="upper")
        yield PanelTabs(upper, self._tab_rows, self._views, self.seen_panel)
        with upper:
            with self._browser:
                yield self._side_head
                yield self.keys
                yield self.traffic
            yield self.xray_pane
            yield self.server_pane
        yield self.console_pane
        yield self.scrubber
        yield KeyBar()

    def on_mount(self) -> None:
        """Show what is there."""
        self.xray.watch(self.desk.world)
        self.look()

    def _where(self) -> Row:
        return row(("redis-tutor", "muted"), "   ", (_("Sandbox"), "title"))

    def on_unmount(self) -> None:
        """The port is the sandbox's: it closes with it."""
        if self.served:
            text = _("The sandbox was left: {address} is closed.")
            self.app.notify(text.format(address=self._address), markup=False)
        self.desk.backend.stop_serving()

    def show_world(self) -> None:
        """Show keys, clients and head as they are now."""
        self._notice_port()
        if self.served:
            self._follow()
        super().show_world()
        self._behind = self._next is not None
        self._side_head.refresh()
        self.keys.shown = self.xray.place[1] if self.xray.place else None
        self.keys.look()
        if self.side == "clients":
            self.traffic.look()
        self.server_pane.look()

    def ran(self, entry: Entry | None) -> None:
        """One's own command: the X-ray stays with it for a while."""
        self._stays_until = self._ticks + OWN_TICKS
        if entry is None:
            self.server_pane.forget()

    def count_down(self) -> None:
        """As in the X-ray, so in the list of keys."""
        self.look()

    # the port

    @property
    def pace(self) -> int:
        """While others write at every tick; not so often if that would take the time from them."""
        if not self.served:
            return 1 if self.server_pane.follows else super().pace
        rate = self.desk.world.engine.stats.metrics["ops"].per_second
        return HURRIED_TICKS if rate > HURRY else 1

    def _notice_port(self) -> None:
        """A port was opened or closed, by whomever: show it, and say so where nobody asked."""
        service = self.desk.backend.service
        address = next(iter(service.addresses), "") if service is not None else ""
        if service is not None:
            while service.warnings:
                self._tell(service.warnings.popleft(), "warning")
        if address == self._address:
            return
        before, self._address = self._address, address
        if not before:
            self.action_side("clients")
        elif not address and service is not None and service.ending:
            text = _("A client has sent SHUTDOWN: {address} is closed. Your keys are still here.")
            self._tell(text.format(address=before), "muted")
        self.refresh_bindings()

    def _tell(self, text: str, role: str) -> None:
        self.console_pane.output.say(lambda: row((text, role)))

    def _follow(self) -> None:
        """The X-ray goes where other clients were last."""
        traffic = self.desk.world.traffic
        if traffic is None:
            return
        new = min(traffic.total - self._followed, LOOKED_AT)
        self._followed = traffic.total
        self._next = self._touched(traffic, new) or self._next
        place = self._next if self._ticks >= self._stays_until else None
        if place is not None:
            self._next, self._stays_until = None, self._ticks + STAY_TICKS
        if new or place:
            self.xray.follow(place, tuple(traffic.conversions))
            traffic.conversions.clear()

    def _touched(self, traffic: Traffic, new: int) -> Place | None:
        """The key that another client's command touched last, of the ``new`` ones."""
        mine, databases = self.desk.backend.clients.values(), self.desk.world.engine.databases
        for arrival in traffic.latest(new):
            place = arrival.place
            if place is None or arrival.session in mine:
                continue
            if arrival.changed is not None or place[1] in databases[place[0]].keys.data:
                return place
        return None

    def action_serve(self) -> None:
        """Open the port, or close it; with clients connected only when asked twice."""
        service = self.desk.backend.service
        connected = service.clients if service is not None else 0
        if not self.served:
            self.console_pane.enter("/serve")
        elif connected and not self._asked_to_close:
            self._asked_to_close = True
            text = ngettext(
                "{n} client is connected. F3 again closes the port.",
                "{n} clients are connected. F3 again closes the port.",
                connected,
            )
            self._tell(text.format(n=connected), "warning")
            return
        else:
            self.console_pane.enter("/serve stop")
        self._asked_to_close = False

    # the left panel

    def action_clients(self) -> None:
        """Clients instead of keys, or the other way round."""
        seen = self.side == "clients" and self.seen_panel() != "xray"
        self.action_panel("keys" if seen else "clients")

    def action_side(self, side: Side) -> None:
        """Which of keys and clients the left panel shows."""
        focused = self.focused in (self.keys, self.traffic.log_view)
        self.side = side
        self.set_class(side == "clients", "-clients")
        if focused:
            self._side_widget.focus()
        self.call_after_refresh(self.look)

    def action_panel(self, name: str) -> None:
        """A click on a tab."""
        if name in ("keys", "clients"):
            self.action_side(cast("Side", name))
            name = "side"
        elif name == "server":
            self.open_server()
            return
        elif name == "xray":
            self._close_server()
        self.show_panel(name)

    def seen_panel(self) -> str:
        """The tab that is seen on a narrow terminal."""
        seen = super().seen_panel()
        if seen == "xray" and self.server_pane.shown:
            return "server"
        return self.side if seen == "side" else seen

    @property
    def _side_widget(self) -> Widget:
        return self.keys if self.side == "keys" else self.traffic.log_view

    def panels(self) -> list[Widget]:
        """With whatever the left panel shows."""
        return [self._side_widget if panel is self.keys else panel for panel in super().panels()]

    # the whole server, in the place of the X-ray

    @property
    def front(self) -> Widget:
        """What is seen at the right."""
        return self.server_pane.front if self.server_pane.shown else super().front

    def action_server(self) -> None:
        """The whole server instead of one key, or the other way round."""
        if self.seen_panel() == "server" or (self.server_pane.shown and self.server_pane.region):
            self._close_server()
            self.look_through()
        else:
            self.open_server()

    def open_server(self, view: ServerView | None = None, order: Order | None = None) -> None:
        """Show the whole server; with a view, that one."""
        focused = self.focused is self.xray_pane.canvas
        self.set_class(True, "-server")
        self.server_pane.open(view, order)
        self.show_panel("xray")
        if focused:
            self.call_after_refresh(self.server_pane.front.focus)
        self._joint_moved()

    def _close_server(self) -> None:
        if not self.server_pane.shown:
            return
        focused = self.focused is self.server_pane.front
        self.set_class(False, "-server")
        self.server_pane.close()
        if focused:
            self.call_after_refresh(self.xray_pane.canvas.focus)
        self._joint_moved()

    def _joint_moved(self) -> None:
        self.call_after_refresh(self.console_pane.look)

    def open_key(self, key: bytes, view: str) -> None:
        """In the X-ray, which comes back to its place."""
        self._stays_until = self._ticks + OWN_TICKS
        self._close_server()
        super().open_key(key, view)

    def show_film(self, film: Film) -> None:
        """In the place of the X-ray, which comes back to its place."""
        self._close_server()
        super().show_film(film)

    def action_server_view(self, view: ServerView) -> None:
        """Another view of the server."""
        self.server_pane.set_view(view)
        self.query_one(PanelTabs).refresh()

    def action_server_next(self, by: int) -> None:
        """The view beside the present one."""
        self.server_pane.next_view(by)
        self.query_one(PanelTabs).refresh()

    def action_server_order(self) -> None:
        """Another order of its map."""
        self.server_pane.next_order(1)

    def action_xray_view(self, view: View | None = None) -> None:
        """Another view of whatever is seen at the right."""
        if view is None and self.server_pane.shown and self.server_pane.region:
            self.action_server_next(1)
        else:
            super().action_xray_view(view)

    def action_copy_text(self) -> None:
        """The text of whatever is seen at the right."""
        drawing = self.server_pane.drawing
        if self.server_pane.shown and drawing is not None:
            self.copy_picture(drawing.text)
        else:
            super().action_copy_text()

    def _views(self) -> Row:
        """At the right end of the tabs on a narrow terminal."""
        shown = self.server_pane.shown
        return self.server_pane.present_view() if shown else self.xray_pane.views()

    def _joint(self) -> int:
        x = self.server_pane.region.x if self.server_pane.shown else 0
        return x if x > 0 else super()._joint()

    @on(ServerPane.Chosen)
    def _key_chosen(self, event: ServerPane.Chosen) -> None:
        self._stays_until = self._ticks + OWN_TICKS
        self._close_server()
        self.xray.show((event.db, event.key))
        self.look()

    def _side_title(self) -> Row:
        keys = pgettext("redis", "Keys")
        if not self.served and self.side == "keys":
            return row((keys, "title"))
        pieces: list[Piece] = []
        for side, text in (("keys", keys), ("clients", self._clients_title())):
            chosen = side == self.side
            shown = f"[{text}]" if chosen else f" {text} "
            action = f"screen.panel('{side}')"
            pieces.append(Piece(shown, "title" if chosen else "muted", action))
        return tuple(pieces)

    def _clients_title(self) -> str:
        service = self.desk.backend.service
        count = service.clients if service is not None else 0
        return f"{_('Clients')} {count}" if count else _("Clients")

    def state_rows(self) -> list[Row]:
        """With the port, if one is open."""
        groups = super().state_rows()
        service = self.desk.backend.service
        if service is not None and self._address:
            count = service.clients
            clients = ngettext("{n} client", "{n} clients", count).format(n=count)
            port = row((f"{glyphs.right} {self._address} ", "ok"), (clients, "muted"))
            groups.insert(len(groups) - 1, port)
        return groups

    def _tab_rows(self) -> list[tuple[str, Row]]:
        count = (f" {len(self.desk.world.session.db)}", "muted")
        clients = row(self._clients_title())
        return [
            ("keys", row(pgettext("redis", "Keys"), count)),
            *([("clients", clients)] if self.served or self.side == "clients" else []),
            ("xray", row(_("X-ray"), (f" {self.xray.key_text}", "key"))),
            ("server", row(_("Server"))),
        ]

    @on(KeyList.Chosen)
    def _chosen(self, event: KeyList.Chosen) -> None:
        self.xray.show((event.db, event.key))
        self.look()
