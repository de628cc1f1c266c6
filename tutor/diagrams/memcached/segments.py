"""The queues of a slab class: where items enter, where they go from the tail, who is out.

  ▼ new items
┌ HOT · 2 items ─────────────────────────────────┐
│ ⁺k9 k8                                         │
│ tail: ACTIVE → WARM; older or over 20 % → COLD │
└────────────────────────────────────────────────┘
┌ COLD · 5 items ────────────────────────────────┐
│ k7 k6 k5 k4 k3                                 │
  ▼ out: ⁻k2 evicted
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from tutor.diagrams.canvas import GONE, MARK, Line, Role, Run, clip, clip_line, line_width
from tutor.diagrams.memcached.words import SEGMENT_ROLES, items_text
from tutor.diagrams.payload import shown
from tutor.diagrams.sentences import not_shown
from tutor.diagrams.tables import framed
from tutor.i18n import _, ngettext, pgettext
from tutor.memcached.layout import SEGMENTS, StoreEvent
from tutor.memcached.looks import Queues

_KEY = 18
_OUT = 6
_TOLD = 12
"""Events that the text twin names."""


def draw_queues(layout: Queues, width: int, rows: int = 3) -> list[Line]:
    """A frame for each segment, at most ``rows`` lines of keys in it, then what has left."""
    row = layout.slab_class
    head: list[Run] = [
        (_("class %(n)d") % {"n": row.number}, "title"),
        (_(" · chunks of %(chunk)d B") % {"chunk": row.chunk}, "label"),
    ]
    lines = [clip_line(head, width), clip_line([("  ▼ ", "pointer"), (_new(), "label")], width)]
    inside = max(width - 4, 1)
    moved = _marks(layout.events)
    for segment in SEGMENTS:
        if segment == "temp" and not layout.length(segment):
            continue
        title: Line = (
            (segment.upper(), SEGMENT_ROLES[segment]),
            (f" · {items_text(layout.length(segment))}", "label"),
        )
        keys = _keys(layout, segment, inside, rows, moved)
        note = clip_line([(tail_text(segment), "label")], inside)
        lines += framed(title, [[*keys, note]], width, inside)
    return [*lines, clip_line(_out(layout.events), width)]


def _new() -> str:
    return _("new items come in at the left, the head; the tail is at the right")


def tail_text(segment: str) -> str:
    """What becomes of an item at the tail of a segment."""
    texts = {
        "hot": _("tail: ACTIVE → WARM; older or over 20 % → COLD"),
        "warm": _("tail: ACTIVE → back to the head; older or over 40 % → COLD"),
        "cold": _("ACTIVE → WARM; tail: evicted when memory is short"),
        "temp": _("goes when its time is over; moves nowhere"),
    }
    return texts[segment]


def _marks(events: Iterable[StoreEvent]) -> dict[bytes, str]:
    """Where each key has come to last."""
    found: dict[bytes, str] = {}
    for event in events:
        if event.target:
            found[event.key] = event.target
        else:
            found.pop(event.key, None)
    return found


def _keys(
    layout: Queues, segment: str, width: int, rows: int, moved: Mapping[bytes, str]
) -> list[Line]:
    """Keys from the head to the tail; an ellipsis with a number where some are left out."""
    words = [_word(key, segment, moved) for key in layout.heads.get(segment, ())]
    between = layout.between(segment)
    last = [_word(key, segment, moved) for key in layout.tails.get(segment, ())]
    fitted = _fit(words, between, last, width, rows)
    return fitted or [((pgettext("queue", "empty"), "free"),)]


def _word(key: bytes, segment: str, moved: Mapping[bytes, str]) -> Line:
    text = clip(shown(key, 60), _KEY)
    if moved.get(key) == segment:
        return ((MARK, "changed"), (text, "changed"))
    return ((text, "key"),)


def _fit(heads: list[Line], between: int, tails: list[Line], width: int, rows: int) -> list[Line]:
    """As many words as there is room for; those in the middle give way."""
    words = [*heads, *tails]
    at = len(heads)
    while words:
        gap: list[Line] = [((f"… {between} …", "label"),)] if between else []
        lines = _filled([*words[:at], *gap, *words[at:]], width)
        if len(lines) <= rows:
            return lines
        if at >= len(words) - at:
            at -= 1
            del words[at]
        else:
            del words[at]
        between += 1
    return []


def _filled(words: Sequence[Line], width: int) -> list[Line]:
    lines: list[list[Run]] = [[]]
    for word in words:
        word = clip_line(word, width)
        if lines[-1] and line_width(lines[-1]) + 1 + line_width(word) > width:
            lines.append([])
        if lines[-1]:
            lines[-1].append((" ", "text"))
        lines[-1] += word
    return [tuple(line) for line in lines]


def _out(events: Sequence[StoreEvent]) -> list[Run]:
    """Who has left last, and why."""
    runs: list[Run] = [("  ▼ ", "pointer"), (_("out") + ": ", "label")]
    gone = [event for event in events if not event.target][-_OUT:]
    if not gone:
        return [*runs, (_("nobody yet"), "label")]
    for event in reversed(gone):
        role: Role = "gone" if event.kind == "evicted" else "label"
        runs += [(GONE, "gone"), (clip(shown(event.key, 60), _KEY), "gone")]
        runs.append((f" {_why(event)}  ", role))
    return runs


def _why(event: StoreEvent) -> str:
    return {
        "evicted": pgettext("item", "evicted"),
        "expired": pgettext("item", "expired"),
        "deleted": pgettext("item", "deleted"),
    }.get(event.kind, event.kind)


def event_text(event: StoreEvent) -> str:
    """``k1: HOT → COLD``."""
    key = clip(shown(event.key, 60), _KEY)
    if not event.target:
        words = _("%(key)s: out of %(segment)s, %(why)s")
        return words % {"key": key, "segment": event.source.upper(), "why": _why(event)}
    if not event.source:
        return _("%(key)s: new in %(segment)s") % {"key": key, "segment": event.target.upper()}
    return f"{key}: {event.source.upper()} → {event.target.upper()}"


def describe_queues(layout: Queues) -> list[str]:
    """The same facts as sentences."""
    lines: list[str] = []
    for segment in SEGMENTS:
        number = layout.length(segment)
        if segment == "temp" and not number:
            continue
        keys = [*layout.heads.get(segment, ()), *layout.tails.get(segment, ())]
        names = ", ".join(shown(key, 60) for key in keys)
        words = _("%(segment)s of class %(class)d: %(items)s")
        said = words % {
            "segment": segment.upper(),
            "class": layout.slab_class.number,
            "items": items_text(number),
        }
        lines.append(f"{said}: {names}." if names else f"{said}.")
        hidden = layout.between(segment)
        if hidden and names:
            lines.append(not_shown(_between(hidden)))
    return lines + [event_text(event) + "." for event in layout.events[-_TOLD:]]


def _between(number: int) -> str:
    return ngettext(
        "%(n)d item between them", "%(n)d items between them", number
    ) % {"n": number}  # fmt: skip
