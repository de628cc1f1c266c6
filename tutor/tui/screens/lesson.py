"""A lesson: its story at the left, the X-ray at the right, the console beneath."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.types import CSSPathType

from tutor.console.history import History
from tutor.course.player import Player
from tutor.engine.world import Entry
from tutor.i18n import _
from tutor.tui.desk import LessonDesk
from tutor.tui.glyphs import glyphs
from tutor.tui.keys import bindings
from tutor.tui.paint import EMPTY, Row, row
from tutor.tui.widgets.console import ConsolePane
from tutor.tui.widgets.keybar import KeyBar
from tutor.tui.widgets.notice import TooSmall
from tutor.tui.widgets.story import Story
from tutor.tui.widgets.tabs import PanelTabs
from tutor.tui.widgets.topbar import TopBar, progress_row
from tutor.tui.workbench import Workbench

if TYPE_CHECKING:
    from tutor.tui.application import TutorApp


_NOT_WHILE_RUNNING = frozenset(
    ["hint", "solution", "reset", "next_step", "previous_step", "answer", "undo", "redo", "travel"]
)
"""A command of the step still runs: the step stays as it is until then."""


class LessonScreen(Workbench):
    """Plays a lesson; everything of substance is the `Player`'s."""

    CSS_PATH: ClassVar[CSSPathType | None] = ["workbench.tcss", "lesson.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = bindings(
        "help", "language", "hint", "solution", "reset", "undo", "previous", "next", "view", "pin",
        "panel", "palette", "home", "quit",
    )  # fmt: skip

    def __init__(self, player: Player, history: History) -> None:
        super().__init__(LessonDesk(player), history)
        self.player = player
        self.story = Story(player, id="story")

    def compose(self) -> ComposeResult:
        """Head, tabs for narrow terminals, panels, console, keys."""
        yield TopBar(self._where, self.state_rows)
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
        self._turned()

    # showing

    def show_world(self) -> None:
        """Show world, verdicts and head as they are now."""
        super().show_world()
        self.story.look()
        for text in cast("TutorApp", self.app).outline.news():
            self.notify(text, severity="warning", timeout=15, markup=False)

    def _where(self) -> Row:
        outline = cast("TutorApp", self.app).outline
        numbers = {line.id: line.number for line in outline.lines()}
        number = numbers.get(self.player.lesson.id, 0)
        total = len(self.player.lesson.steps)
        title = f"{number} {glyphs.dot} {self.player.lesson_title()}"
        wide = self.size.width >= 100
        name = row(("redis-tutor", "muted"), "   ") if wide else EMPTY
        progress = progress_row(self.player.index + 1, total, 0 if wide else 5)
        return row(*name, (title, "title"), "   ", *progress)

    def _tab_rows(self) -> list[tuple[str, Row]]:
        checks = self.player.checks()
        done = sum(check.ok for check in checks)
        count = f" {glyphs.ok}{done}/{len(checks)}" if checks else ""
        return [
            ("side", row(_("Lesson"), (count, "ok" if done == len(checks) else "muted"))),
            ("xray", row(_("X-ray"), (f" {self.xray.key_text}", "key"))),
        ]

    # what came of a command

    def ran(self, entry: Entry | None) -> None:
        """Judge: bring what is said about it into view."""
        turn = cast("LessonDesk", self.desk).turn if entry is not None else None
        said = turn.feedback if turn is not None else None
        self.story.quiet = said is not None and said.quiet
        self.story.look()
        if self.player.passed:
            self.story.reveal("recap")
        elif said is not None and not said.quiet:
            self.story.reveal("feedback")

    @on(ConsolePane.EmptyLine)
    def action_go_on(self) -> None:
        """Enter in an empty line goes on where the step is done."""
        question = self.player.question()
        answered = question is not None and question.answered
        if self.player.passed or answered or self.player.step.kind in ("read", "free"):
            self.action_next_step()

    def _turned(self) -> None:
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

    # actions

    def action_hint(self) -> None:
        """Open the next hint and show it."""
        hint = self.player.hint()
        opened = self.player.hints()
        if hint is None and not opened:
            self.notify(_("This step has no hints."), markup=False)
            return
        self.show_panel("side")
        self.story.look()
        self.story.reveal(f"hint.{opened[-1].rung}")
        if hint is not None and hint.paste:
            self.action_paste(hint.paste)

    def action_solution(self) -> None:
        """Show one way to solve the task; nothing is run."""
        self.story.solution = self.player.solution()
        if not self.story.solution:
            self.notify(_("This step asks for nothing."), markup=False)
            return
        self.show_panel("side")
        self.story.look()
        self.story.reveal("solution")

    def action_reset(self) -> None:
        """The step's world from its beginning; opened hints stay."""
        self.console_pane.cancel()
        solution = self.story.solution
        self.player.reset()
        self._turned()
        self.story.solution = solution
        text = _("The step is as it was at its beginning.")
        self.console_pane.output.say(lambda: row((_(text), "muted")))

    def action_next_step(self) -> None:
        """On; after the last step a look back at the lesson."""
        self.console_pane.cancel()
        if self.player.next():
            self._turned()
        else:
            from tutor.tui.screens.finished import FinishedScreen

            self.app.push_screen(FinishedScreen(self.player), self._after_finish)

    def action_previous_step(self) -> None:
        """Back."""
        self.console_pane.cancel()
        if self.player.previous():
            self._turned()

    def _after_finish(self, choice: str | None) -> None:
        app = cast("TutorApp", self.app)
        if choice == "home":
            app.open_home()
        elif choice:
            app.open_lesson(choice)

    def action_answer(self, number: int) -> None:
        """Answer the step's question with its option ``number``, counted from 1."""
        question = self.player.question()
        if question is None or not 1 <= number <= len(question.options):
            return
        if question.answered:
            return
        self.player.answer(question.options[number - 1].id)
        if self.player.step.predict is not None:
            self._show_run()
        self.look()
        self.story.reveal("question")
        self.console_pane.prompt.focus()

    def _show_run(self) -> None:
        """A predict question was really run, in a fresh world: print it, look at its key."""
        from tutor.console.render import render
        from tutor.engine.cmdline import quote

        world = self.player.world
        self.xray.watch(world, self.player.step.view.focus)
        for at, entry in enumerate(world.history):
            line = " ".join(quote(word) for word in entry.argv)
            exchange = self.console_pane.output.command(str(self.desk.backend.prompt()), line)
            exchange.reply += [row(*each) for each in render(entry.reply, argv=entry.argv)]
            self.console_pane.output.changed(exchange)
            with world.moment(at):
                self.xray.before(entry.argv)
            self.xray.after(entry)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that mean nothing in this step are not shown."""
        if not self.is_mounted:
            return True
        if self.console_pane.executing and action in _NOT_WHILE_RUNNING:
            return False
        exercise = bool(self.player.step.checks)
        if action in ("hint", "solution"):
            return exercise
        if action == "previous_step":
            return self.player.index > 0
        return True
