"""What a program of a lab does, as a routine: it yields what it waits for and is sent the outcome.

    def worker():
        value = yield Send(False, (b"GET", b"k"))     # the reply
        yield Query(400_000)                          # a database's time
        yield Sleep(50_000)

`tutor.labs.world.World` runs routines in virtual time.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, TypeVar


@dataclass(frozen=True, slots=True)
class Send:
    """A command for the first server (``write``), or for one that is read from."""

    write: bool
    argv: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Query:
    """The slow function: so many microseconds of the database's time."""

    cost: int


@dataclass(frozen=True, slots=True)
class Sleep:
    """Microseconds."""

    time: int


_T = TypeVar("_T")
Routine = Generator[Send | Query | Sleep, Any, _T]
