"""What can be turned in a lab, and what was: the same shape for every lab with lanes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Knob(NamedTuple):
    """``kind`` is its word (``:rate 40``). ``values``: what it can stand at, ascending if they are
    numbers; () for something that is done and not turned. ``targets``: what it is done to (lanes,
    workers), () if to everything."""

    kind: str
    values: tuple[float | str, ...] = ()
    targets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Act:
    """A knob turned, or a command typed (``kind`` "command", ``target`` where, ``value`` the line).
    ``time`` in microseconds since the beginning; ``value`` of a knob in its own unit."""

    time: int
    kind: str
    value: float | str = 0
    target: str = ""
