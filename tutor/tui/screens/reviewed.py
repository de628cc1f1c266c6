"""After a review: how each concept went, and when it comes back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll

from tutor.course.review import Asked, Review, due_now
from tutor.course.spacing import Grade
from tutor.course.summary import span_text, step_title
from tutor.i18n import _, language, ngettext, pgettext
from tutor.tui.base import BaseModal
from tutor.tui.glyphs import glyphs
from tutor.tui.paint import EMPTY, Row, row, wrap
from tutor.tui.screens.document import way
from tutor.tui.widgets.rows import Rows

if TYPE_CHECKING:
    from tutor.tui.application import TutorApp

_SIGNS: dict[Grade | None, tuple[str, str, Callable[[], str]]] = {
    "good": (glyphs.ok, "ok", lambda: pgettext("review", "right")),
    "hard": (glyphs.ok, "changed", lambda: pgettext("review", "right after hints")),
    "again": (glyphs.fail, "fail", lambda: pgettext("review", "wrong")),
    None: (glyphs.todo, "dim", lambda: pgettext("review", "passed over")),
}


class ReviewedScreen(BaseModal[str]):
    """Dismissed with ``more`` to review what else is due, else to the list of lessons."""

    CSS_PATH = "window.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "go_on", show=False)]
    AUTO_FOCUS = ".window"

    def __init__(self, review: Review) -> None:
        super().__init__()
        self.review = review

    def compose(self) -> ComposeResult:
        """One text."""
        with VerticalScroll(classes="window"):
            yield Rows(self._rows)

    def _left(self) -> int:
        app = cast("TutorApp", self.app)
        return len(due_now(app.outline.course, app.progress, self.review.now_ms))

    def _rows(self, width: int) -> Sequence[Row]:
        rows = [row((_("The review is over"), "title")), EMPTY]
        for asked in self.review.asked:
            rows += self._asked_rows(asked, width)
        left = self._left()
        if left:
            text = ngettext("{n} concept is still due.", "{n} concepts are still due.", left)
            rows += [EMPTY, *wrap(row((text.format(n=left), "warning")), width)]
        word = _("go on with them") if left else _("list of lessons")
        return [*rows, EMPTY, way("Enter", word, "screen.go_on"), *self._away(left)]

    def _away(self, left: int) -> list[Row]:
        return [way("Esc", _("list of lessons"), "screen.close")] if left else []

    def _asked_rows(self, asked: Asked, width: int) -> list[Row]:
        sign, role, word = _SIGNS[asked.grade]
        item = asked.due.item
        name = self.review.course.concept_name(asked.due.concept.id, language())
        rows = wrap(row((f"{sign} ", role), (name, "strong"), f" {glyphs.dash} {word()}"), width)
        title = f"{item.lesson.title(language())}: {step_title(item.lesson, item.step)}"
        again = ""
        if asked.grade is not None:
            when = span_text(max(asked.next_ms - self.review.now_ms, 0))
            again = "; " + _("comes back {when}").format(when=when)
        return rows + wrap(row("  ", (title + again, "muted")), width, "  ")

    def action_go_on(self) -> None:
        """What else is due, or the list of lessons."""
        self.dismiss("more" if self._left() else None)
