"""The presenter's second terminal: what he says now, what the next key does, how long it takes.

It reads what the presentation publishes (`tutor.course.presence`) and touches nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import ClassVar, Protocol

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.types import CSSPathType

from tutor.console.trouble import reason
from tutor.course.presence import Follower, Moment, Sight
from tutor.i18n import LANGUAGES, MissingCatalog, _, language, pgettext, set_language
from tutor.tui.base import BaseScreen, Translated
from tutor.tui.blockdigits import ROWS, large
from tutor.tui.dressed import Dressed
from tutor.tui.glyphs import glyphs, wants_ascii
from tutor.tui.keys import bindings
from tutor.tui.paint import EMPTY, Piece, Row, plain, row, spread, wrap
from tutor.tui.theme import DARK, LIGHT
from tutor.tui.widgets.keybar import KeyBar
from tutor.tui.widgets.markdown import markdown_rows
from tutor.tui.widgets.notice import TooSmall
from tutor.tui.widgets.painted import Line
from tutor.tui.widgets.rows import Rows
from tutor.tui.widgets.topbar import TopBar, progress_row

_APART = 6
"""Cells between two large figures."""

LOOK_S = 0.2
"""How often the published moment is read."""


class Words(Protocol):
    """Gives a moment in another language; None where that cannot be."""

    def __call__(self, moment: Moment, lang: str) -> Moment | None:
        """The same moment with the words of ``lang``."""


class Timers(Line):
    """How long the talk and the scene have lasted, and the time of day; large where there is room.
    The owner says since when (`NotesScreen.times`)."""

    def compose_rows(self, width: int) -> Sequence[Row]:
        """One row, or figures with their words beneath."""
        screen = self.screen
        assert isinstance(screen, NotesScreen)
        times, beats, clock = screen.times()
        if times and self.size.height > ROWS and not wants_ascii():
            return _large(times, beats, clock, width)
        pieces = [piece for word, span in times
                  for piece in row((f"{word} ", "muted"), (span, "strong"), "   ")]  # fmt: skip
        return [spread((*pieces, *beats), row((clock, "muted")), width, glyphs.ellipsis)]


def _large(times: Sequence[tuple[str, str]], beats: Row, clock: str, width: int) -> list[Row]:
    figures = [large(span) for _word, span in times]
    rows = [
        row(*((f"{figure[at]}{' ' * _APART}", "strong") for figure in figures))
        for at in range(ROWS)
    ]
    rows[-1] = spread(rows[-1], row((clock, "muted")), width, glyphs.ellipsis)
    words = [
        (word.ljust(len(figure[0]) + _APART), "muted")
        for (word, _span), figure in zip(times, figures, strict=True)
    ]
    return [*rows, (*row(*words), *beats)]


class NotesScreen(BaseScreen[None]):
    """``now`` is the time of day, seconds since 1970."""

    CSS_PATH = "notes.tcss"
    AUTO_FOCUS = "#notes"

    def __init__(
        self, follower: Follower, waits_for: str, words: Words, now: Callable[[], float] = time.time
    ) -> None:
        super().__init__()
        self.sight = Sight(None, False)
        self._follower, self._waits_for, self._words, self._now = follower, waits_for, words, now
        self._trouble = ""
        self._left_at: float | None = None

    def compose(self) -> ComposeResult:
        """Where the talk is, the note, what comes next."""
        yield TooSmall()
        yield TopBar(self._where, self._state)
        yield Rows(self._head_rows, id="head")
        yield Timers(id="timers")
        with VerticalScroll(id="notes"):
            yield Rows(self._note_rows, id="note")
        yield Rows(self._next_rows, id="next")
        yield KeyBar()

    def on_mount(self) -> None:
        """Look, and go on looking."""
        self.look()
        self.set_interval(LOOK_S, self.look)

    @property
    def moment(self) -> Moment | None:
        """In the language of this terminal, as far as that can be."""
        said = self.sight.moment
        if said is None or said.lang == language():
            return said
        return self._words(said, language()) or said

    def look(self) -> None:
        """What the presenter says now."""
        before, trouble = self.sight, self._trouble
        try:
            self.sight, self._trouble = self._follower.look(), ""
        except OSError as error:
            self._trouble = reason(error)
        if self.sight.presented:
            self._left_at = None
        elif self._left_at is None:
            self._left_at = self._now()
        self.query_one(Timers).refresh()
        if self.sight == before and self._trouble == trouble:
            return
        if before.moment is None and self.sight.moment is not None:
            self._hear(self.sight.moment.lang)
        self._show(before)

    def _hear(self, lang: str) -> None:
        """The presenter's language is ours unless another was wished."""
        app = self.app
        assert isinstance(app, NotesApp)
        if app.follows_language:
            app.speak(lang)

    def _show(self, before: Sight) -> None:
        for rows in self.query(Rows):
            rows.renew()
        self.query_one(TopBar).refresh()
        old, new = before.moment, self.sight.moment
        if old is None or new is None or old.note != new.note:
            self.query_one("#notes", VerticalScroll).scroll_home(animate=False)

    def retranslate(self) -> None:
        """Everything in the present language, the note too."""
        super().retranslate()
        self._show(Sight(None, False))

    # rows

    def _where(self) -> Row:
        name = plain(self.sight.moment.demo) if self.sight.moment else ""
        what = pgettext("presenter", "notes")
        return row(
            ("redis-tutor", "title"),
            (f" {glyphs.dot} {what}", "muted"),
            f"  {name}",
        )

    def _state(self) -> list[Row]:
        moment = self.sight.moment
        if moment is None or not self.sight.presented:
            return [EMPTY]
        return [row((_("seed {n}").format(n=moment.seed), "muted"))]

    def _head_rows(self, width: int) -> Sequence[Row]:
        moment = self.moment
        rows: list[Row] = []
        if moment is not None:
            place = _("Scene {n} of {all}").format(n=moment.scene, all=moment.scenes)
            title = plain(moment.scene_title)
            rows += wrap(row((place, "muted"), "  ", (title, "title")), width)
        for text in self._remarks():
            rows += wrap(row((f"{glyphs.warning} ", "warning"), (text, "warning")), width, "  ")
        return rows

    def _remarks(self) -> list[str]:
        sight, found = self.sight, []
        if self._trouble:
            found.append(self._trouble)
        if sight.damaged:
            found.append(_("What the presenter says now cannot be read; the next key mends it."))
        if sight.moment is not None and not sight.presented:
            found.append(_("The presenter has left. If the talk goes on, so does this."))
        elif sight.moment is not None and sight.moment.interrupted:
            found.append(_("Interrupted: the script waits."))
        return found

    def times(self) -> tuple[list[tuple[str, str]], Row, str]:
        """What is timed and how long it has lasted, how far the scene is, and the time of day."""
        moment, now = self.sight.moment, self._now()
        clock = time.strftime("%H:%M", time.localtime(now))
        if moment is None:
            return [], EMPTY, clock
        until = now if self._left_at is None else self._left_at
        talk, scene = _span(until - moment.started), _span(until - moment.scene_started)
        words = [(pgettext("timer", "talk"), talk), (pgettext("timer", "scene"), scene)]
        return words, progress_row(moment.beat, moment.beats, min(moment.beats, 20)), clock

    def _note_rows(self, width: int) -> Sequence[Row]:
        moment = self.moment
        if moment is not None:
            return markdown_rows(moment.note, width)
        if self.sight.presented:
            return wrap(row((_("The presenter is about to begin."), "muted")), width)
        rows = wrap(
            row(_("Nobody presents yet. It begins when this runs in another terminal:")), width
        )
        return [*rows, EMPTY, row("  ", (self._waits_for, "code"))]

    def _next_rows(self, width: int) -> Sequence[Row]:
        moment = self.moment
        if moment is None:
            return [EMPTY]
        rows: list[Row] = []
        following, does = moment.next_scene, moment.next_line
        if does == following:
            does = _("the next scene") if following else _("the end")
        for word, text, role in (
            (_("next key"), does, "code"), (_("next scene"), following, "")
        ):  # fmt: skip
            if text:
                head = row((f"{glyphs.right} ", "accent"), (f"{word}: ", "muted"))
                rows += wrap((*head, Piece(plain(text), role)), width, "    ")[:3]
        return rows


def _span(seconds: float) -> str:
    """``1:02:05``, ``2:05``; a clock that was put back counts from nought."""
    minutes, rest = divmod(max(int(seconds), 0), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _no_words(moment: Moment, lang: str) -> None:
    return None


class NotesApp(Dressed):
    """Follows the demo ``name`` (None: whichever is presented). Raises ValueError for a name or a
    run that is none, OSError. Without ``lang`` it speaks the presenter's language."""

    TITLE = "redis-tutor"
    CSS_PATH: ClassVar[CSSPathType | None] = ["../app.tcss", "notes.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("language", "shade", "quit"),
        Binding("ctrl+c", "help_quit", show=False, system=True),
    ]
    ENABLE_COMMAND_PALETTE = False

    def __init__(
        self, name: str | None, run: str = "", lang: str | None = None, *, theme: str = "dark",
        words: Words = _no_words, now: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        super().__init__()
        self.follows_language = lang is None
        self._follower = Follower(name, run)
        command = ["redis-tutor", "demo", *([name] if name else [])]
        self._waits_for = " ".join([*command, *(["--run", run] if run else [])])
        self._words, self._now = words, now
        self.theme = LIGHT.name if theme == "light" else DARK.name

    def get_default_screen(self) -> NotesScreen:
        """There is only one."""
        return NotesScreen(self._follower, self._waits_for, self._words, self._now)

    def speak(self, code: str) -> None:
        """Show everything in this language."""
        with suppress(MissingCatalog):
            set_language(code)
        for screen in self.screen_stack:
            if isinstance(screen, Translated):
                screen.retranslate()

    def action_language(self) -> None:
        """To the other language, and no longer to the presenter's."""
        self.follows_language = False
        codes = list(LANGUAGES)
        self.speak(codes[(codes.index(language()) + 1) % len(codes)])

    def action_theme(self) -> None:
        """Light or dark."""
        self.theme = LIGHT.name if self.theme == DARK.name else DARK.name

    def action_help_quit(self) -> None:
        """Ctrl-C does nothing: F10 leaves."""
