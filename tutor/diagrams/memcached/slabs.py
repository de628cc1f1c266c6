"""Slab classes: pages cut into chunks of one size, and what is wasted inside them.

2 MB of 64 MB in pages · 812 items · nothing evicted

class │ chunk │ pages │ used chunks          │ wasted inside
1     │ 96 B  │ 1     │ █░░░░░░ 812 of 10922 │ 4.2 KB  13 %
"""

from __future__ import annotations

from tutor.diagrams.amounts import percent_text, size_text
from tutor.diagrams.canvas import Line, Role, Run, clip_line, gauge, omitted, wrapped
from tutor.diagrams.memcached.words import bytes_text, chunks_text, items_text, pages_text
from tutor.diagrams.sentences import as_sentence
from tutor.diagrams.tables import Column, table
from tutor.i18n import _, ngettext
from tutor.memcached.layout import SlabClassLayout, StoreLayout

_BAR, _SHORT = 16, 6
_MOST = 40
"""Rows of classes that are drawn; there are 39 with the usual growth factor."""


def wasted(row: SlabClassLayout) -> int:
    """Bytes of used chunks that no item asked for."""
    return row.used * row.chunk - row.requested


def draw_slabs(layout: StoreLayout, width: int, chosen: int | None = None) -> list[Line]:
    """The sums, then a row for each class that has pages; ``chosen`` is a class to point at."""
    lines = [clip_line(_sums(layout), width), ()]
    if not layout.classes:
        return lines + wrapped(_empty(), width)
    rows = layout.classes[:_MOST]
    lines += table(_columns(rows, width, chosen), width)
    if len(layout.classes) > _MOST:
        more = len(layout.classes) - _MOST
        words = ngettext("%(n)d more class", "%(n)d more classes", more) % {"n": more}
        lines.append(omitted(words, width))
    return [*lines, (), *wrapped(_waste_note(layout), width)]


def _sums(layout: StoreLayout) -> list[Run]:
    words = _("%(used)s of %(limit)s in pages") % {
        "used": size_text(layout.allocated),
        "limit": size_text(layout.limit),
    }
    gone: Role = "gone" if layout.evictions else "label"
    return [
        (words, "title"),
        (f" · {items_text(layout.items)} · ", "label"),
        (_evicted(layout.evictions), gone),
    ]


def _evicted(number: int) -> str:
    if not number:
        return _("nothing evicted")
    return ngettext("%(n)d item evicted", "%(n)d items evicted", number) % {"n": number}


def _columns(rows: tuple[SlabClassLayout, ...], width: int, chosen: int | None) -> list[Column]:
    bar = _BAR if width >= 80 else _SHORT if width >= 58 else 0
    names: list[Line] = []
    for row in rows:
        here = row.number == chosen
        sign: Run = ("►" if here else " ", "path")
        names.append((sign, (str(row.number), "title" if here else "header")))
    columns = [
        Column(_("class"), names),
        Column(_("chunk"), [((f"{row.chunk} B", "header"),) for row in rows]),
        Column(_("pages"), [((str(row.pages), "text"),) for row in rows]),
        Column(_("used chunks"), [_used(row, bar) for row in rows], gives=True),
        Column(_("wasted inside"), [_wasted(row) for row in rows], gives=True),
    ]
    if any(row.evicted for row in rows) and width >= 72:
        evicted: list[Line] = [((str(row.evicted), "gone"),) for row in rows]
        columns.append(Column(_("evicted"), evicted))
    return columns


def _used(row: SlabClassLayout, cells: int) -> Line:
    whole = row.used + row.free
    bar = gauge(row.used, whole, cells) if cells else ()
    text = _("%(used)d of %(whole)d") % {"used": row.used, "whole": whole}
    return (*bar, ((" " if bar else "") + text, "payload"))


def _wasted(row: SlabClassLayout) -> Line:
    waste = wasted(row)
    share = percent_text(waste, row.used * row.chunk)
    return ((size_text(waste), "free"), (f" {share}", "label"))


def _empty() -> str:
    return _("No class owns a page yet: the first item of a size takes one, 1 MB.")


def _waste_note(layout: StoreLayout) -> str:
    used = sum(row.used * row.chunk for row in layout.classes)
    waste = sum(map(wasted, layout.classes))
    free = sum(row.free * row.chunk for row in layout.classes)
    words = _(
        "Wasted inside chunks: %(waste)s (%(share)s of what is used). Free chunks: %(free)s, "
        "for items of the same class only."
    )
    return words % {
        "waste": size_text(waste),
        "share": percent_text(waste, used),
        "free": size_text(free),
    }


def describe_slabs(layout: StoreLayout) -> list[str]:
    """The same facts as sentences."""
    lines = [as_sentence("".join(text for text, _role in _sums(layout)).replace(" · ", ", "))]
    if not layout.classes:
        return [*lines, _empty()]
    for row in layout.classes:
        words = _(
            "Class %(n)d, chunks of %(chunk)s: %(pages)s, %(used)d of %(chunks)s used, %(waste)s "
            "wasted inside, %(evicted)s."
        )
        figures = {
            "n": row.number,
            "chunk": bytes_text(row.chunk),
            "pages": pages_text(row.pages),
            "used": row.used,
            "chunks": chunks_text(row.used + row.free),
            "waste": size_text(wasted(row)),
            "evicted": _evicted(row.evicted),
        }
        lines.append(words % figures)
    return [*lines, _waste_note(layout)]
