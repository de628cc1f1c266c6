"""The bytes of what lies in one block: a string, a listpack, an intset."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from tutor.diagrams.canvas import Line, Role
from tutor.diagrams.difference import replaced
from tutor.diagrams.memory import Block, Field, left_out, number, pointer, quoted, robj, unset
from tutor.diagrams.payload import printable
from tutor.diagrams.strings import new_part, refcount
from tutor.engine.structures.intset import IntsetLayout
from tutor.engine.structures.listpack import ListpackEntry, ListpackLayout
from tutor.engine.structures.sds import FLAG_BITS, ROBJ_SIZE, StringLayout
from tutor.i18n import ngettext, pgettext

Changed = frozenset[object]


def string_blocks(layout: StringLayout, changed: Changed) -> Iterator[Block]:
    """The object, and the SDS inside its block (embstr) or in a block of its own (raw)."""
    ids = {"raw": 0, "int": 1, "embstr": 8}
    new = "encoding" in changed
    head = robj(0, ids[layout.encoding], layout.encoding, refcount(layout), new)
    if layout.integer is not None:
        digits = layout.integer.to_bytes(8, "little", signed=True)
        value = Field(f"ptr = {layout.integer}", 8, digits, "payload", "text" in changed)
        yield Block(f"robj · {ROBJ_SIZE} B", (*head, value))
        return
    header, text = tuple(_sds_header(layout, changed)), tuple(_sds_text(layout, changed))
    inner = (*head, pointer("ptr", "buf"))
    if layout.encoding == "embstr":
        yield Block(f"embstr · {layout.allocation} B", (*inner, *header, *text))
        return
    yield Block(f"robj · {ROBJ_SIZE} B", inner)
    before = layout.preview_start
    if not before:
        yield Block(f"sds · {layout.allocation} B", (*header, *text))
        return
    yield Block(f"sds · {layout.allocation} B", header)
    yield left_out(ngettext("%(n)d byte", "%(n)d bytes", before) % {"n": before})
    yield Block("", text, layout.header_size + before)


def _sds_header(layout: StringLayout, changed: Changed) -> Iterator[Field]:
    """redis 7.0, sds.h: len, alloc, flags; the smallest kind has its length in the flags."""
    image = layout.header_bytes
    if layout.header_size == 1:
        name = f"flags: {layout.header}, len {layout.length} << 3"
        yield Field(name, 1, image, "header", "len" in changed)
        return
    half = (layout.header_size - 1) // 2
    yield Field(f"len = {layout.length}", half, image[:half], "header", "len" in changed)
    yield Field(f"alloc = {layout.alloc}", half, image[half:-1], "header", "alloc" in changed)
    kind = int(layout.header.removeprefix("sdshdr"))
    name = f"flags = {FLAG_BITS[kind]}: {layout.header}"
    yield Field(name, 1, image[-1:], "header", "header" in changed)


def _sds_text(layout: StringLayout, changed: Changed) -> Iterator[Field]:
    data, start = layout.preview, layout.preview_start
    part = new_part(changed)
    cuts = [start, *(max(at, start) for at in part or ()), layout.length]
    for first, last in pairwise(cuts):
        if first == last and layout.length:
            continue
        piece = data[first - start : last - start]
        new = "text" in changed and (part is None or first == part[0])
        name = f"buf[{first}] = " if first else "buf = "
        yield Field(name, last - first, piece, "payload", new, quoted(piece))
    yield Field(r"\0", 1, b"\0", "frame")
    if layout.free:
        yield unset(pgettext("bytes", "free"), layout.free)


def long_text_blocks(
    layout: StringLayout, per_line: int, changed: Changed
) -> tuple[list[Block], list[Block], list[Block]]:
    """A long text: what stands before its bytes, those of the window line by line, what follows."""
    object_block, *_text = string_blocks(layout, changed)
    header = Block(f"sds · {layout.allocation} B", tuple(_sds_header(layout, changed)))
    new = replaced(changed)
    first, past = new[:2] if new is not None else (0, 0)
    fields: list[Field] = []
    for at in range(0, len(layout.preview), per_line):
        piece = layout.preview[at : at + per_line]
        place = layout.preview_start + at
        hit = first < place + len(piece) and place < past
        fields.append(Field("", len(piece), piece, "payload", hit, printable(piece)))
    text = Block("", tuple(fields), layout.header_size + layout.preview_start)
    end = [Field(r"\0", 1, b"\0", "frame")]
    end += [unset(pgettext("bytes", "free"), layout.free)] if layout.free else []
    below = Block("", tuple(end), layout.header_size + layout.length)
    return [object_block, header], [text], [below]


def listpack_blocks(layout: ListpackLayout, changed: Changed) -> Iterator[Block]:
    """Header, the visible entries, and the end if it is in sight."""
    yield Block(
        f"listpack · {layout.total_bytes} B",
        (
            Field(
                f"total = {layout.total_bytes}", 4, layout.header[:4], "header", "total" in changed
            ),
            Field(f"count = {layout.count}", 2, layout.header[4:], "header", "count" in changed),
        ),
    )
    due = 0
    for entry in layout.entries:
        if entry.index > due:
            yield left_out(_skipped(entry.index - due))
        yield entry_block(entry, entry.index in changed)
        due = entry.index + 1
    if due < layout.count:
        yield left_out(_skipped(layout.count - due))
    yield Block("", (Field("end", 1, b"\xff", "frame"),), layout.total_bytes - 1)


def _skipped(entries: int) -> str:
    return ngettext("%(n)d entry", "%(n)d entries", entries) % {"n": entries}


def entry_block(
    entry: ListpackEntry, new: bool, name: str = "", word: bytes | None = None
) -> Block:
    """One row: ``84 6e 61 6d 65 05  [0] name · 6-bit str · backlen 5``; a ``name``, or a ``word``
    of the key, says what the entry is for."""
    backlen = 0
    for byte in entry.backlen:
        backlen = backlen << 7 | byte & 0x7F
    role: Role = "header" if entry.integer is None else "payload"
    parts = (
        Field("encoding", len(entry.prefix), entry.prefix, role, new),
        Field("data", len(entry.data), entry.data, "payload", new),
        Field("backlen", len(entry.backlen), entry.backlen, "pointer", new),
    )
    purpose: Line = ((name, "label"),) if word is None else ((quoted(word), "key"),)
    meaning: Line = (
        (f"[{entry.index}] ", "label"),
        *((*purpose, (" = ", "label")) if name or word is not None else ()),
        (quoted(entry.value), "payload"),
        (f" · {entry.encoding} · backlen {backlen}", "label"),
    )
    return Block("", parts, entry.offset, meaning)


def intset_blocks(layout: IntsetLayout, changed: Changed) -> Iterator[Block]:
    """redis 7.0, intset.h: encoding, length, contents."""
    yield Block(
        f"intset · {layout.total_bytes} B",
        (
            number("encoding", layout.width, 4, "width" in changed),
            number("length", layout.length, 4, "length" in changed),
        ),
    )
    if layout.start:
        yield left_out(_numbers(layout.start))
    fields = tuple(
        Field(
            f"[{one.index}] = {one.value}", layout.width, one.data, "payload", one.value in changed
        )
        for one in layout.elements
    )
    yield Block("", fields, layout.elements[0].offset if layout.elements else 8)
    rest = layout.length - layout.start - len(layout.elements)
    if rest:
        yield left_out(_numbers(rest))


def _numbers(count: int) -> str:
    return ngettext("%(n)d number", "%(n)d numbers", count) % {"n": count}
