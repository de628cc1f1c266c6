"""What the engine tells whoever watches: changed keys and conversions, as data.

An `Observer` is optional; without one the engine spends one comparison on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from tutor.engine.replies import Reply

if TYPE_CHECKING:
    from tutor.engine.session import Session

Cause = Literal[
    "entries",  # more elements than the directive allows
    "value_length",  # an element longer than the directive allows
    "not_integer",  # a member that an intset cannot hold
    "width",  # an integer too wide for the intset's present encoding
    "append",  # a string edited in place becomes raw
    "length",  # a string longer than embstr allows
    "number",  # the text is an integer
    "store",  # a command built a new value of another encoding
    "sort",  # SORT turns the sorted set it reads into a skiplist
]


@dataclass(frozen=True, slots=True)
class Conversion:
    """A value of ``key`` changed its encoding, and why.

    ``actual`` and ``limit`` are the figures that were compared (bytes or elements), and
    ``directive`` the configuration that set the limit; empty where there is none.
    """

    db: int
    key: bytes
    before: str
    after: str
    cause: Cause
    actual: int = 0
    limit: int = 0
    directive: str = ""


class Observer(Protocol):
    """Sees everything that happens; called synchronously, must not call the engine back."""

    def changed(self, db: int, key: bytes, event: str) -> None:
        """``key`` was modified; ``event`` is Redis's keyspace event ("set", "lpush", "del", …)."""

    def converted(self, conversion: Conversion) -> None:
        """A value changed its encoding."""

    def executed(self, session: Session, argv: Sequence[bytes], reply: Reply, took_us: int) -> None:
        """A client's command was carried out (also inside EXEC), in so many microseconds."""
