"""The bytes view: every field of the image in its order, with offset, hex and meaning.

Pointers have no true value to show (they differ at every start): they are drawn as ``▶``.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from tutor.diagrams.canvas import MARK, Line, Role, clip, clip_line, pad, printable
from tutor.engine.structures.hashtable_layout import HashTableLayout
from tutor.engine.structures.intset import IntsetLayout
from tutor.engine.structures.listpack import ListpackLayout
from tutor.engine.structures.quicklist_layout import QuicklistLayout
from tutor.engine.structures.sds import StringLayout
from tutor.engine.structures.skiplist_layout import SkiplistLayout
from tutor.i18n import _


@dataclass(frozen=True, slots=True)
class Field:
    """Some bytes and what they mean. ``data`` None: a pointer or padding of ``size`` bytes."""

    name: str
    size: int
    data: bytes | None = None
    role: Role = "payload"
    changed: bool = False


def _number(name: str, value: int, size: int, changed: bool = False) -> Field:
    """A little-endian integer field, shown as ``name = value``."""
    data = value.to_bytes(size, "little", signed=value < 0)
    return Field(f"{name} = {value}", size, data, "header", changed)


def _pointer(name: str, changed: bool = False) -> Field:
    return Field(name, 8, None, "pointer", changed)


@dataclass(frozen=True, slots=True)
class Block:
    """One allocation: a title and its fields from offset ``start`` on."""

    title: str
    fields: tuple[Field, ...]
    start: int = 0


def draw_blocks(blocks: Iterator[Block], width: int) -> list[Line]:
    """Hex on the left, meaning on the right; long data continue on the next lines."""
    per_line = 16 if width >= 84 else 8
    lines: list[Line] = []
    for block in blocks:
        lines.append(clip_line([(block.title, "title")], width))
        offset = block.start
        for field in block.fields:
            lines += [clip_line(line, width) for line in _field(field, offset, per_line)]
            offset += field.size
    return lines


def _field(field: Field, offset: int, per_line: int) -> Iterator[Line]:
    role: Role = "changed" if field.changed else field.role
    name = (MARK if field.changed else "") + field.name
    if field.data is None:
        shown = "▶" if field.role == "pointer" else "░░"
        yield ((f"{offset:6d}  ", "label"), (pad(shown, per_line * 3), role), (name, "label"))
        return
    rows = [field.data[at : at + per_line] for at in range(0, len(field.data), per_line)] or [b""]
    for number, row in enumerate(rows[:_ROWS]):
        meaning = name if number == 0 else ""
        yield (
            (f"{offset + number * per_line:6d}  ", "label"),
            (pad(row.hex(" "), per_line * 3), role),
            (meaning, "label"),
        )
    if len(rows) > _ROWS or len(field.data) < field.size:
        yield (("        … " + _("%(n)d bytes in all") % {"n": field.size}, "label"),)


_ROWS = 8


def _robj(type_id: int, encoding_id: int, encoding: str, refcount: int = 1) -> tuple[Field, ...]:
    """redis 7.0, server.h: type 4 bits, encoding 4 bits, lru 24 bits, refcount, ptr."""
    first = bytes([type_id | encoding_id << 4])
    return (
        Field(f"type {type_id} · encoding {encoding_id} = {encoding}", 1, first, "header"),
        Field("lru", 3, None, "frame"),
        Field(f"refcount {refcount}", 4, refcount.to_bytes(4, "little"), "header"),
    )


def string_blocks(layout: StringLayout, changed: frozenset[object]) -> Iterator[Block]:
    ids = {"raw": 0, "int": 1, "embstr": 8}
    shared = 2147483647 if layout.shared else 1
    head = _robj(0, ids[layout.encoding], layout.encoding, shared)
    if layout.integer is not None:
        number = layout.integer.to_bytes(8, "little", signed=True)
        value = Field(f"ptr = {layout.integer}", 8, number, "payload", "text" in changed)
        yield Block("robj · 16 B", (*head, value))
        return
    text = (
        Field(
            f"{layout.header}: len {layout.length}, alloc {layout.alloc}, flags",
            layout.header_size,
            layout.header_bytes,
            "header",
            bool(changed & {"len", "alloc", "header"}),
        ),
        Field(
            f"buf = {clip(printable(layout.preview, 60), 40)}",
            layout.length,
            layout.preview,
            "payload",
            "text" in changed,
        ),
        Field("\\0", 1, b"\0", "frame"),
        *([Field(_("free"), layout.free, None, "free")] if layout.free else []),
    )
    if layout.encoding == "embstr":
        pointer = _pointer("ptr ▶ sds")
        yield Block(f"embstr · {layout.allocation} B", (*head, pointer, *text))
        return
    yield Block("robj · 16 B", (*head, _pointer("ptr ▶ sds")))
    yield Block(f"sds · {layout.allocation} B", text)


def listpack_blocks(layout: ListpackLayout, changed: frozenset[object]) -> Iterator[Block]:
    header = (
        Field(f"total = {layout.total_bytes}", 4, layout.header[:4], "header", "total" in changed),
        Field(f"count = {layout.count}", 2, layout.header[4:], "header", "count" in changed),
    )
    yield Block(f"listpack · {layout.total_bytes} B", header)
    yield from _entries(layout, changed)
    if layout.start + len(layout.entries) >= layout.count:
        yield Block("", (Field("end", 1, b"\xff", "frame"),), layout.total_bytes - 1)


def _entries(layout: ListpackLayout, changed: frozenset[object]) -> Iterator[Block]:
    for entry in layout.entries:
        new = entry.index in changed
        role: Role = "header" if entry.integer is None else "payload"
        name = entry.encoding if entry.integer is None else f"{entry.encoding} = {entry.integer}"
        fields = [Field(name, len(entry.prefix), entry.prefix, role, new)]
        if entry.data:
            shown = clip(printable(entry.value, 60), 40)
            fields.append(Field(shown, len(entry.data), entry.data, "payload", new))
        fields.append(Field("backlen", len(entry.backlen), entry.backlen, "frame"))
        yield Block(f"[{entry.index}]", tuple(fields), entry.offset)


def intset_blocks(layout: IntsetLayout, changed: frozenset[object]) -> Iterator[Block]:
    header = (
        Field(f"encoding = {layout.width}", 4, layout.header[:4], "header", "width" in changed),
        Field(f"length = {layout.length}", 4, layout.header[4:8], "header", "length" in changed),
    )
    yield Block(f"intset · {layout.total_bytes} B", header)
    fields = tuple(
        Field(str(one.value), layout.width, one.data, "payload", one.value in changed)
        for one in layout.elements
    )
    yield Block("contents", fields, layout.elements[0].offset if layout.elements else 8)


def hashtable_blocks(layout: HashTableLayout, changed: frozenset[object]) -> Iterator[Block]:
    """redis 7.0, dict.h: the dict and its entries; the slots are pointers."""
    sizes = [table.size for table in layout.tables] + [0, 0]
    used = [table.used for table in layout.tables] + [0, 0]
    exponents = [size.bit_length() - 1 if size else -1 for size in sizes[:2]]
    yield Block(
        f"dict · {layout.dict_size} B",
        (
            _pointer("type ▶"),
            _pointer(f"ht_table[0] ▶ {sizes[0]} × 8 B"),
            _pointer(f"ht_table[1] ▶ {sizes[1]} × 8 B"),
            _number("ht_used[0]", used[0], 8),
            _number("ht_used[1]", used[1], 8),
            _number("rehashidx", layout.rehashidx, 8, "rehashidx" in changed),
            Field("pauserehash = 0", 2, bytes(2), "header"),
            *(
                _number(f"ht_size_exp[{number}]", exponent, 1, "size" in changed)
                for number, exponent in enumerate(exponents)
            ),
            Field("padding", 4, None, "frame"),
        ),
    )
    for table in layout.tables:
        for bucket in table.buckets:
            for entry in bucket.entries:
                new = entry.key in changed
                value = printable(entry.value, 40) if isinstance(entry.value, bytes) else "NULL"
                if isinstance(entry.value, float):
                    value = f"score {entry.value:g}"
                yield Block(
                    f"dictEntry · {layout.entry_size} B · ht[{table.number}][{bucket.index}] · "
                    f"hash {entry.hash:016x}",
                    (
                        _pointer(f"key ▶ {printable(entry.key, 40)}", new),
                        _pointer(f"v ▶ {value}", new),
                        _pointer("next ▶"),
                    ),
                )


def quicklist_blocks(layout: QuicklistLayout, changed: frozenset[object]) -> Iterator[Block]:
    """redis 7.0, quicklist.h."""
    yield Block(
        "quicklist · 40 B",
        (
            _pointer("head ▶"),
            _pointer("tail ▶"),
            _number("count", layout.length, 8),
            _number("len", layout.node_count, 8),
            _number("fill", layout.fill, 2),
            _number("compress", layout.compress, 2),
            Field("padding", 4, None, "frame"),
        ),
    )
    for node in layout.nodes:
        container = "plain" if node.plain else "packed"
        yield Block(
            f"quicklistNode {node.index} · 40 B",
            (
                _pointer("prev ▶"),
                _pointer("next ▶"),
                _pointer("entry ▶"),
                _number("sz", node.size, 8),
                _number("count", node.count, 2),
                Field(f"encoding, container = {container}", 2, None, "frame"),
                Field("padding", 4, None, "frame"),
            ),
        )
        if node.listpack is not None:
            entries = frozenset(
                item[1] for item in changed if isinstance(item, tuple) and item[0] == node.index
            )
            yield from listpack_blocks(node.listpack, entries)


def skiplist_blocks(layout: SkiplistLayout, changed: frozenset[object]) -> Iterator[Block]:
    """redis 7.0, server.h: zskiplist and its nodes."""
    yield Block(
        "zskiplist · 32 B",
        (
            _pointer("header ▶"),
            _pointer("tail ▶"),
            _number("length", layout.length, 8),
            _number("level", layout.level, 4),
            Field("padding", 4, None, "frame"),
        ),
    )
    for tower in layout.towers:
        links: list[Field] = []
        for link in tower.links:
            target = "NULL" if link.target is None else printable(link.target, 30)
            links.append(_pointer(f"level[{link.level}].forward ▶ {target}"))
            links.append(_number(f"level[{link.level}].span", link.span, 8))
        new = tower.member in changed
        back = "NULL" if tower.backward is None else printable(tower.backward, 30)
        yield Block(
            f"zskiplistNode · {24 + 16 * tower.height} B ({tower.allocation})",
            (
                _pointer(f"ele ▶ {printable(tower.member, 40)}", new),
                Field(
                    f"score = {tower.score:g}", 8, struct.pack("<d", tower.score), "payload", new
                ),
                _pointer(f"backward ▶ {back}"),
                *links,
            ),
        )
