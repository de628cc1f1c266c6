"""Bytes of a key as text that is safe on a terminal and says exactly what the bytes are.

UTF-8 reads as it is written; whatever else a key may hold (control characters, broken UTF-8,
invisible or joining characters, a backslash) is spelt as redis-cli spells it: ``\\n``, ``\\x00``.
So are scripts that run from right to left: many terminals would turn round whatever stands beside
such a word, the frames of its box and the numbers in the next one.
"""

from __future__ import annotations

import unicodedata

from wcwidth import wcwidth

_NAMED = {0x07: "\\a", 0x08: "\\b", 0x09: "\\t", 0x0A: "\\n", 0x0D: "\\r", 0x5C: "\\\\"}
_LEFTWARDS = frozenset({"R", "AL", "AN"})
"""Bidirectional classes of what runs from right to left (Unicode annex 9)."""

_SURROGATES = "".join(map(chr, range(0xDC80, 0xDD00)))


def printable(data: bytes, limit: int = 1024) -> str:
    """Bytes as text. Only the first ``limit`` bytes are looked at; ``…`` says there are more."""
    text = data[:limit].decode("utf-8", "surrogateescape")
    more = "…" if len(data) > limit else ""
    if text.isascii() and text.isprintable() and "\\" not in text:
        return text + more
    if more:
        text = text.rstrip(_SURROGATES)
    shown: list[str] = []
    for character in text:
        shown.append(_spelt(character, bool(shown)))
    return "".join(shown) + more


def shown(data: bytes, limit: int = 1024) -> str:
    """As `printable`, in quotes where the text alone would not show where it begins and ends."""
    text = printable(data, limit)
    if data and data[:1] not in b' "' and data[-1:] != b" ":
        return text
    return '"' + text.replace('"', '\\"') + '"'


def _spelt(character: str, inside: bool) -> str:
    code = ord(character)
    if code in _NAMED:
        return _NAMED[code]
    if 0x20 <= code < 0x7F:
        return character
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    if _stands_alone(character) or (inside and _is_mark(character)):
        return character
    return "".join(f"\\x{byte:02x}" for byte in character.encode("utf-8"))


def _stands_alone(character: str) -> bool:
    """Takes cells of its own and never melts with its neighbour (flags and skin tones do)."""
    code = ord(character)
    if 0x1F1E6 <= code <= 0x1F1FF or 0x1F3FB <= code <= 0x1F3FF:
        return False
    if not character.isprintable() or unicodedata.bidirectional(character) in _LEFTWARDS:
        return False
    return wcwidth(character) > 0


def _is_mark(character: str) -> bool:
    """A combining mark, which takes no cell and sits on the character before it."""
    return unicodedata.category(character) == "Mn" and not 0xFE00 <= ord(character) <= 0xFE0F
