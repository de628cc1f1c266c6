"""The moments of a world as a line: where we stand, and any other one click or drag away.

    ◄ ├─────────●·············┤ ►  12 of 40 · LPUSH q job:1 · the past, 28 commands ahead; …

It is there once something has been done. Dragging goes to each moment on the way; what that costs
follows from what the commands in between have changed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual import events
from textual.message import Message

from tutor.console.travel import command_text, past_text
from tutor.engine.world import World
from tutor.i18n import _
from tutor.tui.glyphs import glyphs
from tutor.tui.paint import Piece, Row, fit, width_of
from tutor.tui.widgets.painted import Line

LEAST_BAR = 12
MOST_BAR = 60


class Scrubber(Line):
    """``world`` gives the world as it is now."""

    DEFAULT_CSS = """
    Scrubber { display: none; padding: 0 1; }
    Scrubber.-shown { display: block; }
    """

    class Moved(Message):
        """Another moment was chosen: the one after ``index`` commands."""

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    def __init__(self, world: Callable[[], World], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._world = world
        self._done = self._ahead = self._first = 0
        self._last = ""
        self._wanted: int | None = None

    def look(self) -> None:
        """See where the world stands; it is our turn with it."""
        world = self._world()
        self._done, self._ahead = len(world.history), len(world.timeline.ahead)
        self._first = world.earliest
        self._last = command_text(world.last) if world.last is not None else ""
        self._wanted = None
        self.set_class(world.can_undo or world.can_redo, "-shown")
        self.refresh()

    def stay(self) -> None:
        """We do not go there after all: let the handle go."""
        self._wanted = None
        self.release_mouse()

    # drawing

    @property
    def past(self) -> bool:
        """Whether commands lie ahead of us."""
        return self._ahead > 0

    def _bar_width(self, width: int) -> int:
        """Cells of the line between its ends: a third of the row, and no more than needed."""
        return max(LEAST_BAR, min(width // 3 - 6, MOST_BAR))

    def compose_rows(self, width: int) -> Sequence[Row]:
        """One row."""
        bar = self._bar_width(width)
        at = self._cell(self._done, bar)
        can_back, can_forth = self._done > self._first, self._ahead > 0
        pieces: list[Piece] = [
            Piece(f"{glyphs.left} ", "hotkey" if can_back else "dim"),
            Piece(glyphs.bar_start + glyphs.rule * at, "muted"),
            Piece(glyphs.handle, "warning" if self.past else "accent"),
            Piece(glyphs.ahead * (bar - 1 - at) + glyphs.bar_end, "muted"),
            Piece(f" {glyphs.right}", "hotkey" if can_forth else "dim"),
        ]
        room = width - width_of(pieces)
        texts = self._texts()
        said = next((text for text in texts if width_of(text) <= room), texts[-1])
        return [fit((*pieces, *said), width, glyphs.ellipsis)]

    def _texts(self) -> list[Row]:
        """What stands beside the line, the longest first: which moment it is, the command before
        it, and that it lies in the past."""
        total = self._done + self._ahead
        place = Piece("  " + _("{n} of {total}").format(n=self._done, total=total), "text")
        last = Piece(f" {glyphs.dot} " + (self._last or _("the beginning")), "muted")
        if not self.past:
            return [(place, last)]
        long = Piece(f" {glyphs.dot} {past_text(self._ahead)}", "warning")
        short = Piece(f" {glyphs.dot} " + _("the past"), "warning")
        return [(place, last, long), (place, long), (place, last, short), (place, short)]

    def _cell(self, index: int, bar: int) -> int:
        """The cell of the line at which a moment lies."""
        span = self._done + self._ahead - self._first
        return round((index - self._first) * (bar - 1) / span) if span else bar - 1

    # pointing

    def _at(self, x: int) -> int:
        """The moment at a column of the line."""
        bar = self._bar_width(self.content_size.width)
        span = self._done + self._ahead - self._first
        share = min(max(x - 3, 0), bar - 1) / (bar - 1)
        return self._first + round(share * span)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """An arrow goes one command back or forth, the line to any moment."""
        event.stop()
        x = event.x - self.styles.padding.left
        bar = self._bar_width(self.content_size.width)
        if x < 2:
            self._go(self._done - 1)
        elif 2 <= x <= bar + 3:
            self.capture_mouse()
            self._go(self._at(x))
        elif x <= bar + 5:
            self._go(self._done + 1)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """The handle follows the pointer."""
        if self.app.mouse_captured is self:
            self._go(self._at(event.x - self.styles.padding.left))

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """Let go."""
        self.release_mouse()

    def _go(self, index: int) -> None:
        present = self._done if self._wanted is None else self._wanted
        if index != present and self._first <= index <= self._done + self._ahead:
            self._wanted = index
            self.post_message(self.Moved(index))
