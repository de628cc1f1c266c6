"""A demo on stage: a lab's own screen with the presentation around it.

    caption: scene, note, what the next key does
    the lab, played by the script or by hand
    figures in large type, the prompt, time, keys

Whatever changes the lab by hand takes the keyboard from the script; Ctrl+T gives it back.
"""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen
from textual.types import CSSPathType

from tutor.course.presenting import Presentation, Said
from tutor.course.scenelabs import scene_lab
from tutor.diagrams.canvas import clip_line
from tutor.diagrams.labs import draw_compact, draw_counters, draw_topology
from tutor.engine.replies import BLOCKED
from tutor.i18n import _, language
from tutor.labs.durability.policies import POLICIES
from tutor.tui.keys import KEYS, bindings, key_name
from tutor.tui.labkeys import Section
from tutor.tui.labview import PANELS
from tutor.tui.paint import row
from tutor.tui.screens.durability import StageScreen
from tutor.tui.screens.lab import LabScreen
from tutor.tui.screens.lane_lab import LaneLabScreen
from tutor.tui.screens.replication_lab import ReplicationLabScreen
from tutor.tui.widgets.caption import Caption, Figures
from tutor.tui.widgets.console import MOST_LINES, ConsolePane
from tutor.tui.widgets.labslider import LabSlider
from tutor.tui.widgets.output import Exchange
from tutor.tui.widgets.prompt import PromptInput

if TYPE_CHECKING:
    from tutor.tui.talk import Talk

FRAME_S = 0.04
_LOOKING = frozenset({"up", "down", "panel", "xray"})
"""Keys of a lab that only look at it."""

_PRESENTERS = ("forth", "take_back", "hands", "scenes", "large", "shades")
_KEYS = bindings(*_PRESENTERS, "help", "language", "panel", "quit")


class Presenting(LabScreen):
    """What is common to all labs on stage. ``talk`` is what lasts from scene to scene."""

    talk: Talk

    def __init_subclass__(cls, **options: Any) -> None:
        """Style sheets would know the first base only; the lab's own screen is the second."""
        super().__init_subclass__(**options)
        names = {base.__name__ for base in cls.__mro__ if issubclass(base, Screen)}
        cls._css_type_names = frozenset({*cls._css_type_names, *names})

    _seen_takes = -1
    _at: tuple[str, str, str] = ("", "", "")
    _before = 0.0

    def begin(self, talk: Talk) -> None:
        """Belong to a talk; called before the screen is shown."""
        self.talk = talk
        self.caption = Caption(self.presentation, lambda: talk.large, id="caption")
        self.figures = Figures(self.presentation, self._figures, id="figures")
        self._exchanges: list[tuple[Said, Exchange]] = []
        self.add_class("-presented")
        self.put()

    @property
    def presentation(self) -> Presentation:
        """Where the script is."""
        return self.talk.presentation

    def compose(self) -> ComposeResult:
        """The caption and the figures first, then the lab."""
        yield self.caption
        yield self.figures
        yield from super().compose()

    def on_mount(self) -> None:
        """Time passes for the script."""
        self._before = time.monotonic()
        self.set_interval(FRAME_S, self.follow_script)
        self.call_after_refresh(self.show_all)

    # what a lab has of its own

    @abstractmethod
    def point_at(self, name: str) -> None:
        """Choose what is looked at closely."""

    def stand_at(self, place: str) -> None:
        """The prompt goes to a server."""

    def show_panel(self, name: str) -> None:
        """A panel, where there are several."""

    @property
    def typing(self) -> ConsolePane | None:
        """Where commands are typed, if that is seen."""
        return None

    # the script

    def put(self) -> None:
        """The lab that the script has now takes the place of the one that was shown."""
        self._seen_takes = self.presentation.takes
        self.playing.running = False
        self.playing.choose(lambda: self.presentation.lab)
        self.playing.go(self.playing.last)
        self._at = ("", "", "")
        self._exchanges.clear()

    def tick(self) -> None:
        """The script moves the lab; by hand its own clock does."""
        if not self.presentation.interrupted:
            self.playing.running = False
        super().tick()

    def follow_script(self) -> None:
        """A moment has passed."""
        now = time.monotonic()
        passed, self._before = min(now - self._before, 0.25), now
        if not self.presentation.busy or self.presentation.interrupted:
            return
        with self.turns.glance() as mine:
            changed = mine and self.presentation.advance(passed)
        if changed:
            self.show_all()

    def show_all(self) -> None:
        """Everything as the script has it."""
        self.set_class(self.presentation.interrupted, "-hands")
        self.set_class(self.talk.large, "-large")
        if not self.presentation.interrupted:
            if self._seen_takes != self.presentation.takes:
                self.put()
                if self.typing is not None:
                    self.typing.output.clear()
            self.playing.go(self.playing.last)
            self._stand()
            self._show_said()
        self.look()
        self.talk.tell()

    def _stand(self) -> None:
        """Where the script has led the eye since the last look."""
        shown = self.presentation
        present = (shown.chosen, shown.place, shown.panel)
        if present != self._at:
            chosen, place, panel = present
            if chosen and chosen != self._at[0]:
                self.point_at(chosen)
            if place and place != self._at[1]:
                self.stand_at(place)
            if panel and panel != self._at[2]:
                self.show_panel(panel)
            self._at = present

    def _show_said(self) -> None:
        pane = self.typing
        if pane is None:
            return
        for said in self.presentation.said[len(self._exchanges) :]:
            self.stand_at(said.place)
            exchange = pane.output.command(str(pane.desk.backend.prompt()), said.line)
            self._exchanges.append((said, exchange))
            if said.is_command and said.answer is BLOCKED:
                exchange.waiting = True
                pane.output.changed(exchange)
            elif said.is_command:
                answer(pane, exchange, said)
        for said, exchange in self._exchanges:
            if exchange.waiting and said.answer is not BLOCKED:
                exchange.waiting = False
                answer(pane, exchange, said)
        self.stand_at(self.presentation.place)
        if pane.prompt.value != self.presentation.typed:
            pane.prompt.put(self.presentation.typed)
        pane.look()

    def _figures(self) -> dict[str, float | str]:
        """Those of the run that is shown: the instructor's own as well."""
        return dict(scene_lab(self.presentation.scene.setup.lab).figures(self.playing.lab))

    def look(self) -> None:
        """Also what stands around the lab."""
        if self.is_mounted:
            self.caption.fit_height(self.caption.content_size.width)
            self.figures.refresh()
        super().look()

    def retranslate(self) -> None:
        """Notes as well."""
        self.presentation.lang = language()
        super().retranslate()
        self.talk.tell()

    def own_help(self) -> list[Section]:
        """The presenter's keys, then the lab's."""
        lines = [(key_name(KEYS[one].keys), _(KEYS[one].help)) for one in _PRESENTERS]
        clicker = _("Clickers send PgDn and PgUp. A key of the lab takes the keyboard by itself.")
        return [(_("Presenting"), [*lines, ("", clicker)]), *super().own_help()]

    # the presenter's keys

    def action_forth(self) -> None:
        """Go on."""
        self.talk.do(self.presentation.next)

    def action_take_back(self) -> None:
        """Take back."""
        self.talk.do(self.presentation.back)

    def action_hands(self) -> None:
        """Take the keyboard, or give it back."""
        if self.presentation.interrupted:
            self.talk.do(self.presentation.resume)
        else:
            self.hands()

    def action_scenes(self) -> None:
        """The list of scenes."""
        self.talk.choose_scene()

    def action_large(self) -> None:
        """Large type, or the usual."""
        self.talk.large = not self.talk.large
        self.show_all()

    def action_shades(self) -> None:
        """The next set of colours."""
        self.talk.next_theme()

    # somebody else's hands

    def hands(self) -> None:
        """The instructor acts: the script waits, and what it was typing is out of the way."""
        if not self.presentation.interrupted:
            self.presentation.interrupt()
            pane = self.typing
            if pane is not None and pane.prompt.value == self.presentation.typed:
                pane.prompt.put("")
            self.show_all()

    def action_lab(self, word: str) -> None:
        """A key of the lab that is no knob."""
        if word not in _LOOKING:
            self.hands()
        super().action_lab(word)

    def action_knob(self, letter: str) -> None:
        """A knob turned by hand."""
        self.hands()
        super().action_knob(letter)

    @on(LabSlider.Moved)
    def _time_by_hand(self) -> None:
        self.hands()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Somebody is about to type."""
        if isinstance(event.widget, PromptInput):
            self.hands()


def answer(pane: ConsolePane, exchange: Exchange, said: Said) -> None:
    """Show the reply to a line."""
    from tutor.console.render import render_beginning

    lines, _left = render_beginning(said.answer, MOST_LINES, 2, True, said.argv)
    exchange.reply += [row(*line) for line in lines]
    pane.output.changed(exchange)


class PresentedReplication(Presenting, ReplicationLabScreen, inherit_bindings=False):
    """The replication lab."""

    CSS_PATH: ClassVar[CSSPathType | None] = ["replication_lab.tcss", "demo.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [*_KEYS, *bindings("clear", "card")]

    @property
    def typing(self) -> ConsolePane | None:
        return self.console_pane

    def action_word(self) -> None:
        """A word is about to be typed by hand."""
        self.hands()
        super().action_word()

    def point_at(self, name: str) -> None:
        self.chosen = name

    def stand_at(self, place: str) -> None:
        self.desk.choose(place)

    def show_panel(self, name: str) -> None:
        self.panel = PANELS[PANELS.index(name)]

    def draw(self, width: int, height: int) -> None:
        """In large type only the servers and their sums."""
        super().draw(width, height)
        if self.talk.large and width > 0:
            frame = self.playing.frame
            sums = draw_counters(frame, width)
            lines = draw_topology(frame, width, height - len(sums))
            if len(lines) + len(sums) > height:
                lines = draw_compact(frame, None, width)
            shown = [clip_line(line, width) for line in [*lines, *sums][:height]]
            self.canvas.draw(shown, self.chosen.split("-"))


class PresentedStage(Presenting, StageScreen, inherit_bindings=False):
    """The persistence stage."""

    CSS_PATH: ClassVar[CSSPathType | None] = ["durability.tcss", "demo.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [*_KEYS]

    def point_at(self, name: str) -> None:
        self.chosen = list(POLICIES).index(name)


class PresentedLanes(Presenting, LaneLabScreen, inherit_bindings=False):
    """Any lab of lanes."""

    CSS_PATH: ClassVar[CSSPathType | None] = ["lane_lab.tcss", "demo.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [*_KEYS, *bindings("view", "clear", "card")]

    def begin(self, talk: Talk) -> None:
        """The prompt is seen in scenes in which something is typed."""
        super().begin(talk)
        typed = any(
            cue.kind == "type" for beat in self.presentation.scene.beats for cue in beat.cues
        )
        self.set_class(typed, "-prompt")

    @property
    def typing(self) -> ConsolePane | None:
        return self.console_pane if self.has_class("-prompt") else None

    def action_word(self) -> None:
        """A word is about to be typed by hand."""
        self.hands()
        super().action_word()

    def point_at(self, name: str) -> None:
        names = self.playing.lab.names
        if name in names:
            self.choose(names.index(name))

    def stand_at(self, place: str) -> None:
        if place in self.playing.lab.places:
            self.desk.name = place


def _replication(talk: Talk) -> Presenting:
    setup = talk.presentation.scene.setup
    return PresentedReplication(
        talk.history, setup.experiment, talk.presentation.seed, setup.replicas
    )


def _stage(talk: Talk) -> Presenting:
    return PresentedStage(None, talk.presentation.seed)


def _lanes(talk: Talk) -> Presenting:
    scene = talk.presentation.scene
    setup = scene.setup
    return PresentedLanes(
        setup.lab, setup.experiment, scene.chosen, talk.presentation.seed, setup.settings,
        talk.history,
    )  # fmt: skip


SCREENS: Mapping[str, Callable[[Talk], Presenting]] = {
    "replication": _replication,
    "durability": _stage,
}
"""How the screen of a lab is made; every lab that is not named is one of lanes."""


def screen_of(talk: Talk) -> Presenting:
    """The screen of the present scene."""
    screen = SCREENS.get(talk.presentation.scene.setup.lab, _lanes)(talk)
    screen.begin(talk)
    return screen
