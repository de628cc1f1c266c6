"""The consumer groups of a stream: how far each has read, and what is not acknowledged.

┌ group mail · last_id 2-0 · entries_read 2 of 3 █████░░░ · lag 1 ┐
│ PEL: 1 pending                                                   │
│ ID  │ consumer │ delivered               │ deliveries            │
│ 1-0 │ ann      │ 2026-11-26 02:20:07.123 │ 3                     │
├──────────────────────────────────────────────────────────────────┤
│ consumer │ seen                    │ PEL                        │
│ ann      │ 2026-11-26 02:20:07.123 │ 1: 1-0                     │
└──────────────────────────────────────────────────────────────────┘
"""

from __future__ import annotations

from datetime import UTC, datetime

from tutor.diagrams.canvas import Line, clip_line, gauge, marked
from tutor.diagrams.payload import shown
from tutor.diagrams.sentences import not_shown
from tutor.diagrams.streams.nodes import stream_id
from tutor.diagrams.tables import Column, fitting, framed, table
from tutor.engine.structures.stream_group import UNKNOWN_READ, Nack
from tutor.engine.structures.stream_layout import (
    StreamConsumerLayout,
    StreamGroupLayout,
    StreamLayout,
)
from tutor.i18n import _, ngettext, pgettext

Changed = frozenset[object]
_BAR_CELLS = 8
_NAME = 24
_IDS = 3
_LATEST = 253_402_300_799_999
"""The last millisecond of the year 9999."""


def moment(ms: int, short: bool = False) -> str:
    """A time of the clock in UTC, ``2026-11-26 02:20:07.123``; an impossible one as a number."""
    if not 0 <= ms <= _LATEST:
        return f"{ms} ms"
    when = datetime.fromtimestamp(ms // 1000, UTC)
    form = "%H:%M:%S" if short else "%Y-%m-%d %H:%M:%S"
    return f"{when.strftime(form)}.{ms % 1000:03d}"


def draw_group(
    group: StreamGroupLayout, layout: StreamLayout, width: int, changed: Changed
) -> list[Line]:
    """One group in at most ``width`` cells."""
    room = max(width - 4, 1)
    name = clip_line(marked(shown(group.name, 256), "key", group.name in changed), max(room - 8, 8))
    title: Line = ((pgettext("stream", "group") + " ", "title"), *name)
    parts = [_progress(group, layout, room, changed), _pending(group, room, changed)]
    parts.append(_consumers(group, room, changed))
    return framed(title, [part for part in parts if part], width)


def _progress(
    group: StreamGroupLayout, layout: StreamLayout, room: int, changed: Changed
) -> list[Line]:
    """How far it has come: on one line where there is room, else on three."""
    unknown = _("unknown")
    read = unknown if group.entries_read == UNKNOWN_READ else str(group.entries_read)
    last: Line = (
        ("last_id ", "label"),
        *marked(stream_id(group.last_id), "header", ("last_id", group.name) in changed),
    )
    done: Line = (
        ("entries_read ", "label"),
        *marked(read, "header", ("entries_read", group.name) in changed),
    )
    if group.entries_read >= 0:
        done += ((" ", "text"), *gauge(group.entries_read, layout.entries_added, _BAR_CELLS))
    lag: Line = (
        ("lag ", "label"),
        (unknown if group.lag is None else str(group.lag), "header"),
    )
    one: Line = (*last, (" · ", "label"), *done, (" · ", "label"), *lag)
    from_cells = clip_line(one, room)
    return [one] if from_cells == one else [clip_line(line, room) for line in (last, done, lag)]


def _pending(group: StreamGroupLayout, room: int, changed: Changed) -> list[Line]:
    """The PEL of the group: who holds what, since when, how many times it was delivered."""
    count = ngettext("%(n)d entry", "%(n)d entries", group.pending) % {"n": group.pending}
    head: Line = (
        ("PEL ", "title"),
        *marked(count, "header", ("pending", group.name) in changed),
        (" · " + _("delivered, not acknowledged"), "label"),
    )
    lines = [clip_line(head, room)]
    if not group.nacks:
        return lines
    new = [("nack", group.name, entry) in changed for entry, _nack in group.nacks]
    nacks = [nack for _entry, nack in group.nacks]
    ids = [
        marked(stream_id(entry), "payload", fresh)
        for (entry, _nack), fresh in zip(group.nacks, new, strict=True)
    ]
    times: list[Line] = [((f"×{nack.deliveries}", "header"),) for nack in nacks]
    named = [
        Column("ID", ids),
        Column("consumer", [_name(nack.consumer, False) for nack in nacks], gives=True),
    ]
    dated = [Column("delivery_time", [_moment(nack.time) for nack in nacks])]
    clocked = [Column(_("delivered"), [_moment(nack.time, short=True) for nack in nacks])]
    spelt = [Column("delivery_count", times)]
    counted = [Column("×", times)]
    shapes: list[list[Column]] = [
        [*named, *dated, *spelt],
        [*named, *dated, *counted],
        [*named, *clocked, *counted],
        [*named, *counted],
    ]
    lines += table(fitting(shapes, room), room)
    rest = group.pending - len(nacks)
    return [*lines, (("… " + _more_pending(rest), "label"),)] if rest else lines


def _name(name: bytes, new: bool) -> Line:
    return clip_line(marked(shown(name, 256), "key", new), _NAME)


def _more_pending(entries: int) -> str:
    return ngettext("%(n)d more entry", "%(n)d more entries", entries) % {"n": entries}


def _consumers(group: StreamGroupLayout, room: int, changed: Changed) -> list[Line]:
    if not group.consumers:
        return []
    some = group.consumers
    names = [_name(one.name, ("consumer", group.name, one.name) in changed) for one in some]
    named = Column("consumer", names, gives=True)
    seen = Column("seen_time", [_moment(one.seen_ms) for one in some])
    clocked = Column("seen_time", [_moment(one.seen_ms, short=True) for one in some])
    held = Column("PEL", [_held(one) for one in some])
    counted = Column("PEL", [((str(one.pending), "header"),) for one in some])
    shapes = [
        [named, seen, held],
        [named, seen, counted],
        [named, clocked, counted],
        [named, counted],
    ]
    lines = table(fitting(shapes, room), room)
    rest = group.consumer_count - len(some)
    return [*lines, (("… " + _more_consumers(rest), "label"),)] if rest else lines


def _moment(ms: int, short: bool = False) -> Line:
    return ((moment(ms, short), "label"),)


def _held(one: StreamConsumerLayout) -> Line:
    """``2: 1-0, 2-0``."""
    count: Line = ((str(one.pending), "header"),)
    if not one.ids:
        return count
    ids = ", ".join(map(stream_id, one.ids[:_IDS])) + (" …" if one.pending > _IDS else "")
    return (*count, (": " + ids, "label"))


def _more_consumers(consumers: int) -> str:
    return ngettext("%(n)d more consumer", "%(n)d more consumers", consumers) % {"n": consumers}


def describe_group(group: StreamGroupLayout) -> list[str]:
    """The same facts as sentences."""
    unknown = _("unknown")
    words = _(
        "Group %(name)s: last delivered ID %(last)s, entries read: %(read)s, lag: %(lag)s, "
        "pending: %(pending)d."
    )
    lines = [
        words
        % {
            "name": shown(group.name, 256),
            "last": stream_id(group.last_id),
            "read": unknown if group.entries_read == UNKNOWN_READ else group.entries_read,
            "lag": unknown if group.lag is None else group.lag,
            "pending": group.pending,
        }
    ]
    lines += [_pending_sentence(entry, nack) for entry, nack in group.nacks]
    rest = group.pending - len(group.nacks)
    lines += [not_shown(_more_pending(rest))] if rest else []
    lines += map(_consumer_sentence, group.consumers)
    rest = group.consumer_count - len(group.consumers)
    return [*lines, not_shown(_more_consumers(rest))] if rest else lines


def _pending_sentence(entry: int, nack: Nack) -> str:
    words = ngettext(
        "Entry %(id)s is pending for %(consumer)s since %(time)s, delivered %(n)d time.",
        "Entry %(id)s is pending for %(consumer)s since %(time)s, delivered %(n)d times.",
        nack.deliveries,
    )
    return words % {
        "id": stream_id(entry),
        "consumer": shown(nack.consumer, 256),
        "time": moment(nack.time),
        "n": nack.deliveries,
    }


def _consumer_sentence(one: StreamConsumerLayout) -> str:
    words = ngettext(
        "Consumer %(name)s, last seen %(time)s, holds %(n)d entry.",
        "Consumer %(name)s, last seen %(time)s, holds %(n)d entries.",
        one.pending,
    )
    return words % {
        "name": shown(one.name, 256),
        "time": moment(one.seen_ms),
        "n": one.pending,
    }
