"""How an algorithm tells somebody what it is doing.

An algorithm worth watching calls its trace, if there is one, once per step. The slow-motion view
replays those calls; it never re-implements the algorithm. Without a trace nothing is paid.

A command may replace a structure by another while it runs (a conversion, a copy for writing, a new
key): `births` tells an onlooker of each structure that comes into being, so that it can attach.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol


class Trace(Protocol):
    """Receives one step: its kind (``"rehash"``, ``"split"``, ``"move"``…) and its particulars."""

    def __call__(self, kind: str, /, **particulars: object) -> None: ...


@dataclass(slots=True)
class Births:
    """``onlooker`` is called with each new structure, at the end of its constructor."""

    onlooker: Callable[[Any], None] | None = None


births = Births()
"""One for the process: whoever sets the onlooker takes it away again, and minds its own thread."""
