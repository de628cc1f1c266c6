"""The rule above a panel, with its title and what can be chosen at its right end.

    ─ X-ray · user:1 ─────────────────── [structure]  bytes   text ─

The rule of the panel that has the focus is heavy.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.widget import Widget

from tutor.tui.glyphs import glyphs
from tutor.tui.paint import EMPTY, Piece, Row, fit, row, width_of
from tutor.tui.widgets.painted import Line


class PanelHead(Line):
    """``owner`` is the panel; ``joint`` the column at which a line from above ends in the rule."""

    def __init__(
        self,
        owner: Widget,
        title: Callable[[], Row],
        right: Callable[[], Row] | None = None,
        *,
        corner: bool = False,
        joint: Callable[[], int] | None = None,
    ) -> None:
        super().__init__()
        self._owner = owner
        self._title = title
        self._right = right
        self._corner = corner
        self._joint = joint

    def on_mount(self) -> None:
        """The rule shows where the focus is."""
        self.watch(self.screen, "focused", self._focus_moved, init=False)

    def _focus_moved(self) -> None:
        self.refresh()

    def compose_rows(self, width: int) -> Sequence[Row]:
        """One row."""
        focused = self._owner.has_focus_within
        sign = glyphs.heavy if focused else glyphs.rule
        role = "accent" if focused else "rule"
        lead = Piece(f"{glyphs.tee if self._corner else sign}{sign}", role)
        right = self._right() if self._right is not None else EMPTY
        title = self._title()
        if title:
            title = (*row(" "), *fit(title, max(width - 6, 4), glyphs.ellipsis), *row(" "))
        if width_of(title) + width_of(right) + 8 > width:
            right = EMPTY
        if right:
            right = (*row(" "), *right, *row(" "))
        fill = max(width - 3 - width_of(title) - width_of(right), 0)
        rule = sign * fill
        at = self._joint() - 2 - width_of(title) if self._joint is not None else -1
        if 0 <= at < fill:
            rule = rule[:at] + glyphs.joint + rule[at + 1 :]
        return [(lead, *title, Piece(rule, role), *right, Piece(sign, role))]
