"""Asciicast, version 2: a head of JSON, then a line of JSON for each event.

What a screen sends to its terminal goes through `Showable` first, which lets pass only what shows
something: a player's terminal must not be asked questions, take the mouse, or change its clipboard.
"""

from __future__ import annotations

import json
import re
from typing import Literal

__all__ = ["END", "WIPE", "Kind", "Showable", "event", "head"]

Kind = Literal["o", "r"]
"""Output, or a new size of the terminal."""

END = "\x1b[0m\x1b[?7h\x1b[?25h"
"""Gives a player's terminal back: plain letters, lines that wrap, a cursor that is seen."""

WIPE = "\x1b[0m\x1b[2J\x1b[H"
"""An empty screen."""

_SEQUENCE = re.compile(
    r"\x1b\[(?P<marks>[0-?]*)(?P<between>[ -/]*)(?P<final>[@-~])"  # CSI
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"  # OSC: titles, links, the clipboard
    r"|\x1b[PX^_][^\x1b]*\x1b\\"  # DCS, SOS, PM, APC
    r"|\x1b[ -/]*[0-OQ-WYZ\\`-~]"
    r"|[\x00-\x07\x0e-\x1f\x7f-\x9f]"  # a bell, an escape that begins nothing, C1
)
_BEGUN = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|\][^\x07\x1b]*\x1b?|[PX^_][^\x1b]*\x1b?|[ -/]*)?\Z")
_SHOWING = frozenset("ABCDEFGHIJKLMPSTX@`adefm")
"""Ends of sequences that move the cursor, erase, shift or colour."""

_LONGEST = 65_536
"""Characters of a sequence that is not over, beyond which it is let go."""

_LONE = re.compile("[\ud800-\udfff]")


def head(width: int, height: int, *, timestamp: int | None = None, title: str | None = None) -> str:
    """The first line: cells, rows, seconds since 1970, a title. Nothing of the environment."""
    fields: dict[str, object] = {"version": 2, "width": width, "height": height}
    if timestamp is not None:
        fields["timestamp"] = timestamp
    if title:
        fields["title"] = title
    return json.dumps(fields, separators=(",", ":")) + "\n"


def event(seconds: float, text: str, kind: Kind = "o") -> str:
    """A line: when, counted from the beginning, and what. Halves of characters become ``�``."""
    return json.dumps([round(seconds, 6), kind, _LONE.sub("�", text)]) + "\n"


class Showable:
    """Keeps of a stream of output what a player may show.

    A sequence may be cut anywhere: its beginning waits for the rest. Where the alternate screen is
    entered the screen is wiped, and that it is left is left out: a player ends on the last picture.
    """

    def __init__(self) -> None:
        self._held = ""

    def feed(self, text: str) -> str:
        """The next piece of output; what may be shown of it, and of what had to wait."""
        text = self._held + text
        begun = _BEGUN.search(text)
        self._held = ""
        if begun is not None and len(text) - begun.start() <= _LONGEST:
            self._held, text = text[begun.start() :], text[: begun.start()]
        return _SEQUENCE.sub(_shown, text)


def _shown(found: re.Match[str]) -> str:
    final, marks = found["final"], found["marks"]
    if final is None or found["between"]:
        return ""
    if final in "hl" and marks.startswith("?"):
        return _mode(marks[1:].split(";"), final)
    return found[0] if final in _SHOWING and not marks.startswith(("<", "=", ">", "?")) else ""


def _mode(modes: list[str], final: str) -> str:
    """Of the modes the seen cursor (25) and the wrapped line (7); a screen of its own is wiped."""
    if final == "h" and not {"47", "1047", "1049"}.isdisjoint(modes):
        return WIPE
    kept = ";".join(mode for mode in modes if mode in ("7", "25"))
    return f"\x1b[?{kept}{final}" if kept else ""
