"""The one way to a picture: an inspection in, a drawing out."""

from __future__ import annotations

from tutor.diagrams.canvas import Drawing, Line, Run, clip_line, marked
from tutor.diagrams.difference import NOTHING, Changes
from tutor.diagrams.outside import draw_notes, outside_notes
from tutor.diagrams.parts import Parts
from tutor.diagrams.payload import shown
from tutor.diagrams.views import VIEWS, View
from tutor.engine.inspect import Inspection
from tutor.i18n import _, ngettext, pgettext

NARROWEST = 12


def draw(
    inspection: Inspection, width: int, view: View = "structure", changed: Changes = NOTHING
) -> Drawing:
    """The key's picture, ``width`` cells wide at most (but `NARROWEST`), and its text twin.

    The first line is the heading, the second is empty.
    """
    width = max(width, NARROWEST)
    head = head_line(inspection, width, changed)
    body = VIEWS[view].draw(inspection, width, changed)
    body = [*body, *draw_notes(inspection, width, view)]
    lines: tuple[Line, ...] = (head, (), *(clip_line(line, width) for line in body))
    return Drawing(lines, "\n".join(describe(inspection, changed, view)))


def draw_parts(
    inspection: Inspection,
    width: int,
    view: View = "structure",
    changed: Changes = NOTHING,
    whole: bool = False,
) -> Parts:
    """The picture of the inspection's window in parts, without the heading and the text twin. A
    view that has no parts is all items; so is a picture that is asked for as a whole."""
    width = max(width, NARROWEST)
    row = VIEWS[view]
    parts = None if whole else row.parts(inspection, width, changed)
    parts = parts or Parts(items=row.draw(inspection, width, changed))
    parts = parts._replace(below=[*parts.below, *draw_notes(inspection, width, view)])
    cut = ([clip_line(line, width) for line in part] for part in parts)
    return Parts(*cut)


def head_line(inspection: Inspection, width: int, changed: Changes = NOTHING) -> Line:
    """The heading, cut to ``width``; a key that was not there before is said to be new."""
    new: list[Run] = (
        [*marked(pgettext("key", "new") + " ", "title", True)] if "new" in changed else []
    )
    return clip_line([*new, *heading(inspection, changed)], width)


def heading(inspection: Inspection, changed: Changes = NOTHING) -> list[Run]:
    """``hash · listpack · 3 fields · 120 B · no TTL``."""
    return [
        (inspection.type, "title"),
        (" · ", "frame"),
        *marked(inspection.encoding, "header", "encoding" in changed),
        (" · " + _amount(inspection) + " · ", "label"),
        (_size(inspection), "label"),
        (" · " + lifetime(inspection), "label"),
        (f" · {inspection.source}" if inspection.source else "", "label"),
    ]


def describe(
    inspection: Inspection, changed: Changes = NOTHING, view: View = "structure"
) -> list[str]:
    """The text twin: the picture as sentences."""
    lines = _opening(inspection, changed) + VIEWS[view].describe(inspection, changed)
    return lines + outside_notes(inspection, view)


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
        "lifetime": lifetime(inspection),
    }
    lines = [words % figures]
    return [*lines, _("The last command created it.")] if "new" in changed else lines


def _amount(inspection: Inspection) -> str:
    n = inspection.length
    words = {
        "string": lambda: ngettext("%(n)d byte", "%(n)d bytes", n),
        "list": lambda: ngettext("%(n)d element", "%(n)d elements", n),
        "set": lambda: ngettext("%(n)d member", "%(n)d members", n),
        "hash": lambda: ngettext("%(n)d field", "%(n)d fields", n),
        "zset": lambda: ngettext("%(n)d member", "%(n)d members", n),
        "stream": lambda: ngettext("%(n)d entry", "%(n)d entries", n),
    }
    return words[inspection.type]() % {"n": n}


def _size(inspection: Inspection) -> str:
    if "memory" in inspection.unknown:
        return _("size unknown")
    return _("%(bytes)d B") % {"bytes": inspection.memory}


def lifetime(inspection: Inspection) -> str:
    """How long the key has yet."""
    if "ttl" in inspection.unknown:
        return _("TTL unknown")
    if inspection.ttl_ms is None:
        return _("no TTL")
    return _("TTL %(seconds)d s") % {"seconds": (inspection.ttl_ms + 500) // 1000}
