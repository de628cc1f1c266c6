"""The RDB file of the whole server, of any length: drawn is what is looked at.

A key that the last command changed is brought into sight.
"""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import ClassVar

from textual.binding import Binding, BindingType

from tutor.console.whole_server import WholeServer
from tutor.diagrams.canvas import Drawing
from tutor.diagrams.server import draw_server
from tutor.diagrams.server.rdb_file import FileFigures, heading, unit_lines
from tutor.i18n import language
from tutor.persistence.dissect.server_file import ServerFile
from tutor.tui.paint import EMPTY, Row, row
from tutor.tui.sheet import Part, Sheet, Source
from tutor.tui.widgets.scroller import Scroller

PITCH = 8
"""Fields and keys that are drawn at a time."""

AGAIN_S = 0.05


class FileRoll(Scroller, can_focus=True):
    """``server`` is asked whenever it looks; it is our turn with the engine then. ``turn`` gives
    that turn to a function, or False."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "view(-1)", show=False),
        Binding("right", "view(1)", show=False),
        Binding("home", "scroll_home", show=False),
        Binding("end", "scroll_end", show=False),
    ]

    def __init__(
        self,
        server: Callable[[], WholeServer],
        turn: Callable[[Callable[[], None]], bool],
        next_view: Callable[[int], None],
        *,
        id: str,
    ) -> None:
        super().__init__(self._scrolled, id=id)
        self._server, self._turn, self._next_view = server, turn, next_view
        self._sheet = Sheet(PITCH)
        self._file: ServerFile | None = None
        self._made: dict[int, tuple[object, Part]] = {}
        self._brought: object = None

    def action_view(self, by: int) -> None:
        """The view beside this one."""
        self._next_view(by)

    def count(self, seconds: float) -> None:
        """Go on counting bytes for about so long."""
        file = self._server().file()
        until = perf_counter() + seconds
        while file.go_on() and perf_counter() < until:
            pass

    @property
    def counted(self) -> bool:
        """Whether all offsets are known."""
        return self._file is not None and self._file.counted

    def look(self) -> None:
        """Draw what is visible; a key that was changed since the last look is brought into sight.
        It is our turn."""
        if self.room <= 0 or self.size.height <= 0:
            return
        server = self._server()
        file = server.file()
        if file is not self._file:
            self._file = file
            self._made.clear()
        self._sheet.look(file.count, self.size.height, self._source())
        last = server.world.last
        if last is not self._brought:
            self._brought = last
            self._bring(server)
        self._show()

    def drawing(self) -> Drawing | None:
        """What is visible, with its text twin. It is our turn."""
        if self._file is None:
            return None
        first, last = self._sheet.items_seen
        changed = self._server().changed()
        return draw_server("file", FileFigures(self._file, first, last + 1, changed), self.room)

    def _bring(self, server: WholeServer) -> None:
        assert self._file is not None
        for db, key in server.changed():
            place = self._file.place(db, key)
            if place is not None:
                self._sheet.bring(place, self._source())
                return

    def _scrolled(self, top: int) -> None:
        """Somebody scrolls; if it is not our turn it is tried again soon."""

        def go() -> None:
            if self._file is not None:
                self._sheet.scroll(top, self._source())
                self._show()

        if not self._turn(go):
            self.set_timer(AGAIN_S, lambda: self._scrolled(round(self.scroll_y)))

    def _show(self) -> None:
        sheet = self._sheet
        self.show_part(tuple(sheet.rows), sheet.top, sheet.total)

    def _source(self) -> Source:
        file, width = self._file, self.room
        assert file is not None
        changed = self._server().changed()
        above: tuple[Row, ...] = (row(*heading(file)), EMPTY)

        def draw(number: int) -> Part:
            known = (file.counted_bytes, width, language(), changed)
            made = self._made.get(number)
            if made is None or made[0] != known:
                figures = FileFigures(file, number * PITCH, (number + 1) * PITCH, changed)
                rows = tuple(row(*line) for line in unit_lines(figures, width))
                made = self._made[number] = (known, Part(above, rows, ()))
            return made[1]

        seen = self._sheet.seen
        for number in [one for one in self._made if not seen[0] - 4 <= one <= seen[-1] + 4]:
            del self._made[number]
        return draw
