"""After the last step: what was done, what to look at again, and where to go on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll

from tutor.course.player import Player
from tutor.i18n import _, ngettext
from tutor.tui.base import BaseModal
from tutor.tui.glyphs import glyphs
from tutor.tui.keys import letters
from tutor.tui.paint import EMPTY, Piece, Row, row, wrap
from tutor.tui.widgets.rows import Rows

if TYPE_CHECKING:
    from tutor.tui.application import TutorApp


class FinishedScreen(BaseModal[str]):
    """Dismissed with the id of the next lesson, ``home``, or None to stay."""

    CSS_PATH = "window.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "go_on", show=False),
        Binding("h", "leave", show=False),
        Binding(letters("c"), "sheet", show=False),
    ]

    def __init__(self, player: Player) -> None:
        super().__init__()
        self.player = player

    def compose(self) -> ComposeResult:
        """One text."""
        with VerticalScroll(classes="window"):
            yield Rows(self._rows)

    def _next(self) -> tuple[str, str] | None:
        lines = cast("TutorApp", self.app).outline.lines()
        at = next(i for i, line in enumerate(lines) if line.id == self.player.lesson.id)
        later = [line for line in (*lines[at + 1 :], *lines[:at]) if not line.finished]
        return (later[0].id, later[0].title) if later else None

    def _rows(self, width: int) -> Sequence[Row]:
        marks = self.player.marks()
        open_steps = [mark for mark in marks if not mark.done]
        title = self.player.lesson_title()
        head = _("Finished: {title}") if not open_steps else _("The end of {title}")
        rows = wrap(row((head.format(title=title), "title")), width)
        rows.append(EMPTY)
        for mark in marks:
            sign, role = (glyphs.ok, "ok") if mark.done else (glyphs.todo, "dim")
            note = "  " + _("with the solution") if mark.assisted else ""
            rows += wrap(row((f"{sign} ", role), mark.title, (note, "muted")), width, "  ")
        if open_steps:
            text = ngettext(
                "{n} step is still open; F7 goes back to it.",
                "{n} steps are still open; F7 goes back to them.",
                len(open_steps),
            ).format(n=len(open_steps))
            rows += [EMPTY, *wrap(row((text, "warning")), width)]
        rows += [EMPTY, *self._ways(width)]
        return rows

    def _ways(self, width: int) -> list[Row]:
        following = self._next()
        if following is None:
            text = _("That was the last one. The sandbox is yours.")
            rows = wrap(row((text, "ok")), width)
        else:
            text = _("next lesson: {title}").format(title=following[1])
            rows = wrap(_way("Enter", text, "screen.go_on"), width)
        rows += wrap(_way("C", _("cheat sheet from your own commands"), "screen.sheet"), width)
        rows += wrap(_way("H", _("list of lessons"), "screen.leave"), width)
        rows += wrap(_way("Esc", _("stay here"), "screen.close"), width)
        return rows

    def action_go_on(self) -> None:
        """To the next lesson."""
        following = self._next()
        self.dismiss(following[0] if following else "home")

    def action_sheet(self) -> None:
        """The learner's own commands of this lesson, what each does, and what went wrong."""
        cast("TutorApp", self.app).show_sheet(self.player.lesson.id)

    def action_leave(self) -> None:
        """To the list of lessons."""
        self.dismiss("home")


def _way(key: str, text: str, action: str) -> Row:
    return row(Piece(f"{key:>5}", "hotkey", action), Piece(f"  {text}", "", action))
