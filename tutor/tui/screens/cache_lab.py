"""The cache lab: five experiments as tabs, lanes side by side, one of them in detail."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.types import CSSPathType

from tutor.diagrams.labs.cache import FIRST_ROW, draw_cache, lane_count
from tutor.diagrams.labs.cache_words import cure_text, experiment_text, knobs_text
from tutor.engine.turns import Turns
from tutor.i18n import _, language
from tutor.labs.cache import CURES, EXPERIMENTS, OF, STEPS, CacheFrame, CacheLab, Experiment, Knobs
from tutor.labs.cache.lab import knob_of
from tutor.labs.replication.actions import next_value
from tutor.tui.cachekeys import CACHE_KEYS, CACHE_PLAY_KEYS, cache_help
from tutor.tui.keys import bindings
from tutor.tui.labkeys import Section, StageKey
from tutor.tui.labplay import Playing
from tutor.tui.paint import Row, row
from tutor.tui.screens.lab import LabScreen
from tutor.tui.widgets.cachecanvas import CacheCanvas, CacheTabs
from tutor.tui.widgets.keybar import KeyBar
from tutor.tui.widgets.labcanvas import SettingsBar
from tutor.tui.widgets.labslider import LabSlider
from tutor.tui.widgets.notice import TooSmall
from tutor.tui.widgets.topbar import TopBar

Run = Playing[CacheLab, CacheFrame]
_KINDS = {letter: (key.kind, -1 if at else 1)
          for key in CACHE_KEYS for at, letter in enumerate(key.keys)}  # fmt: skip


class CacheLabScreen(LabScreen):
    """Begins with an ``experiment`` and the lane of a ``cure``; ``knobs`` are those of its first
    run. Each experiment keeps its own run while another is looked at."""

    CSS_PATH: ClassVar[CSSPathType | None] = ["cache_lab.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = bindings("help", "language", "palette", "home", "quit")
    AUTO_FOCUS = "#cache"
    playing: Run
    canvas: CacheCanvas

    def __init__(
        self,
        experiment: Experiment = "stampede",
        cure: str | None = None,
        seed: int = 7,
        knobs: Knobs | None = None,
    ) -> None:
        super().__init__()
        self.seed = seed
        self._knobs: dict[Experiment, Knobs | None] = {experiment: knobs}
        self.runs: dict[Experiment, Run] = {}
        self._chosen: dict[Experiment, int] = {}
        self.experiment = experiment
        if cure in CURES[experiment]:
            self._chosen[experiment] = CURES[experiment].index(cure)
        self.playing = self._run_of(experiment)
        self.turns = Turns()
        self.canvas = CacheCanvas(id="cache")
        self.tabs = CacheTabs(lambda: self.frame, id="tabs")
        self.bar = SettingsBar(
            lambda: knobs_text(self.frame), self._knob_keys, CACHE_PLAY_KEYS, id="knobs"
        )
        self.slider = LabSlider(lambda: self.playing, id="slider")

    def _knob_keys(self) -> list[StageKey]:
        """Those that the experiment has."""
        return [key for key in CACHE_KEYS if key.kind in OF[self.experiment]]

    def _run_of(self, experiment: Experiment) -> Run:
        if experiment not in self.runs:
            self.runs[experiment] = Playing(partial(self._make, experiment))
        return self.runs[experiment]

    def _make(self, experiment: Experiment) -> CacheLab:
        return CacheLab(experiment, self.seed, self._knobs.get(experiment))

    @property
    def frame(self) -> CacheFrame:
        """The moment that is shown."""
        return self.playing.frame

    @property
    def chosen(self) -> int:
        """The lane that is shown in detail."""
        return self._chosen.get(self.experiment, 0)

    def compose(self) -> ComposeResult:
        """Head, tabs, picture, knobs, time, keys."""
        yield TopBar(self._where, self._state)
        yield TooSmall()
        yield self.tabs
        yield self.canvas
        yield self.bar
        yield self.slider
        yield KeyBar()

    # showing

    def _where(self) -> Row:
        cures = CURES[self.experiment]
        lane = f" · {cure_text(cures[self.chosen])}" if cures else ""
        return row(
            ("redis-tutor", "muted"), "   ", (_("Cache lab"), "title"),
            (f"   {experiment_text(self.experiment)}{lane}", "accent"),
        )  # fmt: skip

    def _state(self) -> list[Row]:
        seed = _("seed {n}").format(n=self.frame.seed)
        return [row((seed, "muted")), row((language().upper(), "accent"))]

    def draw(self, width: int, height: int) -> None:
        """The picture, the head, the tabs, the bar."""
        if width > 0:
            self.canvas.draw(draw_cache(self.frame, self.chosen, width, height), ())
        self.query_one(TopBar).refresh()
        self.tabs.refresh()
        self.bar.refresh()

    def own_help(self) -> list[Section]:
        """The lab's keys."""
        return cache_help()

    # keys

    def words(self) -> Mapping[str, Callable[[], object]]:
        """Besides those of time."""
        return {
            "up": partial(self._choose, -1),
            "down": partial(self._choose, 1),
            "seed": self._next_seed,
            **{name: partial(self.show, name) for name in EXPERIMENTS},
        }

    def show(self, experiment: Experiment) -> None:
        """Go over to an experiment; the one before stands still meanwhile."""
        running, self.playing.running = self.playing.running, False
        new = experiment not in self.runs
        self.experiment = experiment
        self.playing = self._run_of(experiment)
        self.playing.running = running and new

    def _choose(self, by: int) -> None:
        self._chosen[self.experiment] = (self.chosen + by) % lane_count(self.frame)

    def clicked(self, x: int, y: int) -> None:
        """A click on a lane chooses it."""
        if CURES[self.experiment] and FIRST_ROW <= y < FIRST_ROW + lane_count(self.frame):
            self._chosen[self.experiment] = y - FIRST_ROW
            self.look()

    def _next_seed(self) -> None:
        self.seed += 1
        self.playing.choose(partial(self._make, self.experiment))

    def action_knob(self, letter: str) -> None:
        """A key that does something to all lanes; in the past it begins another future."""
        kind, by = _KINDS[letter]
        if kind not in OF[self.experiment]:
            return
        with self.turns:
            if kind in STEPS:
                value = knob_of(self.frame.knobs, kind)
                self.playing.act(kind, "", next_value(STEPS[kind], value, by))
            else:
                self.playing.act(kind)
        self.look()
