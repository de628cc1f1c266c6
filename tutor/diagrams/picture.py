"""The one way to a picture: an inspection in, a drawing out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from tutor.diagrams.canvas import Drawing, Line, Run, clip_line, marked
from tutor.diagrams.difference import NOTHING, Changes
from tutor.diagrams.hashtables import describe_hashtable, draw_hashtable
from tutor.diagrams.intsets import describe_intset, draw_intset
from tutor.diagrams.limits import describe_limits, draw_limits
from tutor.diagrams.listpacks import describe_pairs, draw_pairs
from tutor.diagrams.memory import Block, describe_blocks, draw_blocks, pointer, robj
from tutor.diagrams.memory_compact import intset_blocks, listpack_blocks, string_blocks
from tutor.diagrams.memory_linked import hashtable_blocks, quicklist_blocks, zset_blocks
from tutor.diagrams.payload import shown
from tutor.diagrams.quicklists import describe_quicklist, draw_quicklist
from tutor.diagrams.skiplists import describe_skiplist, draw_skiplist
from tutor.diagrams.strings import describe_string, draw_string
from tutor.engine.inspect import Inspection
from tutor.engine.structures.intset import IntsetLayout
from tutor.engine.structures.listpack import ListpackLayout
from tutor.engine.structures.quicklist_layout import QuicklistLayout
from tutor.engine.structures.sds import StringLayout
from tutor.engine.structures.skiplist_layout import SkiplistLayout
from tutor.i18n import _, ngettext, pgettext

View = Literal["structure", "bytes"]
NARROWEST = 12
_TYPES = {"string": 0, "list": 1, "set": 2, "zset": 3, "hash": 4}
_ENCODINGS = {"hashtable": 2, "intset": 6, "skiplist": 7, "quicklist": 9, "listpack": 11}
_GROWN = {"hash": "hashtable", "set": "hashtable", "zset": "skiplist"}


def draw(
    inspection: Inspection, width: int, view: View = "structure", changed: Changes = NOTHING
) -> Drawing:
    """The key's picture, ``width`` cells wide at most (but `NARROWEST`), and its text twin.

    The first line is the heading, the second is empty.
    """
    width = max(width, NARROWEST)
    new: list[Run] = (
        [*marked(pgettext("key", "new") + " ", "title", True)] if "new" in changed else []
    )
    head = clip_line([*new, *heading(inspection, changed)], width)
    if view == "bytes":
        body = draw_blocks(_blocks(inspection, changed), width)
        text = [*_opening(inspection, changed), *describe_blocks(_blocks(inspection, changed))]
    else:
        body = _structure(inspection, width, changed)
        text = describe(inspection, changed)
    lines: tuple[Line, ...] = (head, (), *(clip_line(line, width) for line in body))
    return Drawing(lines, "\n".join(text))


def heading(inspection: Inspection, changed: Changes = NOTHING) -> list[Run]:
    """``hash · listpack · 3 fields · 120 B · no TTL``."""
    return [
        (inspection.type, "title"),
        (" · ", "frame"),
        *marked(inspection.encoding, "header", "encoding" in changed),
        (" · " + _amount(inspection) + " · ", "label"),
        (_("%(bytes)d B") % {"bytes": inspection.memory}, "label"),
        (" · " + _lifetime(inspection), "label"),
    ]


def describe(inspection: Inspection, changed: Changes = NOTHING) -> list[str]:
    """The text twin: the picture as sentences."""
    lines = _opening(inspection, changed)
    layout = inspection.layout
    if isinstance(layout, StringLayout):
        return lines + describe_string(layout, changed)
    if isinstance(layout, QuicklistLayout):
        return lines + describe_quicklist(layout, changed)
    if isinstance(layout, SkiplistLayout):
        return lines + describe_skiplist(layout, inspection.table, changed)
    if isinstance(layout, ListpackLayout):
        lines += describe_pairs(layout, inspection.type, changed)
    elif isinstance(layout, IntsetLayout):
        lines += describe_intset(layout, changed)
    else:
        lines += describe_hashtable(layout, changed)
    return lines + describe_limits(inspection.limits, _GROWN.get(inspection.type, ""))


def _opening(inspection: Inspection, changed: Changes) -> list[str]:
    words = _(
        "Key %(key)s has the type %(type)s and the encoding %(encoding)s: %(amount)s, %(memory)s "
        "by MEMORY USAGE, %(lifetime)s."
    )
    memory = inspection.memory
    figures = {
        "key": shown(inspection.key),
        "type": inspection.type,
        "encoding": inspection.encoding,
        "amount": _amount(inspection),
        "memory": ngettext("%(n)d byte", "%(n)d bytes", memory) % {"n": memory},
        "lifetime": _lifetime(inspection),
    }
    lines = [words % figures]
    return [*lines, _("The last command created it.")] if "new" in changed else lines


def _structure(inspection: Inspection, width: int, changed: Changes) -> list[Line]:
    layout = inspection.layout
    if isinstance(layout, StringLayout):
        return draw_string(layout, width, changed)
    if isinstance(layout, QuicklistLayout):
        return draw_quicklist(layout, width, changed)
    if isinstance(layout, SkiplistLayout):
        return draw_skiplist(layout, inspection.table, width, changed)
    if isinstance(layout, ListpackLayout):
        lines = draw_pairs(layout, width, changed)
    elif isinstance(layout, IntsetLayout):
        lines = draw_intset(layout, width, changed)
    else:
        return draw_hashtable(layout, width, changed)
    return lines + draw_limits(inspection.limits, width)


def _blocks(inspection: Inspection, changed: Changes) -> Iterator[Block]:
    layout = inspection.layout
    if isinstance(layout, StringLayout):
        yield from string_blocks(layout, changed)
        return
    target = {"hashtable": "dict", "skiplist": "zset"}.get(inspection.encoding)
    encoding = inspection.encoding
    new = "encoding" in changed
    head = robj(_TYPES[inspection.type], _ENCODINGS[encoding], encoding, changed=new)
    yield Block("robj · 16 B", (*head, pointer("ptr", target or encoding)))
    if isinstance(layout, ListpackLayout):
        yield from listpack_blocks(layout, changed)
    elif isinstance(layout, IntsetLayout):
        yield from intset_blocks(layout, changed)
    elif isinstance(layout, QuicklistLayout):
        yield from quicklist_blocks(layout, changed)
    elif isinstance(layout, SkiplistLayout):
        yield from zset_blocks(layout, inspection.table, inspection.allocator, changed)
    else:
        yield from hashtable_blocks(layout, changed)


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
