"""The picture of a lab of lanes, and its tabs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

from tutor.diagrams.labs.catalog import lab_picture
from tutor.labs.catalog import lab_kind
from tutor.tui.glyphs import glyphs
from tutor.tui.labkeys import key_bindings
from tutor.tui.labwords import PROMPT_BINDINGS
from tutor.tui.lanekeys import MOST_TABS, lane_keys, play_keys
from tutor.tui.paint import Piece, Row, fit, row
from tutor.tui.widgets.labcanvas import NO_BREAK, LabCanvas
from tutor.tui.widgets.painted import Line


class LaneCanvas(LabCanvas):
    """The lanes; their keys work while it has the focus."""

    def on_resize(self) -> None:
        """It has got room, or another: the picture is laid out for that."""
        self.screen.look()  # type: ignore[attr-defined]


@cache
def _canvas_of(name: str) -> type[LaneCanvas]:
    """The canvas of a lab: Textual binds keys to classes."""
    letters = "".join(key.keys for key in lane_keys(name))
    made = [*key_bindings(play_keys(name), letters), *PROMPT_BINDINGS]
    return type("LaneCanvas", (LaneCanvas,), {"BINDINGS": made})


def lane_canvas(name: str) -> LaneCanvas:
    """A canvas for a lab by its name."""
    return _canvas_of(name)(id="lab")


class LaneTabs(Line):
    """The experiments of a lab, the present one marked; a click opens one."""

    DEFAULT_CSS = "LaneTabs { height: 2; padding: 0 1; }"

    def __init__(self, name: str, experiment: Callable[[], str], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._picture = lab_picture(name)
        self._experiments = lab_kind(name).experiments
        self._experiment = experiment

    def compose_rows(self, width: int) -> Sequence[Row]:
        """The tabs, and what is tried."""
        pieces: list[Piece] = []
        chosen = self._experiment()
        for at, one in enumerate(self._experiments, 1):
            action = f"screen.lab('{one}')"
            role = "chosen" if one == chosen else "muted"
            number = f"{at}" if at <= MOST_TABS else glyphs.dot
            pieces += [Piece(number, "hotkey", action),
                       Piece(f"{NO_BREAK}{self._picture.experiment_text(one)}", role, action),
                       Piece("   ")]  # fmt: skip
        about = row((self._picture.experiment_about(chosen), "muted"))
        return [fit(tuple(pieces), width, glyphs.ellipsis), fit(about, width, glyphs.ellipsis)]
