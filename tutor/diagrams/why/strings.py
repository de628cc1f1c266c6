"""What a command did to a string: where its text lies, and whether it had to move to grow."""

from __future__ import annotations

from tutor.diagrams.difference import alike, changes
from tutor.diagrams.why.deed import Deed
from tutor.engine.inspect import Inspection
from tutor.engine.structures.sds import MAX_PREALLOCATION, StringLayout
from tutor.i18n import _, ngettext

_EDITS = frozenset({"append", "setrange", "setbit", "bitfield", "pfadd", "pfmerge", "pfcount"})
"""Commands, and the events of these, that edit a raw string where it lies."""


_CACHED = slice(8, 16)
"""Where a HyperLogLog keeps its count until a register rises (redis 7.0, hyperloglog.c)."""

_NAMED = 3

_STORES = ("set", "incrby", "incrbyfloat")


def kept(layout: StringLayout) -> str:
    """How a string that is stored anew lies in memory."""
    if layout.shared:
        return _("one of the shared integers 0–9999: no memory of its own")
    if layout.integer is not None:
        return _("the number stands in the object's pointer: no text, no second block")
    if layout.encoding == "embstr":
        words = _("embstr: object, header and text in one block of %(n)d B")
    else:
        words = _("raw: the object, and the text in a block of %(n)d B")
    return words % {"n": layout.allocation}


def string_clauses(before: Inspection, after: Inspection, deed: Deed) -> list[str]:
    """Growth, edits in place, values stored anew. Nothing if the two looks are alike."""
    old, new = before.layout, after.layout
    assert isinstance(old, StringLayout)
    assert isinstance(new, StringLayout)
    if _edited(deed) and new.encoding == "raw":
        registers = _registers(before, after)
        kept_room = old.length == new.length and old.alloc == new.alloc
        if registers and kept_room:
            return registers
        return registers + ([] if alike(before, after) else _edit(old, new))
    if alike(before, after):
        return [_("stored anew, alike to the byte")] if deed.did(*_STORES) else []
    if new.integer is not None and old.integer is not None:
        words = {"old": old.integer, "new": new.integer}
        return [_("%(old)d → %(new)d in the object's pointer") % words, *_shared(old, new)]
    return [kept(new)]


def _shared(old: StringLayout, new: StringLayout) -> list[str]:
    if old.shared == new.shared:
        return []
    if new.shared:
        return [_("one of the shared integers 0–9999: no memory of its own")]
    return [_("beyond the shared integers 0–9999: an object of its own")]


def _edited(deed: Deed) -> bool:
    """Whether every event was an edit; where there were none the command tells."""
    if deed.events:
        return _EDITS.issuperset(deed.events)
    return deed.command in _EDITS


def _registers(before: Inspection, after: Inspection) -> list[str]:
    """Of a HyperLogLog the registers that rose, or that its count was counted and kept."""
    marks = changes(before, after)
    rose = sorted(mark[1] for mark in marks if isinstance(mark, tuple) and mark[0] == "register")
    if rose:
        names = ", ".join(map(str, rose[:_NAMED])) + (" …" if len(rose) > _NAMED else "")
        words = ngettext("register %(names)s rose", "registers %(names)s rose", len(rose))
        return [words % {"names": names}]
    old, new = before.layout, after.layout
    assert isinstance(old, StringLayout)
    assert isinstance(new, StringLayout)
    if old.preview[_CACHED] != new.preview[_CACHED] and old.preview[16:] == new.preview[16:]:
        return [_("the count was kept in the header, bytes 8–15")] if "registers" in marks else []
    return []


def _edit(old: StringLayout, new: StringLayout) -> list[str]:
    """A raw string after an edit."""
    added = new.length - old.length
    if old.encoding != "raw":
        return [_alloc(new)]
    if new.alloc != old.alloc:
        return [*_moved(old, new), *_header(old, new)]
    if added > 0:
        words = ngettext(
            "%(n)d byte went into the free room, %(free)d of %(alloc)d B left: no realloc",
            "%(n)d bytes went into the free room, %(free)d of %(alloc)d B left: no realloc",
            added,
        )
        return [words % {"n": added, "free": new.free, "alloc": new.alloc}]
    if old.length == new.length:
        return [_rewritten(old, new)]
    return [_alloc(new)]


def _rewritten(old: StringLayout, new: StringLayout) -> str:
    """Bytes changed in place; of a single one, which it was and what is in it now."""
    pairs = enumerate(zip(old.preview, new.preview, strict=False), new.preview_start)
    changed = [(at, was, now) for at, (was, now) in pairs if was != now]
    if old.preview_start != new.preview_start or len(changed) != 1:
        return _("bytes changed where they lie: length and block are as before")
    words = _("byte %(at)d changed where it lies: %(old)02x → %(new)02x (%(bits)s)")
    at, was, now = changed[0]
    return words % {"at": at, "old": was, "new": now, "bits": f"{was:08b} → {now:08b}"}


def _moved(old: StringLayout, new: StringLayout) -> list[str]:
    figures = {"length": new.length, "old": old.alloc, "new": new.alloc}
    if new.length <= old.alloc:
        return [f"alloc {old.alloc} → {new.alloc}"]
    words = ngettext(
        "%(length)d byte did not fit in alloc %(old)d: reallocated to %(new)d",
        "%(length)d bytes did not fit in alloc %(old)d: reallocated to %(new)d",
        new.length,
    )
    return [words % figures + _greed(new)]


def _greed(new: StringLayout) -> str:
    """What room was asked for beyond the text (redis 7.0, sds.c _sdsMakeRoomFor)."""
    if new.length < MAX_PREALLOCATION and new.alloc >= 2 * new.length:
        return ", " + _("twice the length (below 1 MB)")
    if new.length >= MAX_PREALLOCATION and new.free >= MAX_PREALLOCATION:
        return ", " + _("1 MB to spare")
    return ""


def _header(old: StringLayout, new: StringLayout) -> list[str]:
    return [] if old.header == new.header else [f"{old.header} → {new.header}"]


def _alloc(new: StringLayout) -> str:
    words = _("len %(length)d, alloc %(alloc)d, %(free)d B free") % {
        "length": new.length,
        "alloc": new.alloc,
        "free": new.free,
    }
    return words + _greed(new)
