"""The head of every screen: where one is at the left, the state of the world at the right."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tutor.tui.glyphs import glyphs
from tutor.tui.paint import Piece, Row, row, spread, width_of
from tutor.tui.widgets.painted import Line


class TopBar(Line):
    """``where`` and ``state`` are asked for their rows whenever the bar is drawn.

    ``state`` gives groups; those at the left give way where there is no room.
    """

    DEFAULT_CSS = "TopBar { dock: top; padding: 0 1; }"

    def __init__(
        self, where: Callable[[], Row], state: Callable[[], list[Row]], *, id: str | None = None
    ) -> None:
        super().__init__(id=id)
        self._where, self._state = where, state

    def compose_rows(self, width: int) -> Sequence[Row]:
        """One row, spread over the whole width."""
        left, groups = self._where(), self._state()
        room = width - width_of(left) - 2
        while len(groups) > 1 and sum(width_of(group) + 2 for group in groups) > room:
            groups.pop(0)
        right = tuple(piece for group in groups for piece in (Piece("  "), *group))
        return [spread(left, right[1:], width, glyphs.ellipsis)]


def progress_row(done: int, total: int, cells: int = 0) -> Row:
    """``■■■□□□□ 3/7``; with ``cells`` scaled to that many signs."""
    count = cells or total
    full = done if not cells else (done * cells // total if total else 0)
    return row(
        (glyphs.full * full, "accent"),
        (glyphs.empty * (count - full), "dim"),
        (f" {done}/{total}", "muted"),
    )
