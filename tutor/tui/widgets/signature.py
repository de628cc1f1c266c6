"""The syntax of the command at hand, its next argument between brackets and underlined."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tutor.tui.glyphs import ACTIVE, glyphs
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

    def tell(self, signature: Signature | None) -> None:
        """Show a signature, or nothing."""
        if signature != self._shown:
            self._shown = signature
            self.refresh()

    def compose_rows(self, width: int) -> Sequence[Row]:
        """Syntax above, words below; with one row only the syntax."""
        said = self._shown
        if said is None:
            return []
        pieces: list[tuple[str, str]] = [(f"{said.command} ", "muted")]
        for word in said.words:
            text = word.text
            if word.state == "active" and text.strip():
                text = text.replace(text.strip(), ACTIVE.format(text.strip()))
            pieces.append((text, _ROLES[word.state]))
        syntax = _around_active(row(*pieces), width)
        about = spread(
            row((said.summary, "muted")), row((said.complexity, "dim")), width, glyphs.ellipsis
        )
        return [syntax, about]


def _around_active(syntax: Row, width: int) -> Row:
    """A syntax too long for the line loses words at its left until the active one is visible."""
    at = next((index for index, piece in enumerate(syntax) if piece.role == "active"), 0)
    start = 1
    while start < at and width_of(syntax[: at + 1]) - width_of(syntax[1:start]) + 2 > width:
        start += 1
    shown = syntax
    if start > 1:
        shown = (syntax[0], *row((glyphs.ellipsis, "dim")), *syntax[start:])
    return fit(shown, width, glyphs.ellipsis)
