"""May this user run this command with these words? (redis 7.0, acl.c: ACLCheckAllUserCommandPerm)

One selector must permit all of it: the command, every key in the way in which the command uses it,
and every channel. Permissions of different selectors do not add up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from tutor.engine.acl.selector import READ, WRITE, Selector
from tutor.engine.acl.user import Rights
from tutor.engine.table import CommandSpec, keys_and_flags

Reason = Literal["command", "key", "channel", "auth"]

_RANK: dict[Reason, int] = {"command": 1, "key": 2, "channel": 4}

_ACCESS = {"access": READ, "insert": WRITE, "delete": WRITE, "update": WRITE}
"""What a key spec's flags ask for. One without any of them (TYPE, EXISTS) needs the key's name to
be permitted, for reading or for writing."""

_CHANNELS: dict[str, tuple[int | None, bool]] = {
    "publish": (2, False),
    "spublish": (2, False),
    "subscribe": (None, False),
    "ssubscribe": (None, False),
    "psubscribe": (None, True),
}
"""Commands with channels: where these end among the words, and whether they are patterns."""


@dataclass(frozen=True, slots=True)
class Denied:
    """Why not. ``at`` is the index of the key or channel among the words, ``what`` its text or
    the command's name."""

    reason: Reason
    at: int
    what: bytes


def denial(rights: Rights, spec: CommandSpec, argv: Sequence[bytes]) -> Denied | None:
    """None if some selector permits the command; otherwise the reason of the one that came
    nearest: of two keys or channels the later word."""
    uses = _Uses(spec, argv)
    worst = (0, 0)
    found: Denied | None = None
    for selector in rights.selectors:
        denied = _denied(selector, uses)
        if denied is None:
            return None
        rank = (_RANK[denied.reason], denied.at)
        if rank > worst:
            worst, found = rank, denied
    return found


def reads_all_keys(rights: Rights, spec: CommandSpec, argv: Sequence[bytes]) -> bool:
    """Whether some selector permits the command and, besides, the reading of every key."""
    uses = _Uses(spec, argv)
    return any(
        selector.reads_all_keys and _denied(selector, uses) is None for selector in rights.selectors
    )


class _Uses:
    """A command and its words; its keys are looked for once, and only if a selector asks."""

    __slots__ = ("_keys", "argv", "spec")

    def __init__(self, spec: CommandSpec, argv: Sequence[bytes]) -> None:
        self.spec = spec
        self.argv = argv
        self._keys: list[tuple[int, int]] | None = None

    def accesses(self) -> list[tuple[int, int]]:
        """Indexes of keys, each with the access that the command needs."""
        if self._keys is None:
            try:
                found = keys_and_flags(self.spec, self.argv)
            except ValueError:
                found = []
            self._keys = [(at, access_of(flags)) for at, flags in found]
        return self._keys


@cache
def access_of(flags: tuple[str, ...]) -> int:
    """`READ`, `WRITE`, both or neither."""
    access = 0
    for flag in flags:
        access |= _ACCESS.get(flag, 0)
    return access


def _denied(selector: Selector, uses: _Uses) -> Denied | None:
    spec, argv = uses.spec, uses.argv
    if "no_auth" not in spec.flags and not selector.permits_command(spec.name, argv):
        return Denied("command", 0, spec.name.encode())
    if not selector.all_keys:
        for at, access in uses.accesses():
            if not selector.permits_key(argv[at], access):
                return Denied("key", at, argv[at])
    channels = _CHANNELS.get(spec.name)
    if channels is not None:
        end, literal = channels
        for at, channel in enumerate(argv[1:end], 1):
            if not selector.permits_channel(channel, literal):
                return Denied("channel", at, channel)
    return None
