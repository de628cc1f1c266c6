"""Which key the X-ray shows, what changed in it, and its picture: everything but the widget.

A structure of any size is one long sheet of rows (`sheet.Sheet`); drawn is what is looked at. After
a command what it changed is brought into sight.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from time import perf_counter

from tutor.diagrams import NOTHING, Changes, changes, views_of
from tutor.diagrams.files.marks import filed_marks, first_marked
from tutor.diagrams.named import named
from tutor.diagrams.payload import printable
from tutor.diagrams.picture import head_line
from tutor.engine.events import Conversion
from tutor.engine.inspect import Inspection, inspect
from tutor.engine.locate import changed_item, item_of_command, remember
from tutor.engine.replies import ReplyError
from tutor.engine.structures.hashtable import HashTable
from tutor.engine.structures.window import Window
from tutor.engine.table import keys_of
from tutor.engine.world import Entry, World
from tutor.i18n import _, language
from tutor.persistence.dissect.pair_file import forget_pair, pair_of
from tutor.persistence.dissect.unwritten import Unwritten
from tutor.tui.comparison import Comparison, Filing
from tutor.tui.paint import EMPTY, Row, row, wrap
from tutor.tui.sheet import Part, Sheet, Source
from tutor.tui.viewing import (
    PITCH,
    View,
    drawn_from,
    items_of,
    part_of,
    piece_of,
    pitch_of,
    sentences,
    unplaced_table,
)

WATCHED = 8
"""Keys of one command that are compared before and after."""

REMEMBERED = 64
"""Keys of which it is kept how they were seen last."""

NEAR = 4
"""Parts around the visible ones that are kept as they were drawn."""

TITLE = 200
"""Bytes of a key's name in the title."""

SLICE = 2048
"""Keys of a hash table whose slots are worked out before the clock is looked at."""

Place = tuple[int, bytes]
"""Database and key."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What a pane paints: a heading, announcements, the rows from ``top`` on of ``total``, and
    which of the structure's items these are (the first, the last, how many there are).

    ``tell`` gives the text twin of what is visible.
    """

    heading: Row
    rows: tuple[Row, ...]
    news: tuple[str, ...]
    tell: Callable[[], str]
    top: int = 0
    total: int = 0
    items: tuple[int, int, int] = (0, 0, 0)

    @property
    def text(self) -> str:
        """The same as sentences."""
        return self.tell()


class Xray:
    """Follows the key that was touched last, unless one is pinned.

    It looks at the world in turns with others; where its turn does not come soon the last picture
    stays.
    """

    def __init__(self) -> None:
        self.view: View = "structure"
        """The view that was asked for; a key that has none such shows its structure."""
        self.views: tuple[View, ...] = ("structure", "bytes", "diff", "text")
        self.place: Place | None = None
        self.pinned = False
        self.sheet = Sheet(PITCH)
        self._drawn_as: tuple[object, ...] | None = None
        """What the sheet is a picture of."""
        self._target: int | None = None
        self._world: World | None = None
        self._seen: dict[Place, Inspection | None] = {}
        self._where_it_works: dict[Place, Inspection] = {}
        self._changed: Changes = NOTHING
        self._comparison: Comparison | None = None
        self._filed = Filing()
        self._left_at = 0  # the item of the structure, while its file is looked at
        self._indexing: HashTable | None = None
        self._counting: Unwritten | None = None
        self._made: dict[int, tuple[object, Part]] = {}
        """Parts that were drawn, and from what."""
        self._source: Callable[[], Source | None] = lambda: None
        self._last: Picture | None = None

    # what happens in the world

    def watch(self, world: World, focus: bytes | None = None) -> None:
        """Look at another world; ``focus`` is the key to show first."""
        self._world = world
        self._seen.clear()
        self._forget_changes()
        forget_pair()
        self._drawn_as = None
        if not self.pinned:
            self.place = None if focus is None else (0, focus)

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
        self._where_it_works.clear()
        for place in places:
            self._note(place, argv)

    def _note(self, place: Place, argv: Sequence[bytes]) -> None:
        """What is visible of a key, and what it holds where a command is going to work: a big value
        is edited in place, and then cannot be asked any more."""
        now = self._seen[place] = self._inspect(place)
        if now is None:
            return
        self._seen[place] = remember(now, argv)
        item = item_of_command(argv, now)
        if item is not None:
            self._where_it_works[place] = remember(now.at(self._window_of(now, item)), argv)

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
        known, before = self.place in self._seen, self._seen.get(self.place)
        self._filed.ran(self._world, entry)
        before, now = self._compare(entry.argv)
        if known:
            self._comparison = Comparison.of(entry, self.place, before, now)

    def follow(self, place: Place | None, conversions: Sequence[Conversion] = ()) -> None:
        """Other clients were at work: go to ``place``, mark what is new in the key since it was
        seen last, and say what was converted."""
        if place is not None and not self.pinned:
            self._go(place)
        if self.place is None:
            return
        known, before = self.place in self._seen, self._seen.pop(self.place, None)
        now = self._seen[self.place] = self._inspect(self.place)
        fresh = changes(before, now) if now is not None and known else NOTHING
        self._filed.forget()
        mine = tuple(each for each in conversions if (each.db, each.key) == self.place)
        if fresh or mine:
            self._changed = fresh
            self._comparison = Comparison(before, now, conversions=mine)
        while len(self._seen) > REMEMBERED:
            del self._seen[next(iter(self._seen))]

    def _worth_showing(self, touched: list[Place], changed: bool) -> Place:
        """Of keys that were only read the first; of changed ones the last that still exists."""
        if not changed:
            return touched[0]
        latest = touched[: -WATCHED - 1 : -1]
        return next((place for place in latest if self._facts(place)), touched[-1])

    def _compare(self, argv: Sequence[bytes]) -> tuple[Inspection | None, Inspection | None]:
        """Mark what differs in the present key from when it was seen last, in the part that is
        visible or where the command worked. Gives the two looks."""
        assert self.place is not None
        known, before = self.place in self._seen, self._seen.get(self.place)
        now = self._inspect(self.place)
        self._seen[self.place] = now
        self._changed = NOTHING
        if now is None or not known:
            return before, now
        if before is not None and before.type == now.type and argv:
            before, now = self._where_it_changed(argv, before, now)
        self._changed = changes(before, now) | named(argv, now) | filed_marks(before, now, argv)
        if self.view == "file":
            self._target = first_marked(now, self._changed)
        return before, now

    def _where_it_changed(
        self, argv: Sequence[bytes], before: Inspection, now: Inspection
    ) -> tuple[Inspection, Inspection]:
        """The looks before and after at the part in which a command changed something."""
        item = self._target = changed_item(argv, before.noted or {}, now)
        seen = now.window
        if item is None or seen.start <= item < seen.start + seen.count:
            return before, now
        assert self.place is not None
        window = self._window_of(now, item)
        if before.value is not now.value and before.encoding == now.encoding:
            return replace(before.at(window), noted=before.noted), now.at(window)
        return self._where_it_works.get(self.place, before), now.at(window)

    def rewound(self, entry: Entry) -> None:
        """A command was taken back or done again: look where it had worked."""
        forget_pair()
        if entry.changed and not self.pinned:
            db, key, _event = entry.changed[-1]
            self._go((db, key))
        self._forget_changes()
        if self.place is None:
            return
        self._look_back(entry)
        known = self.place in self._seen
        before, now = self._compare(entry.argv)
        self._comparison = Comparison(before, now) if known else None

    def _look_back(self, entry: Entry) -> None:
        """See the present key as it was on the other side of a command: there one has come from."""
        assert self.place is not None
        assert self._world is not None
        passed = [*self._world.history, *self._world.future]
        at = next((at for at, one in enumerate(passed) if one is entry), None)
        if at is None:
            return
        other_side = at + 1 if at >= len(self._world.history) else at
        now = self._inspect(self.place)
        try:
            with self._world.moment(other_side):
                self._note(self.place, entry.argv)
            before = self._seen[self.place]
            item = None
            if now is not None and before is not None and before.type == now.type:
                item = changed_item(entry.argv, before.noted or {}, now)
            if now is None or item is None:
                return
            window = self._window_of(now, item)
            with self._world.moment(other_side) as engine:
                there = inspect(engine, *self.place, Window(0, 0))
                if there is not None:
                    there = remember(there.at(window), entry.argv)
                    self._where_it_works[self.place] = there
        except IndexError:  # that far back nothing was kept
            return

    def _forget_changes(self) -> None:
        self._filed.forget()
        self._changed, self._comparison, self._target = NOTHING, None, None

    # looking at the world

    def _facts(self, place: Place) -> Inspection | None:
        """The facts of a key without an image."""
        return None if self._world is None else inspect(self._world.engine, *place, Window(0, 0))

    def _inspect(self, place: Place) -> Inspection | None:
        """A key with what is visible of it."""
        if self._world is None:
            return None
        pitch, first, parts = PITCH, 0, 1
        own_window = self.seen_view != "file"  # its items are not those of the structure
        if own_window and place == self.place and self._drawn_as is not None:
            pitch, seen = self.sheet.pitch, self.sheet.seen
            first, parts = seen[0], len(seen)
        now = inspect(self._world.engine, *place, Window(first * pitch, parts * pitch))
        if now is not None and first and first * pitch >= now.items_total:
            return inspect(self._world.engine, *place, Window(0, pitch))
        return now

    def _window_of(self, now: Inspection, item: int) -> Window:
        """The part in which an item is drawn."""
        pitch = pitch_of(now, self._seen_view(now))
        return Window(item // pitch * pitch, pitch)

    # what the learner asks for

    def _go(self, place: Place) -> None:
        if place != self.place:
            self.place = place
            self._drawn_as = None
            self._forget_changes()

    def show(self, place: Place) -> None:
        """Show a key that was chosen."""
        self._go(place)

    def toggle_pin(self) -> None:
        """Hold on to the present key, or follow again."""
        self.pinned = not self.pinned and self.place is not None

    @property
    def seen_view(self) -> View:
        """The view that is seen: the one that was asked for, if the present key has it."""
        return self.view if self.view in self.views else "structure"

    def next_view(self) -> None:
        """The next view of the present key, and round again."""
        at = self.views.index(self.seen_view)
        self.view = self.views[(at + 1) % len(self.views)]

    def _seen_view(self, now: Inspection) -> View:
        fits = (*views_of(now), "diff", "text")
        return self.view if self.view in fits else "structure"

    # the picture

    def picture(self, width: int, height: int = 24) -> Picture:
        """The present key, drawn for ``width`` cells, seen through ``height`` rows."""
        if self._world is None:
            return self._drawn(width, height)
        with self._world.lock.glance() as mine:
            if mine or self._last is None:
                self._last = self._drawn(width, height)
        return self._last

    def scroll(self, top: int) -> Picture | None:
        """The picture from another row on; what came into sight is drawn. Its ``top`` may be
        another: what stands above may turn out taller than was thought. None if it is not our
        turn."""
        return self._moved(lambda source: self.sheet.scroll(top, source))

    def turn(self, by: int) -> Picture | None:
        """The picture from the next part on, or from the part before."""
        return self._moved(lambda source: self.sheet.turn(by, source))

    def _moved(self, move: Callable[[Source], object]) -> Picture | None:
        last = self._last
        if self._world is None or last is None:
            return last
        with self._world.lock.glance() as mine:
            source = self._source() if mine else None
            if source is None:
                return None
            move(source)
            self._last = self._pictured(last.heading, last.news, last.tell)
        return self._last

    def _drawn(self, width: int, height: int) -> Picture:
        reason = self._comparison.reason() if self._comparison is not None else ""
        news = (reason,) if reason else ()
        self._indexing = self._counting = None
        if self.place is None:
            return self._whole(EMPTY, _nothing(width), news, _("Nothing to show yet."), height)
        compared = self._comparison if self.view == "diff" else None
        if compared is not None:
            drawing = compared.draw(width)
            heading, _empty, *below = (row(*line) for line in drawing.lines)
            return self._whole(heading, below, (), drawing.text, height)
        now = self._inspect(self.place)
        if now is None:
            text = _("There is no key {key} now.").format(key=self.key_text)
            telling = "\n".join([text, *news])
            return self._whole(row((text, "muted")), (), news, telling, height)
        if self.view == "diff":
            news = (_("There is nothing to compare: the last command left this key alone."),)
        return self._in_parts(now, width, height, news)

    def _whole(
        self, heading: Row, rows: Sequence[Row], news: tuple[str, ...], text: str, height: int
    ) -> Picture:
        """A picture that is drawn in one piece."""
        self._begin((self.place, self.view), PITCH)
        whole = Part((), tuple(rows), ())
        self._source = lambda: lambda part: whole
        self.sheet.look(1, height, lambda part: whole)
        return self._pictured(heading, news, lambda: text)

    def _in_parts(self, now: Inspection, width: int, height: int, news: tuple[str, ...]) -> Picture:
        """A picture as long as the structure."""
        self.views = (*views_of(now), "diff", "text")
        view = self.seen_view
        if self._begin((self.place, view, width), pitch_of(now, view)):
            assert self.place is not None
            now = self._inspect(self.place) or now
        if view == "file":
            self._look_into_the_file(now)
        else:
            self._indexing = unplaced_table(now)
        self._source = lambda: self._drawer(width)
        source = self._parts_of(now, width)
        self.sheet.look(items_of(now, view), height, source)
        if self._target is not None:
            self.sheet.bring(self._target, source)
            self._target = None
        heading = row(*head_line(now, width, self._changed))
        return self._pictured(heading, news, lambda: self._told(news))

    def _look_into_the_file(self, now: Inspection) -> None:
        """Which parts of it there are to be marked and to be scrolled to; what is to be counted."""
        pair = pair_of(now)
        self._counting = None if pair.counted else pair
        if self._world is not None:
            self._changed |= self._filed.mark()

    def _begin(self, what: tuple[object, ...], pitch: int) -> bool:
        """A new sheet if it is of something else than the last one. The same key in another view
        or width is shown from the same item on; the parts of a file are others, so what was seen of
        the structure is remembered meanwhile."""
        known, what = self._drawn_as, (*what, pitch)
        if what == known:
            return False
        if known is not None and known[0] == what[0] and self._target is None:
            here = self.sheet.items_seen[0] if self.sheet.top else 0
            if "file" not in (known[1], what[1]) or known[1] == what[1]:
                self._target = here or None
            elif what[1] == "file":
                self._left_at = here
            else:
                self._target = self._left_at or None
        elif known is None or known[0] != what[0]:
            self._left_at = 0
        self._drawn_as, self.sheet = what, Sheet(pitch)
        self._made.clear()
        return True

    def _pictured(self, heading: Row, news: tuple[str, ...], tell: Callable[[], str]) -> Picture:
        sheet = self.sheet
        items = (*sheet.items_seen, sheet.items)
        return Picture(heading, tuple(sheet.rows), news, tell, sheet.top, sheet.total, items)

    def _drawer(self, width: int) -> Source | None:
        """What draws parts of the present key, while the picture scrolls."""
        now = None if self.place is None else self._inspect(self.place)
        if now is None or pitch_of(now, self.seen_view) != self.sheet.pitch:
            return None
        return self._parts_of(now, width)

    def _parts_of(self, now: Inspection, width: int) -> Source:
        view, pitch, changed = self.seen_view, self.sheet.pitch, self._changed
        alone = items_of(now, view) <= pitch

        def draw(number: int) -> Part:
            piece = now if alone else piece_of(now, view, Window(number * pitch, pitch))
            known = (*drawn_from(piece, view), changed, language())
            made = self._made.get(number)
            if made is None or made[0] != known:
                made = self._made[number] = (known, part_of(piece, width, view, changed, alone))
            return made[1]

        for number in [number for number in self._made if abs(number - self.sheet.seen[0]) > NEAR]:
            del self._made[number]
        return draw

    def _told(self, news: tuple[str, ...]) -> str:
        """The text twin of what is visible."""
        if self._world is None or self.place is None:
            return ""
        with self._world.lock.glance() as mine:
            now = self._inspect(self.place) if mine else None
        if now is None:
            return "\n".join(news)
        return "\n".join([*sentences(now, self._changed, self.seen_view), *news])

    # the slots of a big hash table

    @property
    def indexing(self) -> bool:
        """Whether the slots of a big table are to be worked out before its chains can be drawn, or
        the bytes of a big value are to be counted."""
        return self._indexing is not None or self._counting is not None

    def work(self, seconds: float) -> None:
        """Go on with that, for about so long."""
        world, table, pair = self._world, self._indexing, self._counting
        if world is None:
            return
        with world.lock.glance() as mine:
            until = perf_counter() + seconds
            while mine and pair is not None and perf_counter() < until:
                if not pair.go_on():
                    pair = self._counting = None
            while mine and table is not None and perf_counter() < until:
                if table.prepare(SLICE):
                    self._indexing = None
                    return

    @property
    def key_text(self) -> str:
        """The name of the present key, fit for a title."""
        return printable(self.place[1], TITLE) if self.place else ""


def _nothing(width: int) -> tuple[Row, ...]:
    text = _("The X-ray follows the key your last command touched. Type a command to see it.")
    return tuple(wrap(row((text, "muted")), width))
