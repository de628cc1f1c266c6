"""How a key is cut into parts for the X-ray's sheet, and each part drawn in the view asked for."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from tutor.diagrams import Changes, describe
from tutor.diagrams.picture import draw_parts
from tutor.diagrams.views import View as KeyView
from tutor.engine.image import TableFigures
from tutor.engine.inspect import Inspection
from tutor.engine.structures.hashtable import HashTable
from tutor.engine.structures.hashtable_layout import HashTableLayout
from tutor.engine.structures.quicklist_layout import QuicklistLayout
from tutor.engine.structures.sds import StringLayout
from tutor.engine.structures.skiplist_layout import SkiplistLayout
from tutor.engine.structures.stream_layout import StreamLayout
from tutor.engine.structures.window import Window
from tutor.engine.values import Hash, Set
from tutor.persistence.dissect.pair_file import LongPair, pair_of
from tutor.tui.paint import plain, row, wrap
from tutor.tui.sheet import Part

View = str
"""A view of the key (`tutor.diagrams.views`), or ``diff``, or ``text``."""

PITCH = 48
"""Items that are drawn at a time, where nothing else is said."""

_TOWERS = {"structure": 24, "bytes": 6}
_NODES = {"structure": 8, "bytes": 2, "then": 3}
_SLOTS = {"bytes": 16}
_TEXT = {"bytes": 512, "bits": 1024}
_WHOLE = 1 << 40


def pitch_of(now: Inspection, view: View) -> int:
    """How many items of a key are drawn at a time: about a screenful."""
    layout = now.layout
    if view == "file":
        pair = pair_of(now)
        return 1 if isinstance(pair, LongPair) and pair.has_nodes else PITCH
    if isinstance(layout, StringLayout):
        return _TEXT.get(view, _WHOLE)
    if isinstance(layout, SkiplistLayout):
        return _TOWERS.get(view, PITCH)
    if isinstance(layout, (QuicklistLayout, StreamLayout)) and layout.node_count > 1:
        return _NODES.get(view, PITCH)
    if isinstance(layout, (HashTableLayout, TableFigures)):
        return _SLOTS.get(view, PITCH)
    return PITCH


def items_of(now: Inspection, view: View) -> int:
    """Items of the whole: those of the structure, or the units of its pair in a file."""
    return pair_of(now).count if view == "file" else now.items_total


def piece_of(now: Inspection, view: View, window: Window) -> Inspection:
    """The key with the image of another window."""
    return replace(now, window=window) if view == "file" else now.at(window)


def drawn_from(piece: Inspection, view: View) -> tuple[object, ...]:
    """What a part is drawn from: it is drawn anew when that is another."""
    if view != "file":
        return piece.layout, piece.table, piece.limits
    filed, pair = piece.filed, pair_of(piece)
    assert filed is not None
    return filed, filed.moment, pair.size or pair.counted_bytes


def part_of(now: Inspection, width: int, view: View, changed: Changes, alone: bool) -> Part:
    """The rows of an inspection's window; ``alone``: there are no others."""
    if view == "text":
        lines = [row(plain(line)) for line in sentences(now, changed, view)]
        return Part((), tuple(part for line in lines for part in wrap(line, width, "  ")), ())
    drawn = draw_parts(now, width, _drawable(view), changed, whole=alone)
    return Part(*(tuple(row(*line) for line in lines) for lines in drawn))


def sentences(now: Inspection, changed: Changes, view: View) -> list[str]:
    return describe(now, changed, _drawable(view))


def _drawable(view: View) -> KeyView:
    """``diff`` without anything to compare and ``text`` are about the structure."""
    return cast("KeyView", "structure" if view in ("diff", "text") else view)


def unplaced_table(now: Inspection) -> HashTable | None:
    """The table whose slots are not known yet."""
    value = now.value
    if not isinstance(now.layout, TableFigures) or not isinstance(value, (Hash, Set)):
        return None
    return value.table
