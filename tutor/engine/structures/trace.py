"""How an algorithm tells somebody what it is doing.

An algorithm worth watching calls its trace, if there is one, once per step. The slow-motion view
replays those calls; it never re-implements the algorithm. Without a trace nothing is paid.
"""

from __future__ import annotations

from typing import Protocol


class Trace(Protocol):
    """Receives one step: its kind (``"rehash"``, ``"split"``, ``"move"``…) and its particulars."""

    def __call__(self, kind: str, /, **particulars: object) -> None: ...
