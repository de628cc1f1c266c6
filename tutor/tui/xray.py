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
        watched = keys if len(keys) <= WATCHED else [*keys[:1], *keys[1 - WATCHED :]]
        places = {(db, key) for key in watched}
        if self.place is not None:
            places.add(self.place)
        for place in places:
            self._seen[place] = self._inspect(place)

    def after(self, entry: Entry) -> None:
        """A command ran: follow it, find what it changed."""
        changed = dict.fromkeys((db, key) for db, key, _event in entry.changed)
        touched = changed or dict.fromkeys((entry.db, key) for key in entry.keys)
        if touched and not self.pinned:
            self._go(self._worth_showing(list(touched), bool(changed)))
        if self.place is None or self.place not in touched:
            if changed:
                self._forget_changes()
            return
        self._compare()
        self._conversions = tuple(
            each for each in entry.conversions if (each.db, each.key) == self.place
        )

    def _worth_showing(self, touched: list[Place], changed: bool) -> Place:
        """Of keys that were only read the first; of changed ones the last that still exists."""
        if not changed:
            return touched[0]
        latest = touched[: -WATCHED - 1 : -1]
        return next((place for place in latest if self._inspect(place)), touched[-1])

    def _compare(self) -> None:
        """Mark what differs in the present key from when it was seen last."""
        assert self.place is not None
        known, before = self.place in self._seen, self._seen.get(self.place)
        now = self._inspect(self.place)
        self._changed = changes(before, now) if now is not None and known else NOTHING
        self._seen[self.place] = now

    def rewound(self, entry: Entry) -> None:
        """A command was taken back or done again: look where it had worked."""
        if entry.changed and not self.pinned:
            db, key, _event = entry.changed[-1]
            self._go((db, key))
        self._forget_changes()
        if self.place is not None:
            self._compare()

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

    def show(self, place: Place) -> None:
        """Show a key that was chosen."""
        self._go(place)

    def toggle_pin(self) -> None:
        """Hold on to the present key, or follow again."""
        self.pinned = not self.pinned and self.place is not None

    def next_view(self) -> None:
        """Structure, bytes, text, and round again."""
        self.view = VIEWS[(VIEWS.index(self.view) + 1) % len(VIEWS)]

    def page(self, by: int) -> bool:
        """Move the window over a long structure; False at its ends."""
        if self.place is None:
            return False
        now = self._inspect(self.place)
        start = self.start + by * self.window
        if now is None or not 0 <= start < max(now.items_total, 1):
            return False
        self.start = start
        self._forget_changes()
        self._seen.pop(self.place, None)
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
