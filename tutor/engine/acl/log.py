"""What was refused: the entries of ACL LOG (redis 7.0, acl.c: addACLLogEntry)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from tutor.engine.acl.permissions import Reason

Context = Literal["toplevel", "multi", "lua", "module"]

_GROUPING_MS = 60_000
_LOOKED_AT = 10


@dataclass(slots=True)
class Refusal:
    """One entry. ``what`` is the command, key or channel; for ``auth`` the command that was used
    to log in, as typed. ``ms`` and ``client`` are those of the last time."""

    reason: Reason
    context: Context
    what: bytes
    user: bytes
    ms: int
    client: bytes
    count: int = 1

    def is_like(self, other: Refusal) -> bool:
        """Whether both are one entry: the same, within a minute."""
        return (
            self.reason == other.reason
            and self.context == other.context
            and abs(self.ms - other.ms) <= _GROUPING_MS
            and self.what == other.what
            and self.user == other.user
        )


class Log:
    """Refusals, the latest first."""

    def __init__(self) -> None:
        self._entries: list[Refusal] = []

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Refusal]:
        return iter(self._entries)

    def add(self, refusal: Refusal, limit: int) -> None:
        """Count it with one of the last ten if that is like it; otherwise it is an entry of its
        own, and what exceeds ``limit`` entries is dropped."""
        entries = self._entries
        for at, known in enumerate(islice(entries, _LOOKED_AT)):
            if known.is_like(refusal):
                refusal.count = known.count + 1
                del entries[at]
                entries.insert(0, refusal)
                return
        entries.insert(0, refusal)
        del entries[limit:]

    def clear(self) -> None:
        """ACL LOG RESET."""
        self._entries.clear()
