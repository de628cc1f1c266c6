"""What a browser may send over its WebSocket, and how much of it in a second.

["stdin", text] · ["resize", {"width": w, "height": h}] · ["ping", text] · ["focus"] · ["blur"]
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Literal, NamedTuple

LONGEST = 64 * 1024
"""Bytes of a message; aiohttp closes the connection at a longer one."""

LONGEST_PING = 64
COLUMNS = range(1, 501)
ROWS = range(1, 201)
"""Sizes of a terminal; others are brought to the nearest of them."""

Kind = Literal["stdin", "resize", "ping", "focus", "blur"]


class Message(NamedTuple):
    """``text`` is what was typed, or what a ping carries, in JSON; ``size`` columns and rows."""

    kind: Kind
    text: str = ""
    size: tuple[int, int] = (0, 0)


class BadMessage(ValueError):
    """No page of ours sends such a thing."""


def read(text: str) -> Message:
    """The message; raises `BadMessage`."""
    try:
        parts = json.loads(text)
    except (ValueError, RecursionError):
        raise BadMessage("not JSON") from None
    match parts:
        case ["stdin", str(typed)]:
            return Message("stdin", _utf8(typed))
        case ["resize", {"width": int(width), "height": int(height)}]:
            return Message("resize", size=size(width, height))
        case ["ping", str() | int() | float() | None as sent] if len(str(sent)) <= LONGEST_PING:
            return Message("ping", json.dumps(sent))
        case ["focus" | "blur" as kind, *rest] if len(rest) <= 1:
            return Message(kind)
    raise BadMessage("unknown")


def size(width: int, height: int) -> tuple[int, int]:
    """Columns and rows that a terminal may have, as near as can be to those."""
    return (
        min(max(width, COLUMNS[0]), COLUMNS[-1]),
        min(max(height, ROWS[0]), ROWS[-1]),
    )


def size_of(columns: str, rows: str) -> tuple[int, int]:
    """The same from a query; 80×24 for what is no number."""
    numbers = [
        int(text) if text.isascii() and text.isdigit() and len(text) < 9 else usual
        for text, usual in ((columns, 80), (rows, 24))
    ]
    return size(*numbers)


def _utf8(text: str) -> str:
    """Without halves of surrogate pairs, which JSON lets through and UTF-8 does not have."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


@dataclass
class Pace:
    """A bucket of bytes that fills again: how long somebody must wait who sends too much.

    ``rate`` in bytes a second; ``burst`` bytes may come at once; every message costs at least
    ``least``."""

    rate: float = 64 * 1024
    burst: float = 256 * 1024
    least: int = 256
    _level: float = 0.0
    _seen_s: float = 0.0

    def wait_s(self, count: int, now_s: float) -> float:
        """Take a message of ``count`` bytes that has come now; seconds until the next is read."""
        self._level = max(0.0, self._level - (now_s - self._seen_s) * self.rate)
        self._seen_s = now_s
        self._level += max(count, self.least)
        return max(0.0, (self._level - self.burst) / self.rate)
