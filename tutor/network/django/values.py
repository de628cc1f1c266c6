"""Values as Python writes them, in bounded time and length."""

from __future__ import annotations

import reprlib
from typing import Any

MOST_NODES = 20_000
MOST_TEXT = 600


def nodes(value: Any, most: int = MOST_NODES) -> int:
    """How many values are in a value, itself included, counted as often as they are written; at
    most ``most`` + 1."""
    count = 0
    waiting = [value]
    while waiting and count <= most:
        one = waiting.pop()
        count += 1
        if isinstance(one, dict):
            waiting += [*one.keys(), *one.values()][: most + 1]
        elif isinstance(one, (list, tuple, set, frozenset)):
            waiting += list(one)[: most + 1]
    return count


def written(value: Any, most: int = MOST_TEXT) -> str:
    """As `repr`, cut if it is long. Never raises."""
    try:
        text = repr(value) if nodes(value) <= MOST_NODES else reprlib.repr(value)
    except Exception as error:
        return f"<{type(value).__name__}: {type(error).__name__}>"
    return text if len(text) <= most else f"{text[:most]}…"
