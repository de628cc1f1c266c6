"""A lesson: its story at the left, the X-ray at the right, the console beneath."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.types import CSSPathType

from tutor.console.history import History
from tutor.course.calls import CallEntry, line_of
from tutor.course.moves import is_move
from tutor.course.player import Player
from tutor.course.views import DemoTurn
from tutor.engine.world import Entry
from tutor.i18n import _
from tutor.tui.desk import LessonDesk
from tutor.tui.keys import bindings
from tutor.tui.lessonplay import LessonPlay
from tutor.tui.paint import Row, row
from tutor.tui.widgets.besideentry import PROMPT
from tutor.tui.widgets.console import ConsolePane
from tutor.tui.widgets.keybar import KeyBar
from tutor.tui.widgets.notice import TooSmall
from tutor.tui.widgets.story import Story
from tutor.tui.widgets.tabs import PanelTabs
from tutor.tui.widgets.topbar import TopBar
from tutor.tui.workbench import Workbench

if TYPE_CHECKING:
    from tutor.tui.application import TutorApp


class LessonScreen(Workbench, LessonPlay):
    """Plays the steps of a lesson that have a world; everything of substance is the `Player`'s."""

    CSS_PATH: ClassVar[CSSPathType | None] = ["workbench.tcss", "lesson.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = bindings(
        "help", "language", "undo", "view", "pin", "panel", "palette", "home", "quit"
    )

    def __init__(self, player: Player, history: History) -> None:
        super().__init__(LessonDesk(player), history)
        self.player = player
        self.story = Story(player, id="story")

    def compose(self) -> ComposeResult:
        """Head, tabs for narrow terminals, panels, console, keys."""
        yield TopBar(self.where, self.state_rows)
        yield TooSmall()
        upper = Horizontal(id="upper")
        yield PanelTabs(upper, self._tab_rows, self.xray_pane.views, self.seen_panel)
        with upper:
            yield self.story
            yield self.xray_pane
        yield self.console_pane
        yield self.scrubber
        yield KeyBar()

    def on_mount(self) -> None:
        """Enter the step the player is at."""
        self.turned()

    # showing

    def show_world(self) -> None:
        """Show world, verdicts and head as they are now."""
        super().show_world()
        self.story.look()
        for text in cast("TutorApp", self.app).outline.news():
            self.notify(text, severity="warning", timeout=15, markup=False)

    def _tab_rows(self) -> list[tuple[str, Row]]:
        return [
            ("side", self.lesson_tab()),
            ("xray", row(_("X-ray"), (f" {self.xray.key_text}", "key"))),
        ]

    def state_rows(self) -> list[Row]:
        """The right end of the top bar; an exam's time gives way last."""
        *others, spoken = super().state_rows()
        return [*others, *self.exam_state(), spoken]

    # what came of a command

    def ran(self, entry: Entry | None) -> None:
        """Judge: bring what is said about it into view."""
        turn = cast("LessonDesk", self.desk).turn if entry is not None else None
        self.tell(turn.feedback if turn is not None else None)

    @on(ConsolePane.EmptyLine)
    def _entered_nothing(self) -> None:
        self.action_go_on()

    def turned(self) -> None:
        """Another step, or the same from its beginning: look at its world."""
        view = self.player.step.view
        self.xray.pinned = False
        self.xray.view = "bytes" if view.panel == "bytes" else "structure"
        self.xray.watch(self.player.world, view.focus)
        self.story.turned()
        self.show_panel("side")
        self.look()
        self.refresh_bindings()
        question = self.player.question()
        if question is not None and not question.answered:
            self.story.text.focus()
        else:
            self.console_pane.prompt.focus()

    def answered(self) -> None:
        """A predict question was really run, in a fresh world: print it, look at its key."""
        if self.player.step.predict is not None:
            self._show_run()
        self.look()

    def _show_run(self) -> None:
        """A predict question was really run, in a fresh world: print it, look at its key."""
        world = self.player.world
        self.xray.watch(world, self.player.step.view.focus)
        for at, entry in enumerate(world.history):
            self._print(entry)
            with world.moment(at):
                self.xray.before(entry.argv)
            self.xray.after(entry)

    def _print(self, entry: Entry) -> None:
        """A line that was not typed here, and its reply."""
        from tutor.console.render import render

        prompt, line = self._typed(entry)
        exchange = self.console_pane.output.command(prompt, line)
        beside = self.console_pane.tell_beside(exchange, entry)
        if not beside and not is_move(entry.argv):
            exchange.reply += [row(*each) for each in render(entry.reply, argv=entry.argv)]
        self.console_pane.output.changed(exchange)

    def _typed(self, entry: Entry) -> tuple[str, str]:
        """Prompt and line of a command that was run."""
        line = line_of(entry)
        if isinstance(entry, CallEntry):
            return PROMPT, line
        return str(self.desk.backend.prompt()), line

    def played(self, turn: DemoTurn) -> None:
        """The demo typed some lines: print them; the X-ray shows what the last one did."""
        world = self.player.world
        for entry in turn.entries:
            self._print(entry)
        done = len(world.history)
        if done and any(not is_move(entry.argv) for entry in turn.entries):
            with world.moment(done - 1):
                self.xray.before(world.history[-1].argv)
            self.xray.after(world.history[-1])
        self.look()
