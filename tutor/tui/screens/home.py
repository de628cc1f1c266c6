"""The first screen: go on where you were, choose a lesson, or play in the sandbox."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tutor import __version__
from tutor.course.outline import LessonLine
from tutor.i18n import _, language, ngettext
from tutor.tui.base import BaseScreen
from tutor.tui.glyphs import glyphs
from tutor.tui.keys import bindings
from tutor.tui.paint import EMPTY, Row, content, fit, row, width_of, wrap
from tutor.tui.places import KEEPING, PLACES, Place, places
from tutor.tui.widgets.keybar import KeyBar
from tutor.tui.widgets.notice import TooSmall
from tutor.tui.widgets.rows import Rows
from tutor.tui.widgets.topbar import TopBar, progress_row

if TYPE_CHECKING:
    from tutor.tui.application import TutorApp

CONTINUE = "continue:"
"""Id of the line that goes on; those of `PLACES` are no lessons either."""

_PLACES = {place.id: place for place in (*KEEPING, *PLACES)}


class HomeScreen(BaseScreen[None]):
    """Lessons at the left, what the chosen one is about at the right."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("help", "language", "palette", "quit")
    AUTO_FOCUS = "#lessons"

    _ready = False
    """Lessons are read after the first paint."""

    @property
    def _tutor(self) -> TutorApp:
        return cast("TutorApp", self.app)

    def compose(self) -> ComposeResult:
        """Head, list, description, keys."""
        yield TopBar(self._where, self._state)
        yield TooSmall()
        with Horizontal(id="home"):
            with Vertical(id="list"):
                yield Rows(self._banner, id="banner")
                yield OptionList(id="lessons")
            with VerticalScroll(id="about", can_focus=False):
                yield Rows(self._about)
        yield KeyBar()

    def on_screen_resume(self) -> None:
        """Progress may have been made meanwhile."""
        self.call_after_refresh(self.look)

    def on_resize(self) -> None:
        """The rows depend on the width. At first something is seen before lessons are read."""
        self.call_after_refresh(self.look)

    def retranslate(self) -> None:
        """Everything in the present language; the chosen line stays."""
        super().retranslate()
        self.look()

    # the list

    @property
    def lines(self) -> list[LessonLine]:
        """The lessons as the course tells them now."""
        return self._tutor.outline.lines()

    def look(self) -> None:
        """Make the list again, the same line chosen; at first the one to continue with."""
        if not self._ready:
            self._ready = True
            if not gc.isenabled():  # what was made for the first paint stays: see `app.run`
                gc.freeze()
                gc.enable()
        options = self.query_one("#lessons", OptionList)
        chosen = options.highlighted
        name = str(options.get_option_at_index(chosen).id) if chosen is not None else ""
        width = max(options.scrollable_content_region.width - 1, 20)
        made = self._options(width)
        options.clear_options()
        options.add_options(made)
        ids = [option.id for option in made]
        first = next(index for index, option in enumerate(made) if not option.disabled)
        options.highlighted = ids.index(name) if name in ids else first
        self.query_one("#banner", Rows).renew()
        self._describe()

    def _options(self, width: int) -> list[Option]:
        lines = self.lines
        current = next((line for line in lines if line.id == self._tutor.outline.current), None)
        made = []
        if current is not None:
            made += [self._option(CONTINUE, self._continue_rows(current, width)), self._gap()]
        if lines:
            made.append(self._head(_("Lessons")))
            made += [self._option(line.id, [_lesson_row(line, width)]) for line in lines]
            made += [self._gap(), self._head(_("What you keep"))]
            made += [self._place(place, width) for place in KEEPING]
            made.append(self._gap())
        made.append(self._head(_("On your own")))
        return made + [self._place(place, width) for place in places()]

    def _place(self, place: Place, width: int) -> Option:
        due = self._tutor.outline.due if place.id == "review:" else 0
        about = (_(place.about), "muted")
        if due:
            text = ngettext("{n} concept is due", "{n} concepts are due", due)
            about = (text.format(n=due), "accent")
        line = row("    ", (_(place.title), ""), "  ", about)
        return self._option(place.id, [fit(line, width, glyphs.ellipsis)])

    def _option(self, name: str, rows: Sequence[Row]) -> Option:
        return Option(content(self.app, rows), id=name)

    def _gap(self) -> Option:
        return Option(content(self.app, [EMPTY]), disabled=True)

    def _head(self, text: str) -> Option:
        return Option(content(self.app, [row((text, "label"))]), disabled=True)

    def _continue_rows(self, line: LessonLine, width: int) -> list[Row]:
        word = _("Continue") if line.started else _("Start")
        head = row((f"{glyphs.right} {word}", "hotkey"), "  ", (line.title, "strong"))
        where = _("the first lesson")
        if line.started:
            where = _("step {n} of {total}").format(n=line.step + 1, total=line.steps)
            where += f" {glyphs.dot} {line.step_title}"
        second = row(" " * (cell_len(word) + 4), (where, "muted"))
        return [fit(head, width, glyphs.ellipsis), fit(second, width, glyphs.ellipsis)]

    # words

    def _where(self) -> Row:
        return row(("redis-tutor", "title"), (f"  {__version__}", "dim"))

    def _state(self) -> list[Row]:
        return [row((language().upper(), "accent"))]

    def _banner(self, width: int) -> Sequence[Row]:
        rows = wrap(row((_("Redis you can see through"), "title")), width)
        if self.app.size.height >= 24:
            text = _("Type real commands and watch what they do in memory.")
            rows += wrap(row((text, "muted")), width)
        for problem in self._tutor.outline.problems() if self._ready else ():
            rows += [EMPTY, *wrap(row((f"{glyphs.warning} {problem}", "warning")), width, "  ")]
        return [*rows, EMPTY]

    def _about(self, width: int) -> Sequence[Row]:
        if not self._ready:
            return []
        options = self.query_one("#lessons", OptionList)
        option = options.highlighted_option
        name = str(option.id) if option is not None else ""
        if name in _PLACES:
            return _place_rows(_PLACES[name], width)
        wanted = self._tutor.outline.current if name == CONTINUE else name
        line = next((line for line in self.lines if line.id == wanted), None)
        if line is None:
            return []
        from tutor.tui.preview import preview_rows

        lesson = self._tutor.outline.course.lesson(line.id)
        picture = preview_rows(lesson, width) if self.app.size.height >= 30 else []
        return [*_about_rows(line, width), *picture]

    def _describe(self) -> None:
        self.query_one("#about Rows", Rows).renew()

    # choosing

    @on(OptionList.OptionHighlighted)
    def _highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self._describe()

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        name = str(event.option_id)
        if name in _PLACES:
            _PLACES[name].open(self._tutor)
        else:
            self._tutor.open_lesson(self._tutor.outline.current if name == CONTINUE else name)


def _lesson_row(line: LessonLine, width: int) -> Row:
    """``3  STRING ········ ■■■□□□ 4/9`` or ``✓``."""
    head = row((f"{line.number:>2}  ", "muted"), (line.title, ""))
    if line.finished:
        tail = row((f"{glyphs.ok} ", "ok"), (_("finished"), "ok"))
    elif line.started:
        tail = progress_row(line.done, line.steps, 8)
    else:
        minutes = ngettext("{n} min", "{n} min", line.minutes).format(n=line.minutes)
        tail = row((minutes, "dim"))
    room = max(width - width_of(tail) - 2, 8)
    head = fit(head, room, glyphs.ellipsis)
    return (*head, *row(" " * max(width - width_of(head) - width_of(tail), 1)), *tail)


def _about_rows(line: LessonLine, width: int) -> list[Row]:
    from tutor.tui.widgets.markdown import markdown_rows

    rows = wrap(row((line.title, "title")), width)
    if line.about:
        rows += [EMPTY, *markdown_rows(line.about, width)]
    rows.append(EMPTY)
    for mark in line.marks:
        sign, role = (glyphs.ok, "ok") if mark.done else (glyphs.todo, "dim")
        here = f" {glyphs.left}" if mark.current and line.started else ""
        title = (mark.title, "" if mark.done else "muted")
        rows += wrap(row((f"{sign} ", role), title, (here, "accent")), width, "  ")
    return rows


def _place_rows(place: Place, width: int) -> list[Row]:
    rows = wrap(row((_(place.title), "title")), width)
    for text in place.texts:
        rows += [EMPTY, *wrap(row((_(text), "")), width)]
    return rows
