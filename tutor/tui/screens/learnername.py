"""A window that asks for the name of one more learner."""

from __future__ import annotations

from collections.abc import Callable

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input

from tutor.course.classroom.roster import LONGEST_NAME, Learner, RosterError
from tutor.i18n import _
from tutor.tui.base import BaseModal
from tutor.tui.glyphs import glyphs
from tutor.tui.paint import EMPTY, Row, row, wrap
from tutor.tui.screens.document import way
from tutor.tui.widgets.rows import Rows


class LearnerNameScreen(BaseModal[Learner]):
    """``add`` takes the name or raises `RosterError`, which is shown; dismissed with whom it
    returns."""

    CSS_PATH = "window.tcss"
    DEFAULT_CSS = """
    LearnerNameScreen Input, LearnerNameScreen Input:focus {
        border: none; height: 1; margin: 1 0; padding: 0 1;
    }
    """
    AUTO_FOCUS = "Input"

    def __init__(self, add: Callable[[str], Learner]) -> None:
        super().__init__()
        self._add = add
        self._problem = ""
        self._below = Rows(self._ways)

    def compose(self) -> ComposeResult:
        """Question, line, ways on."""
        with Vertical(classes="window"):
            yield Rows(self._question)
            yield Input(max_length=LONGEST_NAME)
            yield self._below

    def _question(self, width: int) -> list[Row]:
        return wrap(row((_("The name of one more learner:"), "label")), width)

    def _ways(self, width: int) -> list[Row]:
        said = row((f"{glyphs.warning} {self._problem}", "warning")) if self._problem else EMPTY
        problem = [*wrap(said, width), EMPTY] if said else []
        return [
            *problem,
            way("Enter", _("let him in"), "screen.enter"),
            way("Esc", _("close"), "screen.close"),
        ]

    @on(Input.Submitted)
    def action_enter(self) -> None:
        """Take the name, or say why not."""
        try:
            self.dismiss(self._add(self.query_one(Input).value))
        except RosterError as error:
            self._problem = str(error)
            self._below.renew()
