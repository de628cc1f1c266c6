"""The syntax of the command at hand, the argument under the cursor between brackets and underlined."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tutor.tui.glyphs import glyphs
from tutor.tui.paint import Row, fit, row, spread, width_of
from tutor.tui.widgets.painted import Line

if TYPE_CHECKING:
    from tutor.console.signature import Signature

_ROLES = {"done": "dim", "remaining": "muted", "active": "active"}


class SignatureLine(Line):
    """One or two rows beneath the prompt: syntax, then summary and complexity."""

    DEFAULT_CSS = "SignatureLine { height: 2; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._shown: Signature | None = None
        self.problem = ""

    def tell(self, signature: Signature | None, problem: str = "") -> None:
        """Show a signature, and why the line cannot be right (``problem``), if it cannot."""
        if (signature, problem) != (self._shown, self.problem):
            self._shown, self.problem = signature, problem
            self.refresh()

    def compose_rows(self, width: int) -> Sequence[Row]:
        """Syntax above, words below; with one row only the syntax."""
        said = self._shown
        if said is None:
            return [row((self.problem, "warning"))]
        pieces: list[tuple[str, str]] = [(said.command, "muted")]
        for word in said.words:
            text = f"‹{word.text}›" if word.state == "active" and not glyphs.ascii else word.text
            if word.state == "active" and glyphs.ascii:
                text = f">{word.text}<"
            pieces += [(" ", ""), (text, _ROLES[word.state])]
        syntax = _around_active(row(*pieces), width)
        if self.problem:
            return [syntax, fit(row((self.problem, "warning")), width, glyphs.ellipsis)]
        about = spread(
            row((said.summary, "muted")), row((said.complexity, "dim")), width, glyphs.ellipsis
        )
        return [syntax, about]


def _around_active(syntax: Row, width: int) -> Row:
    """A syntax too long for the line loses words at its left until the active one is visible."""
    at = next((index for index, piece in enumerate(syntax) if piece.role == "active"), 0)
    start = 1
    while start < at and width_of(syntax[: at + 1]) - width_of(syntax[1:start]) + 2 > width:
        start += 2
    shown = syntax if start == 1 else (syntax[0], *row((f" {glyphs.ellipsis}", "dim")), *syntax[start:])
    return fit(shown, width, glyphs.ellipsis)
