"""An item in its chunk: what it consists of, and what of the chunk is wasted.

item · user:1 · 67 of 96 B · class 1 · COLD · TTL 60 s · CAS 3
┌ header ────┬ CAS ┬ key ─────┬ value ┬ end ──┬ unused ┐
│ COLD       │ 3   │ user:1\0 │ Alice │ \r\n  │ ░░░░░░ │
└ 48 B ──────┴ 8 B ┴ 6+1 B ───┴ 5 B ──┴ 2 B ──┴ 29 B ──┘
"""

from __future__ import annotations

from tutor.diagrams.amounts import percent_text
from tutor.diagrams.boxes import Cell, cell, flow, group_width
from tutor.diagrams.canvas import Line, Role, Run, clip, clip_line, gauge, marked, wrapped
from tutor.diagrams.memcached.words import bytes_text, chunks_text, lifetime_text
from tutor.diagrams.payload import printable, shown
from tutor.i18n import _, pgettext
from tutor.memcached.layout import ItemLayout

_VALUE, _KEY = 160, 80
_LEAST_VALUE = 12
_FREE = 12
_GAUGE = 30


def draw_item(layout: ItemLayout, width: int, changed: bool = False) -> list[Line]:
    """The heading, the boxes, how full the chunk is. ``changed``: the last command stored it."""
    lines = [clip_line(_heading(layout, changed), width), ()]
    lines += flow([_cells(layout, width, changed)], width)
    bar = gauge(layout.size, layout.chunk, min(_GAUGE, max(width // 3, 4)))
    figures: Run = (" " + _figures(layout), "label")
    lines.append(clip_line([(pgettext("memcached", "chunk") + " ", "label"), *bar, figures], width))
    return lines + [line for note in _notes(layout) for line in wrapped(note, width)]


def _heading(layout: ItemLayout, changed: bool) -> list[Run]:
    return [
        (pgettext("memcached", "item") + " ", "label"),
        *marked(shown(layout.key), "title", changed),
        (" · ", "frame"),
        (_("class %(n)d") % {"n": layout.slab_class}, "label"),
        (" · ", "frame"),
        (layout.segment.upper(), "header"),
        (f" · {lifetime_text(layout.exptime_s)} · CAS {layout.cas}", "label"),
    ]


def _cells(layout: ItemLayout, width: int, changed: bool) -> list[Cell]:
    """A box for each part, and one for what is left of the chunk; the value gives way."""
    contents: dict[str, tuple[str, Role]] = {
        "header": (_flags_of(layout), "header"),
        "cas": (str(layout.cas), "header"),
        "key": (printable(layout.key, _KEY) + "\\0", "key"),
        "flags": (str(layout.flags), "header"),
        "value": ("", "payload"),
        "end": ("\\r\\n", "label"),
    }

    def box(name: str, size: int, text: str, role: Role) -> Cell:
        caption = "CAS" if name == "cas" else name
        note = f"{size - 1}+1 B" if name == "key" else f"{size} B"
        return cell(text, caption, note, role, changed and name in ("value", "cas"))

    cells = [box(name, size, *contents[name]) for name, size in layout.parts]
    waste = layout.chunk - layout.size
    if waste:
        signs = "░" * min(max(round(_FREE * waste / layout.chunk * 2), 1), _FREE)
        cells.append(Cell(((signs, "free"),), pgettext("memcached", "unused"), f"{waste} B"))
    at = next(n for n, (name, _size) in enumerate(layout.parts) if name == "value")
    room = width - group_width(cells) + cells[at].width - 3 - changed
    text = _value(layout)
    text = clip(text, room if room >= _LEAST_VALUE else max(width - 6, 1))
    cells[at] = box("value", layout.parts[at][1], text, "payload")
    return cells


def _flags_of(layout: ItemLayout) -> str:
    """What the header says besides pointers and lengths."""
    words = [layout.segment.upper()]
    words += ["FETCHED"] if layout.fetched else []
    words += ["ACTIVE"] if layout.active else []
    return " ".join(words)


def _value(layout: ItemLayout) -> str:
    text = printable(layout.value, _VALUE)
    more = layout.value_length > len(layout.value) and not text.endswith("…")
    return text + ("…" if more else "")


def _figures(layout: ItemLayout) -> str:
    waste = layout.chunk - layout.size
    return _("%(size)d of %(chunk)d B · %(waste)d B unused (%(share)s)") % {
        "size": layout.size,
        "chunk": layout.chunk,
        "waste": waste,
        "share": percent_text(waste, layout.chunk),
    }


def _notes(layout: ItemLayout) -> list[str]:
    """What the boxes alone do not say."""
    notes: list[str] = []
    if layout.chunks > 1:
        words = _("Larger than the largest chunk: a chain of %(chunks)s.")
        notes.append(words % {"chunks": chunks_text(layout.chunks)})
    if layout.active:
        notes.append(_("Read more than once: at the tail of its queue it is kept (WARM)."))
    elif layout.fetched:
        notes.append(_("Read once since it was stored: one more read makes it ACTIVE."))
    else:
        notes.append(_("Not read since it was stored."))
    return notes


def describe_item(layout: ItemLayout, changed: bool = False) -> list[str]:
    """The same facts as sentences."""
    head = _(
        "Item %(key)s of slab class %(class)d takes %(size)s in a chunk of %(chunk)d: %(waste)d "
        "are unused."
    )
    lines = [
        head
        % {
            "key": shown(layout.key),
            "class": layout.slab_class,
            "size": bytes_text(layout.size),
            "chunk": layout.chunk,
            "waste": layout.chunk - layout.size,
        }
    ]
    parts = ", ".join(f"{'CAS' if name == 'cas' else name} {size}" for name, size in layout.parts)
    lines.append(_("Its parts in bytes: %(parts)s.") % {"parts": parts})
    lines.append(
        _("It is in %(segment)s, its flags are %(flags)d, its CAS is %(cas)d, %(lifetime)s.")
        % {
            "segment": layout.segment.upper(),
            "flags": layout.flags,
            "cas": layout.cas,
            "lifetime": lifetime_text(layout.exptime_s),
        }
    )
    lines.append(_("Its value: %(value)s.") % {"value": _value(layout)})
    lines += _notes(layout)
    return [*lines, _("The last command stored it.")] if changed else lines
