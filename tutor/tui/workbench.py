"""What the lesson and the sandbox have in common: a console, an X-ray, and one panel at their side.

On a wide terminal all panels are visible; on a narrow one the side panel and the X-ray share a
place, and F6 or a click on their tabs changes which of them is seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.binding import BindingType
from textual.widget import Widget

from tutor.console.history import History
from tutor.console.travel import Trip
from tutor.engine.world import Entry
from tutor.i18n import _, language, ngettext
from tutor.tui.base import BaseScreen
from tutor.tui.desk import Desk
from tutor.tui.keys import KEYS, bindings, key_name
from tutor.tui.paint import Row, row
from tutor.tui.viewing import View
from tutor.tui.widgets.console import ConsolePane
from tutor.tui.widgets.player import Player
from tutor.tui.widgets.scrubber import Scrubber
from tutor.tui.widgets.tabs import PanelTabs
from tutor.tui.widgets.topbar import TopBar
from tutor.tui.widgets.xraypane import XrayPane
from tutor.tui.xray import Xray

if TYPE_CHECKING:
    from tutor.engine.recording import Film

TICK_S = 0.1
CALM_TICKS = 5
"""While nothing waits, the world is looked at only at every fifth tick: a lesson judges at each."""


class Workbench(BaseScreen[None]):
    """Subclasses compose a panel with the id ``side``, and may answer to `ran`."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(
        "undo", "redo", "earlier", "later", "slow", "view", "panel", "panel_back", "pin", "copy",
        "card", "clear", "home",
    )  # fmt: skip
    AUTO_FOCUS = "#prompt"

    def __init__(self, desk: Desk, history: History) -> None:
        super().__init__()
        self._ticks = self._second = 0
        self._behind = False
        self._came: list[Entry | None] = []
        self._warned: Trip | None = None
        """A journey that was asked for and that costs others their work."""
        self.desk = desk
        self.xray = Xray()
        self.xray_pane = XrayPane(self.xray, id="xray")
        self.console_pane = ConsolePane(
            desk, history, before=self.xray.before, joint=self._joint, id="console"
        )
        self.console_pane.show_key = self.open_key
        self.scrubber = Scrubber(lambda: self.desk.world, id="scrubber")

    def on_mount(self) -> None:
        """Time passes in the world ten times a second."""
        self.set_interval(TICK_S, self._tick)

    def _joint(self) -> int:
        """Where the line between the upper panels meets the console's rule."""
        x = self.xray_pane.region.x
        return x if x > 0 else -1

    # showing

    def look(self) -> None:
        """Show the world as it is now, everywhere; if others have the engine for long, later."""
        with self.desk.world.lock.glance() as mine:
            self._behind = not mine
            if mine:
                self.show_world()

    def show_world(self) -> None:
        """Show everything; it is our turn with the engine."""
        came, self._came = self._came, []
        for entry in came:
            if entry is not None:
                self.xray.after(entry)
            self.ran(entry)
        self.look_through()
        self.query_one(TopBar).refresh()
        self.console_pane.look()
        self.scrubber.look()

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
        self.console_pane.poll()
        if self._ticks % self.pace:
            return
        with self.desk.world.lock.glance() as mine:
            if not mine:
                return
            if self.desk.tick() or self._behind:
                self.look()
        self.console_pane.poll()
        second = self.desk.world.engine.clock.now_us() // 1_000_000
        if second != self._second and self.desk.world.session.db.expires.data:
            self.count_down()
        self._second = second

    @property
    def pace(self) -> int:
        """Every how many ticks the world is looked at."""
        soon = self.desk.world.waiting or self._behind or self.console_pane.executing
        return 1 if soon else CALM_TICKS

    @property
    def served(self) -> bool:
        """Whether other clients may do something at any moment."""
        return self.desk.backend.serving

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
        self._warned = None
        if self.xray_pane.filming:
            self.xray_pane.end_film()
        self._came.append(event.step)
        self.look()

    @on(ConsolePane.Told)
    def _told(self) -> None:
        self.look()

    def ran(self, entry: Entry | None) -> None:
        """A command was carried out; for subclasses."""

    @on(ConsolePane.Left)
    def _left(self) -> None:
        if self.xray_pane.filming:
            self.leave_film()
            return
        self.app.call_later(self.app.run_action, "home")

    @on(ConsolePane.Travel)
    def _travel(self, event: ConsolePane.Travel) -> None:
        self._go(event.trip)

    @on(Scrubber.Moved)
    def _scrubbed(self, event: Scrubber.Moved) -> None:
        self._go(Trip("go", event.index), quiet=True)

    # actions

    @on(ConsolePane.Slowly)
    def _slowly(self, event: ConsolePane.Slowly) -> None:
        if event.word == "off":
            self.leave_film()
        else:
            self.action_slow(event.word)

    def action_slow(self, word: str = "") -> None:
        """Show the last command in slow motion, or what ``word`` says (`tutor.console.slow`)."""
        from tutor.console.slow import film_of_last

        film, why_not = film_of_last(self.desk.backend, word)
        if film is None:
            self.console_pane.output.say(lambda: row((why_not, "muted")))
            return
        self.show_film(film)

    def show_film(self, film: Film) -> None:
        """Show a film in the place of the X-ray's picture."""
        self.show_panel("xray")
        self.xray_pane.film(film)
        self.call_after_refresh(self.xray_pane.player.frame.focus)

    @on(Player.Left)
    def leave_film(self) -> None:
        """The X-ray's picture again; the prompt has the focus."""
        if self.xray_pane.filming:
            self.xray_pane.end_film()
            self.console_pane.prompt.focus()
            self.call_after_refresh(self.look_through)

    def action_film(self, word: str) -> None:
        """A key of the player."""
        self.xray_pane.player.command(word)

    def action_film_go(self, position: int) -> None:
        """A click on the player's bar."""
        self.xray_pane.player.go(position)

    def action_undo(self) -> None:
        """Take back the last change."""
        self._go(Trip("undo"))

    def action_redo(self) -> None:
        """Do again what was taken back."""
        self._go(Trip("redo"))

    def action_travel(self, by: int) -> None:
        """One command back or forth, whether it changed anything or not."""
        world = self.desk.world
        index = len(world.history) + by
        if world.earliest <= index <= len(world.history) + len(world.future):
            self._go(Trip("go", index), quiet=True)

    def _go(self, trip: Trip, quiet: bool = False) -> None:
        """Go to another moment; ``quiet``: the scrubber tells enough of it. Where that costs other
        clients their work, only when asked twice."""
        from tutor.console.commands import busy_text, loss_text
        from tutor.console.travel import loss_of, no_such, take, told

        world, say = self.desk.world, self.console_pane.output.say
        with world.lock.glance() as mine:
            if not mine:
                say(lambda: row((busy_text(), "muted")))
                return
            try:
                loss = loss_of(world, trip)
                if loss is not None and not trip.sure and self._warned != trip:
                    self._warned = trip
                    how = f"{self._key_of(trip)}{trip.words} yes"
                    say(lambda: row((loss_text(loss, how), "warning")))
                    self.scrubber.stay()
                    return
                self._warned = None
                entries = take(world, self.desk, trip)
            except IndexError:
                say(lambda: row((no_such(trip), "warning")))
                return
            if not quiet or loss is not None:
                here = told(world, trip, entries, loss)
                say(lambda: row((here, "muted")))
            self._show_passed(entries)

    def _key_of(self, trip: Trip) -> str:
        key = KEYS.get(trip.kind) if trip.number == 1 else None
        return "" if key is None else f"{key_name(key.keys)} / "

    def _show_passed(self, entries: Sequence[Entry]) -> None:
        """Commands were taken back or done again: look where they had worked, the key that is
        shown now before others."""
        effects = [entry for entry in entries if entry.changed]
        mine = [
            entry
            for entry in effects
            if self.xray.place in [(db, key) for db, key, _event in entry.changed]
        ]
        if entries:
            self.leave_film()
            self.xray.rewound((mine or effects or list(entries))[-1])
            self.ran(None)
        self.look()

    def action_xray_view(self, view: View | None = None) -> None:
        """Another view of the X-ray; on a narrow terminal first make it visible."""
        self.leave_film()
        if view is not None:
            self.xray.view = view
        elif self.xray_visible:
            self.xray.next_view()
        else:
            self.show_panel("xray")
        self.look_through()

    def open_key(self, key: bytes, view: str) -> None:
        """Show a key of the present database in a view of the X-ray (`:xray`)."""
        self.leave_film()
        self.xray.view = view
        self.xray.show((self.desk.world.session.db.index, key))
        self.show_panel("xray")
        self.look()

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
        self.xray_pane.turn(by)

    def action_pin(self) -> None:
        """Hold on to the key in the X-ray, or follow again."""
        self.xray.toggle_pin()
        self.look_through()

    def action_copy_text(self) -> None:
        """Put the picture's text twin into the clipboard."""
        picture = self.xray_pane.picture
        if self.xray_pane.filming:
            self.copy_picture(self.xray_pane.player.text)
        elif picture is not None and picture.text:
            self.copy_picture(picture.text)

    def copy_picture(self, text: str) -> None:
        """Put a text twin into the clipboard."""
        self.app.copy_to_clipboard(text)
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
        return [self.console_pane.prompt, side, self.front, output]

    @property
    def front(self) -> Widget:
        """What the panel at the right shows and F6 goes to."""
        return self.xray_pane.player.frame if self.xray_pane.filming else self.xray_pane.canvas

    def seen_panel(self) -> str:
        """On a narrow terminal: the tab that is seen."""
        return "xray" if self.has_class("-xray") else "side"

    def show_panel(self, name: str) -> None:
        """On a narrow terminal: which of ``side`` and ``xray`` is seen."""
        self.set_class(name == "xray", "-xray")
        self.query_one(PanelTabs).refresh()
        self.call_after_refresh(self.look_through)

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
        if panel is self.front:
            self.show_panel("xray")
        elif panel not in (self.console_pane.prompt, self.console_pane.output):
            self.show_panel("side")
        self.call_after_refresh(panel.focus)

    def retranslate(self) -> None:
        """Everything in the present language."""
        super().retranslate()
        self.look()
