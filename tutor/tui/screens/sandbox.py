"""The sandbox: an empty Redis of one's own, with a browser of keys."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.types import CSSPathType

from tutor.console.history import History
from tutor.engine.world import World
from tutor.i18n import _, pgettext
from tutor.tui.desk import WorldDesk
from tutor.tui.keys import bindings
from tutor.tui.paint import Row, row
from tutor.tui.widgets.keybar import KeyBar
from tutor.tui.widgets.keylist import KeyList
from tutor.tui.widgets.notice import TooSmall
from tutor.tui.widgets.panelhead import PanelHead
from tutor.tui.widgets.tabs import PanelTabs
from tutor.tui.widgets.topbar import TopBar
from tutor.tui.workbench import Workbench


class SandboxScreen(Workbench):
    """Keys at the left, the X-ray of one at the right, the console beneath."""

    CSS_PATH: ClassVar[CSSPathType | None] = ["workbench.tcss", "sandbox.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = bindings(
        "help", "language", "undo", "redo", "view", "pin", "panel", "palette", "home", "quit"
    )

    def __init__(self, world: World, history: History) -> None:
        super().__init__(WorldDesk(world), history)
        self.keys = KeyList(lambda: self.desk.world, id="side")

    def compose(self) -> ComposeResult:
        """Head, tabs for narrow terminals, panels, console, keys."""
        yield TopBar(self._where, self.state_rows)
        yield TooSmall()
        upper = Horizontal(id="upper")
        yield PanelTabs(upper, self._tab_rows, self.xray_pane.views)
        with upper:
            with Vertical(id="browser") as browser:
                yield PanelHead(browser, lambda: row((pgettext("redis", "Keys"), "title")))
                yield self.keys
            yield self.xray_pane
        yield self.console_pane
        yield KeyBar()

    def on_mount(self) -> None:
        """Show what is there."""
        self.xray.watch(self.desk.world)
        self.look()

    def _where(self) -> Row:
        return row(("redis-tutor", "muted"), "   ", (_("Sandbox"), "title"))

    def look(self) -> None:
        """Show keys and head as they are now."""
        super().look()
        self.keys.shown = self.xray.place[1] if self.xray.place else None
        self.keys.look()

    def count_down(self) -> None:
        """As in the X-ray, so in the list of keys."""
        super().count_down()
        self.keys.refresh()

    def _tab_rows(self) -> list[tuple[str, Row]]:
        count = (f" {len(self.desk.world.session.db)}", "muted")
        return [
            ("side", row(pgettext("redis", "Keys"), count)),
            ("xray", row(_("X-ray"), (f" {self.xray.key_text}", "key"))),
        ]

    @on(KeyList.Chosen)
    def _chosen(self, event: KeyList.Chosen) -> None:
        self.xray.show((event.db, event.key))
        self.look()
