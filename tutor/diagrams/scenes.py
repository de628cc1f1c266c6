"""A scene of a demo as a picture: its lab at the scene's last beat."""

from __future__ import annotations

from tutor.course.presenting import Presentation
from tutor.course.scenes import Scene
from tutor.diagrams.canvas import Drawing
from tutor.labs.catalog import lab_kind
from tutor.labs.durability.policies import POLICIES

_HEIGHT = 40


def scene_drawing(presentation: Presentation, scene: Scene, width: int) -> Drawing:
    """The lab as the class sees it when the scene is over, with its text twin, in the present
    language; at most ``width`` cells wide."""
    return moment_drawing(presentation.at_end_of(scene), width)


def moment_drawing(presentation: Presentation, width: int) -> Drawing:
    """The present moment of a presentation, in the same way."""
    lab, setup, chosen = presentation.lab, presentation.scene.setup, presentation.chosen
    moment = lab.shown(len(lab.frames) - 1)
    if setup.lab == "replication":
        from tutor.diagrams.labs import draw_lab

        return draw_lab(moment, width, _HEIGHT)
    if setup.lab == "durability":
        from tutor.diagrams.labs.stage import stage_drawing

        return stage_drawing(moment, _index(chosen, tuple(POLICIES)), width)
    from tutor.diagrams.labs.catalog import lab_picture

    lanes = tuple(lab_kind(setup.lab).lanes(setup.experiment))
    return lab_picture(setup.lab).drawing(moment, _index(chosen, lanes), width)


def figure_text(name: str, value: float | str) -> str:
    """A figure as it is read aloud: milliseconds of ``_us``, percent of a ratio."""
    if isinstance(value, str):
        return value
    if name.endswith("_us"):
        value = value / 1000
    if name.endswith("_ratio"):
        return f"{value:.0f}%"
    return f"{value:.1f}" if 0 < abs(value) < 10 and value != int(value) else f"{value:.0f}"


def _index(name: str, names: tuple[str, ...]) -> int:
    return names.index(name) if name in names else 0
