"""The keys of labs of lanes, as data: see `tutor.tui.labkeys`."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class LaneKey(NamedTuple):
    """A key of a lab of lanes. ``keys`` are for up and down, or one for a switch; ``target``:
    "" for everything, "lane" for the chosen lane, else whom by name."""

    keys: str
    kind: str
    word: Callable[[], str]
    help: Callable[[], str]
    target: str = ""
