"""The bytes of one entry in each of its forms, as a cell of a table: ``│00│04│name│``.

Numbers and sizes are hex, as they lie in memory; a text is written as text.
"""

from __future__ import annotations

from collections.abc import Sequence

from tutor.diagrams.canvas import Line, Role, Run, clip, clip_line, line_width, width_of
from tutor.diagrams.payload import shown
from tutor.engine.ancestors import FormLayout, LinkedElement, LinkedForm
from tutor.engine.structures.listpack import ListpackEntry, ListpackLayout
from tutor.engine.structures.ziplist import ZiplistEntry, ZiplistLayout
from tutor.engine.structures.zipmap import ZipmapLayout, ZipmapText

Entry = ZipmapText | ZiplistEntry | ListpackEntry | LinkedElement
Part = tuple[bytes, Role, bool]
"""Bytes, what they are, and whether they are a text."""

_LONGEST = 64
"""Bytes of a text that are looked at for a cell."""

HEADERS = ("total", "tail", "count", "end")


def header_cell(layout: FormLayout, name: str, width: int) -> Line:
    """The header field of that name (`HEADERS`); nothing where the form has none."""
    if isinstance(layout, LinkedForm):
        if name != HEADERS[0]:
            return ()
        words = " + ".join(f"{piece.name} {piece.size}" for piece in layout.head)
        return clip_line([(words, "header")], width)
    parts = _header(layout).get(name)
    return () if parts is None else _boxed([(parts, "header", False)], width)


def _header(layout: ZipmapLayout | ZiplistLayout | ListpackLayout) -> dict[str, bytes]:
    end = {"end": b"\xff"}
    header = layout.header
    if isinstance(layout, ZipmapLayout):
        return {"count": header, **end}
    if isinstance(layout, ZiplistLayout):
        return {"total": header[:4], "tail": header[4:8], "count": header[8:], **end}
    return {"total": header[:4], "count": header[4:], **end}


def parts_of(layout: FormLayout) -> str:
    """What the parts of an entry are, in their order."""
    if isinstance(layout, LinkedForm):
        pieces = max((entry.pieces for entry in layout.entries), key=len, default=())
        return "+".join(piece.name for piece in pieces)
    if isinstance(layout, ZipmapLayout):
        return "│len│free│text│"
    return "│prevlen│enc│data│" if isinstance(layout, ZiplistLayout) else "│enc│data│backlen│"


def entry_cell(entry: Entry, width: int, changed: bool) -> Line:
    """The bytes of an entry, its text cut so that the cell fits ``width``."""
    if isinstance(entry, LinkedElement):
        return clip_line(_linked_cell(entry, changed), width)
    return _boxed(_parts(entry, changed), width)


def cell_widths(entry: Entry) -> tuple[int, int]:
    """The cells that an entry takes without its text, and those of the text."""
    if isinstance(entry, LinkedElement):
        return line_width(_linked_cell(entry, False)), 0
    parts = _parts(entry, False)
    text = sum(width_of(_text(data)) for data, _, is_text in parts if is_text)
    return _fixed(parts), text


def _fixed(parts: Sequence[Part]) -> int:
    """Cells of all that is not text: bars, and bytes as ``00 00``."""
    return len(parts) + 1 + sum(3 * len(data) - 1 for data, _, is_text in parts if not is_text)


def _parts(entry: ZipmapText | ZiplistEntry | ListpackEntry, changed: bool) -> list[Part]:
    text: Role = "changed" if changed else "payload"
    if isinstance(entry, ZipmapText):
        parts: list[Part] = [(entry.length, "header", False), (entry.free, "free", False)]
        parts += [(entry.value, text, True), (entry.unused, "free", False)]
        return [part for part in parts if part[0] or part[2]]
    if isinstance(entry, ZiplistEntry):
        number: Role = text if entry.integer is not None else "header"
        parts = [(entry.previous, "pointer", False), (entry.prefix, number, False)]
        return parts if entry.integer is not None else [*parts, (entry.data, text, True)]
    number = text if entry.integer is not None else "header"
    parts = [(entry.prefix, number, False)]
    if entry.integer is None:
        parts.append((entry.data, text, True))
    return [*parts, (entry.backlen, "pointer", False)]


def _boxed(parts: Sequence[Part], width: int) -> Line:
    """Parts between bars. Of a text as much is shown as there is room for."""
    room = max(width - _fixed(parts), 1)
    runs: list[Run] = [("│", "frame")]
    for data, role, is_text in parts:
        word = clip(_text(data), room) if is_text else data.hex(" ")
        runs += [(word, role), ("│", "frame")]
    return tuple(runs)


def _text(data: bytes) -> str:
    return shown(data, _LONGEST) if data else '""'


def _linked_cell(entry: LinkedElement, changed: bool) -> Line:
    """``24 + 16 + 14``: the allocations, the last of which holds the element."""
    runs: list[Run] = []
    for number, piece in enumerate(entry.pieces):
        if number:
            runs.append((" + ", "pointer"))
        last = number == len(entry.pieces) - 1
        runs.append((str(piece.size), ("changed" if changed else "payload") if last else "header"))
    return tuple(runs)
