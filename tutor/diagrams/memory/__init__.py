"""The bytes view: every field of the image in its order, with offset, hex and meaning.

Pointers have no true value to show (they differ at every start): they are drawn as ``►``; those
that lead nowhere are zeros. What nobody set (padding, spare room, clocks) is drawn as ``░``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from tutor.diagrams.canvas import MARK, Line, Role, clip, clip_line, fill_line, omitted
from tutor.diagrams.payload import shown
from tutor.diagrams.sentences import not_shown
from tutor.i18n import _, ngettext

_ROWS = 8
_OFFSET = 8
_WORD = 40


@dataclass(frozen=True, slots=True)
class Field:
    """Some bytes and what they mean: ``name``, followed by a ``word`` of the key.

    ``data`` is None for a pointer or for bytes without a known value; it may be shorter than
    ``size`` where only the beginning of a long text is at hand.
    """

    name: str
    size: int
    data: bytes | None = None
    role: Role = "payload"
    changed: bool = False
    word: str = ""

    @property
    def meaning(self) -> Line:
        """What stands beside the bytes."""
        return ((self.name, "label"), (self.word, "payload"))


@dataclass(frozen=True, slots=True)
class Block:
    """One allocation, or a part of one: a title, perhaps with a ``word`` of the key behind it, and
    its fields from offset ``start`` on.

    With a ``meaning`` the fields, all of known bytes, stand in one row under that one name.
    ``omitted`` says what is left out in place of fields.
    """

    title: str
    fields: tuple[Field, ...] = ()
    start: int = 0
    meaning: Line = ()
    omitted: str = ""
    word: str = ""


def left_out(what: str) -> Block:
    """In place of blocks that are not shown."""
    return Block("", omitted=what)


def number(name: str, value: int, size: int, changed: bool = False) -> Field:
    """A little-endian integer field, shown as ``name = value``."""
    data = value.to_bytes(size, "little", signed=value < 0)
    return Field(f"{name} = {value}", size, data, "header", changed)


def pointer(name: str, target: str | None, changed: bool = False) -> Field:
    """A pointer to what ``target`` names, or NULL."""
    if target is None:
        return Field(f"{name} = NULL", 8, bytes(8), "frame", changed)
    return Field(f"{name} ► {target}", 8, None, "pointer", changed)


def pointer_to(name: str, word: bytes | None, changed: bool = False) -> Field:
    """A pointer to a word of the key, or NULL."""
    if word is None:
        return pointer(name, None, changed)
    return Field(f"{name} ► ", 8, None, "pointer", changed, quoted(word))


def quoted(word: bytes) -> str:
    """A word of the key, cut to what is needed to recognize it."""
    return clip(shown(word, 256), _WORD)


def unset(name: str, size: int) -> Field:
    """Bytes that mean nothing, or whose value is not known here."""
    return Field(name, size, None, "free")


def robj(
    type_id: int, encoding_id: int, encoding: str, refcount: int = 1, changed: bool = False
) -> tuple[Field, ...]:
    """The object's header without its pointer (redis 7.0, server.h: type and encoding 4 bits
    each, lru 24 bits, refcount)."""
    first = bytes([type_id | encoding_id << 4])
    return (
        Field(f"type {type_id} · encoding {encoding_id} = {encoding}", 1, first, "header", changed),
        unset("lru", 3),
        number("refcount", refcount, 4),
    )


def bytes_per_line(width: int) -> int:
    """How many bytes stand in a line beside their meaning."""
    return 16 if width >= 84 else 8 if width >= 44 else 4


def draw_blocks(blocks: Iterable[Block], width: int) -> list[Line]:
    """Hex on the left, meaning on the right; long data continue on the next lines."""
    per_line = bytes_per_line(width)
    lines: list[Line] = []
    for block in blocks:
        if block.title:
            name: Line = ((" · ", "label"), (block.word, "key")) if block.word else ()
            lines.append(clip_line([(block.title, "title"), *name], width))
        if block.omitted:
            lines.append(omitted(block.omitted, width))
        if block.meaning:
            lines += [clip_line(line, width) for line in _joined(block, per_line)]
            continue
        offset = block.start
        for field in block.fields:
            lines += [clip_line(line, width) for line in _rows(field, offset, per_line)]
            offset += field.size
    return lines


def _joined(block: Block, per_line: int) -> Iterator[Line]:
    """The bytes of all fields one after the other, each in the role of its field."""
    most = _ROWS * per_line
    signs_of = (
        (byte, "changed" if field.changed else field.role)
        for field in block.fields
        for byte in (field.data or b"")[:most]
    )
    bytes_and_roles: list[tuple[int, Role]] = list(islice(signs_of, most))
    changed = any(field.changed for field in block.fields)
    for row, at in enumerate(range(0, len(bytes_and_roles), per_line)):
        signs: Line = tuple((f"{b:02x} ", role) for b, role in bytes_and_roles[at : at + per_line])
        mark = MARK if changed and not row else " "
        yield _line(block.start + at, mark, signs, per_line * 3, () if row else block.meaning)
    size = sum(field.size for field in block.fields)
    if size > most:
        yield ((" " * _OFFSET + "… " + _left_out(size - most), "label"),)


def _rows(field: Field, offset: int, per_line: int) -> Iterator[Line]:
    role: Role = "changed" if field.changed else field.role
    mark = MARK if field.changed else " "
    cells = per_line * 3
    if field.data is None:
        sign = "►" if field.role == "pointer" else "░░ " * min(field.size, per_line)
        yield _line(offset, mark, ((sign.rstrip(), role),), cells, field.meaning)
        return
    head = field.data[: _ROWS * per_line]
    rows = [head[at : at + per_line] for at in range(0, len(head), per_line)] or [b""]
    for row, data in enumerate(rows):
        name = () if row else field.meaning
        signs: Line = ((data.hex(" "), role),)
        yield _line(offset + row * per_line, mark if row == 0 else " ", signs, cells, name)
    shown = min(_ROWS * per_line, len(field.data))
    if shown < field.size:
        yield ((" " * _OFFSET + "… " + _left_out(field.size - shown), "label"),)


def _line(offset: int, mark: str, signs: Line, cells: int, meaning: Line) -> Line:
    place = f"{offset:{_OFFSET - 2}d} "
    return ((place, "label"), (mark, "changed"), *fill_line(signs, cells), *meaning)


def _left_out(count: int) -> str:
    return ngettext("%(n)d more byte", "%(n)d more bytes", count) % {"n": count}


def describe_blocks(blocks: Iterable[Block]) -> list[str]:
    """The same facts as sentences, one for a field."""
    lines: list[str] = []
    for block in blocks:
        if block.title:
            lines.append(block.title + (f" · {block.word}" if block.word else "") + ":")
        if block.omitted:
            lines.append(not_shown(block.omitted))
        fields = block.fields
        if block.meaning:
            data = b"".join((field.data or b"")[: _ROWS * 8] for field in fields)
            new = any(field.changed for field in fields)
            size = sum(field.size for field in fields)
            name = "".join(text for text, _role in block.meaning)
            fields = (Field(name, size, data, changed=new),)
        offset = block.start
        for field in fields:
            lines.append(_sentence(field, offset))
            offset += field.size
    return lines


def _sentence(field: Field, offset: int) -> str:
    words = ngettext(
        "Offset %(offset)d, %(size)d byte: %(name)s%(hex)s%(changed)s.",
        "Offset %(offset)d, %(size)d bytes: %(name)s%(hex)s%(changed)s.",
        field.size,
    )
    return words % {
        "offset": offset,
        "size": field.size,
        "name": field.name + field.word,
        "hex": _hex(field),
        "changed": _(", changed by the last command") if field.changed else "",
    }


def _hex(field: Field) -> str:
    if field.data is None or not field.data:
        return ""
    shown = field.data[: _ROWS * 8]
    more = " …" if len(shown) < field.size else ""
    return f" ({shown.hex(' ')}{more})"
