"""What the lesson and the sandbox have in common: a console, an X-ray, and one panel at their side.

On a wide terminal all panels are visible; on a narrow one the side panel and the X-ray share a
place, and F6 or a click on their tabs changes which of them is seen.
"""

from __future__ import annotations

from typing import ClassVar

from textual import events, on
from textual.binding import BindingType
from textual.widget import Widget

from tutor.console.history import History
from tutor.engine.cmdline import quote
from tutor.engine.world import Entry
from tutor.i18n import _, language, ngettext
from tutor.tui.base import BaseScreen
from tutor.tui.desk import Desk
from tutor.tui.keys import bindings
from tutor.tui.paint import Row, row
from tutor.tui.widgets.console import ConsolePane
from tutor.tui.widgets.tabs import PanelTabs
from tutor.tui.widgets.topbar import TopBar
from tutor.tui.widgets.xraypane import XrayPane
from tutor.tui.xray import View, Xray

TICK_S = 0.1
CALM_TICKS = 5
"""While nothing waits, time is let pass only at every fifth tick: a lesson judges at each."""


class Workbench(BaseScreen[None]):
    """Subclasses compose a panel with the id ``side``, and may answer to `ran`."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(
        "undo", "redo", "view", "panel", "panel_back", "pin", "copy", "card", "clear", "home"
    )
    AUTO_FOCUS = "#prompt"

    def __init__(self, desk: Desk, history: History) -> None:
        super().__init__()
        self._ticks = self._second = 0
        self.desk = desk
        self.xray = Xray()
        self.xray_pane = XrayPane(self.xray, id="xray")
        self.console_pane = ConsolePane(
            desk, history, before=self.xray.before, joint=self._joint, id="console"
        )

    def on_mount(self) -> None:
        """Time passes in the world ten times a second."""
        self.set_interval(TICK_S, self._tick)

    def _joint(self) -> int:
        """Where the line between the upper panels meets the console's rule."""
        x = self.xray_pane.region.x
        return x if x > 0 else -1

    # showing

    def look(self) -> None:
        """Show the world as it is now, everywhere."""
        self.look_through()
        self.query_one(TopBar).refresh()
        self.console_pane.look()

    def state_rows(self) -> list[Row]:
        """The right end of the top bar: database, keys, language."""
        database = self.desk.world.session.db
        count = len(database)
        keys = ngettext("{n} key", "{n} keys", count).format(n=count)
        return [
            row((f"db{database.index}", "muted")),
            row((keys, "muted")),
            row((language().upper(), "accent")),
        ]

    def _tick(self) -> None:
        self._ticks += 1
        if not self.desk.world.waiting and self._ticks % CALM_TICKS:
            return
        if self.desk.tick():
            self.look()
        self.console_pane.poll()
        second = self.desk.world.engine.clock.now_us() // 1_000_000
        if second != self._second and self.desk.world.session.db.expires.data:
            self.count_down()
        self._second = second

    def count_down(self) -> None:
        """A second has passed and some key has a TTL: show what is left of it."""
        self.look_through()

    @on(events.ScreenResume)
    def _resumed(self) -> None:
        self.look()

    @on(events.Resize)
    def _resized(self) -> None:
        self.call_after_refresh(self.look)

    # typing anywhere is typing into the prompt

    def on_key(self, event: events.Key) -> None:
        """A letter that means nothing to the focused panel goes to the prompt."""
        prompt = self.console_pane.prompt
        if event.is_printable and event.character and event.key not in self.active_bindings:
            event.stop()
            event.prevent_default()
            prompt.focus()
            prompt.insert_text_at_cursor(event.character)

    def on_paste(self, event: events.Paste) -> None:
        """Pasted text as well."""
        prompt = self.console_pane.prompt
        if self.focused is not prompt:
            prompt.focus()
            prompt.post_message(events.Paste(event.text))

    # what came of a command

    @on(ConsolePane.Ran)
    def _ran(self, event: ConsolePane.Ran) -> None:
        last = self.desk.world.last
        if last is not None:
            self.xray.after(last)
        self.ran(last)
        self.look()

    def ran(self, entry: Entry | None) -> None:
        """A command was carried out; for subclasses."""

    @on(ConsolePane.Left)
    def _left(self) -> None:
        self.app.call_later(self.app.run_action, "home")

    @on(ConsolePane.Travel)
    def _travel(self, event: ConsolePane.Travel) -> None:
        if event.back:
            self.action_undo()
        else:
            self.action_redo()

    # actions

    def action_undo(self) -> None:
        """Take back the last change."""
        self._say_travel(self.desk.undo(), back=True)

    def action_redo(self) -> None:
        """Do again what was taken back."""
        self._say_travel(self.desk.redo(), back=False)

    def _say_travel(self, entry: Entry | None, back: bool) -> None:
        def said() -> Row:
            if entry is None:
                text = _("Nothing to undo.") if back else _("Nothing to redo.")
                return row((text, "muted"))
            command = " ".join(quote(word) for word in entry.argv)
            text = _("Taken back: {command}") if back else _("Done again: {command}")
            return row((text.format(command=command), "muted"))

        self.console_pane.output.say(said)
        if entry is not None:
            self.xray.rewound(entry)
            self.ran(None)
        self.look()

    def action_xray_view(self, view: View | None = None) -> None:
        """Another view of the X-ray; on a narrow terminal first make it visible."""
        if view is not None:
            self.xray.view = view
        elif self.xray_visible:
            self.xray.next_view()
        else:
            self.show_panel("xray")
        self.look_through()

    def look_through(self) -> None:
        """Draw the X-ray anew, with its title and views."""
        self.xray_pane.look()
        self.query_one(PanelTabs).refresh()

    @property
    def xray_visible(self) -> bool:
        """Whether the X-ray is on the screen now."""
        return self.xray_pane.region.area > 0

    def action_xray_page(self, by: int) -> None:
        """Another part of a long structure."""
        if self.xray.page(by):
            self.xray_pane.canvas.scroll_home(animate=False, immediate=True)
            self.look_through()

    def action_pin(self) -> None:
        """Hold on to the key in the X-ray, or follow again."""
        self.xray.toggle_pin()
        self.look_through()

    def action_copy_text(self) -> None:
        """Put the picture's text twin into the clipboard."""
        picture = self.xray_pane.picture
        if picture is not None and picture.text:
            self.app.copy_to_clipboard(picture.text)
            self.notify(_("The picture's text is in the clipboard."), markup=False)

    def action_card(self, index: int | None = None) -> None:
        """Unfold or fold the card under an error."""
        self.console_pane.output.toggle_card(index)

    def action_clear_output(self) -> None:
        """Empty the output."""
        self.console_pane.clear()

    def action_paste(self, command: str) -> None:
        """Put a command into the prompt; it is not run."""
        self.console_pane.prompt.put(command)
        self.console_pane.prompt.focus()

    # panels

    def panels(self) -> list[Widget]:
        """What F6 goes through, in order."""
        output = self.console_pane.output
        side = self.query_one("#side")
        return [self.console_pane.prompt, side, self.xray_pane.canvas, output]

    def show_panel(self, name: str) -> None:
        """On a narrow terminal: which of ``side`` and ``xray`` is seen."""
        self.set_class(name == "xray", "-xray")
        self.query_one(PanelTabs).refresh()
        self.call_after_refresh(self.xray_pane.look)

    def action_panel(self, name: str) -> None:
        """A click on a tab."""
        self.show_panel(name)

    def action_next_panel(self) -> None:
        """Focus the next panel; on a narrow terminal show it."""
        self._focus_panel(1)

    def action_previous_panel(self) -> None:
        """Focus the panel before."""
        self._focus_panel(-1)

    def _focus_panel(self, by: int) -> None:
        panels = self.panels()
        at = panels.index(self.focused) if self.focused in panels else 0
        panel = panels[(at + by) % len(panels)]
        if panel is self.xray_pane.canvas:
            self.show_panel("xray")
        elif panel.id == "side":
            self.show_panel("side")
        self.call_after_refresh(panel.focus)

    def retranslate(self) -> None:
        """Everything in the present language."""
        super().retranslate()
        self.look()
