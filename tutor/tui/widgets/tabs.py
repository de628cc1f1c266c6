"""On a narrow terminal: which of the panels that share a place is seen; a click chooses.

It stands where the heads of those panels stand on a wide one, and looks like them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.widget import Widget

from tutor.tui.glyphs import glyphs
from tutor.tui.paint import Piece, Row, fit, row, width_of, with_action
from tutor.tui.widgets.painted import Line


class PanelTabs(Line):
    """``tabs`` gives (panel, its title); the one that is ``seen`` stands between brackets."""

    def __init__(
        self,
        owner: Widget,
        tabs: Callable[[], list[tuple[str, Row]]],
        right: Callable[[], Row],
        seen: Callable[[], str],
    ) -> None:
        super().__init__()
        self._owner = owner
        self._tabs = tabs
        self._right = right
        self._seen = seen

    def on_mount(self) -> None:
        """The rule shows where the focus is."""
        self.watch(self.screen, "focused", self._focus_moved, init=False)

    def _focus_moved(self) -> None:
        self.refresh()

    def compose_rows(self, width: int) -> Sequence[Row]:
        """One row."""
        present = self._seen()
        focused = self._owner.has_focus_within
        sign = glyphs.heavy if focused else glyphs.rule
        rule = "accent" if focused else "rule"
        pieces: list[Piece] = [Piece(sign, rule)]
        for name, title in self._tabs():
            seen = name == present
            left, right = ("[", "]") if seen else (" ", " ")
            role = "title" if seen else "muted"
            named = [piece._replace(role=piece.role or role) for piece in title]
            whole = (Piece(left, "accent"), *named, Piece(right, "accent"))
            pieces += with_action(whole, f"screen.panel('{name}')")
            pieces.append(Piece(sign, rule))
        end = self._right() if present in ("xray", "server") else row(("F6", "hotkey"))
        if end:
            end = (*row(" "), *end, *row(" "))
        room = width - width_of(end) - 1
        start = fit(tuple(pieces), room, glyphs.ellipsis)
        fill = sign * (room - width_of(start))
        return [(*start, Piece(fill, rule), *end, Piece(sign, rule))]
