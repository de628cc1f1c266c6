"""A film: the steps of one command, as data that stay true when the engine moves on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from tutor.engine.events import Conversion
from tutor.engine.image import Layout
from tutor.engine.inspect import Inspection
from tutor.engine.recording.housekeeping import PoolImage
from tutor.engine.replies import Reply

Place = tuple[int, bytes]
"""Database and key. The key of a step in the keyspace itself is the one that was looked for."""

WhyNot = Literal["", "no-keys", "queued", "waits", "aborted", "unknown", "refused", "quiet"]
"""Why a film has no steps: the command names no key; it was only queued by MULTI; it would wait;
EXEC was refused; there is no such command; it was answered with an error for a reason that is gone
when it is filmed, such as memory of clients; none of its structures had anything to tell."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an algorithm.

    ``kind`` names structure and step (``skiplist.move``, ``quicklist.split``); ``facts`` are its
    particulars as plain values (ranks, slots, indexes, bytes), those that `watchers` documents.
    ``image`` is the memory image of a window around the action: as it was before the step for what
    only looks or is about to change something, and after it for what has changed something.
    ``left_out`` counts steps of the same kind that came before this one and are not in the film.
    """

    kind: str
    place: Place
    image: Layout | Inspection | PoolImage | None
    facts: Mapping[str, Any]
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Film:
    """The steps of ``argv``, run in database ``db``; ``reply`` is what it answered then.

    ``left_out`` counts whole acts (lookups, insertions) beyond the first ones of a structure that
    were carried out and are not in the film. ``conversions`` are those that the command announced.
    """

    argv: tuple[bytes, ...]
    db: int
    steps: tuple[Step, ...] = ()
    reply: Reply = None
    conversions: Sequence[Conversion] = field(default=())
    left_out: int = 0
    why_not: WhyNot = ""
    commands: tuple[tuple[bytes, ...], ...] = ()
    """The commands of a film of several; each begins with a step of the kind ``command.run``."""
