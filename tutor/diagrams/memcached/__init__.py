"""Memcached's memory, drawn: items, slab classes, pages, queues; and who shards over it.

Each picture has a layout of its own (those of `tutor.memcached.layout`, `Queues` of
`tutor.memcached.looks`, `RingFigures`), draws it, and says the same in words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from tutor.diagrams.canvas import Drawing, Line, clip_line
from tutor.diagrams.memcached.items import describe_item, draw_item
from tutor.diagrams.memcached.pages import describe_page, draw_page
from tutor.diagrams.memcached.rings import RingFigures, describe_ring, draw_ring, ring_figures
from tutor.diagrams.memcached.segments import describe_queues, draw_queues, event_text
from tutor.diagrams.memcached.slabs import describe_slabs, draw_slabs
from tutor.i18n import pgettext

MemcachedView = Literal["slabs", "page", "queues", "item", "ring"]

NARROWEST = 12


@dataclass(frozen=True, slots=True)
class ViewRow:
    """``name`` is the view's word for a tab; ``draw`` gives lines for a width, ``describe``
    sentences."""

    name: Callable[[], str]
    draw: Callable[[Any, int], list[Line]]
    describe: Callable[[Any], list[str]]


VIEWS: Mapping[MemcachedView, ViewRow] = {
    "slabs": ViewRow(lambda: pgettext("view", "slabs"), draw_slabs, describe_slabs),
    "page": ViewRow(lambda: pgettext("view", "page"), draw_page, describe_page),
    "queues": ViewRow(lambda: pgettext("view", "queues"), draw_queues, describe_queues),
    "item": ViewRow(lambda: pgettext("view", "item"), draw_item, describe_item),
    "ring": ViewRow(lambda: pgettext("view", "ring"), draw_ring, describe_ring),
}
"""Layouts: `StoreLayout`, `PageLayout`, `Queues`, `ItemLayout`, `RingFigures`."""


def draw_memcached(view: MemcachedView, layout: Any, width: int) -> Drawing:
    """A picture ``width`` cells wide at most (but `NARROWEST`), and its text twin."""
    width = max(width, NARROWEST)
    row = VIEWS[view]
    lines = tuple(clip_line(line, width) for line in row.draw(layout, width))
    return Drawing(lines, "\n".join(row.describe(layout)))


__all__ = [
    "VIEWS",
    "MemcachedView",
    "RingFigures",
    "draw_memcached",
    "event_text",
    "ring_figures",
]
