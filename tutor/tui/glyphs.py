"""The signs of the interface. One stands beside every colour that means something.

For `REDIS_TUTOR_ASCII=1` and for terminals without UTF-8 a filter puts ASCII in their place, and in
place of whatever else is drawn, cell for cell.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from rich.segment import Segment
from textual.filter import LineFilter

if TYPE_CHECKING:
    from textual.color import Color


class glyphs:
    """Each is a single cell wide."""

    ok: Final = "✓"
    fail: Final = "✗"
    todo: Final = "○"
    bullet: Final = "•"
    right: Final = "►"
    down: Final = "▼"
    left: Final = "◄"
    arrow: Final = "→"
    full: Final = "■"
    empty: Final = "□"
    changed: Final = "⁺"
    pin: Final = "◆"
    rule: Final = "─"
    heavy: Final = "━"
    tee: Final = "┬"
    joint: Final = "┴"
    bar: Final = "│"
    thumb: Final = "┃"
    ellipsis: Final = "…"
    dot: Final = "·"
    dash: Final = "—"
    warning: Final = "▲"
    handle: Final = "●"
    ahead: Final = "·"
    bar_start: Final = "├"
    bar_end: Final = "┤"


ACTIVE = "‹{}›"
"""Stands around the argument that comes next."""

_STAND_INS = {
    "+": "✓⁺┌┐└┘├┤┬┴┼╔╗╚╝╭╮╰╯",
    "-": "─╴╵╶╷—–▔",
    "=": "━═",
    "|": "│┃║▌▐▎▕▏",
    "x": "✗×",
    "o": "○●",
    "*": "•◆",
    ">": "►→▶▸›≥",
    "<": "◄←◀‹≤",
    "^": "▲↑",
    "v": "▼↓▾",
    "u": "µ",
    "#": "■█▓▆▇",
    "%": "▒",
    ".": "□░·▁▂",
    "_": "▃▄▅",
    "~": "…≈",
    '"': "«»“”„",
    "'": "‘’",
}
_ASCII = {ord(sign): plain for plain, signs in _STAND_INS.items() for sign in signs}


class AsciiFilter(LineFilter):
    """Draws with ASCII what is not a letter."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same segments, one cell for one cell."""
        return [
            Segment(text.translate(_ASCII), style, control) for text, style, control in segments
        ]


def wants_ascii(environ: Mapping[str, str] = os.environ) -> bool:
    """True if the learner asked for ASCII, or the terminal's encoding cannot carry more."""
    wish = environ.get("REDIS_TUTOR_ASCII", "")
    if wish:
        return wish not in {"0", "no", "false"}
    encoding = getattr(sys.__stdout__, "encoding", None) or "utf-8"
    return "utf" not in encoding.lower()
