"""Spans as rows: the offset, the bytes in the colour of what they are, and what they say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tutor.diagrams.canvas import MARK, Drawing, Line, Role, Run, clip_line, line_width, wrapped
from tutor.diagrams.files.meanings import meaning
from tutor.diagrams.payload import shown
from tutor.i18n import _, ngettext
from tutor.persistence.dissect.spans import UNKNOWN, Piece, Span
from tutor.persistence.dissect.spans import Role as Meaning

_LOOKS: dict[Meaning, Role] = {
    "opcode": "title",
    "length": "header",
    "key": "key",
    "payload": "payload",
    "figure": "text",
    "reference": "pointer",
    "checksum": "text",
    "frame": "frame",
    "damage": "gone",
}
_WIDE = 100
_MOST_ROWS = 3
_OFFSET = 8
_HEADED = frozenset({"pair", "function", "command", "value", "module"})


@dataclass(frozen=True, slots=True)
class Part:
    """A piece with its spans; a piece that was not whole has None."""

    piece: Piece | None
    spans: Sequence[Span]


def draw_file(parts: Iterable[Part], width: int, foot: str = "") -> Drawing:
    """Rows for these parts, ``width`` cells wide at most; ``foot`` stands beneath."""
    lines: list[Line] = []
    told: list[str] = []
    before = ""
    for part in parts:
        kind = part.piece.kind if part.piece is not None else "damage"
        if lines and (kind in _HEADED or kind != before):
            lines.append(())
        before = kind
        if part.piece is not None and kind == "pair":
            lines.append(pair_heading(part.piece, width))
        for span in part.spans:
            lines += span_rows(span, width)
            told.append(sentence(span))
    if foot:
        lines += [(), *wrapped(foot, width)]
        told.append(foot)
    return Drawing(tuple(clip_line(line, width) for line in lines), "\n".join(told))


def pair_heading(piece: Piece, width: int, changed: bool = False) -> Line:
    """``── user:1 · db 0 · 45 bytes ─────``; the size is left out where it is not counted yet."""
    size = piece.end - piece.offset
    amount = ngettext("%(n)d byte", "%(n)d bytes", size) % {"n": size}
    name = shown(piece.key, 48)
    key: Line = ((MARK, "changed"), (name, "changed")) if changed else ((name, "key"),)
    more = f" · {amount}" if size else ""
    return rule((*key, (f" · db {piece.db}{more}", "label")), width)


def rule(words: Line, width: int) -> Line:
    """``── words ─────`` over the whole width."""
    line: Line = (("── ", "frame"), *words, (" ", "label"))
    return (*line, ("─" * max(width - line_width(line), 0), "frame"))


def _per_row(width: int) -> int:
    return 12 if width >= _WIDE else 8 if width >= 60 else 4


def span_rows(span: Span, width: int, changed: bool = False) -> list[Line]:
    """One row, or as many as its bytes and words take; long texts are cut. ``changed`` puts the
    mark of what the last command changed before the words."""
    count = _per_row(width)
    role = _role(span)
    rows = [span.data[at : at + count] for at in range(0, len(span.data), count)] or [b""]
    cut = len(rows) > _MOST_ROWS or span.size > len(span.data)
    rows = rows[:_MOST_ROWS]
    hidden = span.size - sum(map(len, rows))
    indent = "  " * span.depth
    room = width - _OFFSET - 3 - count * 3 - len(indent)
    words = _words(span, max(room, 12), changed)
    if cut and hidden > 0 and span.data:
        words += wrapped(_more(hidden), max(room, 12))
    lines: list[Line] = []
    for number in range(max(len(rows), len(words))):
        data = rows[number] if number < len(rows) else b""
        at = span.offset + number * count
        offset = f"{'+' if span.unpacked else ''}{at:0{_OFFSET - span.unpacked}X}"
        if span.offset == UNKNOWN:
            offset = "·" * _OFFSET
        head: list[Run] = [
            (offset if data or not number else " " * _OFFSET, "label"),
            ("  ", "text"),
            (data.hex(" ").upper().ljust(count * 3), role),
            *(((" ", "text"),) if number or not changed else ((MARK, "changed"),)),
            (indent, "text"),
        ]
        lines.append((*head, *(words[number] if number < len(words) else ())))
    return lines


def _words(span: Span, room: int, changed: bool) -> list[Line]:
    """What the bytes say, over as many lines as it takes; an arrow stands before a reference."""
    role: Role = "changed" if changed else _word_role(span)
    text = _clipped(meaning(span))
    if span.role != "reference":
        return wrapped(text, room, role)
    lines = wrapped(text, room - 2, role)
    return [((" " * 2 if at else "◄ ", "pointer"), *line) for at, line in enumerate(lines)]


def _clipped(words: str) -> str:
    return words if len(words) <= 240 else words[:239] + "…"


def _more(hidden: int) -> str:
    text = ngettext("… %(n)d byte more", "… %(n)d bytes more", hidden)
    return text % {"n": hidden}


def _role(span: Span) -> Role:
    wrong = span.role == "checksum" and not getattr(span.value, "right", True)
    return "gone" if wrong else _LOOKS[span.role]


def _word_role(span: Span) -> Role:
    """Words are coloured as their bytes are, where what the key holds is said."""
    role = _role(span)
    if role == "pointer":
        return "payload"
    return "label" if role in ("header", "frame") else role


def sentence(span: Span, changed: bool = False) -> str:
    """Where the bytes lie, how many they are, what they say."""
    amount = ngettext("%(n)d byte", "%(n)d bytes", span.size) % {"n": span.size}
    place = f"{span.offset:#x}" if span.offset != UNKNOWN else "?"
    if span.unpacked:
        place = _("%(offset)s of what was unpacked") % {"offset": place}
    words = _("At %(place)s, %(amount)s: %(meaning)s.")
    text = words % {"place": place, "amount": amount, "meaning": _clipped(meaning(span))}
    return text + " " + _("The last command changed it.") if changed else text
