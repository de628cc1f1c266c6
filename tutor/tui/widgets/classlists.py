"""What an instructor's screen lists: learners, one learner's keys, and commands as they arrive."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Protocol

from rich.cells import cell_len
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip

from tutor.console.classwords import ago, place_text, state_text, stuck_text
from tutor.course.classroom.model import Row as LearnerRow
from tutor.course.classroom.model import is_silent
from tutor.course.model import Course
from tutor.engine.session import Session
from tutor.engine.traffic import Arrival, Place, Traffic
from tutor.i18n import _, pgettext
from tutor.tui.glyphs import glyphs
from tutor.tui.paint import Piece, Row, fit, plain, row, width_of
from tutor.tui.widgets.painted import Canvas
from tutor.tui.widgets.traffic import ArrivalLog


class Lister(Protocol):
    """Makes the rows of a list: those above it that stay, and those of its entries."""

    def __call__(self, width: int) -> tuple[list[Row], list[Row]]: ...


class ChoiceCanvas(Canvas, can_focus=True):
    """A list of which one entry is chosen: ``index``. ``head`` rows stand above its entries."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "step(-1)", show=False),
        Binding("down", "step(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("home", "step(-1000000)", show=False),
        Binding("end", "step(1000000)", show=False),
        Binding("enter", "take", show=False),
    ]

    class Chosen(Message):
        """Another entry is chosen."""

        def __init__(self, list_: ChoiceCanvas) -> None:
            super().__init__()
            self.list = list_

        @property
        def control(self) -> ChoiceCanvas:
            """The list; for `textual.on`."""
            return self.list

    class Taken(Chosen):
        """Enter was pressed on an entry."""

    def __init__(self, rows_of: Lister, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._rows_of = rows_of
        self.index = 0
        self.count = 0
        self.head = 0

    def look(self) -> None:
        """Show the present rows."""
        width = self.scrollable_content_region.width
        if not width:
            return
        head, entries = self._rows_of(width)
        self.head, self.count = len(head), len(entries)
        self.index = max(min(self.index, self.count - 1), 0)
        shown = [*head, *entries]
        if entries:
            at = len(head) + self.index
            shown[at] = chosen_row(shown[at], width)
        self.show(shown, width=width)

    def choose(self, index: int) -> None:
        """Choose an entry and bring it into sight."""
        index = max(min(index, self.count - 1), 0)
        moved, self.index = index != self.index, index
        self.look()
        top, last = self.scroll_offset.y, self.scroll_offset.y + self.size.height - self.head - 1
        if not top <= index <= last:
            y = index if index < top else top + index - last
            self.scroll_to(y=y, animate=False, force=True, immediate=True)
            self.refresh()
        if moved:
            self.post_message(self.Chosen(self))

    def render_line(self, y: int) -> Strip:
        """The head stays where it is."""
        if y >= self.head:
            return super().render_line(y)
        return self.paint(self.row_at(y)).crop_extend(0, self.size.width, self.base)

    def action_step(self, by: int) -> None:
        """So many entries further."""
        self.choose(self.index + by)

    def action_page(self, by: int) -> None:
        """A screen further."""
        self.choose(self.index + by * max(self.size.height - self.head - 1, 1))

    def action_take(self) -> None:
        """Enter."""
        if self.count:
            self.post_message(self.Taken(self))

    def on_click(self, event: events.Click) -> None:
        """A click chooses."""
        index = event.y + self.scroll_offset.y - self.head
        if event.y >= self.head and index < self.count:
            self.choose(index)

    def on_resize(self) -> None:
        """There is another width."""
        self.look()

    def retranslate(self) -> None:
        """Words in the present language."""
        self.look()


def chosen_row(pieces: Row, width: int) -> Row:
    """The whole row in the colour of what is chosen."""
    text = "".join(piece.text for piece in pieces)
    return row((text + " " * max(width - width_of(pieces), 0), "chosen"))


# learners

_RIGHT = frozenset({2, 3, 4, 5})
_LEAST = ((1, 36), (6, 24), (1, 24), (0, 14), (6, 12), (1, 14), (0, 8), (6, 6))
"""Columns that give way, the first first, and how narrow they may become."""


def learner_rows(
    learners: Sequence[LearnerRow], course: Course, width: int
) -> tuple[list[Row], list[Row]]:
    """The heads of the columns, and a row for each learner."""
    heads = [
        "  " + pgettext("column", "learner"),
        pgettext("column", "where"),
        pgettext("column", "clients"),
        pgettext("column", "keys"),
        pgettext("column", "errors/min"),
        pgettext("column", "idle"),
        "  " + pgettext("column", "last command"),
    ]
    table = [_learner_cells(each, course) for each in learners]
    sizes = [
        max([cell_len(heads[at]), *(width_of(cells[at]) for cells in table)]) for at in range(7)
    ]
    over = sum(sizes) + 6 - width
    for at, least in _LEAST:
        cut = min(max(sizes[at] - least, 0), max(over, 0))
        sizes[at] -= cut
        over -= cut
    head = [row((text, "dim")) for text in heads]
    return [_joined(head, sizes)], [_joined(cells, sizes) for cells in table]


def _learner_cells(each: LearnerRow, course: Course) -> list[Row]:
    here = each.state not in ("absent", "left")
    name = (each.learner.name, "strong" if here else "muted")
    sign, role = (glyphs.warning, "warning") if each.stuck else (_SIGNS[each.state], "ok")
    where = place_text(each.place, course) or state_text(each.state)
    if each.stuck:
        where = f"{stuck_text(each.stuck)} {glyphs.dot} {where}"
    elif each.state in ("done", "left") and each.place.step:
        where = f"{state_text(each.state)} {glyphs.dot} {where}"
    errors = str(each.errors_minute) if each.errors_minute else ""
    return [
        row((f"{sign} ", role if here else "dim"), name),
        row((where, "warning" if each.stuck else "" if here else "muted")),
        row(str(each.clients or "")),
        row(str(each.keys or "")),
        row((errors, "fail")),
        row((ago(each.idle_ms) if here else "", "warning" if each.stuck == "idle" else "muted")),
        row((glyphs.fail if each.failed else " ", "fail"), (f" {each.last}", "muted")),
    ]


_SIGNS = {
    "absent": glyphs.todo,
    "left": glyphs.todo,
    "here": glyphs.handle,
    "working": glyphs.handle,
    "done": glyphs.ok,
}


def _joined(cells: Sequence[Row], sizes: Sequence[int]) -> Row:
    pieces: list[Piece] = []
    for at, size in enumerate(sizes):
        cut = fit(cells[at], size, glyphs.ellipsis)
        gap = Piece(" " * (size - width_of(cut)))
        pieces += [Piece(" ")] if at else []
        pieces += [gap, *cut] if at in _RIGHT else [*cut, gap]
    return tuple(piece for piece in pieces if piece.text)


# keys


def key_rows(places: Sequence[Place], prefix: bytes) -> list[Row]:
    """The names of keys, what all have in common left out."""
    rows = []
    for db, key in places:
        name = plain(key.removeprefix(prefix).decode("utf-8", "replace"))
        where = f"[{db}] " if db else ""
        rows.append(row((where, "muted"), (name or '""', "key")))
    return rows


# commands


class LearnerLog(ArrivalLog):
    """Commands of the class without what clients and tutors say by themselves; ``only`` the user
    whose commands are shown, None for all."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(user_of, id=id)
        self.only: bytes | None = None

    def show_only(self, user: bytes | None) -> None:
        """Whose commands are shown from now on."""
        if user != self.only:
            self.only = user
            if self._traffic is not None:
                self._show_newest(self._traffic)

    def _shown(self, traffic: Traffic) -> list[tuple[object, ...]]:
        return [each for each in traffic.arrivals() if self._is_shown(each)]

    def _is_shown(self, each: tuple[object, ...]) -> bool:
        arrival = Arrival._make(each)
        session = arrival.session
        user = session.user.name
        if self.only is not None and user != self.only:
            return False
        return session.script or not is_silent(user, arrival.argv)


def user_of(session: Session) -> str:
    """Whose command it is: a learner's id, or a sign for who is not logged in."""
    if not session.authenticated:
        return "?"
    if session.user is session.engine.acl.default:
        return pgettext("client", "you")
    return session.user.name.decode("utf-8", "replace")


def keys_title(name: str, count: int, counting: bool) -> str:
    """Above the list of keys."""
    more = glyphs.ellipsis if counting else ""
    return _("Keys of {name}: {n}").format(name=name, n=f"{count}{more}")
