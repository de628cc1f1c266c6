"""The sandbox's browser of keys. Only those that are visible are looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip

from tutor.diagrams.payload import printable
from tutor.engine.database import Database
from tutor.engine.inspect import Inspection, inspect
from tutor.engine.structures.window import Window
from tutor.engine.world import World
from tutor.i18n import _, pgettext
from tutor.tui.glyphs import glyphs
from tutor.tui.paint import Piece, Row, fit, row, width_of
from tutor.tui.widgets.painted import Canvas

MOST = 1000
"""Keys that are listed; SCAN and KEYS find the others."""

NAME = 200
"""Bytes of a key's name that are looked at."""

_COLUMNS = (6, 9, 6, 7)


class KeyList(Canvas, can_focus=True):
    """Arrows choose a key, Enter or a click shows it in the X-ray."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", show=False),
        Binding("down", "move(1)", show=False),
        Binding("pageup", "move(-10)", show=False),
        Binding("pagedown", "move(10)", show=False),
        Binding("enter", "choose", show=False),
    ]

    class Chosen(Message):
        """A key was chosen."""

        def __init__(self, db: int, key: bytes) -> None:
            super().__init__()
            self.db, self.key = db, key

    def __init__(self, world: Callable[[], World], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._world = world
        self.keys: list[bytes] = []
        self.more = 0
        self.index = 0
        self.shown: bytes | None = None
        """The key in the X-ray; it carries a mark."""
        self._seen: dict[bytes, Inspection | None] = {}
        self._blind = False

    @property
    def db(self) -> int:
        """The database the session is in."""
        return self._world().session.db.index

    def look(self) -> None:
        """Read the names again, and what is visible; nothing changes if others have the engine."""
        with self._world().lock.glance() as mine:
            self._blind = not mine
            if mine:
                self._read()

    def _read(self) -> None:
        database = self._world().engine.databases[self.db]
        self.keys = sorted(islice(_live(database), MOST))
        self.more = max(len(database) - MOST, 0)
        top = max(self.scroll_offset.y - 1, 0)
        visible = self.keys[top : top + self.size.height]
        self._seen = {key: self._inspect(key) for key in visible}
        self.index = min(self.index, max(len(self.keys) - 1, 0))
        height = len(self.keys) + 1 + bool(self.more)
        self.virtual_size = Size(self.size.width - self.scrollbar_size_vertical, height)
        self.refresh()

    def _inspect(self, key: bytes) -> Inspection | None:
        return inspect(self._world().engine, self.db, key, Window(0, 0))

    def _known(self, key: bytes) -> Inspection | None:
        """A key that has scrolled into view is looked at only now."""
        if key not in self._seen and not self._blind:
            with self._world().lock.glance() as mine:
                self._blind = not mine
                if mine:
                    self._seen[key] = self._inspect(key)
        return self._seen.get(key)

    retranslate = look

    def on_resize(self) -> None:
        """The columns depend on the width."""
        self.look()

    def render_line(self, y: int) -> Strip:
        """The head, or a key that is looked up only now."""
        width = self.size.width
        at = self.scroll_offset.y + y - 1
        return self.paint(self._row(at, width)).adjust_cell_length(width, self.base)

    def _row(self, at: int, width: int) -> Row:
        if at == -1:
            if not self.keys:
                return row((_("No keys yet."), "muted"))
            names = [
                pgettext("column", "type"),
                pgettext("column", "encoding"),
                pgettext("column", "bytes"),
                "TTL",
            ]
            head = (pgettext("column", "key"), "dim")
            return self._columns(head, [(name, "dim") for name in names], width)
        if at < len(self.keys):
            return self._key_row(at, width)
        if at == len(self.keys) and self.more:
            return row((_("… and {n} more: SCAN finds them").format(n=self.more), "muted"))
        return ()

    def _key_row(self, at: int, width: int) -> Row:
        key = self.keys[at]
        seen = self._known(key)
        name = printable(key, NAME)
        chosen = at == self.index and self.has_focus
        mark = glyphs.right if key == self.shown else " "
        role = "chosen" if chosen else "key"
        if seen is None:
            return row((f"{mark} {name}", "muted"))
        ttl = glyphs.dash if seen.ttl_ms is None else _("{n} s").format(n=-(-seen.ttl_ms // 1000))
        rest = [(seen.type, ""), (seen.encoding, "header"), (str(seen.memory), ""), (ttl, "muted")]
        return self._columns((f"{mark} {name}", role), rest, width)

    def _columns(self, name: tuple[str, str], rest: list[tuple[str, str]], width: int) -> Row:
        """As many columns as there is room for; the name keeps at least 12 cells."""
        sizes = list(_COLUMNS)
        while sizes and width - sum(sizes) - len(sizes) < 14:
            sizes.pop()
        room = width - sum(sizes) - len(sizes)
        first = fit(row(name), room, glyphs.ellipsis)
        cells = [*first, Piece(" " * (room - width_of(first)), name[1])]
        for at, ((text, role), size) in enumerate(zip(rest, sizes, strict=False)):
            gap = " " * max(size - cell_len(text), 0)
            right = at > 1
            cells += [Piece(" "), Piece(gap + text if right else text + gap, role)]
        return row(*cells)

    def action_move(self, by: int) -> None:
        """Choose another key and show it."""
        if self.keys:
            self.index = max(0, min(self.index + by, len(self.keys) - 1))
            self._reveal()
            self.post_message(self.Chosen(self.db, self.keys[self.index]))
            self.refresh()

    def action_choose(self) -> None:
        """Show the chosen key."""
        if self.keys:
            self.post_message(self.Chosen(self.db, self.keys[self.index]))

    def _reveal(self) -> None:
        top, height = self.scroll_offset.y, self.size.height
        y = self.index + 1
        if not top < y < top + height:
            self.scroll_to(y=max(y - height // 2, 0), animate=False)

    def on_click(self, event: events.Click) -> None:
        """A click chooses."""
        at = self.scroll_offset.y + event.y - 1
        if 0 <= at < len(self.keys):
            self.index = at
            self.action_choose()
            self.refresh()

    def on_focus(self) -> None:
        """The bar appears."""
        self.refresh()

    def on_blur(self) -> None:
        """The bar goes."""
        self.refresh()


def _live(database: Database) -> Iterator[bytes]:
    """Keys that are not logically expired, the oldest first: bucket order, which a server gives
    them in, would have to be worked out for all keys."""
    now, expires = database.engine.now_ms, database.expires.data
    for key in database.keys.data:
        when = expires.get(key)
        if when is None or when >= now:
            yield key
