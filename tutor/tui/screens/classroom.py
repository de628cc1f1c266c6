"""The instructor's screen of a class: learners, their commands as they arrive, one learner's keys.

    learner        where                     clients keys errors/min idle   last command
    ● Анна         LIST: queues 3/7                2   14              4 s    LPUSH anna:q job
    ▲ Boris        LIST: queues 2/7: hints opened  1    3          2  40 s  ✗ LPOP q
    ─────────────────────────────────────────────────────────────────────────────────────────
    12:03:05.123 anna  LPUSH anna:q job            9 µs │ X-ray of a key

The server runs in a thread of its own; this screen takes a turn with the engine some times a
second.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.types import CSSPathType
from textual.widget import Widget

from tutor.console.classwords import clients_text, join_lines, place_text, state_text
from tutor.console.trouble import reason
from tutor.course.classroom.hall import Hall
from tutor.course.classroom.model import Row as LearnerRow
from tutor.course.classroom.roster import Learner
from tutor.course.classroom.sheet import write_sheet
from tutor.course.outline import Outline
from tutor.i18n import _, language, ngettext
from tutor.tui.base import BaseScreen
from tutor.tui.classkeys import CLASS_KEYS, class_bindings, class_help
from tutor.tui.glyphs import glyphs
from tutor.tui.keys import bindings
from tutor.tui.labkeys import Section
from tutor.tui.paint import Piece, Row, fit, row, wrap
from tutor.tui.viewing import View
from tutor.tui.widgets.classlists import (
    ChoiceCanvas,
    LearnerLog,
    key_rows,
    keys_title,
    learner_rows,
)
from tutor.tui.widgets.keybar import KeyBar
from tutor.tui.widgets.notice import TooSmall
from tutor.tui.widgets.painted import Line
from tutor.tui.widgets.panelhead import PanelHead
from tutor.tui.widgets.topbar import TopBar
from tutor.tui.widgets.xraypane import XrayPane
from tutor.tui.xray import Xray

LOOK_S = 0.2
HURRY = 1000
HURRIED_LOOKS = 4
"""From so many commands a second on the screen looks at every fourth tick: while it is drawn no
command is carried out."""

TWICE_S = 5.0
"""What ends connections is asked for twice, within so many seconds."""

SHEET = "class.csv"
KEPT_TICKS = 150
"""Every how many ticks the sheet is written where a file was named."""


class _Lines(Line):
    """Rows that are made whenever they are looked at."""

    def __init__(self, make: Callable[[], Sequence[Row]], *, id: str) -> None:
        super().__init__(id=id)
        self._make = make

    def compose_rows(self, width: int) -> Sequence[Row]:
        return [part for each in self._make() for part in wrap(each, width, "  ")]


class ClassroomScreen(BaseScreen[None]):
    """``sheet`` is the file of the progress; "" or None: ``class.csv`` where we are."""

    CSS_PATH: ClassVar[CSSPathType | None] = ["classroom.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("help", "language", "view", "panel", "panel_back", "palette", "quit"),
        *class_bindings(),
    ]
    AUTO_FOCUS = "#learners"

    def __init__(self, hall: Hall, outline: Outline, sheet: str | None = None) -> None:
        super().__init__()
        self.hall = hall
        self._course = outline.course
        self._sheet, self._keeps = Path(sheet or SHEET), bool(sheet)
        self._ticks = 0
        self._asked: tuple[str, str, float] = ("", "", 0.0)
        self._seen_total = -1
        self._ended = False
        self._rows: list[LearnerRow] = []
        self.xray = Xray()
        self.list = ChoiceCanvas(self._learner_rows, id="learners")
        self.log_view = LearnerLog(id="arrivals")
        self.keys = ChoiceCanvas(self._key_rows, id="keys")
        self.xray_pane = XrayPane(self.xray, id="xray")
        self._heard = Vertical(id="heard")
        self._looked = Vertical(id="looked")

    def compose(self) -> ComposeResult:
        """Head, learners, the chosen one, commands and keys, what can be done."""
        yield TopBar(self._where, self._state)
        yield TooSmall()
        yield self.list
        yield _Lines(self._chosen_rows, id="chosen")
        with Horizontal(id="below"):
            with self._heard:
                yield PanelHead(self._heard, self._heard_title, self._heard_right)
                yield self.log_view
            with self._looked:
                yield PanelHead(self._looked, self._keys_title, corner=True)
                yield self.keys
                yield self.xray_pane
        yield _Lines(self._knobs, id="knobs")
        yield KeyBar()

    def on_mount(self) -> None:
        """Look now and then."""
        self.xray.watch(self.hall.world)
        self.set_interval(LOOK_S, self.tick)
        self.look()
        if not len(self.hall.roster):
            self.notify(_("Nobody is named yet: A lets a learner in."), markup=False)

    # what there is

    @property
    def chosen(self) -> LearnerRow | None:
        """The learner on whom the bar is."""
        rows = self._rows
        return rows[min(self.list.index, len(rows) - 1)] if rows else None

    @property
    def showing_keys(self) -> bool:
        """Whether the chosen learner's keys are shown."""
        return self.has_class("-keys")

    def tick(self) -> None:
        """Look, not so often if that would take the time from the class."""
        self._ticks += 1
        rate = self.hall.world.engine.stats.metrics["ops"].per_second
        if rate <= HURRY or self._ticks % HURRIED_LOOKS == 0:
            self.look()
        if self._keeps and self._ticks % KEPT_TICKS == 0:
            self._keeps = self._written()

    def look(self) -> None:
        """Show everything as it is now."""
        while self.hall.service.warnings:
            self.notify(self.hall.service.warnings.popleft(), severity="warning", markup=False)
        self._notice_end()
        if not self.hall.look():
            return
        self._rows = self.hall.rows
        with self.hall.world.lock.glance() as mine:
            if mine:
                self.log_view.look(self.hall.traffic)
        self.list.look()
        self._look_at_keys()
        for line in self.query(_Lines):
            line.refresh()
        for head in self.query(PanelHead):
            head.refresh()
        self.query_one(TopBar).refresh()

    def _notice_end(self) -> None:
        if self.hall.service.ending and not self._ended:
            self._ended = True
            text = _("The server has stopped: nobody can come in. F10 leaves and writes the sheet.")
            self.notify(text, severity="error", timeout=60, markup=False)

    def _look_at_keys(self) -> None:
        if not self.showing_keys:
            return
        self.keys.look()
        places = self._places
        wanted = places[self.keys.index] if places else None
        total = self.hall.traffic.total
        if wanted is not None and (wanted != self.xray.place or total != self._seen_total):
            if wanted != self.xray.place:
                self.xray.show(wanted)
            self._seen_total = total
            self.xray_pane.look()
        self.xray_pane.display = wanted is not None

    @property
    def _places(self) -> list[tuple[int, bytes]]:
        chosen = self.chosen
        return self.hall.keys.get(chosen.learner.user, []) if chosen is not None else []

    # rows

    def _where(self) -> Row:
        return row(("redis-tutor", "muted"), "   ", (_("Class"), "title"))

    def _state(self) -> list[Row]:
        rows = self._rows
        here = sum(each.clients > 0 for each in rows)
        stuck = sum(bool(each.stuck) for each in rows)
        total = ngettext("{n} learner", "{n} learners", len(rows)).format(n=len(rows))
        groups = [
            row((total, "muted")),
            row((_("{n} here").format(n=here), "ok" if here else "muted")),
        ]
        if self.hall.classroom.strangers:
            count = self.hall.classroom.strangers
            text = ngettext("{n} not logged in", "{n} not logged in", count).format(n=count)
            groups.insert(0, row((text, "muted")))
        if stuck:
            text = ngettext("{n} stuck", "{n} stuck", stuck).format(n=stuck)
            groups.append(row((f"{glyphs.warning} {text}", "warning")))
        address = next(iter(self.hall.service.addresses), "")
        port = (f"{glyphs.right} {address}", "ok") if address else (_("closed"), "fail")
        return [*groups, row(port), row((language().upper(), "accent"))]

    def _learner_rows(self, width: int) -> tuple[list[Row], list[Row]]:
        return learner_rows(self._rows, self._course, width)

    def _key_rows(self, width: int) -> tuple[list[Row], list[Row]]:
        chosen = self.chosen
        if chosen is None:
            return [], []
        rows = key_rows(self._places, chosen.learner.prefix)
        return [], [fit(each, width, glyphs.ellipsis) for each in rows]

    def _chosen_rows(self) -> list[Row]:
        chosen = self.chosen
        if chosen is None:
            return [row((_("A lets a learner in."), "muted"))]
        place = chosen.place
        words = [state_text(chosen.state), clients_text(chosen)]
        if place.step:
            words.append(f"{place_text(place, self._course)} {place.step}")
            words.append(_("tries {n}, failed in a row {failed}, hints {hints}").format(
                n=place.tries, failed=place.failed, hints=place.hints))  # fmt: skip
        words.append(_("commands {n}, errors {errors}").format(
            n=chosen.commands, errors=chosen.errors))  # fmt: skip
        if chosen.wrong_words:
            words.append(_("wrong words {n}").format(n=chosen.wrong_words))
        said = f" {glyphs.dot} ".join(word for word in words if word)
        return [row((chosen.learner.name, "strong"), f"  {said}")]

    def _heard_title(self) -> Row:
        if self.log_view.only is None:
            return row((_("Commands of all"), "title"))
        chosen = self.chosen
        name = chosen.learner.name if chosen is not None else ""
        return row((_("Commands of {name}").format(name=name), "title"))

    def _heard_right(self) -> Row:
        if self.log_view.newer:
            text = ngettext("{n} newer: End", "{n} newer: End", self.log_view.newer)
            return row((text.format(n=self.log_view.newer), "warning"))
        rate = self.hall.world.engine.stats.metrics["ops"].per_second
        text = ngettext("{n} command/s", "{n} commands/s", rate).format(n=rate)
        return row((text, "muted"))

    def _keys_title(self) -> Row:
        chosen = self.chosen
        if chosen is None:
            return ()
        return row((keys_title(chosen.learner.name, chosen.keys, self.hall.counting), "title"))

    def _knobs(self) -> list[Row]:
        pieces: list[Piece] = []
        for key in CLASS_KEYS:
            if key.word is not None:
                pieces.append(Piece(key.shown, "hotkey", f"screen.{key.action}"))
                pieces.append(Piece(f" {key.word()}", "muted", f"screen.{key.action}"))
                pieces.append(Piece("  "))
        return [tuple(pieces)]

    # actions

    @on(ChoiceCanvas.Chosen, "#learners")
    def _other_learner(self) -> None:
        chosen = self.chosen
        if self.log_view.only is not None and chosen is not None:
            self.log_view.show_only(chosen.learner.user)
        self.keys.index = 0
        self.look()

    @on(ChoiceCanvas.Chosen, "#keys")
    def _other_key(self) -> None:
        self.look()

    @on(ChoiceCanvas.Taken, "#learners")
    def _to_keys(self) -> None:
        if not self.showing_keys:
            self.action_keys()
        self.call_after_refresh(self.keys.focus)

    @on(ChoiceCanvas.Taken, "#keys")
    def _to_xray(self) -> None:
        self.xray_pane.canvas.focus()

    def action_keys(self) -> None:
        """Show the chosen learner's keys, or show them no more."""
        focused = self.focused
        self.set_class(not self.showing_keys, "-keys")
        hidden = focused in (self.keys, self.xray_pane.canvas) and not self.showing_keys
        if hidden or (focused is self.log_view and self.has_class("-narrow")):
            self.list.focus()
        self._seen_total = -1
        self.call_after_refresh(self.look)

    def action_only(self) -> None:
        """The commands of the chosen learner, or of all."""
        chosen = self.chosen
        if chosen is not None:
            only = chosen.learner.user if self.log_view.only is None else None
            self.log_view.show_only(only)
            self.look()

    def action_next_stuck(self) -> None:
        """The next learner who seems to be stuck."""
        count, start = len(self._rows), self.list.index
        for at in (*range(start + 1, count), *range(min(start + 1, count))):
            if self._rows[at].stuck:
                self.list.choose(at)
                return
        self.notify(_("Nobody seems to be stuck."), markup=False)

    def action_addresses(self) -> None:
        """Everybody's address with his word."""
        from tutor.tui.screens.document import DocumentScreen

        self.app.push_screen(DocumentScreen(self._addresses, "redis-class"))

    def _addresses(self) -> str:
        title = _("Addresses")
        parts = [f"# {title}"]
        if self.hall.here_only:
            text = _("Only this computer can come in: --bind 0.0.0.0 opens it for your network.")
            parts.append(text)
        how = _("An address goes behind {cli}, or for a tutor behind {tutor}.")
        parts.append(how.format(cli="`redis-cli -u`", tutor="`redis-tutor learn --join`"))
        lines = (f"{each.name}\n    {self.hall.url(each)}" for each in self.hall.roster)
        parts.append("```text\n{}\n```".format("\n".join(lines)))
        return "\n\n".join(parts)

    def action_add(self) -> None:
        """Let one more in."""
        from tutor.tui.screens.learnername import LearnerNameScreen

        self.app.push_screen(LearnerNameScreen(self.hall.add), self._added)

    def _added(self, learner: Learner | None) -> None:
        if learner is not None:
            self.look()
            self.list.choose(len(self._rows) - 1)
            self._tell(join_lines(self.hall, learner)[0])

    def action_kick(self) -> None:
        """End the chosen learner's connections."""
        chosen = self.chosen
        if chosen is None:
            return
        name = chosen.learner.name
        if not self._twice("kick", chosen, _("K again ends all connections of {name}.")):
            return
        killed = self.hall.kick(chosen.learner)
        text = ngettext("{n} connection of {name} has ended.",
                        "{n} connections of {name} have ended.", killed)  # fmt: skip
        self._tell(text.format(n=killed, name=name))

    def action_renew(self) -> None:
        """Another word for the chosen learner."""
        chosen = self.chosen
        ask = _("W again makes a new word for {name}; the present connections end.")
        if chosen is not None and self._twice("renew", chosen, ask):
            self.hall.renew(chosen.learner)
            self._tell(_("{name} has a new word: J shows it.").format(name=chosen.learner.name))

    def _twice(self, what: str, chosen: LearnerRow, ask: str) -> bool:
        """Whether the same was asked for just now; if not, say what a second time would do."""
        key, when = (what, chosen.learner.id), monotonic()
        again = self._asked[:2] == key and when - self._asked[2] < TWICE_S
        self._asked = ("", "", 0.0) if again else (*key, when)
        if not again:
            self.notify(ask.format(name=chosen.learner.name), severity="warning", markup=False)
        return again

    def action_export(self) -> None:
        """Write the sheet."""
        if self._written():
            self._tell(_("Written: {file}").format(file=self._sheet))

    def _written(self) -> bool:
        """Write the sheet, or say why it cannot be written."""
        try:
            with self.hall.world.lock:
                write_sheet(self.hall.classroom, self._sheet)
        except OSError as error:
            self.notify(reason(error), severity="warning", markup=False)
            return False
        return True

    def _tell(self, text: str) -> None:
        self.notify(text, markup=False)
        self.look()

    def action_xray_view(self, view: View | None = None) -> None:
        """Another view of the key."""
        if not self.showing_keys:
            self.action_keys()
        elif view is None:
            self.xray.next_view()
        else:
            self.xray.view = view
        self.xray_pane.look()

    def action_xray_page(self, by: int) -> None:
        """Another part of a long structure."""
        self.xray_pane.turn(by)

    def _panels(self) -> list[Widget]:
        panels = [self.list, self.log_view, self.keys, self.xray_pane.canvas]
        return [each for each in panels if each.region.area]

    def action_next_panel(self, by: int = 1) -> None:
        """The panel after this one."""
        panels = self._panels()
        at = panels.index(self.focused) if self.focused in panels else -by
        panels[(at + by) % len(panels)].focus()

    def action_previous_panel(self) -> None:
        """The panel before this one."""
        self.action_next_panel(-1)

    @on(events.ScreenResume)
    @on(events.Resize)
    def _look_again(self) -> None:
        self.call_after_refresh(self.look)

    def retranslate(self) -> None:
        """Everything in the present language."""
        super().retranslate()
        self.look()

    def own_help(self) -> list[Section]:
        """The keys of the screen."""
        return class_help()
