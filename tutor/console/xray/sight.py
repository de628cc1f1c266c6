"""A key as the last command left it: what `redis-tutor xray` and the word ``:xray`` draw."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import cast

from tutor.diagrams import MARK, NOTHING, Changes, Drawing, Line, View, changes, draw, views_of
from tutor.diagrams.canvas import line_width, width_of, wrapped
from tutor.diagrams.compare import draw_diff
from tutor.diagrams.files.marks import appended_mark, filed_marks
from tutor.diagrams.named import named
from tutor.diagrams.payload import shown
from tutor.diagrams.views import view_name
from tutor.diagrams.why import why
from tutor.engine.events import Conversion
from tutor.engine.inspect import Inspection, inspect
from tutor.engine.locate import changed_item, remember
from tutor.engine.recording.effects import effects_of
from tutor.engine.structures.window import Window
from tutor.engine.world import World
from tutor.i18n import _

__all__ = [
    "DIFF",
    "TEXT",
    "WINDOW",
    "Sight",
    "heading_line",
    "no_such_view",
    "part_of_change",
    "sight_in",
]

DIFF = "diff"
FILE = "file"
TEXT = "text"
WINDOW = 48
"""Items that are drawn of a long structure, unless somebody says otherwise."""

_LEAST_TITLE = 40
_LEAD = 16
"""Items before the changed one in a part that is chosen to show it."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What there is to draw of one key.

    ``now`` is the key after the command ``argv``, ``before`` the key before it (None: there was
    none). Without ``argv`` nothing is known of what happened, and nothing is marked, unless two
    moments were ``compared``.

    ``conversions`` and ``events`` are those of the key while the command ran; ``appended`` finds
    out, as a mark, what it wrote into an append-only file.
    """

    key: bytes
    now: Inspection | None
    before: Inspection | None = None
    argv: tuple[bytes, ...] = ()
    conversions: tuple[Conversion, ...] = ()
    events: tuple[str, ...] = ()
    compared: bool = False
    appended: Callable[[], Changes] = field(default=lambda: NOTHING, compare=False, repr=False)

    @property
    def views(self) -> tuple[str, ...]:
        """The views that say something about this key, in the order in which they are offered."""
        found: tuple[str, ...] = () if self.now is None else views_of(self.now)
        if self._known:
            found += (DIFF,)
        return found if self.now is None else (*found, TEXT)

    def draw(self, view: str, width: int, marks: bool = True) -> Drawing:
        """One of `views`, ``width`` cells wide at most. With ``marks`` it shows what the last
        command changed, and says beneath what that was."""
        if view == DIFF:
            return draw_diff(self.before, self.now, width, self.argv, self.conversions, self.events)
        assert self.now is not None
        told = marks and self._known
        changed = changes(self.before, self.now) | named(self.argv, self.now) if told else NOTHING
        if told and view == FILE:
            changed |= filed_marks(self.before, self.now, self.argv) | self.appended()
        seen = cast("View", "structure" if view == TEXT else view)
        drawing = draw(self.now, width, seen, changed)
        reason = self._reason() if told else ""
        text = "\n".join(filter(None, (drawing.text, reason)))
        lines: list[Line] = list(drawing.lines)
        if view == TEXT:
            lines = [((row, "text"),) for row in _paragraphs(drawing.text, width)]
        if reason:
            lines += [(), *_told(reason, width)]
        return Drawing(tuple(lines), text)

    @property
    def name(self) -> str:
        """What stands in the bar above a picture."""
        return shown(self.key, 64)

    def misfit(self, view: str) -> str:
        """Why there is no such view of this key."""
        if self.now is not None:
            return no_such_view(view, self.views)
        if self.compared and self.before is not None:
            text = _("There is no key {key} any more.")
        elif self._known and self.before is not None:
            text = _("There is no key {key} any more: the last command removed it (see diff).")
        else:
            text = _("There is no key {key}.")
        return text.format(key=self.name)

    def view_name(self, view: str) -> str:
        """The word for one of `views`."""
        return view_name(view)

    @property
    def _known(self) -> bool:
        return bool(self.argv) or self.compared

    def _reason(self) -> str:
        return why(self.before, self.now, self.argv, self.conversions, self.events)


def sight_in(world: World, db: int, key: bytes, window: Window | None = None) -> Sight:
    """A key of our own engine and what the last command of the world's history did to it.

    Without a ``window`` that part of it is looked at in which the command worked.
    """
    seen = window or Window(0, WINDOW)
    now = inspect(world.engine, db, key, seen)
    last = world.last
    if last is None:
        return Sight(key, now)
    before = _before_last(world, db, key, seen)
    if window is None and before is not None and now is not None:
        part = part_of_change(last.argv, before, now)
        if part != seen:
            now = inspect(world.engine, db, key, part)
            before = _before_last(world, db, key, part)
    conversions = tuple(one for one in last.conversions if (one.db, one.key) == (db, key))
    events = tuple(event for at, name, event in last.changed if (at, name) == (db, key))
    return Sight(
        key, now, before, last.argv, conversions, events, appended=lambda: _appended(world)
    )


def _appended(world: World) -> Changes:
    """What the last command of the history wrote into an append-only file."""
    effects = effects_of(world, len(world.history) - 1)
    return appended_mark(None if effects is None else [effect.argv for effect in effects])


def part_of_change(argv: Sequence[bytes], before: Inspection, now: Inspection) -> Window:
    """The first part of a structure, or the one in which a command changed something."""
    item = changed_item(argv, before.noted or {}, now)
    if item is None or item < WINDOW:
        return Window(0, WINDOW)
    return Window(item - _LEAD, WINDOW)


def _before_last(world: World, db: int, key: bytes, window: Window) -> Inspection | None:
    """The key as it was before the last command of the history."""
    assert world.last is not None
    with world.moment(len(world.history) - 1) as engine:
        before = inspect(engine, db, key, window)
        return before and remember(before, world.last.argv)


def no_such_view(view: str, views: Sequence[str]) -> str:
    """Which views there are instead of the one that was asked for."""
    text = _("There is no view {view} of this. There are: {views}.")
    return text.format(view=view, views=", ".join(views))


def heading_line(name: str, view: str, aside: str, lines: Sequence[Line]) -> Line:
    """The line above a picture: what it shows, in which view, and at the right after what."""
    cells = max([_LEAST_TITLE, *map(line_width, lines)])
    left: Line = ((name, "title"), ("  " + view, "label"))
    room = cells - line_width(left) - 3
    if not aside or room < min(width_of(aside), 12):
        return left
    aside = textwrap.shorten(aside, room, placeholder="…") if width_of(aside) > room else aside
    gap = cells - line_width(left) - width_of(aside)
    return (*left, (" " * gap, "text"), (aside, "label"))


def _told(reason: str, width: int) -> list[Line]:
    """What the last command did, behind the mark that the picture has."""
    first, *more = wrapped(reason, max(width - 2, 1), "text")
    indent: Line = (("  ", "text"),)
    return [((MARK, "changed"), (" ", "text"), *first), *((*indent, *line) for line in more)]


def _paragraphs(text: str, width: int) -> list[str]:
    rows: list[str] = []
    for sentence in text.splitlines():
        rows += ["".join(part for part, _role in line) for line in wrapped(sentence, width)]
    return rows
