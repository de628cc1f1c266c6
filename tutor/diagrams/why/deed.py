"""What happened between two looks at a key, as far as it is known."""

from __future__ import annotations

from dataclasses import dataclass

from tutor.engine.events import Conversion

_REPLACING = frozenset(
    {
        *("rename_to", "move_to", "copy_to", "restore", "sortstore", "del"),
        *("sinterstore", "sunionstore", "sdiffstore", "geosearchstore", "georadiusstore"),
        *("zinterstore", "zunionstore", "zdiffstore", "zrangestore"),
    }
)
"""Events after which a key holds another value, however alike it may be to the old one."""


@dataclass(frozen=True, slots=True)
class Deed:
    """A command's words, and of one key its conversions and keyspace events, in their order.

    Without words it is not known what happened: two moments are compared. ``failed``: the command
    was answered with an error.
    """

    argv: tuple[bytes, ...] = ()
    conversions: tuple[Conversion, ...] = ()
    events: tuple[str, ...] = ()
    failed: bool = False

    @property
    def command(self) -> str:
        """The first word, lower case; "" if it is not known."""
        return self.argv[0].decode("utf-8", "replace").lower() if self.argv else ""

    @property
    def replaced(self) -> bool:
        """Whether the value as a whole is another one; strings are always told apart by bytes."""
        return not _REPLACING.isdisjoint(self.events)

    def did(self, *events: str) -> bool:
        """Whether one of these events happened to the key."""
        return not set(events).isdisjoint(self.events)
