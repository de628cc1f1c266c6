"""What a command did to a key of another server that redis 7.0 would hold otherwise: the figures
that both looks show."""

from __future__ import annotations

from tutor.diagrams.difference.outside import Packed, changes_outside
from tutor.diagrams.payload import shown
from tutor.engine.inspect import Inspection
from tutor.i18n import _, ngettext

_NAMES_MOST = 3


def outside_clauses(before: Inspection, after: Inspection) -> list[str]:
    """How many elements there are now, which were touched, how large the block is."""
    clauses: list[str] = []
    if before.length != after.length:
        words = ngettext("%(old)d → %(n)d element", "%(old)d → %(n)d elements", after.length)
        clauses.append(words % {"old": before.length, "n": after.length})
    names = _touched(before, after)
    if names:
        more = " …" if len(names) > _NAMES_MOST else ""
        clauses.append(_("changed: %(names)s") % {"names": ", ".join(names[:_NAMES_MOST]) + more})
    old, new = before.layout, after.layout
    if isinstance(old, Packed) and isinstance(new, Packed) and old.total_bytes != new.total_bytes:
        figures = {"kind": after.encoding, "old": old.total_bytes, "new": new.total_bytes}
        clauses.append(_("%(kind)s of %(old)d → %(new)d B") % figures)
    return clauses


def _touched(before: Inspection, after: Inspection) -> list[str]:
    """Fields, members and elements with a mark, as words."""
    marks = changes_outside(before, after) or frozenset()
    layout = after.layout
    if isinstance(layout, Packed):
        return [shown(one.value, 64) for one in layout.entries if one.index in marks]
    return sorted(shown(name, 64) for name in marks if isinstance(name, bytes))
