"""Puts widgets together to what a terminal is sent.

Textual's compositor asks, for a change of one row, every child of the screen for all its rows, and
uses one of each. This one asks only those that reach into the rows which have changed, and only for
these rows: a letter typed at the bottom does not cost what stands above.
"""

from __future__ import annotations

from collections.abc import Iterable

from textual._compositor import Compositor
from textual.geometry import Region
from textual.strip import Strip


class RowCompositor(Compositor):
    """See the module's text."""

    def _get_renders(
        self, crop: Region | None = None
    ) -> Iterable[tuple[Region, Region, list[Strip]]]:
        """Each visible widget's place, the part of it that is wanted, and that part's strips."""
        rows = self.size.region if crop is None else Region(0, crop.y, self.size.width, crop.height)
        for widget, (region, clip) in self.visible_widgets.items():
            wanted = clip.intersection(rows)
            seen = region.intersection(wanted)
            if seen:
                yield region, wanted, widget.render_lines(seen.translate(-region.offset))
