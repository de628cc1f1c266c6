"""A zipmap: what small hashes were up to Redis 2.4."""

from __future__ import annotations

from collections.abc import Iterator

from tutor.diagrams.boxes import Cell, cell
from tutor.diagrams.canvas import Line, Role
from tutor.diagrams.memory import Block, Field, left_out, quoted
from tutor.diagrams.packed import Packed, in_sentences, items_left_out
from tutor.diagrams.payload import shown
from tutor.engine.structures.zipmap import ZipmapLayout, ZipmapText
from tutor.i18n import _, ngettext, pgettext

Changed = frozenset[object]


def packed_zipmap(layout: ZipmapLayout, changed: Changed) -> Packed:
    """Boxes in pairs. ``changed`` holds indexes of texts and the word ``count``."""
    header = [cell(str(layout.header[0]), "count", "1 B", "header", "count" in changed)]
    entries = [(text.index, _cell(text, changed)) for text in layout.entries]
    legend = _("Under a text: bytes of its length + free byte + text + unused bytes.")
    return Packed(header, entries, layout.count, 2, legend)


def _cell(text: ZipmapText, changed: Changed) -> Cell:
    parts = [len(text.length), len(text.free), len(text.value), len(text.unused)]
    note = "+".join(str(part) for part in parts if part)
    role: Role = "payload" if text.free else "key"
    return cell(shown(text.value), "str", note, role, text.index in changed)


def describe_zipmap(layout: ZipmapLayout) -> list[str]:
    """The same facts as sentences."""
    pairs = layout.count // 2
    head = ngettext(
        "It is one zipmap of %(bytes)d bytes with %(count)d pair.",
        "It is one zipmap of %(bytes)d bytes with %(count)d pairs.",
        pairs,
    ) % {"bytes": layout.total_bytes, "count": pairs}
    texts = layout.entries

    def say(at: int) -> str:
        words = _("Field %(key)s holds %(value)s.")
        return words % {"key": _sized(texts[at]), "value": _sized(texts[at + 1])}

    indexes = [text.index for text in texts]
    return [head, *in_sentences(indexes, layout.count, 2, say)]


def _sized(text: ZipmapText) -> str:
    size = ngettext("%(n)d byte", "%(n)d bytes", text.size) % {"n": text.size}
    return f"{shown(text.value)} ({size})"


def zipmap_blocks(layout: ZipmapLayout, changed: Changed) -> Iterator[Block]:
    """The count, the visible texts, and the end, byte by byte."""
    count = Field(f"zmlen = {layout.header[0]}", 1, layout.header, "header", "count" in changed)
    yield Block(f"zipmap · {layout.total_bytes} B", (count,))
    due = 0
    for text in layout.entries:
        if text.index > due:
            yield left_out(items_left_out(text.index - due, due, 1))
        yield _text_block(text, text.index in changed)
        due = text.index + 1
    if due < layout.count:
        yield left_out(items_left_out(layout.count - due, due, 1))
    yield Block("", (Field("end", 1, b"\xff", "frame"),), layout.total_bytes - 1)


def _text_block(text: ZipmapText, new: bool) -> Block:
    """One row: ``05 00 41 6c 69 63 65  [1] Alice · free 0``."""
    parts = (
        Field("length", len(text.length), text.length, "header", new),
        Field("free", len(text.free), text.free, "pointer", new),
        Field("text", len(text.value), text.value, "payload", new),
        Field(pgettext("bytes", "unused"), len(text.unused), text.unused, "free", new),
    )
    free = f" · free {text.free[0]}" if text.free else ""
    meaning: Line = (
        (f"[{text.index}] ", "label"),
        (quoted(text.value), "payload"),
        (free, "label"),
    )
    return Block("", parts, text.offset, meaning)
