"""A ziplist: what small hashes, sorted sets and list nodes were up to Redis 6.2."""

from __future__ import annotations

from collections.abc import Iterator

from tutor.diagrams.boxes import Cell, cell
from tutor.diagrams.canvas import Line, Role
from tutor.diagrams.memory import Block, Field, left_out, number, quoted
from tutor.diagrams.packed import Packed, in_sentences, items_left_out
from tutor.diagrams.payload import shown
from tutor.engine.structures.ziplist import COUNT_UNKNOWN, ZiplistEntry, ZiplistLayout
from tutor.i18n import _, ngettext

Changed = frozenset[object]


def packed_ziplist(layout: ZiplistLayout, each: int, changed: Changed) -> Packed:
    """Boxes; an item is ``each`` so many entries. ``changed`` holds indexes of entries and the
    words ``total`` and ``count``."""
    count = str(min(layout.count, COUNT_UNKNOWN))
    header = [
        cell(str(layout.total_bytes), "total", "4 B", "header", "total" in changed),
        cell(str(layout.tail), "tail", "4 B", "header"),
        cell(count, "count", "2 B", "header", "count" in changed),
    ]
    entries = [(entry.index, _cell(entry, each, changed)) for entry in layout.entries]
    legend = _("Under an entry: bytes of its prevlen + encoding + data.")
    return Packed(header, entries, layout.count, each, legend)


def _cell(entry: ZiplistEntry, each: int, changed: Changed) -> Cell:
    parts = [len(entry.previous), len(entry.prefix), len(entry.data)]
    note = "+".join(str(part) for part in parts if part)
    text = str(entry.integer) if entry.integer is not None else shown(entry.value)
    role: Role = "key" if entry.index % each < each - 1 else "payload"
    return cell(text, entry.encoding, note, role, entry.index in changed)


def describe_ziplist(layout: ZiplistLayout, kind: str) -> list[str]:
    """The same facts as sentences; ``kind`` is the type of the key."""
    head = ngettext(
        "It is one ziplist of %(bytes)d bytes with %(count)d entry.",
        "It is one ziplist of %(bytes)d bytes with %(count)d entries.",
        layout.count,
    ) % {"bytes": layout.total_bytes, "count": layout.count}
    entries = layout.entries
    each = 1 if kind == "list" else 2
    words = {
        "zset": _("Member %(key)s has the score %(value)s."),
        "hash": _("Field %(key)s holds %(value)s."),
        "list": _("Entry %(key)s."),
    }[kind]

    def say(at: int) -> str:
        last = entries[at + each - 1]
        return words % {"key": _sized(entries[at]), "value": _sized(last)}

    indexes = [entry.index for entry in entries]
    return [head, *in_sentences(indexes, layout.count, each, say)]


def _sized(entry: ZiplistEntry) -> str:
    """``name (6-bit str, 6 bytes)``."""
    size = ngettext("%(n)d byte", "%(n)d bytes", entry.size) % {"n": entry.size}
    return f"{shown(entry.value)} ({entry.encoding}, {size})"


def ziplist_blocks(layout: ZiplistLayout, changed: Changed) -> Iterator[Block]:
    """Header, the visible entries, and the end, byte by byte."""
    yield Block(
        f"ziplist · {layout.total_bytes} B",
        (
            number("zlbytes", layout.total_bytes, 4, "total" in changed),
            number("zltail", layout.tail, 4),
            number("zllen", min(layout.count, COUNT_UNKNOWN), 2, "count" in changed),
        ),
    )
    due = 0
    for entry in layout.entries:
        if entry.index > due:
            yield left_out(items_left_out(entry.index - due, due, 1))
        yield _entry_block(entry, entry.index in changed)
        due = entry.index + 1
    if due < layout.count:
        yield left_out(items_left_out(layout.count - due, due, 1))
    yield Block("", (Field("zlend", 1, b"\xff", "frame"),), layout.total_bytes - 1)


def _entry_block(entry: ZiplistEntry, new: bool) -> Block:
    """One row: ``06 05 41 6c 69 63 65  [1] Alice · 6-bit str · prevlen 6``."""
    previous = entry.previous[0]
    if len(entry.previous) > 1:
        previous = int.from_bytes(entry.previous[1:], "little")
    role: Role = "header" if entry.integer is None else "payload"
    parts = (
        Field("prevlen", len(entry.previous), entry.previous, "pointer", new),
        Field("encoding", len(entry.prefix), entry.prefix, role, new),
        Field("data", len(entry.data), entry.data, "payload", new),
    )
    meaning: Line = (
        (f"[{entry.index}] ", "label"),
        (quoted(entry.value), "payload"),
        (f" · {entry.encoding} · prevlen {previous}", "label"),
    )
    return Block("", parts, entry.offset, meaning)
