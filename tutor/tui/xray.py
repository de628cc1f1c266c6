"""Which key the X-ray shows, what changed in it, and its picture: everything but the widget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from tutor.diagrams import NOTHING, Changes, changes, conversion_line, draw
from tutor.engine.events import Conversion
from tutor.engine.inspect import Inspection, inspect
from tutor.engine.replies import ReplyError
from tutor.engine.structures.window import Window
from tutor.engine.table import keys_of
from tutor.engine.world import Entry, World
from tutor.i18n import _
from tutor.tui.glyphs import glyphs
from tutor.tui.paint import EMPTY, Piece, Row, plain, row, wrap

View = Literal["structure", "bytes", "text"]
VIEWS: tuple[View, ...] = ("structure", "bytes", "text")
WATCHED = 8
"""Keys of one command that are compared before and after."""

Place = tuple[int, bytes]
"""Database and key."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What a pane paints: a heading, the rows beneath, announcements, and the text twin."""

    heading: Row
    rows: tuple[Row, ...]
    news: tuple[str, ...]
    text: str


class Xray:
    """Follows the key that was touched last, unless one is pinned."""

    def __init__(self, window: int = 48) -> None:
        self.view: View = "structure"
        self.place: Place | None = None
        self.pinned = False
        self.start = 0
        self.window = window
        self._world: World | None = None
        self._seen: dict[Place, Inspection | None] = {}
        self._changed: Changes = NOTHING
        self._conversions: tuple[Conversion, ...] = ()

    # what happens in the world

    def watch(self, world: World, focus: bytes | None = None) -> None:
        """Look at another world; ``focus`` is the key to show first."""
        self._world = world
        self._seen.clear()
        self._forget_changes()
        if not self.pinned:
            self.place = None if focus is None else (0, focus)
            self.start = 0

    def before(self, argv: Sequence[bytes]) -> None:
        """A command is about to run: see its keys as they are, to tell what it changes."""
        world = self._world
        if world is None or not argv:
            return
        db = world.session.db.index
        try:
            command = world.engine.find(argv)
            keys = [argv[index] for index in keys_of(command.spec, argv)]
        except (ReplyError, ValueError):
            keys = []
        for place in {(db, key) for key in keys[:WATCHED]} | ({self.place} - {None}):
            assert place is not None
            self._seen[place] = self._inspect(place)

    def after(self, entry: Entry) -> None:
        """A command ran: follow it, find what it changed."""
        touched = [(db, key) for db, key, _event in entry.changed]
        touched += [(entry.db, key) for key in entry.keys if (entry.db, key) not in touched]
        if touched and not self.pinned:
            changed = [place for place in touched if self._differs(place)]
            self._go((changed or touched)[0 if not entry.changed else -1])
        if self.place not in touched:
            if self.place is not None and entry.changed:
                self._forget_changes()
            return
        assert self.place is not None
        now = self._inspect(self.place)
        known = self.place in self._seen
        before = self._seen.get(self.place)
        self._changed = changes(before, now) if now is not None and known else NOTHING
        self._conversions = tuple(
            each for each in entry.conversions if (each.db, each.key) == self.place
        )
        self._seen[self.place] = now

    def rewound(self, entry: Entry) -> None:
        """A command was taken back or done again: look where it had worked."""
        touched = [(db, key) for db, key, _event in entry.changed]
        if touched and not self.pinned:
            self._go(touched[-1])
        before = self._seen.get(self.place) if self.place else None
        known = self.place in self._seen
        self._forget_changes()
        if self.place is not None:
            now = self._inspect(self.place)
            self._changed = changes(before, now) if now is not None and known else NOTHING
            self._seen[self.place] = now

    def _differs(self, place: Place) -> bool:
        return place not in self._seen or self._seen[place] != self._inspect(place)

    def _forget_changes(self) -> None:
        self._changed, self._conversions = NOTHING, ()

    def _inspect(self, place: Place) -> Inspection | None:
        if self._world is None:
            return None
        start = self.start if place == self.place else 0
        return inspect(self._world.engine, *place, Window(start, self.window))

    # what the learner asks for

    def _go(self, place: Place) -> None:
        if place != self.place:
            self.place, self.start = place, 0
            self._forget_changes()

    def show(self, place: Place, pin: bool = False) -> None:
        """Show a key, and hold on to it if ``pin``."""
        self._go(place)
        self.pinned = pin or self.pinned

    def toggle_pin(self) -> None:
        """Hold on to the present key, or follow again."""
        self.pinned = not self.pinned and self.place is not None

    def next_view(self) -> None:
        """Structure, bytes, text, and round again."""
        self.view = VIEWS[(VIEWS.index(self.view) + 1) % len(VIEWS)]

    def page(self, by: int) -> bool:
        """Move the window over a long structure; False at its ends."""
        now = self._inspect(self.place) if self.place is not None else None
        if now is None:
            return False
        start = self.start + by * self.window
        if not 0 <= start < max(now.items_total, 1):
            return False
        self.start = start
        self._forget_changes()
        self._seen.pop(self.place, None)  # type: ignore[arg-type]
        return True

    # the picture

    def picture(self, width: int) -> Picture:
        """The present key, drawn for ``width`` cells."""
        news = tuple(conversion_line(each) for each in self._conversions)
        if self.place is None:
            return Picture(EMPTY, _nothing(width), news, _("Nothing to show yet."))
        now = self._inspect(self.place)
        if now is None:
            text = _("There is no key {key} now.").format(key=self.key_text)
            return Picture(row((text, "muted")), (), news, text)
        drawing = draw(now, width, "bytes" if self.view == "bytes" else "structure", self._changed)
        heading, *body = (row(*line) for line in drawing.lines)
        text = "\n".join([drawing.text, *news])
        if self.view == "text":
            lines = [row(plain(line)) for line in text.splitlines()]
            body = [part for line in lines for part in wrap(line, width, "  ")]
        elif body and not body[0]:
            body = body[1:]
        return Picture(heading, (*body, *self._paging(now)), news, text)

    def _paging(self, now: Inspection) -> list[Row]:
        if now.items_total <= self.window:
            return []
        first, last = self.start + 1, min(self.start + self.window, now.items_total)
        text = _("{first}–{last} of {total}").format(first=first, last=last, total=now.items_total)
        pieces: list[Piece] = []
        if self.start:
            pieces.append(Piece(f"[ {glyphs.left} ", "hotkey", "screen.xray_page(-1)"))
        pieces.append(Piece(text, "muted"))
        if last < now.items_total:
            pieces.append(Piece(f" {glyphs.right} ]", "hotkey", "screen.xray_page(1)"))
        return [EMPTY, row(*pieces)]

    @property
    def key_text(self) -> str:
        """The name of the present key, fit for a title."""
        return plain(self.place[1].decode("utf-8", "replace")) if self.place else ""


def _nothing(width: int) -> tuple[Row, ...]:
    text = _("The X-ray follows the key your last command touched. Type a command to see it.")
    return tuple(wrap(row((text, "muted")), width))
