"""Walking through earlier lines with the arrows, and searching them."""

from __future__ import annotations

from collections.abc import Sequence


class Walk:
    """A place among earlier lines; what was being typed waits at the end."""

    def __init__(self, lines: Sequence[str], typed: str) -> None:
        self._lines = [*lines, typed]
        self._at = len(lines)

    @property
    def line(self) -> str:
        """The line one is at."""
        return self._lines[self._at]

    def step(self, by: int) -> str | None:
        """The line ``by`` places further (-1 is earlier), or None at either end."""
        if not 0 <= self._at + by < len(self._lines):
            return None
        self._at += by
        return self._lines[self._at]


def search(lines: Sequence[str], typed: str, limit: int = 50) -> list[str]:
    """Earlier lines that contain ``typed`` in any case, newest first, each once."""
    wanted = typed.casefold()
    found = (line for line in reversed(lines) if wanted in line.casefold())
    return list(dict.fromkeys(found))[:limit]
