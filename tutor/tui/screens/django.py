"""Django's cache on the screen: the prompt ``>>>``, the wire, the key as it is stored.

    prompt ─▶ one thread (Django, redis-py, sockets) ─▶ outcome ─▶ console, wire, key

Calls are carried out one after the other in a thread of their own, so the screen goes on while a
server does not answer. The servers start when the screen opens and stop when it closes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, ClassVar, Literal

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.types import CSSPathType

from tutor.i18n import _, language, pgettext, set_language
from tutor.tui.base import BaseScreen
from tutor.tui.glyphs import glyphs
from tutor.tui.keys import bindings
from tutor.tui.paint import EMPTY, Row, fit, row, wrap
from tutor.tui.stepping import Stepping
from tutor.tui.widgets.body import Body
from tutor.tui.widgets.entry import Entry
from tutor.tui.widgets.keybar import KeyBar
from tutor.tui.widgets.notice import TooSmall
from tutor.tui.widgets.output import Exchange, Output
from tutor.tui.widgets.panelhead import PanelHead
from tutor.tui.widgets.prompt import PromptInput
from tutor.tui.widgets.pythonentry import PROMPT, PythonEntry, python_pieces
from tutor.tui.widgets.rows import Rows
from tutor.tui.widgets.topbar import TopBar

if TYPE_CHECKING:
    from tutor.console.history import History
    from tutor.console.render import Line
    from tutor.network.django.fleet import ServerState
    from tutor.network.django.session import Outcome, Session
    from tutor.network.django.stored import Stored

Look = Literal["structure", "bytes", "pickle"]
LOOKS: tuple[Look, ...] = ("structure", "pickle", "bytes")
KEPT_CALLS = 200
RECENT_S = 0.5


class DjangoScreen(BaseScreen[None]):
    """``settings`` is the name of the block to begin with."""

    CSS_PATH: ClassVar[CSSPathType | None] = ["django.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = bindings(
        "help", "language", "look", "panel", "card", "clear", "earlier", "later", "palette", "home",
        "quit",
    )  # fmt: skip
    AUTO_FOCUS = "#python-prompt"

    def __init__(self, settings: str = "replicas") -> None:
        super().__init__()
        self.session: Session | None = None
        self.look_at: Look = "structure"
        self.calls: list[Outcome] = []
        self.stepping: Stepping | None = None
        """A function that is gone through line by line."""
        self.pending = 0
        """Lines that have been entered and are not done."""
        self._settings = settings
        self._states: tuple[ServerState, ...] = ()
        self._failure: BaseException | None = None
        self._history: History | None = None
        self._thread = ThreadPoolExecutor(1, "redis-tutor django")
        self._key_box, self._traffic_box = Vertical(id="key"), Vertical(id="traffic")
        self.console = Vertical(id="console")
        self.key_body = Body(self._key_rows, follow=False, id="key-body")
        self.wire = Body(self._wire_rows, follow=True, id="wire")
        self.servers = Rows(self._server_rows, id="servers")
        self.output = Output(id="output")
        self.output.pieces = python_pieces
        self.entry = PythonEntry(lambda: self.session, self._earlier, id="entry")

    def compose(self) -> ComposeResult:
        """Head, the key beside servers and wire, console, keys."""
        yield TopBar(self._where, self._state)
        yield TooSmall()
        with Horizontal(id="upper"):
            with self._key_box:
                yield PanelHead(self._key_box, self._key_title, self._looks)
                yield self.key_body
            with self._traffic_box:
                yield PanelHead(self._traffic_box, self._wire_title)
                yield self.servers
                yield self.wire
        with self.console:
            yield PanelHead(self.console, lambda: row((_("Console"), "title")))
            yield self.output
            yield self.entry
        yield KeyBar()

    # beginning and end

    def on_mount(self) -> None:
        """Start the servers beside the screen."""
        self.output.say(lambda: row((_("Starting Django and the servers…"), "muted")))
        self.pending += 1
        self._thread.submit(self._open)
        self.set_interval(RECENT_S, self._watch)

    def on_unmount(self) -> None:
        """Stop them."""
        session = self.session
        if session is not None:
            self._thread.submit(session.close)
        self._thread.shutdown(wait=False)

    def _open(self) -> None:
        """In the thread: Django is imported here, and nowhere before."""
        try:
            from tutor.console.django.words import settings_of
            from tutor.network.django.session import Session

            session = Session(settings_of(self._settings))
        except Exception as error:
            self.app.call_from_thread(self._failed, error)
            return
        if not self.is_attached:
            session.close()
            return
        self.app.call_from_thread(self._opened, session)

    def _opened(self, session: Session) -> None:
        self.session = session
        self.pending -= 1
        self._states = session.fleet.states()
        self.output.clear()
        self.output.say(_greeting)
        self.look()

    def _failed(self, error: BaseException) -> None:
        from tutor.console.django.cards import missing_card
        from tutor.network.django.caches import is_djangos_absence

        self._failure = error
        self.pending -= 1
        text = f"{type(error).__name__}: {error}"
        told = Exchange(reply=[row((text, "error"))])
        if is_djangos_absence(error):
            told.card, told.open = lambda: missing_card(error), True
        self.output.add(told)

    # a line

    def _earlier(self) -> Sequence[str]:
        if self._history is None:
            from tutor.console.django.typed import open_history

            self._history = open_history()
        return self._history.lines()

    @on(PromptInput.Entered)
    def _entered(self, event: PromptInput.Entered) -> None:
        event.stop()
        for line in event.lines:
            self.enter(line)
        self.entry.prompt.heard(event.lines)

    def enter(self, line: str) -> None:
        """Carry out a line as if it had been typed."""
        if not line.strip() or self._failure is not None:
            return
        self._earlier()
        assert self._history is not None
        self._history.append(line)
        exchange = self.output.command(PROMPT, line)
        exchange.running = lambda: _("running…")
        self.output.changed(exchange)
        self.pending += 1
        self._thread.submit(self._carry_out, line, exchange)

    def _carry_out(self, line: str, exchange: Exchange) -> None:
        """In the thread."""
        from tutor.console.django import words

        session = self.session
        if session is None:
            return
        host = _Host(self, session)
        before = session.last
        try:
            own_word = words.run(line, host)
            outcome = session.last if own_word else session.execute(line)
        except Exception as error:  # a fault of ours: the prompt goes on
            host.show([[(f"{type(error).__name__}: {error}", "error")]])
            own_word, outcome = True, None
        if own_word and outcome is before:
            outcome = None
        states = session.fleet.states()
        if self.is_attached:
            self.app.call_from_thread(self._done, exchange, host, outcome, own_word, states)

    def _done(
        self,
        exchange: Exchange,
        host: _Host,
        outcome: Outcome | None,
        own_word: bool,
        states: tuple[ServerState, ...],
    ) -> None:
        self.pending -= 1
        exchange.running = None
        self._states = states
        if outcome is not None:
            self.calls = [*self.calls, outcome][-KEPT_CALLS:]
            self.stepping = Stepping(outcome) if outcome.steps else None
            self.set_class(self.has_class("-key") or bool(outcome.steps), "-key")
        if own_word:
            exchange.reply = [row(*line) for line in host.lines]
        elif outcome is not None:
            self._tell(exchange, outcome)
        self.output.changed(exchange)
        host.finish()
        self.look()

    def _tell(self, exchange: Exchange, outcome: Outcome) -> None:
        from tutor.console.django.cards import card, note
        from tutor.console.django.report import said_lines

        session = self.session
        assert session is not None
        exchange.reply = [row(*line) for line in said_lines(outcome)]
        if card(outcome, session) is not None:
            exchange.card = lambda: card(outcome, session)
            exchange.open = self.size.height >= 30
        said = note(outcome, session)
        if said:
            exchange.notes.append(lambda: row((note(outcome, session) or said, "note")))

    # showing

    def look(self) -> None:
        """Everything that may have changed."""
        self.servers.renew()
        self.wire.look()
        self.key_body.look()
        self.entry.look()
        for head in self.query(PanelHead):
            head.refresh()
        self.query_one(TopBar).refresh()

    def _watch(self) -> None:
        """Streams arrive, cables hold them back: see how far the servers are."""
        session = self.session
        if session is None or self.app.screen is not self or self.pending:
            return
        self._thread.submit(self._see, session)

    def _see(self, session: Session) -> None:
        states = session.fleet.states()
        if states != self._states and self.is_attached:
            self.app.call_from_thread(self._seen, states)

    def _seen(self, states: tuple[ServerState, ...]) -> None:
        self._states = states
        self.servers.renew()

    def retranslate(self) -> None:
        """Everything in the present language."""
        super().retranslate()
        self.look()

    def _where(self) -> Row:
        return row(("redis-tutor", "muted"), "   ", (_("Django's cache"), "title"))

    def _state(self) -> list[Row]:
        groups = [row((language().upper(), "accent"))]
        session = self.session
        if session is not None:
            from tutor.network.django.settings import BLOCKS

            text = session.settings.text
            name = next((each for each in BLOCKS if BLOCKS[each] == text), _("a file"))
            groups.insert(0, row((":settings ", "dim"), (name, "muted")))
        return groups

    def _server_rows(self, width: int) -> Sequence[Row]:
        if not self._states:
            return []
        from tutor.console.django.report import server_lines

        rows = [fit(row(*line), width, glyphs.ellipsis) for line in server_lines(self._states)]
        return [*rows, EMPTY] if self.size.height >= 30 else rows

    def _wire_title(self) -> Row:
        return row((_("Servers and wire"), "title"))

    def _wire_rows(self, width: int) -> Sequence[Row]:
        from tutor.console.django.report import exchange_line

        rows: list[Row] = []
        for outcome in self.calls:
            if not outcome.exchanges:
                continue
            rows.append(fit(row((PROMPT + outcome.line, "dim")), width, glyphs.ellipsis))
            rows += [fit(row(*exchange_line(one, brief=True)), width, glyphs.ellipsis)
                     for one in outcome.exchanges[:40]]  # fmt: skip
        if not rows:
            text = _("What a call sends, to which server, and what comes back, stands here.")
            return wrap(row((text, "muted")), width)
        return rows

    # the key

    @property
    def stored(self) -> Stored | None:
        """The key that the last call left, or named."""
        return next((one for call in reversed(self.calls) for one in call.stored), None)

    def _key_title(self) -> Row:
        if self.stepping is not None:
            return self.stepping.title()
        stored = self.stored
        if stored is None:
            return row((_("The key as it is stored"), "title"))
        name = stored.key.decode("utf-8", "backslashreplace")
        return row((name, "key"), (f" {glyphs.dot} {stored.server}", "muted"))

    def _looks(self) -> Row:
        if self.stored is None or self.stepping is not None:
            return EMPTY
        names = {
            "structure": _("structure"),
            "pickle": pgettext("view of a key", "value"),
            "bytes": _("bytes"),
        }
        pieces: list[tuple[str, str]] = []
        for one in LOOKS:
            pieces.append((f" {names[one]} ", "chosen" if one == self.look_at else "muted"))
        return row(*pieces)

    def _key_rows(self, width: int) -> Sequence[Row]:
        if self.stepping is not None:
            return self.stepping.rows(width, self.key_body.size.height)
        stored = self.stored
        if stored is None:
            text = _(
                "The key of your last call stands here as the server has it: prefix, version, "
                "name; how the value is written; its lifetime; its place in memory."
            )
            return wrap(row((text, "muted")), width)
        from tutor.console.django.report import stored_facts

        facts = wrap(row((stored_facts(stored), "note")), width)
        return [*facts, EMPTY, *self._picture(stored, width)]

    def _picture(self, stored: Stored, width: int) -> list[Row]:
        if self.look_at == "pickle" and stored.data:
            from tutor.diagrams.pickles import dissect, draw

            if stored.form == "pickle":
                return [row(*line) for line in draw(dissect(stored.data), width).lines]
            text = stored.data[:4000].decode("utf-8", "backslashreplace")
            return wrap(row((text, "string")), width)
        from tutor.diagrams.picture import draw as draw_key
        from tutor.diagrams.views import views_of

        found = stored.inspection
        view = self.look_at if self.look_at in views_of(found) else "structure"
        return [row(*line) for line in draw_key(found, width, view).lines[2:]]

    # actions

    def action_look(self) -> None:
        """The next view of the key; on a narrow terminal the wire stands between them."""
        narrow = self.has_class("-narrow")
        if self.stepping is not None:
            self.stepping = None
        elif narrow and not self.has_class("-key"):
            self.add_class("-key")
        elif LOOKS.index(self.look_at) < len(LOOKS) - 1:
            self.look_at = LOOKS[LOOKS.index(self.look_at) + 1]
        else:
            self.look_at = LOOKS[0]
            self.remove_class("-key")
        self.look()

    def action_travel(self, by: int) -> None:
        """The next line of a function that is stepped, or the one before."""
        if self.stepping is not None:
            self.stepping.move(by)
            self.look()

    def action_next_panel(self) -> None:
        """Focus goes round."""
        self.focus_next()

    def action_card(self, index: int | None = None) -> None:
        """Unfold or fold a card."""
        self.output.toggle_card(index)

    def action_clear_output(self) -> None:
        """An empty console."""
        self.output.clear()

    def action_paste(self, command: str) -> None:
        """A click on a line to try puts it into the prompt."""
        self.entry.prompt.put(command)
        self.entry.prompt.focus()

    @on(PromptInput.Scrolled)
    def _scrolled(self, event: PromptInput.Scrolled) -> None:
        event.stop()
        by = self.output.scroll_page_down if event.pages > 0 else self.output.scroll_page_up
        by(animate=False)

    @on(Entry.Escaped)
    def _escaped(self, event: Entry.Escaped) -> None:
        event.stop()
        self.app.open_home()  # type: ignore[attr-defined]

    def own_help(self) -> Sequence[tuple[str, Sequence[tuple[str, str]]]]:
        """What this prompt takes."""
        from tutor.console.django.words import WORDS
        from tutor.tui.screens.help import PROMPT_KEYS

        calls = [
            ("cache.set(…)", _("a call of Django's cache with literal values; Tab lists them")),
            ("x = …", _("gives the result a name; _ is the last one")),
            ("caches[\"…\"]", _("another cache of the settings")),
            ("get_leaderboard()", _("the notes' functions, ready to run and to step")),
        ]  # fmt: skip
        words = [(word.syntax, word.summary()) for word in WORDS.values()]
        return [
            (_("Django's cache"), calls),
            (_("Words"), words),
            (_("The prompt"), [(key, text()) for key, text in PROMPT_KEYS]),
        ]


def _greeting() -> Row:
    from tutor.network.django.caches import django_version

    text = _("Real servers, a real wire, Django {version}. Try: {call}")
    return row((text.format(version=django_version(), call='cache.set("k", {"a": 1})'), "muted"))


class _Host:
    """Gathers what a word says; what concerns the screen is done when it is back."""

    def __init__(self, screen: DjangoScreen, session: Session) -> None:
        self.session = session
        self.lines: list[Line] = []
        self._screen = screen
        self._later: list[Callable[[], object]] = []

    @property
    def width(self) -> int:
        """Columns for text."""
        return max(self._screen.output.scrollable_content_region.width, 40)

    def show(self, lines: Sequence[Line]) -> None:
        """Keep them for the console."""
        self.lines += lines

    def clear(self) -> None:
        """Empty the console."""
        self._later.append(self._screen.output.clear)

    def quit(self) -> None:
        """Back to the list of lessons."""
        self._later.append(self._screen.app.open_home)  # type: ignore[attr-defined]

    def set_language(self, code: str) -> None:
        """The whole app's; what is unknown is refused at once."""
        before = language()
        set_language(code)
        set_language(before)
        self._later.append(lambda: self._screen.app.speak(code))  # type: ignore[attr-defined]

    def finish(self) -> None:
        """In the screen's own thread."""
        for one in self._later:
            one()
