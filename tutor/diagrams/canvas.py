"""What a diagram is made of: runs of text with a role, and the drawing they add up to.

A role says what a run *means*; the screen gives each role a look. Meaning never rests on the look
alone: changed things also carry `MARK`, free space is drawn with ``░``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from wcwidth import wcswidth, wcwidth

Role = Literal[
    "text", "title", "label", "frame", "header", "payload", "free", "pointer", "changed", "warning"
]
Run = tuple[str, Role]
Line = tuple[Run, ...]

MARK = "⁺"
"""Stands before what the last command changed."""

_ASCII = str.maketrans(
    {
        **dict.fromkeys("─╶╴–—", "-"),
        **dict.fromkeys("│╵╷▕▏", "|"),
        **dict.fromkeys("┌┐└┘├┤┬┴┼", "+"),
        **dict.fromkeys("▶▸→", ">"),
        **dict.fromkeys("◀←", "<"),
        **dict.fromkeys("«»", '"'),
        "━": "=",
        "▲": "^",
        "▼": "v",
        "█": "#",
        "▓": "%",
        "░": ".",
        "⁺": "+",
        "·": ".",
        "…": "~",
        "×": "x",
        "≥": ">",
        "≤": "<",
        "•": "*",
    }
)


@dataclass(frozen=True, slots=True)
class Drawing:
    """Styled lines, and the same facts as sentences for ears, logs and tests (the text twin)."""

    lines: tuple[Line, ...]
    text: str

    @property
    def plain(self) -> str:
        """The lines without roles."""
        return "\n".join("".join(text for text, _ in line).rstrip() for line in self.lines)

    def ascii(self) -> Drawing:
        """The same drawing for a terminal without box characters."""
        return Drawing(
            tuple(tuple((to_ascii(text), role) for text, role in line) for line in self.lines),
            self.text,
        )


def to_ascii(text: str) -> str:
    """Frames, arrows and marks as ASCII, one cell for one cell."""
    return text.translate(_ASCII)


def width_of(text: str) -> int:
    """Terminal cells that a printable text takes."""
    return len(text) if text.isascii() else max(wcswidth(text), 0)


def line_width(line: Iterable[Run]) -> int:
    return sum(width_of(text) for text, _ in line)


def clip(text: str, width: int) -> str:
    """At most ``width`` cells; what was cut off is replaced by ``…``."""
    if width_of(text) <= width:
        return text
    if width <= 0:
        return ""
    kept, cells = "", 0
    for character in text:
        cells += max(wcwidth(character), 0)
        if cells > width - 1:
            break
        kept += character
    return kept + "…"


def pad(text: str, width: int) -> str:
    """Clipped or filled with spaces to exactly ``width`` cells."""
    text = clip(text, width)
    return text + " " * (width - width_of(text))


def clip_line(line: Sequence[Run], width: int) -> Line:
    """A line cut to ``width`` cells at run boundaries, the last run clipped."""
    kept: list[Run] = []
    left = width
    for text, role in line:
        cells = width_of(text)
        if cells <= left:
            kept.append((text, role))
            left -= cells
        else:
            if left > 0:
                kept.append((clip(text, left), role))
            break
    return tuple(kept)


def wrapped(text: str, width: int, role: Role = "label") -> list[Line]:
    """A sentence over as many lines as it needs; words are kept whole where they fit."""
    lines: list[str] = [""]
    for word in text.split():
        joined = f"{lines[-1]} {word}" if lines[-1] else word
        if lines[-1] and width_of(joined) > width:
            lines.append(word)
        else:
            lines[-1] = joined
    return [((clip(line, width), role),) for line in lines]


def printable(data: bytes, limit: int = 256) -> str:
    """Bytes as text that is safe on a terminal: UTF-8 as it reads, anything else as ``\\xHH``.

    Only the first ``limit`` bytes are looked at; a mark says that there are more.
    """
    text = data[:limit].decode("utf-8", "surrogateescape")
    if len(data) > limit:
        text = text.rstrip("".join(map(chr, range(0xDC80, 0xDD00))))
    shown = "".join(map(_visible, text))
    return shown + "…" if len(data) > limit else shown


def _visible(character: str) -> str:
    code = ord(character)
    if 0x20 <= code < 0x7F:
        return character
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    if code < 0x20 or code == 0x7F:
        return _NAMED.get(code, f"\\x{code:02x}")
    return character if wcwidth(character) > 0 else f"\\u{code:04x}"


_NAMED = {0x0A: "\\n", 0x0D: "\\r", 0x09: "\\t"}


def bar(filled: int, whole: int, cells: int) -> Line:
    """A gauge ``▕███░░▏`` of ``filled`` out of ``whole``, ``cells`` wide inside."""
    done = 0 if whole <= 0 else min(cells, round(cells * filled / whole))
    if filled and not done:
        done = 1
    return (
        ("▕", "frame"),
        ("█" * done, "payload"),
        ("░" * (cells - done), "free"),
        ("▏", "frame"),
    )
