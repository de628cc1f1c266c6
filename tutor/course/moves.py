"""What a line of a step in a world may be besides a command of Redis.

:client 2    the next commands are client 2's; a new one connects
:run 61      so many seconds go by
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from tutor.labs.replication.words import BadWord

MOST_CLIENTS = 9
MOST_SECONDS = 86_400.0
USAGE = {":client": ":client 2", ":run": ":run 61"}


@dataclass(frozen=True, slots=True)
class Move:
    """A line with a colon, read: the number of a client, or seconds."""

    kind: Literal["client", "run"]
    value: float


def is_move(argv: Sequence[bytes]) -> bool:
    """Whether a line is none of Redis."""
    return argv[0].startswith(b":")


def read_move(argv: Sequence[bytes]) -> Move:
    """A move out of its words. Raises `BadWord`."""
    first, *rest = [word.decode("utf-8", "surrogateescape") for word in argv]
    word = first.lower()
    if word not in USAGE:
        raise BadWord(first)
    number = _number(rest[0]) if len(rest) == 1 else None
    if number is not None and word == ":client" and number in range(1, MOST_CLIENTS + 1):
        return Move("client", number)
    if number is not None and word == ":run" and 0 < number <= MOST_SECONDS:
        return Move("run", number)
    raise BadWord(first, USAGE[word])


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
