"""The one way to a picture: an inspection in, a drawing out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from tutor.diagrams import memory
from tutor.diagrams.canvas import MARK, Drawing, Line, Run, clip_line, printable
from tutor.diagrams.difference import NOTHING, Changes
from tutor.diagrams.hashtables import describe_hashtable, draw_hashtable
from tutor.diagrams.listpacks import (
    describe_intset,
    describe_listpack,
    draw_intset,
    draw_listpack,
)
from tutor.diagrams.quicklists import describe_quicklist, draw_quicklist
from tutor.diagrams.skiplists import describe_skiplist, draw_skiplist
from tutor.diagrams.strings import describe_string, draw_string
from tutor.engine.inspect import Inspection
from tutor.engine.structures.hashtable_layout import HashTableLayout
from tutor.engine.structures.intset import IntsetLayout
from tutor.engine.structures.listpack import ListpackLayout
from tutor.engine.structures.quicklist_layout import QuicklistLayout
from tutor.engine.structures.sds import StringLayout
from tutor.i18n import _, ngettext

View = Literal["structure", "bytes"]


def draw(
    inspection: Inspection, width: int, view: View = "structure", changed: Changes = NOTHING
) -> Drawing:
    """The key's picture, ``width`` cells wide at most, and its text twin."""
    width = max(width, 12)
    new: list[Run] = [(MARK + _("new") + " ", "changed")] if "new" in changed else []
    head = clip_line([*new, *heading(inspection)], width)
    body = (
        memory.draw_blocks(_blocks(inspection, changed), width)
        if view == "bytes"
        else _structure(inspection, width, changed)
    )
    lines: tuple[Line, ...] = (head, (), *(clip_line(line, width) for line in body))
    return Drawing(lines, "\n".join(describe(inspection)))


def heading(inspection: Inspection) -> list[Run]:
    """``hash · listpack · 3 fields · 120 B · no TTL``."""
    return [
        (inspection.type, "title"),
        (" · ", "frame"),
        (inspection.encoding, "header"),
        (" · " + _amount(inspection) + " · ", "label"),
        (_("%(bytes)d B") % {"bytes": inspection.memory}, "label"),
        (" · " + _lifetime(inspection), "label"),
    ]


def describe(inspection: Inspection) -> list[str]:
    """The text twin: the picture as sentences."""
    head = "".join(text for text, _role in heading(inspection))
    lines = [f"{printable(inspection.key)}: {head}"]
    layout = inspection.layout
    if isinstance(layout, StringLayout):
        return lines + describe_string(layout)
    if isinstance(layout, ListpackLayout):
        return lines + describe_listpack(layout, pairs=True)
    if isinstance(layout, IntsetLayout):
        return lines + describe_intset(layout)
    if isinstance(layout, HashTableLayout):
        return lines + describe_hashtable(layout)
    if isinstance(layout, QuicklistLayout):
        return lines + describe_quicklist(layout)
    return lines + describe_skiplist(layout, inspection.table)


def _structure(inspection: Inspection, width: int, changed: Changes) -> list[Line]:
    layout = inspection.layout
    if isinstance(layout, StringLayout):
        return draw_string(layout, width, changed)
    if isinstance(layout, ListpackLayout):
        return draw_listpack(layout, width, changed, pairs=True)
    if isinstance(layout, IntsetLayout):
        return draw_intset(layout, width, changed)
    if isinstance(layout, HashTableLayout):
        return draw_hashtable(layout, width, changed)
    if isinstance(layout, QuicklistLayout):
        return draw_quicklist(layout, width, changed)
    return draw_skiplist(layout, inspection.table, width, changed)


def _blocks(inspection: Inspection, changed: Changes) -> Iterator[memory.Block]:
    layout = inspection.layout
    if isinstance(layout, StringLayout):
        return memory.string_blocks(layout, changed)
    if isinstance(layout, ListpackLayout):
        return memory.listpack_blocks(layout, changed)
    if isinstance(layout, IntsetLayout):
        return memory.intset_blocks(layout, changed)
    if isinstance(layout, HashTableLayout):
        return memory.hashtable_blocks(layout, changed)
    if isinstance(layout, QuicklistLayout):
        return memory.quicklist_blocks(layout, changed)
    return memory.skiplist_blocks(layout, changed)


def _amount(inspection: Inspection) -> str:
    n = inspection.length
    words = {
        "string": lambda: ngettext("%(n)d byte", "%(n)d bytes", n),
        "list": lambda: ngettext("%(n)d element", "%(n)d elements", n),
        "set": lambda: ngettext("%(n)d member", "%(n)d members", n),
        "hash": lambda: ngettext("%(n)d field", "%(n)d fields", n),
        "zset": lambda: ngettext("%(n)d member", "%(n)d members", n),
    }
    return words[inspection.type]() % {"n": n}


def _lifetime(inspection: Inspection) -> str:
    if inspection.ttl_ms is None:
        return _("no TTL")
    return _("TTL %(seconds)d s") % {"seconds": (inspection.ttl_ms + 500) // 1000}
