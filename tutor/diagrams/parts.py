"""A picture in three parts, so that a viewer can scroll over a structure of any size.

The items of a structure (towers, nodes, slots, entries) are drawn for one window after another and
set one under the other; what stands above and below them is the same for every window.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tutor.diagrams.canvas import Line


class Parts(NamedTuple):
    """Lines of figures, lines of the window's items, and notes. What lies outside the window is
    not spoken of: the viewer's scroll bar shows it."""

    above: Sequence[Line] = ()
    items: Sequence[Line] = ()
    below: Sequence[Line] = ()
