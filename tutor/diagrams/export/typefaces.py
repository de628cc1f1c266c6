"""The letters of a PNG: DejaVu Sans Mono, which travels with us, and the system's fonts for what it
lacks (Chinese, Japanese, Korean, emoji).

Needs Pillow, which only pictures in PNG import.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path
from typing import NamedTuple

from PIL import ImageFont
from PIL.ImageFont import FreeTypeFont

_FOLDER = Path(__file__).resolve().parent / "fonts"
_FILES = {False: "DejaVuSansMono.ttf", True: "DejaVuSansMono-Bold.ttf"}
_ADVANCE = 1233 / 2048
"""Width of every glyph of DejaVu Sans Mono to its size (its table hmtx)."""

_OTHERS = (
    "NotoSansCJK-Regular.ttc",
    "NotoSansMonoCJKsc-Regular.otf",
    "SourceHanSans-Regular.ttc",
    "wqy-microhei.ttc",
    "wqy-zenhei.ttc",
    "DroidSansFallbackFull.ttf",
    "PingFang.ttc",
    "Hiragino Sans GB.ttc",
    "AppleSDGothicNeo.ttc",
    "msyh.ttc",
    "msgothic.ttc",
    "malgun.ttf",
    "NotoColorEmoji.ttf",
    "NotoEmoji-Regular.ttf",
    "Apple Color Emoji.ttc",
    "seguiemj.ttf",
    "seguisym.ttf",
    "Symbola_hint.ttf",
    "DejaVuSans.ttf",
    "Arial Unicode.ttf",
    "unifont.otf",
    "unifont.ttf",
)
"""Files that Linux, macOS and Windows are known to have; Pillow knows where each system keeps them.
The first that has a character draws it."""

_BITMAP_SIZES = (109, 160, 136, 128)
"""Sizes of the fonts of coloured emoji, which hold pictures of one size rather than outlines."""

_NOWHERE = "\U0010fffe"


class Face(NamedTuple):
    """A font to draw with. ``size`` is that of a font of pictures, to be scaled; 0 for outlines."""

    font: FreeTypeFont
    size: int = 0


@cache
def our_face(cell_width: int, bold: bool) -> Face:
    """The font whose glyphs are as wide as a cell of so many pixels."""
    return Face(ImageFont.truetype(str(_FOLDER / _FILES[bold]), cell_width / _ADVANCE))


@cache
def face_of(sign: str, cell_width: int, bold: bool) -> Face | None:
    """A font that has this character; None if there is none on this system."""
    ours = our_face(cell_width, bold)
    if _has(ours.font, sign):
        return ours
    for name in _OTHERS:
        other = _other_face(name, cell_width)
        if other is not None and _has(other.font, sign):
            return other
    return None


def drawable(cluster: str, face: Face) -> str:
    """A character with those of its marks that the font has."""
    marks = (mark for mark in cluster[1:] if unicodedata.combining(mark) and _has(face.font, mark))
    return cluster[0] + "".join(marks)


@cache
def _other_face(name: str, cell_width: int) -> Face | None:
    """A font of the system, at a size at which a wide character fills two cells."""
    try:
        return Face(ImageFont.truetype(name, round(cell_width * 1.7)))
    except OSError:
        pass
    for size in _BITMAP_SIZES:
        try:
            return Face(ImageFont.truetype(name, size), size)
        except OSError:
            continue
    return None


def _has(font: FreeTypeFont, sign: str) -> bool:
    """Fonts draw one and the same picture for everything they lack."""
    return _picture(font, sign) != _picture(font, _NOWHERE)


def _picture(font: FreeTypeFont, sign: str) -> tuple[tuple[int, int], bytes]:
    mask = font.getmask(sign)
    return mask.size, bytes(mask)
