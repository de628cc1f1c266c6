"""The ways in which one key can be looked at: a table, one row a view.

A view says for which keys it means anything, draws itself, and says the same in words. `picture`
puts the heading above; whoever offers views to choose from asks `views_of`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from tutor.diagrams.allocations import (
    allocation_parts,
    describe_allocations,
    draw_allocations,
)
from tutor.diagrams.bitmaps import bits_parts, describe_bits, draw_bits, has_bits
from tutor.diagrams.canvas import Line
from tutor.diagrams.difference import Changes
from tutor.diagrams.files.pair import describe_filed, draw_filed, filed_parts, is_filed
from tutor.diagrams.geohashes import describe_map, draw_map, has_places
from tutor.diagrams.hyperloglogs import describe_registers, draw_registers
from tutor.diagrams.hyperloglogs import is_one as is_hyperloglog
from tutor.diagrams.outside import has_bytes
from tutor.diagrams.parts import Parts
from tutor.diagrams.structure import describe_structure, draw_structure, structure_parts
from tutor.diagrams.then import describe_then, draw_then, then_parts
from tutor.engine.ancestors import has_ancestors
from tutor.engine.inspect import Inspection
from tutor.i18n import pgettext

View = Literal["structure", "bytes", "registers", "bits", "map", "then", "file"]

Draw = Callable[[Inspection, int, Changes], list[Line]]
Describe = Callable[[Inspection, Changes], list[str]]
Divide = Callable[[Inspection, int, Changes], Parts | None]


@dataclass(frozen=True, slots=True)
class ViewRow:
    """``draw`` gives lines for a width, ``describe`` sentences; ``fits`` tells for which keys;
    ``parts`` gives the lines in parts, for scrolling over a structure of any size."""

    draw: Draw
    describe: Describe
    fits: Callable[[Inspection], bool] = lambda inspection: True
    parts: Divide = lambda inspection, width, changed: None


VIEWS: Mapping[View, ViewRow] = {
    "structure": ViewRow(draw_structure, describe_structure, parts=structure_parts),
    "bytes": ViewRow(draw_allocations, describe_allocations, has_bytes, allocation_parts),
    "registers": ViewRow(draw_registers, describe_registers, is_hyperloglog),
    "bits": ViewRow(draw_bits, describe_bits, has_bits, bits_parts),
    "map": ViewRow(draw_map, describe_map, has_places),
    "then": ViewRow(draw_then, describe_then, has_ancestors, then_parts),
    "file": ViewRow(draw_filed, describe_filed, is_filed, filed_parts),
}
"""In the order in which they are offered."""


def views_of(inspection: Inspection) -> tuple[View, ...]:
    """The views that say something about this key. Costs no more than a glance at its layout."""
    return tuple(view for view, row in VIEWS.items() if row.fits(inspection))


def view_name(view: str) -> str:
    """The word for a view, in the present language; also for those that are no rows of the table:
    ``diff`` (`compare`) and ``text`` (the text twin)."""
    names = {
        "structure": pgettext("view", "structure"),
        "bytes": pgettext("view", "bytes"),
        "registers": pgettext("view", "registers"),
        "bits": pgettext("view", "bits"),
        "map": pgettext("view", "map"),
        "then": pgettext("view", "then and now"),
        "file": pgettext("view", "file"),
        "diff": pgettext("view", "diff"),
        "text": pgettext("view", "text"),
    }
    return names.get(view, view)
