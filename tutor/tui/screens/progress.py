"""How far the learner is: every lesson, weak concepts with the step to repeat, and where to go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll

from tutor.console.learning import due_text, next_text, state_text, total_text
from tutor.course.summary import Summary, summarize
from tutor.i18n import _
from tutor.tui.base import BaseModal
from tutor.tui.glyphs import glyphs
from tutor.tui.keys import letters
from tutor.tui.paint import EMPTY, Row, fit, row, width_of, with_action, wrap
from tutor.tui.screens.document import way
from tutor.tui.widgets.rows import Rows
from tutor.tui.widgets.topbar import progress_row

if TYPE_CHECKING:
    from tutor.tui.application import TutorApp


class ProgressScreen(BaseModal[str]):
    """Dismissed with ``go``, ``review``, ``sheet``, or ``lesson/step`` to repeat that step."""

    CSS_PATH = "window.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose('go')", show=False),
        Binding(letters("r"), "choose('review')", show=False),
        Binding(letters("c"), "choose('sheet')", show=False),
    ]
    AUTO_FOCUS = ".window"

    def compose(self) -> ComposeResult:
        """One text."""
        with VerticalScroll(classes="window"):
            yield Rows(self._rows)

    def _summary(self) -> Summary:
        app = cast("TutorApp", self.app)
        return summarize(app.outline.course, app.progress, app.now_ms)

    def _rows(self, width: int) -> Sequence[Row]:
        summary = self._summary()
        rows = [row((_("Your progress"), "title"))]
        rows += [*wrap(row(total_text(summary)), width), EMPTY]
        for lesson in summary.lessons:
            head = row((f"{lesson.number:>2}  ", "muted"), lesson.title)
            tail = progress_row(lesson.done, lesson.steps, 8)
            head = fit(head, max(width - width_of(tail) - 2, 8), glyphs.ellipsis)
            gap = " " * max(width - width_of(head) - width_of(tail), 1)
            rows.append((*head, *row(gap), *tail))
            state = state_text(lesson)
            if state:
                rows += wrap(row("    ", (state, "muted")), width, "    ")
        if summary.weak:
            rows += [EMPTY, row((_("Weak concepts, and the step to repeat"), "label"))]
        for weak in summary.weak:
            names = row((f"{glyphs.warning} ", "warning"), (", ".join(weak.names), "strong"))
            rows += wrap((*names, *row((f" {glyphs.dash} {weak.why}", "muted"))), width, "  ")
            step = row(f"  {glyphs.arrow} ", (f"{weak.lesson_title}: {weak.step_title}", "link"))
            rows += wrap(with_action(step, f"screen.choose({weak.item.id!r})"), width, "    ")
        rows += [EMPTY, *self._ways(summary, width)]
        return rows

    def _ways(self, summary: Summary, width: int) -> list[Row]:
        rows = [*wrap(row(due_text(summary)), width), *wrap(row(next_text(summary)), width), EMPTY]
        if summary.next_step is not None:
            rows.append(way("Enter", _("go on there"), "screen.choose('go')"))
        if summary.due:
            rows.append(way("R", _("review what is due"), "screen.choose('review')"))
        if summary.done:
            rows.append(way("C", _("cheat sheet from your own commands"), "screen.choose('sheet')"))
        rows.append(way("Esc", _("close"), "screen.close"))
        return rows

    def action_choose(self, where: str) -> None:
        """Close it and go there."""
        summary = self._summary()
        possible = {
            "go": summary.next_step is not None,
            "review": summary.due > 0,
            "sheet": summary.done > 0,
        }
        if possible.get(where, True):
            self.dismiss(where)
