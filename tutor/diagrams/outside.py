"""Keys of a server that is looked at from outside: structures that redis 7.0 does not have, and
what cannot be known from there."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tutor.diagrams.canvas import Line, wrapped
from tutor.diagrams.difference import Changes
from tutor.diagrams.listpacks import sized
from tutor.diagrams.packed import Packed, draw_packed, in_sentences, packed_listpack, packed_parts
from tutor.diagrams.parts import Parts
from tutor.diagrams.payload import shown
from tutor.diagrams.sentences import changed_by_command
from tutor.diagrams.unplaced import describe_unplaced, draw_unplaced, unplaced_parts
from tutor.diagrams.ziplists import describe_ziplist, packed_ziplist
from tutor.diagrams.zipmaps import describe_zipmap, packed_zipmap
from tutor.engine.inspect import Inspection
from tutor.engine.structures.listpack import ListpackLayout
from tutor.engine.structures.outside_layout import RankedLayout, UnplacedLayout
from tutor.engine.structures.ziplist import ZiplistLayout
from tutor.engine.structures.zipmap import ZipmapLayout
from tutor.i18n import _, ngettext

_UNLIKE_7_0 = (ZiplistLayout, ZipmapLayout, UnplacedLayout, RankedLayout)


def is_foreign(inspection: Inspection) -> bool:
    """Whether the key is held (or seen) as redis 7.0's own never are."""
    layout = inspection.layout
    if isinstance(layout, ListpackLayout):
        return _entries_each(inspection) != 2
    return isinstance(layout, _UNLIKE_7_0)


def has_bytes(inspection: Inspection) -> bool:
    """Whether the bytes of the structure are known."""
    return not isinstance(inspection.layout, (UnplacedLayout, RankedLayout))


def _entries_each(inspection: Inspection) -> int:
    """Entries that make one item of a packed sequence."""
    if inspection.encoding == "listpackex":
        return 3
    return 2 if inspection.type in ("hash", "zset") else 1


def _packed(inspection: Inspection, changed: Changes) -> Packed:
    layout = inspection.layout
    each = _entries_each(inspection)
    if isinstance(layout, ZiplistLayout):
        return packed_ziplist(layout, each, changed)
    if isinstance(layout, ZipmapLayout):
        return packed_zipmap(layout, changed)
    assert isinstance(layout, ListpackLayout)
    return packed_listpack(layout, each, changed)


def draw_foreign(inspection: Inspection, width: int, changed: Changes) -> list[Line]:
    """The structure view of such a key."""
    layout = inspection.layout
    if isinstance(layout, (UnplacedLayout, RankedLayout)):
        return draw_unplaced(layout, width, changed)
    return draw_packed(_packed(inspection, changed), width)


def foreign_parts(inspection: Inspection, width: int, changed: Changes) -> Parts:
    """The same in parts that a viewer can scroll."""
    layout = inspection.layout
    if isinstance(layout, (UnplacedLayout, RankedLayout)):
        return unplaced_parts(layout, width, changed)
    return packed_parts(_packed(inspection, changed), width)


def describe_foreign(inspection: Inspection, changed: Changes) -> list[str]:
    """The same facts as sentences."""
    layout = inspection.layout
    if isinstance(layout, (UnplacedLayout, RankedLayout)):
        return describe_unplaced(layout, changed)
    if isinstance(layout, ZiplistLayout):
        lines = describe_ziplist(layout, inspection.type)
    elif isinstance(layout, ZipmapLayout):
        lines = describe_zipmap(layout)
    else:
        assert isinstance(layout, ListpackLayout)
        lines = _describe_listpack(layout, _entries_each(inspection))
    names: list[str] = [word for word in ("total", "count") if word in changed]
    names += [shown(entry.value) for entry in layout.entries if entry.index in changed]
    return [*lines, *changed_by_command(names)]


def _describe_listpack(layout: ListpackLayout, each: int) -> list[str]:
    head = ngettext(
        "It is one listpack of %(bytes)d bytes with %(count)d entry.",
        "It is one listpack of %(bytes)d bytes with %(count)d entries.",
        layout.count,
    ) % {"bytes": layout.total_bytes, "count": layout.count}
    entries = layout.entries

    def say(at: int) -> str:
        if each == 1:
            return _("Entry %(key)s.") % {"key": sized(entries[at])}
        words = _("Field %(key)s holds %(value)s.")
        line = words % {"key": sized(entries[at]), "value": sized(entries[at + 1])}
        when = entries[at + 2].integer
        until = _("It expires at %(ms)d ms.") % {"ms": when or 0}
        return f"{line} {until}" if when else line

    indexes = [entry.index for entry in entries]
    return [head, *in_sentences(indexes, layout.count, each, say)]


# what is not known

_WORDS: Mapping[str, Callable[[], str]] = {
    "towers": lambda: _("how high the towers are (order, scores and ranks are true)"),
    "buckets": lambda: _("in which slot an entry lies (the entries are true)"),
    "tables": lambda: _("how many slots the hash table has, and whether it is rehashing"),
    "spare": lambda: _("how much room there is behind the text, and the SDS header"),
    "header": lambda: _("which of the SDS headers of this size it is: the usual one is drawn"),
    "fill": lambda: _("list-max-listpack-size of this list"),
    "depth": lambda: _("list-compress-depth of this list"),
    "compression": lambda: _("which inner nodes are compressed: they are drawn as they are inside"),
    "allocations": lambda: _("what the allocator makes of the sizes"),
    "refcount": lambda: _("whether the integer is a shared object"),
    "encoding": lambda: _("the encoding: it is drawn as 7.0 would choose it"),
    "memory": lambda: "MEMORY USAGE",
    "ttl": lambda: _("whether the key expires"),
    "producers": lambda: _("what the stream remembers of idempotent producers"),
}
"""Words for each of `tutor.engine.dumped.UNKNOWABLE`."""


def outside_notes(inspection: Inspection, view: str = "structure") -> list[str]:
    """Whose key it is, and what is not known of it; nothing for a key of our own. Of the ``bytes``
    only those of the data are that server's own."""
    if not inspection.source:
        return []
    lines = [_("Seen from outside: %(server)s.") % {"server": inspection.source}]
    missing = [words() for name, words in _WORDS.items() if name in inspection.unknown]
    if missing:
        lines.append(_("Cannot be known from there: %(what)s.") % {"what": "; ".join(missing)})
    if view == "bytes" and not inspection.source.endswith(_OF_7_0):
        lines.append(_("The structs around the data are drawn as 7.0 has them."))
    return lines


_OF_7_0 = "RDB 10"


def draw_notes(inspection: Inspection, width: int, view: str) -> list[Line]:
    """The same, set apart under a picture."""
    lines = [line for note in outside_notes(inspection, view) for line in wrapped(note, width)]
    return [(), *lines] if lines else []
