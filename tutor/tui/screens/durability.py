"""The persistence stage: six servers, the same writes, a death at a moment of one's choice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.types import CSSPathType

from tutor.diagrams.labs.stage import draw_stage
from tutor.engine.turns import Turns
from tutor.i18n import _, language
from tutor.labs.durability.frame import StageFrame
from tutor.labs.durability.lab import DurabilityLab, Moment
from tutor.labs.durability.policies import POLICIES
from tutor.labs.durability.stage import FSYNCS_US, RATES
from tutor.labs.replication.actions import next_value
from tutor.tui.keys import bindings
from tutor.tui.labkeys import STAGE_KEYS, STAGE_PLAY_KEYS, Section, stage_help
from tutor.tui.labplay import Playing
from tutor.tui.paint import Row, row
from tutor.tui.screens.lab import LabScreen
from tutor.tui.widgets.keybar import KeyBar
from tutor.tui.widgets.labcanvas import SettingsBar, StageCanvas, stage_settings
from tutor.tui.widgets.labslider import LabSlider
from tutor.tui.widgets.notice import TooSmall
from tutor.tui.widgets.topbar import TopBar

_KINDS = {letter: (key.kind, -1 if at else 1)
          for key in STAGE_KEYS for at, letter in enumerate(key.keys)}  # fmt: skip
_FIRST = "aof-everysec"


class StageScreen(LabScreen):
    """``policy`` is the setting whose way to the disk is shown first."""

    CSS_PATH: ClassVar[CSSPathType | None] = ["durability.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = bindings("help", "language", "palette", "home", "quit")
    AUTO_FOCUS = "#stage"
    playing: Playing[DurabilityLab, Moment]
    canvas: StageCanvas

    def __init__(self, policy: str | None = None, seed: int = 7) -> None:
        super().__init__()
        self.seed = seed
        self.chosen = list(POLICIES).index(policy or _FIRST)
        self.playing = Playing(self._make)
        self.turns = Turns()
        self.canvas = StageCanvas(id="stage")
        self.bar = SettingsBar(
            lambda: stage_settings(self.frame), lambda: STAGE_KEYS, STAGE_PLAY_KEYS, id="knobs"
        )
        self.slider = LabSlider(lambda: self.playing, id="slider")

    def _make(self) -> DurabilityLab:
        return DurabilityLab(self.seed)

    @property
    def frame(self) -> StageFrame:
        """The chosen server in the moment that is shown."""
        return self.playing.frame[self.chosen]

    def compose(self) -> ComposeResult:
        """Head, picture, knobs, time, keys."""
        yield TopBar(self._where, self._state)
        yield TooSmall()
        yield self.canvas
        yield self.bar
        yield self.slider
        yield KeyBar()

    # showing

    def _where(self) -> Row:
        words = POLICIES[self.frame.policy].words
        return row(
            ("redis-tutor", "muted"), "   ", (_("Persistence stage"), "title"),
            (f"   {words}", "accent"),
        )  # fmt: skip

    def _state(self) -> list[Row]:
        seed = _("seed {n}").format(n=self.frame.seed)
        return [row((seed, "muted")), row((language().upper(), "accent"))]

    def draw(self, width: int, height: int) -> None:
        """The picture, the head, the bar."""
        if width > 0:
            self.canvas.draw(draw_stage(self.playing.frame, self.chosen, width, height), ())
        self.query_one(TopBar).refresh()
        self.bar.refresh()

    def own_help(self) -> list[Section]:
        """The stage's keys."""
        return stage_help()

    # keys

    def words(self) -> Mapping[str, Callable[[], object]]:
        """Besides those of time."""
        return {
            "up": partial(self._choose, -1),
            "down": partial(self._choose, 1),
            "seed": self._next_seed,
        }

    def _choose(self, by: int) -> None:
        self.chosen = (self.chosen + by) % len(POLICIES)

    def clicked(self, x: int, y: int) -> None:
        """A click on a setting chooses it."""
        if 1 <= y <= len(POLICIES):
            self.chosen = y - 1
            self.look()

    def _next_seed(self) -> None:
        self.seed += 1
        self.playing.choose(self._make)

    def action_knob(self, letter: str) -> None:
        """A key that does something to all servers; in the past it begins another future."""
        kind, by = _KINDS[letter]
        frame = self.frame
        with self.turns:
            if kind == "rate":
                self.playing.act(kind, "", next_value(RATES, frame.rate, by))
            elif kind == "fsync":
                self.playing.act(kind, "", next_value(FSYNCS_US, frame.fsync_us, by))
            else:
                self.playing.act(kind)
        self.look()
