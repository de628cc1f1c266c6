"""A step of a lesson that is played in the lab: its story, beside it the lab, a prompt on a node.

On a narrow terminal story and lab share a place; F6 or a click on their tabs changes between them.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.types import CSSPathType
from textual.widget import Widget

from tutor.console.history import History
from tutor.course.calls import CallEntry
from tutor.course.labview import NodeEntry, entry_of
from tutor.course.model import LabSetup, LaneSetup
from tutor.course.player import Player
from tutor.course.views import DemoTurn, Feedback
from tutor.engine.replies import BLOCKED
from tutor.i18n import _, language
from tutor.labs.catalog import AnyLab
from tutor.labs.replication.lab import Deed, Lab
from tutor.tui.keys import bindings
from tutor.tui.labdesk import LabMove
from tutor.tui.labkeys import PlayKey
from tutor.tui.labview import panel_in, panel_name
from tutor.tui.labwords import WordConsole
from tutor.tui.lanekeys import GIVEN_RUN_KEYS
from tutor.tui.lessonplay import LessonPlay
from tutor.tui.paint import EMPTY, Row, row
from tutor.tui.screens.lane_lab import LaneLabScreen
from tutor.tui.screens.prompted import PromptedLabScreen
from tutor.tui.screens.replication_lab import ReplicationLabScreen
from tutor.tui.widgets.besideentry import PROMPT
from tutor.tui.widgets.console import ConsolePane
from tutor.tui.widgets.keybar import KeyBar
from tutor.tui.widgets.labcanvas import KnobBar
from tutor.tui.widgets.notice import TooSmall
from tutor.tui.widgets.output import Exchange
from tutor.tui.widgets.panelhead import PanelHead
from tutor.tui.widgets.story import Story
from tutor.tui.widgets.tabs import PanelTabs
from tutor.tui.widgets.topbar import TopBar

JUDGE_TICKS = 5
"""The story follows the lab at every fifth tick: figures that rush by cannot be read."""

REST_TICKS = 900
"""After so many ticks in which nobody did anything time stands still: a learner may be reading, or
have gone; the run that is kept does not grow meanwhile."""


class LabLesson(PromptedLabScreen, LessonPlay):
    """Plays the steps of a lesson that have a lab; everything of substance is the `Player`'s. The
    first of the bases of a screen: the other one says which lab it is."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("help", "language")
    given_words: frozenset[str]
    """Words of keys that begin another run: in a lesson the run is given."""

    def begin_lesson(self, player: Player) -> None:
        """What a screen needs besides its lab."""
        self.story = Story(player, id="story")
        self._ticks = self._idle = 0
        self._rests = False
        self._was_passed = False

    @abstractmethod
    def bench(self) -> list[Widget]:
        """The lab beside the story."""

    @abstractmethod
    def bar(self) -> Widget:
        """Its knobs."""

    @abstractmethod
    def bench_title(self) -> Row:
        """What stands above it."""

    @abstractmethod
    def adopt(self) -> None:
        """The player has another lab: play that one."""

    def compose(self) -> ComposeResult:
        """Head, tabs for narrow terminals, story and lab, knobs, time, console, keys."""
        yield TopBar(self.where, self._state)
        yield TooSmall()
        upper = Horizontal(id="upper")
        yield PanelTabs(upper, self._tab_rows, lambda: EMPTY, self.seen_panel)
        with upper:
            yield self.story
            with Vertical(id="bench") as bench:
                yield PanelHead(bench, self.bench_title, corner=True)
                yield from self.bench()
        yield self.bar()
        yield self.slider
        yield self.console_pane
        yield KeyBar()

    def on_mount(self) -> None:
        """Enter the step the player is at."""
        self.turned()

    # showing

    def _state(self) -> list[Row]:
        return [*self.aside(), *self.exam_state(), row((language().upper(), "accent"))]

    def aside(self) -> list[Row]:
        """What else the head says."""
        return []

    def _tab_rows(self) -> list[tuple[str, Row]]:
        return [("side", self.lesson_tab()), ("lab", row(_("Lab")))]

    def look(self) -> None:
        """Show the moment."""
        super().look()
        self.query_one(PanelTabs).refresh()

    def turned(self) -> None:
        """Another step, or the same from its beginning: the lab as the learner finds it."""
        self._adopt(self.app.animation_level != "none")
        self.story.turned()
        self.show_panel("side")
        self.look()
        self.console_pane.look()
        self.refresh_bindings()
        self.call_after_refresh(self._focus_first)

    def _focus_first(self) -> None:
        """What the learner needs first. Letters are knobs in the lab: where commands are to be
        typed, the prompt comes first, as everywhere in a lesson."""
        question = self.player.question()
        if self.player.step.checks:
            self.console_pane.prompt.focus()
        elif (question is not None and not question.answered) or self.has_class("-narrow"):
            self.story.text.focus()
        else:
            self.canvas.focus()

    def _adopt(self, running: bool) -> None:
        """The player has another lab: show it, at its present."""
        self.adopt()
        self.playing.go(self.playing.last)
        self.playing.running = running
        self.desk.company = self.player.company
        self._idle, self._rests = 0, False
        self._was_passed = self.player.passed

    def answered(self) -> None:
        """A predict question was really run, in a fresh lab: print what was typed in it."""
        self.story.look()
        if self.player.step.predict is None:
            self.look()
            return
        from tutor.console.render import render
        from tutor.engine.cmdline import quote

        self._adopt(running=False)
        for entry in self.player.history:
            if isinstance(entry, CallEntry):
                exchange = self.console_pane.output.command(PROMPT, entry.text)
                self.console_pane.tell_beside(exchange, entry)
                continue
            node = entry.node if isinstance(entry, NodeEntry) else ""
            self.desk.name = node or self.desk.name
            line = " ".join(quote(word, readable=False) for word in entry.argv)
            exchange = self.console_pane.output.command(str(self.desk.backend.prompt()), line)
            if node:
                exchange.reply += [row(*each) for each in render(entry.reply, argv=entry.argv)]
            self.console_pane.output.changed(exchange)
        self.look()
        self.console_pane.look()

    def played(self, turn: DemoTurn) -> None:
        """The demo made some moves: print them, show the lab as it is now."""
        from tutor.console.render import render
        from tutor.engine.cmdline import quote

        for entry in turn.entries:
            line = " ".join(quote(word) for word in entry.argv)
            node = entry.node if isinstance(entry, NodeEntry) else ""
            self.desk.name = node or self.desk.name
            exchange = self.console_pane.output.command(str(self.desk.backend.prompt()), line)
            if node:
                exchange.reply += [row(*each) for each in render(entry.reply, argv=entry.argv)]
            self.console_pane.output.changed(exchange)
        self.playing.go(self.playing.last)
        self.look()
        self.console_pane.look()

    # time

    def tick(self) -> None:
        """The story follows the lab."""
        super().tick()
        self._ticks += 1
        if self.playing.running:
            self._idle += 1
            if self._idle >= REST_TICKS and not self._under_time:
                self.playing.running, self._rests = False, True
                self.slider.refresh()
        if self._ticks % JUDGE_TICKS:
            return
        with self.desk.lock.glance() as mine:
            if mine:
                self._judge()

    @property
    def _under_time(self) -> bool:
        """In an exam time does not wait for those who think."""
        exam = self.player.exam
        return exam is not None and not exam.over and not exam.passed

    def _judge(self) -> None:
        """Show what has become of the checks meanwhile."""
        self.player.tick()
        if self.player.passed and not self._was_passed:
            self._tell(None)
        elif self.playing.running:
            self.story.look()

    def _did(self) -> None:
        """The learner has done something: time goes on if it only rested, and it is judged."""
        self._idle = 0
        if self._rests:
            self.playing.running, self._rests = True, False
        with self.desk.lock:
            self.player.tick()
            said = self.player.feedback()
        self._tell(said)
        self.look()

    def _tell(self, said: Feedback | None) -> None:
        """Bring it into view; where the story is not seen, the console says when all is done."""
        done = self.player.passed and not self._was_passed
        self._was_passed = self.player.passed
        self.tell(said)
        if done and self.has_class("-narrow") and self.seen_panel() == "lab":
            text = _("Done: F8 goes on.")
            self.console_pane.output.say(lambda: row((text, "ok")))

    def action_lab(self, word: str) -> None:
        """A key of the lab that is no knob; the run itself is given."""
        if word in self.given_words:
            self.notify(_("In a lesson the run is given; F5 begins it anew."), markup=False)
            return
        self._idle, self._rests = 0, False
        if word == "prompt":
            self.open_prompt()  # at once: the next letter is no knob any more
        else:
            super().action_lab(word)

    def action_knob(self, letter: str) -> None:
        """A key that changes something."""
        super().action_knob(letter)
        self._did()

    @on(ConsolePane.Ran)
    def _was_run(self) -> None:
        self._did()

    def made(self, move: LabMove, ran: bool) -> None:
        """Judge what came of a word."""
        self._did()
        if move.kind == "back":
            self._rests = ran  # with the first thing that is done there time goes on

    @on(ConsolePane.EmptyLine)
    def _entered_nothing(self) -> None:
        self.action_go_on()

    # typing where there are no knobs is typing into the prompt

    def on_key(self, event: events.Key) -> None:
        """A letter that means nothing to the story goes to the prompt; Space, before anything is
        typed there, stops time and lets it go on."""
        prompt = self.console_pane.prompt
        if self.focused is self.canvas or event.key in self.active_bindings:
            return
        if event.key == "space" and not prompt.value:
            event.stop()
            self.action_lab("play")
        elif event.is_printable and event.character:
            event.stop()
            event.prevent_default()
            self.set_focus(prompt)
            prompt.insert_text_at_cursor(event.character)

    @on(ConsolePane.Left)
    def _left_prompt(self) -> None:
        self.show_panel("lab")
        self.call_after_refresh(self.canvas.focus)

    # panels

    def panels(self) -> list[Widget]:
        """What F6 goes through, in order."""
        return [self.story.text, self.canvas, self.console_pane.prompt]

    def seen_panel(self) -> str:
        """On a narrow terminal: the tab that is seen."""
        return "lab" if self.has_class("-lab") else "side"

    def show_panel(self, name: str) -> None:
        """On a narrow terminal: which of ``side`` and ``lab`` is seen."""
        self.set_class(name == "lab", "-lab")
        self.query_one(PanelTabs).refresh()
        self.call_after_refresh(self.look)

    def action_panel(self, name: str) -> None:
        """A click on a tab."""
        self.show_panel(name)
        (self.canvas if name == "lab" else self.story.text).focus()

    def action_next_panel(self) -> None:
        """Focus the next panel; on a narrow terminal show it."""
        self._focus_panel(1)

    def action_previous_panel(self) -> None:
        """Focus the panel before."""
        self._focus_panel(-1)

    def _focus_panel(self, by: int) -> None:
        panels = self.panels()
        at = panels.index(self.focused) if self.focused in panels else 0
        panel = panels[(at + by) % len(panels)]
        if panel is not self.console_pane.prompt:
            self.show_panel("lab" if panel is self.canvas else "side")
        self.call_after_refresh(panel.focus)

    def action_paste(self, command: str) -> None:
        """Put a line into the prompt; it is not run."""
        self.console_pane.prompt.put(command)
        self.console_pane.prompt.focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that mean nothing in this step are not shown."""
        return LessonPlay.check_action(self, action, parameters)


class LabLessonScreen(LabLesson, ReplicationLabScreen):
    """Steps in the replication lab."""

    CSS_PATH: ClassVar[CSSPathType | None] = ["replication_lab.tcss", "lab_lesson.tcss"]
    DEFAULT_CLASSES = "replication-lab lab-lesson"
    given_words = frozenset({"scenario", "replicas", "seed"})

    def __init__(self, player: Player, history: History) -> None:
        self.player = player
        super().__init__(history)
        self.begin_lesson(player)
        self.knobs = KnobBar(
            lambda: self.playing.frame, lambda: self.chosen, fixed=True, id="knobs"
        )
        self._calls: list[tuple[Exchange, Deed]] = []

    def shows_step(self) -> bool:
        """Whether the present step is one of these."""
        return isinstance(self.player.step.lab, LabSetup)

    def _make(self) -> Lab:
        lab: Lab = self.player.lab
        self._replicas = lab.replicas
        return lab

    def adopt(self) -> None:
        """The player has another lab: play that one."""
        self.playing.choose(self._make)
        self._calls.clear()
        self.desk.name = self.chosen = next(iter(self.playing.lab.nodes))

    def bench(self) -> list[Widget]:
        """The picture."""
        return [self.canvas]

    def bar(self) -> Widget:
        """Knobs of what is chosen."""
        return self.knobs

    def bench_title(self) -> Row:
        """Servers, or one alone."""
        several = bool(self.playing.frame.lagging)
        return row((_("Replication lab") if several else _("Lab: one server"), "title"))

    def aside(self) -> list[Row]:
        """Which panel is shown."""
        return [row((panel_name(panel_in(self.playing.frame, self.panel)), "muted"))]

    def tick(self) -> None:
        """Also calls of Django's cache may be answered."""
        super().tick()
        if self._calls:
            with self.desk.lock.glance() as free:
                if free:
                    self._show_calls()

    @on(WordConsole.Called)
    def _called(self, event: WordConsole.Called) -> None:
        """A line for Django's cache; its answer may come later."""
        exchange = self.console_pane.output.command(PROMPT, event.line)
        with self.desk.lock:
            self.playing.act("call", "", event.line)
            self._calls.append((exchange, self.playing.lab.deeds[-1]))
        self._show_calls()
        self._did()
        self.console_pane.look()

    def _show_calls(self) -> None:
        """What has come of calls since; one whose moment was taken back gets no answer."""
        deeds = self.playing.lab.deeds
        for each in list(self._calls):
            exchange, deed = each
            gone = not any(deed is one for one in deeds)
            exchange.waiting = deed.reply is BLOCKED and not gone
            if not exchange.waiting:
                self._calls.remove(each)
            if gone:
                exchange.notes.append(lambda: row((_("given up"), "muted")))
            elif deed.reply is not BLOCKED:
                self.console_pane.tell_beside(exchange, entry_of(deed))
            self.console_pane.output.changed(exchange)


class LaneLessonScreen(LabLesson, LaneLabScreen):
    """Steps in a lab of lanes."""

    CSS_PATH: ClassVar[CSSPathType | None] = ["lane_lab.tcss", "lab_lesson.tcss"]
    DEFAULT_CLASSES = "lane-lab lab-lesson"

    def __init__(self, player: Player, history: History) -> None:
        self.player = player
        setup = self._setup
        super().__init__(setup.lab, setup.experiment, setup.lane, history=history)
        self.given_words = frozenset({"seed", *self._lab_kind.experiments})
        self.begin_lesson(player)

    @property
    def _setup(self) -> LaneSetup:
        setup = self.player.step.lab
        assert isinstance(setup, LaneSetup)
        return setup

    def shows_step(self) -> bool:
        """Whether the present step is in this lab."""
        setup = self.player.step.lab
        return isinstance(setup, LaneSetup) and setup.lab == self.lab_name

    def make(self, experiment: str) -> AnyLab:
        """The player's run."""
        lab: AnyLab = self.player.lab
        return lab

    def adopt(self) -> None:
        """The player has another lab: play that one."""
        setup = self._setup
        self.experiment = setup.experiment
        self.playing.choose(lambda: self.make(setup.experiment))
        names = self.playing.lab.names
        if setup.place and not self.console_pane.executing:
            self.desk.name = setup.place
        self.choose(names.index(setup.lane) if setup.lane in names else 0)

    def bench(self) -> list[Widget]:
        """The picture, and the X-ray."""
        return [self.canvas, self.xray_pane]

    def bar(self) -> Widget:
        """The knobs."""
        return self.settings_bar

    def bar_keys(self) -> tuple[PlayKey, ...]:
        """The run is given."""
        return GIVEN_RUN_KEYS

    def bench_title(self) -> Row:
        """Which lab, which experiment, which lane."""
        picture = self._picture
        lane = f" · {picture.lane_text(self.lane)}" if self.lane else ""
        said = f"   {picture.experiment_text(self.experiment)}{lane}"
        return row((picture.lab_text(), "title"), (said, "muted"))

    def leave_prompt(self) -> None:
        """The console stays."""
        self.canvas.focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that mean nothing now are not shown."""
        if action == "xray_view":
            return self.has_class("-xray")
        return LessonPlay.check_action(self, action, parameters)
