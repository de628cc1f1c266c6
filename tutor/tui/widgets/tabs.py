"""On a narrow terminal: which of the panels that share a place is seen; a click chooses."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tutor.tui.glyphs import glyphs
from tutor.tui.paint import Piece, Row, fit, row
from tutor.tui.widgets.painted import Line


class PanelTabs(Line):
    """Rows of (panel, its title); the one that is seen stands between brackets."""

    DEFAULT_CSS = "PanelTabs { padding: 0 1; }"

    def __init__(self, tabs: Callable[[], list[tuple[str, Row]]]) -> None:
        super().__init__()
        self._tabs = tabs

    def compose_rows(self, width: int) -> Sequence[Row]:
        """One row."""
        seen = "xray" if self.screen.has_class("-xray") else "side"
        pieces: list[Piece] = []
        for name, title in self._tabs():
            action = f"screen.panel('{name}')"
            left, right = ("[", "]") if name == seen else (" ", " ")
            role = "title" if name == seen else "muted"
            pieces.append(Piece(left, "accent", action))
            pieces += [piece._replace(role=piece.role or role, action=action) for piece in title]
            pieces.append(Piece(right, "accent", action))
            pieces.append(Piece("  "))
        pieces += row(("F6", "hotkey"))
        return [fit(tuple(pieces), width, glyphs.ellipsis)]
