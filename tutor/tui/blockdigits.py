"""Figures three rows high, to be read from the last row of a room."""

from __future__ import annotations

from collections.abc import Mapping

ROWS = 3
_DIGITS: Mapping[str, tuple[str, str, str]] = {
    "0": ("█▀█", "█ █", "▀▀▀"),
    "1": ("▄█ ", " █ ", "▀▀▀"),
    "2": ("▀▀█", "█▀▀", "▀▀▀"),
    "3": ("▀▀█", " ▀█", "▀▀▀"),
    "4": ("█ █", "▀▀█", "  ▀"),
    "5": ("█▀▀", "▀▀█", "▀▀▀"),
    "6": ("█▀▀", "█▀█", "▀▀▀"),
    "7": ("▀▀█", "  █", "  ▀"),
    "8": ("█▀█", "█▀█", "▀▀▀"),
    "9": ("█▀█", "▀▀█", "▀▀▀"),
    ".": (" ", " ", "▀"),
    "-": ("  ", "▀▀", "  "),
    "%": ("▀ █", " █ ", "█ ▀"),
    "?": ("▀▀█", " █ ", " ▀ "),
    ":": ("▄", " ", "▀"),
    " ": (" ", " ", " "),
}


def is_drawable(text: str) -> bool:
    """Whether every sign of it has a large form."""
    return bool(text) and all(sign in _DIGITS for sign in text)


def large(text: str) -> tuple[str, str, str]:
    """The three rows of a figure; all are equally wide. Raises KeyError."""
    parts = [_DIGITS[sign] for sign in text]
    first, second, third = (" ".join(part[at] for part in parts) for at in range(ROWS))
    return first, second, third
