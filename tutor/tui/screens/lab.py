"""What all labs share on the screen: a picture, a line of time, and the keys of time."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from textual import events, on

from tutor.engine.turns import Turns
from tutor.tui.base import BaseScreen
from tutor.tui.labplay import Playing
from tutor.tui.widgets.labcanvas import LabCanvas
from tutor.tui.widgets.labslider import LabSlider

TICK_S = 0.1


class LabScreen(BaseScreen[None]):
    """``playing`` is the run and the moment that is shown, ``turns`` is held by whoever touches it,
    ``canvas`` shows it. A screen says how it is drawn (`draw`)."""

    playing: Playing[Any, Any]
    turns: Turns
    canvas: LabCanvas
    slider: LabSlider

    def on_mount(self) -> None:
        """Time passes; unless motion is reduced the lab begins by itself."""
        self.playing.running = self.app.animation_level != "none"
        self.set_interval(TICK_S, self.tick)

    @abstractmethod
    def draw(self, width: int, height: int) -> None:
        """Show the moment on the canvas, and what else depends on it."""

    def words(self) -> Mapping[str, Callable[[], object]]:
        """The actions of a lab's own keys, by their words."""
        return {}

    def look(self) -> None:
        """Show the moment."""
        size = self.canvas.scrollable_content_region.size
        self.draw(size.width, size.height)
        self.slider.refresh()

    def tick(self) -> None:
        """A tenth of a second has passed."""
        with self.turns.glance() as mine:
            if mine and self.playing.tick():
                self.look()

    @on(events.ScreenResume)
    def _look_again(self) -> None:
        self.look()

    @on(events.Resize)
    def _resized(self) -> None:
        self.call_after_refresh(self.look)

    def retranslate(self) -> None:
        """Everything in the present language."""
        super().retranslate()
        self.look()

    # time

    def action_lab(self, word: str) -> None:
        """A key of the lab that is no knob."""
        playing = self.playing
        time: dict[str, Callable[[], object]] = {
            "play": self._play,
            "on": partial(playing.forward, 1),
            "back": playing.back,
            "faster": partial(playing.pace, 1),
            "slower": partial(playing.pace, -1),
            "first": partial(playing.go, 0),
            "last": lambda: playing.go(playing.last),
        }
        with self.turns:
            if word in ("on", "back"):
                playing.running = False
            {**time, **self.words()}[word]()
        self.look()

    def action_knob(self, letter: str) -> None:
        """A key that changes something in the lab."""

    def _play(self) -> None:
        self.playing.running = not self.playing.running

    @on(LabSlider.Moved)
    def _slid(self, event: LabSlider.Moved) -> None:
        with self.turns:
            self.playing.go(event.number)
        self.look()
