"""A moment of any lab as one drawing, by the lab's name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tutor.diagrams.canvas import Drawing
from tutor.labs.catalog import lab_kind

__all__ = ["moment_drawing"]


def moment_drawing(
    lab: str, moment: Any, width: int, *, experiment: str = "", chosen: str = ""
) -> Drawing:
    """What `shown` of the lab gave, with its text twin; ``chosen`` is a lane (a setting) that is
    drawn in detail: the first one if there is none of that name. Raises KeyError for no lab."""
    if lab == "replication":
        from tutor.diagrams.labs import draw_lab

        return draw_lab(moment, width, 40)
    if lab == "durability":
        from tutor.diagrams.labs.stage import stage_drawing

        names = [one.policy for one in moment]
        return stage_drawing(moment, _place(names, chosen), width)
    from tutor.diagrams.labs.catalog import lab_picture

    lanes = lab_kind(lab).lanes(experiment)
    return lab_picture(lab).drawing(moment, _place(lanes, chosen), width)


def _place(names: Sequence[str], chosen: str) -> int:
    return list(names).index(chosen) if chosen in names else 0
