"""What the two screens of a lesson have in common: moving, hints, solution, the head.

    a step in a world ─▶ LessonScreen: X-ray and console
    a step in a lab   ─▶ LabLesson: the lab and a prompt on its nodes

The `Player` holds the learner's place; a step of the other kind is shown by the other screen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual.binding import BindingType

from tutor.course.exam import minutes_left
from tutor.course.player import Player
from tutor.course.views import DemoTurn, Feedback
from tutor.i18n import _, language
from tutor.tui.base import BaseScreen
from tutor.tui.glyphs import glyphs
from tutor.tui.keys import bindings
from tutor.tui.paint import EMPTY, Piece, Row, row
from tutor.tui.widgets.console import ConsolePane
from tutor.tui.widgets.story import Story
from tutor.tui.widgets.topbar import progress_row

if TYPE_CHECKING:
    from tutor.course.review import Review
    from tutor.tui.application import TutorApp

NOT_WHILE_RUNNING = frozenset(
    ["hint", "solution", "reset", "next_step", "previous_step", "answer", "undo", "redo", "travel"]
)
"""A command of the step still runs: the step stays as it is until then."""


class LessonPlay(BaseScreen[None]):
    """A part of a screen, the last of its bases; what raises here the others do."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(
        "hint", "solution", "reset", "previous", "next"
    )
    player: Player
    story: Story
    console_pane: ConsolePane
    review: Review | None = None
    """The session whose question this is; None in a lesson."""

    def shows_step(self) -> bool:
        """Whether the player's present step is of the kind that this screen shows."""
        return self.player.step.lab is None

    def show_panel(self, name: str) -> None:
        """On a narrow terminal: which panel is seen."""
        raise NotImplementedError

    def turned(self) -> None:
        """Another step, or the same from its beginning: show it."""
        raise NotImplementedError

    def answered(self) -> None:
        """A question was answered: show what that led to."""
        raise NotImplementedError

    def action_paste(self, command: str) -> None:
        """Put a command into the prompt; it is not run."""
        raise NotImplementedError

    def played(self, turn: DemoTurn) -> None:
        """A demo went on: show the lines that it typed and what came of them."""
        raise NotImplementedError

    def turn(self) -> None:
        """The player is at another step: show it, here or on the screen of its kind."""
        if self.shows_step():
            self.turned()
        else:
            cast("TutorApp", self.app).show_step(self.player)

    def where(self) -> Row:
        """The left end of the top bar: the lesson and how far it is."""
        if self.review is not None:
            return self._where_in_review(self.review)
        outline = cast("TutorApp", self.app).outline
        numbers = {line.id: line.number for line in outline.lines()}
        number = numbers.get(self.player.lesson.id, 0)
        total = len(self.player.lesson.steps)
        title = f"{number} {glyphs.dot} {self.player.lesson_title()}"
        wide = self.size.width >= 100
        name = row(("redis-tutor", "muted"), "   ") if wide else EMPTY
        progress = progress_row(self.player.index + 1, total, 0 if wide else 5)
        return row(*name, (title, "title"), "   ", *progress)

    def _where_in_review(self, review: Review) -> Row:
        due = review.present
        name = "" if due is None else review.course.concept_name(due.concept.id, language())
        progress = progress_row(review.number, len(review.queue), 5)
        return row((_("Review"), "title"), f" {glyphs.dot} ", (name, "strong"), "   ", *progress)

    def exam_state(self) -> list[Row]:
        """For the top bar: how much time an exam has left."""
        exam = self.player.exam
        if exam is None or exam.passed:
            return []
        if exam.over:
            return [row((_("time is over"), "warning"))]
        return [row((minutes_left(exam.left_ms), "strong"))]

    def lesson_tab(self) -> Row:
        """On a narrow terminal: the word on the lesson's tab, with the number of green checks."""
        checks = self.player.checks()
        done = sum(check.ok for check in checks)
        count = f" {glyphs.ok}{done}/{len(checks)}" if checks else ""
        return row(_("Lesson"), Piece(count, "ok" if done == len(checks) else "muted"))

    def tell(self, said: Feedback | None) -> None:
        """Something was done and judged: bring what is said about it into view."""
        self.story.quiet = said is not None and said.quiet
        self.story.look()
        if self.player.passed:
            self.story.reveal("recap")
        elif said is not None and not said.quiet:
            self.story.reveal("feedback")

    # actions

    def action_go_on(self) -> None:
        """Enter where there is nothing to enter goes on if the step is done."""
        if self.player.may_go_on:
            self.action_next_step()

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
        self.turned()
        self.story.solution = solution
        text = _("The step is as it was at its beginning.")
        self.console_pane.output.say(lambda: row((_(text), "muted")))

    def action_next_step(self) -> None:
        """On; a demo to its next pause. After the last step a look back at the lesson."""
        self.console_pane.cancel()
        shown = self.player.play_on()
        if shown is not None:
            self.played(shown)
            self.story.look()
            self.story.reveal("demo")
        elif self.player.exam is not None and self.player.commands:
            cast("TutorApp", self.app).show_report(self.player, self._after_report)
        else:
            self._next_step()

    def _after_report(self, on: bool | None) -> None:
        if on:
            self._next_step()

    def _next_step(self) -> None:
        if self.review is not None:
            self.review.close(self.player)
            cast("TutorApp", self.app).ask(self.review)
        elif self.player.next():
            self.turn()
        else:
            from tutor.tui.screens.finished import FinishedScreen

            self.app.push_screen(FinishedScreen(self.player), self.after_finish)

    def action_previous_step(self) -> None:
        """Back."""
        self.console_pane.cancel()
        if self.player.previous():
            self.turn()

    def action_answer(self, number: int) -> None:
        """Answer the step's question with its option ``number``, counted from 1."""
        question = self.player.question()
        if question is None or not 1 <= number <= len(question.options):
            return
        if question.answered:
            return
        self.player.answer(question.options[number - 1].id)
        self.answered()
        self.story.reveal("question")
        self.console_pane.prompt.focus()

    def after_finish(self, choice: str | None) -> None:
        """The look back was closed."""
        app = cast("TutorApp", self.app)
        if choice == "home":
            app.open_home()
        elif choice:
            app.open_lesson(choice)

    def on_unmount(self) -> None:
        """A review that is left in the middle of a question: what was tried counts."""
        if self.review is not None:
            self.review.close(self.player)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that mean nothing in this step are not shown."""
        if not self.is_mounted:
            return True
        if self.console_pane.executing and action in NOT_WHILE_RUNNING:
            return False
        if action in ("hint", "solution"):
            return bool(self.player.step.solution)
        if action == "previous_step":
            return self.player.index > 0
        return True
