"""The nodes of a stream: one listpack each, the master entry and those told as differences to it.

┌ node 0 · 59 of 4096 B █░░░░░░░ · 2 entries, 1 deleted ─┐
│ master 1-0 │ count 2 │ deleted 1 │ fields 1 │ a │ 0    │
├────────────────────────────────────────────────────────┤
│ ID  │ flags        │ ms │ seq │ contents    │ lp-count  │
│ 1-0 │ 2 SAMEFIELDS │ +0 │ +0  │ 70          │ 4         │
└────────────────────────────────────────────────────────┘
"""

from __future__ import annotations

from collections.abc import Sequence

from tutor.diagrams.canvas import Line, Role, Run, clip_line, gauge, marked
from tutor.diagrams.parts import Parts
from tutor.diagrams.payload import shown
from tutor.diagrams.sentences import not_shown
from tutor.diagrams.tables import Column, fitting, framed, packed, table
from tutor.engine.structures.stream import id_text
from tutor.engine.structures.stream_layout import StreamEntryLayout, StreamNodeLayout
from tutor.engine.structures.stream_node import DELETED, SAME_FIELDS, difference
from tutor.i18n import _, ngettext, pgettext

Changed = frozenset[object]
_FLAGS = {DELETED: "DELETED", SAME_FIELDS: "SAMEFIELDS"}
_BAR_CELLS = 8
_WORD = 40


def stream_id(entry: int) -> str:
    """An ID as it is written."""
    return id_text(entry).decode()


def flags_text(flags: int) -> str:
    """``3 DELETED SAMEFIELDS`` (redis 7.0, t_stream.c: STREAM_ITEM_FLAG_…)."""
    return " ".join([str(flags), *(name for bit, name in _FLAGS.items() if flags & bit)])


def draw_node(node: StreamNodeLayout, width: int, changed: Changed) -> list[Line]:
    """The listpack of a node in at most ``width`` cells."""
    room = max(width - 4, 1)
    parts = [packed(_master(node), room), _entries(node, room, changed)]
    return framed(_title(node, changed), parts, width)


def node_parts(node: StreamNodeLayout, width: int, changed: Changed) -> Parts:
    """The same in a frame and columns whose widths do not depend on the entries in sight."""
    room = max(width - 4, 1)
    rows = table(_columns(node.entries, room, changed, _widest(node)), room)
    parts = [packed(_master(node), room), rows]
    box = framed(_title(node, changed), parts, width, least=room)
    first, last = len(box) - len(rows), len(box) - 1
    return Parts(box[:first], box[first:last], box[last:])


def _widest(node: StreamNodeLayout) -> tuple[int, int, int, int]:
    """Cells that the columns need for any entry of the node, but for what the entries hold."""
    ms, seq = (len(f"{number:+d}") for number in difference(node.last, node.master))
    return len(stream_id(node.last)) + 1, len(flags_text(DELETED | SAME_FIELDS)) + 2, ms, seq


def _title(node: StreamNodeLayout, changed: Changed) -> Line:
    return (
        *marked(_("node %(index)d") % {"index": node.index}, "title", node.master in changed),
        (f" · {_size(node)} ", "label"),
        *gauge(node.size, node.allocation, _BAR_CELLS),
        (f" · {_counted(node)}", "label"),
    )


def _size(node: StreamNodeLayout) -> str:
    return _("%(size)d of %(room)d B") % {"size": node.size, "room": node.allocation}


def _counted(node: StreamNodeLayout) -> str:
    """``3 entries, 1 deleted``."""
    entries = ngettext("%(n)d entry", "%(n)d entries", node.count) % {"n": node.count}
    if not node.deleted:
        return entries
    deleted = ngettext("%(n)d deleted", "%(n)d deleted", node.deleted) % {"n": node.deleted}
    return f"{entries}, {deleted}"


def _master(node: StreamNodeLayout) -> list[Line]:
    """The entry that stands first: what the others are told by."""
    figures = (("count", node.count), ("deleted", node.deleted), ("fields", len(node.fields)))
    words: list[Line] = [(("master ", "title"), (stream_id(node.master), "header"))]
    words += (((f"{name} ", "label"), (str(number), "header")) for name, number in figures)
    words += (clip_line([(shown(name), "key")], _WORD) for name in node.fields)
    return [*words, (("0", "header"),)]


def _entries(node: StreamNodeLayout, room: int, changed: Changed) -> list[Line]:
    """A row for each entry; where some are left out, how many."""
    if not node.entries:
        return [_gap(node.entry_count, 0, room)] if node.entry_count else []
    rows = table(_columns(node.entries, room, changed), room)
    lines = rows[:1]
    due = 0
    for entry, row in zip(node.entries, rows[1:], strict=True):
        if entry.index > due:
            lines.append(_gap(entry.index - due, due, room))
        lines.append(row)
        due = entry.index + 1
    return [*lines, _gap(node.entry_count - due, due, room)] if due < node.entry_count else lines


def _gap(entries: int, due: int, room: int) -> Line:
    return clip_line([("… " + _left_out(entries, due), "label")], room)


def _left_out(entries: int, due: int) -> str:
    """Entries that are not shown, before the first or after some that are."""
    if due == 0:
        words = ngettext("%(n)d entry before", "%(n)d entries before", entries)
    else:
        words = ngettext("%(n)d more entry", "%(n)d more entries", entries)
    return words % {"n": entries}


def _columns(
    entries: Sequence[StreamEntryLayout],
    room: int,
    changed: Changed,
    least: tuple[int, int, int, int] = (0, 0, 0, 0),
) -> Sequence[Column]:
    """As many of the columns as leave room for what the entries hold."""
    identity, flags, ms, seq = least
    columns = [
        Column("ID", [_id(one, changed) for one in entries], least=identity),
        Column("flags", [_flags(one, changed, True) for one in entries], least=flags),
        Column("ms", [((f"{one.ms:+d}", "header"),) for one in entries], least=ms),
        Column("seq", [((f"{one.seq:+d}", "header"),) for one in entries], least=seq),
        Column(
            pgettext("stream entry", "contents"),
            [_words(one) for one in entries],
            gives=True,
            least=room if any(least) else 0,
        ),
        Column("lp-count", [((one.stored[-1].decode(), "header"),) for one in entries]),
    ]
    short = Column("flags", [_flags(one, changed, False) for one in entries])
    shapes = [
        columns,
        [columns[0], short, *columns[2:]],
        [columns[0], short, *columns[2:5]],
        [columns[0], short, columns[4]],
    ]
    return fitting(shapes, room)


def _id(entry: StreamEntryLayout, changed: Changed) -> Line:
    return marked(stream_id(entry.id), "label", ("entry", entry.id) in changed)


def _flags(entry: StreamEntryLayout, changed: Changed, spelt: bool) -> Line:
    """The flags; a deleted entry also has a cross."""
    text = flags_text(entry.flags) if spelt else str(entry.flags)
    word = marked(text, "header", ("flags", entry.id) in changed)
    return (*word, (" ×", "warning")) if entry.deleted else word


def _words(entry: StreamEntryLayout) -> Line:
    """The values alone, or, where the names are not the master's, with their number and names."""
    runs: list[Run] = []
    if not entry.same_fields:
        runs.append((f"{len(entry.words) // 2}: ", "header"))
    for number, (name, value) in enumerate(zip(entry.words[::2], entry.words[1::2], strict=True)):
        if number:
            runs.append((" │ ", "frame"))
        if not entry.same_fields:
            runs += [*clip_line([(shown(name), "key")], _WORD), ("=", "frame")]
        role: Role = "label" if entry.deleted else "payload"
        runs += clip_line([(shown(value), role)], _WORD)
    return tuple(runs)


def describe_node(node: StreamNodeLayout) -> list[str]:
    """The same facts as sentences."""
    words = _(
        "Node %(index)d is a listpack, %(size)s: %(counted)s; its master entry is %(master)s with "
        "the names %(names)s."
    )
    figures = {
        "index": node.index,
        "size": _size(node),
        "counted": _counted(node),
        "master": stream_id(node.master),
        "names": ", ".join(map(shown, node.fields)),
    }
    lines = [words % figures]
    due = 0
    for entry in node.entries:
        if entry.index > due:
            lines.append(not_shown(_left_out(entry.index - due, due)))
        lines.append(_sentence(entry))
        due = entry.index + 1
    if due < node.entry_count:
        lines.append(not_shown(_left_out(node.entry_count - due, due)))
    return lines


def _sentence(entry: StreamEntryLayout) -> str:
    words = _(
        "Entry %(id)s (flags %(flags)s, ms %(ms)s, seq %(seq)s, lp-count %(count)s): %(words)s."
    )
    pairs = zip(entry.words[::2], entry.words[1::2], strict=True)
    return words % {
        "id": stream_id(entry.id),
        "flags": flags_text(entry.flags),
        "ms": f"{entry.ms:+d}",
        "seq": f"{entry.seq:+d}",
        "count": entry.stored[-1].decode(),
        "words": ", ".join(f"{shown(name)} = {shown(value)}" for name, value in pairs),
    }
