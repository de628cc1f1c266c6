"""A lab of lanes: its experiments as tabs, the lanes side by side, one of them in detail; a prompt
on the chosen lane's server, and the X-ray of a key there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.types import CSSPathType

from tutor.console.history import History
from tutor.diagrams.labs.catalog import lab_picture
from tutor.i18n import _, language
from tutor.labs.catalog import AnyLab, Settings, lab_kind
from tutor.labs.knobs import Knob
from tutor.labs.lanewords import place_of
from tutor.labs.replication.actions import next_value
from tutor.tui.keys import bindings
from tutor.tui.labdesk import LaneDesk
from tutor.tui.labkeys import PlayKey, Section
from tutor.tui.labplay import Playing
from tutor.tui.labwords import LaneConsole
from tutor.tui.lanekeys import LaneKey, lane_help, lane_keys, play_keys
from tutor.tui.lanexray import LaneXray
from tutor.tui.paint import Row, row
from tutor.tui.screens.prompted import PromptedLabScreen
from tutor.tui.viewing import View
from tutor.tui.widgets.console import ConsolePane
from tutor.tui.widgets.keybar import KeyBar
from tutor.tui.widgets.labcanvas import SettingsBar
from tutor.tui.widgets.labslider import LabSlider
from tutor.tui.widgets.lanecanvas import LaneCanvas, LaneTabs, lane_canvas
from tutor.tui.widgets.notice import TooSmall
from tutor.tui.widgets.topbar import TopBar
from tutor.tui.widgets.xraypane import XrayPane

Run = Playing[AnyLab, Any]


class LaneLabScreen(PromptedLabScreen):
    """Plays the lab ``name`` of the catalogs. Begins with an ``experiment`` (the usual one if none
    is said) and a ``lane``; ``settings`` are those of its first run. Each experiment keeps its own
    run while another is looked at."""

    CSS_PATH: ClassVar[CSSPathType | None] = ["lane_lab.tcss"]
    DEFAULT_CLASSES = "lane-lab"
    BINDINGS: ClassVar[list[BindingType]] = bindings(
        "help", "language", "view", "panel", "panel_back", "clear", "card", "palette", "home",
        "quit",
    )  # fmt: skip
    AUTO_FOCUS = "#lab"
    console = LaneConsole
    playing: Run
    canvas: LaneCanvas

    def __init__(
        self,
        name: str,
        experiment: str = "",
        lane: str = "",
        seed: int = 7,
        settings: Settings | None = None,
        history: History | None = None,
    ) -> None:
        super().__init__()
        self.lab_name, self.seed = name, seed
        self._lab_kind, self._picture = lab_kind(name), lab_picture(name)
        self.experiment = experiment or self._lab_kind.first
        self._settings: dict[str, Settings] = {self.experiment: settings or {}}
        self._runs: dict[str, Run] = {}
        self._chosen: dict[str, int] = {}
        self.playing = self._run_of(self.experiment)
        self._by_letter = {
            letter: (key, -1 if at else 1)
            for key in lane_keys(name)
            for at, letter in enumerate(key.keys)
        }
        if lane in self.playing.lab.names:
            self._chosen[self.experiment] = self.playing.lab.names.index(lane)
        self.desk = LaneDesk(lambda: self.playing)
        self.turns = self.desk.lock
        self.look_at = LaneXray()
        self.canvas = lane_canvas(name)
        self.tabs = LaneTabs(name, lambda: self.experiment, id="tabs")
        self.xray_pane = XrayPane(self.look_at.xray, corner=False, id="xray")
        self.settings_bar = SettingsBar(
            lambda: self._picture.knobs_text(self.frame), self._knob_keys, self.bar_keys(),
            id="knobs",
        )  # fmt: skip
        self.slider = LabSlider(lambda: self.playing, id="slider")
        self.console_pane = self.make_console(history or History())
        self._follow_lane()

    # the run

    def _run_of(self, experiment: str) -> Run:
        if experiment not in self._runs:
            self._runs[experiment] = Playing(partial(self.make, experiment))
        return self._runs[experiment]

    def make(self, experiment: str) -> AnyLab:
        """A run of an experiment from its beginning."""
        return self._lab_kind.make(experiment, self.seed, self._settings.get(experiment, {}), ())

    @property
    def frame(self) -> Any:
        """The moment that is shown."""
        return self.playing.frame

    @property
    def chosen(self) -> int:
        """The lane that is shown in detail."""
        return self._chosen.get(self.experiment, 0)

    @property
    def lane(self) -> str:
        """Its name, "" where there are none."""
        names = self.playing.lab.names
        return names[self.chosen] if self.chosen < len(names) else ""

    def compose(self) -> ComposeResult:
        """Head, tabs, picture, X-ray, knobs, time, console, keys."""
        yield TopBar(self._where, self._state)
        yield TooSmall()
        yield self.tabs
        yield self.canvas
        yield self.xray_pane
        yield self.settings_bar
        yield self.slider
        yield self.console_pane
        yield KeyBar()

    # showing

    def _where(self) -> Row:
        lane = f" · {self._picture.lane_text(self.lane)}" if self.lane else ""
        experiment = self._picture.experiment_text(self.experiment)
        return row(
            ("redis-tutor", "muted"), "   ", (self._picture.lab_text(), "title"),
            (f"   {experiment}{lane}", "accent"),
        )  # fmt: skip

    def _state(self) -> list[Row]:
        seed = _("seed {n}").format(n=self.playing.lab.seed)
        return [row((seed, "muted")), row((language().upper(), "accent"))]

    def draw(self, width: int, height: int) -> None:
        """The picture, the head, the tabs, the bar, the X-ray."""
        if width > 0:
            lines = self._picture.draw(self.frame, self.chosen, width, height)
            self.canvas.draw(lines, ())
        self.query_one(TopBar).refresh()
        if self.tabs.is_mounted:
            self.tabs.refresh()
        self.settings_bar.refresh()
        if self.has_class("-xray"):
            self._look_through()

    def bar_keys(self) -> tuple[PlayKey, ...]:
        """Besides the knobs: what the bar tells."""
        return play_keys(self.lab_name)

    def own_help(self) -> list[Section]:
        """The lab's keys."""
        return lane_help(self.lab_name)

    # keys

    def words(self) -> Mapping[str, Callable[[], object]]:
        """Besides those of time."""
        return {
            "up": partial(self._choose, -1),
            "down": partial(self._choose, 1),
            "seed": self._next_seed,
            "xray": self._toggle_xray,
            "prompt": self.open_prompt,
            **{name: partial(self.show, name) for name in self._lab_kind.experiments},
        }

    def show(self, experiment: str) -> None:
        """Go over to an experiment; the one before stands still meanwhile."""
        running, self.playing.running = self.playing.running, False
        new = experiment not in self._runs
        self.experiment = experiment
        self.playing = self._run_of(experiment)
        self.playing.running = running and new
        self._follow_lane()

    def _choose(self, by: int) -> None:
        self.choose((self.chosen + by) % self._picture.lane_count(self.frame))

    def choose(self, number: int) -> None:
        """A lane to look at; the prompt goes there."""
        self._chosen[self.experiment] = number
        self._follow_lane()

    def _follow_lane(self) -> None:
        if not self.console_pane.executing:
            self.desk.name = place_of(self.playing.lab.places, self.lane, self.desk.name)
        if self.is_mounted:
            self.console_pane.look()

    def clicked(self, x: int, y: int) -> None:
        """A click on a lane chooses it."""
        first = self._picture.first_row
        if self.playing.lab.names and first <= y < first + self._picture.lane_count(self.frame):
            self.choose(y - first)
            self.look()

    def _next_seed(self) -> None:
        self.seed += 1
        self.playing.choose(partial(self.make, self.experiment))
        self.console_pane.look()

    # knobs

    def _knob(self, kind: str) -> Knob | None:
        return next((one for one in self.playing.lab.knobs_here() if one.kind == kind), None)

    def _target_of(self, key: LaneKey) -> str:
        return self.lane if key.target == "lane" else key.target

    def _knob_keys(self) -> list[LaneKey]:
        """Those that the experiment has."""
        return [key for key in lane_keys(self.lab_name) if self._fits(key, self._knob(key.kind))]

    def _fits(self, key: LaneKey, knob: Knob | None) -> bool:
        """Whether it can be turned; what is for a lane must be possible in the chosen one."""
        return knob is not None and (not knob.targets or self._target_of(key) in knob.targets)

    def action_knob(self, letter: str) -> None:
        """A key that does something; in the past it begins another future."""
        key, by = self._by_letter[letter]
        knob = self._knob(key.kind)
        if knob is None or not self._fits(key, knob):
            return
        target = self._target_of(key) if knob.targets else ""
        with self.turns:
            self.playing.be_there()
            if knob.values:
                standing = self.playing.lab.standing(key.kind)
                value = _turned(knob, standing, by, around=len(key.keys) == 1)
                self.playing.act(key.kind, target, value)
            else:
                self.playing.act(key.kind, target)
        self.look()

    # prompt

    def open_prompt(self) -> None:
        """Show the console and type there."""
        if not self.playing.lab.places:
            self.notify(_("This experiment has no server to type at."), markup=False)
            return
        self.set_class(True, "-prompt")
        super().open_prompt()
        self.call_after_refresh(self.console_pane.output.fit)

    def leave_prompt(self) -> None:
        """The picture has the room again."""
        self.set_class(False, "-prompt")
        super().leave_prompt()

    @on(ConsolePane.Ran)
    def _typed(self, event: ConsolePane.Ran) -> None:
        self.look_at.typed(self.desk.world, event.argv)
        self.look()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that mean nothing now are not shown."""
        if action in ("next_panel", "previous_panel", "clear_output", "card"):
            return self.has_class("-prompt")
        if action == "xray_view":
            return self.has_class("-xray")
        return super().check_action(action, parameters)

    # the X-ray

    def _toggle_xray(self) -> None:
        if not self.playing.lab.places and not self.has_class("-xray"):
            self.notify(_("This experiment has no server to look into."), markup=False)
            return
        self.toggle_class("-xray")
        self.refresh_bindings()

    def _look_through(self) -> None:
        """What is shown is the key at the moment that is shown: the run is there, and what comes
        later is repeated when time goes on."""
        with self.turns.glance() as mine:
            if mine:
                self.playing.be_there()
                self.look_at.look(self.desk.world)
        self.xray_pane.look()

    def action_xray_view(self, view: View | None = None) -> None:
        """Another view of the key."""
        xray = self.look_at.xray
        if view is not None:
            xray.view = view
        else:
            xray.next_view()
        self.xray_pane.look()

    def action_xray_page(self, by: int) -> None:
        """The next part of a long structure."""
        self.xray_pane.turn(by)


def _turned(knob: Knob, standing: float | str, by: int, *, around: bool) -> float | str:
    """The next value of a knob; with one key alone it goes ``around``."""
    values = knob.values
    numbers = [one for one in values if not isinstance(one, str)]
    if around or isinstance(standing, str) or len(numbers) < len(values):
        at = values.index(standing) + by if standing in values else 0
        return values[at % len(values) if around else min(max(at, 0), len(values) - 1)]
    return next_value(numbers, standing, by)
