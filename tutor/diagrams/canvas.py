"""What a diagram is made of: runs of text with a role, and the drawing they add up to.

A role says what a run *means*; the screen gives each role a look. Meaning never rests on the look
alone: changed things also carry `MARK`, free space is drawn with ``░``. Every sign is one cell
wide and belongs to the set (WGL4) that each monospace font has.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from wcwidth import wcwidth

Role = Literal[
    "text",
    "title",
    "label",
    "frame",
    "header",
    "key",
    "payload",
    "free",
    "pointer",
    "changed",
    "gone",
    "path",
    "warning",
]
Run = tuple[str, Role]
Line = tuple[Run, ...]

MARK = "⁺"
"""Stands before what the last command changed."""

GONE = "⁻"
"""Stands before what was there and is not any longer, where before and after are compared. Raised,
as `MARK` is, so that nobody takes a number for a negative one."""

_ASCII = str.maketrans(
    {
        **dict.fromkeys("─—–−⁻", "-"),
        "│": "|",
        **dict.fromkeys("┌┐└┘├┤┬┴┼", "+"),
        **dict.fromkeys("►→", ">"),
        **dict.fromkeys("◄←", "<"),
        "▲": "^",
        "▼": "v",
        "■": "#",
        "█": "#",
        "▄": "_",
        "░": ".",
        **dict.fromkeys("▒▓", "%"),
        **dict.fromkeys("≤", "<"),
        "≥": ">",
        "⁺": "+",
        "·": ".",
        "…": "~",
        "×": "x",
        "━": "=",
        "●": "@",
        "○": "o",
        "±": "~",
        "•": "*",
        "║": "!",
        "✓": "+",
        "✗": "x",
        "²": "2",
        "†": "t",
    }
)
_SIGNS = frozenset(map(chr, _ASCII))
_WORDS_OF_THE_KEY: frozenset[Role] = frozenset({"payload", "key", "changed", "gone"})


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
        """The same drawing, cell for cell, for a terminal without box characters.

        What a key holds is not ours to respell and stays as it is.
        """
        lines = tuple(tuple((_run_ascii(*run), run[1]) for run in line) for line in self.lines)
        return Drawing(lines, self.text)


def to_ascii(text: str) -> str:
    """Frames, arrows and marks as ASCII, one cell for one cell."""
    return text.translate(_ASCII)


def _run_ascii(text: str, role: Role) -> str:
    if role in _WORDS_OF_THE_KEY and not _SIGNS.issuperset(text):
        return text
    return to_ascii(text)


@lru_cache(maxsize=4096)
def width_of(text: str) -> int:
    """Terminal cells that a printable text takes."""
    return len(text) if text.isascii() else sum(max(wcwidth(one), 0) for one in text)


def line_width(line: Iterable[Run]) -> int:
    return sum(width_of(text) for text, _ in line)


def prefix_of(text: str, width: int) -> str:
    """As much of the beginning as fits in ``width`` cells."""
    if text.isascii():
        return text[: max(width, 0)]
    cells = 0
    for at, character in enumerate(text):
        cells += max(wcwidth(character), 0)
        if cells > width:
            return text[:at]
    return text


def clip(text: str, width: int) -> str:
    """At most ``width`` cells; what was cut off is replaced by ``…``."""
    if width_of(text) <= width:
        return text
    return prefix_of(text, width - 1) + "…" if width > 0 else ""


def clip_line(line: Sequence[Run], width: int) -> Line:
    """At most ``width`` cells of a line; what was cut off is replaced by ``…``."""
    if line_width(line) <= width:
        return tuple(line)
    kept: list[Run] = []
    left = width - 1
    for text, role in line:
        piece = prefix_of(text, left)
        if piece:
            kept.append((piece, role))
        left -= width_of(piece)
        if piece != text:
            break
    return (*kept, ("…", "label")) if width > 0 else ()


def fill_line(line: Sequence[Run], width: int) -> Line:
    """Clipped or filled with spaces to exactly ``width`` cells."""
    clipped = clip_line(line, width)
    room = width - line_width(clipped)
    return (*clipped, (" " * room, "text")) if room else clipped


def pad(text: str, width: int) -> str:
    """Clipped or filled with spaces to exactly ``width`` cells."""
    text = clip(text, width)
    return text + " " * (width - width_of(text))


def wrapped(text: str, width: int, role: Role = "label") -> list[Line]:
    """A sentence over as many lines as it needs; words are kept whole where they fit."""
    lines: list[str] = [""]
    for word in text.split(" "):
        joined = f"{lines[-1]} {word}" if lines[-1] else word
        if lines[-1] and width_of(joined) > width:
            lines.append(word)
        else:
            lines[-1] = joined
    return [((clip(line, width), role),) for line in lines]


def gauge(filled: int, whole: int, cells: int) -> Line:
    """``███░░``: ``filled`` out of ``whole``. Neither end is shown before it is reached."""
    done = 0 if whole <= 0 else min(cells, cells * filled // whole)
    if filled > 0:
        done = max(done, 1)
    if filled < whole:
        done = min(done, cells - 1)
    bar: tuple[Run, ...] = (("█" * done, "payload"), ("░" * (cells - done), "free"))
    return tuple(run for run in bar if run[0])


def omitted(what: str, width: int) -> Line:
    """``… 9 more pairs``: where the picture leaves something out."""
    return clip_line([("… " + what, "label")], width)


def marked(text: str, role: Role, changed: bool) -> Line:
    """A word in its role, or with the mark of what was changed."""
    return ((MARK, "changed"), (text, "changed")) if changed else ((text, role),)
