"""The structure view: each key as the structure that Redis holds it in; a table, one row a layout.

Structures that redis 7.0 itself never has are drawn by `outside`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tutor.diagrams.canvas import Line
from tutor.diagrams.difference import NOTHING, Changes
from tutor.diagrams.hashtables import describe_hashtable, draw_hashtable, hashtable_parts
from tutor.diagrams.intsets import describe_intset, draw_intset, intset_parts
from tutor.diagrams.limits import describe_limits, draw_limits
from tutor.diagrams.listpacks import describe_pairs, draw_pairs, pairs_parts
from tutor.diagrams.outside import describe_foreign, draw_foreign, foreign_parts, is_foreign
from tutor.diagrams.parts import Parts
from tutor.diagrams.quicklists import describe_quicklist, draw_quicklist, quicklist_parts
from tutor.diagrams.skiplists import describe_skiplist, draw_skiplist, skiplist_parts
from tutor.diagrams.streams import describe_stream, draw_stream, stream_parts
from tutor.diagrams.strings import describe_string, draw_string
from tutor.engine.image import TableFigures
from tutor.engine.inspect import Inspection
from tutor.engine.structures.hashtable_layout import HashTableLayout
from tutor.engine.structures.intset import IntsetLayout
from tutor.engine.structures.listpack import ListpackLayout
from tutor.engine.structures.quicklist_layout import QuicklistLayout
from tutor.engine.structures.sds import StringLayout
from tutor.engine.structures.skiplist_layout import SkiplistLayout
from tutor.engine.structures.stream_layout import StreamLayout

_GROWN = {"hash": "hashtable", "set": "hashtable", "zset": "skiplist"}


@dataclass(frozen=True, slots=True)
class _Row:
    """``draw`` gives lines for a width, ``describe`` sentences, ``parts`` the lines in parts, for
    scrolling; ``limited``: a compact structure, with gauges under it that tell how near the
    conversion is. The layout is of the row's own type."""

    draw: Callable[[Any, Inspection, int, Changes], list[Line]]
    describe: Callable[[Any, Inspection, Changes], list[str]]
    parts: Callable[[Any, Inspection, int, Changes], Parts] | None = None
    limited: bool = False


_TABLE = _Row(
    lambda layout, seen, width, changed: draw_hashtable(layout, width, changed),
    lambda layout, seen, changed: describe_hashtable(layout, changed),
    lambda layout, seen, width, changed: hashtable_parts(layout, width, changed),
)
_ROWS: Mapping[type, _Row] = {
    StringLayout: _Row(
        lambda layout, seen, width, changed: draw_string(layout, width, changed),
        lambda layout, seen, changed: describe_string(layout, changed),
    ),
    ListpackLayout: _Row(
        lambda layout, seen, width, changed: draw_pairs(layout, width, changed),
        lambda layout, seen, changed: describe_pairs(layout, seen.type, changed),
        lambda layout, seen, width, changed: pairs_parts(layout, width, changed),
        limited=True,
    ),
    IntsetLayout: _Row(
        lambda layout, seen, width, changed: draw_intset(layout, width, changed),
        lambda layout, seen, changed: describe_intset(layout, changed),
        lambda layout, seen, width, changed: intset_parts(layout, width, changed),
        limited=True,
    ),
    HashTableLayout: _TABLE,
    TableFigures: _TABLE,
    SkiplistLayout: _Row(
        lambda layout, seen, width, changed: draw_skiplist(layout, seen.table, width, changed),
        lambda layout, seen, changed: describe_skiplist(layout, seen.table, changed),
        lambda layout, seen, width, changed: skiplist_parts(layout, seen.table, width, changed),
    ),
    QuicklistLayout: _Row(
        lambda layout, seen, width, changed: draw_quicklist(layout, width, changed),
        lambda layout, seen, changed: describe_quicklist(layout, changed),
        lambda layout, seen, width, changed: quicklist_parts(layout, width, changed),
    ),
    StreamLayout: _Row(
        lambda layout, seen, width, changed: draw_stream(layout, width, changed),
        lambda layout, seen, changed: describe_stream(layout, changed),
        lambda layout, seen, width, changed: stream_parts(layout, width, changed),
    ),
}


def draw_structure(inspection: Inspection, width: int, changed: Changes) -> list[Line]:
    """The lines of the picture, without its heading."""
    if is_foreign(inspection):
        return draw_foreign(inspection, width, changed)
    row = _ROWS[type(inspection.layout)]
    lines = row.draw(inspection.layout, inspection, width, changed)
    return lines + draw_limits(inspection.limits, width) if row.limited else lines


def structure_parts(inspection: Inspection, width: int, changed: Changes) -> Parts | None:
    """The picture in parts that a viewer can scroll; None where it has no parts."""
    if is_foreign(inspection):
        return foreign_parts(inspection, width, changed)
    row = _ROWS[type(inspection.layout)]
    if row.parts is None:
        return None
    parts = row.parts(inspection.layout, inspection, width, changed)
    if not row.limited:
        return parts
    return parts._replace(below=[*parts.below, *draw_limits(inspection.limits, width)])


def describe_structure(inspection: Inspection, changed: Changes = NOTHING) -> list[str]:
    """The same facts as sentences."""
    if is_foreign(inspection):
        return describe_foreign(inspection, changed)
    row = _ROWS[type(inspection.layout)]
    lines = row.describe(inspection.layout, inspection, changed)
    if not row.limited:
        return lines
    return lines + describe_limits(inspection.limits, _GROWN.get(inspection.type, ""))
